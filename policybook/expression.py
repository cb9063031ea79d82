"""Ibis expressions taken apart: reductions below, exact arithmetic above. floor: expression.

``publish`` accepts ``+ - * /`` over reductions of filtered ledgers. Ibis builds and
compiles the expression; nothing is executed by its DuckDB backend, which rounds
DECIMAL products and means silently and does not run with DuckDB 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot
from sqlglot import expressions as sql

from policybook.dialects import compile_for
from policybook.errors import PublishError, error
from policybook.numbers import exact_text
from policybook.schema import Schema

ENGINES = ("duckdb", "sqlite")
"""Whose queries a fact publishes."""

_REDUCTIONS: dict[type[ops.Node], str] = {
    ops.Sum: "sum",
    ops.CountDistinct: "nunique",
    ops.Min: "min",
    ops.Max: "max",
}
_ARITHMETIC: dict[type[ops.Node], tuple[str, int]] = {
    ops.Add: ("+", 1),
    ops.Subtract: ("-", 1),
    ops.DateDelta: ("-", 1),  # one.delta(other, unit="day"): a number to go on with
    ops.DateDiff: ("-", 1),  # one - other: days as well, since days are what is published
    ops.Multiply: ("*", 2),
    ops.Divide: ("/", 2),
}
_ATOM = 3
_MOST = 26
"""Reductions are named by single letters."""


@dataclass(frozen=True)
class Reduction:
    """A sum, distinct count, minimum or maximum over one filtered ledger."""

    name: str
    kind: str
    ledger: str
    column: str
    conditions: tuple[str, ...]  # columns its filters use
    op: ops.Node
    relation: ops.Node


@dataclass(frozen=True)
class Formula:
    """An expression over reductions named a, b, c …"""

    expression: str
    reductions: tuple[Reduction, ...]


def unbound_tables(schemas: Mapping[str, Schema]) -> dict[str, ir.Table]:
    """One unbound Ibis table a ledger."""
    return {
        name: ibis.table({f.name: f.ibis for f in schema.fields}, name=name)
        for name, schema in schemas.items()
    }


def take_apart(
    statistic: str, expr: ir.Value, schemas: Mapping[str, Schema], after: int = 0
) -> Formula:
    """The formula of a published expression; :class:`PublishError` for anything inexact.

    ``after``: so many letters are taken, by a formula that this one will join.
    """
    found: dict[ops.Node, Reduction] = {}

    def refuse(message: str, remedy: str) -> PublishError:
        return PublishError(error("publish.expression", statistic, message, remedy))

    def reduction(op: ops.Node, kind: str) -> str:
        if op in found:
            return found[op].name
        if op.where is not None:
            raise refuse("汇总带有 where 条件。", "改用 .filter(…)，条件才进入溯源。")
        if not isinstance(op.arg, ops.Field):
            raise refuse("汇总的不是台账的一列，而是算式。", "先分别汇总各列，再做四则运算。")
        ledger, conditions = _filtered_ledger(op.arg.rel, refuse)
        field = schemas[ledger].field(op.arg.name)
        if kind == "sum" and not field.numeric:
            raise refuse(f"{field.name} 不是数字列，不能求和。", "选数字列。")
        if kind in ("min", "max") and field.type != "date":
            raise refuse(f"{field.name} 不是日期列，不能取最早或最晚。", "数字列请求和。")
        if kind == "nunique" and field.numeric:
            raise refuse(f"{field.name} 是数字列，不能数其种类。", "选文字列。")
        for name in conditions:
            if schemas[ledger].field(name).numeric:
                raise refuse(
                    f"用数字列 {name} 作筛选条件，溯源无法指明单元格。", "用文字列分类后筛选。"
                )
        if after + len(found) == _MOST:
            raise refuse(f"用到的汇总多于{_MOST}个。", "分成几个指标，或改用一次筛选的合计。")
        name = chr(ord("a") + after + len(found))
        found[op] = Reduction(name, kind, ledger, field.name, conditions, op, op.arg.rel)
        return name

    def walk(op: ops.Node) -> tuple[str, int]:
        if isinstance(op, ops.ScalarSubquery):
            raise refuse("不必写 .as_scalar()。", "直接相加减乘除。")
        if isinstance(op, ops.Literal):
            if isinstance(op.value, bool) or not isinstance(op.value, int | Decimal):
                raise refuse(
                    f"常数 {op.value!r} 不是整数或十进制数。",
                    "用整数，或 ibis.literal(Decimal(…))。",
                )
            return exact_text(Fraction(op.value)), _ATOM if op.value >= 0 else 0
        for kind, name in _REDUCTIONS.items():
            if type(op) is kind:
                return reduction(op, name), _ATOM
        if isinstance(op, ops.DateDelta) and op.part.value != "day":
            raise refuse(f"日期之差的单位是 {op.part.value}。", '写成 .delta(…, unit="day")。')
        if type(op) in _ARITHMETIC:
            sign, level = _ARITHMETIC[type(op)]
            left, left_level = walk(op.args[-2])
            right, right_level = walk(op.args[-1])
            left = left if left_level >= level else f"({left})"
            right = right if right_level > level else f"({right})"
            return f"{left} {sign} {right}", level
        if isinstance(op, ops.Negate):
            inner, level = walk(op.arg)
            return f"-{inner if level == _ATOM else f'({inner})'}", 0
        raise refuse(
            f"不支持 {type(op).__name__} 运算。",
            "只用 sum、nunique、日期的 min、max 和 delta，以及加减乘除；平均数写成和除以和。",
        )

    if not isinstance(expr, ir.Value):
        raise refuse("发布的不是 Ibis 表达式。", "写成如 edition.tasks.planned.sum()。")
    if expr.type().is_date():
        raise refuse("结果是日期，不是数。", "发布两个日期相差的天数。")
    expression, _ = walk(expr.op())
    if not found:
        raise refuse("表达式没有用到任何台账。", "统计数字必须来自台账。")
    return Formula(expression, tuple(found.values()))


def _filtered_ledger(
    relation: ops.Node, refuse: Callable[[str, str], PublishError]
) -> tuple[str, tuple[str, ...]]:
    conditions: list[str] = []
    while isinstance(relation, ops.Filter):
        for predicate in relation.predicates:
            if predicate.find(ops.Reduction) or predicate.find(ops.ScalarSubquery):
                raise refuse("筛选条件里有汇总。", "条件只用本行的列。")
            conditions += [field.name for field in predicate.find(ops.Field)]
        relation = relation.parent
    if not isinstance(relation, ops.UnboundTable):
        kind = type(relation).__name__
        raise refuse(f"台账之上有 {kind}。", "只用 .filter(…)；连接和分组无法逐格溯源。")
    return relation.name, tuple(dict.fromkeys(conditions))


Places = tuple[tuple[str, str, int], ...]
"""Decimal places of each number column (ledger, column, places).

