"""One table of a sheet as records. floor: sheets."""

from __future__ import annotations

from collections.abc import Mapping

from policybook.schema import Field, Schema
from policybook.sheets.blocks import Block
from policybook.sheets.cells import raw_text, read_cell
from policybook.sheets.cleaning import squeeze
from policybook.sheets.columns import map_columns
from policybook.sheets.grid import Cell, Grid, Merge, address
from policybook.sheets.lines import Kind, classify
from policybook.sheets.record import SheetRecord
from policybook.sheets.subtotals import Amounts, check_subtotals
from policybook.sheets.told import Told
from policybook.sheets.values import read_value

_SHOWN = 40  # characters of a skipped line that its note shows


def read_table(
    grid: Grid, block: Block, rows: range, schema: Schema, told: Told
) -> list[SheetRecord]:
    """The records under one block of headings."""
    columns = map_columns(block, schema, grid, rows, told)
    id_column = next((number for number, one in columns.items() if one.name == "id"), None)
    records: list[SheetRecord] = []
    lines: list[Amounts] = []
    merges: set[Merge] = set()
    width = grid.widths.get(block.bottom, 0)
    for row in rows:
        if row not in grid.rows:
            continue
        kind = classify(grid, row, columns, id_column)
        if kind is Kind.LINE:
            tell_line(grid, row, told)
        elif kind in (Kind.SUBTOTAL, Kind.TOTAL, Kind.PART):
            lines.append(_read_subtotal(grid, row, kind, columns))
            message = f"{kind.value}行，不作为记录。"
            told.note("ingest.subtotal-skipped", told.line(row), message)
        elif width and grid.widths[row] != width:
            _tell_width(grid.widths[row], width, row, told)
        else:
            record = _read_record(grid, row, columns, schema.name, block, merges, told)
            lines.append(Amounts(Kind.RECORD, record.values, record.cells))
            if id_column and record.values["id"]:
                records.append(record)
            elif id_column:
                message = "这一行有内容，却缺编号；没有读入。"
                place = told.at(address(row, id_column))
                told.error("ingest.id-missing", place, message, "补上编号；不是记录的删去。")
    check_subtotals(lines, list(columns.values()), told)
    _tell_same_ids(records, told)
    if not lines:
        told.note("ingest.no-records", told.line(block.bottom), f"{schema.title}没有记录。")
    return records


def tell_line(grid: Grid, row: int, told: Told) -> None:
    """Notes a line that is no part of a table."""
    texts = [squeeze(raw_text(cell.value)) for cell in grid.rows[row].values()]
    shown = " ".join(texts)[:_SHOWN]
    told.note("ingest.line-skipped", told.line(row), f"标题、说明或签字行，没有读：“{shown}”。")


def _read_record(
    grid: Grid,
    row: int,
    columns: Mapping[int, Field],
    ledger: str,
    block: Block,
    merges: set[Merge],
    told: Told,
) -> SheetRecord:
    values: dict[str, str] = {}
    places: dict[str, str] = {}
    own = grid.rows[row]
    for column, field in columns.items():
        merge = grid.merge_at.get((row, column)) if grid.merges else None
        if merge is None:
            cell = own.get(column)
            values[field.name] = read_cell(cell, field, grid.epoch, told) if cell else ""
            places[field.name] = address(row, column)
            continue
        anchor = grid.at(row, column) if merge.top > block.bottom else None
        places[field.name] = address(merge.top, merge.left)
        if merge.left != column or anchor is None:
            values[field.name] = ""
        elif merge in merges:
            values[field.name] = _value(anchor, field, grid)
        else:
            values[field.name] = read_cell(anchor, field, grid.epoch, told)
        if merge not in merges:
            merges.add(merge)
            filled = sum(one in grid.rows for one in range(merge.top, merge.bottom + 1))
            if merge.wide or filled > 1:  # else it is one tall row
                _tell_merge(merge, anchor, field, values[field.name], told)
    return SheetRecord(ledger, values, places, told.sheet)


def _value(cell: Cell, field: Field, grid: Grid) -> str:
    """A value that something was said of before."""
    return "" if cell.value is None else read_value(field, cell.value, cell.form, grid.epoch).value


def _tell_merge(merge: Merge, anchor: Cell | None, field: Field, value: str, told: Told) -> None:
    here = address(merge.top, merge.left)
    span = f"{here}:{address(merge.bottom, merge.right)}"
    if merge.wide:
        message = f"{span} 横向合并，分不清是哪一列的内容。"
        told.error("ingest.merged-across", told.at(here), message, "取消合并，逐列填写。")
    elif anchor is not None:
        message = f"{span} 合并，各行都读作“{value}”。"
        told.change(here, "ingest.merged", raw_text(anchor.value), value, message)
        if field.numeric:
            message = f"{span} 合并的数读给了每一行，相加时会重复（{field.title}）。"
            remedy = "取消合并，逐行填写；总数只填在一行里。"
            told.warning("ingest.merged-number", told.at(here), message, remedy)


def _read_subtotal(grid: Grid, row: int, kind: Kind, columns: Mapping[int, Field]) -> Amounts:
    own = grid.rows[row]
    values = {
        field.name: _value(own[column], field, grid)
        for column, field in columns.items()
        if column in own
    }
    return Amounts(kind, values, {f.name: address(row, number) for number, f in columns.items()})


def _tell_width(found: int, width: int, row: int, told: Told) -> None:
    message = f"有{found}格，表头有{width}格，各列可能错位；没有读入。"
    remedy = "补齐或删去多余的格；文字里的逗号要加引号。"
    told.error("ingest.width", told.line(row), message, remedy)


def _tell_same_ids(records: list[SheetRecord], told: Told) -> None:
    first: dict[str, str] = {}
    for record in records:
        name, here = record.values["id"], record.cells["id"]
        if name in first:
            message = f"编号“{name}”重复，另一处在 {told.at(first[name])}。"
            remedy = "编号在一张表里只能用一次：改正编号，或删去多余的一行。"
            told.error("ingest.id-twice", told.at(here), message, remedy)
        first.setdefault(name, here)
