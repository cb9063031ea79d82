"""The values of operands: as they are kept and queried, how far they are known. floor: operands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from policybook.model import Operand
from policybook.numbers import Interval, exact_text, half_unit, to_exact


def value_text(value: int | Decimal | Fraction | str | date | None) -> str | None:
    """An operand's value as it is kept: exact number, ISO date, or nothing."""
    if value is None:
        return None
    if isinstance(value, date):
        return value.isoformat()
    return exact_text(value if isinstance(value, Fraction) else to_exact(value))


def queried_text(value: Any) -> str | None:
    """A published query's value as an operand's is kept; SQLite's dates are texts already."""
    return value if isinstance(value, str) else value_text(value)


def operand_exact(text: str) -> Fraction:
    """An operand's kept value as a rational; a date as its day number."""
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        return to_exact(date.fromisoformat(text))
    return Fraction(text)


def printed_interval(part: Operand, printed: bool) -> Interval:
    """Where an operand can lie, its cells being printed digits.

    A value with decimals stands for ± half of its last place, a whole number is taken
    as exact. A printed rate is known to the percent at least: a spreadsheet that cuts
    1.20 to 1.2 does not make it less known.
    """
    value = operand_exact(part.value or "0")
    widest = Fraction(1, 200) if printed else Fraction(1, 2)
    slack = sum(
        (
            min(half_unit(cell.value), widest)
            for cell in part.cells
            if cell.value and (printed or "." in cell.value)
        ),
        Fraction(0),
    )
    return Interval(value - slack, value + slack)
