"""Ibis expressions taken apart: what is refused, and the formula and SQL of the rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from fractions import Fraction

import ibis
import ibis.expr.types as ir
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from ibis import _

from policybook.engines import connect_duckdb, connect_sqlite
from policybook.errors import PublishError
from policybook.expression import take_apart, unbound_tables
from policybook.ledgers import Ledger
from policybook.numbers import evaluate
from policybook.operands import value_text
from policybook.queries import (
    asked_of,
    combined_query,
    compile_records,
    compile_reduction,
    compile_table,
    decimal_places,
)
from policybook.schema import Schema, parse_schema
from tests.unit.conftest import DOCUMENTS, WORKS

SCHEMAS = {"documents": parse_schema("documents", DOCUMENTS), "works": parse_schema("works", WORKS)}
WORK = unbound_tables(SCHEMAS)["works"]
DOCUMENT = unbound_tables(SCHEMAS)["documents"]
PLACES = decimal_places(SCHEMAS)
PLANNED, COMPLETED, UNITS = WORK.planned.sum(), WORK.completed.sum(), WORK.units.sum()
FIRST, LAST = WORK.on.min(), WORK.on.max()

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no expression": (lambda: 5, "不是 Ibis 表达式"),
    "a table": (lambda: WORK, "不是 Ibis 表达式"),
    "a column": (lambda: WORK.planned, "Field"),
    "no ledger": (lambda: ibis.literal(3), "没有用到任何台账"),
    "a float": (lambda: PLANNED * 1.5, "常数 1.5"),
    "a text": (lambda: WORK.title.max(), "不是日期列"),
    "count": (lambda: WORK.count(), "CountStar"),
    "mean": (lambda: WORK.planned.mean(), "Mean"),
    "median": (lambda: WORK.planned.median(), "Median"),
    "sum of a formula": (lambda: (WORK.planned - WORK.completed).sum(), "而是算式"),
    "sum of a text": (lambda: WORK.id.length().sum(), "而是算式"),
    "where": (lambda: WORK.items.sum(where=WORK.kind == "道路"), "where"),
    "maximum of a number": (lambda: WORK.planned.max(), "不是日期列"),
    "distinct numbers": (lambda: WORK.planned.nunique(), "是数字列"),
    "filter by a number": (lambda: WORK.filter(_.planned > 100).items.sum(), "数字列 planned"),
    "filter by a sum": (
        lambda: WORK.filter(WORK.on == WORK.on.max()).items.sum(),
        "筛选条件里有汇总",
    ),
    "a scalar": (lambda: PLANNED.as_scalar(), "as_scalar"),
    "groups": (
        lambda: WORK.group_by("kind").agg(items=_.items.sum()).items.sum(),
        "Aggregate",
    ),
    "a join": (lambda: WORK.join(DOCUMENT, "id").items.sum(), "JoinChain"),
    "a limit": (lambda: WORK.limit(2).items.sum(), "Limit"),
    "a selection": (lambda: WORK.select("items").items.sum(), "Project"),
    "distinct rows": (lambda: WORK.distinct().items.sum(), "Distinct"),
    "a cast": (lambda: PLANNED.cast("float64"), "Cast"),
    "a power": (lambda: PLANNED**2, "Power"),
    "a remainder": (lambda: UNITS % 2, "Modulus"),
    "whole division": (lambda: UNITS // 2, "FloorDivide"),
    "rounding": (lambda: PLANNED.round(1), "Round"),
    "a condition": (lambda: ibis.ifelse(PLANNED > 1, PLANNED, 0), "SearchedCase|IfElse"),
    "a date": (lambda: LAST, "结果是日期"),
    "months": (lambda: LAST.delta(FIRST, unit="month"), "month"),
    "too many sums": (
        lambda: sum((WORK.filter(_.id == str(n)).items.sum() for n in range(27)), UNITS),
        "多于26个",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_exact_is_refused(name: str) -> None:
    """Each thing that could not be traced or computed exactly has its own message."""
    expression, message = REFUSED[name]
    with pytest.raises(PublishError, match=message) as caught:
        take_apart("roads.rate", expression(), SCHEMAS)  # type: ignore[arg-type]
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("publish.expression", "roads.rate")
    assert finding.remedy


FORMULAS: dict[str, tuple[ir.Value, str]] = {
    "one sum": (PLANNED, "a"),
    "a difference": (PLANNED - COMPLETED, "a - b"),
    "a difference taken away": (PLANNED - (COMPLETED - UNITS), "a - (b - c)"),
    "differences in turn": ((PLANNED - COMPLETED) - UNITS, "a - b - c"),
    "a quotient by a product": (PLANNED / (COMPLETED * UNITS), "a / (b * c)"),
    "quotients in turn": (PLANNED / COMPLETED / UNITS, "a / b / c"),
    "a sum times": ((PLANNED + COMPLETED) * UNITS, "(a + b) * c"),
    "a product added": (PLANNED + COMPLETED * UNITS, "a + b * c"),
    "times a negative": (PLANNED * -COMPLETED, "a * (-b)"),
    "less a negative number": (PLANNED - -1, "a - (-1)"),
    "a number first": (1 + PLANNED, "a + 1"),
    "a decimal": (PLANNED - Decimal("0.5"), "a - 0.5"),
    "itself": (PLANNED - PLANNED, "a - a"),
    "two dates": (LAST - FIRST, "a - b"),
    "days inclusive": (LAST.delta(FIRST, unit="day") + 1, "a - b + 1"),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_keep_their_meaning(name: str) -> None:
    """Parentheses stand where the arithmetic needs them and nowhere else."""
    expr, text = FORMULAS[name]
    assert take_apart("roads.rate", expr, SCHEMAS).expression == text


Tree = tuple[ir.Value, Fraction]
VALUES = {"planned": Fraction(7), "completed": Fraction(11), "units": Fraction(13)}
leaves: st.SearchStrategy[Tree] = st.one_of(
    st.sampled_from(sorted(VALUES)).map(lambda name: (WORK[name].sum(), VALUES[name])),
    st.integers(1, 9).map(lambda number: (ibis.literal(number) * PLANNED, number * Fraction(7))),
)


def branch(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Two trees joined, or one negated; divisors are never zero."""
    pairs = st.tuples(inner, inner)
    divided = pairs.filter(lambda pair: pair[1][1] != 0)
    return st.one_of(
        pairs.map(lambda pair: (pair[0][0] + pair[1][0], pair[0][1] + pair[1][1])),
        pairs.map(lambda pair: (pair[0][0] - pair[1][0], pair[0][1] - pair[1][1])),
        pairs.map(lambda pair: (pair[0][0] * pair[1][0], pair[0][1] * pair[1][1])),
        divided.map(lambda pair: (pair[0][0] / pair[1][0], pair[0][1] / pair[1][1])),
        inner.map(lambda tree: (-tree[0], -tree[1])),
    )


