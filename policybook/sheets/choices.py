"""What Excel lets a department type into a column, and says when it does not. floor: sheets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation

import policybook.sheets.looks as looks
from policybook.schema import Field, Schema

CHOICES = "选项"
"""Title of the hidden sheet that holds long lists of values."""

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
_LONGEST_LIST = 255  # characters of a list that Excel keeps in the validation itself
_LONGEST_MESSAGE = 255
_FARTHEST = 10**14  # what a cell of a ledger may hold at all


def add_validations(sheet: Any, schema: Schema, last: int, ids: Mapping[str, str]) -> None:
    """Lists, numbers and dates for rows 2 to ``last``; ``ids`` has a ledger's range of ids."""
    keys = {key.column: key.ledger for key in schema.foreign_keys}
    for number, field in enumerate(schema.fields, 1):
        if field.name in keys:
            rule = _key_rule(ids.get(keys[field.name], ""))
        else:
            rule = _field_rule(sheet.parent, schema, field)
        if rule is None:
            continue
        rule.allow_blank = True
        rule.errorStyle = "stop"
        rule.errorTitle = "填写有误"
        rule.error = f"{field.title}：{rule.error}"[:_LONGEST_MESSAGE]
        rule.showErrorMessage = True
        letter = get_column_letter(number)
        rule.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(rule)


def id_range(title: str, schema: Schema, last: int) -> str:
    """Where the ids of a ledger stand in the workbook."""
    letter = get_column_letter(schema.names.index("id") + 1)
    return f"{quote_sheetname(title)}!${letter}$2:${letter}${last}"


def _key_rule(ids: str) -> DataValidation | None:
    """Ids of another sheet; none when that ledger is not in the workbook."""
    if not ids:
        return None
    title = ids.rpartition("!")[0].strip("'")
    error = f"请填{title}中已有的编号；没有时先在那张表登记。"
    return DataValidation(type="list", formula1=ids, error=error)


def _field_rule(workbook: Any, schema: Schema, field: Field) -> DataValidation | None:
    values = [str(value) for value in field.constraints.get("enum", ())]
    if values:
        error = f"请从下拉列表中选择：{'、'.join(values)}。"
        return DataValidation(type="list", formula1=_list(workbook, schema, values), error=error)
    if field.type == "date":
        error = f"请填日期，如 2024-08-22，在 {EARLIEST} 与 {LATEST} 之间。"
        first, last = (str(int(to_excel(day))) for day in (EARLIEST, LATEST))
        return DataValidation("date", first, last, operator="between", error=error)
    if field.numeric:
        low = field.constraints.get("minimum", -_FARTHEST)
        high = field.constraints.get("maximum", _FARTHEST)
        kind, what = ("whole", "整数") if field.type == "integer" else ("decimal", "数字")
        error = f"请只填{what}{bounds_text(field)}，不写单位、逗号和文字。"
        return DataValidation(kind, str(low), str(high), operator="between", error=error)
    return None


def bounds_text(field: Field) -> str:
    """``（不小于 0，不大于 12）``; empty when there is no bound."""
    words = {"minimum": "不小于", "maximum": "不大于"}
    bounds = [
        f"{word} {field.constraints[name]}"
        for name, word in words.items()
        if name in field.constraints
    ]
    return f"（{'，'.join(bounds)}）" if bounds else ""


def _list(workbook: Any, schema: Schema, values: list[str]) -> str:
    """The values themselves, or where they stand when Excel would not take or split them."""
    joined = ",".join(values)
    if len(joined) <= _LONGEST_LIST and not any(mark in value for value in values for mark in ',"'):
        return f'"{joined}"'
    if CHOICES not in workbook.sheetnames:
        workbook.create_sheet(CHOICES).sheet_state = "hidden"
    sheet = workbook[CHOICES]
    column = sheet.max_column + 1 if sheet["A1"].value else 1
    for row, text in enumerate((schema.title, *values), 1):
        looks.write_text(sheet.cell(row, column), text)
    letter = get_column_letter(column)
    return f"{quote_sheetname(CHOICES)}!${letter}$2:${letter}${len(values) + 1}"
