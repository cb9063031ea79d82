"""The filter of a published query, as a spreadsheet chooses records. floor: audit.

Conjunctions of plain comparisons become criteria of SUMIFS and its like.
All else becomes arrays of 0 and 1 with SQL's three values: what is neither so nor not so,
because a cell is empty, is 0 in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import expressions as sql

from policybook.audit.ranges import Range, quoted
from policybook.errors import AuditError, error

Ranges = Mapping[str, Range]
"""Of one ledger, by column."""

_SIGNS: dict[type[sql.Expr], str] = {
    sql.EQ: "=",
    sql.NEQ: "<>",
    sql.LT: "<",
    sql.LTE: "<=",
    sql.GT: ">",
    sql.GTE: ">=",
}
_TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Truth:
    """Where a condition holds and where it does not, as factors: products of 0 and 1."""

    yes: str
    no: str


@dataclass(frozen=True)
class _Comparison:
    range: Range
    sign: str
    value: str | date


def refused(tree: sql.Expr) -> AuditError:
    """That a part of a query has no formula."""
    message = f"筛选条件 {tree.sql(dialect='duckdb')} 写不成表格公式。"
    remedy = "条件只用一列与文字或日期的比较、isin、isnull、contains，以及与、或、非。"
    return AuditError(error("audit.filter", "筛选条件", message, remedy))


def criteria(tree: sql.Expr, ranges: Ranges) -> list[str] | None:
    """``range,criterion`` pairs for SUMIFS; None where these would mean something else."""
    tree = tree.unnest()
    if isinstance(tree, sql.And):
        left, right = criteria(tree.this, ranges), criteria(tree.expression, ranges)
        return None if left is None or right is None else left + right
    if isinstance(tree, sql.Not) and _is_null(tree.this.unnest()):
        return [f'{_range(tree.this.unnest().this, ranges).name},"<>"']
    compared = _comparison(tree, ranges)
    return None if compared is None else _pairs(compared)


def _pairs(one: _Comparison) -> list[str] | None:
    name, sign = one.range.name, one.sign
    filled = [f'{name},"<>"'] if sign == "<>" else []  # to SUMIFS empty is unequal, to SQL not
    if isinstance(one.value, date):
        day = _day(one.value)
        return [f"{name},{day}" if sign == "=" else f'{name},"{sign}"&{day}', *filled]
    if not one.range.tells_apart(one.value):
        return None
    return [f"{name},{quoted(one.value if sign == '=' else sign + one.value)}", *filled]


def truth(tree: sql.Expr, ranges: Ranges) -> Truth:
    """The condition as arrays; :class:`AuditError` where there is no such formula."""
    tree = tree.unnest()
    if isinstance(tree, sql.Not):
        inner = truth(tree.this, ranges)
        return Truth(inner.no, inner.yes)
    if isinstance(tree, sql.And | sql.Or):
        one, other = truth(tree.this, ranges), truth(tree.expression, ranges)
        if isinstance(tree, sql.And):
            return Truth(f"{one.yes}*{other.yes}", _either(one.no, other.no))
        return Truth(_either(one.yes, other.yes), f"{one.no}*{other.no}")
    if _is_null(tree):
        name = _range(tree.this, ranges).name
        return Truth(f'({name}="")', f'({name}<>"")')
    if isinstance(tree, sql.Between):
        return _between(tree, ranges)
    if isinstance(tree, sql.In):
        return _among(tree, ranges)
    compared = _comparison(tree, ranges)
    return _compared(compared) if compared else _part_of_text(tree, ranges)


def _either(one: str, other: str) -> str:
    return f"(({one}+{other})>0)"


def _compared(one: _Comparison) -> Truth:
    name = one.range.name
    filled = f'({name}<>"")'
    if isinstance(one.value, date):
        day = _day(one.value)
        return Truth(
            f"{filled}*({name}{one.sign}{day})", f"{filled}*({name}{_NEGATED[one.sign]}{day})"
        )
    same = f"EXACT({name},{quoted(one.value)})"  # "=" is blind to case
    found = Truth(same if one.value else f"{filled}*{same}", f"{filled}*(1-{same})")
    return found if one.sign == "=" else Truth(found.no, found.yes)


def _between(tree: sql.Between, ranges: Ranges) -> Truth:
    low = sql.GTE(this=tree.this, expression=tree.args["low"])
    high = sql.LTE(this=tree.this, expression=tree.args["high"])
    return truth(sql.And(this=low, expression=high), ranges)


def _among(tree: sql.In, ranges: Ranges) -> Truth:
    if not tree.expressions:
        raise refused(tree)
    range_ = _range(tree.this, ranges)
    different = list(dict.fromkeys(_literal(one, range_) for one in tree.expressions))
    each = [_compared(_Comparison(range_, "=", one)) for one in different]
    yes = "+".join(one.yes for one in each)  # at most one of them
    return Truth(f"({yes})", "*".join(one.no for one in each))


def _part_of_text(tree: sql.Expr, ranges: Ranges) -> Truth:
    """``contains``, ``startswith``, ``endswith`` as they are compiled, and LIKE."""
    call = tree.this.unnest() if isinstance(tree, sql.EQ | sql.GTE) else None
    if isinstance(call, sql.StrPosition) and isinstance(tree, sql.GTE):
        column, part, where = call.this, call.args["substr"], "has"
    elif isinstance(call, sql.Substring) and isinstance(tree, sql.EQ):
        column, part = call.this, tree.expression
        where = "starts" if call.args.get("length") else "ends"
    elif isinstance(tree, sql.Like):
        column, part, where = _like(tree)
    else:
        raise refused(tree)
    range_ = _range(column, ranges)
    name, text = range_.name, _literal(part, range_)
    if not isinstance(text, str) or not text:
        raise refused(tree)
    test = {
        "has": f"ISNUMBER(FIND({quoted(text)},{name}))",
        "starts": f"EXACT(LEFT({name},LEN({quoted(text)})),{quoted(text)})",
        "ends": f"EXACT(RIGHT({name},LEN({quoted(text)})),{quoted(text)})",
        "is": f"EXACT({name},{quoted(text)})",
    }[where]
    return Truth(test, f'({name}<>"")*(1-{test})')


def _like(tree: sql.Like) -> tuple[sql.Expr, sql.Expr, str]:
    pattern = tree.expression
    if not (isinstance(pattern, sql.Literal) and pattern.is_string):
        raise refused(tree)
    text = pattern.name
    before, after = text.startswith("%"), text.endswith("%")
    inner = text[before : len(text) - after]
    if not inner or set("%_\\").intersection(inner):
        raise refused(tree)
    where = {(1, 1): "has", (0, 1): "starts", (1, 0): "ends", (0, 0): "is"}[before, after]
    return tree.this, sql.Literal.string(inner), where


def _comparison(tree: sql.Expr, ranges: Ranges) -> _Comparison | None:
    sign = _SIGNS.get(type(tree))
    if sign is None or isinstance(tree.this.unnest(), sql.Func):
        return None
    column, value = tree.this.unnest(), tree.expression.unnest()
    if not isinstance(column, sql.Column):
        column, value, sign = value, column, _TURNED[sign]
    range_ = _range(column, ranges)
    literal = _literal(value, range_)
    if isinstance(literal, str) and sign not in ("=", "<>"):
        raise refused(tree)  # spreadsheets sort texts by language, databases by code
    return _Comparison(range_, sign, literal)


def _is_null(tree: sql.Expr) -> bool:
    return isinstance(tree, sql.Is) and isinstance(tree.expression, sql.Null)


def _range(column: sql.Expr, ranges: Ranges) -> Range:
    """A column of text or dates; numbers choose no records (see DESIGN.md)."""
    if not isinstance(column, sql.Column) or column.name not in ranges:
        raise refused(column)
    found = ranges[column.name].required()
    if found.field.numeric:
        raise refused(column)
    return found


def _literal(tree: sql.Expr, range_: Range) -> str | date:
    tree = tree.unnest()
    if range_.field.type != "date":
        if isinstance(tree, sql.Literal) and tree.is_string:
            return tree.name
        raise refused(tree)
    try:
        if isinstance(tree, sql.Literal) and tree.is_string:
            return date.fromisoformat(tree.name)
    except ValueError:
        pass
    raise refused(tree)


def _day(day: date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"
