"""The 2024 edition against the figures that the four documents print.

``printed_figures.csv`` lists every numeral of the documents, in their order.
``derived_figures.csv`` works out from them what the documents leave to the reader;
its formulas are evaluated here, not by the package.
"""

from __future__ import annotations

import ast
import csv
import operator
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from policybook.edition import load_edition
from policybook.model import Fact
from policybook.notebooks import evaluate_notebooks
from tests.conftest import PERIOD, ROOT

HERE = Path(__file__).parent
DISTINCT = 85
FURTHER = 60

Row = dict[str, str]


def rows_of(name: str) -> list[Row]:
    """The rows of a CSV beside this file."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PRINTED = rows_of("printed_figures.csv")
STATISTICS = [row for row in PRINTED if row["kind"] == "statistic"]
DERIVED = rows_of("derived_figures.csv")


@pytest.fixture(scope="module")
def facts() -> dict[str, Fact]:
    """The real edition's facts, its notebooks' cells run in this process."""
    return evaluate_notebooks(ROOT / "notebooks", load_edition(ROOT / "data", PERIOD))


@pytest.fixture(scope="module")
def printed_values() -> dict[str, Fraction]:
    """What the documents print, as exact values: per cent as a ratio."""
    return {
        row["statistic"]: Fraction(row["value"]) / (100 if row["unit"] == "%" else 1)
        for row in STATISTICS
    }


def worked_out(formula: str, values: dict[str, Fraction]) -> Fraction:
    """A formula over printed figures, by plain fractions."""
    signs = {ast.Add: operator.add, ast.Sub: operator.sub}
    signs |= {ast.Mult: operator.mul, ast.Div: operator.truediv}

    def walk(node: ast.AST) -> Fraction:
        if isinstance(node, ast.BinOp):
            return Fraction(signs[type(node.op)](walk(node.left), walk(node.right)))
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        return values[ast.unparse(node)]

    return walk(ast.parse(formula, mode="eval").body)


@pytest.mark.parametrize("row", STATISTICS, ids=lambda row: f"{row['n']}-{row['statistic']}")
def test_a_printed_figure_is_published(row: Row, facts: dict[str, Fact]) -> None:
    """Number, unit and qualifier of the printed figure are those of the fact."""
    fact = facts[row["statistic"]]
    assert (fact.number, fact.qualifier) == (row["value"], row["qualifier"])
    if row["unit"]:
        assert fact.unit == row["unit"]


def test_every_statistic_of_the_documents_is_there(facts: dict[str, Fact]) -> None:
    """All distinct statistics are published under their very ids."""
    ids = {row["statistic"] for row in STATISTICS}
    assert len(ids) == DISTINCT
    assert ids <= set(facts)


def test_the_list_of_numerals_is_whole() -> None:
    """Rows are numbered without gap; a row is a statistic, a date or a name."""
    assert [int(row["n"]) for row in PRINTED] == list(range(1, len(PRINTED) + 1))
    assert {row["kind"] for row in PRINTED} == {"statistic", "date", "name"}
    assert all(bool(row["statistic"]) == (row["kind"] == "statistic") for row in PRINTED)


def test_many_further_statistics_are_published(facts: dict[str, Fact]) -> None:
    """Beside the printed ones there are those that a reader expects."""
    printed = {row["statistic"] for row in STATISTICS}
    assert len(set(facts) - printed) >= FURTHER


@pytest.mark.parametrize("row", DERIVED, ids=lambda row: row["statistic"])
def test_a_further_statistic_follows_from_the_printed(
    row: Row, facts: dict[str, Fact], printed_values: dict[str, Fraction]
) -> None:
    """Rates, remainders, shares, totals and averages agree with the printed figures."""
    fact = facts[row["statistic"]]
    expected = worked_out(row["from_printed"], printed_values)
    assert Fraction(fact.value) == expected
    assert fact.display == row["display"]


def test_days_follow_from_the_printed_dates(facts: dict[str, Fact]) -> None:
    """Spans between the dates of the documents are those of the calendar."""
    report, opened, closed = date(2024, 8, 22), date(2024, 8, 22), date(2024, 8, 23)
    opinion, due = date(2024, 9, 25), date(2024, 11, 25)
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    days = {
        "opinion.days_to_due": due - opinion,
        "opinion.days_report_to_opinion": opinion - report,
        "opinion.days_report_to_due": due - report,
        "opinion.days_meeting_to_opinion": opinion - closed,
        "opinion.days_due_to_year_end": last - due,
        "calendar.days_left": last - report,
        "openness.bonded_zone_data_age": report - date(2024, 6, 30),
    }
    assert {name: facts[name].value for name in days} == {
        name: str(span.days) for name, span in days.items()
    }
    assert facts["opinion.meeting_days"].value == str((closed - opened).days + 1)
    assert facts["calendar.days_elapsed"].value == str((report - first).days + 1)


def test_the_hazards_rate_shows_how_it_is_rounded(facts: dict[str, Fact]) -> None:
    """The formula has the operands, two more places and the printed rate."""
    fact = facts["safety.hazards_rate"]
    assert fact.formula == "24184 ÷ 24871 = 97.24% → 97%"
    assert Fraction(fact.value) == Fraction(24184, 24871)


@pytest.mark.parametrize(
    ("name", "low", "high", "display"),
    [
        (
            "capacity.coal_task_implied",
            Fraction(3309) / Fraction("1.175"),
            Fraction(3309) / Fraction("1.165"),
            "2816.2–2840.3万吨",
        ),
        (
            "openness.bonded_zone_previous_implied",
            Fraction("51.45") / Fraction("1.915"),
            Fraction("51.55") / Fraction("1.905"),
            "26.87–27.06亿元",
        ),
    ],
    ids=["coal task", "bonded zone a year before"],
)
def test_implied_bases_have_the_interval_of_rounding(
    name: str, low: Fraction, high: Fraction, display: str, facts: dict[str, Fact]
) -> None:
    """A base worked back from a printed rate is bounded by what would print the same."""
    fact = facts[name]
    assert fact.evidence == "implied"
    assert fact.interval is not None
    assert (Fraction(fact.interval["low"]), Fraction(fact.interval["high"])) == (low, high)
    assert fact.interval["display"] == display
    assert low < Fraction(fact.value) < high


@pytest.mark.parametrize("name", ["capacity.coal_contracts_rate", "openness.bonded_zone_growth"])
def test_rates_without_a_base_stand_as_printed(name: str, facts: dict[str, Fact]) -> None:
    """A rate whose base no document gives says that it is the printed one."""
    fact = facts[name]
    assert fact.evidence == "as printed"
    assert [part.column for part in fact.missing]


def test_documents_and_measures_are_kept_apart(facts: dict[str, Fact]) -> None:
    """36 documents and 32 + 12 measures are of different grain: nothing combines them."""
    documents = {"support-documents"}
    measures = {"support-issued", "support-drafting"}
    for fact in facts.values():
        records = {cell.record for cell in fact.cells()}
        assert not (records & documents and records & measures), fact.id
    assert re.search("口径不同.*不计算", facts["support.documents"].definition)
    assert re.search("不与配套文件数相除", facts["support.issued"].definition)


def test_lower_bounds_are_exactly_those_printed_so(facts: dict[str, Fact]) -> None:
    """余 stands with the counts that print it and with their total, nowhere else."""
    printed = {row["statistic"] for row in STATISTICS if row["qualifier"] == "余"}
    assert len(printed) == 4
    found = {fact.id for fact in facts.values() if fact.qualifier}
    assert found == printed | {"branches.solved_total"}


def test_equal_figures_stay_different_statistics(facts: dict[str, Fact]) -> None:
    """36, 32, 17, 15, 40, 46 and 60 each mean several things, from different cells."""
    for number in ("36", "32", "17", "15", "40", "46", "60"):
        alike = [
            facts[name] for name in {r["statistic"] for r in STATISTICS if r["value"] == number}
        ]
        assert len(alike) >= 2, number
        cells = [frozenset((c.file, c.record, c.column) for c in one.cells()) for one in alike]
        assert len(set(cells)) == len(cells), number


def test_display_keeps_the_printed_places(facts: dict[str, Fact]) -> None:
    """A figure printed with decimals is displayed with as many."""
    for row in STATISTICS:
        places = -Decimal(row["value"]).as_tuple().exponent  # type: ignore[operator]
        assert facts[row["statistic"]].decimals == places, row["statistic"]
