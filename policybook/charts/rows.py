"""Charts of one bar a row: progress, bars, funnel, lower bounds. floor: charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policybook.charts.fields import (
    NOT_GIVEN,
    SPACE,
    Number,
    amount,
    number_column,
    numbers,
    percent,
    pick,
    text_columns,
    units,
    words,
)
from policybook.charts.sheet import (
    DONE,
    INK,
    INNER,
    LABEL,
    MARGIN,
    NEUTRAL,
    PLAN,
    QUIET,
    REMAINING,
    Sheet,
    sheet,
    text_colour,
    text_width,
    wrap,
)
from policybook.model import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BAR = 18.0  # thickness
THIN = 3.0  # the least that is seen of a bar
GAP = 8.0  # between a bar and its label
ARROW = 12.0  # room of an open end
CROP = 1.6  # a completion beyond 160 % is drawn with an open end


@dataclass(frozen=True)
class Segment:
    """A piece of a bar."""

    length: float  # on the chart's common scale
    colour: str
    text: str = ""  # inside, where it fits


@dataclass(frozen=True)
class Row:
    """One bar with its name and label."""

    name: str
    label: str
    segments: tuple[Segment, ...] = ()
    start: float = 0.0  # left end on the common scale
    open_end: bool = False  # goes on beyond what is drawn
    mark: float | None = None  # where the plan stands

    @property
    def end(self) -> float:
        """The bar's right end on the common scale."""
        return self.start + sum(segment.length for segment in self.segments)


def draw_rows(page: Sheet, rows: Sequence[Row], zero: float = 0.0) -> None:
    """Bars on one scale, names beside them when short, above them when long."""
    if not rows:
        return
    widest = max(text_width(row.name, LABEL) for row in rows)
    beside = widest <= INNER * 0.36
    left = MARGIN + (widest + 14 if beside else 0.0)
    room = MARGIN + INNER - left
    scale = min(_room(row, room) / row.end if row.end > 0 else room for row in rows)
    first = page.top
    for row in rows:
        if not beside:
            page.lines(MARGIN, wrap(row.name, LABEL, INNER), LABEL)
            page.top += 3
        middle = page.top + BAR / 2 + 1
        if beside:
            page.text(left - 10, middle, row.name, align="right")
        _draw_row(page, row, left, middle, scale)
        page.top += BAR + (12 if beside else 16)
    page.top -= 8
    if beside:
        page.line((left + scale * zero, first - 4), (left + scale * zero, page.top))


def _room(row: Row, room: float) -> float:
    arrow = ARROW if row.open_end else 0.0
    return max(room - GAP - arrow - text_width(row.label, LABEL), room / 4)


def _draw_row(page: Sheet, row: Row, left: float, middle: float, scale: float) -> None:
    top, bottom = middle - BAR / 2, middle + BAR / 2
    x = left + scale * row.start
    for segment in row.segments:
        width = scale * segment.length
        page.box(x, top, max(width, THIN), BAR, segment.colour)
        if segment.text and text_width(segment.text, LABEL) + 8 <= width:
            colour = text_colour(segment.colour)
            page.text(x + width / 2, middle, segment.text, LABEL, colour, "center")
        x += width
    if row.open_end:
        tip = (x + 3, top), (x + ARROW - 3, middle), (x + 3, bottom)
        page.line(*tip, colour=row.segments[-1].colour, width=2)
        x += ARROW
    if row.mark is not None:
        place = left + scale * row.mark
        page.line((place, top), (place, bottom), colour="#ffffff", width=4)
        page.line((place, top - 3), (place, bottom + 3), colour=PLAN, width=1.6)
    gap = GAP if x > MARGIN else 0.0
    page.text(x + gap, middle, row.label, LABEL, QUIET if NOT_GIVEN in row.label else INK)


