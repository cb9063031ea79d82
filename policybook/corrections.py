"""Corrections (更正): dated, reasoned changes to a published edition. floor: corrections.

``data/corrections/<quarter>.yml`` changes cells of that quarter's ledgers for its re-issues
``-r1``, ``-r2`` …; the quarter's own files stay as they were published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from policybook.config import check_keys, read_yaml
from policybook.errors import ConfigError, Finding, LedgerError, error
from policybook.ledgers import Ledger
from policybook.period import Period, find_periods

_KEYS = (
    "revision",
    "what",
    "ledger",
    "record",
    "column",
    "before",
    "after",
    "expect",
    "reason",
    "approved_by",
    "date",
)


@dataclass(frozen=True)
class Correction:
    """One cell changed after publication."""

    revision: int  # the re-issue that first has it
    what: str  # for readers: what is corrected
    ledger: str
    record: str
    column: str
    before: str  # as last published
    after: str
    expect: str  # what the quarter's own file must still say; else the source has been fixed
    reason: str
    approved_by: str
    date: str  # ISO
    place: str = ""  # file and entry, for findings

    def concerns(self, ledger: str, record: str, column: str) -> bool:
        """Whether it changed that cell."""
        return (self.ledger, self.record, self.column) == (ledger, record, column)


def corrections_file(data: Path, period: Period) -> Path:
    """Where a quarter's corrections stand."""
    return data / "corrections" / f"{period.first}.yml"


def load_corrections(data: Path, period: Period) -> tuple[Correction, ...]:
    """The corrections that an edition has: those of its re-issue and of the ones before.

    Raises :class:`ConfigError` with all that is wrong.
    """
    path = corrections_file(data, period)
    if not path.is_file():
        return ()
    findings: list[Finding] = []
    found: list[Correction] = []
    for number, entry in enumerate(read_yaml(path) or [], start=1):
        place = f"{path} 第{number}条"
        try:
            found.append(_correction(entry, place))
        except ConfigError as problem:
            findings += problem.findings
    if findings:
        raise ConfigError(findings)
    return tuple(one for one in found if one.revision <= period.revision)


def _correction(entry: object, place: str) -> Correction:
    values = check_keys(entry, place, _KEYS)
    revision, day = values["revision"], values["date"]
    texts = {key: "" if values[key] is None else str(values[key]).strip() for key in _KEYS}
    if not isinstance(revision, int) or isinstance(revision, bool) or revision < 1:
        problem, remedy = "revision 应是从 1 起的整数", "第一次更正写 1。"
    elif not isinstance(day, date):
        problem, remedy = "date 应是日期", "写成 2024-12-01。"
    elif not all(texts[key] for key in ("what", "reason", "approved_by", "record", "column")):
        problem, remedy = (
            "what、reason、approved_by、record、column 都不能空",
            "写明内容、理由和批准人。",
        )
    elif texts["before"] == texts["after"]:
        problem, remedy = "before 与 after 相同", "没有改动的不必更正。"
    else:
        return Correction(revision=revision, place=place, **_without(texts, "revision"))
    raise ConfigError(error("correction.value", place, f"{problem}。", remedy))


def _without(texts: dict[str, str], key: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name != key}


def find_editions(data: Path) -> list[Period]:
    """Every edition that can be built: each period's folder, and its re-issues; oldest first."""
    editions = find_periods(data)
    for period in list(editions):
        if period.revision:
            raise ConfigError(
                error(
                    "correction.folder",
                    data / str(period),
                    "更正版没有自己的数据文件夹。",
                    f"更正写在 {corrections_file(data, period)}。",
                )
            )
        last = replace(period, revision=99)
        revisions = {one.revision for one in load_corrections(data, last)}
        editions += [replace(period, revision=number) for number in sorted(revisions)]
    return sorted(editions)


def apply_corrections(
    ledgers: Mapping[str, Ledger], corrections: Iterable[Correction]
) -> dict[str, Ledger]:
    """The ledgers with each correction made, in order.

    Raises :class:`LedgerError` when a record is not there, the source no longer says what
    it is expected to say, or the value before is another.
    """
    revised = dict(ledgers)
    findings: list[Finding] = []
    for one in corrections:
        ledger = revised.get(one.ledger)
        found = ledger.by_id.get(one.record) if ledger else None
        if ledger is None or found is None or one.column not in found[1]:
            message = f"没有 {one.ledger} 记录 {one.record} 的 {one.column} 列。"
            findings.append(error("correction.unknown", one.place, message, "改正所指的单元格。"))
            continue
        source = ledgers[one.ledger].by_id[one.record][1][one.column]
        place = f"{one.place}；{ledger.place(list(ledger.by_id).index(one.record), one.column)}"
        if source != one.expect:
            message = f"台账现为“{source}”，更正所据的是“{one.expect}”：来源已经变了。"
            remedy = "已发布那一期的台账不改；来源若确已改好，改写这条更正的 expect 或撤去它。"
            findings.append(error("correction.expect", place, message, remedy))
        elif found[1][one.column] != one.before:
            message = f"更正前应为“{one.before}”，实为“{found[1][one.column]}”。"
            remedy = "核对 before：它是上一版公布的值。"
            findings.append(error("correction.before", place, message, remedy))
        else:
            rows = tuple(
                {**row, one.column: one.after} if row["id"] == one.record else row
                for row in ledger.rows
            )
            revised[one.ledger] = replace(ledger, rows=rows)
    if findings:
        raise LedgerError(findings)
    return revised
