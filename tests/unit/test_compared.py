"""How a number moved, in pieces of text and facts; and the line of its history."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from policybook.compared import clauses
from policybook.model import Fact
from policybook.templating import sparkline
from tests.unit.conftest import made_up_fact


def book(*facts: Fact) -> Any:
    """What clauses read of a book: no base was revised."""
    return SimpleNamespace(facts={fact.id: fact for fact in facts}, ledgers={})


def change(kind: str, value: str) -> Fact:
    """A change of works.done in made-up pieces."""
    return made_up_fact(f"works.done.{kind}_change", value, "处", word="amount")


def growth(kind: str, value: str) -> Fact:
    """The growth that goes with it."""
    return made_up_fact(f"works.done.{kind}_growth", value, "%", 1, word="change")


def said(*facts: Fact) -> list[list[str]]:
    """The clauses, each fact by its id's end and variant."""
    return [
        [
            piece if isinstance(piece, str) else f"{piece[0].id.rpartition('.')[2]}:{piece[1]}"
            for piece in clause
        ]
        for clause in clauses(book(made_up_fact("works.done", "9", "处"), *facts), "works.done")
    ]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), []),
        (
            (change("quarter", "3"), growth("quarter", "1/3")),
            [
                [
                    *("比上季度", "quarter_change:word", "quarter_change:size", "、"),
                    *("quarter_growth:word", "quarter_growth:size"),
                ]
            ],
        ),
        ((change("year", "-3"),), [["比上年同期", "year_change:word", "year_change:size"]]),
        ((change("year", "0"), growth("year", "0")), [["与上年同期", "year_change:word"]]),
        (
            (change("quarter", "1"), growth("quarter", "1/100000")),
            [
                [
                    *("比上季度", "quarter_change:word", "quarter_change:size", "、"),
                    "quarter_growth:word",
                ]
            ],
        ),
    ],
    ids=["first", "both", "no growth", "as before", "growth too small to show"],
)
def test_a_clause_says_how_a_number_moved(facts: tuple[Fact, ...], expected: list[str]) -> None:
    """Words chosen from facts, numbers without their sign, one clause an earlier edition."""
    assert said(*facts) == expected


@pytest.mark.parametrize(
    ("numbers", "points"),
    [
        (["1", "2"], "0.0,64.0 320.0,0.0"),
        (["2", "1", "1.5"], "0.0,0.0 160.0,64.0 320.0,32.0"),
        (["5", "5"], "0.0,32.0 320.0,32.0"),
        (["7"], "0.0,32.0"),
    ],
    ids=["up", "down and up", "level", "one"],
)
def test_a_history_is_a_line(numbers: list[str], points: str) -> None:
    """The highest number at the top, the lowest at the foot, hidden from screen readers."""
    drawn = sparkline(numbers)
    assert f'points="{points}"' in drawn
    assert 'aria-hidden="true"' in drawn
