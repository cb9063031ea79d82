"""``policybook new``: a quarter started from the one before. floor: quarter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from policybook.corrections import find_editions
from policybook.errors import Finding, UsageError, error, note
from policybook.folders import workshop
from policybook.inputs import read_inputs
from policybook.ledgers import SUBMISSIONS, Ledger, records_text
from policybook.period import Period
from policybook.schema import Schema, split_ids
from policybook.sheets.template import Carried, write_template
from policybook.submissions import PENDING, Submission, submissions_text

_DRAFT = dict.fromkeys(("reporting_date", "opinion_date", "next_release", "as_of"), "null")


def workbook_name(period: Period) -> str:
    """The workbook that a quarter is filled in."""
    return f"台账-{period}.xlsx"


def start_quarter(data: Path, period: Period) -> list[Finding]:
    """``data/<period>/`` with what the quarter before leaves open, and a workbook to fill in.

    Returns notes on what was carried over.
    Raises :class:`UsageError` when the quarter is there already, or none is before it.
    """
    target = data / str(period)
    before = [one for one in find_editions(data) if one.first < period]
    if period.revision:
        raise UsageError(
            error("new.revision", period, "更正版不另建数据。", "写 data/corrections/。")
        )
    if target.exists():
        raise UsageError(error("new.exists", target, "这一期已经建好。", "要重建，先自行移走。"))
    if not before:
        raise UsageError(error("new.first", data, "没有更早的一期可以承接。", "第一期手工建立。"))
    inputs = read_inputs(data, str(before[-1]))
    earlier = str(before[-1])
    carried = {
        name: _carried(ledger)
        for name, ledger in inputs.ledgers.items()
        if name != "documents" and ledger.large is None
    }
    unlinked = _unlink(target, inputs.ledgers, carried)
    with workshop(data) as work:
        folder = work / str(period)
        folder.mkdir()
        parameters = (inputs.folder / "period.yml").read_text(encoding="utf-8")
        (folder / "period.yml").write_text(
            _parameters(parameters, period, list(carried.values())),
            encoding="utf-8",
        )
        for name, one in carried.items():
            text = records_text(one.schema.names, one.rows)
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        (folder / SUBMISSIONS).write_text(_submissions(carried), encoding="utf-8")
        write_template(
            folder / workbook_name(period),
            str(period),
            earlier,
            inputs.parameters.title,
            list(carried.values()),
        )
        folder.rename(target)
    return [
        _note(target / f"{name}.csv", inputs.ledgers[name], one) for name, one in carried.items()
    ] + [
        *unlinked,
        *(_not_carried(target, one) for one in inputs.ledgers.values() if one.large is not None),
    ]


def _carried(ledger: Ledger) -> Carried:
    """A ledger's open records as the next quarter starts with them."""
    schema = ledger.schema
    rows = []
    before: dict[tuple[str, str], str] = {}
    for row in ledger.rows if schema.carry.records != "none" else ():
        if schema.carry.is_closed(row):
            continue
        new = dict(row)
        for column, source in schema.carry.previous.items():
            new[column] = row[source]
        for column in schema.carry.blank:
            new[column] = ""
            if row[column]:
                before[row["id"], column] = row[column]
        rows.append(new)
    return Carried(schema, tuple(rows), before)


def _unlink(
    target: Path, ledgers: Mapping[str, Ledger], carried: Mapping[str, Carried]
) -> list[Finding]:
    """Takes ids of records that are left out from the cells that list them: they lead nowhere."""
    found = []
    for name, one in carried.items():
        for field in (one for one in one.schema.fields if one.references in carried):
            there = {row["id"] for row in carried[field.references].rows}
            gone = ledgers[field.references].by_id.keys() - there
            for row in one.rows:
                listed = split_ids(row[field.name])
                left = "、".join(name for name in listed if name in gone)
                if left:
                    row[field.name] = "；".join(name for name in listed if name not in gone)
                    place = f"{target / f'{name}.csv'} {row['id']} {field.title}"
                    message = f"已去掉 {left}：上期已办结，本期不再列入。"
                    remedy = "不必处理；上期的台账里仍可查到。"
                    found.append(note("new.unlinked", place, message, remedy))
    return found


def _parameters(text: str, period: Period, carried: list[Carried]) -> str:
    """``period.yml`` of the quarter before, for this one; dates not yet known are null."""
    empty = [one.schema.name for one in carried if not one.rows]
    values = {
        **_DRAFT,
        "period": str(period),
        "year_start": date(period.year, 1, 1).isoformat(),
        "year_end": date(period.year, 12, 31).isoformat(),
        "data_until": "待定",
        "empty_ledgers": f"[{', '.join(empty)}]",
    }
    for key, value in values.items():
        text = re.sub(rf"^{key}:.*(?:\n[ -].*)*$", f"{key}: {value}", text, flags=re.MULTILINE)
    return text


def _submissions(carried: Mapping[str, Carried]) -> str:
    """Who owes which ledger: the departments that the carried records name.

    Readings are owed by those whose records they are of, and by nobody who is not named.
    """
    owed = []
    for name, one in carried.items():
        named = {row.get("department", "") for row in one.rows} or {""}
        if read := carried.get(one.schema.read_of):
            named = {row["department"] for row in read.rows if row.get("department")}
        owed += [Submission(who, name, PENDING, "") for who in sorted(named)]
    return submissions_text(owed)


def _note(path: Path, before: Ledger, carried: Carried) -> Finding:
    left = len(before.rows) - len(carried.rows)
    closed = f"，已办结的 {left} 条不再列入" if left else ""
    blank = _titles(carried.schema)
    message = f"{carried.schema.title}：承接 {len(carried.rows)} 条{closed}{blank}。"
    return note("new.carried", path, message, "在工作簿里填写，再运行 policybook ingest。")


def _not_carried(folder: Path, before: Ledger) -> Finding:
    message = f"{before.schema.title}是大台账，记录不承接，也不在工作簿里。"
    path = folder / before.path.name
    return note("new.large", path, message, "把本期的整份文件（CSV 或 Parquet）放到这里。")


def _titles(schema: Schema) -> str:
    if not schema.carry.blank:
        return ""
    return f"；{'、'.join(schema.field(c).title for c in schema.carry.blank)}待填"
