"""Where the tables of a sheet begin: rows of headings, up to three deep. floor: sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from policybook.schema import Field
from policybook.sheets.grid import Grid, address
from policybook.sheets.headings import NO_NAME, HeadingIndex, Name, heading_key

DEPTH = 3
"""Rows that a table's headings may take."""

_ENOUGH = 4  # known headings that make a heading row without 编号


@dataclass(frozen=True)
class Label:
    """One column's heading."""

    column: int
    cell: str  # address of its lowest cell
    text: str
    name: Name


@dataclass(frozen=True)
class Block:
    """The headings of one table."""

    top: int
    bottom: int
    labels: tuple[Label, ...]
    ledgers: tuple[str, ...]  # those that fit best; one, unless it cannot be told

    @property
    def first(self) -> int:
        """The leftmost column."""
        return self.labels[0].column


def find_blocks(grid: Grid, index: HeadingIndex, workbook: str) -> list[Block]:
    """The heading rows of a sheet, from above."""
    blocks: list[Block] = []
    numbers = list(grid.rows)
    last = 0
    for place, row in enumerate(numbers):
        if row <= last or not _own_headings(grid, index, row):
            continue
        labels = _labels(grid, index, row, last)
        if not _is_heading(labels, index):
            continue
        bottom = row
        for below in numbers[place + 1 : place + DEPTH]:
            named = {label.column for label in labels if label.name.fields}
            if below >= row + DEPTH or named & grid.rows[below].keys():
                break  # what stands under a heading is no heading
            deeper = _labels(grid, index, below, last)
            if _fit(deeper)[0] > _fit(labels)[0]:
                labels, bottom = deeper, below
        top = _top(grid, row, last, labels)
        hints = _hints(grid, workbook, last, top)
        blocks.append(Block(top, bottom, labels, _choose(labels, index, hints)))
        last = bottom
    return blocks


def _own_headings(grid: Grid, index: HeadingIndex, row: int) -> bool:
    return any(
        isinstance(cell.value, str) and index.knows(cell.value) for cell in grid.rows[row].values()
    )


def _labels(grid: Grid, index: HeadingIndex, row: int, after: int) -> tuple[Label, ...]:
    """Each column's heading when ``row`` is the lowest row of headings."""
    levels = range(max(row - DEPTH + 1, after + 1), row + 1)
    columns = {column for level in levels for column in grid.rows.get(level, ())}
    columns |= {column for level in levels for column in grid.merged_columns.get(level, ())}
    labels = []
    for column in sorted(columns):
        texts = list(dict.fromkeys(filter(None, (grid.text(n, column) for n in levels))))
        own = grid.text(row, column)
        above = grid.text(row - 1, column) if row - 1 in levels else ""
        if not own and not index.knows(above):  # headings of several rows, not merged
            continue
        shown = own or above
        joined = ["".join(texts[start:]) for start in range(len(texts))]
        name = next((index.read(text) for text in [*joined, shown] if index.knows(text)), None)
        if own and name is None:
            name = index.read(own)
        cell = grid.at(row, column) if own else None
        labels.append(
            Label(column, cell.address if cell else address(row, column), shown, name or NO_NAME)
        )
    return tuple(labels)


def _fit(labels: Sequence[Label]) -> tuple[int, list[str]]:
    """How many columns of a ledger are named at most, and in which ledgers so many are."""
    named: dict[str, set[str]] = {}
    for label in labels:
        for ledger, column in label.name.fields.items():
            named.setdefault(ledger, set()).add(column.name)
    most = max(map(len, named.values()), default=0)
    return most, [ledger for ledger, columns in named.items() if len(columns) == most]


def _is_heading(labels: Sequence[Label], index: HeadingIndex) -> bool:
    most, ledgers = _fit(labels)
    if most >= _ENOUGH:
        return True
    has_id = any(column.name == "id" for one in labels for column in one.name.fields.values())
    filled = sum(bool(one.text) for one in labels)
    needed = min((len(required(index.schemas[name].fields)) for name in ledgers), default=0)
    return most >= 2 and (2 * most >= filled if has_id else 2 * most >= needed > 0)


def required(fields: Sequence[Field]) -> list[Field]:
    """The columns that a table must have."""
    return [one for one in fields if one.name == "id" or one.constraints.get("required")]


def _top(grid: Grid, row: int, after: int, labels: Sequence[Label]) -> int:
    """The first heading row: those above with groups of columns belong to it."""
    columns = {label.column for label in labels}
    top = row
    for above in range(row - 1, max(row - DEPTH, after), -1):
        groups = {
            merge
            for column in columns
            if (merge := grid.merge_at.get((above, column))) and (merge.bottom >= top or merge.wide)
        }
        spans_all = any(columns <= set(range(one.left, one.right + 1)) for one in groups)
        if not groups or spans_all:
            break
        top = above
    return top


def _hints(grid: Grid, workbook: str, after: int, top: int) -> str:
    """Sheet title, lines above the table and file name: they may name the ledger."""
    lines = [
        cell.value
        for row in range(max(after + 1, top - 10), top)
        for cell in grid.rows.get(row, {}).values()
        if isinstance(cell.value, str)
    ]
    return heading_key("|".join([grid.sheet, *lines, PurePath(workbook).stem]))


def _choose(labels: Sequence[Label], index: HeadingIndex, hints: str) -> tuple[str, ...]:
    """The ledgers that fit the headings best; among equals the one that is named there."""
    ledgers = _fit(labels)[1]
    if len(ledgers) == 1:
        return tuple(ledgers)
    named = [
        ledger
        for ledger in ledgers
        if heading_key(index.schemas[ledger].title).removesuffix("台账") in hints
    ]
    if len(named) == 1:
        return tuple(named)
    present = {
        ledger: {one.name.fields[ledger].name for one in labels if ledger in one.name.fields}
        for ledger in ledgers
    }
    missing = {
        ledger: sum(
            one.name not in present[ledger] for one in required(index.schemas[ledger].fields)
        )
        for ledger in ledgers
    }
    return tuple(one for one in ledgers if missing[one] == min(missing.values()))
