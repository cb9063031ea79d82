"""One cell of a table as canonical text, with all that is to be said of it. floor: sheets."""

from __future__ import annotations

import re
from datetime import datetime

from policybook.schema import Field
from policybook.sheets.grid import Cell
from policybook.sheets.told import Told
from policybook.sheets.values import Value, read_value

_EXTERNAL = re.compile(r"\[\d+\][^\[\]]*!|\[[^\]]+\.xl\w+\]", re.IGNORECASE)
_SHOWN = 60  # characters of a formula or comment that a message shows


def read_cell(cell: Cell, field: Field, epoch: datetime, told: Told) -> str:
    """The canonical text of a cell."""
    if cell.formula:
        _tell_formula(cell, told)
    if cell.struck:
        message, remedy = f"“{raw_text(cell.value)}”有删除线。", "已作废的删去，有效的取消删除线。"
        told.warning("ingest.struck", told.at(cell.address), message, remedy)
    if cell.comment:
        message = f"单元格有批注，没有读：“{' '.join(cell.comment.split())[:_SHOWN]}”。"
        told.note("ingest.comment", told.at(cell.address), message, "有用的写入说明列。")
    if cell.value is None:
        return ""
    reading = read_value(field, cell.value, cell.form, epoch)
    if reading.severity is not None:
        told.remark(cell.address, raw_text(cell.value), reading)
    if cell.formula and reading.severity != "error":
        message = f"由公式 {cell.formula[:_SHOWN]} 算出，取保存时的值“{reading.value}”。"
        told.change(cell.address, "ingest.formula", cell.formula, reading.value, message)
    return reading.value


def raw_text(value: Value | None) -> str:
    """A cell's value as text, as the file has it."""
    if isinstance(value, bool):
        return str(value).upper()
    return value if isinstance(value, str) else "" if value is None else str(value)


def _tell_formula(cell: Cell, told: Told) -> None:
    shown = cell.formula[:_SHOWN]
    place = told.at(cell.address)
    if cell.value is None:
        message = f"公式 {shown} 没有算过，文件里没有它的值。"
        remedy = "用表格软件打开并保存一次，或直接填数。"
        told.error("ingest.formula-uncached", place, message, remedy)
    if _EXTERNAL.search(cell.formula):
        message = f"公式 {shown} 引用别的文件，值可能不是最新。"
        told.warning("ingest.external", place, message, "核对后改为数值。")
