"""A chart of what went from where to where: bands between two columns. floor: charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from policybook.charts.fields import (
    Number,
    amount,
    number_column,
    numbers,
    text_columns,
    unfit,
    words,
)
from policybook.charts.sheet import (
    INK,
    INNER,
    LABEL,
    LEADING,
    MARGIN,
    PARTS,
    QUIET,
    SMALL,
    WIDTH,
    Sheet,
    sheet,
    text_colour,
    text_width,
    wrap,
)
from policybook.model import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 220.0  # of all bands together
BAR = 10.0  # width of a node
SLIT = 10.0  # between nodes
GAP = 8.0  # between a node and its label
ROOM = 0.3  # of the width, the most that a column of labels takes
LINE = LABEL * LEADING

Flows = Mapping[tuple[str, str], Number]


@dataclass(frozen=True)
class Node:
    """A name in one of the columns, with the place of its bar and its label."""

    top: float
    height: float
    slot: float  # height that bar and label take together
    label: tuple[str, ...]


def flow(table: Table, *, title: str, unit: str, source: str) -> Figure:
    """Bands from the names on the left to those on the right, as thick as their numbers.

    Columns: two of text (from, to), one of numbers.  On the left names stand in the order in
    which they first occur; on the right those of the left come first, in the same order.
    A band's number stands at its left end where it is thick enough, and in the table always.
    Raises :class:`FigureError` for an empty number: a band of unknown size cannot be drawn.
    """
    one, other = text_columns(table, title, 2)
    flows: dict[tuple[str, str], Number] = {}
    values = numbers(table, title, number_column(table, title, [one, other]))
    for start, end, value in zip(words(table, one), words(table, other), values, strict=True):
        if value is None or value < 0:
            raise unfit(title, "流向图的数有空格或负数。", "只画有数的流向。")
        flows[start, end] = flows.get((start, end), 0) + value
    flows = {pair: value for pair, value in flows.items() if value}
    with sheet(title, unit, source, empty=not flows) as page:
        if flows:
            heads = [table.headings[table.columns.index(name)] for name in (one, other)]
            _draw(page, flows, heads)
    return page.figure


def _draw(page: Sheet, flows: Flows, heads: Sequence[str]) -> None:
    left = list(dict.fromkeys(start for start, _ in flows))
    ends = dict.fromkeys(end for _, end in flows)
    right = [name for name in left if name in ends] + [name for name in ends if name not in left]
    scale = HEIGHT / float(sum(flows.values()))
    totals = [
        {name: sum(value for pair, value in flows.items() if pair[side] == name) for name in names}
        for side, names in ((0, left), (1, right))
    ]
    page.text(MARGIN, page.top + SMALL / 2, heads[0], SMALL, QUIET)
    page.text(WIDTH - MARGIN, page.top + SMALL / 2, heads[1], SMALL, QUIET, "right")
    page.top += SMALL * LEADING + 6
    columns = [_nodes(page.top, total, scale) for total in totals]
    inner = [_widest(nodes) for nodes in columns]
    start, end = MARGIN + inner[0] + GAP, WIDTH - MARGIN - inner[1] - GAP
    colours = {name: PARTS[place % len(PARTS)] for place, name in enumerate(left)}
    _draw_bands(page, flows, columns, (start + BAR, end - BAR), colours, scale)
    for name, node in columns[0].items():
        page.box(start, node.top, BAR, max(node.height, 1.0), colours[name])
        _write(page, node, start - GAP, "right")
    for node in columns[1].values():
        page.box(end - BAR, node.top, BAR, max(node.height, 1.0), INK)
        _write(page, node, end + GAP, "left")
    page.top = max(page.top + _height(nodes) for nodes in columns)


def _nodes(top: float, totals: Mapping[str, Number], scale: float) -> dict[str, Node]:
    """The names of a column from the top down, each with room for its label."""
    nodes = {}
    for name, total in totals.items():
        label = (*wrap(name, LABEL, INNER * ROOM), amount(total))
        height = float(total) * scale
        slot = max(height, len(label) * LINE)
        nodes[name] = Node(top + (slot - height) / 2, height, slot, label)
        top += slot + SLIT
    return nodes


def _height(nodes: Mapping[str, Node]) -> float:
    return sum(node.slot + SLIT for node in nodes.values()) - SLIT


def _widest(nodes: Mapping[str, Node]) -> float:
    return max(text_width(line, LABEL) for node in nodes.values() for line in node.label)


def _write(page: Sheet, node: Node, x: float, align: Literal["left", "right"]) -> None:
    middle = node.top + node.height / 2 - (len(node.label) - 1) * LINE / 2
    for line in node.label:
        page.text(x, middle, line, LABEL, INK, align)
        middle += LINE


def _draw_bands(
    page: Sheet,
    flows: Flows,
    columns: Sequence[Mapping[str, Node]],
    between: tuple[float, float],
    colours: Mapping[str, str],
    scale: float,
) -> None:
    """Thin bands over thick ones, the numbers over all."""
    starts = {name: node.top for name, node in columns[0].items()}
    ends = {name: node.top for name, node in columns[1].items()}
    places = {}
    order = list(columns[1])
    for pair in sorted(flows, key=lambda pair: order.index(pair[1])):
        places[pair] = starts[pair[0]]
        starts[pair[0]] += float(flows[pair]) * scale
    bands = []
    for pair in sorted(flows, key=lambda pair: list(columns[0]).index(pair[0])):
        height = float(flows[pair]) * scale
        bands.append((height, pair, places[pair], ends[pair[1]]))
        ends[pair[1]] += height
    for height, (name, _), top, bottom in sorted(bands, key=lambda band: -band[0]):
        page.band(between, (top, bottom), max(height, 1.0), colours[name])
    for height, pair, top, _ in bands:
        if height >= LINE - 4:
            colour = text_colour(colours[pair[0]])
            page.text(between[0] + 6, top + height / 2, amount(flows[pair]), LABEL, colour)
