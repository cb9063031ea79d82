"""A sheet a ledger: the published table again, its columns named for formulas. floor: audit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

import policybook.sheets.looks as looks
from policybook.audit.cells import place, write_heading, write_value
from policybook.audit.filters import Ranges
from policybook.audit.ranges import Range, cell_value
from policybook.schema import Field
from policybook.sheets import template

_NARROWEST, _WIDEST = 9, 40  # of columns, as Excel counts
_HIGHEST = 409  # points that a row may have


def name_columns(workbook: Workbook, title: str, ranges: Ranges) -> None:
    """``tasks.planned`` for the cells of that column, whichever rows there are."""
    for number, one in enumerate(ranges.values(), 1):
        letter = get_column_letter(number)
        last = max(2, len(one.texts) + 1)  # of an empty ledger, an empty row
        cells = place(title, f"${letter}$2:${letter}${last}")
        workbook.defined_names[one.name] = DefinedName(one.name, attr_text=cells)


def write_ledger(sheet: Any, heading: str, ranges: Ranges) -> None:
    """The records in the lines in which they stand in the CSV file."""
    columns = [*ranges.values()]
    widths = [_width(one) for one in columns]
    for number, (one, width) in enumerate(zip(columns, widths, strict=True), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        write_heading(sheet.cell(1, number), _heading(one.field))
    _fit(sheet, 1, map(_heading, (one.field for one in columns)), widths)
    records = len(columns[0].texts)
    for row, texts in enumerate(zip(*(one.texts for one in columns), strict=True), 2):
        for number, (one, text) in enumerate(zip(columns, texts, strict=True), 1):
            cell = sheet.cell(row, number)
            write_value(cell, cell_value(one.field, text), _format(one.field))
            if one.field.type == "date":
                looks.dress(cell, alignment=looks.MIDDLE)
        _fit(sheet, row, texts, widths)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(2, records + 1)}"
    looks.print_across(sheet, heading, rows="1:1")


def _fit(sheet: Any, row: int, texts: Iterable[str], widths: Iterable[float]) -> None:
    lines = max(map(looks.text_lines, texts, widths))
    sheet.row_dimensions[row].height = min(_HIGHEST, looks.row_height(lines))


def _heading(field: Field) -> str:
    return f"{template.heading(field)}\n（{field.name}）"


def _width(one: Range) -> float:
    content = max(map(looks.text_width, one.texts), default=0)
    title = looks.text_width(template.heading(one.field)) // 2 + 3
    name = looks.text_width(one.field.name) + 4
    wanted = looks.column_width(max(content, title, name))
    return min(_WIDEST, max(_NARROWEST, wanted))


def _format(field: Field) -> str:
    return looks.DATE if field.type == "date" else "General"
