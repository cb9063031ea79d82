"""Expressions as queries of PostgreSQL and Spark: exact, and meaning what DuckDB is asked."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from ibis import _

from policybook.dialects import compile_for
from policybook.engines.tables import asked_there
from policybook.queries import compile_records, compile_reduction, compile_table

T: Any = ibis.table(
    {"id": "string", "share": "string", "on": "date", "level": "decimal(18, 2)", "items": "int64"},
    name="order",
)
WHERE = "SELECT SUM({0}t1{0}.{0}level{0}) AS {0}Sum(level){0} FROM (SELECT * FROM {0}order{0} AS "
WHERE += "{0}t0{0} WHERE %s) AS {0}t1{0}"

FILTERS: dict[str, tuple[ir.BooleanValue, str, str]] = {
    "prefix": (
        _.share.startswith("5%_"),
        """STARTS_WITH("t0"."share", '5%_')""",
        "STARTSWITH(`t0`.`share`, '5%_')",
    ),
    "suffix": (
        _.share.endswith("路"),
        """RIGHT("t0"."share", LENGTH('路')) = '路'""",
        "ENDSWITH(`t0`.`share`, '路')",
    ),
    "pattern": (
        _.share.like("a\\_%"),
        """"t0"."share" LIKE 'a\\_%' ESCAPE '\x01'""",
        "`t0`.`share` LIKE 'a\\\\_%' ESCAPE '\\001'",
    ),
    "quotes": (_.share == "it's", """"t0"."share" = 'it''s'""", "`t0`.`share` = 'it\\'s'"),
    "day": (_.on >= "2030-02-01", """"t0"."on" >= '2030-02-01'""", "`t0`.`on` >= '2030-02-01'"),
    "one of": (
        _.share.isin(["甲", "乙"]),
        """"t0"."share" IN ('甲', '乙')""",
        "`t0`.`share` IN ('甲', '乙')",
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_are_compiled_for_each(name: str) -> None:
    """Texts are taken as they are; names are quoted, words of SQL too."""
    condition, postgres, spark = FILTERS[name]
    op = T.filter(condition).level.sum().op()
    assert compile_reduction(op, "postgres", ()) == (WHERE % postgres).format('"')
    assert compile_reduction(op, "spark", ()) == (WHERE % spark).format("`")


def test_whole_numbers_are_added_beyond_64_bits() -> None:
    """Spark adds them as decimals; PostgreSQL does so by itself; no items are still none."""
    op = T["items"].sum().op()
    assert "COALESCE(SUM(CAST(`t0`.`items` AS DECIMAL(20, 0))), 0)" in compile_reduction(
        op, "spark", ()
    )
    assert 'COALESCE(SUM("t0"."items"), 0)' in compile_reduction(op, "postgres", ())
    grouped = T.group_by("share").agg(items=T["items"].sum(), level=T.level.sum())
    query = compile_table(grouped.order_by("share"), "spark", ())
    assert "SUM(CAST(`t0`.`items` AS DECIMAL(20, 0))) AS `items`" in query
    assert "SUM(`t0`.`level`) AS `level`" in query


def test_records_are_asked_for_by_id() -> None:
    """The ids alone, of the filtered ledger."""
    query = compile_records(T.filter(_.share == "甲").op(), "postgres")
    assert query == """SELECT "t0"."id" FROM "order" AS "t0" WHERE "t0"."share" = '甲'"""


def test_a_pattern_keeps_its_own_escape() -> None:
    """An escape is written once, however often a query is compiled."""
    condition = T.share.like("a%") | T.share.like("%b")
    assert compile_for(T.filter(condition).level.sum(), "postgres").count("ESCAPE") == 2


def test_ledgers_are_asked_for_where_they_are() -> None:
    """Each ledger by the name of its table there, with the name it had as the alias."""
    query = 'SELECT "t0"."id" FROM "order" AS "t0" WHERE "t0"."share" = \'order\''
    there = asked_there(query, "postgres", {"order": "order_0123"}, "policybook")
    assert there == query.replace('FROM "order"', 'FROM policybook."order_0123"')
    plain = asked_there('SELECT "order"."id" FROM "order"', "postgres", {"order": "x"})
    assert plain == 'SELECT "order"."id" FROM "x" AS "order"'
    spark = asked_there("SELECT COUNT(*) FROM `order`", "spark", {"order": "order_0123"})
    assert spark == "SELECT COUNT(*) FROM `order_0123` AS `order`"
