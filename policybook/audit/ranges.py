"""Columns of the ledgers as the named ranges that formulas read. floor: audit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import policybook.sheets.looks as looks
from policybook.errors import AuditError, error
from policybook.schema import Field
from policybook.sheets.amounts import EXCEL
from policybook.sheets.template import EXCEL_BEGINS

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_WILD = frozenset("*?~")
_IN_DATES = frozenset("年月日号时分秒点上下午星期周")
_MONTHS = "january february march april may june july august september october november december"
_WORD = re.compile(r"[^\W\d_]{4,}")  # longer than AM, PM, E, currencies and short months
_LONGEST_CRITERION = 250  # characters, of the 255 that SUMIFS takes, an operator included
_LONGEST_LITERAL = 255


@dataclass(frozen=True)
class Range:
    """One column of a ledger's sheet."""

    name: str  # tasks.planned
    field: Field
    texts: tuple[str, ...]  # what its cells hold

    def required(self) -> Range:
        """Itself; :class:`AuditError` when a spreadsheet cannot hold one of its values."""
        for text in self._unheld:
            raise AuditError(
                error(
                    "audit.cell",
                    f"{self.name} “{text}”",
                    "表格软件存不下这个值，不能据以重算。",
                    "数字不超过 15 位有效数字，日期不早于 1900 年 3 月 1 日；改用较大的单位。",
                )
            )
        return self

    @cached_property
    def _unheld(self) -> list[str]:
        if not self.field.numeric and self.field.type != "date":
            return []
        return [text for text in self.texts if isinstance(cell_value(self.field, text), str)]

    def tells_apart(self, text: str) -> bool:
        """Whether SUMIFS, given this text, takes the cells that hold it, and no other one."""
        return is_plain(text) and not any(
            one != text and _alike(one) == _alike(text) for one in self.texts
        )

    def tells_all_apart(self) -> bool:
        """Whether it does so for each text of the column."""
        different = {text for text in self.texts if text}
        return all(map(is_plain, different)) and len(set(map(_alike, different))) == len(different)


def range_name(ledger: str, field: Field) -> str:
    """``tasks.planned``; :class:`AuditError` when a spreadsheet would not take that name."""
    if not (_NAME.fullmatch(ledger) and _NAME.fullmatch(field.name)):
        remedy = "台账和列的名称用拉丁字母、数字和下划线，以字母起头。"
        message = "不能作表格软件里的名称。"
        raise AuditError(error("audit.name", f"{ledger}.{field.name}", message, remedy))
    return f"{ledger}.{field.name}"


def ranges_of(
    ledger: str, fields: Iterable[Field], rows: Iterable[Mapping[str, str]]
) -> dict[str, Range]:
    """The ranges of one ledger, by column."""
    rows = list(rows)
    return {
        field.name: Range(
            range_name(ledger, field), field, tuple(row.get(field.name) or "" for row in rows)
        )
        for field in fields
    }


def cell_value(field: Field, text: str) -> Decimal | date | str | None:
    """A cell as a spreadsheet calculates with it; a text where it could not, None when empty."""
    if not text:
        return None
    if field.numeric:
        number = Decimal(text)
        return number if EXCEL.plus(number) == number else text
    if field.type == "date":
        day = date.fromisoformat(text)
        return day if day >= EXCEL_BEGINS else text
    return text


def is_plain(text: str) -> bool:
    """Whether a criterion of SUMIFS means this very text: no wildcard, operator, number or date."""
    letters = [one for one in text if one.isalpha()]
    numbers = any(one.isnumeric() for one in text)
    words = any(word not in _MONTHS.split() for word in _WORD.findall(text.lower()))
    chinese = any(not one.isascii() and one not in _IN_DATES for one in letters)
    return (
        (chinese or words or (bool(letters) and not numbers))
        and not _WILD.intersection(text)
        and text[0] not in "<>=#"
        and text == text.strip()
        and text.isprintable()
        and len(text) <= _LONGEST_CRITERION
        and text.upper() not in ("TRUE", "FALSE")
    )


def _alike(text: str) -> str:
    """What SUMIFS may take for the same: it is blind to case, and for some to width."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def quoted(text: str) -> str:
    """A text inside a formula; :class:`AuditError` for what no workbook can hold."""
    if looks.storable(text) != text or looks.escaped(text) != text or "\r" in text:
        message = "筛选条件里的文字不能写进公式。"
        raise AuditError(error("audit.text", repr(text), message, "改掉其中的控制字符。"))
    parts = [text[at : at + _LONGEST_LITERAL] for at in range(0, len(text), _LONGEST_LITERAL)]
    doubled = [part.replace('"', '""') for part in parts or [""]]
    return "&".join(f'"{part}"' for part in doubled)
