"""Comparisons: which there are of a statistic, from which base, and exactly how much."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policybook.catalogue import Statistic
from policybook.comparisons import (
    EARLIER,
    Base,
    base_id,
    base_period,
    base_row,
    base_value,
    compared,
    comparison_formula,
    earlier_ledger,
    same_value,
    unfit,
)
from policybook.derived import derived_schema
from policybook.edition import Edition
from policybook.errors import FigureError
from policybook.model import Fact
from policybook.numbers import evaluate, exact_text
from policybook.period import parse_period
from policybook.roles import ComparedRole
from policybook.rules import check_ledgers
from tests.unit.conftest import PERIOD, made_up_fact

LAST, YEAR_AGO = "2029Q4", "2029Q1"
NAMES = st.text("ab._", min_size=1, max_size=4)


def statistic(unit: str = "公里", decimals: int = 0, *compare: str) -> Statistic:
    """A made-up statistic, compared with the quarter and the year before unless said."""
    texts = ("roads.planned", "虚构里程", unit, decimals, "虚构。", "累计", "up", "made-up")
    return Statistic(*texts, compare=compare or ("quarter", "year"))


def based(edition: Edition, **bases: tuple[str, Fact]) -> Edition:
    """The edition with these bases by statistic, ``__`` for the point, its catalogue comparing."""
    found = [
        Base(name.replace("__", "."), parse_period(quarter), fact)
        for name, (quarter, fact) in bases.items()
    ]
    catalogue = {
        name: replace(one, compare=("quarter", "year")) for name, one in edition.catalogue.items()
    }
    return Edition(
        edition.parameters,
        {**edition.schemas, EARLIER: derived_schema(EARLIER)},
        {**edition.ledgers, EARLIER: earlier_ledger(found, Path())},
        catalogue,
        True,
    )


def kilometres(value: Fraction | str, name: str = "roads.planned") -> Fact:
    """A made-up earlier length of an exact value."""
    return made_up_fact(name, str(value), "公里")


@pytest.mark.parametrize(
    ("unit", "decimals", "found"),
    [
        (
            "公里",
            0,
            {
                "quarter_change": ("公里", 0, "amount"),
                "quarter_growth": ("%", 1, "change"),
                "year_change": ("公里", 0, "amount"),
                "year_growth": ("%", 1, "change"),
            },
        ),
        (
            "%",
            0,
            {"quarter_change": ("个百分点", 1, "level"), "year_change": ("个百分点", 1, "level")},
        ),
        (
            "%",
            2,
            {"quarter_change": ("个百分点", 2, "level"), "year_change": ("个百分点", 2, "level")},
        ),
    ],
    ids=["count", "share", "share with places"],
)
def test_a_count_grows_and_a_share_moves_by_points(
    unit: str, decimals: int, found: dict[str, tuple[str, int, str]]
) -> None:
    """A share has no growth, and its points have a place at least; words fit each."""
    derived = compared(statistic(unit, decimals))
    assert {key: (one.unit, one.decimals, one.word) for key, one in derived.items()} == found
    assert all(one.id == f"roads.planned.{key}" for key, one in derived.items())
    assert all(one.compare == () for one in derived.values())


def test_only_what_is_declared_is_compared() -> None:
    """Against the year alone, or against nothing."""
    assert list(compared(statistic("公里", 0, "year"))) == ["year_change", "year_growth"]
    assert compared(replace(statistic(), compare=())) == {}


def test_labels_can_be_read_alone() -> None:
    """Each says what it is compared with."""
    labels = [one.label for one in compared(statistic()).values()]
    assert labels == [
        "虚构里程，比上季度增减",
        "虚构里程，环比增速",
        "虚构里程，比上年同期增减",
        "虚构里程，同比增速",
    ]


@pytest.mark.parametrize(
    ("kind", "period", "base"),
    [
        ("quarter", "2030Q1", "2029Q4"),
        ("quarter", "2030Q3-r2", "2030Q2"),
        ("year", "2030Q1", "2029Q1"),
        ("year", "2030Q4-r1", "2029Q4"),
    ],
)
def test_a_base_is_a_quarter_or_a_year_back(kind: str, period: str, base: str) -> None:
    """Of a re-issue too."""
    assert str(base_period(statistic(), kind, period)) == base


def test_a_re_issue_is_the_base_of_its_quarter() -> None:
    """Whoever looks for the quarter finds what is now known of it, and from which edition."""
    again = parse_period(f"{LAST}-r2")
    ledger = earlier_ledger([Base("roads.planned", again, kilometres("7"), "虚构的修订")], Path())
    row = base_row(ledger, "roads.planned", parse_period(LAST))
    assert row is not None
    assert (row["period"], row["note"]) == (f"{LAST}-r2", "虚构的修订")
    assert base_id("roads.planned", again) == base_id("roads.planned", parse_period(LAST))
    assert base_row(ledger, "roads.planned", parse_period("2029Q3")) is None
    assert base_row(ledger, "roads.count", parse_period(LAST)) is None


@given(NAMES, NAMES)
def test_two_statistics_never_share_a_base(one: str, other: str) -> None:
    """Their records would be added up."""
    quarter = parse_period(LAST)
    assert (base_id(one, quarter) == base_id(other, quarter)) is (one == other)


@pytest.mark.parametrize(
    ("value", "cells"),
    [
        ("7", ("7", "", "")),
        ("0", ("0", "", "")),
        ("-0.5", ("-0.5", "", "")),
        ("1/3", ("", "1", "3")),
        ("-200/3", ("", "-200", "3")),
        ("1/128", ("", "1", "128")),  # seven places
        ("1/64", ("0.015625", "", "")),
    ],
)
def test_a_value_is_a_decimal_or_a_fraction(value: str, cells: tuple[str, str, str]) -> None:
    """What no six places can hold is kept as numerator and denominator."""
    row = earlier_ledger([Base("roads.planned", parse_period(LAST), kilometres(value))], Path())
    assert tuple(row.rows[0][c] for c in ("value", "numerator", "denominator")) == cells
    assert base_value(row.rows[0]) == Fraction(value)


def test_earlier_values_are_a_ledger_like_any_other(edition: Edition) -> None:
    """They keep the rules of their schema; their source is a report, not a document on file."""
    compared_edition = based(
        edition, roads__planned=(LAST, kilometres("1/3")), roads__count=(YEAR_AGO, kilometres("7"))
    )
    assert check_ledgers(compared_edition.ledgers, []) == []  # what is derived is not checked
    filled_in = {
        name: replace(one, schema=replace(one.schema, document={}))
        for name, one in compared_edition.ledgers.items()
    }
    assert {one.code for one in check_ledgers(filled_in, [])} == {"ledger.document"}


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (kilometres("7"), ""),
        (kilometres("1/3"), ""),
        (replace(kilometres("7"), evidence="as printed"), ""),
        (replace(kilometres("7"), qualifier="余"), "只知下限"),
        (replace(kilometres("7"), evidence="implied"), "由比率倒推，只知区间"),
        (kilometres(Fraction(1, 10**17 + 1)), "精确值的位数太多"),
        (kilometres(Fraction(10**17)), "精确值的位数太多"),
        (kilometres(Fraction(10**12)), "太大，前期公布数台账写不下"),
        (kilometres(Fraction(-(10**13), 3)), "太大，前期公布数台账写不下"),
        (kilometres(Fraction(10**12 - 1)), ""),
    ],
    ids=[
        "count",
        "fraction",
        "printed",
        "at least",
        "implied",
        "small",
        "great",
        "twelve places",
        "far below",
        "widest",
    ],
)
def test_only_what_is_known_is_a_base(fact: Fact, reason: str) -> None:
    """Lower bounds, values worked back and those that no column holds are not compared."""
    assert unfit(fact) == reason


@pytest.mark.parametrize(("published", "same"), [("0.5", True), ("1/2", False), ("0.50", False)])
def test_a_value_is_compared_in_its_one_text(published: str, same: bool) -> None:
    """The register has the canonical text, so that nothing else is the same."""
    assert same_value(kilometres("1/2"), published) is same


@pytest.mark.parametrize(
    ("base", "growth"), [("b", "(a - b) / b"), ("b / c", "(a - b / c) / (b / c)")]
)
def test_growth_is_over_the_whole_base(base: str, growth: str) -> None:
    """A base that is a quotient is put into brackets."""
    assert comparison_formula("quarter_growth", "a", base) == growth
    assert comparison_formula("year_change", "a", base) == f"a - {base}"


def test_an_edition_publishes_its_comparisons(edition: Edition) -> None:
    """340.5 now, 227 a quarter ago: 113.5 more, a half; both traced to the earlier value."""
    compared_edition = based(edition, roads__planned=(LAST, kilometres("227")))
    compared_edition.publish("roads.planned", compared_edition.works.planned.sum())
    facts = compared_edition.facts
    assert list(facts) == [
        "roads.planned",
        "roads.planned.quarter_change",
        "roads.planned.quarter_growth",
    ]
    change = facts["roads.planned.quarter_change"]
    assert (change.value, change.display) == ("113.5", "114公里")
    assert [part.ledger for part in change.operands] == ["works", EARLIER]
    assert change.operands[1].records == ("2029Q4-roads.planned",)
    assert facts["roads.planned.quarter_growth"].display == "50.0%"


def test_rates_move_by_percentage_points(edition: Edition) -> None:
    """From a third to 64/81: exact in hundredths, without growth."""
    base = made_up_fact("roads.rate", "1/3")
    compared_edition = based(edition, roads__rate=(YEAR_AGO, base))
    works = compared_edition.works
    compared_edition.publish("roads.rate", works.units.sum() / works.items.sum())
    facts = compared_edition.facts
    assert list(facts) == ["roads.rate", "roads.rate.year_change"]
    change = facts["roads.rate.year_change"]
    assert Fraction(change.value) == (Fraction(3, 11) - Fraction(1, 3)) * 100
    assert change.display == "-6.1个百分点"


@pytest.mark.parametrize("quarter", ["2029Q3", "2030Q1", "2028Q4"])
def test_another_quarter_is_no_base(quarter: str, edition: Edition) -> None:
    """Only the quarter before and the same quarter of the year before are."""
    compared_edition = based(edition, roads__planned=(quarter, kilometres("227")))
    compared_edition.publish("roads.planned", compared_edition.works.planned.sum())
    assert list(compared_edition.facts) == ["roads.planned"]


@pytest.mark.parametrize("base", ["0", "-1.5", "-1/3"])
def test_nothing_grows_from_zero_or_less(base: str, edition: Edition) -> None:
    """The change can be said, the growth cannot: from −6 to −2 would be a fall by two thirds."""
    compared_edition = based(edition, roads__planned=(LAST, kilometres(base)))
    compared_edition.publish("roads.planned", compared_edition.works.planned.sum())
    assert list(compared_edition.facts) == ["roads.planned", "roads.planned.quarter_change"]


@pytest.mark.parametrize("name", ["trees.planted", "coal.task"])
def test_what_is_not_known_now_is_not_compared(name: str, edition: Edition) -> None:
    """Neither a lower bound nor what was worked back from a printed rate."""
    fact = made_up_fact(name, "7", edition.catalogue[name].unit)
    compared_edition = based(edition, **{name.replace(".", "__"): (LAST, fact)})
    works = compared_edition.works
    coal = works.filter(works.kind == "能源")
    formulas = {
        "trees.planted": works.filter(works.kind == "绿化").completed.sum(),
        "coal.task": coal.completed.sum() / coal.rate.sum(),
    }
    compared_edition.publish(name, formulas[name])
    assert list(compared_edition.facts) == [name]
    assert unfit(compared_edition.facts[name])


def drawn(edition: Edition, *statistics: str) -> None:
    """A made-up trend; nothing is drawn where nobody looks."""
    edition.trend(
        "trend",
        statistics,
        lambda *_, **__: None,
        title="虚构的趋势",
        unit="公里",
        alt="现为{roads.planned}。",
        source="虚构计划",
    )


def test_a_trend_ends_with_this_edition(edition: Edition) -> None:
    """The earlier values as shown, then this edition's."""
    compared_edition = based(edition, roads__planned=(LAST, kilometres("226.6")))
    compared_edition.publish("roads.planned", compared_edition.works.planned.sum())
    drawn(compared_edition, "roads.planned")
    assert compared_edition.figures["trend"].rows == (
        (LAST, "虚构指标roads.planned", "227"),
        (PERIOD, "虚构指标roads.planned", "341"),
    )
    assert compared_edition.figures["trend"].alt == "现为341公里。"


