"""Printed numbers beside one another: agreement, rounding, and what rounding cannot explain."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ibis import _

from policybook.arithmetic import Disagreement, Tie, disagreements, ties
from policybook.edition import Edition
from policybook.model import Fact
from policybook.numbers import exact_text
from policybook.relations import Relation
from tests.unit.conftest import made_up_fact

PARTS = Tie("all.money", "east.money + west.money")
"""The investment of a made-up city is that of its two districts."""


def related(left: str, right: str, op: str = "=", ledger: str = "") -> Relation:
    """A made-up relation."""
    return Relation("made-up", "虚构关系", left, op, right, ledger=ledger)


def money(decimals: int = 1, **values: str) -> dict[str, Fact]:
    """Made-up amounts by district, all displayed at so many places."""
    return {
        f"{name}.money": made_up_fact(f"{name}.money", value, "亿元", decimals)
        for name, value in values.items()
    }


def compared(facts: dict[str, Fact], *declared: Tie) -> list[Disagreement]:
    """What does not agree when all facts are printed together."""
    return disagreements(facts, declared, facts)


def test_an_equation_is_a_tie() -> None:
    """A declared sum ties its total to its parts, on whichever side the total stands."""
    assert ties([related("all.money", "east.money + west.money")], {}) == [PARTS]
    assert ties([related("east.money + west.money", "all.money")], {}) == [PARTS]
    assert PARTS.names() == {"all.money", "east.money", "west.money"}


@pytest.mark.parametrize(
    "relation",
    [
        related("east.money + west.money", "all.money", op="<="),
        related("done + left", "planned", ledger="works"),
        related("all.money", "east.money"),
        related("all.money", "2 * east.money"),
        related("all.money", "3"),
        related("all.money - east.money", "west.money - north.money"),
    ],
    ids=["inequality", "records", "same", "multiple", "constant", "no total"],
)
def test_what_has_no_total_is_no_tie(relation: Relation) -> None:
    """Only an equation of one fact with several others can be seen to fail on a page."""
    assert ties([relation], {}) == []


def test_a_tie_declared_twice_is_one() -> None:
    """Two relations that say the same give one equation, so that one note is enough."""
    relation = related("all.money", "east.money + west.money")
    assert ties([relation, replace(relation, id="again")], {}) == [PARTS]


def test_rounding_explains_a_sum() -> None:
    """1.2 and 2.3 beside 3.6 need the note, since 1.24 and 2.34 make 3.58."""
    (found,) = compared(money(east="1.24", west="2.34", all="3.58"), PARTS)
    assert found == Disagreement(PARTS, "1.2亿元 + 2.3亿元 = 3.5亿元，所示为 3.6亿元", True)


@pytest.mark.parametrize(
    "values",
    [
        {"east": "1.2", "west": "2.3", "all": "3.5"},
        {"east": "1.24", "west": "2.31", "all": "3.55", "decimals": 2},
        {"east": "1.21", "west": "2.32", "all": "3.53"},
        {"east": "1.2", "west": "-2.3", "all": "-1.1"},
        {"east": "0", "west": "0", "all": "0"},
    ],
    ids=["exact", "two places", "rounded but agreeing", "negative", "nothing"],
)
def test_agreement_needs_no_note(values: dict[str, str]) -> None:
    """Where the printed numbers add up, nothing is said, rounded or not."""
    decimals = int(values.pop("decimals", 1))
    assert compared(money(decimals, **values), PARTS) == []


@pytest.mark.parametrize(
    ("values", "rounding"),
    [
        ({"east": "1.2", "west": "2.3", "all": "3.6"}, False),
        ({"east": "1.2", "west": "2.34", "all": "9.9"}, False),
        ({"east": "1.24", "west": "2.34", "all": "3.7"}, False),
        ({"east": "1.24", "west": "2.34", "all": "3.6"}, True),
    ],
    ids=["all exact", "far off", "beyond rounding", "within rounding"],
)
def test_rounding_explains_no_more_than_it_can(values: dict[str, str], rounding: bool) -> None:
    """Numbers printed whole have no room, and rounded ones only half of their last digit."""
    (found,) = compared(money(**values), PARTS)
    assert found.rounding is rounding
    assert f"所示为 {values['all']}亿元" in found.printed


def test_only_printed_facts_are_compared() -> None:
    """An equation one of whose numbers is not in the sentence says nothing about the others."""
    facts = money(east="1.24", west="2.34", all="3.58")
    assert disagreements(["all.money", "east.money"], [PARTS], facts) == []
    assert disagreements([], [PARTS], facts) == []
    assert len(disagreements(["west.money", "all.money", "east.money"], [PARTS], facts)) == 1


def test_different_grains_are_never_compared() -> None:
    """Days and households of one sentence have no declared relation, so they are left alone."""
    facts = {
        "works.days": made_up_fact("works.days", "1", "天"),
        "works.homes": made_up_fact("works.homes", "2", "户"),
        "works.all": made_up_fact("works.all", "9", "项"),
    }
    assert compared(facts, *ties([], facts)) == []


def test_longer_names_are_filled_in_first() -> None:
    """A name that begins another is not replaced inside it."""
    tie = Tie("all.money", "east.money + east.money_more")
    facts = money(east="1.24", all="3.58")
    facts["east.money_more"] = made_up_fact("east.money_more", "2.34", "亿元", 1)
    (found,) = compared(facts, tie)
    assert found.printed.startswith("1.2亿元 + 2.3亿元 = ")


@pytest.mark.parametrize(
    ("completed", "planned", "expression"),
    [("3", "0", "a.b / c.d"), ("3", "0.3", "a.b / c.d"), ("3.4", "2.3", "1 / (a.b - c.d)")],
    ids=["zero", "shown as zero", "zero within rounding"],
)
def test_a_division_by_zero_is_no_matter(completed: str, planned: str, expression: str) -> None:
    """Where the printed numbers would divide by zero, nothing is claimed and nothing raised."""
    facts = {
        "a.b": made_up_fact("a.b", completed, "公里"),
        "c.d": made_up_fact("c.d", planned, "公里"),
        "a.rate": made_up_fact("a.rate", "10"),
    }
    assert compared(facts, Tie("a.rate", expression)) == []


def publish_roads(edition: Edition) -> dict[str, Fact]:
    """The made-up roads: planned, how many, and the second as a share of the first."""
    roads = edition.works.filter(_.kind == "道路")
    edition.publish("roads.planned", roads.planned.sum())
    edition.publish("roads.count", roads.completed.sum())
    edition.publish("roads.rate", roads.completed.sum() / roads.planned.sum())
    return edition.facts


def test_a_rate_is_tied_to_its_two_values(edition: Edition) -> None:
    """The rate's operands came from the same queries as two facts, so no declaration is needed."""
    facts = publish_roads(edition)
    (tie,) = ties([], facts)
    assert tie == Tie("roads.rate", "roads.count / roads.planned")
    assert compared(facts, tie) == []


