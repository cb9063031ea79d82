"""The parts of a workbook that are safe and worth to be read. floor: sheets.

openpyxl makes an object of each formatted cell and of each cell of a merged range or a
link, and a sheet can have formats down to row 1,048,576: what holds no content is taken
out before.
"""

from __future__ import annotations

import io
import re
import zipfile

from openpyxl.utils.cell import range_boundaries

from policybook.errors import PolicybookError, error

LARGEST = 200_000_000
"""Bytes that a workbook may have when unpacked."""

LARGEST_MERGE = 100_000
"""Cells that the merged ranges of a sheet may have."""

_EMPTY_CELL = re.compile(
    rb'<(\w+:)?c(?=[^>]*\sr=")(?:\s+[\w:]+="[^"<>]*")*\s*(?:/>|></(?:\w+:)?c>)'
)
_EMPTY_ROW = re.compile(rb'<(\w+:)?row\s(?=[^>]*\br=")[^>]*?(?:/>|>\s*</(?:\w+:)?row>)')
_LINKS = re.compile(rb"<(\w+:)?hyperlinks\b.*?</(?:\w+:)?hyperlinks>", re.DOTALL)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z$0-9:]+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_SAVE_AS = "用表格软件打开，另存为 .xlsx 后再交。"


def unpack(content: bytes, name: str) -> tuple[io.BytesIO, bool]:
    """The workbook without empty cells, and whether it has formulas.

    Raises :class:`PolicybookError` for what is broken, too large or no workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive, name)
            return _repack(archive, name)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as problem:
        message = f"文件已损坏，打不开：{problem}。"
        raise PolicybookError(error("ingest.broken", name, message, _SAVE_AS)) from None


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    paths = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        message, remedy = "文件加了密码。", "去掉密码后另存为 .xlsx 再交。"
        raise PolicybookError(error("ingest.encrypted", name, message, remedy))
    if "xl/workbook.bin" in paths:
        message = "是二进制工作簿（.xlsb）。"
        raise PolicybookError(error("ingest.old-format", name, message, _SAVE_AS))
    if "[Content_Types].xml" not in paths or not any(p.startswith("xl/") for p in paths):
        message = "不是 .xlsx 工作簿。"
        raise PolicybookError(error("ingest.kind", name, message, _SAVE_AS))
    if sum(member.file_size for member in members) > LARGEST:
        message = f"展开后超过 {LARGEST // 1_000_000} MB。"
        remedy = "新建工作簿，只粘贴台账的数值后另存为 .xlsx 再交。"
        raise PolicybookError(error("ingest.too-large", name, message, remedy))


def _repack(archive: zipfile.ZipFile, name: str) -> tuple[io.BytesIO, bool]:
    packed = io.BytesIO()
    has_formulas = False
    with zipfile.ZipFile(packed, "w") as target:
        for member in archive.infolist():
            part = archive.read(member)  # no more than the size that was checked
            if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in part:
                message = "含有工作簿里不该有的声明（DOCTYPE）。"
                raise PolicybookError(error("ingest.broken", name, message, _SAVE_AS))
            if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                _check_merges(part, name)
                part = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", _LINKS.sub(b"", part)))
                has_formulas = has_formulas or bool(_FORMULA.search(part))
            target.writestr(member.filename, part)
    packed.seek(0)
    return packed, has_formulas


def _check_merges(part: bytes, name: str) -> None:
    cells = 0
    for ref in _MERGE.findall(part):
        left, top, right, bottom = range_boundaries(ref.decode())
        cells += (right - left + 1) * (bottom - top + 1)
    if cells > LARGEST_MERGE:
        message = f"合并的单元格有 {cells} 个，多半是整列合并。"
        raise PolicybookError(error("ingest.merged-huge", name, message, "取消合并单元格后再交。"))
