"""A trend: how numbers went from quarter to quarter, one small panel a series. floor: charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policybook.charts.fields import (
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
    MARGIN,
    QUIET,
    SMALL,
    WIDTH,
    Sheet,
    sheet,
    text_width,
    wrap,
)
from policybook.model import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 64.0  # of a panel's plot
LINE = "#12436d"
MANY = 8  # with more quarters only the first, the last and the extremes are labelled


@dataclass(frozen=True)
class Series:
    """One statistic's values, None where a quarter has none."""

    name: str
    values: tuple[Number | None, ...]


def trend(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """Numbers over quarters: the first text column is the quarter, the second the series.

    Each series has its own panel and scale from zero, so that lines never cross and the
    chart is read without a key; a quarter without a value leaves a gap.
    """
    period, name = text_columns(table, title, 2)
    quarters = list(dict.fromkeys(words(table, period)))
    values = numbers(table, title, number_column(table, title, (period, name)))
    cells = dict(
        zip(zip(words(table, name), words(table, period), strict=True), values, strict=True)
    )
    names = list(dict.fromkeys(words(table, name)))
    with sheet(title, unit, source, empty=not table.rows) as page:
        for one in names:
            row = tuple(cells.get((one, quarter)) for quarter in quarters)
            _draw_panel(page, Series(one, row), unit)
        if names:
            _draw_quarters(page, quarters)
        return page.figure


def _places(count: int) -> list[float]:
    left, right = MARGIN + 24, WIDTH - MARGIN - 24
    step = (right - left) / max(count - 1, 1)
    return [left + step * number for number in range(count)]


def _draw_panel(page: Sheet, series: Series, unit: str) -> None:
    page.lines(MARGIN, wrap(series.name, LABEL, INNER), LABEL)
    bottom = page.top + SMALL * 2 + HEIGHT
    known = [float(value) for value in series.values if value is not None]
    high, low = max([*known, 0.0]), min([*known, 0.0])
    scale = HEIGHT / (high - low) if high > low else 0.0
    zero = bottom + low * scale
    page.line((MARGIN, zero), (WIDTH - MARGIN, zero))
    before: tuple[float, float] | None = None
    for x, value in zip(_places(len(series.values)), series.values, strict=True):
        here = None if value is None else (x, zero - float(value) * scale)
        if before and here:
            page.line(before, here, colour=LINE, width=1.8)
        before = here
    for number, x in enumerate(_places(len(series.values))):
        value = series.values[number]
        if value is None:
            continue
        y = zero - float(value) * scale
        last = number == len(series.values) - 1
        page.dot(x, y, LINE, filled=last)
        if _labelled(series, number):
            text = amount(value) + (unit if unit == "%" else "")
            page.text(x, y - SMALL * 1.1, text, SMALL, INK if last else QUIET, "center")
    page.top = bottom + 14


def _labelled(series: Series, number: int) -> bool:
    known = [value for value in series.values if value is not None]
    ends = (0, len(series.values) - 1)
    extremes = {series.values.index(max(known)), series.values.index(min(known))}
    return len(series.values) <= MANY or number in ends or number in extremes


def _draw_quarters(page: Sheet, quarters: list[str]) -> None:
    """The quarters under all panels, as many as there is room for, the last always."""
    places = _places(len(quarters))
    room = max(text_width(quarter, SMALL) for quarter in quarters) + 10
    step = places[1] - places[0] if len(places) > 1 else room
    every = max(1, -(-int(room) // max(int(step), 1)))
    for number, (x, quarter) in enumerate(zip(places, quarters, strict=True)):
        if (len(quarters) - 1 - number) % every == 0:
            page.text(x, page.top + SMALL, quarter, SMALL, QUIET, "center")
    page.top += SMALL * 2.2
