"""How what is wrong with a cell is worded. floor: rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice

from policybook.errors import Finding, error, warning
from policybook.ledgers import Ledger
from policybook.schema import Field
from policybook.screening import DATE, FORMULA, INTEGER, NUMBER, invisible, is_date

TOLD = 20
"""So many cells of a large ledger are told of each rule that is broken."""
_MARKUP = re.compile(r"<[A-Za-z/!]|\{[a-z-]+\}`|\]\(|javascript:", re.IGNORECASE)


def type_problem(field: Field, text: str) -> tuple[str, str]:
    """What is wrong with a cell's type, and the remedy; empty when nothing is."""
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


def constraint_finding(place: str, field: Field, kind: str, cell: str) -> Finding:
    """A cell that breaks a constraint, which is named as pandera names its checks."""
    code, message, remedy = _CONSTRAINTS.get(kind, _OTHER_CONSTRAINT)
    bounds = field.constraints
    low, high = bounds.get("minimum"), bounds.get("maximum")
    values = {
        "isin": "、".join(bounds.get("enum", [])),
        "greater_than_or_equal_to": low,
        "less_than_or_equal_to": high,
        "in_range": f"{low} 到 {high}",
    }.get(kind, "")
    texts = {"case": cell, "rule": bounds.get("pattern", ""), "values": values}
    return error(code, place, f"{field.title}：{message.format(**texts)}", remedy.format(**texts))


Problem = tuple[Callable[..., Finding], str, str, str]
"""Severity, code, message and remedy of a finding without its place."""


def text_problem(text: str) -> Problem | None:
    """What a text should not be."""
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


def items_finding(place: str, items: str) -> Finding:
    """A record that says it stands for several."""
    return error(
        "ledger.items",
        place,
        f"逐条记录应代表一项，这里写了 {items}。",
        "改为 1，或把证据等级改为 aggregate、remainder。",
    )


def document_finding(place: str, document: str) -> Finding:
    """A source that is no document we have."""
    remedy = "在 data/documents.csv 登记该文件。"
    return error("ledger.document", place, f"来源文件里没有“{document}”。", remedy)


def first_told(found: Iterable[Finding], ledger: Ledger) -> list[Finding]:
    """Findings about the records of a ledger; of a large one no more than the first."""
    if ledger.large is None:
        return list(found)
    first = list(islice(found, TOLD + 1))
    if len(first) > TOLD:
        message = f"只列出前 {TOLD} 处，后面还有。"
        remedy = "改正后再核查，或查这一类的全部记录。"
        first[TOLD] = replace(first[TOLD], code="ledger.more", message=message, remedy=remedy)
    return first


def key_finding(place: str, title: str, value: str) -> Finding:
    """An id that is not in the ledger of that title."""
    remedy = "改正编号，或先在那里登记。"
    return error("ledger.key", place, f"{title}里没有“{value}”。", remedy)
