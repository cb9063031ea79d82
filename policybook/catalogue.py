"""The catalogue of statistics: what each counts. floor: catalogue."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from policybook.config import check_keys, read_yaml
from policybook.errors import ConfigError, Finding, error

_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_SPANS = ("当季", "累计", "时点")
_DIRECTIONS = ("up", "down", "none")
_WORDS = ("", "completion", "change", "level")
_REQUIRED = ("label", "unit", "decimals", "definition", "span", "direction", "chapter")
_TEXTS = ("label", "unit", "definition", "chapter", "department")
_OPTIONAL = ("effective_from", "effective_to", "department", "word")


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
    effective_from: str = ""
    effective_to: str = ""
    department: str = ""
    word: str = ""  # completion, change or level: which claim words it allows


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
            statistic = Statistic(id=str(name), **values)
            findings += _findings(statistic, place)
            catalogue[str(name)] = statistic
        except ConfigError as problem:
            findings += problem.findings
    if findings:
        raise ConfigError(findings)
    return catalogue


def _findings(one: Statistic, place: str) -> Iterable[Finding]:
    rules = (
        (_ID.fullmatch(one.id), "编号应由小写字母、数字和下划线组成，用点分层"),
        (isinstance(one.decimals, int) and 0 <= one.decimals <= 6, "decimals 应是 0 到 6 的整数"),
        (one.span in _SPANS, f"span 只能是{'、'.join(_SPANS)}"),
        (one.direction in _DIRECTIONS, f"direction 只能是 {'、'.join(_DIRECTIONS)}"),
        (one.word in _WORDS, "word 只能是 completion、change 或 level"),
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
