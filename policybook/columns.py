"""A ledger's cells column by column: read and checked in bulk. floor: ledgers.

Most files are what they should be. Their cells are split at once and looked at a column at
a time; a record becomes a mapping only when somebody asks for one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

_NEAR_A_MARK = (b" ,", b", ", b" \n", b"\n ")
"""Where a space would be stripped off a cell."""
_NO_MARKS = bytes(set(range(256)) - set(b",\n"))


class Records(Sequence[dict[str, str]]):
    """Records kept as columns; each is a mapping of its cells, made when first asked for."""

    text = ""
    """The canonical text, where the file's own was that."""

    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        self._columns = columns

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The cells of each column."""
        return self._columns

    @cached_property
    def _rows(self) -> tuple[dict[str, str], ...]:
        names = tuple(self.columns)
        return tuple(
            dict(zip(names, cells, strict=True))
            for cells in zip(*self.columns.values(), strict=True)
        )

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __iter__(self) -> Iterator[dict[str, str]]:
        return iter(self._rows)

    @overload
    def __getitem__(self, index: int) -> dict[str, str]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, str]]: ...

    def __getitem__(self, index: int | slice) -> dict[str, str] | Sequence[dict[str, str]]:
        return self._rows[index]


class Canonical(Records):
    """Records of a canonical text without quotes, split when a cell is first asked for."""

    def __init__(self, text: str, names: Sequence[str], number: int) -> None:
        super().__init__({})
        self.text = text
        self._names = names
        self._number = number

    @cached_property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The cells of each column."""
        cells = self.text[:-1].replace("\n", ",").split(",")
        width = len(self._names)
        return {name: cells[place + width :: width] for place, name in enumerate(self._names)}

    def __len__(self) -> int:
        return self._number


def split_columns(text: str, names: Sequence[str]) -> tuple[Records, Sequence[int]] | None:
    """Records and their lines, of a file in which nothing has to be told or left out.

    None when the header is not made of just these names, a record has another width or is
    empty, or there is none: who reads it record by record can say where and why.
    """
    if '"' in text or "\r" in text:
        return _parsed(text, names)
    whole = text if text.endswith("\n") else f"{text}\n"
    data, width = whole.encode(), len(names)
    marks = data.translate(None, _NO_MARKS)
    number, odd = divmod(len(marks), width)
    if width < 2 or number < 2 or odd or marks != (b"," * (width - 1) + b"\n") * number:
        return None
    if _has_long_cell(whole):
        return None
    printable = whole.replace("\n", "").isprintable()  # then a space is the only white space
    header = whole.partition("\n")[0]
    edged = b"\n" + data
    blank = b"\n" + b"," * (width - 1) + b"\n"
    plain = printable and not any(mark in edged for mark in (*_NEAR_A_MARK, blank))
    lines = range(2, number + 1)
    if plain and header == ",".join(names):
        return Canonical(whole, names, len(lines)), lines
    cells = list(map(str.strip, whole[:-1].replace("\n", ",").split(",")))
    columns = {cells[place]: cells[place + width :: width] for place in range(width)}
    return _fitting(columns, lines, names)


def _has_long_cell(text: str) -> bool:
    """Whether there may be a cell longer than the csv module takes: it would say so."""
    step = csv.field_size_limit() // 2
    return any(
        text.find(",", start, start + step) < 0 and text.find("\n", start, start + step) < 0
        for start in range(0, len(text) - step, step)
    )


def _parsed(text: str, names: Sequence[str]) -> tuple[Records, Sequence[int]] | None:
    """The same of a file with quotes or other line ends."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        return None
    if len(rows) < 2 or set(map(len, rows)) != {len(names)} or reader.line_num != len(rows):
        return None  # the last: a record goes on over several lines
    columns = {
        header.strip(): list(map(str.strip, cells)) for header, *cells in zip(*rows, strict=True)
    }
    return _fitting(columns, range(2, len(rows) + 1), names)


def _fitting(
    columns: dict[str, list[str]], lines: Sequence[int], names: Sequence[str]
) -> tuple[Records, Sequence[int]] | None:
    if len(columns) != len(names) or set(columns) != set(names):
        return None
    if all("" in cells for cells in columns.values()):
        return None  # there may be an empty record, which does not count
    return Records(columns), lines
