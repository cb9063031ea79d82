"""A sheet as sparse rows of cells, whatever file it comes from. floor: sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import WINDOWS_EPOCH

from policybook.sheets.values import Value


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell."""

    row: int
    column: int
    value: Value | None  # None: a formula that was never calculated
    form: str = "General"  # number format
    formula: str = ""
    struck: bool = False
    comment: str = ""

    @property
    def address(self) -> str:
        """``I3``."""
        return address(self.row, self.column)


@dataclass(frozen=True)
class Merge:
    """A range of merged cells; the first one holds the value."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def wide(self) -> bool:
        """Whether it covers several columns."""
        return self.right > self.left


@dataclass(frozen=True)
class Grid:
    """One sheet."""

    sheet: str  # its title; "" for CSV
    rows: Mapping[int, Mapping[int, Cell]]  # filled cells only, in order
    merges: tuple[Merge, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    visible: bool = True
    epoch: datetime = WINDOWS_EPOCH
    widths: Mapping[int, int] = field(default_factory=dict)  # cells a CSV row has

    @cached_property
    def merge_at(self) -> dict[tuple[int, int], Merge]:
        """Row and column → the merged range there, within the filled part of the sheet."""
        last = max(self.rows, default=0)
        end = max((max(cells) for cells in self.rows.values()), default=0)
        return {
            (row, column): merge
            for merge in self.merges
            for row in range(merge.top, min(merge.bottom, last) + 1)
            for column in range(merge.left, min(merge.right, end) + 1)
        }

    @cached_property
    def merged_columns(self) -> dict[int, set[int]]:
        """Row → its columns that belong to merged ranges."""
        columns: dict[int, set[int]] = {}
        for row, column in self.merge_at:
            columns.setdefault(row, set()).add(column)
        return columns

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that shows at a place, which is the first one where cells are merged."""
        if self.merge_at and (merge := self.merge_at.get((row, column))):
            row, column = merge.top, merge.left
        return self.rows.get(row, {}).get(column)

    def text(self, row: int, column: int) -> str:
        """What shows at a place if it is text, else ``""``."""
        cell = self.at(row, column)
        return cell.value if cell and isinstance(cell.value, str) else ""

    @property
    def filled(self) -> int:
        """How many cells have content."""
        return sum(len(cells) for cells in self.rows.values())


def address(row: int, column: int) -> str:
    """``I3``."""
    return f"{get_column_letter(column)}{row}"


def list_rows(rows: Iterable[int]) -> str:
    """Row numbers in short: ``5、7–9``."""
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return "、".join(f"{low}" if low == high else f"{low}–{high}" for low, high in spans)
