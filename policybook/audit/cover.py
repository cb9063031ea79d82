"""The first sheet: what the workbook is, how to read it, and whether all agrees. floor: audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment, Font

import policybook.sheets.looks as looks
from policybook.audit.cells import colour_checks, link, place, write_formula, write_heading
from policybook.audit.cells import write_text as write_ruled
from policybook.audit.chapters import CHECKED
from policybook.audit.formulas import DIFFERENT, DIGITS, NO_DATA, SAME, Formula

COVER = "说明"
_WIDTHS = (30, 18, 14, 14)
_STATE = Font(name="黑体", size=14)


@dataclass(frozen=True)
class Listed:
    """A sheet as the cover lists it."""

    title: str
    rows: int
    ledger: str = ""  # of a ledger, its name in formulas


def guide(example: str) -> list[tuple[str, str]]:
    """How to read and recalculate; ``example``: the name of a column."""
    return [
        (
            "怎样读",
            "每章一张表，每行一个统计数字：“分项”由台账直接汇总，“重算值”按“算式”由分项算出，"
            "“公布值”是报告所用的准确数值，“核对”比较两者。点指标名称，打开该数字的溯源页。",
        ),
        (
            "怎样核对",
            f"改动台账表中任何一格，用到它的数字随即重算，与公布值不同的“核对”变红，写作“{DIFFERENT}”。"
            "台账表的行号与 data 文件夹中 CSV 文件的行号相同。"
            "表格软件的条件不分字母大小写，只改大小写看不出来。",
        ),
        (
            "公式里的名称",
            f"如 {example}，指那张台账的那一列；列名在台账表首行的括号里。"
            "大括号括起的是数组公式，改动后按 Ctrl+Shift+Enter。",
        ),
        (
            "核对到几位",
            "只有加减的，核对到台账的最末一位小数；有乘除的，"
            f"核对到 {DIGITS} 位有效数字，表格软件的计算误差在此之外。",
        ),
        (
            "没有数据",
            f"分项写作“{NO_DATA}”，是所选的记录都没有填数。“缺数”各列是公布时没有数据、"
            f"由算式另行代替的分项，应当一直是“{NO_DATA}”。",
        ),
        (
            "怎样重算",
            "文件里没有存下任何计算结果，打开时由表格软件算出，须用 Excel 2019、WPS 或 LibreOffice "
            "及更新的版本。数值空白时，点“启用编辑”；全部重算，Excel 和 WPS 按 Ctrl+Alt+F9，"
            "LibreOffice 按 Ctrl+Shift+F9。",
        ),
    ]


def write_cover(
    sheet: Any,
    edition: Mapping[str, str],
    chapters: Sequence[Listed],
    ledgers: Sequence[Listed],
    example: str,
) -> None:
    """The sheet; ``edition``: what it says of itself, by name."""
    for letter, width in zip("ABCD", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    _line(sheet, 1, f"{edition['title']}审计底稿", looks.TITLE, 32)
    released = f"发布日期：{edition['released_on']}"
    about = "　".join([*(edition[name] for name in ("issuer", "period", "version")), released])
    _line(sheet, 2, about, looks.GREY, 20)
    row = 6
    total = row + len(chapters) + 1
    _write_state(sheet, 4, total)
    _headings(sheet, row, ("章", "统计数字", SAME, DIFFERENT))
    for number, one in enumerate(chapters, row + 1):
        _write_chapter(sheet, number, one)
    write_ruled(sheet.cell(total, 1), "合计", looks.BOLD)
    for letter in "BCD":
        write_formula(
            sheet[f"{letter}{total}"], Formula(f"SUM({letter}{row + 1}:{letter}{total - 1})")
        )
    sheet.row_dimensions[total].height = looks.row_height(1)
    row = total + 2
    for title, text in guide(example):
        row = _write_guide(sheet, row, title, text)
    row += 1
    _headings(sheet, row, ("台账", "公式里的名称", "记录"))
    for number, one in enumerate(ledgers, row + 1):
        _write_listed(sheet, number, one)
        write_ruled(sheet.cell(number, 2), one.ledger)
        write_formula(sheet.cell(number, 3), Formula(f"COUNTA({one.ledger}.id)"))
    looks.print_across(sheet, landscape=False)
    sheet.page_setup.fitToHeight = 1


def _write_state(sheet: Any, row: int, total: int) -> None:
    write_ruled(sheet.cell(row, 1), "总的结果", looks.BOLD)
    looks.dress(sheet.cell(row, 4), border=looks.RULED)
    sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=4)
    state = f'IF(AND(B{total}>0,D{total}=0),"{SAME}","{DIFFERENT}")'
    write_formula(sheet.cell(row, 2), Formula(state))
    said = f'B{total}&" 个统计数字，"&D{total}&" 个{DIFFERENT}"'
    write_formula(sheet.cell(row, 3), Formula(said))
    for number in (2, 3):
        looks.dress(sheet.cell(row, number), alignment=looks.CENTRED)
    looks.dress(sheet.cell(row, 2), font=_STATE)
    sheet.row_dimensions[row].height = 28
    colour_checks(sheet, f"B{row}")


def _write_chapter(sheet: Any, row: int, one: Listed) -> None:
    _write_listed(sheet, row, one)
    checks = place(one.title, f"${CHECKED}$2:${CHECKED}${one.rows + 1}")
    write_formula(sheet.cell(row, 2), Formula(f"ROWS({checks})"))
    write_formula(sheet.cell(row, 3), Formula(f'COUNTIF({checks},"{SAME}")'))
    write_formula(sheet.cell(row, 4), Formula(f"B{row}-C{row}"))  # whatever is not said to agree


def _write_listed(sheet: Any, row: int, one: Listed) -> None:
    write_ruled(sheet.cell(row, 1), one.title)
    link(sheet.cell(row, 1), place(one.title, "A1"), within=True)
    sheet.row_dimensions[row].height = looks.row_height(1)


def _headings(sheet: Any, row: int, texts: Sequence[str]) -> None:
    for number, text in enumerate(texts, 1):
        write_heading(sheet.cell(row, number), text)
    sheet.row_dimensions[row].height = looks.row_height(1)


def _line(sheet: Any, row: int, text: str, font: Font, height: int) -> None:
    looks.write_text(sheet.cell(row, 1), text, font)
    looks.dress(sheet.cell(row, 1), alignment=looks.OVERFLOWING)
    sheet.row_dimensions[row].height = height


def _write_guide(sheet: Any, row: int, title: str, text: str) -> int:
    looks.write_text(sheet.cell(row, 1), title, looks.SECTION)
    sheet.cell(row, 1).alignment = Alignment(vertical="top")
    looks.write_text(sheet.cell(row, 2), text)
    sheet.cell(row, 2).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
    sheet.row_dimensions[row].height = looks.row_height(looks.text_lines(text, sum(_WIDTHS[1:])))
    return row + 1
