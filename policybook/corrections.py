"""Corrections (更正): dated, reasoned changes to a published edition. floor: corrections.

``data/corrections/<quarter>.yml`` changes cells of that quarter's ledgers for its re-issues
``-r1``, ``-r2`` …; the quarter's own files stay as they were published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from policybook.config import check_keys, read_entries
from policybook.errors import ConfigError, Finding, LedgerError, error
from policybook.ledgers import Ledger
from policybook.model import Fact
from policybook.period import Period, find_periods

_REVISION = re.compile("[1-9][0-9]?")
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

    def touches(self, fact: Fact) -> bool:
        """Whether that cell is one a fact adds up, or one that chooses its records."""
        return any(
            self.column in part.conditions
            or any(self.concerns(part.ledger, cell.record, cell.column) for cell in part.cells)
            for part in (*fact.operands, *fact.missing)
            if part.ledger == self.ledger
        )


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
    for place, entry in read_entries(path):
        try:
            found.append(_correction(entry, place))
        except ConfigError as problem:
            findings += problem.findings
    if findings:
        raise ConfigError(findings)
    return tuple(one for one in found if one.revision <= period.revision)


def _correction(entry: dict[str, str], place: str) -> Correction:
    texts = check_keys(entry, place, _KEYS)
    if not _REVISION.fullmatch(texts["revision"]):
        problem, remedy = "revision 应是 1 至 99 的整数", "第一次更正写 1。"
    elif not _is_date(texts["date"]):
        problem, remedy = "date 应是日期", "写成 2024-12-01。"
    elif texts["column"] == "id":
        problem, remedy = "编号不更正：前期各版都用它指这条记录", "更正其他列。"
    elif not all(texts[key] for key in ("what", "reason", "approved_by", "record", "column")):
        problem, remedy = (
            "what、reason、approved_by、record、column 都不能空",
            "写明内容、理由和批准人。",
        )
    elif texts["before"] == texts["after"]:
        problem, remedy = "before 与 after 相同", "没有改动的不必更正。"
    else:
        revision = int(texts.pop("revision"))
        return Correction(revision=revision, place=place, **texts)
    raise ConfigError(error("correction.value", place, f"{problem}。", remedy))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def find_editions(data: Path) -> list[Period]:
    """Every edition that can be built: each period's folder, and its re-issues; oldest first.

    Raises :class:`ConfigError` for corrections that no edition would have.
    """
    quarters = find_periods(data)
    findings = [
        error(
            "correction.folder",
            data / str(period),
            "更正版没有自己的数据文件夹。",
            f"更正写在 {corrections_file(data, period)}。",
        )
        for period in quarters
        if period.revision
    ]
    known = {corrections_file(data, period) for period in quarters}
    findings += [
        error(
            "correction.quarter",
            path,
            "没有这一期，里面的更正不会用到任何一版。",
            "文件名写成期号，如 2024Q3.yml；用不着的删去。",
        )
        for path in sorted((data / "corrections").glob("[!.]*"))
        if path not in known
    ]
    if findings:
        raise ConfigError(findings)
    return sorted(edition for period in quarters for edition in (period, *_revisions(data, period)))


def _revisions(data: Path, period: Period) -> list[Period]:
    """A quarter's re-issues; :class:`ConfigError` when one is left out."""
    corrections = load_corrections(data, replace(period, revision=99))
    numbers = sorted({one.revision for one in corrections})
    if numbers != list(range(1, len(numbers) + 1)):
        message = f"更正版的序号 {'、'.join(map(str, numbers))} 不连续。"
        place = corrections_file(data, period)
        raise ConfigError(error("correction.gap", place, message, "从 1 起逐一编号。"))
    return [replace(period, revision=number) for number in numbers]


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
