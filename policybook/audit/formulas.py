"""A fact's operands, value and check as formulas. floor: audit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlglot import expressions as sql

from policybook.audit.filters import Ranges, criteria, truth
from policybook.audit.ranges import Range
from policybook.errors import AuditError, PolicybookError, error
from policybook.model import Fact, Operand
from policybook.numbers import names_in
from policybook.queries import asked_of, parsed

NO_DATA = "无数据"
"""What an operand shows that has no value: no cell of its records is filled."""

SAME, DIFFERENT = "一致", "不符"

DIGITS = 12
"""Significant digits to which a product or quotient must agree."""

_LONGEST = 8192  # characters of a formula
_ARITHMETIC = re.compile(r"[a-z0-9.+\-*/() ]+")


@dataclass(frozen=True)
class Formula:
    """A formula without its ``=``."""

    text: str
    array: bool = False  # entered with Ctrl+Shift+Enter


def operand_formula(part: Operand, ranges: Ranges) -> Formula:
    """One reduction over the ranges of its ledger, by its published query.

    Raises :class:`AuditError` when a formula could not say the same.
    """
    query = _single(part)
    clause = query.args.get("where")
    where = clause.this if clause else None
    zero = isinstance(query.expressions[0].unalias(), sql.Coalesce)  # over no record: 0
    target = ranges[part.column].required()
    pairs = criteria(where, ranges) if where else []
    if part.reduction == "nunique":
        found = _distinct(target, where, pairs, ranges)
    elif pairs is not None or where is None:
        found = Formula(_by_criteria(part.reduction, target.name, pairs or [], zero))
    else:
        found = _by_array(part.reduction, target.name, truth(where, ranges).yes, zero)
    if len(found.text) >= _LONGEST:
        message = f"公式有 {len(found.text)} 个字符，表格软件不收。"
        raise AuditError(error("audit.formula", part.name, message, "分成几个指标，或缩短条件。"))
    return found


def _single(part: Operand) -> sql.Select:
    """The query, if it is one reduction of one ledger's records and nothing else."""
    text = part.sql["duckdb"]
    if asked_of(text, "duckdb") == (part.reduction, part.column, part.ledger):
        tree = parsed(text, "duckdb")
        clauses = {name for name, clause in tree.args.items() if clause} if tree else set()
        if isinstance(tree, sql.Select) and clauses <= {"expressions", "from_", "where"}:
            call = [one.unalias() for one in tree.expressions]
            if len(call) == 1 and _is_reduction(call[0]) and len([*tree.find_all(sql.Select)]) == 1:
                return tree
    message = "分项查询不是对一张台账的一列汇总。"
    remedy = "用 edition.publish 发布，不改其查询。"
    raise AuditError(error("audit.query", f"{part.ledger}.{part.column}", message, remedy))


def _is_reduction(call: sql.Expr) -> bool:
    if isinstance(call, sql.Coalesce):
        zero = [isinstance(one, sql.Literal) and one.name == "0" for one in call.expressions]
        return zero == [True] and isinstance(call.this, sql.Sum) and _is_reduction(call.this)
    if isinstance(call, sql.Count):
        (inner,) = call.this.expressions if isinstance(call.this, sql.Distinct) else (None,)
    else:
        inner = call.this if isinstance(call, sql.Sum | sql.Min | sql.Max) else None
    return isinstance(inner, sql.Column)


def _by_criteria(reduction: str, name: str, pairs: Sequence[str], zero: bool) -> str:
    chosen = ",".join(pairs)
    if reduction == "sum":
        found = f"SUMIFS({name},{chosen})" if pairs else f"SUM({name})"
    else:  # newer than the file format, which is why they are written with a prefix
        call = reduction.upper()
        found = f"_xlfn.{call}IFS({name},{chosen})" if pairs else f"{call}({name})"
    filled = f'COUNTIFS({chosen},{name},"<>")' if pairs else f"COUNT({name})"
    return found if zero else f'IF({filled}=0,"{NO_DATA}",{found})'


def _by_array(reduction: str, name: str, chosen: str, zero: bool) -> Formula:
    filled = f'{chosen}*({name}<>"")'
    if reduction == "sum":
        found = f"SUMPRODUCT({chosen}*{name})"
        return Formula(found if zero else f'IF(SUMPRODUCT({filled})=0,"{NO_DATA}",{found})')
    found = f"{reduction.upper()}(IF({filled},{name}))"
    return Formula(f'IF(SUM({filled})=0,"{NO_DATA}",{found})', array=True)


def _distinct(
    target: Range, where: sql.Expr | None, pairs: Sequence[str] | None, ranges: Ranges
) -> Formula:
    """Each record counts as one over the number of those that have the same."""
    name = target.name
    filled = f'({name}<>"")'
    chosen = truth(where, ranges).yes if where else filled
    if chosen != filled:
        chosen += f"*{filled}"
    if pairs is not None and target.tells_all_apart():
        alike = f"COUNTIFS({','.join([f'{name},{name}&{chr(34) * 2}', *pairs])})"
        return Formula(f"SUMPRODUCT({chosen}/({alike}+1-{chosen}))")  # never 0/0
    alike = f"MMULT(EXACT({name},TRANSPOSE({name}))*TRANSPOSE({chosen}),ROW({name})^0)"
    return Formula(f"SUM({chosen}/({alike}+1-{chosen}))", array=True)


def formulas_of(fact: Fact, ledgers: Mapping[str, Ranges]) -> list[Formula]:
    """Those of a fact's operands, then of its missing ones; an error names the fact."""
    try:
        return [
            operand_formula(part, ledgers[part.ledger]) for part in (*fact.operands, *fact.missing)
        ]
    except PolicybookError as problem:
        raise AuditError(
            [
                error(one.code, f"{fact.id} {one.place}", one.message, one.remedy)
                for one in problem.findings
            ]
        ) from None


def value_formula(fact: Fact, cells: Mapping[str, str]) -> str:
    """The published expression over the cells of its operands."""
    expression = fact.expression
    if not _ARITHMETIC.fullmatch(expression) or not set(names_in(expression)) <= cells.keys():
        message = f"算式 {expression} 写不成表格公式。"
        remedy = "用 edition.publish 发布，不改其算式。"
        raise AuditError(error("audit.expression", fact.id, message, remedy))
    return re.sub(r"[a-z]", lambda found: cells[found[0]], expression).replace(" ", "")


def check_formula(value: str, published: str, places: int, missing: Sequence[str] = ()) -> str:
    """Whether two cells agree, and what should be without data still is."""
    tests = [f"ROUND({value}-{published},{places})=0"]
    tests += [f'{cell}="{NO_DATA}"' for cell in missing]
    test = f"AND({','.join(tests)})" if missing else tests[0]
    return f'IF(IFERROR({test},FALSE),"{SAME}","{DIFFERENT}")'


def places_of(fact: Fact, ledgers: Mapping[str, Ranges]) -> int:
    """To how many decimal places the value must agree.

    Sums and differences have no more than their cells; for the rest, whose places never end,
    significant digits count.
    """
    value = abs(Fraction(fact.value))
    if "*" in fact.expression or "/" in fact.expression:
        return max(0, DIGITS - (len(str(int(value))) if value >= 1 else 0))
    columns = [ledgers[part.ledger][part.column].field.decimals for part in fact.operands]
    return max([*columns, len(fact.value.partition(".")[2])])
