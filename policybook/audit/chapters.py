"""A sheet a chapter: each fact with its operands, value and check. floor: audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter

import policybook.sheets.looks as looks
from policybook.audit.cells import (
    colour_checks,
    link,
    write_formula,
    write_heading,
    write_text,
    write_value,
)
from policybook.audit.filters import Ranges
from policybook.audit.formulas import (
    Formula,
    check_formula,
    formulas_of,
    places_of,
    value_formula,
)
from policybook.model import EVIDENCE_TEXT, Fact
from policybook.sheets.amounts import EXCEL

COLUMNS = {
    "指标": 34,
    "编号": 33,
    "公布值": 15,
    "重算值": 15,
    "核对": 8,
    "单位": 8,
    "页面显示": 16,
    "证据等级": 14,
    "算法": 46,
    "算式": 14,
}
"""Headings and widths; the operands follow, then those without data."""

PUBLISHED, COMPUTED, CHECKED = "C", "D", "E"
_OPERAND_WIDTH = 14
_SHARE = "0.00##%"
_DATES = ("min", "max")


@dataclass(frozen=True)
class _Tail:
    """Where a chapter's operands stand, to the right of the columns that all chapters have."""

    operands: int
    missing: int

    @property
    def headings(self) -> list[str]:
        letters = (chr(ord("a") + number) for number in range(self.operands))
        return [
            *(f"分项 {letter}" for letter in letters),
            *(f"缺数 {number + 1}" for number in range(self.missing)),
        ]

    def column(self, name: str) -> int:
        return len(COLUMNS) + 1 + ord(name) - ord("a")

    def columns(self, fact: Fact) -> list[int]:
        """Those of a fact's operands, then of its missing ones, whose letters may come again."""
        first = len(COLUMNS) + 1 + self.operands
        empty = range(first, first + len(fact.missing))
        return [*(self.column(part.name) for part in fact.operands), *empty]


def write_chapter(
    sheet: Any, heading: str, facts: Sequence[Fact], ledgers: Mapping[str, Ranges]
) -> None:
    """The sheet of one chapter, a row a fact."""
    names = {part.name for fact in facts for part in fact.operands}
    tail = _Tail(ord(max(names)) - ord("a") + 1, max(len(fact.missing) for fact in facts))
    headings = [*COLUMNS, *tail.headings]
    widths = [*COLUMNS.values(), *[_OPERAND_WIDTH] * len(tail.headings)]
    for number, (text, width) in enumerate(zip(headings, widths, strict=True), 1):
        write_heading(sheet.cell(1, number), text)
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[1].height = looks.row_height(1)
    for row, fact in enumerate(facts, 2):
        for number in range(1, len(headings) + 1):
            looks.dress(sheet.cell(row, number), border=looks.RULED)
        _write_texts(sheet, row, fact)
        _write_formulas(sheet, row, fact, ledgers, tail.columns(fact))
    last = len(facts) + 1
    colour_checks(sheet, f"{CHECKED}2:{CHECKED}{last}")
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{last}"
    looks.print_across(sheet, heading, rows="1:1")


def _write_formulas(
    sheet: Any, row: int, fact: Fact, ledgers: Mapping[str, Ranges], columns: Sequence[int]
) -> None:
    parts = (*fact.operands, *fact.missing)
    cells = [sheet.cell(row, number) for number in columns]
    for part, formula, cell in zip(parts, formulas_of(fact, ledgers), cells, strict=True):
        write_formula(cell, formula, looks.DATE if part.reduction in _DATES else "General")
    places = [cell.coordinate for cell in cells]
    own = dict(zip((part.name for part in fact.operands), places, strict=False))
    published, computed = f"{PUBLISHED}{row}", f"{COMPUTED}{row}"
    shown = _SHARE if fact.unit == "%" else "General"
    write_published(sheet[published], fact.value, shown)
    write_formula(sheet[computed], Formula(value_formula(fact, own)), shown)
    digits = places_of(fact, ledgers)
    checked = check_formula(computed, published, digits, places[len(fact.operands) :])
    write_formula(sheet[f"{CHECKED}{row}"], Formula(checked))
    looks.dress(sheet[f"{CHECKED}{row}"], alignment=looks.CENTRED)


def write_published(cell: Cell, value: str, number_format: str) -> None:
    """The exact value: a number, or as formula what no cell could hold exactly, such as p/q."""
    if "/" not in value and EXCEL.plus(Decimal(value)) == Decimal(value):
        write_value(cell, Decimal(value), number_format)
    else:
        write_formula(cell, Formula(value), number_format)


def _write_texts(sheet: Any, row: int, fact: Fact) -> None:
    texts = {
        "指标": fact.label,
        "编号": fact.id,
        "单位": fact.unit,
        "页面显示": fact.display,
        "证据等级": EVIDENCE_TEXT[fact.evidence][0],
        "算法": fact.words,
        "算式": fact.expression.translate(str.maketrans("/*-", "÷×−")),
    }
    lines = 1
    for number, (name, width) in enumerate(COLUMNS.items(), 1):
        cell = sheet.cell(row, number)
        if name in texts:
            write_text(cell, texts[name])
            lines = max(lines, looks.text_lines(texts[name], width))
    for name in ("单位", "页面显示", "证据等级", "算式"):
        looks.dress(sheet.cell(row, [*COLUMNS].index(name) + 1), alignment=looks.CENTRED)
    link(sheet.cell(row, 1), f"trace/{fact.id}.html")
    sheet.row_dimensions[row].height = looks.row_height(lines)
