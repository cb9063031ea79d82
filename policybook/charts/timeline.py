"""Events in order on a true time axis, running down the page. floor: charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from policybook.charts.fields import NOT_GIVEN, pick, unfit, words
from policybook.charts.sheet import (
    DONE,
    INK,
    LABEL,
    LEADING,
    MARGIN,
    QUIET,
    RULE,
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

AXIS = MARGIN + 82  # months stand left of it
DAY = AXIS + 40  # dates, titles and kinds right of it
SLACK = 1.5  # length of the axis in terms of the texts, so that they stay near their points
EXPECTED = ("预计完成", "到期")
"""Kinds of events that had not happened when the report was made: open marks."""


@dataclass(frozen=True)
class Event:
    """A dated event."""

    on: date | None
    day: str  # the date as written
    kind: str
    lines: tuple[str, ...]  # title, wrapped
    height: float  # what it takes of the page


@dataclass(frozen=True)
class Columns:
    """Where the three texts of an event stand."""

    title: float
    room: float  # width of a title
    kind: float


def timeline(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """Events at their places on a time axis, with date and kind; none of the texts overlap.

    Columns: title, on, kind, optional precision (月: the day is not known).
    Events without a date follow below the axis.
    """
    days = _dates(table, title)
    names = words(table, pick(table, title, "title"))
    kinds = words(table, pick(table, title, "kind"))
    precise = table.column("precision") if "precision" in table.columns else ("日",) * len(days)
    years = {day.year for day in days if day}
    written = [
        _written(day, precision == "月", len(years) > 1)
        for day, precision in zip(days, precise, strict=True)
    ]
    columns = _columns(written, kinds)
    events = []
    for day, text, name, kind in zip(days, written, names, kinds, strict=True):
        lines = tuple(wrap(name, LABEL, columns.room))
        events.append(Event(day, text, kind, lines, len(lines) * LABEL * LEADING + 6))
    note = "空心点：预计或到期" if any(event.kind in EXPECTED for event in events) else ""
    with sheet(title, unit, source, empty=not events, note=note) as page:
        _draw_axis(page, events, columns)
        for event in events:
            if event.on is None:
                _draw_event(page, event, columns, page.top)
                page.top += event.height
    return page.figure


def _dates(table: Table, title: str) -> list[date | None]:
    days: list[date | None] = []
    for day in table.column(pick(table, title, "on")):
        if day is not None and not isinstance(day, date):
            raise unfit(title, f"图表列 on 有不是日期的值：{day!r}。", "改用日期列。")
        days.append(day)
    return days


def _written(day: date | None, month_only: bool, with_year: bool) -> str:
    if day is None:
        return f"日期{NOT_GIVEN}"
    year = f"{day.year}年" if with_year else ""
    return f"{year}{day.month}月" + ("" if month_only else f"{day.day}日")


def _columns(days: Sequence[str], kinds: Sequence[str]) -> Columns:
    title = DAY + max((text_width(day, LABEL) for day in days), default=0.0) + 12
    kind = WIDTH - MARGIN - max((text_width(kind, SMALL) for kind in kinds), default=0.0)
    return Columns(title, kind - 12 - title, kind)


def _draw_axis(page: Sheet, events: Sequence[Event], columns: Columns) -> None:
    dated = sorted(((event.on, event) for event in events if event.on), key=lambda pair: pair[0])
    if not dated:
        return
    months = _months(dated[0][0], dated[-1][0])
    first, last = months[0].toordinal(), months[-1].toordinal()
    heights = [event.height for _, event in dated]
    top, length = page.top + 8, max(SLACK * sum(heights), 24.0 * (len(months) - 1))

    def place(day: date) -> float:
        return top + length * (day.toordinal() - first) / (last - first)

    page.line((AXIS, top), (AXIS, top + length), colour=RULE, width=1.6)
    for month in months:
        y = place(month)
        page.line((AXIS - 5, y), (AXIS, y))
        year = f"{month.year}年" if month == months[0] or month.month == 1 else ""
        page.text(AXIS - 10, y, f"{year}{month.month}月", SMALL, QUIET, "right")
    wanted = [place(day) for day, _ in dated]
    middles = spread(wanted, heights, top - 8, top + length + 8)
    for (_, event), y, middle in zip(dated, wanted, middles, strict=True):
        page.line((AXIS, y), (AXIS + 14, y), (DAY - 14, middle), (DAY - 5, middle))
        page.dot(AXIS, y, DONE, filled=event.kind not in EXPECTED)
        _draw_event(page, event, columns, middle - event.height / 2)
    page.top = top + length + 14


def _draw_event(page: Sheet, event: Event, columns: Columns, top: float) -> None:
    middle = top + event.height / 2
    page.text(DAY, middle, event.day, LABEL, QUIET)
    page.text(columns.kind, middle, event.kind, SMALL, QUIET)
    y = top + 3 + LABEL * LEADING / 2
    for line in event.lines:
        page.text(columns.title, y, line, LABEL, INK)
        y += LABEL * LEADING


def _months(first: date, last: date) -> list[date]:
    """Firsts of months from before ``first`` to after ``last``, at most about a dozen."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month
    step = next(n for n in (1, 2, 3, 6, 12, 24, 60, 120, 600, 6000) if (end - start) / n <= 13)
    start -= start % step
    count = -(-(end - start) // step) + 1
    months = [start + step * place for place in range(count)]
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def spread(
    wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float
) -> list[float]:
    """Middles of texts as near as can be to where they are wanted, none overlapping.

    ``wanted`` ascends; all stay between ``top`` and ``bottom`` if they fit there.
    Texts that would collide form a block that is centred on its members' places.
    """
    offsets, total = [], 0.0
    for height in heights:
        offsets.append(total + height / 2)
        total += height
    blocks: list[list[float]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        blocks.append([place - offset])
        while len(blocks) > 1 and _mean(blocks[-2]) >= _mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    highest = max(bottom - total, top)
    shifts = [min(max(_mean(block), top), highest) for block in blocks for _ in block]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=True)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
