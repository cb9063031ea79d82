"""The columns of one table, and what is wrong with its headings. floor: sheets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from policybook.schema import Field, Schema
from policybook.sheets.blocks import Block, Label, required
from policybook.sheets.cleaning import squeeze
from policybook.sheets.grid import Grid, address
from policybook.sheets.headings import base_text, heading_key
from policybook.sheets.told import Told
from policybook.sheets.units import unit_kind

_HINTS = frozenset(
    "必填 选填 可选 可空 单位 如有 是/否 是否 文本 日期 数字 整数 小数 下拉选择".split()
)
_ALIKE = 0.6  # difflib's ratio of a slip to the title that was meant
_DECLARED = re.compile(r"单位:\(?([^\d\s:;,()]{1,6}?)(?=$|[;,:()\s])")


def map_columns(
    block: Block, schema: Schema, grid: Grid, rows: range, told: Told
) -> dict[int, Field]:
    """Column number → column of the ledger; what cannot be read is told and left out."""
    columns: dict[int, Field] = {}
    first: dict[str, Label] = {}
    wrong: set[str] = set()
    strange: list[Label] = []
    for label in block.labels:
        field = label.name.fields.get(schema.name)
        if field is None:
            strange.append(label)
        elif field.name in first:
            _tell_twice(label, first[field.name], field, told)
        else:
            first[field.name] = label
            if _has_right_unit(label, field, told):
                columns[label.column] = field
            else:
                wrong.add(field.name)
    _check_declared_unit(block, grid, columns, told)
    free = [field for field in schema.fields if field.name not in first]
    for label in strange:
        wrong |= _tell_strange(label, free, grid, rows, told)
    _tell_missing([field for field in free if field.name not in wrong], schema, block, told)
    _tell_untitled({label.column for label in block.labels}, block, grid, rows, told)
    return columns


def _tell_twice(label: Label, first: Label, field: Field, told: Told) -> None:
    message = f"“{field.title}”列出现两次，另一处在 {first.cell}。"
    told.error("ingest.heading-twice", told.at(label.cell), message, "删去多余的一列，或改正表头。")


def _has_right_unit(label: Label, field: Field, told: Told) -> bool:
    """Whether the heading says no unit or the column's own."""
    right = True
    for extra in label.name.extras:
        if extra in _HINTS or squeeze(field.unit).lower() == extra:
            continue
        if field.numeric and unit_kind(extra):
            wanted = f"本列单位是{field.unit}" if field.unit else "本列不带单位"
            message = f"表头写的单位是{extra}，{wanted}（{field.title}）；这一列没有读。"
            remedy = "把数换算成本列的单位，并改正表头；比率写成 97% 或 0.97。"
            told.error("ingest.unit", told.at(label.cell), message, remedy)
            right = False
        else:
            message = f"表头“{squeeze(label.text)}”里的“{extra}”没有读。"
            told.note("ingest.heading-remark", told.at(label.cell), message)
    return right


def _check_declared_unit(block: Block, grid: Grid, columns: dict[int, Field], told: Told) -> None:
    """A line 单位：万元 above the table holds for columns whose heading says no unit."""
    labels = {label.column: label for label in block.labels}
    for row in range(max(block.top - 5, 1), block.top):
        for cell in grid.rows.get(row, {}).values():
            match = _DECLARED.search(squeeze(str(cell.value)).lower())
            kind = unit_kind(match[1]) if match else ""
            for column, field in list(columns.items()):
                own = squeeze(field.unit).lower()
                said = own in labels[column].name.extras
                if match and kind == unit_kind(own) and kind and match[1] != own and not said:
                    message = f"表上方写着单位是{match[1]}，“{field.title}”列单位是{field.unit}。"
                    remedy = f"换算成{field.unit}，并改正表上方的单位。"
                    told.error("ingest.unit", told.at(cell.address), message, remedy)
                    del columns[column]


def _tell_strange(label: Label, free: list[Field], grid: Grid, rows: range, told: Told) -> set[str]:
    """Tells of a heading that no column has; the column that it probably means."""
    if not _has_content(grid, label.column, rows):
        return set()
    text = squeeze(label.text)
    titles = {heading_key(field.title): field for field in free}
    titles |= {heading_key(field.name): field for field in free}
    if close := difflib.get_close_matches(base_text(label.text), titles, 1, _ALIKE):
        meant = titles[close[0]]
        message = f"表头“{text}”认不出，可能是“{meant.title}”；这一列没有读。"
        remedy = f"若是，表头改为“{meant.title}”；若不是，删去这一列或换个列名。"
        told.error("ingest.heading-misspelt", told.at(label.cell), message, remedy)
        return {meant.name}
    message = f"台账里没有“{text}”这一列，没有读。"
    told.warning("ingest.heading-unknown", told.at(label.cell), message, "确需上报的写入说明列。")
    return set()


def _has_content(grid: Grid, column: int, rows: range) -> bool:
    return any(row in rows and column in cells for row, cells in grid.rows.items())


def _tell_missing(free: Iterable[Field], schema: Schema, block: Block, told: Told) -> None:
    needed = {field.name for field in required(schema.fields)}
    place = told.line(block.bottom)
    for field in free:
        if field.name in needed:
            message = f"{schema.title}缺少“{field.title}”列。"
            told.error("ingest.column-missing", place, message, "补上这一列。")
    absent = [field.title for field in free if field.name not in needed]
    if absent:
        message = f"{schema.title}没有这些列，按未填处理：{'、'.join(absent)}。"
        told.note("ingest.column-absent", place, message)


def _tell_untitled(known: set[int], block: Block, grid: Grid, rows: range, told: Told) -> None:
    seen: set[int] = set()
    for row, cells in grid.rows.items():
        if row not in rows:
            continue
        for column in cells.keys() - known - seen:
            # A note in the first column of a table that begins further right is a line of its own.
            if column < block.first and len(cells) == 1:
                continue
            seen.add(column)
            message = "这一列没有表头，却有内容；没有读。"
            place = told.at(address(row, column))
            told.warning("ingest.column-untitled", place, message, "补上表头，或移入说明列。")
