"""Dates as departments write them. floor: sheets."""

from __future__ import annotations

import re
from datetime import date, datetime

from openpyxl.utils.datetime import from_excel

from policybook.sheets.amounts import PLACEHOLDERS, number_text
from policybook.sheets.cleaning import clean, half_width
from policybook.sheets.reading import Reading, changed, refused

_FULL = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|(\d{2})(\d{2}))"
    r"(?:[T ]\s*(\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?))?",
    re.ASCII,
)
_MONTH = re.compile(r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*月?", re.ASCII)
_REMEDY = "写成 2024-08-22。"
_EARLIEST, _LATEST = 20_000, 80_000  # 1954 to 2119: any other number is no day


def read_day(value: date, form: str) -> Reading:
    """A date cell; ``form`` is its number format."""
    day = value.date() if isinstance(value, datetime) else value
    text = day.isoformat()
    if isinstance(value, datetime) and value.time().isoformat() != "00:00:00":
        return changed(text, "ingest.time", str(value), "带着时间")
    if form != "General" and "d" not in form.lower():
        message = f"单元格只显示年月，存的是 {text}。"
        return Reading(text, "warning", "ingest.date-month", message, "核对是哪一天，写全年月日。")
    return Reading(text)


def read_serial(value: int | float, epoch: datetime) -> Reading:
    """A number cell in a date column: a serial number, or 20240822."""
    text = number_text(value)
    if re.fullmatch(r"\d{8}", text):
        return read_date(text)
    if not _EARLIEST <= value <= _LATEST:
        return refused(text, "ingest.date", "不是日期", _REMEDY)
    moment = from_excel(value, epoch)
    return changed(moment.date().isoformat(), "ingest.date-serial", text, "是日期的序列值")


def read_date(raw: str) -> Reading:
    """A text in a date column."""
    text = clean(raw)[0]
    half = half_width(text).strip()
    if half.lower() in PLACEHOLDERS:
        return changed("", "ingest.placeholder", text, "表示没有日期")
    match = _FULL.fullmatch(half)
    if match is None:
        if _MONTH.fullmatch(half):
            return refused(text, "ingest.date-incomplete", "没有写到日", _REMEDY)
        return refused(text, "ingest.date", "不是认得出的日期", _REMEDY)
    *days, clock = match.groups()
    year, month, day = (int(part) for part in days if part)
    try:
        value = date(year, month, day).isoformat()
    except ValueError:
        return refused(text, "ingest.date-impossible", "这一天不存在", _REMEDY)
    if value == raw:
        return Reading(value)
    if clock and re.search("[1-9]", clock):
        return changed(value, "ingest.time", raw, "带着时间")
    return changed(value, "ingest.date-text", raw, "是文字日期")


def month_text(raw: str) -> str | None:
    """``2024年8月`` and ``2024/8`` as ``2024-08``; None for anything else, 2024.1 among it."""
    match = re.fullmatch(r"(\d{4})\s*(?:[-/]|年)\s*(\d{1,2})\s*月?", half_width(raw), re.ASCII)
    if match is None or not 1 <= int(match[2]) <= 12:
        return None
    return f"{match[1]}-{int(match[2]):02}"
