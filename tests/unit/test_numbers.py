"""Exact numbers: properties against independent arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policybook.numbers import (
    Interval,
    display_text,
    evaluate,
    evaluate_interval,
    exact_text,
    from_exact_text,
    half_unit,
    interval_text,
    names_in,
    number_text,
    plain,
    round_half_up,
    to_exact,
)

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40)
places = st.integers(0, 6)
SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
NAMES = ("a", "b", "c", "safety.hazards_rate")


@given(decimals, places)
def test_rounding_is_half_up(value: Decimal, digits: int) -> None:
    """Rounding agrees with the decimal module's half up, given digits enough."""
    with localcontext() as context:
        context.prec = 200
        expected = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert round_half_up(value, digits) == expected


@given(st.fractions(), places)
def test_rounding_is_nearest(value: Fraction, digits: int) -> None:
    """The rounded value is at most half a unit away, and symmetric about zero."""
    rounded = round_half_up(value, digits)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**digits)
    assert round_half_up(-value, digits) == rounded.copy_negate()


@given(st.integers(), places)
def test_ties_go_away_from_zero(whole: int, digits: int) -> None:
    """A value half-way between two displayed ones takes the larger in size."""
    unit = Fraction(1, 10**digits)
    tie = (abs(whole) + Fraction(1, 2)) * unit
    assert Fraction(round_half_up(tie, digits)) == (abs(whole) + 1) * unit


@given(st.fractions())
def test_exact_text_reads_back(value: Fraction) -> None:
    """A value survives being written and read."""
    assert from_exact_text(exact_text(value)) == value


@given(st.integers(), st.integers(0, 60), st.integers(0, 60))
def test_finite_decimals_are_written_in_full(top: int, twos: int, fives: int) -> None:
    """A finite decimal has all its digits, however many, and no fraction stroke."""
    value = Fraction(top, 2**twos * 5**fives)
    text = exact_text(value)
    assert "/" not in text
    assert "E" not in text
    assert Fraction(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(12), "12"),
        (Fraction(100), "100"),
        (Fraction(591, 100), "5.91"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-21, 33), "-7/11"),
    ],
)
def test_exact_text_is_shortest(value: Fraction, text: str) -> None:
    """Integers, finite decimals and fractions are each written in their own way."""
    assert exact_text(value) == text


def test_plain_has_neither_zeros_nor_exponent() -> None:
    """Trailing zeros after the point go, those before it stay."""
    assert [plain(Decimal(text)) for text in ("21.00", "5.910", "100", "1E+3", "0.0")] == [
        "21",
        "5.91",
        "100",
        "1000",
        "0",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "digits", "text"),
    [
        (Fraction(-1, 1000), "台", 0, "0"),
        (Fraction(-1, 1000), "台", 2, "0.00"),
        (Fraction(-1, 1000), "%", 0, "0"),
        (Fraction(24184, 24871), "%", 0, "97"),
        (Fraction(24184, 24871), "%", 2, "97.24"),
        (Fraction(1, 200), "%", 0, "1"),
        (Fraction(5, 2), "台", 0, "3"),
        (Fraction(-5, 2), "台", 0, "-3"),
    ],
)
def test_displayed_numbers(value: Fraction, unit: str, digits: int, text: str) -> None:
    """Per cent are times 100, ties go up, and nothing is a negative zero."""
    assert number_text(value, unit, digits) == text


def test_display_puts_the_qualifier_before_the_unit() -> None:
    """60余个, as the documents write it."""
    assert display_text("60", "个", "余") == "60余个"


def test_intervals_are_written_with_one_unit() -> None:
    """Both ends stand at display precision before a single unit."""
    interval = Interval(Fraction(28162, 10), Fraction(284034, 100))
    assert interval_text(interval, "万吨", 1) == "2816.2–2840.3万吨"


@pytest.mark.parametrize(
    ("text", "half"), [("51.5", Fraction(1, 20)), ("0.91", Fraction(1, 200)), ("3", Fraction(1, 2))]
)
def test_half_of_the_last_printed_digit(text: str, half: Fraction) -> None:
    """A printed value stands for half a unit of its last place on either side."""
    assert half_unit(text) == half


@given(st.floats())
def test_floats_are_refused(value: float) -> None:
    """No float becomes an exact value, not even a whole one."""
    with pytest.raises(TypeError, match="浮点数"):
        to_exact(value)  # type: ignore[arg-type]


@given(st.dates(), st.dates())
def test_dates_count_days(one: date, other: date) -> None:
    """The difference of two days as numbers is their difference in days."""
    assert to_exact(one) - to_exact(other) == (one - other).days