SQLite has no DECIMAL, so its queries must know them.
"""


def decimal_places(schemas: Mapping[str, Schema]) -> Places:
    """The decimal places that the schemas declare."""
    return tuple(
        (schema.name, field.name, field.decimals)
        for schema in schemas.values()
        for field in schema.fields
        if field.type == "number" and field.decimals
    )


@cache
def compile_reduction(op: ops.Node, dialect: str, places: Places) -> str:
    """One reduction as a query with a single value, exact in either engine.

    No record of a kind is a count of 0; no measure of a kind is unknown (NULL).
    """
    expr = op.to_expr()
    if isinstance(op, ops.Sum) and op.arg.name == "items":
        expr = expr.fill_null(0)
    return _query(expr, dialect, places)


@cache
def compile_records(relation: ops.Node, dialect: str) -> str:
    """The ids of a filtered ledger's records."""
    return _query(relation.to_expr()[["id"]], dialect, ())


@cache
def compile_relation(relation: ops.Node) -> str:
    """A filtered ledger as a query (DuckDB)."""
    return _query(relation.to_expr(), "duckdb", ())


def compile_table(table: ir.Table, dialect: str, places: Places) -> str:
    """A figure's table as a query."""
    return _query(table, dialect, places)


def asked_of(query: str, dialect: str) -> tuple[str, str, str] | None:
    """Reduction, column and ledger of a compiled reduction; None when it is none."""
    try:
        tree = sqlglot.parse_one(query, dialect=dialect)
    except sqlglot.errors.SqlglotError:
        return None
    call = tree.find(sql.AggFunc)
    column = call.find(sql.Column) if call else None
    ledgers = [table.name for table in tree.find_all(sql.Table)]
    if call is None or column is None or len(ledgers) != 1:
        return None
    distinct = isinstance(call, sql.Count) and call.find(sql.Distinct) is not None
    return "nunique" if distinct else call.key, column.name, ledgers[0]


