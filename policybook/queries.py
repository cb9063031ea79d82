"""Reductions, records and tables as queries, for each engine. floor: queries."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot
from sqlglot import expressions as sql

from policybook.dialects import compile_for
from policybook.keeping import keep, load
from policybook.program import program_digest
from policybook.schema import Schema

ENGINES = ("duckdb", "sqlite")
"""Whose queries a fact publishes."""

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
def compile_kinds(relation: ops.Node, columns: tuple[str, ...], dialect: str) -> str:
    """The different values that a filtered ledger's records have in some columns."""
    return _query(relation.to_expr()[list(columns)].distinct(), dialect, ())


@cache
def compile_relation(relation: ops.Node) -> str:
    """A filtered ledger as a query (DuckDB)."""
    return _query(relation.to_expr(), "duckdb", ())


def compile_table(table: ir.Table, dialect: str, places: Places) -> str:
    """A figure's table as a query."""
    return _query(table, dialect, places)


@cache  # the same operands stand under many facts
def parsed(query: str, dialect: str) -> sql.Expr | None:
    """A query's tree, not to be changed; None when it is no query."""
    try:
        return sqlglot.parse_one(query, dialect=dialect)
    except sqlglot.errors.SqlglotError:
        return None


def asked_of(query: str, dialect: str) -> tuple[str, str, str] | None:
    """Reduction, column and ledger of a compiled reduction; None when it is none."""
    tree = parsed(query, dialect)
    call = tree.find(sql.AggFunc) if tree else None
    column = call.find(sql.Column) if call else None
    ledgers = [table.name for table in tree.find_all(sql.Table)] if tree else []
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


@contextmanager
def remembering(kept: Path | None) -> Iterator[None]:
    """What was compiled the last time is not compiled again: half of the time that facts take.

    ``kept``: the file in which queries are, by all that they are compiled from; None: no file.
    """
    if kept is None:
        yield
        return
    global _before
    compiler = f"{program_digest()} {version('ibis-framework')} {version('sqlglot')}"
    content = load(kept)
    _before = content["queries"] if content and content["compiler"] == compiler else {}
    _now.clear()
    try:
        yield
    finally:
        if not _now.keys() <= _before.keys():
            keep(kept, {"compiler": compiler, "queries": _now})
        _before = None


_before: Mapping[str, str] | None = None
_now: dict[str, str] = {}
"""Queries by the digest of what they are compiled from: of the last time, if kept; used now."""


def _query(expr: ir.Expr, dialect: str, places: Places) -> str:
    if _before is None:
        return _compiled(expr, dialect, places)
    # The same bytes are the same expression; others may be too, and are compiled once more.
    written = pickle.dumps((expr.op(), dialect, places), protocol=5)
    digest = hashlib.sha256(written).hexdigest()
    if digest not in _now:
        _now[digest] = _before.get(digest) or _compiled(expr, dialect, places)
    return _now[digest]


def _compiled(expr: ir.Expr, dialect: str, places: Places) -> str:
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