def test_texts_and_decimals_become_exact() -> None:
    """Decimal text has the value it shows."""
    assert to_exact("4116.09") == to_exact(Decimal("4116.09")) == Fraction(411609, 100)


Tree = tuple[str, Callable[[dict[str, Fraction]], Fraction]]
"""A formula as text, and what it means."""

values = st.fractions(max_denominator=10**6)
numerals = st.decimals(0, 10**6, places=2).map(lambda number: f"{number:f}")
leaves: st.SearchStrategy[Tree] = st.one_of(
    st.sampled_from(NAMES).map(lambda name: (name, lambda named: named[name])),
    numerals.map(lambda text: (text, lambda named: Fraction(text))),
)


def branch(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Two trees joined by an operator, or one negated or rounded."""

    def joined(left: Tree, sign: str, right: Tree) -> Tree:
        work = SIGNS[sign]
        return f"({left[0]} {sign} {right[0]})", lambda named: work(left[1](named), right[1](named))

    def negated(tree: Tree) -> Tree:
        return f"(-{tree[0]})", lambda named: -tree[1](named)

    def rounded(tree: Tree, digits: int) -> Tree:
        text = f"round({tree[0]}, {digits})"
        return text, lambda named: Fraction(round_half_up(tree[1](named), digits))

    return st.one_of(
        st.builds(joined, inner, st.sampled_from(list(SIGNS)), inner),
        st.builds(negated, inner),
        st.builds(rounded, inner, places),
    )


@given(st.recursive(leaves, branch, max_leaves=12), st.lists(values, min_size=4, max_size=4))
def test_evaluation_is_rational_arithmetic(tree: Tree, operands: list[Fraction]) -> None:
    """An expression has the value that fractions give to its tree."""
    text, meaning = tree
    named = dict(zip(NAMES, operands, strict=True))
    try:
        expected = meaning(named)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            evaluate(text, named)
    else:
        assert evaluate(text, named) == expected


@given(values, values, values)
def test_precedence_is_that_of_arithmetic(a: Fraction, b: Fraction, c: Fraction) -> None:
    """Products bind before sums, and equals from the left."""
    named = {"a": a, "b": b, "c": c}
    assert evaluate("a - b - c * b", named) == a - b - c * b
    assert evaluate("-a * b + c", named) == -a * b + c


def test_decimals_in_expressions_are_exact() -> None:
    """0.1 is a tenth, not the nearest float."""
    assert evaluate("0.1 + 0.2", {}) == Fraction(3, 10)


@pytest.mark.parametrize(
    "text",
    [
        "a ** 2",
        "a % b",
        "a // b",
        "a if a else b",
        "f(a)",
        "round(a)",
        "'text'",
        "a +",
        "",
        "a b",
        "True",
        "1j",
        "a < b",
        "[a]",
        "__import__('os')",
        "round(a, 1.5)",
        "a\x00",
    ],
)
def test_anything_else_is_no_formula(text: str) -> None:
    """What is not exact arithmetic is refused, code above all."""
    with pytest.raises(ValueError, match=r"."):
        evaluate(text, {"a": Fraction(1), "b": Fraction(2)})


def test_unknown_names_and_zero_are_told_apart() -> None:
    """An unknown name and a division by zero each have their own error."""
    with pytest.raises(KeyError, match=r"safety\.rate"):
        evaluate("safety.rate + 1", {})
    with pytest.raises(ZeroDivisionError):
        evaluate("1 / a", {"a": Fraction(0)})


def test_names_are_found_once_and_in_order() -> None:
    """The names of an expression, without the function round."""
    text = "round(safety.rate, 2) + a.b_c - safety.rate * 100"
    assert names_in(text) == ["safety.rate", "a.b_c"]


spans = st.tuples(st.fractions(1, 10**6), st.fractions(0, 1)).map(
    lambda pair: (pair[0], Interval(pair[0] - pair[1] / 2, pair[0] + pair[1] / 2))
)


@given(
    st.sampled_from(["a", "a / b", "a / (1 + b)", "a * b / (1 + b)", "a - 1", "a + b", "-a"]),
    spans,
    spans,
    st.fractions(0, 1),
    st.fractions(0, 1),
)
def test_intervals_hold_every_value(
    text: str,
    first: tuple[Fraction, Interval],
    second: tuple[Fraction, Interval],
    one: Fraction,
    other: Fraction,
) -> None:
    """Whatever the operands are within their intervals, the value lies in the result's."""
    (_, a), (_, b) = first, second
    inside = {
        "a": a.low + one * (a.high - a.low),
        "b": b.low + other * (b.high - b.low),
    }
    assume(b.low > 0)
    interval = evaluate_interval(text, {"a": a, "b": b})
    assert interval.low <= evaluate(text, inside) <= interval.high
