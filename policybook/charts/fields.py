"""What a chart reads from its table and writes as labels. floor: charts.

Numbers stay exact up to the label; a float is only ever a place on the sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from policybook.errors import FigureError, error
from policybook.model import ROW_EVIDENCE, Scalar, Table
from policybook.numbers import plain, round_half_up

Number = int | Decimal

NOT_GIVEN = "未载明"
"""Stands where the source gives no number, name or date."""

SHARE_DECIMALS = 0
"""Places of a share on a chart."""

SPACE = "\u2002"
"""Between a number and its share."""


def unfit(title: str, message: str, remedy: str) -> FigureError:
    """The error of a table that does not fit the chart ``title``."""
    return FigureError(error("figure.column", title, message, remedy))


def pick(table: Table, title: str, *names: str) -> str:
    """The first of the columns ``names`` that the table has.

    Raises :class:`FigureError` naming the missing column.
    """
    for name in names:
        if name in table.columns:
            return name
    wanted = " 或 ".join(names)
    has = "、".join(table.columns)
    raise unfit(title, f"图表缺少列 {wanted}（现有：{has}）。", "在图表数据中选入这一列。")


def text_columns(table: Table, title: str, count: int) -> list[str]:
    """The first ``count`` columns of text, the unit aside."""
    found = [
        name
        for name in table.columns
        if name != "unit" and not any(is_number(value) for value in table.column(name))
    ]
    if len(found) < count:
        raise unfit(title, f"图表缺少文字列：需要 {count} 个。", "在图表数据中选入分类列。")
    return found[:count]


def number_column(table: Table, title: str, text: Sequence[str]) -> str:
    """The one column of numbers; ``text`` are those already taken for words."""
    rest = [name for name in table.columns if name not in (*text, "unit")]
    found = [name for name in rest if any(is_number(value) for value in table.column(name))]
    found = found or [name for name in rest if not any(table.column(name))]
    if len(found) != 1:
        has = "、".join(found) or "无"
        raise unfit(title, f"图表需要恰好一个数值列（现有：{has}）。", "只选一个数值列。")
    return found[0]


def is_number(value: Scalar) -> bool:
    """Whether a value is an exact number."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def numbers(table: Table, title: str, name: str) -> list[Number | None]:
    """A column of exact numbers, ``None`` where not given."""
    values: list[Number | None] = []
    for value in table.column(name):
        if value is not None and not is_number(value):
            raise unfit(title, f"图表列 {name} 有不是精确数的值：{value!r}。", "改用数值列。")
        values.append(value if isinstance(value, int | Decimal) else None)
    return values


def words(table: Table, name: str) -> list[str]:
    """A column as readable text: spaces tidied, 是 and 否 said of what, evidence in Chinese."""
    heading = table.headings[table.columns.index(name)]
    return [_word(value, name, heading) for value in table.column(name)]


def _word(value: Scalar, name: str, heading: str) -> str:
    text = one_line("" if value is None else str(value))
    if not text:
        return NOT_GIVEN
    if name == "evidence":
        return ROW_EVIDENCE.get(text, text)
    return f"{heading}：{text}" if text in ("是", "否") else text


def one_line(text: str) -> str:
    """Text without line breaks, runs of spaces and unprintable characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def units(table: Table, unit: str) -> list[str]:
    """The unit to write after each row's number.

    Rows of a table with a column ``unit`` carry their own; otherwise the head of the
    chart says the unit once, except ``%``, which stays with the number.
    """
    if "unit" not in table.columns:
        return [unit if unit == "%" else ""] * len(table.rows)
    return [one_line(str(value or "")) for value in table.column("unit")]


def amount(value: Number, unit: str = "") -> str:
    """A number with its unit, as exact as the ledger has it; a ratio in ``%`` times 100."""
    shown = Decimal(value) * 100 if unit == "%" else Decimal(value)
    return f"{plain(shown)}{unit}"


def percent(part: Number, whole: Number) -> str:
    """A share in per cent, half up; empty when there is no base."""
    if not whole:
        return ""
    return f"{plain(round_half_up(Fraction(part) / Fraction(whole) * 100, SHARE_DECIMALS))}%"
