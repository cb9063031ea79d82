"""Exact numbers and their display: rationals inside, half up once at the end. floor: numbers.

No float enters or leaves this module.
Rounding follows GB/T 8170 only in name: official Chinese reports round half up,
Python's ``round`` and NumPy round half to even, so neither is used for display.
"""

from __future__ import annotations

import ast
import itertools
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

WAN_PER_YI = 10_000
"""万 in one 亿: turns 亿元 into 万元."""

EXACT = Context(prec=10_000, traps=[Inexact, InvalidOperation])
"""Adds decimals as exactly as fractions do, ten times as quick; what is too long raises."""

Exact = int | Decimal | Fraction


@dataclass(frozen=True)
class Interval:
    """Where a value can lie when its printed digits were rounded; both ends exact."""

    low: Fraction
    high: Fraction


def round_half_up(value: Exact, decimals: int) -> Decimal:
    """``value`` at ``decimals`` places, ties away from zero."""
    scaled = abs(Fraction(value)) * 10**decimals
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    # Not scaleb(): that rounds to the 28 digits of the decimal context.
    return Decimal(f"{-units if value < 0 else units}E{-decimals}")


def plain(value: Decimal) -> str:
    """Shortest decimal text without exponent: ``21.00`` is ``21``, ``5.910`` is ``5.91``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact_text(value: Fraction) -> str:
    """The exact value as integer, finite decimal, or ``p/q``."""
    denominator, places = value.denominator, 0
    while denominator % 10 == 0:
        denominator //= 10
        places += 1
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    return plain(round_half_up(value, places + max(twos, fives)))


_PLAIN = re.compile(r"-?\d{1,18}(\.\d+)?", re.ASCII)


def is_number(text: str) -> bool:
    """Whether a ledger's cell holds a plain decimal number."""
    return _PLAIN.fullmatch(text) is not None


def from_exact_text(text: str) -> Fraction:
    """Inverse of :func:`exact_text`."""
    return Fraction(text)


def number_text(value: Fraction, unit: str, decimals: int) -> str:
    """The displayed figure without unit: a ratio in ``%`` is shown times 100."""
    shown = value * 100 if unit == "%" else value
    rounded = round_half_up(shown, decimals)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def display_text(number: str, unit: str, qualifier: str) -> str:
    """What a reader sees: figure, qualifier, unit (``60余个``, ``97%``)."""
    return f"{number}{qualifier}{unit}"


def interval_text(interval: Interval, unit: str, decimals: int) -> str:
    """Both ends at display precision with one unit: ``2816.2–2840.3万吨``."""
    low = number_text(interval.low, unit, decimals)
    high = number_text(interval.high, unit, decimals)
    return f"{low}–{high}{unit}"


def half_unit(text: str) -> Fraction:
    """Half of the last printed digit's place: ``51.5`` stands for ± 0.05."""
    places = len(text.partition(".")[2])
    return Fraction(1, 2 * 10**places)


def to_exact(value: int | Decimal | str | date) -> Fraction:
    """A DECIMAL, integer or day (as ordinal) as a rational.

    A float is refused: it has already lost what we must keep.
    """
    if isinstance(value, date):
        return Fraction(value.toordinal())
    if isinstance(value, float):
        raise TypeError(f"浮点数不得进入统计：{value!r}")
    return Fraction(value)


_BINARY: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(expression: str, names: Mapping[str, Fraction]) -> Fraction:
    """The exact value of ``+ - * /``, ``round(x, n)`` and dotted names.

    Raises ``KeyError`` for an unknown name, ``ZeroDivisionError``, and
    ``ValueError`` for anything that is not such arithmetic.
    """

    def walk(node: ast.expr) -> Fraction:
        match node:
            case ast.BinOp(left, op, right) if type(op) in _BINARY:
                return _BINARY[type(op)](walk(left), walk(right))
            case ast.UnaryOp(ast.USub(), operand):
                return -walk(operand)
            case ast.Constant(value) if isinstance(value, int | float):
                return Fraction(ast.get_source_segment(expression, node) or "")
            case ast.Name() | ast.Attribute():
                return names[ast.unparse(node)]
            case ast.Call(ast.Name("round"), [value, ast.Constant(places)], []):
                return Fraction(round_half_up(walk(value), int(str(places))))
            case _:
                raise ValueError(f"不是可以精确计算的算式：{ast.unparse(node)}")

    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as problem:
        raise ValueError(f"算式写法有误：{expression}") from problem
    return walk(tree.body)


def names_in(expression: str) -> list[str]:
    """The dotted names an expression uses, in order, each once."""
    found = re.findall(r"[A-Za-z_][\w.]*", expression)
    return list(dict.fromkeys(name for name in found if name != "round"))


def evaluate_interval(expression: str, spans: Mapping[str, Interval]) -> Interval:
    """The range of an expression over its operands' intervals.

    Exact for expressions monotone in each operand (every quotient and product
    of positive operands is); corners are tried, so an operand must not span zero
    in a denominator.
    """
    names = list(spans)
    corners = itertools.product(*((spans[name].low, spans[name].high) for name in names))
    values = [evaluate(expression, dict(zip(names, corner, strict=True))) for corner in corners]
    return Interval(min(values), max(values))
