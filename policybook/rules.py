"""The rules a ledger's cells must keep. floor: rules.

pandera applies the constraints it reads from the Table Schemas; what it does not
know (exact decimal places, keys across ledgers, evidence, the place of a wrong
type) is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from policybook.errors import Finding, error, warning
from policybook.ledgers import Ledger
from policybook.relations import Relation, check_records
from policybook.schema import Field
from policybook.screening import (
    DATE,
    FORMULA,
    INTEGER,
    NUMBER,
    constraints_fit,
    invisible,
    is_date,
    texts_fit,
    types_fit,
)

_MARKUP = re.compile(r"<[A-Za-z/!]|\{[a-z-]+\}`|\]\(|javascript:", re.IGNORECASE)


def check_ledgers(ledgers: Mapping[str, Ledger], relations: Iterable[Relation]) -> list[Finding]:
    """Every rule that looks at ledgers alone."""
    findings: list[Finding] = []
    for ledger in ledgers.values():
        typed = _type_findings(ledger)
        findings += typed
        findings += _constraint_findings(ledger, bool(typed))
        findings += _text_findings(ledger)
        findings += _evidence_findings(ledger)
        findings += _key_findings(ledger, ledgers)
    for relation in relations:
        if not relation.ledger:
            continue
        known = ledgers[relation.ledger].schema.names if relation.ledger in ledgers else ()
        unknown = {*relation.names(), *dict(relation.where)} - set(known)
        if unknown or not known:
            missing = f"列 {'、'.join(sorted(unknown))}" if known else f"台账 {relation.ledger}"
            findings.append(
                error(
                    "relation.unknown",
                    relation.place,
                    f"没有{missing}。",
                    "改正台账名或列名。",
                )
            )
            continue
        ledger = ledgers[relation.ledger]
        columns = relation.names()
        words = [name for name in columns if not ledger.schema.field(name).numeric]
        if words:
            message = f"列 {'、'.join(words)} 不是数字列，不能计算。"
            findings.append(error("relation.formula", relation.place, message, "改用数字列。"))
            continue
        findings += check_records(relation, ledger.rows, partial(_place, ledger, columns))
    return findings


def _place(ledger: Ledger, columns: Iterable[str], index: int) -> str:
    return ledger.place(index, *columns)


def _cells(ledger: Ledger, field: Field) -> Iterable[tuple[int, str]]:
    """The filled cells of a column, each with its record's index."""
    return ((index, text) for index, text in enumerate(ledger.column(field.name)) if text)


def _type_findings(ledger: Ledger) -> list[Finding]:
    findings = []
    for field in ledger.schema.fields:
        for index, text in () if types_fit(ledger, field) else _cells(ledger, field):
            message, remedy = _type_problem(field, text)
            if message:
                place = ledger.place(index, field.name)
                findings.append(
                    error("ledger.type", place, f"“{text}”{message}（{field.title}）。", remedy)
                )
    return findings


def _type_problem(field: Field, text: str) -> tuple[str, str]:
    if field.type == "integer" and not INTEGER.fullmatch(text):
        return "不是整数", "只写数字，如 24871；不写单位、逗号和文字。"
    if field.type == "number":
        if not NUMBER.fullmatch(text):
            return "不是十进制数", "只写数字，如 4116.09；不写单位、逗号、百分号和文字。"
        if len(text.partition(".")[2]) > field.decimals:
            return (
                f"的小数多于{field.decimals}位",
                f"保留{field.decimals}位；确需更多时改结构文件的 decimals。",
            )
    if field.type == "date" and not (DATE.fullmatch(text) and is_date(text)):
        return "不是日期", "写成 2024-08-22。"
    return "", ""


_CONSTRAINTS = {
    "not_nullable": ("ledger.required", "这一格不能空。", "补上内容。"),
    "field_uniqueness": (
        "ledger.duplicate",
        "“{case}”重复。",
        "编号在本台账内须唯一：改名或删去重复的一行。",
    ),
    "str_matches": ("ledger.pattern", "“{case}”不合写法要求 {rule}。", "按该列说明的写法改正。"),
    "isin": ("ledger.enum", "“{case}”不在可选值之内。", "可选：{values}。"),
    "greater_than_or_equal_to": (
        "ledger.minimum",
        "{case} 小于下限 {values}。",
        "核对该数；计数和数量不能小于下限。",
    ),
    "less_than_or_equal_to": ("ledger.maximum", "{case} 大于上限 {values}。", "核对该数。"),
    "in_range": ("ledger.range", "{case} 不在 {values} 之间。", "核对该数。"),
}
_OTHER_CONSTRAINT = ("ledger.constraint", "“{case}”不合结构文件的要求。", "按结构文件改正。")


def _constraint_findings(ledger: Ledger, mistyped: bool) -> list[Finding]:
    """What pandera finds in the columns in which there may be something to find."""
    wrong = {f.name for f in ledger.schema.fields if mistyped and not types_fit(ledger, f)}
    doubtful = [
        f for f in ledger.schema.fields if f.name in wrong or not constraints_fit(ledger, f)
    ]
    if not doubtful:
        return []
    import pandas
    from pandera.errors import SchemaErrors
    from pandera.io.pandas_io import from_frictionless_schema

    schema = from_frictionless_schema(ledger.schema.document)
    for field in ledger.schema.fields:
        if field.type == "integer":
            schema = schema.update_column(field.name, dtype="Int64")
        elif field.type in ("string", "date"):
            schema = schema.update_column(field.name, dtype="string")
    names = [field.name for field in doubtful]
    if not schema.unique:
        schema = schema.remove_columns([n for n in ledger.schema.names if n not in names])
    else:
        doubtful = list(ledger.schema.fields)
    columns = {field.name: _column(ledger, field) for field in doubtful}
    try:
        schema.validate(pandas.DataFrame(columns), lazy=True)
    except SchemaErrors as problem:
        cases = problem.failure_cases.to_dict("records")
        return [f for case in cases for f in _constraint_finding(ledger, case)]
    return []