def test_a_trend_needs_editions_and_facts(edition: Edition) -> None:
    """A first edition has no trend; what is not published yet cannot be drawn."""
    edition.publish("roads.planned", edition.works.planned.sum())
    drawn(edition, "roads.planned")
    assert edition.figures == {}
    compared_edition = based(edition, roads__planned=(LAST, kilometres("226.6")))
    with pytest.raises(FigureError, match=r"figure\.fact"):
        drawn(compared_edition, "roads.planned")


DECIMALS = st.decimals(0, 10**6, places=2)
FRACTIONS = st.fractions(-(10**6), 10**6, max_denominator=10**6)


@given(DECIMALS, st.one_of(DECIMALS.map(Fraction), FRACTIONS))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_is_exactly_now_less_before(
    edition: Edition, now: Decimal, before: Fraction
) -> None:
    """Published from ledgers through the database, whatever the decimals and fractions."""
    works = edition.ledgers["works"]
    rows = tuple({**row, "planned": f"{now:f}" * (row["id"] == "road")} for row in works.rows)
    edition.ledgers["works"] = replace(works, rows=rows)
    compared_edition = based(edition, roads__planned=(LAST, kilometres(exact_text(before))))
    compared_edition.publish("roads.planned", compared_edition.works.planned.sum())
    facts = compared_edition.facts
    assert Fraction(facts["roads.planned.quarter_change"].value) == Fraction(now) - before
    if before > 0:
        growth = Fraction(facts["roads.planned.quarter_growth"].value)
        assert growth * before == Fraction(now) - before


