"""CSV and TSV as grids. floor: sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from policybook.errors import Finding, PolicybookError, error, note
from policybook.sheets.cleaning import clean
from policybook.sheets.grid import Cell, Grid
from policybook.sheets.reading import KEEP

_DELIMITERS = {",": "逗号", "\t": "制表符", ";": "分号"}
_HEADING_LINES = 30  # among which the heading is looked for
_SAVE_AS = "用表格软件另存为 CSV（UTF-8）。"


@dataclass(frozen=True)
class _Row:
    line: int  # of the file, on which it begins
    cells: list[str]


def read_delimited(
    content: bytes, name: str, is_heading: Callable[[str], bool]
) -> tuple[Grid, list[Finding]]:
    """A CSV as one sheet, with notes; raises :class:`PolicybookError` when it is none.

    The delimiter is the one that splits the most headings out of a line.
    """
    text, findings = _decode(content, name)
    if "\x00" in text:
        message = "文件里有空字节，不是 CSV 文本。"
        raise PolicybookError(error("ingest.nul", name, message, _SAVE_AS))
    head = text.splitlines()[:_HEADING_LINES]

    def headings(delimiter: str) -> int:
        return max(sum(map(is_heading, line.replace('"', "").split(delimiter))) for line in head)

    delimiter = max(_DELIMITERS, key=headings) if head else ","
    if delimiter != ",":
        message = f"按{_DELIMITERS[delimiter]}分隔读入。"
        findings.append(note("ingest.delimiter", name, message, KEEP))
    rows = _parse(text, name, delimiter)
    return (
        Grid(
            sheet="",
            rows={
                row.line: {
                    column: Cell(row.line, column, cell)
                    for column, cell in enumerate(row.cells, start=1)
                    if clean(cell)[0]
                }
                for row in rows
                if any(clean(cell)[0] for cell in row.cells)
            },
            widths={row.line: len(row.cells) for row in rows},
        ),
        findings,
    )


def _decode(content: bytes, name: str) -> tuple[str, list[Finding]]:
    encodings = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = {"utf-16": "UTF-16"}
    for encoding, title in encodings.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        told = note("ingest.encoding", name, f"按 {title} 编码读入。", KEEP)
        return text, [] if title == "UTF-8" else [told]
    message = "不是 UTF-8、GB18030 或 UTF-16 文本。"
    raise PolicybookError(error("ingest.encoding", name, message, _SAVE_AS))


def _parse(text: str, name: str, delimiter: str) -> list[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    rows = []
    line = 1
    try:
        for cells in reader:
            rows.append(_Row(line, cells))
            line = reader.line_num + 1
    except csv.Error as problem:
        place = f"{name} 第{line}行"
        message = f"从这一行起 CSV 写法有误：{problem}。"
        raise PolicybookError(error("ingest.csv", place, message, "检查引号和换行。")) from None
    return rows