def _column(ledger: Ledger, field: Field) -> Any:
    """A column for pandera; a cell of a wrong type, found already, is empty in it."""
    import pandas

    convert = {"integer": int, "number": float}.get(field.type, str)  # range checks only
    cells = ledger.column(field.name)
    if types_fit(ledger, field):
        values = [convert(text) if text else None for text in cells]
    else:
        typed = (text if text and not _type_problem(field, text)[0] else "" for text in cells)
        values = [convert(text) if text else None for text in typed]
    kinds = {"integer": "Int64", "number": "float64"}
    return pandas.array(values, dtype=kinds.get(field.type, "string"))


def _constraint_finding(ledger: Ledger, case: Mapping[str, Any]) -> list[Finding]:
    field = ledger.schema.field(str(case["column"]))
    place = ledger.place(int(case["index"]), field.name)
    kind = str(case["check"]).partition("(")[0]
    cell = ledger.rows[int(case["index"])][field.name]
    if cell and _type_problem(field, cell)[0]:
        return []  # found already
    code, message, remedy = _CONSTRAINTS.get(kind, _OTHER_CONSTRAINT)
    bounds = field.constraints
    low, high = bounds.get("minimum"), bounds.get("maximum")
    values = {
        "isin": "、".join(bounds.get("enum", [])),
        "greater_than_or_equal_to": low,
        "less_than_or_equal_to": high,
        "in_range": f"{low} 到 {high}",
    }.get(kind, "")
    texts = {
        "case": cell,
        "rule": bounds.get("pattern", ""),
        "values": values,
    }
    return [error(code, place, f"{field.title}：{message.format(**texts)}", remedy.format(**texts))]


def _text_findings(ledger: Ledger) -> list[Finding]:
    findings = []
    for field in ledger.schema.fields:
        if field.type == "string" and not texts_fit(ledger, field):
            for index, text in _cells(ledger, field):
                if problem := _text_problem(text):
                    told, code, message, remedy = problem
                    findings.append(told(code, ledger.place(index, field.name), message, remedy))
    return findings


_Problem = tuple[Callable[..., Finding], str, str, str]


def _text_problem(text: str) -> _Problem | None:
    """Severity, code, message and remedy of what a text should not be."""
    if text[0] in FORMULA:
        message = f"“{text[:30]}”以 {text[0]} 开头，在表格软件里会变成公式。"
        return error, "ledger.formula", message, "去掉开头的符号。"
    if any(map(invisible, text)):
        message = "格内有换行、控制字符或看不见的字符。"
        return error, "ledger.control", message, "改成一行文字；重新键入可疑的字。"
    if _MARKUP.search(text):
        message = f"“{text[:30]}”像是标记或代码；页面上按原文显示，不会执行。"
        return warning, "ledger.markup", message, "核对是否误贴。"
    return None


def _evidence_findings(ledger: Ledger) -> list[Finding]:
    if not {"evidence", "items"} <= set(ledger.schema.names) or ledger.values["items"] == {"1"}:
        return []
    cells = zip(ledger.column("evidence"), ledger.column("items"), strict=True)
    return [
        error(
            "ledger.items",
            ledger.place(index, "items"),
            f"逐条记录应代表一项，这里写了 {items}。",
            "改为 1，或把证据等级改为 aggregate、remainder。",
        )
        for index, (evidence, items) in enumerate(cells)
        if evidence == "record" and items != "1"
    ]


def _key_findings(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    findings = []
    for key in ledger.schema.foreign_keys:
        named = ledgers[key.ledger]
        if ledger.values[key.column] <= {"", *named.values["id"]}:
            continue
        for index, value in enumerate(ledger.column(key.column)):
            if value and value not in named.values["id"]:
                place = ledger.place(index, key.column)
                findings.append(_key_finding(place, named.schema.title, value))
    if "source" not in ledger.schema.names:
        return findings
    known = ledgers["documents"].values["id"]
    cited = {source: source.partition(":")[0] for source in ledger.values["source"]}
    unknown = {source: name for source, name in cited.items() if name and name not in known}
    for index, source in enumerate(ledger.column("source") if unknown else ()):
        if source in unknown:
            findings.append(
                error(
                    "ledger.document",
                    ledger.place(index, "source"),
                    f"来源文件里没有“{unknown[source]}”。",
                    "在 data/documents.csv 登记该文件。",
                )
            )
    return findings


def _key_finding(place: str, title: str, value: str) -> Finding:
    remedy = "改正编号，或先在那里登记。"
    return error("ledger.key", place, f"{title}里没有“{value}”。", remedy)


def check_references(ledgers: Mapping[str, Ledger], statistics: Collection[str]) -> list[Finding]:
    """Cells that list several ids, separated by ；, each of which must exist."""
    findings = []
    listed = [(ledger, f) for ledger in ledgers.values() for f in ledger.schema.fields]
    for ledger, field in listed:
        if not field.references or ledger.values[field.name] <= {""}:
            continue
        known: Collection[str] = statistics
        title = "指标目录"
        if field.references != "statistics":
            known = ledgers[field.references].values["id"]
            title = ledgers[field.references].schema.title
        findings += [
            _key_finding(ledger.place(index, field.name), title, one)
            for index, text in _cells(ledger, field)
            for one in text.split("；")
            if one not in known
        ]
    return findings
