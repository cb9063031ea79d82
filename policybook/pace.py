"""Completion held against the time gone, and readings between: two rules. floor: schema.

Both stand in a Table Schema (``pace``, ``reading``); what follows from them is in ``progress``
and ``readings``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

_TOLERANCE = re.compile(r"\d{1,3}(\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True)
class Pace:
    """When a record's completion is behind its time-progress line, and when ahead of it.

    The line is the share of the year gone on ``as_of``; ``season`` has the plan's own shares of
    the four quarters.  Columns are named, "" for none.
    """

    planned: str
    completed: str
    behind: Fraction  # percentage points below the line, more than which is 滞后
    ahead: Fraction  # percentage points above it, more than which is 超前
    as_of: str = ""  # without it, the edition's own day
    printed: str = ""  # a rate as printed, its base unknown
    term: str = ""  # whether the plan is for the year: 全年 or 非全年; empty when not printed
    season: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        return [one for name, one in vars(self).items() if one and name not in _TOLERANCES]


@dataclass(frozen=True)
class Reading:
    """The columns of a reading: whose it is, of which day, how much; "" for none."""

    record: str  # a foreign key to a ledger that has a ``pace``
    as_of: str
    completed: str
    department: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        return [one for one in vars(self).values() if one]


_TOLERANCES = ("behind", "ahead")


def parse_pace(entry: Mapping[str, Any]) -> Pace:
    """The property ``pace``; ``KeyError`` when it is not one.

    Tolerances are texts: a number of JSON would be read as a binary fraction.
    """
    unknown = entry.keys() - {one.name for one in fields(Pace)}
    texts = [entry[name] for name in _TOLERANCES]
    if unknown or not all(isinstance(one, str) and _TOLERANCE.fullmatch(one) for one in texts):
        raise KeyError(f"pace 的写法 {dict(entry)}")
    return Pace(**{**entry, **{name: Fraction(entry[name]) for name in _TOLERANCES}})
