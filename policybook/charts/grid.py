"""A heat map: how two groupings of the same records meet. floor: charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policybook.charts.fields import (
    NOT_GIVEN,
    Number,
    amount,
    number_column,
    numbers,
    text_columns,
    words,
)
from policybook.charts.sheet import (
    INK,
    INNER,
    LABEL,
    LEADING,
    MARGIN,
    QUIET,
    SMALL,
    Sheet,
    sheet,
    text_colour,
    text_width,
    wrap,
)
from policybook.model import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHADES = ("#eaf1f8", "#cfe0f0", "#a5c6e3", "#6f9fcd", "#3d76b0", "#12436d")
"""One hue from pale to dark: more is darker, in grey too."""

HEIGHT = 30.0  # of a cell, at least
SLIT = 2.0  # between cells
NAMES = 0.34  # of the width, at most, for the names of the rows
NARROW = 48.0  # narrower cells would not hold their words: columns go on in a block below


@dataclass(frozen=True)
class Grid:
    """The cells by row and column, and how they are shown."""

    cells: dict[tuple[str, str], Number | None]
    unit: str
    low: float  # of the scale of shades; 0 when no number is negative
    high: float

    def label(self, row: str, column: str) -> str:
        """What is written in a cell; nothing where the table has no such pair."""
        if (row, column) not in self.cells:
            return ""
        value = self.cells[row, column]
        return NOT_GIVEN if value is None else amount(value, self.unit)

    def shade(self, row: str, column: str) -> str | None:
        """A cell's colour; none where there is no number."""
        value = self.cells.get((row, column))
        if value is None:
            return None
        share = (float(value) - self.low) / (self.high - self.low or 1.0)
        return SHADES[min(int(share * len(SHADES)), len(SHADES) - 1)]


def heatmap(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """A field of cells, each with its number, the darker the larger.

    Columns: two of text (row, column), one of numbers. Rows stand in the order in which they
    first occur, columns in that of their names; what occurs twice is added up. A pair that the
    table does not have stays blank.
    """
    down, across = text_columns(table, title, 2)
    values = numbers(table, title, number_column(table, title, [down, across]))
    rows, columns = words(table, down), words(table, across)
    cells: dict[tuple[str, str], Number | None] = {}
    for row, column, value in zip(rows, columns, values, strict=True):
        before = cells.get((row, column), 0)
        cells[row, column] = None if value is None or before is None else before + value
    known = [float(value) for value in cells.values() if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    grid = Grid(cells, "%" if unit == "%" else "", low, high)
    note = "颜色越深，数越大；空白处没有记录" if cells else ""
    with sheet(title, unit, source, empty=not cells, note=note) as page:
        if cells:
            _draw_blocks(page, grid, list(dict.fromkeys(rows)), sorted(set(columns)))
    return page.figure


def _draw_blocks(page: Sheet, grid: Grid, rows: Sequence[str], columns: Sequence[str]) -> None:
    names = min(max(text_width(row, LABEL) for row in rows) + 1, INNER * NAMES)
    left = MARGIN + names + 10
    room = MARGIN + INNER - left
    labels = [grid.label(*place) for place in grid.cells]
    least = max(NARROW, max(text_width(label, LABEL) for label in labels) + 8)
    count = max(1, int((room + SLIT) // (least + SLIT)))
    width = (room + SLIT) / min(count, len(columns)) - SLIT
    for start in range(0, len(columns), count):
        page.top += 14 if start else 0
        _draw_block(page, grid, rows, columns[start : start + count], left, width)


def _draw_block(
    page: Sheet,
    grid: Grid,
    rows: Sequence[str],
    columns: Sequence[str],
    left: float,
    width: float,
) -> None:
    places = [left + number * (width + SLIT) for number in range(len(columns))]
    heads = [wrap(column, SMALL, width) for column in columns]
    line = SMALL * LEADING
    bottom = page.top + line * max(map(len, heads))
    for x, lines in zip(places, heads, strict=True):
        for number, text in enumerate(lines):
            y = bottom - line * (len(lines) - number - 0.5)
            page.text(x + width / 2, y, text, SMALL, QUIET, "center")
    page.top = bottom + 4
    for row in rows:
        lines = wrap(row, LABEL, left - 10 - MARGIN)
        height = max(HEIGHT, len(lines) * LABEL * LEADING + 4)
        middle = page.top + height / 2
        for number, text in enumerate(lines):
            y = middle + LABEL * LEADING * (number - (len(lines) - 1) / 2)
            page.text(left - 10, y, text, LABEL, INK, "right")
        for x, column in zip(places, columns, strict=True):
            _draw_cell(page, grid, (row, column), (x, page.top, width, height))
        page.top += height + SLIT


def _draw_cell(
    page: Sheet,
    grid: Grid,
    place: tuple[str, str],
    box: tuple[float, float, float, float],
) -> None:
    x, top, width, height = box
    shade, label = grid.shade(*place), grid.label(*place)
    if shade:
        page.box(x, top, width, height, shade)
    if label:
        colour = text_colour(shade) if shade else QUIET
        size = LABEL if shade else SMALL
        page.text(x + width / 2, top + height / 2, label, size, colour, "center")
