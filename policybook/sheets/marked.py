"""A department's workbook as it came, with what was found marked in its cells. floor: sheets."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

import policybook.sheets.looks as looks
from policybook.errors import SEVERITIES, Finding, PolicybookError, error
from policybook.sheets.archive import unpack
from policybook.sheets.delimited import read_delimited

LISTED = "核查发现"
"""Title of the sheet that lists the findings."""

_DELIMITED = (".csv", ".tsv", ".txt")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_HEAVY = 30_000_000  # bytes: what openpyxl can hold with the looks of every empty cell
_SHOWN = 200  # characters of a cell's content in the list
_COLUMNS = {
    "级别": 8,
    "工作表": 20,
    "单元格": 10,
    "现有内容": 26,
    "发现": 52,
    "处理": 46,
    "代码": 26,
}


@dataclass(frozen=True)
class _Entry:
    """A finding, and the cell that shows it if there is one."""

    sheet: str
    address: str
    finding: Finding
    order: tuple[int, int, int, int]  # severity, sheet, row, column
    cell: Any  # the first one of a merged range


def write_marked(
    source: Path, findings: Mapping[tuple[str, str], Sequence[Finding]], out: Path
) -> None:
    """Writes a copy of a workbook or CSV with marked cells and a list of findings.

    ``findings`` are those of each (sheet title, cell address); the sheet of a CSV is ``""``.
    Raises :class:`PolicybookError` when the source cannot be read.
    """
    if source.suffix.lower() in _DELIMITED:
        workbook, remarks = _copy_delimited(source)
        sheets = {"": workbook.active}
    else:
        workbook, remarks = _load(source)
        sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    for sheet in sheets.values():
        for cell in sheet._cells.values():
            if cell.comment:
                looks.fit_box(cell.comment)  # openpyxl does not read how big it was
    entries = _order(findings, sheets)
    contents = {id(entry.cell): _content(entry.cell) for entry in entries if entry.cell}
    _mark(entries)
    listed = workbook.create_sheet(_free_title(workbook), 0)
    _write_list(listed, source.name, entries, contents, remarks)
    _show_first(workbook)
    looks.save_workbook(workbook, out)


def _load(source: Path) -> tuple[Any, list[str]]:
    content = source.read_bytes()
    packed, has_formulas = unpack(content, source.name)  # refuses what is no safe workbook
    remarks = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        heavy = sum(member.file_size for member in archive.infolist()) > _HEAVY
    try:
        with warnings.catch_warnings(record=True) as dropped:
            warnings.simplefilter("always")
            workbook = load_workbook(packed if heavy else io.BytesIO(content), rich_text=True)
    # A damaged workbook raises almost anything in openpyxl.
    except Exception as problem:
        message = f"文件已损坏，读不了：{type(problem).__name__} {problem}。"
        remedy = "用表格软件打开，另存为 .xlsx 后再交。"
        raise PolicybookError(error("ingest.broken", source.name, message, remedy)) from None
    if source.suffix.lower() == ".xlsm":
        remarks.append("原件带宏（.xlsm）；本副本是 .xlsx，不含宏。")
    if dropped:
        remarks.append("原件中的一些格式（如跨表的下拉列表、扩展的条件格式）本副本没有；数据都在。")
    if heavy:
        remarks.append("原件很大，空格的格式和链接本副本没有；数据都在。")
    if has_formulas:
        remarks.append("公式照抄；其结果在表格软件打开本副本时重新算出。")
    return workbook, remarks


def _copy_delimited(source: Path) -> tuple[Any, list[str]]:
    """A workbook with the cells of a CSV as text, in the rows of its lines."""
    # The delimiter that splits a line into the most cells; headings are not needed here.
    grid, _ = read_delimited(source.read_bytes(), source.name, lambda text: bool(text.strip()))
    workbook = Workbook()
    workbook.properties.creator = looks.AUTHOR
    sheet = workbook.active
    sheet.title = re.sub(r"[][:*?/\\']", "_", source.stem)[:31] or "CSV"
    widths: Counter[int] = Counter()
    changed = False
    for row, cells in grid.rows.items():
        for column, cell in cells.items():
            text = looks.storable(str(cell.value))
            changed = changed or text != cell.value
            looks.write_text(sheet.cell(row, column), text)
            widths[column] = max(widths[column], min(40, looks.text_width(text)))
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = looks.column_width(width)
    remarks = ["原件是文本文件（CSV）；各格照抄为文字，行号是原件的行号。"]
    if changed:
        remarks.append("表格软件不能保存的字符写作 �，过长的文字截短。")
    return workbook, remarks


def _order(
    findings: Mapping[tuple[str, str], Sequence[Finding]], sheets: Mapping[str, Any]
) -> list[_Entry]:
    """By severity, then by place; what stands on no sheet comes last."""
    severities, titles = list(SEVERITIES), list(sheets)
    entries = []
    for (title, address), found in findings.items():
        row, column = _place(address)
        sheet = titles.index(title) if title in sheets else len(titles)
        cell = _anchor(sheets[title], row, column) if title in sheets and row else None
        entries += [
            _Entry(title, address, one, (severities.index(one.severity), sheet, row, column), cell)
            for one in found
        ]
    return sorted(entries, key=lambda entry: entry.order)


def _place(address: str) -> tuple[int, int]:
    """Row and column; zeros when a sheet has no such cell."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return 0, 0
    row, column = int(match[2]), column_index_from_string(match[1])
    return (row, column) if row <= _LAST_ROW and column <= _LAST_COLUMN else (0, 0)


