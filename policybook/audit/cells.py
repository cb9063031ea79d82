"""How the cells of the workbook are written. floor: audit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl.cell import Cell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink

import policybook.sheets.looks as looks
from policybook.audit.formulas import DIFFERENT, SAME, Formula

RED = PatternFill("solid", bgColor="C00000", fgColor="C00000")
GREEN = PatternFill("solid", bgColor="E2F0D9", fgColor="E2F0D9")

_FORMULA = re.compile(r"[=+\-@\t\r]")
_FORBIDDEN = re.compile(r"[][:*?/\\']")
_LONGEST_TITLE = 31


def write_text(cell: Cell, text: str, font: Font = looks.BODY) -> None:
    """A text that no program will take for a formula, not even when the cell is edited."""
    looks.write_text(cell, looks.storable(text), font, border=looks.RULED)
    if "\r" in text:
        cell.value = str(cell.value).replace("\r", "_x000D_")
        cell.data_type = "s"
    if _FORMULA.match(text):
        cell.quotePrefix = True


def write_value(cell: Cell, value: Decimal | date | str | None, number_format: str) -> None:
    """A ledger's value: a number, a date, a text, or nothing at all."""
    if value is None or isinstance(value, str):
        write_text(cell, value or "")
        return
    cell.value = value
    _number(cell, number_format)


def write_formula(cell: Cell, formula: Formula, number_format: str = "General") -> None:
    """A formula, whose value is never stored."""
    text = f"={formula.text}"
    cell.value = ArrayFormula(cell.coordinate, text) if formula.array else text
    _number(cell, number_format)


def _number(cell: Cell, number_format: str) -> None:
    looks.dress(
        cell,
        number_format=number_format,
        font=looks.BODY,
        border=looks.RULED,
        alignment=looks.NUMBERS,
    )


def write_heading(cell: Cell, text: str) -> None:
    """What stands over a column."""
    write_text(cell, text, looks.WHITE)
    looks.dress(cell, fill=looks.REQUIRED, alignment=looks.CENTRED)


def link(cell: Cell, target: str, within: bool = False) -> None:
    """Makes a cell lead to a file beside the workbook, or to a place in it."""
    here = Hyperlink(ref=cell.coordinate, location=target)
    cell.hyperlink = here if within else target
    looks.dress(cell, font=looks.LINK)


def colour_checks(sheet: Any, cells: str) -> None:
    """Red where something differs, a quiet green where it agrees."""
    for text, fill, font in ((DIFFERENT, RED, Font(color="FFFFFF")), (SAME, GREEN, None)):
        rule = CellIsRule(operator="equal", formula=[f'"{text}"'], fill=fill, font=font)
        sheet.conditional_formatting.add(cells, rule)


def sheet_titles(wanted: Iterable[str]) -> list[str]:
    """Names that sheets may have, each once."""
    titles: list[str] = []
    for name in wanted:
        plain = _FORBIDDEN.sub(" ", name).strip()[:_LONGEST_TITLE] or "表"
        title, number = plain, 2
        while title.casefold() in {one.casefold() for one in titles}:
            mark = f"（{number}）"
            title, number = plain[: _LONGEST_TITLE - len(mark)] + mark, number + 1
        titles.append(title)
    return titles


def place(title: str, cells: str) -> str:
    """A range of another sheet."""
    return f"{quote_sheetname(title)}!{cells}"