def test_a_rate_that_shows_its_rounding_is_found(edition: Edition) -> None:
    """250 of 300 shown as 84 % disagrees; values that were rounded themselves explain it."""
    facts = dict(publish_roads(edition))
    facts["roads.rate"] = replace(facts["roads.rate"], value="0.84", number="84", display="84%")
    (found,) = compared(facts, *ties([], facts))
    assert not found.rounding
    assert found.printed == "250项 / 300公里 = 83%，所示为 84%"
    facts["roads.count"] = replace(facts["roads.count"], value="250.4")
    facts["roads.rate"] = replace(facts["roads.rate"], value="0.8349")
    (found,) = compared(facts, *ties([], facts))
    assert found.rounding


def test_other_queries_are_no_operands(edition: Edition) -> None:
    """A fact of all works is no operand of a rate of the roads, equal names or not."""
    works, roads = edition.works, edition.works.filter(_.kind == "道路")
    edition.publish("roads.planned", works.planned.sum())
    edition.publish("roads.count", roads.completed.sum())
    edition.publish("roads.rate", roads.completed.sum() / roads.planned.sum())
    assert ties([], edition.facts) == []


def test_a_declared_formula_is_not_doubled(edition: Edition) -> None:
    """A relation that repeats what lineage shows gives the same equation once."""
    facts = publish_roads(edition)
    relation = related("roads.rate", "roads.count / roads.planned")
    assert len(ties([relation], facts)) == 1


def test_a_difference_of_rates_is_in_points() -> None:
    """Per cent are taken as ratios, so that a sum of shares is compared in per cent again."""
    tie = Tie("all.share", "east.share + west.share")
    facts = {
        name: made_up_fact(name, value)
        for name, value in {"east.share": "1/3", "west.share": "2/3", "all.share": "1"}.items()
    }
    assert compared(facts, tie) == []
    facts["west.share"] = made_up_fact("west.share", "1/3")
    facts["all.share"] = made_up_fact("all.share", "2/3")
    (found,) = compared(facts, tie)
    assert (found.printed, found.rounding) == ("33% + 33% = 66%，所示为 67%", True)


amounts = st.decimals(-1000, 1000, places=6)
positive = st.decimals("0.01", 1000, places=6)


@given(amounts, amounts, st.integers(0, 4))
def test_true_sums_are_always_explained(first: Decimal, second: Decimal, decimals: int) -> None:
    """However a true sum is rounded, its display agrees or rounding explains it."""
    total = exact_text(Fraction(first) + Fraction(second))
    facts = money(decimals, east=str(first), west=str(second), all=total)
    assert all(one.rounding for one in compared(facts, PARTS))


@given(positive, positive, st.integers(0, 4))
def test_true_rates_are_always_explained(part: Decimal, whole: Decimal, decimals: int) -> None:
    """However a true rate and its two values are rounded, rounding explains what is shown."""
    facts = money(decimals, part=str(part), whole=str(whole))
    rate = exact_text(Fraction(part) / Fraction(whole))
    facts["part.rate"] = made_up_fact("part.rate", rate, decimals=decimals)
    found = compared(facts, Tie("part.rate", "part.money / whole.money"))
    assert all(one.rounding for one in found)


@given(st.integers(-999, 999), st.integers(-999, 999), st.integers(1, 99), st.integers(0, 4))
def test_a_wrong_whole_total_is_never_excused(
    first: int, second: int, off: int, decimals: int
) -> None:
    """Numbers printed whole that do not add up are no matter of rounding."""
    values = {"east": str(first), "west": str(second), "all": str(first + second + off)}
    assert [one.rounding for one in compared(money(decimals, **values), PARTS)] == [False]
