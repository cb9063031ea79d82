"""Workbooks through openpyxl, as grids. floor: sheets."""

from __future__ import annotations

import io
import warnings
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from policybook.errors import PolicybookError, error
from policybook.sheets.archive import unpack
from policybook.sheets.cleaning import clean
from policybook.sheets.grid import Cell, Grid, Merge
from policybook.sheets.looks import AUTHOR
from policybook.sheets.values import Value


def read_workbook(content: bytes, name: str) -> list[Grid]:
    """Every sheet of a workbook; raises :class:`PolicybookError` when it cannot be read."""
    packed, has_formulas = unpack(content, name)
    try:
        book = _load(packed, data_only=True)
        formulas = _load(packed, data_only=False) if has_formulas else None
        return [
            _read_sheet(sheet, formulas[sheet.title] if formulas else None)
            for sheet in book.worksheets
        ]
    # A damaged workbook raises almost anything in openpyxl, and must not stop the others.
    except Exception as problem:
        message = f"文件已损坏，读不了：{type(problem).__name__} {problem}。"
        remedy = "用表格软件打开，另存为 .xlsx 后再交。"
        raise PolicybookError(error("ingest.broken", name, message, remedy)) from None


def _load(packed: io.BytesIO, data_only: bool) -> Any:
    packed.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about formats and extensions that hold no data
        return load_workbook(packed, data_only=data_only, keep_links=False)


def _read_sheet(sheet: Any, formulas: Any) -> Grid:
    written = _formulas(formulas) if formulas else {}
    looks: dict[int, tuple[str, bool]] = {}
    rows: dict[int, dict[int, Cell]] = {}
    # Not iter_rows(): a stray cell at XFD1048576 would make 17 billion of them.
    for (row, column), cell in sorted(sheet._cells.items()):
        formula = written.get((row, column), "")
        value = _value(cell, formula)
        if (value is None and not formula) or value == "":
            continue
        if cell.has_style:
            style = cell.style_id
            if style not in looks:
                looks[style] = (cell.number_format, bool(cell.font.strike))
            form, struck = looks[style]
        else:
            form, struck = "General", False
        has_comment = cell.comment and cell.comment.author != AUTHOR  # not our template's own
        comment = cell.comment.text if has_comment else ""
        rows.setdefault(row, {})[column] = Cell(row, column, value, form, formula, struck, comment)
    return Grid(
        sheet=sheet.title,
        rows=rows,
        merges=tuple(
            Merge(one.min_row, one.min_col, one.max_row, one.max_col)
            for one in sheet.merged_cells.ranges
        ),
        hidden_rows=frozenset(row for row, look in sheet.row_dimensions.items() if look.hidden),
        hidden_columns=frozenset(
            column
            for look in sheet.column_dimensions.values()
            if look.hidden
            for column in range(look.min or 1, (look.max or 0) + 1)
        ),
        visible=sheet.sheet_state == "visible",
        epoch=sheet.parent.epoch,
    )


def _value(cell: Any, formula: str) -> Value | None:
    """A cell's value; text of blanks alone is none, and so is an empty text of a formula."""
    value: Value | None = cell.value
    if isinstance(value, str):
        value = unescape(value) if "_x" in value else value
        return value if clean(value)[0] else ""
    if value is None and formula and cell.data_type in ("s", "str"):
        return ""
    return value


def _formulas(sheet: Any) -> dict[tuple[int, int], str]:
    """Row and column → formula as text; that of an array stands in its first cell."""
    return {
        place: str(getattr(cell.value, "text", cell.value))
        for place, cell in sheet._cells.items()
        if cell.data_type == "f"
    }