@given(st.recursive(leaves, branch, max_leaves=6))
def test_any_formula_has_the_value_of_its_tree(tree: Tree) -> None:
    """Taking an expression apart and evaluating its text is computing it."""
    expr, value = tree
    formula = take_apart("roads.rate", expr, SCHEMAS)
    named = {part.name: VALUES[part.column] for part in formula.reductions}
    assert evaluate(formula.expression, named) == value


def test_one_reduction_has_one_name() -> None:
    """The same sum twice is one operand; of another filter it is another."""
    roads = WORK.filter(_.kind == "道路")
    formula = take_apart("roads.rate", roads.items.sum() / (roads.items.sum() + UNITS), SCHEMAS)
    assert formula.expression == "a / (a + b)"
    assert [(part.name, part.column) for part in formula.reductions] == [
        ("a", "items"),
        ("b", "units"),
    ]
    other = take_apart("roads.rate", roads.items.sum() / WORK.items.sum(), SCHEMAS)
    assert other.expression == "a / b"


def test_conditions_are_the_columns_of_all_filters() -> None:
    """A record is chosen by the columns of each filter in the chain."""
    chosen = WORK.filter((_.kind == "道路") | _.after.isnull()).filter(_.evidence != "remainder")
    (part,) = take_apart("roads.count", chosen.items.sum(), SCHEMAS).reductions
    assert (part.kind, part.ledger, part.column) == ("sum", "works", "items")
    assert sorted(part.conditions) == ["after", "evidence", "kind"]


