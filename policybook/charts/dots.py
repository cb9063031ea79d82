"""Dots against a line: completion held against the time gone. floor: charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policybook.charts.fields import NOT_GIVEN, Number, amount, numbers, pick, words
from policybook.charts.sheet import (
    DONE,
    INK,
    INNER,
    LABEL,
    LEADING,
    MARGIN,
    PLAN,
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

STROKE = 20.0  # height of the line in a row
ROW = 28.0
CROP = 2.0  # what is beyond 200 % is drawn at the end, with an arrow
ARROW = 10.0
PALE = "#90b8de"
LOOKS = {"滞后": (DONE, True), "正常": (PALE, True), "超前": (DONE, False)}
"""Colour of a standing's dots, and whether they are filled; they differ in grey too."""


@dataclass(frozen=True)
class Dot:
    """A record in its row."""

    rate: Number
    line: Number | None
    standing: str


def pace(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """A row a title, a dot a record at its completion, a stroke at its time-progress line.

    Columns: title, rate and line (as ratios), standing. Rows stand in the order in which they
    first occur; the number is written where a row has one record. Records without a rate are
    said to be 未载明.
    """
    names = words(table, pick(table, title, "title"))
    rates = numbers(table, title, pick(table, title, "rate"))
    lines = numbers(table, title, pick(table, title, "line"))
    standings = words(table, pick(table, title, "standing"))
    rows: dict[str, list[Dot]] = {name: [] for name in names}
    for name, rate, line, standing in zip(names, rates, lines, standings, strict=True):
        if rate is not None:
            rows[name].append(Dot(rate, line, standing))
    with sheet(title, unit, source, empty=not rows) as page:
        if rows:
            _draw_key(page, [dot.standing for dots in rows.values() for dot in dots])
            _draw_rows(page, rows)
    return page.figure


def _draw_key(page: Sheet, standings: Sequence[str]) -> None:
    x = MARGIN
    entries = [*(one for one in LOOKS if one in standings), "时序进度"]
    for entry in entries:
        middle = page.top + SMALL * LEADING / 2
        if entry in LOOKS:
            page.dot(x + 5, middle, *LOOKS[entry])
        else:
            page.line((x + 5, middle - 8), (x + 5, middle + 8), colour=PLAN, width=1.6)
        page.text(x + 16, middle, entry, SMALL, QUIET)
        x += 34 + text_width(entry, SMALL)
    page.top += SMALL * LEADING + 8


def _label(dots: Sequence[Dot]) -> str:
    if not dots:
        return NOT_GIVEN
    return amount(dots[0].rate, "%") if len(dots) == 1 else ""


def _draw_rows(page: Sheet, rows: dict[str, list[Dot]]) -> None:
    widest = max(text_width(name, LABEL) for name in rows)
    beside = widest <= INNER * 0.36
    left = MARGIN + (widest + 14 if beside else 0.0)
    label = max(text_width(_label(dots), LABEL) for dots in rows.values())
    right = WIDTH - MARGIN - label - ARROW - (10 if label else 4)
    known = [float(dot.rate) for dots in rows.values() for dot in dots]
    scale = (right - left) / min(max([1.0, *known]), CROP)
    for share, text in ((0, "0%"), (1, "100%")):
        page.text(
            left + scale * share, page.top + 7, text, SMALL, QUIET, "center" if share else "left"
        )
    page.top += SMALL * LEADING + 2
    top = page.top
    for name, dots in rows.items():
        if not beside:
            page.lines(MARGIN, wrap(name, LABEL, INNER), LABEL)
        middle = page.top + ROW / 2
        if beside:
            page.text(left - 10, middle, name, align="right")
        _draw_row(page, dots, left, middle, scale)
        page.text(WIDTH - MARGIN, middle, _label(dots), LABEL, INK if dots else QUIET, "right")
        page.top += ROW
    if beside:
        for share in (0, 1):
            page.line((left + scale * share, top), (left + scale * share, page.top))


def _draw_row(page: Sheet, dots: Sequence[Dot], left: float, middle: float, scale: float) -> None:
    page.line((left, middle), (left + scale, middle))
    for line in {float(dot.line) for dot in dots if dot.line is not None}:
        x = left + scale * line
        page.line((x, middle - STROKE / 2), (x, middle + STROKE / 2), colour=PLAN, width=1.6)
    for dot in sorted(dots, key=lambda dot: dot.rate):
        x = left + scale * min(max(float(dot.rate), 0.0), CROP)
        page.dot(x, middle, *LOOKS.get(dot.standing, (QUIET, False)))
        if dot.rate > CROP:
            tip = (x + 6, middle - 4), (x + ARROW, middle), (x + 6, middle + 4)
            page.line(*tip, colour=QUIET, width=1.6)