def progress(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """What is completed of each plan, the plan being 100 %: ``21/36台 58%``.

    Columns: title, planned or capacity_planned, completed or capacity_completed, optional unit.
    Without plan or completion only the number that is known is written.
    """
    names = words(table, pick(table, title, "title"))
    plan = pick(table, title, "planned", "capacity_planned")
    done = pick(table, title, "completed", "capacity_completed")
    headings = dict(zip(table.columns, table.headings, strict=True))
    cells = zip(
        names,
        numbers(table, title, plan),
        numbers(table, title, done),
        units(table, ""),  # a unit of % means the rate, not the counts
        strict=True,
    )
    rows = [
        _progress_row(name, planned, completed, each, headings[plan], headings[done])
        for name, planned, completed, each in cells
    ]
    note = "整条表示计划（100%）" if rows else ""
    with sheet(title, unit, source, empty=not rows, note=note) as page:
        if rows:
            page.key([(DONE, headings[done]), (REMAINING, "未完成部分")])
        draw_rows(page, rows)
    return page.figure


def _progress_row(
    name: str,
    planned: Number | None,
    completed: Number | None,
    unit: str,
    plan: str,
    done: str,
) -> Row:
    if planned is None or completed is None:
        known = [
            f"{heading}{NOT_GIVEN if value is None else amount(value, unit)}"
            for heading, value in ((plan, planned), (done, completed))
        ]
        return Row(name, NOT_GIVEN if planned == completed else "，".join(known))
    label = f"{amount(completed)}/{amount(planned, unit)}"
    if planned <= 0:
        return Row(name, label)
    share = float(completed) / float(planned)
    drawn = min(share, CROP)
    segments = [Segment(drawn, DONE)] if drawn > 0 else []
    if share < 1:
        segments.append(Segment(1 - drawn, REMAINING))
    return Row(
        name,
        f"{label}{SPACE}{percent(completed, planned)}",
        tuple(segments),
        open_end=share > CROP,
        mark=1.0 if share > 1 else None,
    )


def bars(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """One number a row, written at the end of its bar.

    Columns: title (or the first column of text), one column of numbers, optional unit.
    """
    names = "title" if "title" in table.columns else text_columns(table, title, 1)[0]
    values = numbers(table, title, number_column(table, title, [names]))
    known = [float(value) for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    span = high - low or 1.0

    def row(name: str, value: Number | None, unit: str) -> Row:
        if value is None:
            return Row(name, NOT_GIVEN, start=-low / span)
        start = (min(float(value), 0.0) - low) / span
        segment = Segment(abs(float(value)) / span, NEUTRAL)
        return Row(name, amount(value, unit), (segment,) if value else (), start)

    rows = list(map(row, words(table, names), values, units(table, unit)))
    with sheet(title, unit, source, empty=not rows) as page:
        draw_rows(page, rows, zero=-low / span)
    return page.figure


def funnel(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """Counts each contained in the one before, with their share of the first.

    Columns: the first of text, one of numbers. The pale part is what dropped out.
    """
    names = text_columns(table, title, 1)[0]
    values = numbers(table, title, number_column(table, title, [names]))
    whole = values[0] if values else None
    largest = max((float(value) for value in values if value is not None), default=0.0) or 1.0
    rows: list[Row] = []
    before: float | None = None
    for name, value, each in zip(words(table, names), values, units(table, unit), strict=True):
        if value is None:
            rows.append(Row(name, NOT_GIVEN))
            continue
        length = float(value) / largest
        segments = [Segment(length, DONE)] if length > 0 else []
        if before is not None and before > length:
            segments.append(Segment(before - length, REMAINING))
        share = percent(value, whole) if rows and whole else ""
        rows.append(Row(name, f"{amount(value, each)}{SPACE}{share}".strip(), tuple(segments)))
        before = length
    note = f"百分比为占“{rows[0].name}”的比重" if whole and len(rows) > 1 else ""
    with sheet(title, unit, source, empty=not rows, note=note) as page:
        draw_rows(page, rows)
    return page.figure


def lower_bounds(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """Counts of which some are only known as "more than": an open end and 余.

    Columns: title, count, unit, at_least (是 or 否).
    """
    names = words(table, pick(table, title, "title"))
    counts = numbers(table, title, pick(table, title, "count"))
    pick(table, title, "unit")
    at_least = table.column(pick(table, title, "at_least"))
    largest = max((float(count) for count in counts if count is not None), default=0.0) or 1.0

    def row(name: str, count: Number | None, unit: str, more: object) -> Row:
        if count is None:
            return Row(name, NOT_GIVEN)
        is_open = more == "是"
        segments = (Segment(float(count) / largest, NEUTRAL),)
        label = f"{amount(count)}{'余' if is_open else ''}{unit}"
        return Row(name, label, segments, open_end=is_open)

    rows = list(map(row, names, counts, units(table, unit), at_least))
    note = "“余”和开口表示不少于" if any(row.open_end for row in rows) else ""
    with sheet(title, unit, source, empty=not rows, note=note) as page:
        draw_rows(page, rows)
    return page.figure
