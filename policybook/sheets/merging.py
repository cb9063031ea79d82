"""The same record from several files: what agrees, what completes, what clashes. floor: sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from policybook.errors import Finding, error, note
from policybook.provenance import Origin, cell_place
from policybook.schema import Field, Schema
from policybook.sheets.record import Merged, SentFile, SheetRecord


@dataclass
class _Part:
    """What one sheet gives of a record."""

    workbook: str
    sheet: str
    cells: dict[str, str] = field(default_factory=dict)  # column → address


@dataclass
class _Whole:
    """A record while it is put together."""

    values: dict[str, str]
    holders: dict[str, str] = field(default_factory=dict)  # column → place of its value
    parts: list[_Part] = field(default_factory=list)


def merge(files: Sequence[SentFile], schemas: Mapping[str, Schema]) -> Merged:
    """All records of the files, each once; different values of one cell are errors."""
    wholes: dict[str, dict[str, _Whole]] = {}
    findings: list[Finding] = []
    for file in files:
        for record in file.records:
            ledger = wholes.setdefault(record.ledger, {})
            name = record.values["id"]
            schema = schemas[record.ledger]
            is_new = name not in ledger
            whole = ledger.setdefault(name, _Whole(dict.fromkeys(schema.names, "")))
            clashes = _add(whole, record, file.name, schema)
            findings += clashes
            if not is_new and not clashes:
                findings.append(_same(whole, record, file.name))
    return Merged(
        {
            ledger: tuple(whole.values for whole in records.values())
            for ledger, records in wholes.items()
        },
        tuple(
            Origin(ledger, name, part.workbook, part.sheet, part.cells)
            for ledger, records in wholes.items()
            for name, whole in records.items()
            for part in whole.parts
        ),
        tuple(findings),
    )


def _add(whole: _Whole, record: SheetRecord, workbook: str, schema: Schema) -> list[Finding]:
    """Puts a record's values into the whole; the clashes."""
    clashes: list[Finding] = []
    part = _Part(workbook, record.sheet)
    for column, value in record.values.items():
        place = cell_place(workbook, record.sheet, record.cells[column])
        known = whole.values[column]
        if not known:
            # An empty cell is the origin until a filled one is found.
            if value or column not in whole.holders:
                for earlier in whole.parts:
                    earlier.cells.pop(column, None)
                whole.values[column], whole.holders[column] = value, place
                part.cells[column] = record.cells[column]
        elif value and _equal(known, value, schema.field(column)):
            part.cells[column] = record.cells[column]
        elif value:
            clashes.append(_clash(whole, column, value, place, schema))
    whole.parts.append(part)
    return clashes


def _clash(whole: _Whole, column: str, value: str, place: str, schema: Schema) -> Finding:
    title = schema.field(column).title
    message = (
        f"{schema.title} {whole.values['id']} 的“{title}”两处不同："
        f"这里是“{value}”，{whole.holders[column]} 是“{whole.values[column]}”。"
    )
    return error("ingest.clash", place, message, "由两处的填报人核对，改成一致。")


def _same(whole: _Whole, record: SheetRecord, workbook: str) -> Finding:
    place = cell_place(workbook, record.sheet, record.cells["id"])
    message = f"编号“{record.values['id']}”两处相同，另一处在 {whole.holders['id']}；合为一条。"
    return note("ingest.same", place, message, "不必处理；一条记录由一个部门填报更好。")


def _equal(one: str, other: str, column: Field) -> bool:
    if one == other or not column.numeric:
        return one == other
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
