"""A file as a department sent it: its tables, and what is to be said of it. floor: sheets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from policybook.errors import Finding, PolicybookError, error, note
from policybook.schema import Schema
from policybook.sheets.blocks import Block, find_blocks
from policybook.sheets.cells import raw_text
from policybook.sheets.choices import CHOICES
from policybook.sheets.cleaning import squeeze
from policybook.sheets.delimited import read_delimited
from policybook.sheets.grid import Grid, address, list_rows
from policybook.sheets.guide import DEPARTMENT, GUIDE
from policybook.sheets.headings import HeadingIndex, heading_key
from policybook.sheets.reading import KEEP
from policybook.sheets.record import SentFile, SheetRecord, sheet_place
from policybook.sheets.tables import read_table, tell_line
from policybook.sheets.told import Told
from policybook.sheets.workbooks import read_workbook

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOKS, _TEXTS = (".xlsx", ".xlsm", ".xltx", ".xltm"), (".csv", ".tsv", ".txt")
_SAVE_AS = "用表格软件打开，另存为 .xlsx 后再交。"
_MANY = 20  # filled cells of a sheet without a table that somebody should look at
_LONG_LINE = 3  # filled cells above a table that are more than a title
_LARGEST = 200_000_000  # bytes


def read_sent(path: Path, schemas: Mapping[str, Schema]) -> SentFile:
    """All records of a workbook or CSV; what is wrong with it is in the findings."""
    name = path.name
    digest = ""
    try:
        content = _read_bytes(path)
        digest = hashlib.sha256(content).hexdigest()
        index = HeadingIndex(schemas)
        grids, findings = _open(content, name, index)
    except PolicybookError as problem:
        return SentFile(name, digest, "", (), (), tuple(problem.findings))
    records: list[SheetRecord] = []
    normalised = []
    tables = 0
    for grid in grids:
        if grid.sheet in (GUIDE, CHOICES):
            continue
        told = Told(name, grid.sheet)
        blocks = find_blocks(grid, index, name)
        tables += len(blocks)
        _tell_hidden(grid, told)
        records += _read_sheet(grid, blocks, schemas, told)
        findings += told.findings
        normalised += told.normalised
    if not tables:
        message = "没有认出任何台账的表头。"
        remedy = "用下发的模板填写，或把表头改为台账的列名。"
        findings.append(error("ingest.no-ledger", name, message, remedy))
    department = next((one for grid in grids if (one := _department(grid))), "")
    return SentFile(name, digest, department, tuple(records), tuple(normalised), tuple(findings))


def _read_bytes(path: Path) -> bytes:
    name = path.name
    if not path.is_file():
        raise PolicybookError(
            error("ingest.missing", name, "没有这个文件。", "检查文件名和文件夹。")
        )
    try:
        if path.stat().st_size > _LARGEST:
            message = f"文件超过 {_LARGEST // 1_000_000} MB。"
            raise PolicybookError(error("ingest.too-large", name, message, _SAVE_AS))
        content = path.read_bytes()
    except OSError as problem:
        message = f"文件读不了：{problem.strerror}。"
        raise PolicybookError(error("ingest.missing", name, message, "检查文件权限。")) from None
    if not content.strip():
        raise PolicybookError(error("ingest.empty", name, "文件是空的。", "重新发送文件。"))
    return content


def _open(content: bytes, name: str, index: HeadingIndex) -> tuple[list[Grid], list[Finding]]:
    """The sheets of a file; what it is shows in its first bytes, not in its name."""
    ending = Path(name).suffix.lower()
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            message, remedy = "工作簿加了密码。", "去掉密码后另存为 .xlsx 再交。"
            raise PolicybookError(error("ingest.encrypted", name, message, remedy))
        message = "是旧格式的工作簿（.xls、.et）。"
        raise PolicybookError(error("ingest.old-format", name, message, _SAVE_AS))
    if content.startswith(_ZIP):
        grids = read_workbook(content, name)
        if ending in _WORKBOOKS:
            return grids, []
        message = "内容是 .xlsx 工作簿，按工作簿读入。"
        return grids, [note("ingest.extension", name, message, KEEP)]
    if ending in _WORKBOOKS:
        message = "文件已损坏，或不是 .xlsx 工作簿。"
        raise PolicybookError(error("ingest.broken", name, message, _SAVE_AS))
    if ending in _TEXTS:
        grid, findings = read_delimited(content, name, index.knows)
        return [grid], findings
    message = f"不读这种文件（{ending or '没有扩展名'}）。"
    raise PolicybookError(error("ingest.kind", name, message, "另存为 .xlsx 或 .csv 后再交。"))


def _read_sheet(
    grid: Grid, blocks: list[Block], schemas: Mapping[str, Schema], told: Told
) -> list[SheetRecord]:
    if not blocks:
        _tell_no_table(grid, schemas, told)
        return []
    records: list[SheetRecord] = []
    _tell_above(grid, range(1, blocks[0].top), told)
    ends = [block.top for block in blocks[1:]] + [max(grid.rows) + 1]
    for block, end in zip(blocks, ends, strict=True):
        rows = range(block.bottom + 1, end)
        if len(block.ledgers) > 1:
            titles = "、".join(schemas[ledger].title for ledger in block.ledgers)
            message = f"分不清是哪一本台账（{titles}），这张表没有读。"
            remedy = "把工作表的名称改为台账的名称，或补齐表头。"
            place = told.line(block.bottom)
            told.error("ingest.ledger-ambiguous", place, message, remedy)
        else:
            records += read_table(grid, block, rows, schemas[block.ledgers[0]], told)
    return records


def _tell_above(grid: Grid, rows: range, told: Told) -> None:
    for row in rows:
        if row not in grid.rows:
            continue
        numbers = [c for c in grid.rows[row].values() if not isinstance(c.value, str)]
        if numbers and len(grid.rows[row]) > _LONG_LINE:
            message = "表头上方的这一行有内容，没有读。"
            remedy = "是记录的移到表头下面。"
            told.warning("ingest.rows-above", told.line(row), message, remedy)
        else:
            tell_line(grid, row, told)


def _tell_no_table(grid: Grid, schemas: Mapping[str, Schema], told: Told) -> None:
    place = sheet_place(told.workbook, grid.sheet)
    titles = {heading_key(schema.title).removesuffix("台账"): schema for schema in schemas.values()}
    meant = titles.get(heading_key(grid.sheet).removesuffix("台账")) if grid.sheet else None
    if meant and grid.filled:
        message = f"没有认出{meant.title}的表头。"
        remedy = f"表头改为：{'、'.join(field.title for field in meant.fields)}。"
        told.error("ingest.heading-missing", place, message, remedy)
    elif grid.filled > _MANY:
        message = f"没有台账的表头，{grid.filled} 格内容没有读。"
        remedy = "是台账的，把表头改为台账的列名。"
        told.warning("ingest.sheet-skipped", place, message, remedy)
    elif grid.sheet:
        message = "没有台账，没有读。" if grid.filled else "空表，没有读。"
        told.note("ingest.sheet-skipped", place, message)


def _tell_hidden(grid: Grid, told: Told) -> None:
    remedy = "核对隐藏的内容是否该上报；不该上报的删去，该上报的取消隐藏。"
    if not grid.visible and grid.filled:
        place = sheet_place(told.workbook, grid.sheet)
        told.warning("ingest.hidden-sheet", place, "工作表是隐藏的，仍读入。", remedy)
    if rows := grid.hidden_rows & grid.rows.keys():
        message = f"第{list_rows(rows)}行是隐藏的（隐藏、筛选或折叠），仍读入。"
        told.warning("ingest.hidden-rows", told.line(min(rows)), message, remedy)
    firsts: dict[int, int] = {}
    if grid.hidden_columns:
        for row, cells in grid.rows.items():
            for column in cells.keys() & grid.hidden_columns:
                firsts.setdefault(column, row)
    for column, row in sorted(firsts.items()):
        here = address(row, column)
        message = f"{here} 所在的列是隐藏的，仍读入。"
        told.warning("ingest.hidden-column", told.at(here), message, remedy)


def _department(grid: Grid) -> str:
    if grid.sheet != GUIDE:
        return ""
    for row, cells in grid.rows.items():
        for column, cell in cells.items():
            if heading_key(raw_text(cell.value)) == DEPARTMENT:
                merge = grid.merge_at.get((row, column))
                beside = grid.at(row, (merge.right if merge else column) + 1)
                return squeeze(raw_text(beside.value)) if beside else ""
    return ""