@given(FRACTIONS, FRACTIONS, FRACTIONS.filter(bool))
def test_formulas_are_exact(now: Fraction, numerator: Fraction, denominator: Fraction) -> None:
    """A change and a growth are what their names say, of a base that is a quotient too."""
    values = {"a": now, "b": numerator, "c": denominator}
    base = numerator / denominator
    assert evaluate(comparison_formula("year_change", "a", "b / c"), values) == now - base
    if base:
        growth = evaluate(comparison_formula("year_growth", "a", "b / c"), values)
        assert growth == (now - base) / base


def sentence(note: str = "", **values: tuple[str, str, str]) -> str:
    """What the role prints of made-up comparisons: value, unit and word by part."""
    fact = made_up_fact("a.b", "12", "项")
    facts = {"a.b": fact}
    base = Base("a.b", parse_period(LAST), fact, note)
    ledger = earlier_ledger([base], Path())
    cell = SimpleNamespace(record=base.id)
    for part, (value, unit, word) in values.items():
        name, decimals = f"a.b.{part}", int(unit != "项")
        operand = SimpleNamespace(ledger=EARLIER, cells=(cell,))
        made = made_up_fact(name, value, unit, decimals, word)
        facts[name] = replace(made, operands=(operand,))  # type: ignore[arg-type]
    book = SimpleNamespace(facts=facts, ledgers={EARLIER: ledger})
    env = SimpleNamespace(policybook=book, docname="book/page")
    role = ComparedRole()
    role.rawtext = role.text = "a.b"
    document = SimpleNamespace(settings=SimpleNamespace(env=env))
    role.inliner = SimpleNamespace(document=document)
    return "".join(node.astext() for node in role.run()[0])


def test_a_sentence_says_how_a_number_moved() -> None:
    """Words from the signs, sizes without them; what did not move has no size."""
    assert sentence() == ""
    assert (
        sentence(quarter_change=("-3", "项", "amount"), quarter_growth=("-1/5", "%", "change"))
        == "（比上季度减少3项、下降20.0%）"
    )
    assert sentence(quarter_change=("0", "项", "amount")) == "（与上季度持平）"
    assert (
        sentence(
            quarter_change=("2", "项", "amount"),
            year_change=("0", "项", "amount"),
            year_growth=("0", "%", "change"),
        )
        == "（比上季度增加2项，与上年同期持平）"
    )
    assert sentence(year_change=("-1.25", "个百分点", "level")) == "（比上年同期回落1.3个百分点）"


def test_a_sentence_says_that_its_base_was_revised() -> None:
    """The reader is sent to the reason by the words beside the number."""
    assert (
        sentence("虚构的修订", quarter_change=("2", "项", "amount"))
        == "（比上季度增加2项，基数已修订）"
    )
