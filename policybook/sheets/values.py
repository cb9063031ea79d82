"""One cell's value by its column, as canonical text. floor: sheets."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from openpyxl.utils.datetime import WINDOWS_EPOCH

from policybook.schema import Field
from policybook.sheets.amounts import is_rounded, number_text, read_amount, read_number
from policybook.sheets.cleaning import clean, squeeze
from policybook.sheets.dates import month_text, read_date, read_day, read_serial
from policybook.sheets.reading import Reading, changed, refused

Value = str | int | float | bool | datetime | date | time | timedelta

ERRORS = frozenset(
    "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA #SPILL! #CALC!".split()
)
"""What a cell shows whose formula fails."""

_MONTHLY = r"\d{4}-\d{2}"
_LONGEST_CODE = 15


def read_value(
    field: Field, value: Value, form: str = "General", epoch: datetime = WINDOWS_EPOCH
) -> Reading:
    """A cell's value as the column keeps it; ``form`` is its number format."""
    if isinstance(value, str):
        return _read_text(field, value)
    if isinstance(value, bool):
        return _read_boolean(field, value)
    if isinstance(value, time | timedelta):
        return refused(str(value), "ingest.time-only", "是时间", "改成该列要的内容。")
    if field.numeric:
        if isinstance(value, date):
            remedy = "把单元格格式改成数值，重新填数。"
            return refused(str(value), "ingest.number-date", "是日期，不是数字", remedy)
        return read_number(field, value, "%" in form)
    if field.type == "date":
        if isinstance(value, date):
            return read_day(value, form)
        return read_serial(value, epoch)
    if isinstance(value, date):
        return _read_day_as_text(field, value)
    return _read_code(value, form)


def _read_text(field: Field, raw: str) -> Reading:
    if "#" in raw and raw.strip().upper() in ERRORS:
        return refused(raw, "ingest.error-value", "是公式的错误值", "改正公式，或直接填数。")
    if field.numeric:
        return Reading("") if not squeeze(raw) else read_amount(field, raw)
    if field.type == "date":
        return Reading("") if not squeeze(raw) else read_date(raw)
    text, was_odd = clean(raw)
    options = field.constraints.get("enum", [])
    if options and text and text not in options:
        return _read_option(options, raw, text)
    if field.constraints.get("pattern") == _MONTHLY:
        month = month_text(text)
        if month and month != text:
            return changed(month, "ingest.month", raw, "是文字年月")
    if was_odd:
        return changed(text, "ingest.text", raw, "里有换行或看不见的字符")
    return Reading(text)


def _read_option(options: list[str], raw: str, text: str) -> Reading:
    for option in options:
        if squeeze(option) == squeeze(text):
            return changed(option, "ingest.option", raw, "的空格或全半角与可选值不同")
    if set(options) == {"是", "否"} and text.upper() in ("TRUE", "FALSE"):
        return _read_boolean_word(text.upper())
    return Reading(text)  # the checks of the ledger name the options


def _read_boolean_word(raw: str) -> Reading:
    return changed("是" if raw == "TRUE" else "否", "ingest.boolean-text", raw, "是逻辑值")


def _read_boolean(field: Field, value: bool) -> Reading:
    raw = str(value).upper()
    if set(field.constraints.get("enum", [])) == {"是", "否"}:
        return _read_boolean_word(raw)
    return refused(raw, "ingest.boolean", "是逻辑值", "改成该列要的内容。")


def _read_day_as_text(field: Field, value: date) -> Reading:
    """Excel makes dates of texts such as 3-1, so that one in a text column is doubtful."""
    if field.constraints.get("pattern") == _MONTHLY:
        month = f"{value.year:04}-{value.month:02}"
        return changed(month, "ingest.month", str(value), "是日期单元格")
    text = (value.date() if isinstance(value, datetime) else value).isoformat()
    message = f"文字列里是日期单元格，读作“{text}”；表格软件可能把文字改成了日期。"
    remedy = "核对内容；应为文字的，把单元格格式设为文本后重新填写。"
    return Reading(text, "warning", "ingest.date-in-text", message, remedy)


def _read_code(value: int | float, form: str) -> Reading:
    text = number_text(value)
    if re.fullmatch("0+", form) and text.isdigit():
        text = text.zfill(len(form))  # the leading zeros that the sender sees
    if len(text.lstrip("-")) > _LONGEST_CODE and not is_rounded(value):
        remedy = "表格软件只保留 15 位数字：把单元格格式设为文本后重新填写。"
        return Reading(text, "warning", "ingest.long-number", f"“{text}”超过15位。", remedy)
    return changed(text, "ingest.number-as-text", repr(value), "在文字列里是数字")
