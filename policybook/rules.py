"""The rules a ledger's cells must keep. floor: rules.

pandera applies the constraints it reads from the Table Schemas; what it does not
know (exact decimal places, keys across ledgers, evidence, the place of a wrong
type) is checked here.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any

from policybook.errors import Finding, error, warning
from policybook.ledgers import Ledger
from policybook.relations import Relation, check_records
from policybook.schema import Field

_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,14}(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MARKUP = re.compile(r"<[A-Za-z/!]|\{[a-z-]+\}`|\]\(|javascript:", re.IGNORECASE)


def check_ledgers(ledgers: Mapping[str, Ledger], relations: Iterable[Relation]) -> list[Finding]:
    """Every rule that looks at ledgers alone."""
    findings: list[Finding] = []
    for ledger in ledgers.values():
        typed = _type_findings(ledger)
        findings += typed
        findings += _constraint_findings(ledger, {f.place for f in typed})
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
        places = (ledger.place(index, *columns) for index in range(len(ledger.rows)))
        findings += check_records(relation, zip(places, ledger.rows, strict=True))
    return findings


def _cells(ledger: Ledger, wanted: Callable[[Field], bool]) -> Iterable[tuple[int, Field, str]]:
    for field in filter(wanted, ledger.schema.fields):
        for index, row in enumerate(ledger.rows):
            if row[field.name]:
                yield index, field, row[field.name]


def _type_findings(ledger: Ledger) -> list[Finding]:
    findings = []
    for index, field, text in _cells(ledger, lambda field: field.type != "string"):
        message, remedy = _type_problem(field, text)
        if message:
            place = ledger.place(index, field.name)
            findings.append(
                error("ledger.type", place, f"“{text}”{message}（{field.title}）。", remedy)
            )
    return findings


def _type_problem(field: Field, text: str) -> tuple[str, str]:
    if field.type == "integer" and not _INTEGER.fullmatch(text):
        return "不是整数", "只写数字，如 24871；不写单位、逗号和文字。"
    if field.type == "number":
        if not _NUMBER.fullmatch(text):
            return "不是十进制数", "只写数字，如 4116.09；不写单位、逗号、百分号和文字。"
        if len(text.partition(".")[2]) > field.decimals:
            return (
                f"的小数多于{field.decimals}位",
                f"保留{field.decimals}位；确需更多时改结构文件的 decimals。",
            )
    if field.type == "date":
        try:
            if not _DATE.fullmatch(text):
                raise ValueError(text)
            date.fromisoformat(text)
        except ValueError:
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


def _constraint_findings(ledger: Ledger, already: set[str]) -> list[Finding]:
    with warnings.catch_warnings():
        # pandera imports PySpark wherever that is installed, and PySpark warns of pandas 3.
        warnings.filterwarnings("ignore", "PySpark does not yet fully", FutureWarning)
        cases = _failures(ledger, already)
    return [f for case in cases for f in _constraint_finding(ledger, case, already)]


def _failures(ledger: Ledger, already: set[str]) -> list[dict[str, Any]]:
    import pandas
    from pandera.errors import SchemaErrors
    from pandera.io.pandas_io import from_frictionless_schema

    schema = from_frictionless_schema(ledger.schema.document)
    for field in ledger.schema.fields:
        if field.type == "integer":
            schema = schema.update_column(field.name, dtype="Int64")
        elif field.type in ("string", "date"):
            schema = schema.update_column(field.name, dtype="string")
    frame = pandas.DataFrame(
        {field.name: _column(ledger, field, already) for field in ledger.schema.fields}
    )
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as problem:
        cases: list[dict[str, Any]] = problem.failure_cases.to_dict("records")
        return cases
    return []


def _column(ledger: Ledger, field: Field, already: set[str]) -> Any:
    import pandas

    def value(index: int, text: str) -> Any:
        if not text or ledger.place(index, field.name) in already:
            return None
        return {"integer": int, "number": float}.get(field.type, str)(text)  # range checks only

    kinds = {"integer": "Int64", "number": "float64"}
    values = [value(index, row[field.name]) for index, row in enumerate(ledger.rows)]
    return pandas.array(values, dtype=kinds.get(field.type, "string"))


def _constraint_finding(
    ledger: Ledger, case: Mapping[str, Any], already: set[str]
) -> list[Finding]:
    field = ledger.schema.field(str(case["column"]))
    place = ledger.place(int(case["index"]), field.name)
    kind = str(case["check"]).partition("(")[0]
    if place in already:
        return []
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
        "case": ledger.rows[int(case["index"])][field.name],
        "rule": bounds.get("pattern", ""),
        "values": values,
    }
    return [error(code, place, f"{field.title}：{message.format(**texts)}", remedy.format(**texts))]


def _text_findings(ledger: Ledger) -> list[Finding]:
    findings = []
    for index, field, text in _cells(ledger, lambda field: field.type == "string"):
        place = ledger.place(index, field.name)
        if text[0] in "=+-@":
            findings.append(
                error(
                    "ledger.formula",
                    place,
                    f"“{text[:30]}”以 {text[0]} 开头，在表格软件里会变成公式。",
                    "去掉开头的符号。",
                )
            )
        elif any(unicodedata.category(char) in ("Cc", "Cf") for char in text):
            findings.append(
                error(
                    "ledger.control",
                    place,
                    "格内有换行、控制字符或看不见的字符。",
                    "改成一行文字；重新键入可疑的字。",
                )
            )
        elif _MARKUP.search(text):
            findings.append(
                warning(
                    "ledger.markup",
                    place,
                    f"“{text[:30]}”像是标记或代码；页面上按原文显示，不会执行。",
                    "核对是否误贴。",
                )
            )
    return findings


def _evidence_findings(ledger: Ledger) -> list[Finding]:
    findings = []
    for index, row in enumerate(ledger.rows):
        if row.get("evidence") == "record" and row.get("items", "1") != "1":
            findings.append(
                error(
                    "ledger.items",
                    ledger.place(index, "items"),
                    f"逐条记录应代表一项，这里写了 {row['items']}。",
                    "改为 1，或把证据等级改为 aggregate、remainder。",
                )
            )
    return findings


def _key_findings(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    findings = []
    for key in ledger.schema.foreign_keys:
        for index, row in enumerate(ledger.rows):
            value = row[key.column]
            if value and value not in ledgers[key.ledger].by_id:
                title = ledgers[key.ledger].schema.title
                findings.append(_key_finding(ledger.place(index, key.column), title, value))
    for index, row in enumerate(ledger.rows):
        document = row.get("source", "").partition(":")[0]
        if document and document not in ledgers["documents"].by_id:
            findings.append(
                error(
                    "ledger.document",
                    ledger.place(index, "source"),
                    f"来源文件里没有“{document}”。",
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
    for ledger in ledgers.values():
        for index, field, text in _cells(ledger, lambda field: bool(field.references)):
            known: Collection[str] = statistics
            title = "指标目录"
            if field.references != "statistics":
                known = ledgers[field.references].by_id
                title = ledgers[field.references].schema.title
            place = ledger.place(index, field.name)
            findings += [
                _key_finding(place, title, one) for one in text.split("；") if one not in known
            ]
    return findings
