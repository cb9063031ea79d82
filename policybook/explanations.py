"""Reasons for what changed since an earlier edition (变动说明). floor: explanations.

``data/<period>/explanations.yml``: a change of a record, or of a base that was published
otherwise, is settled by a reason, which readers see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policybook.config import check_keys, read_entries
from policybook.errors import ConfigError, Finding, error, note, warning

FILE = "explanations.yml"


@dataclass(frozen=True)
class Explanation:
    """Why a record, a cell of it, or a statistic's earlier value is not what it was."""

    reason: str
    ledger: str = ""
    record: str = ""
    column: str = ""  # "" for the whole record
    statistic: str = ""
    against: str = ""  # the earlier quarter
    place: str = ""  # file and entry, for findings


@dataclass(frozen=True)
class Explanations:
    """An edition's explanations, and which of them were asked for."""

    entries: tuple[Explanation, ...] = ()
    used: set[Explanation] = field(default_factory=set, compare=False)
    adjusted: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """The reason of each cell (ledger, record, column) that was changed on purpose."""

    def of_cell(self, ledger: str, record: str, column: str) -> str:
        """The reason given for a change of a cell; "" when there is none."""
        for one in self.entries:
            if (one.ledger, one.record) == (ledger, record) and one.column in ("", column):
                self.used.add(one)
                return one.reason
        return ""

    def of_plan(self, ledger: str, record: str, column: str) -> str:
        """The reason given for a changed plan, here or in a ledger of adjustments."""
        given = self.of_cell(ledger, record, column)
        return given or self.adjusted.get((ledger, record, column), "")

    def of_base(self, statistic: str, against: str) -> str:
        """The reason given for a base that is not what was published; "" when there is none."""
        for one in self.entries:
            if (one.statistic, one.against) == (statistic, against):
                self.used.add(one)
                return one.reason
        return ""

    def unused(self) -> list[Finding]:
        """Those that nothing asked for: what they name did not change, or is misspelt."""
        return [
            warning(
                "explanation.unused",
                one.place,
                "这条说明没有对应的变动："
                + (f"指标 {one.statistic} {one.against}" if one.statistic else _cell(one))
                + "。",
                "核对写法；变动已不存在的，删去这一条。",
            )
            for one in self.entries
            if one not in self.used
        ]


def _cell(one: Explanation) -> str:
    return " ".join(filter(None, (f"台账 {one.ledger}", f"记录 {one.record}", one.column)))


def load_explanations(folder: Path) -> Explanations:
    """An edition's explanations; none without a file; :class:`ConfigError` for a broken one."""
    path = folder / FILE
    if not path.is_file():
        return Explanations()
    findings: list[Finding] = []
    found: list[Explanation] = []
    for place, entry in read_entries(path):
        required = ("statistic", "against") if "statistic" in entry else ("ledger", "record")
        optional = () if "statistic" in entry else ("column",)
        try:
            texts = check_keys(entry, place, ("reason", *required), optional)
        except ConfigError as problem:
            findings += problem.findings
            continue
        if not all(texts[key] for key in ("reason", *required)):
            message, remedy = "有空着的项。", "每条写明所指和理由。"
            findings.append(error("explanation.empty", place, message, remedy))
            continue
        found.append(Explanation(**texts, place=place))
    if findings:
        raise ConfigError(findings)
    return Explanations(tuple(found))


def settled(found: Finding, reason: str) -> Finding:
    """The finding, or a note that repeats the reason when there is one."""
    if not reason:
        return found
    return note(found.code, found.place, f"{found.message}理由：{reason}", "变动已说明，读者可见。")
