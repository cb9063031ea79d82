"""Quarters and editions: ``2024Q2``, its re-issue ``2024Q2-r1``. floor: period."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from policybook.errors import UsageError, error

_PATTERN = re.compile(r"(?P<year>20\d\d)Q(?P<quarter>[1-4])(?:-r(?P<revision>[1-9]\d?))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """One edition's period; ordered by time, then by re-issue."""

    year: int
    quarter: int
    revision: int = 0

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}" + (f"-r{self.revision}" if self.revision else "")

    @property
    def first(self) -> Period:
        """The quarter's first edition, which a re-issue corrects."""
        return Period(self.year, self.quarter)

    def shifted(self, quarters: int) -> Period:
        """The first edition so many quarters later; earlier when negative."""
        count = self.year * 4 + self.quarter - 1 + quarters
        return Period(count // 4, count % 4 + 1)


def parse_period(text: str) -> Period:
    """The period a text names; :class:`UsageError` for anything else, paths included."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise UsageError(
            error(
                "period.form",
                repr(text),
                "期号写法不对。",
                "写成年份加季度，如 2024Q2；更正版如 2024Q2-r1。",
            )
        )
    return Period(int(match["year"]), int(match["quarter"]), int(match["revision"] or 0))


def find_periods(data: Path) -> list[Period]:
    """Every period that has a folder in ``data``, oldest first."""
    if not data.is_dir():
        raise UsageError(
            error("data.missing", data, "没有这个数据文件夹。", "检查 --root 或 --data。")
        )
    return sorted(
        parse_period(folder.name)
        for folder in data.iterdir()
        if folder.is_dir() and _PATTERN.fullmatch(folder.name)
    )


def choose_periods(data: Path, there: list[Period], wanted: list[str]) -> list[Period]:
    """The editions asked for (all that are ``there`` when none is), each of which must exist."""
    chosen = [parse_period(text) for text in wanted] or there
    for period in chosen:
        if period not in there:
            known = "、".join(map(str, there)) or "无"
            raise UsageError(
                error(
                    "period.unknown",
                    data / str(period),
                    "没有这一期的数据。",
                    f"现有各期：{known}。",
                )
            )
    if not chosen:
        raise UsageError(
            error(
                "period.none", data, "数据文件夹里没有任何一期。", "建立如 data/2024Q2/ 的文件夹。"
            )
        )
    return sorted(set(chosen))
