"""Statistics against their earlier editions: bases, changes, growth, and what blocks them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.comparisons import Base, base_value, earlier_ledger, unfit
from policybook.edition import open_inputs
from policybook.errors import LedgerError
from policybook.history import check_falls
from policybook.inputs import load_inputs
from policybook.notebooks import evaluate_notebooks
from policybook.period import parse_period
from policybook.register import Published, Released, add_release
from tests.integration.city import WORKS
from tests.integration.quarters import NEWEST, QUARTERS, City
from tests.unit.conftest import made_up_fact


@pytest.fixture
def city(tmp_path: Path) -> City:
    """Five quarters, all alike but for the last."""
    made = City(tmp_path / "city", QUARTERS)
    made.change(NEWEST, "30,24,0.60", "30,27,0.65")
    return made


def test_changes_and_growth_are_exact(city: City) -> None:
    """79 of 95 before, 82 now: 3 more, 3/79 growth; the rate in percentage points."""
    facts = city.facts()
    done = facts["works.done"]
    assert done.value == "82"
    assert facts["works.done.quarter_change"].display == "3处"
    assert Fraction(facts["works.done.year_growth"].value) == Fraction(3, 79)
    rate = facts["works.rate.quarter_change"]
    assert Fraction(rate.value) == Fraction(300, 95)
    assert rate.display == "3.2个百分点"
    assert "works.rate.quarter_growth" not in facts
    assert facts["works.amount.quarter_change"].value == "0.05"


def test_a_first_quarter_has_no_comparison(city: City) -> None:
    """Neither facts nor an empty ledger; after it the quarter before, not yet the year."""
    assert not any("change" in name for name in city.facts(QUARTERS[0]))
    assert "earlier" not in city.inputs(QUARTERS[0]).ledgers
    second = city.facts(QUARTERS[1])
    assert "works.done.quarter_change" in second
    assert "works.done.year_change" not in second


def test_lower_bounds_are_not_compared(city: City) -> None:
    """A count known only as "at least" has no change; the reason is kept for its trace."""
    assert city.facts()["visits.total"].qualifier == "余"
    assert not any(name.startswith("visits.total.") for name in city.facts())
    assert {one.reason for one in city.inputs().not_compared} == {"那时的数只知下限"}


def test_a_zero_base_has_no_growth(city: City) -> None:
    """The change is published, the growth cannot be."""
    for old in ("40,40", "30,24", "16,12", "9,3"):
        city.change(QUARTERS[-2], old, f"{old.partition(',')[0]},0")
    facts = city.facts()
    assert facts["works.done.quarter_change"].value == "82"
    assert "works.done.quarter_growth" not in facts


@pytest.mark.parametrize(
    ("comparable", "unit", "there"),
    [
        ("", "处", False),
        ("  comparable: true\n", "处", True),
        ("  comparable: true\n", "亿元", False),
    ],
    ids=["not declared", "declared", "another unit"],
)
def test_a_new_definition_blocks_a_comparison(
    comparable: str, unit: str, there: bool, city: City
) -> None:
    """It is compared across the change only when that is declared, and in the same unit."""
    new = f"  effective_from: 2032Q1\n  succeeds: works.planned\n{comparable}"
    city.declare("works.amount", new)
    path = city.data / "statistics.yml"
    path.write_text(path.read_text("utf-8").replace("亿元", unit), "utf-8")
    assert ("works.amount.quarter_change" in city.facts()) is there
    assert "works.amount" not in city.facts(QUARTERS[-2])


def test_a_revised_base_needs_a_reason(city: City) -> None:
    """What is not what was published is refused, until the reason is given and shown."""
    base = QUARTERS[-2]
    published = {"works.done": Published("80", "80处")}
    add_release(city.data, Released(base, "2032-01-20", "ab", "", ""), published)
    with pytest.raises(LedgerError, match=r"compare\.revised") as caught:
        city.inputs()
    assert "当时公布 80处，现为 79处" in caught.value.findings[0].message
    (city.data / NEWEST / "explanations.yml").write_text(
        f"- {{statistic: works.done, against: {base}, reason: 虚构的修订}}\n", encoding="utf-8"
    )
    (row,) = [
        row
        for row in city.inputs().ledgers["earlier"].rows
        if (row["statistic"], row["period"]) == ("works.done", base)
    ]
    assert "虚构的修订" in row["note"]


def test_a_released_edition_keeps_its_bases(city: City) -> None:
    """What it was compared with stays what it was, whatever is issued later."""
    add_release(city.data, Released(NEWEST, "2032-04-20", "ab", "2031Q4", ""), {})
    periods = {row["period"] for row in city.inputs().ledgers["earlier"].rows}
    assert periods == {"2031Q4"}


def test_a_cumulative_count_may_not_fall(city: City) -> None:
    """Within a year, though no single record's did: one was left out."""
    quarter = QUARTERS[1]
    city.change(quarter, WORKS.splitlines()[1] + "\n", "")
    edition = open_inputs(city.data, load_inputs(city.data, quarter))
    facts = evaluate_notebooks(city.root / "notebooks", edition)
    found = check_falls(city.root, city.data, load_inputs(city.data, quarter), facts)
    assert "works.done" in {one.place.partition(" ")[0] for one in found}
    assert {(one.severity, one.code) for one in found} == {("error", "change.fell")}
    city.change(NEWEST, WORKS.splitlines()[1] + "\n", "")
    inputs = load_inputs(city.data, NEWEST)
    assert check_falls(city.root, city.data, inputs, facts) == []


@given(st.fractions(max_denominator=10**6, min_value=-(10**9), max_value=10**9))
def test_a_base_is_kept_exactly(value: Fraction) -> None:
    """Finite decimals and fractions come back from the ledger as they went in."""
    fact = made_up_fact("roads.rate", f"{value.numerator}/{value.denominator}", unit="公里")
    assert unfit(fact) == ""
    ledger = earlier_ledger([Base("roads.rate", parse_period("2031Q1"), fact)], Path())
    assert base_value(ledger.rows[0]) == value
