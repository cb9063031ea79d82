"""What kind of row stands under a table's headings. floor: sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from policybook.schema import Field
from policybook.sheets.cleaning import squeeze
from policybook.sheets.grid import Cell, Grid
from policybook.sheets.values import read_value

_SUBTOTAL = re.compile(r"[^(（]{0,20}?(?P<word>合计|小计|总计|共计)[:：]?")
_PART = re.compile(r"其中[:：]?.*")
_LINE = re.compile(
    r"(注|附注|备注|说明|填表|填报|制表|审核|复核|审批|负责|联系|电话|单位|日期|报送|报出|经办|分管"
    r"|签字|签章|盖章|附件?)[^:：]{0,10}[:：].*|注\d.*|第.{1,4}页.*|\d{4}年\d{1,2}月(\d{1,2}日)?"
)
_SECTION = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）、.].*")
_FIRST_TEXTS = 3  # cells in which 合计 is looked for


class Kind(Enum):
    """Kinds of rows."""

    RECORD = "record"
    SUBTOTAL = "小计"
    TOTAL = "合计"
    PART = "其中"
    LINE = "line"
    NAMELESS = "no id"


def classify(grid: Grid, row: int, columns: Mapping[int, Field], id_column: int | None) -> Kind:
    """What a row with content is."""
    cells = list(grid.rows[row].values())
    identifier = grid.at(row, id_column) if id_column else None
    if identifier and not _is_words(identifier, columns[id_column or 0]):
        return Kind.RECORD
    texts = [squeeze(cell.value) for cell in cells if isinstance(cell.value, str)]
    # With an id that is only badly written, a title such as 投资合计 makes no subtotal.
    own = [squeeze(str(identifier.value))] if identifier else texts[:_FIRST_TEXTS]
    for text in own:
        if match := _SUBTOTAL.fullmatch(text):
            return Kind.SUBTOTAL if match["word"] == "小计" else Kind.TOTAL
        if _PART.fullmatch(text):
            return Kind.PART
    if _is_line(grid, cells, texts, columns, id_column):
        return Kind.LINE
    return Kind.RECORD if identifier else Kind.NAMELESS


def _is_words(identifier: Cell, field: Field) -> bool:
    """Whether the id's cell holds words, such as 合计 or a note, instead of an id."""
    text = read_value(field, identifier.value).value if identifier.value is not None else ""
    pattern = field.constraints.get("pattern")
    if pattern:
        return not re.fullmatch(pattern, text)
    short = squeeze(text)
    return any(one.fullmatch(short) for one in (_SUBTOTAL, _PART, _LINE, _SECTION))


def _is_line(
    grid: Grid,
    cells: list[Cell],
    texts: list[str],
    columns: Mapping[int, Field],
    id_column: int | None,
) -> bool:
    """Whether a row is a note, a signature or the title of a section."""
    if not texts or cells[0].value is None or not isinstance(cells[0].value, str):
        return False
    if _LINE.fullmatch(texts[0]) and (
        cells[0].column == id_column or not any(_is_amount(cell, columns) for cell in cells)
    ):
        return True
    if len(cells) > 1:
        return False
    (cell,) = cells
    merge = grid.merge_at.get((cell.row, cell.column))
    return (
        cell.column <= (id_column or 0)
        or (merge is not None and merge.wide)
        or bool(_SECTION.fullmatch(texts[0]) or _LINE.fullmatch(texts[0]))
    )


def _is_amount(cell: Cell, columns: Mapping[int, Field]) -> bool:
    field = columns.get(cell.column)
    if field is None or not field.numeric or cell.value is None:
        return False
    reading = read_value(field, cell.value, cell.form)
    return reading.severity != "error" and reading.value != ""
