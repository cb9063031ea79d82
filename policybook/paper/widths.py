"""How wide the columns of a table are, by what stands in them. floor: paper."""

from __future__ import annotations

from policybook.paper.elements import WIDTH
from policybook.paper.record import Grid

_HALF = 106
"""Twentieths of a point: half a character of a table's type, which is 10.5 pt (五号)."""
_AROUND = 300
"""What is free beside a text, on both sides together; more than that for a wide Latin type."""


def column_widths(grid: Grid) -> list[int]:
    """In twentieths of a point; together the width of the type area.

    Short columns get what their longest text needs, and long ones share the rest evenly.
    """
    if grid.shares:
        needed = [WIDTH * share // sum(grid.shares) for share in grid.shares]
    else:
        columns = zip(*grid.rows, strict=True)
        longest = (max(half_characters(cell.text) for cell in column) for column in columns)
        needed = _fitted([half * _HALF + _AROUND for half in longest])
    widths = [WIDTH * one // sum(needed) for one in needed]
    widths[-1] += WIDTH - sum(widths)
    return widths


def _fitted(needed: list[int]) -> list[int]:
    """The widths cut down to the one limit at which they fit side by side."""
    left, limit = WIDTH, WIDTH
    for place, one in enumerate(sorted(needed)):
        limit = left // (len(needed) - place)
        if one > limit:
            break
        left -= one
    return [min(one, limit) for one in needed] if sum(needed) > WIDTH else needed


def half_characters(text: str) -> int:
    """How wide a text is: a Chinese character counts two, a digit or Latin letter one."""
    return sum(1 if character.isascii() else 2 for character in text)
