"""Charts of parts of a whole: composition and stacked bars. floor: charts."""

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
    text_columns,
    units,
    words,
)
from policybook.charts.rows import Row, Segment, draw_rows
from policybook.charts.sheet import (
    INK,
    INNER,
    LABEL,
    LEADING,
    MARGIN,
    PARTS,
    QUIET,
    WIDTH,
    Sheet,
    sheet,
    text_width,
    wrap,
)
from policybook.model import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 34.0  # of the composition's one bar
SLIT = 3.0  # between its parts


@dataclass(frozen=True)
class Part:
    """A part of the whole."""

    name: str
    number: str
    share: str  # in per cent, or "" when the whole is not known
    length: float  # share of the bar
    colour: str


def composition(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """One bar made up of its parts, each with number and share.

    Columns: the first of text, one of numbers.
    When a part is not given the whole is unknown: no bar and no shares, only the numbers.
    """
    names = text_columns(table, title, 1)[0]
    values = numbers(table, title, number_column(table, title, [names]))
    parts = _parts(words(table, names), values, units(table, unit))
    known = [value for value in values if value is not None]
    whole = len(known) == len(values) > 0
    note = f"合计：{amount(sum(known), '%' if unit == '%' else '')}" if whole else ""
    with sheet(title, unit, source, empty=not parts, note=note) as page:
        if parts:
            _draw_bar(page, parts)
            _draw_labels(page, parts)
    return page.figure


def _parts(
    names: Sequence[str], values: Sequence[Number | None], units: Sequence[str]
) -> list[Part]:
    total = sum(value for value in values if value is not None)
    whole = None not in values
    parts = []
    for place, (name, value, unit) in enumerate(zip(names, values, units, strict=True)):
        share = percent(value, total) if whole and value is not None else ""
        number = NOT_GIVEN if value is None else amount(value, unit)
        length = float(value or 0) / float(total) if whole and total > 0 else 0.0
        parts.append(Part(name, number, share, length, PARTS[place % len(PARTS)]))
    return parts


def _draw_bar(page: Sheet, parts: Sequence[Part]) -> None:
    shown = [part for part in parts if part.length > 0]
    if not shown:
        return
    x, room = MARGIN, INNER - SLIT * (len(shown) - 1)
    for part in shown:
        page.box(x, page.top, max(part.length * room, 1.2), HEIGHT, part.colour)
        x += part.length * room + SLIT
    page.top += HEIGHT + 8


def _draw_labels(page: Sheet, parts: Sequence[Part]) -> None:
    room = INNER - SLIT * (len(parts) - 1)
    if all(_width(part) + 8 <= part.length * room for part in parts):
        _draw_beneath(page, parts, room)
    else:
        _draw_list(page, parts)


def _width(part: Part) -> float:
    return max(text_width(part.name, LABEL), text_width(_label(part), LABEL))


def _label(part: Part) -> str:
    return f"{part.number}{SPACE}{part.share}".rstrip()


def _draw_beneath(page: Sheet, parts: Sequence[Part], room: float) -> None:
    x = MARGIN
    for part in parts:
        page.text(x, page.top + 10, part.name)
        page.text(x, page.top + 10 + LABEL * LEADING, _label(part))
        x += part.length * room + SLIT
    page.top += 2 * LABEL * LEADING + 4


def _draw_list(page: Sheet, parts: Sequence[Part]) -> None:
    right = WIDTH - MARGIN
    middle_column = right - max(text_width(part.share, LABEL) for part in parts) - 14
    widest = max(text_width(part.number, LABEL) for part in parts)
    for part in parts:
        middle = page.top + LABEL * LEADING / 2
        page.box(MARGIN, middle - 6, 12, 12, part.colour)
        colour = QUIET if part.number == NOT_GIVEN else INK
        page.text(middle_column, middle, part.number, LABEL, colour, "right")
        page.text(right, middle, part.share, LABEL, INK, "right")
        room = middle_column - widest - 16 - (MARGIN + 20)
        page.lines(MARGIN + 20, wrap(part.name, LABEL, room), LABEL)
        page.top += 5


def stacked(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """A bar a group, made up of the same parts, with the group's total.

    Columns: two of text (group, part), one of numbers. Groups and parts stand in the
    order in which they first occur.
    """
    group, part = text_columns(table, title, 2)
    values = numbers(table, title, number_column(table, title, [group, part]))
    groups, parts = words(table, group), words(table, part)
    colours = {name: PARTS[place % len(PARTS)] for place, name in enumerate(dict.fromkeys(parts))}
    cells: dict[str, dict[str, Number | None]] = {name: {} for name in groups}
    for key, name, value in zip(groups, parts, values, strict=True):
        before = cells[key].get(name, 0)
        cells[key][name] = None if value is None or before is None else before + value
    totals = [sum(value or 0 for value in row.values()) for row in cells.values()]
    largest = float(max(totals, default=0)) or 1.0
    suffix = "%" if unit == "%" else ""
    rows = [_stack(name, cells[name], colours, largest, suffix) for name in cells]
    with sheet(title, unit, source, empty=not rows) as page:
        if rows:
            page.key([(colour, name) for name, colour in colours.items()])
        draw_rows(page, rows)
    return page.figure


def _stack(
    name: str,
    cells: dict[str, Number | None],
    colours: dict[str, str],
    largest: float,
    unit: str,
) -> Row:
    known = {part: value for part, value in cells.items() if value is not None}
    missing = "、".join(part for part in cells if part not in known)
    if not known:
        return Row(name, NOT_GIVEN)
    shown = [part for part in colours if known.get(part)]
    segments = tuple(
        Segment(
            float(known[part]) / largest,
            colours[part],
            amount(known[part], unit) if len(shown) > 1 else "",
        )
        for part in shown
    )
    label = amount(sum(known.values()), unit)
    return Row(name, f"{label}（{missing}{NOT_GIVEN}）" if missing else label, segments)
