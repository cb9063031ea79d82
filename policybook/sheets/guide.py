"""The first sheet of the workbook to fill in: who fills it in, and how. floor: sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

import policybook.sheets.looks as looks

GUIDE = "填写说明"
"""Title of the first sheet."""

DEPARTMENT, PERSON, TELEPHONE, FILLED_ON = "填报部门", "填表人", "联系电话", "填报日期"
"""Labels in column A of the first sheet; column B holds what the department fills in."""

INSTRUCTIONS = (
    "一条记录占一行。上期结转的记录已经列好，先填浅黄色的格；鼠标移到表头或浅黄色的格上，"
    "会显示填写要求和上期的数。",
    "不合并单元格，不增删、移动列，不改表头和工作表名称。",
    "数字格只写数字，不写单位、逗号和文字；单位见表头的括号。",
    "百分数连百分号键入，如 97%，与小数 0.97 相同；键入后核对格内显示的百分数。",
    "日期写成日期，如 2024-08-22。",
    "编号不得改动。新增记录接着写在最后一行之下，另取新编号，只用小写字母、数字和连字符，"
    "如 new-road-2。",
    "未知的留空。空格表示“未知”，0 表示“没有”，两者不同。",
    "不必加小计、合计行，汇总由程序计算。",
    "填好后仍存为 .xlsx，连同上面的填报部门一并交回。",
)
_COLOURS: tuple[tuple[str, PatternFill | None, Font, str], ...] = (
    ("深蓝表头", looks.REQUIRED, looks.WHITE, "必填的列，每条记录都要有内容。"),
    ("浅蓝表头", looks.OPTIONAL, looks.BOLD, "选填的列，未知时留空。"),
    ("浅黄", looks.ANEW, looks.BODY, "本期须重新填写的格。"),
    ("浅灰", looks.IDENTIFIER, looks.GREY, "结转记录的编号，不得改动。"),
    ("白色", None, looks.BODY, "从上期结转，有变化时才改；最后的空行供新增记录。"),
)
_WIDTHS = {"A": 20, "B": 72, "C": 14}


def write_guide(
    sheet: Any, title: str, period: str, earlier: str, ledgers: Sequence[tuple[str, str, int]]
) -> None:
    """Fills the first sheet; ``ledgers`` are sheet title, what a record is, records carried."""
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = "2F5597"
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    looks.write_text(sheet["A1"], title, looks.TITLE)
    looks.write_text(sheet["A2"], f"{period} 台账填报（上期 {earlier}）", looks.GREY)
    for row, height in ((1, 34), (2, 24)):
        sheet.cell(row, 1).alignment = looks.OVERFLOWING
        sheet.row_dimensions[row].height = height
    row = _section(sheet, 4, "填报信息", "请先填写浅黄色的格")
    for label in (DEPARTMENT, PERSON, TELEPHONE, FILLED_ON):
        row = _line(sheet, row, label, "")
        answer = sheet.cell(row - 1, 2)
        answer.fill = looks.ANEW
        if label == FILLED_ON:
            answer.number_format = looks.DATE
    row = _section(sheet, row + 1, "怎样填写")
    for number, text in enumerate(INSTRUCTIONS, 1):
        row = _line(sheet, row, str(number), text)
        sheet.cell(row - 1, 1).alignment = looks.CENTRED
    row = _section(sheet, row + 1, "各张表", "一条记录是什么", "结转记录数")
    for name, description, count in ledgers:
        row = _line(sheet, row, name, description)
        _link(sheet.cell(row - 1, 1), name)
        counted = sheet.cell(row - 1, 3, count)
        counted.font, counted.border, counted.alignment = looks.BODY, looks.RULED, looks.CENTRED
    row = _section(sheet, row + 1, "颜色", "含义")
    for name, fill, font, meaning in _COLOURS:
        row = _line(sheet, row, name, meaning)
        sample = sheet.cell(row - 1, 1)
        sample.font, sample.alignment = font, looks.CENTRED
        if fill:
            sample.fill = fill
    looks.print_across(sheet, landscape=False)


def _section(sheet: Any, row: int, *texts: str) -> int:
    """A heading over the lines that follow; the row after it."""
    for column, text in enumerate(texts, 1):
        looks.write_text(sheet.cell(row, column), text, looks.GREY if column > 1 else looks.SECTION)
    sheet.cell(row, 3).alignment = looks.CENTRED
    sheet.row_dimensions[row].height = looks.row_height(1)
    return row + 1


def _line(sheet: Any, row: int, label: str, text: str) -> int:
    """A label and its text, ruled; the row after it."""
    for column, content in enumerate((label, text), 1):
        cell = sheet.cell(row, column)
        looks.write_text(cell, content)
        cell.border, cell.alignment = looks.RULED, looks.INDENTED
    lines = max(looks.text_lines(label, _WIDTHS["A"]), looks.text_lines(text, _WIDTHS["B"]))
    sheet.row_dimensions[row].height = looks.row_height(lines)
    return row + 1


def _link(cell: Cell, sheet: str) -> None:
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(sheet)}!A1")
    cell.font = looks.LINK
