"""The tables of figures: which are allowed, and queried. floor: figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis.expr.operations as ops
import ibis.expr.types as ir

from policybook.apart import check_grouped
from policybook.errors import FigureError, error
from policybook.figures import plain_scalar
from policybook.lineage import Source
from policybook.model import Table
from policybook.queries import ENGINES, compile_table
from policybook.schema import Schema


def query_table(
    id: str, table: ir.Table, source: Source, schemas: Mapping[str, Schema]
) -> tuple[str, dict[str, str], Table]:
    """The ledger that a figure's table is made from, its queries, and the table.

    Raises :class:`FigureError` for a table that is not a figure's.
    """
    ledger = figure_ledger(id, table)
    schema = schemas[ledger]
    check_columns(id, table.columns, schema)
    check_grouped(id, table, source, schema)
    sql = {engine: compile_table(table, engine, source.places) for engine in ENGINES}
    result = source.engine.query(compile_table(table, source.engine.dialect, source.places))
    rows = tuple(tuple(plain_scalar(value) for value in row) for row in result)
    headings = tuple(schema.field(name).title for name in table.columns)
    return ledger, sql, Table(tuple(table.columns), headings, rows)


def figure_ledger(id: str, table: ir.Table) -> str:
    """The one ledger a figure's table is made from; :class:`FigureError` when it is not so made."""

    def refuse(message: str, remedy: str) -> FigureError:
        return FigureError(error("figure.table", id, message, remedy))

    node = table.op()
    if not isinstance(node, ops.Sort):
        raise refuse("图表数据没有排序。", "以 .order_by(…) 结尾，两次生成才会一样。")
    while not isinstance(node, ops.UnboundTable):
        if isinstance(node, ops.Project) and not all(
            isinstance(value, ops.Field) for value in node.values.values()
        ):
            raise refuse("图表列里有算式。", "只选台账的列；比率另行发布为指标。")
        if not isinstance(node, ops.Sort | ops.Project | ops.Filter | ops.Aggregate):
            raise refuse(
                f"图表数据用到 {type(node).__name__}。", "只用筛选、选列、分组求和与排序。"
            )
        node = node.parent
    return str(node.name)


def check_columns(id: str, columns: Iterable[str], schema: Schema) -> None:
    """A figure's columns are those of its ledger; :class:`FigureError` otherwise."""
    for name in columns:
        if name not in schema.names:
            message = f"图表列 {name} 不是{schema.title}的列。"
            raise FigureError(error("figure.column", id, message, "汇总列沿用原列名。"))
