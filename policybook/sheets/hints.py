"""What a column's heading says of itself when the mouse rests on it. floor: sheets."""

from __future__ import annotations

from policybook.schema import Field, Schema
from policybook.sheets.choices import bounds_text

_PATTERNS = {
    "[a-z0-9]+(-[a-z0-9]+)*": "小写字母、数字，用连字符连接，如 new-road-2",
    r"\d{4}-\d{2}": "年-月，如 2024-10",
    "[a-z][a-z0-9-]*:.+": "来源文件编号、半角冒号、位置，如 report:二(一)六",
}
"""Constraints of our schemas in words; another pattern is given as it is."""

_ELSEWHERE = ("required", "unique", "enum", "pattern", "minimum", "maximum")


def field_words(schema: Schema, field: Field) -> str:
    """The meaning, type and constraints of a column, in words, a line each."""
    required = field.constraints.get("required", False)
    lines = [
        field.description,
        f"类型：{_type_words(field)}{bounds_text(field)}",
        f"单位：{field.unit}" if field.unit else "",
        "必填。" if required else "选填，未知时留空。",
        "不得重复。" if field.constraints.get("unique") else "",
        *_choice_lines(schema, field),
        *_constraint_lines(field),
        *_quarter_lines(schema, field),
    ]
    return "\n".join(line for line in lines if line)


def _type_words(field: Field) -> str:
    if field.type == "number" and field.printed:
        return f"比率，连百分号键入，如 97%；存为小数，最多{field.decimals}位"
    if field.type == "number":
        return f"数字，小数最多{field.decimals}位"
    return {"string": "文字", "integer": "整数", "date": "日期，如 2024-08-22"}[field.type]


def _choice_lines(schema: Schema, field: Field) -> list[str]:
    values = field.constraints.get("enum", ())
    lines = [f"可选：{'、'.join(map(str, values))}"] if values else []
    if any(key.column == field.name for key in schema.foreign_keys):
        lines.append("从下拉列表中选编号。")
    return lines


def _constraint_lines(field: Field) -> list[str]:
    pattern = field.constraints.get("pattern")
    lines = [f"写法：{_PATTERNS.get(pattern, pattern)}"] if pattern else []
    return lines + [
        f"其他要求：{name} {value}"
        for name, value in field.constraints.items()
        if name not in _ELSEWHERE
    ]


def _quarter_lines(schema: Schema, field: Field) -> list[str]:
    lines = []
    if field.name in schema.carry.blank:
        lines.append("本期重新填写。")
    if field.name in schema.carry.previous:
        source = schema.field(schema.carry.previous[field.name]).title
        lines.append(f"结转记录的这一列已填上期的{source}。")
    if field.steady:
        lines.append("与上期不同时须说明原因。")
    if field.cumulative is not None:
        of = "、".join(
            f"{schema.field(name).title}为{value}" for name, value in field.cumulative.items()
        )
        lines.append(f"{of}的记录年内不应减少。" if of else "年内不应减少。")
    for one in schema.requires:
        if field.name in one.columns:
            when = "且".join(
                f"{schema.field(name).title}为{value}" for name, value in one.when.items()
            )
            lines.append(f"{when}时必填。")
    return lines