def combined_query(operands: Mapping[str, str]) -> str:
    """One query with a column an operand."""
    columns = ",\n".join(
        f"  ({_indented(query)}\n  ) AS {name}" for name, query in operands.items()
    )
    return f"SELECT\n{columns}"


def _indented(query: str) -> str:
    return "".join(f"\n    {line}" for line in query.splitlines())


def _query(expr: ir.Expr, dialect: str, places: Places) -> str:
    if dialect not in ENGINES:
        return compile_for(expr, dialect)
    # DuckDB understands what is written for SQLite: one text, so that both are asked the same.
    tree = _tree(expr.op())
    if dialect == "sqlite":
        ledgers = {table.name for table in tree.find_all(sql.Table)}
        scales = {column: digits for ledger, column, digits in places if ledger in ledgers}
        tree = tree.transform(_exact_sum, scales)
    return tree.sql(dialect="sqlite", pretty=True)


@cache
def _tree(op: ops.Node) -> sql.Expression:
    """A query's tree, shared by the engines: compiling it takes most of the time."""
    text = str(ibis.to_sql(op.to_expr(), dialect="sqlite"))
    tree = sqlglot.parse_one(text, dialect="sqlite").transform(_flat).transform(_plain_text)
    for column in tree.find_all(sql.Column):
        column.set("table", None)
    for table in tree.find_all(sql.Table):
        table.set("alias", None)
    return tree


def _flat(node: sql.Expression) -> sql.Expression:
    """``FROM (SELECT * FROM ledger WHERE …)`` as ``FROM ledger WHERE …``: queries are read."""
    if isinstance(node, sql.Select) and not node.args.get("where"):
        source = node.find(sql.From)
        inner = source.this.this if source and isinstance(source.this, sql.Subquery) else None
        if (
            isinstance(inner, sql.Select)
            and isinstance(inner.expressions[0], sql.Star)
            and not any(inner.args.get(part) for part in ("group", "order", "limit", "distinct"))
            and source is not None
        ):
            source.set("this", inner.find(sql.From).this)  # type: ignore[union-attr]
            node.set("where", inner.args.get("where"))
    return node


def _plain_text(node: sql.Expression) -> sql.Expression:
    """``startswith`` and ``endswith`` as SUBSTR.

    In a LIKE ``_`` and ``%`` of the text would be wildcards, and SQLite's ignores case.
    """
    pattern = node.args.get("expression") if isinstance(node, sql.Like) else None
    if not isinstance(pattern, sql.DPipe):
        return node
    starts = pattern.expression.this == "%"
    text = pattern.this if starts else pattern.expression
    place = (1, len(text.this)) if starts else (-len(text.this),)
    part = sql.Anonymous(this="SUBSTR", expressions=[node.this, *map(sql.Literal.number, place)])
    return sql.EQ(this=part, expression=text)


def _exact_sum(node: sql.Expression, scales: Mapping[str, int]) -> sql.Expression:
    """SUM of decimals by way of scaled integers, so that SQLite adds exactly."""
    if isinstance(node, sql.Sum) and isinstance(node.this, sql.Column):
        digits = scales.get(node.this.name)
        if digits:
            column = node.this.sql(dialect="sqlite")
            exact = f"SUM(CAST(ROUND({column} * {10**digits}) AS INTEGER)) / {10**digits}.0"
            return sql.maybe_parse(exact, dialect="sqlite")
    return node
