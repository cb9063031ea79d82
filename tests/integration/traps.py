"""A made-up ledger full of traps, and questions of it that an engine could answer otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis
import ibis.expr.types as ir

from policybook.engines import Engine, connect_duckdb
from policybook.engines.duckdb import DuckDB
from policybook.expression import unbound_tables
from policybook.figures import plain_scalar, scalar_text
from policybook.ledgers import csv_text
from policybook.queries import compile_records, compile_reduction, compile_table
from policybook.schema import parse_schema

NAME = "order"
"""A ledger and columns that are words of SQL."""
SCHEMA = parse_schema(
    NAME,
    {
        "title": "虚构台账",
        "description": "只供测试。",
        "fields": [
            {"name": "id", "title": "编号", "type": "string"},
            {"name": "select", "title": "类别", "type": "string"},
            {"name": "share", "title": "地点", "type": "string"},
            {"name": "user", "title": "日期", "type": "date"},
            {"name": "level", "title": "金额", "type": "number", "decimals": 2},
            {"name": "Rate", "title": "比率", "type": "number", "decimals": 6},
            {"name": "whole", "title": "大数", "type": "integer"},
            {"name": "items", "title": "项数", "type": "integer"},
        ],
        "primaryKey": ["id"],
    },
)
KINDS = [
    "道路",
    "道 路",
    "道路 ",
    "a",
    "A",
    "a%",
    "a_",
    "ab",
    "%a",
    "_a",
    "\\",
    "\\.",
    "\\N",
    "a\\",
]
KINDS += [
    "it's",
    '"',
    "a,b",
    "甲\n\\.\n乙",
    "甲\r\n乙",
    "\t",
    "NULL",
    "",
    "é",
    "e\u0301",
    "𠮷",
    "$1",
]
KINDS += ["%s", "{0}", "`", "x\\_y", "--", "/*", "２", "~", "ﬀ", "\uffff", ":a", "?"]
SHARES = ["东区", "西区", "", "a"]
DAYS = ["2030-01-31", "", "1500-02-28", "2030-02-28", "0001-01-01", "9999-12-31"]
LEVELS = ["9999999999999999.99", "", "0.01", "-0.03", "9999999999999999.98", "1.10", "9.99"]
RATES = ["0.000001", "123456789012.345678", "", "-0.333333", "999999999999.999999"]
WHOLES = ["9223372036854775807", "9223372036854775806", "", "-3", "9007199254740993"]


def rows() -> list[dict[str, str]]:
    """Each kind twice, with empty cells here and there."""
    return [
        {
            "id": f"r{number:03}",
            "select": kind,
            "share": SHARES[number % 4],
            "user": DAYS[number % 6],
            "level": LEVELS[number % 7],
            "Rate": RATES[number % 5],
            "whole": WHOLES[number % 5],
            "items": str(number % 7 + 1),
        }
        for number, kind in enumerate([*KINDS, *reversed(KINDS)])
    ]


SCHEMAS = {NAME: SCHEMA}
TEXTS = {NAME: csv_text(SCHEMA.names, (row.values() for row in rows()))}
TABLE = unbound_tables(SCHEMAS)[NAME]


def conditions(t: Any) -> Iterator[ir.BooleanValue]:
    """Filters of each kind."""
    kind, share, day = t["select"], t["share"], t["user"]
    early, late = ibis.date("1500-02-28"), ibis.date("2030-02-01")
    yield kind.isnull() | (share == "东区")
    yield ~((kind == "a") | (share == "东区"))
    yield kind.isin(["道路", "a%", "\\", "it's", '"'])
    yield ~kind.isin([one for one in KINDS if one and "a" in one])
    yield kind.isin(["a", None])  # type: ignore[list-item]
    yield day.between(early, late) & share.notnull()
    yield (day >= "2030-01-31") & (day != "9999-12-31")
    yield ~(day > early) | (day == late)
    yield day.year() == 2030
    yield kind.length() == 1
    yield kind < share
    yield kind >= "道路"
    yield kind.like("a\\_") | kind.like("%\\%")
    yield kind.like("x\\_y")
    yield share == "没有的"


def choices(t: Any) -> Iterator[ir.BooleanValue]:
    """Filters by each text."""
    for one in filter(None, KINDS):
        yield t["select"] == one
        yield t["select"].startswith(one)
        yield t["select"].endswith(one)
        yield ~t["select"].contains(one) & (t["select"] != one)


def reductions(t: Any) -> list[ir.Scalar]:
    """Each kind of reduction."""
    sums = [t[name].sum() for name in ("level", "Rate", "whole", "items")]
    return [*sums, t["select"].nunique(), t["user"].nunique(), t["user"].min(), t["user"].max()]


def tables(t: Any) -> list[ir.Table]:
    """Figures' tables: plain and grouped, in orders that texts, dates and gaps make hard."""
    grouped = t.group_by("select").agg(whole=t.whole.sum(), level=t.level.sum())
    days = t.group_by("user").agg(items=t["items"].sum())
    return [
        t.order_by("select", "id").select("select", "id"),
        t.order_by(t["select"].desc(), "id").select("select", "id", "user", "Rate"),
        t.order_by(t["user"].desc(), t["level"], "id").select("id", "user", "level"),
        grouped.order_by(grouped.level.desc(), grouped["select"]),
        days.order_by("user"),
    ]


def kept(found: list[tuple[Any, ...]]) -> list[list[str]]:
    """Values as facts and figures keep them, none of them a float."""
    assert not any(isinstance(value, float) for row in found for value in row)
    return [[scalar_text(plain_scalar(value)) for value in row] for row in found]


def differences(engine: Engine, every: int = 1) -> tuple[int, list[tuple[str, Any, Any]]]:
    """How many questions were asked, and those that an engine answers otherwise than DuckDB.

    ``every``: of the questions that are much alike only each so many-th is asked.
    """
    duckdb = DuckDB(connect_duckdb({}, SCHEMAS), TEXTS, SCHEMAS)
    asked = 0
    wrong = []

    def ask(query: str, there: str, ordered: bool) -> None:
        nonlocal asked
        asked += 1
        right, found = kept(duckdb.query(query)), kept(engine.query(there))
        if not ordered:
            right, found = sorted(right), sorted(found)
        if right != found:
            wrong.append((there, right, found))

    for number, table in enumerate([TABLE, *map(TABLE.filter, conditions(TABLE))]):
        for op in [expr.op() for expr in reductions(table)][number % every :: every]:
            there = compile_reduction(op, engine.dialect, ())
            ask(compile_reduction(op, "duckdb", ()), there, True)
    for table in map(TABLE.filter, [*choices(TABLE)][::every]):
        ids = table.op()
        ask(compile_records(ids, "duckdb"), compile_records(ids, engine.dialect), False)
    for table in tables(TABLE):
        ask(compile_table(table, "duckdb", ()), compile_table(table, engine.dialect, ()), True)
    return asked, wrong
