"""Formulas as a reader sees them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from policybook.model import Cell, Operand
from policybook.schema import Schema
from policybook.wording import in_numbers, in_words


def operand(name: str, value: str, *cells: str, reduction: str = "sum") -> Operand:
    """An operand over the made-up ledger's planned column."""
    found = tuple(
        Cell("data/works.csv", 2, "planned", "road", text, "record", "plan:一") for text in cells
    )
    return Operand(name, reduction, "works", "planned", value, (), {}, (), found)


A, B = operand("a", "24184", "24184"), operand("b", "24871", "24871")


def test_two_more_places_then_what_is_displayed() -> None:
    """A rounded value shows what it was rounded from."""
    value = Fraction(24184, 24871)
    text = in_numbers("a / b", [A, B], value, "%", 0, "97%")
    assert text == "24184 ÷ 24871 = 97.24% → 97%"


def test_an_exact_result_needs_no_arrow() -> None:
    """Where display loses nothing, there is one result."""
    assert in_numbers("b - a", [A, B], Fraction(687), "项", 0, "687项") == "24871 − 24184 = 687项"


def test_a_sum_is_written_out_up_to_eight_cells() -> None:
    """Few cells are shown one by one, many are counted."""
    few = operand("a", "36", *["4", "", "5"] * 4)
    assert in_numbers("a", [few], Fraction(36), "项", 0, "36项") == (
        "4 + 5 + 4 + 5 + 4 + 5 + 4 + 5 = 36项"
    )
    many = operand("a", "9", *["1"] * 9)
    assert in_numbers("a", [many], Fraction(9), "项", 0, "9项") == "9 格合计 = 9项"
    assert in_numbers("a", [operand("a", "0")], Fraction(0), "项", 0, "0项") == "0 格合计 = 0项"


def test_signs_are_those_of_arithmetic(works: Schema) -> None:
    """÷ × − instead of the keyboard's signs; numbers and names of operands do not mix."""
    text = in_numbers("a * 10000 / b - 1", [A, B], Fraction(1, 2), "倍", 1, "0.5倍")
    assert text.startswith("24184 × 10000 ÷ 24871 − 1 = ")
    words = in_words("(a + b) / a", [A, B], {"works": works})
    column = "虚构工程台账“计划数”"
    assert words == f"({column} + {column}) ÷ {column}"


@pytest.mark.parametrize(
    ("reduction", "word"),
    [("sum", "合计"), ("nunique", "种类数"), ("min", "最早"), ("max", "最晚")],
)
def test_several_cells_are_named_by_their_reduction(
    reduction: str, word: str, works: Schema
) -> None:
    """What was done with several cells is said in a word."""
    part = operand("a", "3", "1", "2", reduction=reduction)
    assert in_words("a", [part], {"works": works}) == f"虚构工程台账“计划数”{word}"