def test_ledgers_may_be_mixed() -> None:
    """Reductions of two ledgers stand in one formula."""
    formula = take_apart("works.days", LAST - DOCUMENT.issued.max(), SCHEMAS)
    assert formula.expression == "a - b"
    assert [part.ledger for part in formula.reductions] == ["works", "documents"]


def sql_of(expr: ir.Value, dialect: str) -> str:
    """The query of an expression's one reduction, in a single line."""
    (part,) = take_apart("roads.count", expr, SCHEMAS).reductions
    return " ".join(compile_reduction(part.op, dialect, PLACES).split())


def test_queries_are_flat_and_readable() -> None:
    """Filters are one WHERE of one SELECT, without aliases of tables."""
    expr = WORK.filter(_.kind == "道路").filter(_.evidence != "remainder").items.sum()
    for dialect in ("duckdb", "sqlite"):
        text = sql_of(expr, dialect)
        assert text.count("SELECT") == 1
        assert 'COALESCE(SUM("items"), 0)' in text
        assert text.endswith('FROM "works" WHERE "kind" = \'道路\' AND "evidence" <> \'remainder\'')


def test_sqlite_adds_scaled_integers() -> None:
    """SQLite has no DECIMAL: sums of amounts go by way of integers."""
    assert 'SUM(CAST(ROUND("planned" * 100) AS INTEGER)) / 100.0' in sql_of(PLANNED, "sqlite")
    assert 'SUM(CAST(ROUND("rate" * 10000) AS INTEGER)) / 10000.0' in sql_of(
        WORK.rate.sum(), "sqlite"
    )
    assert 'SUM("planned")' in sql_of(PLANNED, "duckdb")
    assert 'SUM("units")' in sql_of(UNITS, "sqlite")


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@pytest.mark.parametrize("text", ["道路'; DROP TABLE works; --", 'a"b', "100%_", "\\"])
def test_texts_in_filters_are_quoted(text: str, dialect: str) -> None:
    """Whatever a filter compares with stays one literal."""
    query = sql_of(WORK.filter(_.kind == text).items.sum(), dialect)
    (statement,) = sqlglot.parse(query, dialect=dialect)
    (literal,) = [node for node in statement.find_all(sqlglot.exp.Literal) if node.is_string]
    assert literal.this == text


