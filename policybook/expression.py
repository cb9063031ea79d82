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

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from policybook.errors import PublishError, error
from policybook.numbers import exact_text
from policybook.schema import Schema

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
