"""How our workbooks look and how they are put on disk. floor: sheets.

Colours, text that can never become a formula, boxes big enough for their comments,
widths that count a Chinese character as two.
"""

from __future__ import annotations

import math
import os
import re
import tempfile
import unicodedata
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook import Workbook

AUTHOR = "policybook"
LONGEST_TEXT = 32767  # characters that Excel keeps in a cell
UNSTORABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML file, and so no workbook, can hold."""

_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

TEXT = "@"
DATE = "yyyy-mm-dd"

_LINE = 16  # points, of a line of text in a cell
_BOX_WIDTH, _BOX_COLUMNS, _BOX_LINE = 340, 44, 17  # pixels, Latin letters, pixels


def fill(colour: str) -> PatternFill:
    """One even colour."""
    return PatternFill("solid", fgColor=colour)


REQUIRED = fill("2F5597")  # heading of a column that must be filled
OPTIONAL = fill("D9E2F0")
ANEW = fill("FFF8DC")  # cell to be filled this quarter
IDENTIFIER = fill("F2F2F2")
MARKS = {"error": fill("F8CBCB"), "warning": fill("FCE0BE"), "note": fill("D6E6F5")}

BODY = Font(name="宋体", size=11)
GREY = Font(name="宋体", size=11, color="595959")
BOLD = Font(name="黑体", size=11)
WHITE = Font(name="黑体", size=11, color="FFFFFF")
TITLE = Font(name="黑体", size=18, color="1F3864")
SECTION = Font(name="黑体", size=12, color="1F3864")
LINK = Font(name="宋体", size=11, color="1F5FAF", underline="single")

_SIDE = Side(style="thin", color="BFC7D3")
RULED = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
WRAPPED = Alignment(vertical="center", wrap_text=True)
OVERFLOWING = Alignment(vertical="center")
INDENTED = Alignment(vertical="center", wrap_text=True, indent=1)
MIDDLE = Alignment(horizontal="center", vertical="center")
NUMBERS = Alignment(horizontal="right", vertical="center", indent=1)


def storable(text: str) -> str:
    """The text as a workbook can hold it: what it cannot is shown as �, or cut off."""
    return UNSTORABLE.sub("\ufffd", text)[:LONGEST_TEXT]


def escaped(text: str) -> str:
    """The text so that what looks like an escape of Excel's, ``_x0041_``, stays itself."""
    return _ESCAPE.sub("_x005F_", text)


def write_text(cell: Cell, text: str, font: Font = BODY, **look: Any) -> None:
    """Puts text into a cell as text, whatever it begins with.

    ``look``: more of its looks, as for :func:`dress`.
    """
    cell.value = escaped(text) or None
    if text:
        cell.data_type = "s"  # openpyxl makes formulas of "=…" and errors of "#N/A"
    dress(cell, number_format=TEXT, font=font, alignment=WRAPPED, **look)


_dressed: WeakKeyDictionary[Workbook, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()


def dress(cell: Cell, **look: Any) -> None:
    """Sets styles that are constants, such as those above, or texts.

    openpyxl hashes a style for each cell that is given it; a workbook is asked once here.
    """
    known = _dressed.setdefault(cell.parent.parent, {})
    values = [value if isinstance(value, str) else id(value) for value in look.values()]
    key = (cell._style.tobytes() if cell._style else b"", *values, *look)
    dressed = known.get(key)
    if dressed is None:
        for name, value in look.items():
            setattr(cell, name, value)
        known[key] = copy(cell._style)
    else:
        cell._style = dressed.__copy__()


@cache  # a ledger says the same many times
def text_width(text: str) -> int:
    """Columns that the longest line of a text takes."""
    return max((sum(map(_columns, line)) for line in text.split("\n")), default=0)


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def column_width(columns: int) -> float:
    """How wide a column must be for so many: a Chinese character is a little more than two."""
    return math.ceil(columns * 1.06) + 2


@cache
def text_lines(text: str, width: float) -> int:
    """Lines that a text takes when it is wrapped in a column."""
    room = math.floor((width - 2) / 1.06)
    return sum(max(1, math.ceil(text_width(line) / room)) for line in text.split("\n"))


def row_height(lines: int) -> int:
    """Points for so many lines."""
    return _LINE * lines + 6


def boxed(text: str) -> Comment:
    """A comment whose box shows the whole text."""
    comment = Comment(storable(text), AUTHOR)
    fit_box(comment)
    return comment


def fit_box(comment: Comment) -> None:
    """Makes a comment's box big enough for its text."""
    comment.width = _BOX_WIDTH
    comment.height = _BOX_LINE * (text_lines(comment.text, _BOX_COLUMNS) + 1)


def print_across(sheet: Any, title: str = "", rows: str = "", landscape: bool = True) -> None:
    """A4 with the sheet's full width on a page, title and these rows again on each."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    if rows:
        sheet.print_title_rows = rows
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    if title:
        sheet.oddHeader.center.text = title.replace("&", "&&")
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def save_workbook(workbook: Workbook, path: Path) -> None:
    """Writes a workbook whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".xlsx", dir=path.parent)
    os.close(descriptor)
    temporary = Path(name)
    try:
        workbook.save(temporary)
        temporary.chmod(0o644)  # mkstemp keeps others from reading
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