REDUCTIONS: dict[str, ir.Value] = {
    "amounts": PLANNED,
    "rates": WORK.rate.sum(),
    "integers": UNITS,
    "items": WORK.items.sum(),
    "kinds": WORK.kind.nunique(),
    "first day": FIRST,
    "last day": LAST,
    "one of several": WORK.filter(_.kind.isin(["道路", "桥梁"])).completed.sum(),
    "empty cells": WORK.filter(_.after.isnull()).planned.sum(),
    "from a day on": WORK.filter(_.on >= "2030-02-01").items.sum(),
    "no items": WORK.filter(_.kind == "没有").items.sum(),
    "no measures": WORK.filter(_.kind == "没有").planned.sum(),
    "no kinds": WORK.filter(_.kind == "没有").kind.nunique(),
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_both_engines_give_the_same(
    name: str, ledgers: dict[str, Ledger], schemas: dict[str, Schema]
) -> None:
    """A reduction has one value, whichever engine computes it."""
    expr = REDUCTIONS[name]
    texts = {name: ledger.canonical for name, ledger in ledgers.items()}
    (part,) = take_apart(
        "roads.count", expr - FIRST if expr.type().is_date() else expr, SCHEMAS
    ).reductions[:1]
    with (
        closing(connect_duckdb(texts, schemas)) as duckdb,
        closing(connect_sqlite(texts, schemas)) as sqlite,
    ):
        (one,) = duckdb.execute(compile_reduction(part.op, "duckdb", PLACES)).fetchone()
        (other,) = sqlite.execute(compile_reduction(part.op, "sqlite", PLACES)).fetchone()
    other = Decimal(repr(other)) if isinstance(other, float) else other
    assert value_text(one) == (other if isinstance(other, str) else value_text(other))


def test_no_items_are_none_and_no_measures_unknown(
    ledgers: dict[str, Ledger], schemas: dict[str, Schema]
) -> None:
    """Without records the count of items is 0, and a sum of measures is NULL."""
    texts = {name: ledger.canonical for name, ledger in ledgers.items()}
    nothing = WORK.filter(_.kind == "没有")
    with closing(connect_duckdb(texts, schemas)) as duckdb:
        for column, expected in (("items", 0), ("planned", None)):
            query = sql_of(nothing[column].sum(), "duckdb")
            assert duckdb.execute(query).fetchone() == (expected,)


def test_records_are_found_by_id(ledgers: dict[str, Ledger], schemas: dict[str, Schema]) -> None:
    """The records of a filter are those that its sum adds up."""
    texts = {name: ledger.canonical for name, ledger in ledgers.items()}
    query = compile_records(WORK.filter(_.kind == "道路").op(), "duckdb")
    with closing(connect_duckdb(texts, schemas)) as duckdb:
        assert sorted(duckdb.execute(query).fetchall()) == [("lanes",), ("road",)]


def test_operands_are_columns_of_one_query(
    ledgers: dict[str, Ledger], schemas: dict[str, Schema]
) -> None:
    """A fact's query gives all its operands at once, under their names."""
    texts = {name: ledger.canonical for name, ledger in ledgers.items()}
    parts = take_apart("roads.rate", COMPLETED / PLANNED, SCHEMAS).reductions
    query = combined_query(
        {part.name: compile_reduction(part.op, "duckdb", PLACES) for part in parts}
    )
    with closing(connect_duckdb(texts, schemas)) as duckdb:
        result = duckdb.execute(query)
        assert [column[0] for column in result.description] == ["a", "b"]
        assert result.fetchone() == (Decimal("3629.50"), Decimal("340.50"))


def test_figure_queries_run_in_both_engines(
    ledgers: dict[str, Ledger], schemas: dict[str, Schema]
) -> None:
    """A figure's grouped and ordered table is the same in both."""
    texts = {name: ledger.canonical for name, ledger in ledgers.items()}
    table = WORK.group_by("kind").agg(items=_.items.sum()).order_by(_.items.desc(), "kind")
    with (
        closing(connect_duckdb(texts, schemas)) as duckdb,
        closing(connect_sqlite(texts, schemas)) as sqlite,
    ):
        one = duckdb.execute(compile_table(table, "duckdb", PLACES)).fetchall()
        other = sqlite.execute(compile_table(table, "sqlite", PLACES)).fetchall()
    assert one == other
    assert one[0] == ("道路", 8)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_a_query_says_what_it_asks(dialect: str) -> None:
    """Reduction, column and ledger can be read off what was compiled, and off nothing else."""
    reductions = {
        ("sum", "planned", "works"): PLANNED,
        ("sum", "items", "works"): WORK.filter(_.kind == "道路").items.sum(),
        ("nunique", "kind", "works"): WORK.kind.nunique(),
        ("min", "on", "works"): FIRST,
        ("max", "on", "works"): LAST,
    }
    for asked, expr in reductions.items():
        assert asked_of(compile_reduction(expr.op(), dialect, PLACES), dialect) == asked
    for other in ("SELECT 5", "SELECT FROM WHERE (", 'SELECT SUM("a") FROM "b", "c"'):
        assert asked_of(other, dialect) is None
