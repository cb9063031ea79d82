"""What no cell of a large ledger's column may be, as conditions in SQL. floor: rules."""

from __future__ import annotations

import re
from collections.abc import Iterable

from policybook.bulk.table import Rule
from policybook.bulk.typed import mistyped, quoted_name, text_of
from policybook.errors import Finding, error
from policybook.large import parquet_types, quoted
from policybook.ledgers import Ledger
from policybook.problems import constraint_finding, items_finding, text_problem, type_problem
from policybook.schema import Field

_SPACES = " \u3000\u00a0"
_CONTROL = r"[\p{Cc}\p{Cf}]"
_MARKUP = r"(?i)<[a-z/!]|\{[a-z-]+\}`|\]\(|javascript:"
_SUSPECT = rf"{_MARKUP}|^[=+\-@{_SPACES}]|[{_SPACES}]$|{_CONTROL}"
_KNOWN = {"required", "unique", "pattern", "enum", "minimum", "maximum"}


def undeclared(ledger: Ledger) -> Iterable[Finding]:
    """Constraints that nobody here looks at are told rather than passed over."""
    for field in ledger.schema.fields:
        asked = {name for name, value in field.constraints.items() if value is not False}
        wrong = asked - _KNOWN
        wrong |= asked & {"pattern", "enum"} if field.type != "string" else set()
        wrong |= asked & {"minimum", "maximum"} if not field.numeric else set()
        if wrong:
            message = f"大台账查不了这一列的约束 {'、'.join(sorted(wrong))}。"
            remedy = "在结构文件里去掉，或把台账分成较小的。"
            yield error("ledger.constraint", f"{ledger.path} {field.name}列", message, remedy)
    if isinstance(key := ledger.schema.document.get("primaryKey", []), list) and len(key) > 1:
        remedy = "在结构文件里改为一列，或把台账分成较小的。"
        yield error("ledger.constraint", ledger.path, "大台账的主键只能是一列。", remedy)


def parquet_findings(ledger: Ledger) -> Iterable[Finding]:
    """Columns of a Parquet file whose type cannot hold exactly what the schema says."""
    for name, kind in parquet_types(ledger.path).items():
        field = ledger.schema.field(name)
        if not _holds(field, kind):
            remedy = f"导出为 {field.duckdb}。"
            message = f"这一列是 {kind}，不是{field.title}所要的类型。"
            yield error("ledger.type", f"{ledger.path} {name}列", message, remedy)


def _holds(field: Field, kind: str) -> bool:
    whole = kind.lstrip("U") in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
    if field.type == "number":
        decimal = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
        return whole or (decimal is not None and int(decimal[1]) <= field.decimals)
    if field.type == "integer":
        return whole
    return kind == {"string": "VARCHAR", "date": "DATE"}[field.type]


def type_rules(field: Field, parquet: bool) -> list[Rule]:
    """A cell has its column's type."""

    def tell(place: str, cell: str) -> Finding:
        return _type_finding(place, field, cell)

    if parquet:
        return [Rule(field.name, _out_of_reach(field, quoted_name(field.name)), tell)]
    if field.type == "string":
        return []
    return [Rule(field.name, mistyped(field), tell, text_of(field))]


def constraint_rules(ledger: Ledger, field: Field) -> Iterable[Rule]:
    """What the Table Schema asks of one column."""
    name = quoted_name(field.name)
    asked = {key: value for key, value in field.constraints.items() if value is not False}

    def constraint(broken: str, kind: str) -> Rule:
        typed = f"{broken}{_of_its_type(ledger, field)}"
        return Rule(
            field.name, typed, lambda place, cell: constraint_finding(place, field, kind, cell)
        )

    if "required" in asked or is_key(ledger, field):
        yield constraint(f"{name} IS NULL", "not_nullable")
    if "enum" in asked:
        values = ", ".join(map(quoted, asked["enum"]))
        yield constraint(f"{name} NOT IN ({values})", "isin")
    if "pattern" in asked:
        pattern = quoted(f"^(?:{asked['pattern']})$")
        yield constraint(f"NOT regexp_matches({name}, {pattern})", "str_matches")
    low, high = asked.get("minimum"), asked.get("maximum")
    if low is not None and high is not None:
        yield constraint(f"{name} NOT BETWEEN {low} AND {high}", "in_range")
    elif low is not None:
        yield constraint(f"{name} < {low}", "greater_than_or_equal_to")
    elif high is not None:
        yield constraint(f"{name} > {high}", "less_than_or_equal_to")


def _of_its_type(ledger: Ledger, field: Field) -> str:
    """What restricts a condition to cells of the right type: the others are told already."""
    if field.type == "string" or ledger.large is None or ledger.large.parquet:
        return ""
    return f" AND NOT {mistyped(field)}"


def is_key(ledger: Ledger, field: Field) -> bool:
    """Whether a column is the ledger's primary key."""
    key = ledger.schema.document.get("primaryKey", [])
    return field.name in ([key] if isinstance(key, str) else key)


def _out_of_reach(field: Field, name: str) -> str:
    """What a Parquet file may hold and a CSV could not say; an empty text is no empty cell."""
    if field.numeric:
        return f"abs({name}) >= {10**15 if field.type == 'integer' else 10**14}"
    if field.type == "date":
        return f"{name} NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
    return f"{name} = ''"


def _type_finding(place: str, field: Field, cell: str) -> Finding:
    message, remedy = type_problem(field, cell)
    if not cell:
        message, remedy = "是空的文字，不是空格", "没有内容的格写成 NULL。"
    message, remedy = message or "太大或太早", remedy or "核对该格。"
    return error("ledger.type", place, f"“{cell}”{message}（{field.title}）。", remedy)


def items_rules(ledger: Ledger) -> list[Rule]:
    """A record stands for one item."""
    if not {"evidence", "items"} <= set(ledger.schema.names):
        return []
    items = ledger.schema.field("items")
    assert ledger.large is not None
    typed = ledger.large.parquet or items.type == "string"
    cell = f"CAST({quoted_name('items') if typed else text_of(items)} AS VARCHAR)"
    broken = f"evidence = 'record' AND {cell} IS DISTINCT FROM '1'"
    return [Rule("items", broken, items_finding, cell, screen=f"bool_or({broken})")]


def text_rule(field: Field) -> Rule:
    """A text is no formula, has nothing unseen in it and no space around it, and no markup."""
    name = quoted_name(field.name)
    formula = f"{name}[1] IN ('=', '+', '-', '@')"
    control = f"regexp_matches({name}, {quoted(_CONTROL)})"
    markup = f"regexp_matches({name}, {quoted(_MARKUP)})"

    def tell(place: str, cell: str) -> Finding:
        problem = text_problem(cell)
        assert problem is not None
        told, code, message, remedy = problem
        return told(code, place, message, remedy)

    def spaced(place: str, cell: str) -> Finding:
        remedy = "去掉首尾的空格：大台账按原文件发布。"
        return error("ledger.space", place, f"“{cell}”的首尾有空格。", remedy)

    parts = (
        Rule(field.name, formula, tell),
        Rule(field.name, f"NOT {formula} AND {control}", tell),
        Rule(field.name, f"NOT {formula} AND NOT {control} AND {markup}", tell),
        Rule(field.name, f"{name} <> trim({name}, {quoted(_SPACES)})", spaced),
    )
    return Rule(field.name, f"regexp_matches({name}, {quoted(_SUSPECT)})", tell, parts=parts)
