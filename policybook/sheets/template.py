"""The workbook that departments fill in, with what last quarter carries over. floor: sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.compat import safe_string
from openpyxl.utils import get_column_letter

import policybook.sheets.looks as looks
from policybook.errors import ConfigError, Finding, LedgerError, error
from policybook.numbers import plain
from policybook.schema import Field, Schema
from policybook.sheets.amounts import EXCEL
from policybook.sheets.choices import CHOICES, add_validations, id_range
from policybook.sheets.guide import GUIDE, write_guide
from policybook.sheets.hints import field_words

_MORE_ROWS = 500  # below the carried ones, for which Excel checks what is typed
_RULED_ROWS = 10  # of these, drawn as lines of a form
_NARROWEST, _WIDEST = 9, 36  # of columns, as Excel counts
_ARROW = 3  # of the filter, in a heading
_FORBIDDEN = re.compile(r"[][:*?/\\]")
_LONGEST_TITLE = 31
EXCEL_BEGINS = date(1900, 3, 1)  # the days before it have other numbers in other programs


@dataclass(frozen=True)
class Carried:
    """One ledger of the new quarter as it starts."""

    schema: Schema
    rows: tuple[dict[str, str], ...]  # canonical text, all columns, records carried over
    before: Mapping[tuple[str, str], str]  # (record, column) → last quarter's value


def write_template(
    path: Path, period: str, earlier: str, title: str, carried: Sequence[Carried]
) -> None:
    """Writes the workbook, whole or not at all.

    Raises :class:`ConfigError` when a ledger's title cannot name a sheet, and
    :class:`LedgerError` when a text cannot stand in a cell.
    """
    if faults := _title_findings(carried):
        raise ConfigError(faults)
    if faults := _text_findings(carried):
        raise LedgerError(faults)
    workbook = Workbook()
    workbook.properties.creator = looks.AUTHOR
    workbook.properties.title = f"{title} {period} 台账"
    guide = workbook.active
    guide.title = GUIDE
    ids = {
        one.schema.name: id_range(one.schema.title, one.schema, _last_row(one)) for one in carried
    }
    for one in carried:
        _write_ledger(workbook.create_sheet(one.schema.title), one, period, earlier, ids)
    ledgers = [(one.schema.title, one.schema.description, len(one.rows)) for one in carried]
    write_guide(guide, title, period, earlier, ledgers)
    looks.save_workbook(workbook, path)


def heading(field: Field) -> str:
    """What stands over a column: its title, and its unit when it has one."""
    return f"{field.title}（{field.unit}）" if field.unit else field.title


def _last_row(one: Carried) -> int:
    return 1 + len(one.rows) + _MORE_ROWS


def _title_findings(carried: Sequence[Carried]) -> list[Finding]:
    taken = {GUIDE, CHOICES}
    findings = []
    for schema in (one.schema for one in carried):
        name = schema.title
        if not name or len(name) > _LONGEST_TITLE or _FORBIDDEN.search(name) or "'" in name:
            message = "不能作工作表的名称。"
        elif name.casefold() in taken:
            message = "与另一张工作表同名。"
        else:
            message = ""
        if message:
            remedy = (
                f"在结构文件中改 title：不超过{_LONGEST_TITLE}字，不用 [ ] : * ? / \\ '，不重名。"
            )
            place = f"schema/{schema.name}.json title"
            findings.append(error("template.title", place, f"“{name}”{message}", remedy))
        taken.add(name.casefold())
    return findings


def _text_findings(carried: Sequence[Carried]) -> list[Finding]:
    return [
        error(
            "template.text",
            f"{one.schema.title} {row['id']} {field.title}",
            "有 Excel 不能保存的字符，或文字过长。",
            f"在上期台账中删去控制字符；一格不超过{looks.LONGEST_TEXT}字。",
        )
        for one in carried
        for row in one.rows
        for field in one.schema.fields
        if looks.storable(row[field.name]) != row[field.name] or "\r" in row[field.name]
    ]


def _write_ledger(
    sheet: Any, one: Carried, period: str, earlier: str, ids: Mapping[str, str]
) -> None:
    fields = one.schema.fields
    widths = [_column_width(field, one.rows) for field in fields]
    for number, (field, width) in enumerate(zip(fields, widths, strict=True), 1):
        # The column's own style is what rows without a cell yet, the new records, take.
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width, column.number_format = width, number_format(field)
        column.font, column.alignment = looks.BODY, _alignment(field)
        _write_heading(sheet.cell(1, number), one.schema, field)
    sheet.row_dimensions[1].height = looks.row_height(
        max(
            looks.text_lines(heading(field), width - _ARROW)
            for field, width in zip(fields, widths, strict=True)
        )
    )
    for row_number, row in enumerate(one.rows, 2):
        lines = 1
        for number, (field, width) in enumerate(zip(fields, widths, strict=True), 1):
            cell = sheet.cell(row_number, number)
            write_value(cell, field, row[field.name])
            cell.border = looks.RULED
            _mark_carried(cell, one, field, row, earlier)
            lines = max(lines, looks.text_lines(row[field.name], width))
        sheet.row_dimensions[row_number].height = looks.row_height(lines)
    first_new = len(one.rows) + 2
    for row_number in range(first_new, first_new + _RULED_ROWS):
        sheet.row_dimensions[row_number].height = looks.row_height(1)
        for number, field in enumerate(fields, 1):
            cell = sheet.cell(row_number, number)
            write_value(cell, field, "")
            cell.border = looks.RULED
    add_validations(sheet, one.schema, _last_row(one), ids)
    sheet.freeze_panes = "C2"  # ids and titles are the first two columns
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(fields))}{max(2, len(one.rows) + 1)}"
    looks.print_across(sheet, f"{one.schema.title}（{period}）", rows="1:1")


def _column_width(field: Field, rows: Sequence[Mapping[str, str]]) -> float:
    content = max((looks.text_width(row[field.name]) for row in rows), default=0)
    title = looks.text_width(heading(field)) // 2 + _ARROW  # it may take two lines
    return min(_WIDEST, max(_NARROWEST, looks.column_width(max(content, title))))


def _write_heading(cell: Cell, schema: Schema, field: Field) -> None:
    required = field.constraints.get("required", False)
    looks.write_text(cell, heading(field), looks.WHITE if required else looks.BOLD)
    cell.fill = looks.REQUIRED if required else looks.OPTIONAL
    cell.alignment, cell.border = looks.CENTRED, looks.RULED
    cell.comment = looks.boxed(field_words(schema, field))


def _mark_carried(
    cell: Cell, one: Carried, field: Field, row: Mapping[str, str], earlier: str
) -> None:
    if field.name == "id":
        cell.fill, cell.font = looks.IDENTIFIER, looks.GREY
    if field.name in one.schema.carry.blank:
        cell.fill = looks.ANEW
    value = one.before.get((row["id"], field.name))
    if value is not None:
        cell.comment = looks.boxed(f"上期（{earlier}）：{value or '空'}")


def write_value(cell: Cell, field: Field, text: str) -> None:
    """Canonical text as Excel's number or date where these give the very text back."""
    value = _typed(field, text)
    if value is None:
        looks.write_text(cell, text)
    else:
        cell.value = value
        cell.font = looks.BODY
    if value is not None or not text:
        cell.number_format = number_format(field)
    cell.alignment = _alignment(field)


def _typed(field: Field, text: str) -> Decimal | date | None:
    """The number or date, or nothing when Excel would not give the very text back.

    So it is with more than 15 digits, and with ``5.910``, whose last 0 says how
    precise it is.
    """
    try:
        if field.type == "date":
            day = date.fromisoformat(text)
            return day if day.isoformat() == text and day >= EXCEL_BEGINS else None
        if field.numeric:
            number = Decimal(text)
            stored = Decimal(safe_string(number))  # as openpyxl writes it
            return number if plain(stored) == text and EXCEL.plus(stored) == stored else None
    except (ValueError, InvalidOperation):
        pass
    return None


def number_format(field: Field) -> str:
    """How Excel shows a column, and takes what is typed into it."""
    if field.type == "string":
        return looks.TEXT
    if field.type == "date":
        return looks.DATE
    if field.printed:
        places = field.decimals - 2
        return "0." + "0".ljust(places, "#") + "%" if places > 0 else "0%"
    # 0.## would show 3 as “3.”; General shows it as it is.
    return "0" if field.type == "integer" else "General"


def _alignment(field: Field) -> Any:
    if field.type == "string":
        return looks.WRAPPED
    return looks.MIDDLE if field.type == "date" else looks.NUMBERS
