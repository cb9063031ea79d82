"""The texts of a figure's SVG, each number worked out again from its table. floor: drawn.

matplotlib writes each text that it turns into outlines as a comment beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from html import unescape
from pathlib import Path

from policybook.errors import Finding, error
from policybook.exemptions import Exemption, occurrences
from policybook.marked import filled
from policybook.model import Fact, Figure
from policybook.numbers import round_half_up
from policybook.scan import Hit, scan

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


def drawn_texts(svg: str) -> list[str]:
    """What stands in a figure, text by text."""
    return [unescape(found.strip()) for found in _COMMENT.findall(svg)]


def check_drawing(
    folder: Path, figure: Figure, facts: Mapping[str, Fact], exemptions: Iterable[Exemption]
) -> Iterator[Finding]:
    """A finding for each number in a figure that its table does not give."""
    path = folder / "figures" / f"{figure.id}.svg"
    if not path.is_file():
        return  # found missing elsewhere
    known, days = known_numbers(figure), dates_of(figure)

    @cache
    def shares(places: int) -> frozenset[Fraction]:
        return frozenset(Fraction(round_half_up(value * 100, places)) for value in known)

    declared = [filled(figure, "caption", facts), figure.source, *(one.text for one in exemptions)]
    declared += [cell for row in figure.rows for cell in row if cell]
    for text in drawn_texts(path.read_text(encoding="utf-8", errors="replace")):
        for hit in scan(text):
            if _declared(text, hit, declared) or _worked_out(hit, known, shares, days):
                continue
            yield error(
                "gate.figure",
                f"figures/{figure.id}.svg “{text}”",
                f"图中的“{hit.text}”不能由图的数据表得出。",
                "图里只画数据表的数及其合计、份额、差额和日期；其他数字不写进图。",
            )


def _declared(text: str, hit: Hit, declared: Sequence[str]) -> bool:
    """Whether a numeral is part of the title, the source, a name in the table or an exemption."""
    places = (place for one in declared for place in occurrences(one, text))
    if any(start <= hit.start and hit.numeral_end <= end for start, end in places):
        return True
    # A long name is broken into lines, each a text of its own.
    return len(text) >= 4 and any(text in one for one in declared if len(one) > len(text))


def _worked_out(
    hit: Hit,
    known: set[Fraction],
    shares: Callable[[int], frozenset[Fraction]],
    days: Sequence[date],
) -> bool:
    if hit.kind == "date":
        return _within(hit.text, days)
    if hit.value is None:
        return False
    if hit.unit == "%":
        return hit.value == 100 or hit.value in shares(_places(hit.text))
    return hit.value in known


def _within(text: str, days: Sequence[date]) -> bool:
    """A day of the table, or a month on the scale from its first day to its last."""
    parts = [int(part) for part in re.findall(r"\d+", text)]
    if not days:
        return False
    if "日" in text:
        return any([day.year, day.month, day.day][-len(parts) :] == parts for day in days)
    first, last = min(days), max(days)
    months = range(first.year * 12 + first.month - 2, last.year * 12 + last.month + 1)
    scale = [[month // 12, month % 12 + 1] for month in months]
    return any(month[-len(parts) :] == parts or month[:1] == parts for month in scale)


def _places(text: str) -> int:
    found = re.search(r"\.(\d+)", text)
    return len(found[1]) if found else 0


def dates_of(figure: Figure) -> list[date]:
    """The days in a figure's table."""
    texts = (text for row in figure.rows for text in row)
    return [date.fromisoformat(text) for text in texts if _DATE.fullmatch(text)]


def known_numbers(figure: Figure) -> set[Fraction]:
    """The numbers of a figure's table, and what may be drawn of them.

    Sums of columns, of all rows and of those with the same text in another column; shares of
    such a sum; quotients and differences within a row; counts of rows; days between dates.
    """
    known: set[Fraction] = {Fraction(0), Fraction(len(figure.rows))}
    for place in range(len(figure.columns)):
        numbers = [Fraction(row[place]) for row in figure.rows if _NUMBER.fullmatch(row[place])]
        groups = [numbers, *_groups(figure, place)]
        known |= {*numbers, *(Fraction(len(group)) for group in groups)}
        for total in {sum(group, Fraction(0)) for group in groups if group}:
            known |= {total} | ({number / total for number in numbers} if total else set())
    for row in figure.rows:
        numbers = [Fraction(text) for text in row if _NUMBER.fullmatch(text)]
        for left in numbers:
            for right in numbers:
                known |= {left - right} | ({left / right} if right else set())
    days = dates_of(figure)
    return known | {Fraction((later - day).days) for day in days for later in days}


def _groups(figure: Figure, place: int) -> Iterator[list[Fraction]]:
    """The numbers of one column by each text of the other columns."""
    for other in range(len(figure.columns)):
        for text in {row[other] for row in figure.rows}:
            yield [
                Fraction(row[place])
                for row in figure.rows
                if row[other] == text and _NUMBER.fullmatch(row[place])
            ]
