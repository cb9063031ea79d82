"""Which columns of a figure's table stand under each other as numbers."""

from __future__ import annotations

import pytest

from policybook.figures import numeric_columns
from policybook.model import Figure


def figure(*rows: tuple[str, ...]) -> Figure:
    """A figure of three columns with these rows."""
    names = ("title", "unit", "amount")
    return Figure("chart", "图", "说明", "", "虚构", "works", names, names, rows, {}, "", "", {})


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([("甲", "台", "36"), ("乙", "台", "-0.5")], {2}),
        ([("甲", "台", "36"), ("乙", "台", "")], {2}),
        ([("甲", "台", "36"), ("乙", "台", "2024-08-22")], set()),
        ([("36", "台", ""), ("乙", "台", "")], set()),
        ([], set()),
    ],
    ids=["numbers", "one not given", "a date", "one number among names", "no rows"],
)
def test_columns_of_numbers_are_known(rows: list[tuple[str, ...]], places: set[int]) -> None:
    """A column is one of numbers when all that is given in it are numbers."""
    assert numeric_columns(figure(*rows)) == places
