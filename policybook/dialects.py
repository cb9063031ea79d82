"""Ibis expressions as queries of engines other than DuckDB and SQLite. floor: expression."""

from __future__ import annotations

from functools import cache
from typing import Any

import ibis.expr.types as ir
from ibis.backends.sql.compilers import PostgresCompiler, PySparkCompiler
from sqlglot import expressions as sql

_COMPILERS = {"postgres": PostgresCompiler, "spark": PySparkCompiler}
_NO_ESCAPE = "\x01"
"""Stands in no pattern: a backslash in one is a backslash, as in DuckDB."""


@cache
def _compiler(dialect: str) -> Any:
    # The compilers alone: Ibis's backends would want a driver, and a connection.
    return _COMPILERS[dialect]()


def compile_for(expr: ir.Expr, dialect: str) -> str:
    """An expression as PostgreSQL ("postgres") or Spark ("spark") has to be asked it."""
    compiler = _compiler(dialect)
    tree = compiler.to_sqlglot(expr).transform(_literal_pattern)
    if dialect == "spark":
        whole = {name for name, kind in _columns(expr).items() if kind.is_integer()}
        tree = tree.transform(_wide_sum, whole)
    return str(tree.sql(dialect=compiler.dialect))


def _columns(expr: ir.Expr) -> dict[str, Any]:
    import ibis.expr.operations as ops

    (ledger,) = expr.op().find(ops.UnboundTable)
    return dict(ledger.schema.items())


def _literal_pattern(node: sql.Expression) -> sql.Expression:
    if isinstance(node, sql.Like) and not isinstance(node.parent, sql.Escape):
        return sql.Escape(this=node, expression=sql.Literal.string(_NO_ESCAPE))
    return node


def _wide_sum(node: sql.Expression, whole: set[str]) -> sql.Expression:
    """Sums of whole numbers as decimals: Spark's of BIGINT have no more than 64 bits."""
    if isinstance(node, sql.Sum) and isinstance(node.this, sql.Column) and node.this.name in whole:
        return sql.Sum(this=sql.cast(node.this, "DECIMAL(20, 0)"))
    return node