def _anchor(sheet: Any, row: int, column: int) -> Any:
    """The cell, or the first one of the merged range it lies in."""
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            return sheet.cell(merged.min_row, merged.min_col)
    return sheet.cell(row, column)


def _mark(entries: Sequence[_Entry]) -> None:
    marked: dict[int, Any] = {}
    for entry in entries:  # the gravest of a cell comes first
        cell, one = entry.cell, entry.finding
        if cell is None:
            continue
        if id(cell) not in marked:
            marked[id(cell)] = cell
            cell.fill = looks.MARKS[one.severity]
        said = f"[{one.code}] {one.message} 处理：{one.remedy}"
        earlier = f"{cell.comment.text}\n\n" if cell.comment else ""
        cell.comment = looks.boxed(earlier + said)


def _content(cell: Any) -> str:
    """What stands in a cell, as text."""
    value = getattr(cell.value, "text", cell.value)  # an array formula's own
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = value.isoformat(" ") if isinstance(value, datetime) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _free_title(workbook: Any) -> str:
    taken, number = set(workbook.sheetnames), 2
    title = LISTED
    while title in taken:
        title, number = f"{LISTED}{number}", number + 1
    return title


def _write_list(
    sheet: Any,
    name: str,
    entries: Sequence[_Entry],
    contents: Mapping[int, str],
    remarks: list[str],
) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = "C00000"
    counts = Counter(entry.finding.severity for entry in entries)
    totals = "，".join(f"{word} {counts[severity]} 处" for severity, word in SEVERITIES.items())
    how = "有问题的格已涂色：浅红为错误，浅橙为提醒，浅蓝为说明；鼠标移到格上看批注。"
    for row, text in enumerate((LISTED, f"{name}：{totals}。", how, *remarks), 1):
        looks.write_text(
            sheet.cell(row, 1), looks.storable(text), looks.TITLE if row == 1 else looks.GREY
        )
        sheet.cell(row, 1).alignment = looks.OVERFLOWING
    sheet.row_dimensions[1].height = 34
    top = 5 + len(remarks)
    for number, (heading, width) in enumerate(_COLUMNS.items(), 1):
        cell = sheet.cell(top, number)
        looks.write_text(cell, heading, looks.WHITE)
        cell.fill, cell.border, cell.alignment = looks.REQUIRED, looks.RULED, looks.CENTRED
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[top].height = looks.row_height(1)
    for row, entry in enumerate(entries, top + 1):
        _write_entry(sheet, row, entry, contents.get(id(entry.cell), ""))
    sheet.freeze_panes = f"A{top + 1}"
    sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(_COLUMNS))}{top + len(entries)}"
    looks.print_across(sheet, rows=f"{top}:{top}")


def _write_entry(sheet: Any, row: int, entry: _Entry, content: str) -> None:
    one = entry.finding
    word = SEVERITIES[one.severity]
    texts = (word, entry.sheet, entry.address, content, one.message, one.remedy, one.code)
    lines = 1
    for number, (text, width) in enumerate(zip(texts, _COLUMNS.values(), strict=True), 1):
        cell = sheet.cell(row, number)
        looks.write_text(cell, looks.storable(text))
        cell.border = looks.RULED
        lines = max(lines, looks.text_lines(text, width))
    sheet.row_dimensions[row].height = looks.row_height(lines)
    sheet.cell(row, 1).fill = looks.MARKS[one.severity]
    for number in (1, 3):
        sheet.cell(row, number).alignment = looks.CENTRED
    if entry.cell is not None:
        _link(sheet.cell(row, 3), entry.cell)


def _link(cell: Cell, target: Any) -> None:
    place = f"{quote_sheetname(target.parent.title)}!{target.coordinate}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)
    cell.font = looks.LINK


def _show_first(workbook: Any) -> None:
    """Opens at the list; two sheets selected at once would be edited at once."""
    views = [view for sheet in workbook.worksheets for view in sheet.views.sheetView]
    views += [view for chart in workbook.chartsheets for view in chart.sheetViews.sheetView]
    for view in views:
        view.tabSelected = False
    workbook.active = 0
    workbook.active.sheet_view.tabSelected = True
    for view in workbook.views:
        view.firstSheet = 0
