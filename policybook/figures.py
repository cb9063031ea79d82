"""Figure tables: which are allowed, and how they stand in a CSV. floor: figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from policybook.errors import FigureError, error
from policybook.ledgers import csv_text
from policybook.model import ROW_EVIDENCE, Figure, Scalar
from policybook.numbers import plain


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
