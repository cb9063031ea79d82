"""Figure tables: which are allowed, and how they stand in a CSV. floor: figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from policybook.apart import check_grouped
from policybook.catalogue import nearest
from policybook.errors import FigureError, error
from policybook.ledgers import csv_text
from policybook.lineage import Source
from policybook.model import ROW_EVIDENCE, Fact, Figure, Scalar, Table
from policybook.numbers import is_number, plain
from policybook.queries import ENGINES, compile_table
from policybook.schema import Schema


def figure_csv(figure: Figure) -> str:
    """A figure's table as the CSV beside its SVG."""
    return csv_text(figure.columns, figure.rows)


def shown_rows(figure: Figure) -> list[list[str]]:
    """A figure's table as a page shows it: headings, then rows, evidence in Chinese."""
    labels = [ROW_EVIDENCE if name == "evidence" else {} for name in figure.columns]
    rows = [
        [names.get(value, value) for names, value in zip(labels, row, strict=True)]
        for row in figure.rows
    ]
    return [list(figure.headings), *rows]


def numeric_columns(figure: Figure) -> frozenset[int]:
    """The places of the columns of a figure's table that hold numbers alone."""
    places = range(len(figure.columns))
    texts = [[row[place] for row in figure.rows if row[place]] for place in places]
    return frozenset(
        place for place in places if texts[place] and all(map(is_number, texts[place]))
    )


def scalar_text(value: Scalar) -> str:
    """A table value as it stands in a figure's CSV."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def plain_scalar(value: Any) -> Scalar:
    """A query's value without trailing zeros."""
    return Decimal(plain(value)) if isinstance(value, Decimal) else value


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


def filled(id: str, text: str, facts: Mapping[str, Fact]) -> str:
    """A figure's title or text with the facts it names; :class:`FigureError` for an unknown one."""

    def display(match: re.Match[str]) -> str:
        fact = facts.get(match[1])
        if fact is None:
            message = f"图的文字用到尚未发布的指标 {match[1]}。"
            raise FigureError(error("figure.fact", id, message, nearest(match[1], facts)))
        return fact.display

    return re.sub(r"\{([\w.]+)\}", display, text)
