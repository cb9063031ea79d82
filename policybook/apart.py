"""Measures that a schema keeps apart are never added together. floor: lineage.

What was applied for, approved, issued and spent are the same money seen at different times, or
different money: added up they count nothing.  The property ``apart`` of a schema says so, and
this is where it stops whoever forgets.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

import ibis.expr.operations as ops
import ibis.expr.types as ir

from policybook.errors import FigureError, PublishError, error
from policybook.expression import Formula
from policybook.lineage import Source
from policybook.queries import compile_kinds
from policybook.schema import Schema

_REMEDY = "各自筛选、分别公布；要看快慢，用后者除以前者。"
Term = tuple[int, str, tuple[str, ...]]
"""What a sum adds up: its sign, the measure with its ledger, the values that tell it apart."""


def check_apart(statistic: str, formula: Formula, source: Source) -> None:
    """Refuse a formula that adds up what its schemas keep apart.

    Differences and ratios are no sums: what is approved less what is issued is still to be issued.
    Raises :class:`PublishError`, which names what was mixed.
    """
    terms: dict[str, list[Term]] = {}
    for one in formula.reductions:
        rule = source.ledgers[one.ledger].schema.apart
        if one.kind == "sum" and rule and one.column in rule.measures:
            schema = source.ledgers[one.ledger].schema
            kinds = _kinds(one.relation, rule.by, source)
            measure = f"{schema.title}“{schema.field(one.column).title}”"
            terms[one.name] = [(1, measure, kind) for kind in kinds]
            _refuse(statistic, terms[one.name])
    if terms:
        tree = ast.parse(formula.expression, mode="eval")
        _refuse(statistic, _added(tree.body, statistic, terms))


def check_grouped(figure: str, table: ir.Table, source: Source, schema: Schema) -> None:
    """The same of a figure: sums of its table group by what keeps them apart, or hold one of it.

    Raises :class:`FigureError`.
    """
    for node in table.op().find(ops.Aggregate):
        summed = [one.arg.name for one in node.metrics.values() if isinstance(one, ops.Sum)]
        rule = schema.apart
        if rule is None or not set(summed) & set(rule.measures):
            continue
        kinds = _kinds(node.parent, [name for name in rule.by if name not in node.groups], source)
        if len(kinds) > 1:
            message = f"图表数据把{_told(kinds)}加在了一起。"
            by = "、".join(schema.field(name).title for name in rule.by)
            raise FigureError(error("figure.apart", figure, message, f"按{by}分组，或先筛选。"))


def _kinds(relation: ops.Node, columns: Sequence[str], source: Source) -> list[tuple[str, ...]]:
    """The different values that the records of a filtered ledger have in some columns."""
    if not columns:
        return [()]
    query = compile_kinds(relation, tuple(columns), source.engine.dialect)
    return sorted(tuple(value or "" for value in row) for row in source.engine.query(query))


def _added(node: ast.expr, statistic: str, terms: dict[str, list[Term]]) -> list[Term]:
    """What an expression adds up; each side of a product or a ratio is looked at by itself."""
    if isinstance(node, ast.Name):
        return terms.get(node.id, [])
    if isinstance(node, ast.UnaryOp):
        return _turned(_added(node.operand, statistic, terms))
    if not isinstance(node, ast.BinOp):
        return []
    left, right = (_added(side, statistic, terms) for side in (node.left, node.right))
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left + _turned(right)
    _refuse(statistic, left)
    _refuse(statistic, right)
    return [] if left and right else left + right  # a ratio of two sums is a sum of neither


def _turned(terms: list[Term]) -> list[Term]:
    return [(-sign, measure, kind) for sign, measure, kind in terms]


def _refuse(statistic: str, terms: list[Term]) -> None:
    for sign in (1, -1):
        mixed = sorted({(measure, kind) for one, measure, kind in terms if one == sign})
        if len(mixed) > 1:
            measures = sorted({measure for measure, _ in mixed})
            kinds = [kind for _, kind in mixed if kind]
            told = "和".join(measures) + (f"（{_told(kinds)}）" if kinds else "")
            message = f"把互不相加的{told}加在了一起。"
            raise PublishError(error("publish.apart", statistic, message, _REMEDY))


def _told(kinds: Sequence[tuple[str, ...]]) -> str:
    return "、".join("·".join(value or "未载明" for value in kind) for kind in dict.fromkeys(kinds))
