"""``policybook ingest``: what departments sent becomes an edition's ledgers. floor: intake.

All files that were ever handed in for a quarter are kept in ``data/<period>/workbooks/`` and
read together each time, so that the ledgers never depend on the order of arrival.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from policybook.check import check_data
from policybook.errors import Finding, LedgerError, UsageError, any_error, error
from policybook.folders import recover, swap, workshop
from policybook.ledgers import SUBMISSIONS, records_text
from policybook.period import Period
from policybook.provenance import (
    FOLDER,
    WORKBOOKS,
    HandedIn,
    Provenance,
    values_digest,
    write_provenance,
)
from policybook.schema import Schema, load_schemas
from policybook.sheets import Merged, SentFile, merge, read_sent
from policybook.submissions import (
    RECEIVED,
    Submission,
    read_submissions,
    submissions_text,
)


def ingest(data: Path, period: Period, paths: Sequence[Path], replaces: str = "") -> list[Finding]:
    """Take files in, and check the ledgers that they give.

    ``replaces``: the name of a file handed in before that these stand in for.
    Returns notes on all that was normalised, and the findings of the check at their cells.
    Raises :class:`LedgerError` with all findings when a file cannot be taken as it is;
    nothing is then changed.
    """
    folder = data / str(period.first)
    recover(folder)
    if not (folder / "period.yml").is_file():
        remedy = f"先运行 policybook new {period.first}。"
        raise UsageError(error("ingest.period", folder, "还没有建立这一期。", remedy))
    if replaces and not (folder / WORKBOOKS / replaces).is_file():
        known = "、".join(one.name for one in _kept(folder)) or "无"
        message = "没有交来过这个文件。"
        raise UsageError(error("ingest.replaces", replaces, message, f"交来过的：{known}。"))
    schemas = {name: one for name, one in load_schemas(data).items() if name != "documents"}
    names = {path.name for path in paths}
    kept = [path for path in _kept(folder) if path.name not in {*names, replaces}]
    sent = [read_sent(path, schemas) for path in (*kept, *paths)]
    merged = merge(sent, schemas)
    new = sent[len(kept) :]
    findings = [finding for one in new for finding in one.findings] + list(merged.findings)
    with workshop(data) as work:
        target = work / folder.name
        shutil.copytree(folder, target)
        if replaces:
            (target / WORKBOOKS / replaces).unlink()
        _write(target, paths, sent, merged, schemas)
        checked = _check(data, target, work / "data")
        if any_error(findings):
            raise LedgerError([*findings, *checked, _nothing_done(folder)])
        swap(target, folder)
    return findings + checked


def _check(data: Path, target: Path, beside: Path) -> list[Finding]:
    """The check of an edition's new folder, before it is in place: ``data`` as it will be."""
    beside.mkdir()
    for path in data.iterdir():
        if path.name != target.name and not path.name.startswith("."):
            (beside / path.name).symlink_to(path.resolve())
    (beside / target.name).symlink_to(target)
    findings = check_data(beside, target.name).findings
    return [replace(one, place=one.place.replace(str(beside), str(data))) for one in findings]


def _kept(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / WORKBOOKS).glob("*") if path.is_file())


def _nothing_done(folder: Path) -> Finding:
    message = "有错误，这次一个文件也没有读入，原有台账未动。"
    return error("ingest.refused", folder, message, "改好所指的单元格，再交一次。")


def _write(
    target: Path,
    paths: Iterable[Path],
    sent: Sequence[SentFile],
    merged: Merged,
    schemas: Mapping[str, Schema],
) -> None:
    (target / WORKBOOKS).mkdir(exist_ok=True)
    for path in paths:
        shutil.copyfile(path, target / WORKBOOKS / path.name)
    for name, rows in merged.rows.items():
        text = records_text(schemas[name].names, rows)
        (target / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    origins = tuple(
        replace(one, values_sha256=values_digest(merged.by_id[one.ledger, one.record], one.cells))
        for one in merged.origins
    )
    handed_in = tuple(HandedIn(one.name, one.sha256, one.department) for one in sent)
    normalised = tuple(one for part in sent for one in part.normalised)
    shutil.rmtree(target / FOLDER, ignore_errors=True)
    write_provenance(target, Provenance(handed_in, origins, normalised))
    owed = read_submissions(target)
    if owed:
        text = submissions_text(_received(owed, sent, merged))
        (target / SUBMISSIONS).write_text(text, encoding="utf-8", newline="")


def _received(
    owed: Iterable[Submission], sent: Sequence[SentFile], merged: Merged
) -> list[Submission]:
    """Which of the ledgers owed have come: records that name the department, or its own file."""
    departments = {one.name: one.department for one in sent}
    came: dict[tuple[str, str], str] = {}
    for origin in merged.origins:
        row = merged.by_id[origin.ledger, origin.record]
        for who in {row.get("department", ""), departments[origin.workbook]}:
            came.setdefault((who, origin.ledger), origin.workbook)
    return [
        replace(one, status=RECEIVED, workbook=came[one.department, one.ledger])
        if (one.department, one.ledger) in came
        else one
        for one in owed
    ]
