"""The catalogue of statistics: what each counts. floor: catalogue."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from policybook.config import check_keys, read_yaml
from policybook.errors import ConfigError, Finding, error
from policybook.period import Period

_QUARTER = re.compile(r"20\d\dQ[1-4]", re.ASCII)
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_SPANS = ("当季", "累计", "时点")
_DIRECTIONS = ("up", "down", "none")
_WORDS = ("", "completion", "change", "level", "amount")
_AGAINST = ("quarter", "year")
_REQUIRED = ("label", "unit", "decimals", "definition", "span", "direction", "chapter")
_TEXTS = ("label", "unit", "definition", "chapter", "department")
_OPTIONAL = (
    "effective_from",
    "effective_to",
    "department",
    "word",
    "compare",
    "succeeds",
    "comparable",
)


@dataclass(frozen=True)
class Statistic:
    """One entry (指标); its id is stable for ever."""

    id: str
    label: str  # unambiguous when read alone
    unit: str  # "%" means the value is a ratio, shown times 100
    decimals: int  # places displayed
    definition: str  # 口径: what it counts, and what is not known
    span: str  # 当季, 累计 or 时点
    direction: str  # up: more is better
    chapter: str  # the notebook that publishes it, without its number
    effective_from: str = ""  # first quarter of its definition, such as 2025Q1
    effective_to: str = ""  # last quarter
    department: str = ""
    word: str = ""  # completion, change, level or amount: which claim words it allows
    compare: tuple[str, ...] = ()  # quarter, year: compared with the earlier edition by itself
    succeeds: str = ""  # the statistic whose definition this one replaced
    comparable: bool = False  # whether that one's values are nevertheless comparable

    def effective(self, period: Period) -> bool:
        """Whether its definition holds in a quarter."""
        quarter = str(period.first)
        return (not self.effective_from or self.effective_from <= quarter) and (
            not self.effective_to or quarter <= self.effective_to
        )


def load_catalogue(path: Path) -> dict[str, Statistic]:
    """Every statistic by id; :class:`ConfigError` with all that is wrong."""
    entries = read_yaml(path)
    if not isinstance(entries, dict):
        raise ConfigError(
            error("catalogue.shape", path, "指标目录应是指标编号到定义的映射。", "按说明改写。")
        )
    findings: list[Finding] = []
    catalogue: dict[str, Statistic] = {}
    for name, entry in entries.items():
        place = f"{path} {name}"
        try:
            values = check_keys(entry, place, _REQUIRED, _OPTIONAL)
            compare = values.pop("compare", None) or []
            statistic = Statistic(
                id=str(name),
                **values,
                compare=tuple(compare) if isinstance(compare, list) else ("?",),
            )
            findings += _findings(statistic, place)
            catalogue[str(name)] = statistic
        except ConfigError as problem:
            findings += problem.findings
    for statistic in catalogue.values():
        if statistic.succeeds and statistic.succeeds not in catalogue:
            remedy = nearest(statistic.succeeds, catalogue)
            message = f"succeeds 写的指标 {statistic.succeeds} 不在目录里。"
            findings.append(error("catalogue.succeeds", f"{path} {statistic.id}", message, remedy))
    if findings:
        raise ConfigError(findings)
    return catalogue


def _findings(one: Statistic, place: str) -> Iterable[Finding]:
    rules = (
        (_ID.fullmatch(one.id), "编号应由小写字母、数字和下划线组成，用点分层"),
        (isinstance(one.decimals, int) and 0 <= one.decimals <= 6, "decimals 应是 0 到 6 的整数"),
        (one.span in _SPANS, f"span 只能是{'、'.join(_SPANS)}"),
        (one.direction in _DIRECTIONS, f"direction 只能是 {'、'.join(_DIRECTIONS)}"),
        (one.word in _WORDS, "word 只能是 completion、change、level 或 amount"),
        (
            len(set(one.compare)) == len(one.compare) and set(one.compare) <= set(_AGAINST),
            f"compare 是列表，只能含 {'、'.join(_AGAINST)}",
        ),
        (
            all(
                not text or _QUARTER.fullmatch(str(text))
                for text in (one.effective_from, one.effective_to)
            ),
            "effective_from、effective_to 写成季度，如 2025Q1",
        ),
        (isinstance(one.comparable, bool), "comparable 只能是 true 或 false"),
        (one.label and one.definition, "label 和 definition 不能为空"),
        (
            all(isinstance(getattr(one, name), str) for name in _TEXTS),
            f'{"、".join(_TEXTS)} 应是文字，没有单位时写 ""',
        ),
    )
    return [
        error("catalogue.value", place, f"{message}。", "改正该项。")
        for ok, message in rules
        if not ok
    ]


def nearest(name: str, known: Iterable[str]) -> str:
    """The ids most like an unknown one, for a remedy."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    return f"最接近的有：{'、'.join(close)}。" if close else "查看 data/statistics.yml。"
