"""A ledger's cells column by column: read and checked in bulk. floor: ledgers.

Most files are what they should be. Their cells are split at once and looked at a column at
a time; a record becomes a mapping only when somebody asks for one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

_EDGE = re.compile(rb" (?:[,\n]|(?<=[,\n] ))")
"""A space that would be stripped off a cell; the literal at its beginning makes it fast."""
_ORDINARY = bytes(set(range(0x20, 0x7F)) - set(b',"'))
"""Printable ASCII that means nothing in a CSV."""
_NO_MARKS = bytes(set(range(256)) - set(b",\n"))


class Records(Sequence[dict[str, str]]):
    """Records kept as columns; each is a mapping of its cells, made when first asked for."""

    content = b""
    """The canonical text in UTF-8, where the file's own was that."""

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

    def __init__(self, content: bytes, names: Sequence[str], number: int) -> None:
        super().__init__({})
        self.content = content
        self._names = names
        self._number = number

    @cached_property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The cells of each column."""
        cells, width = _cells(self.content), len(self._names)
        return {name: cells[place + width :: width] for place, name in enumerate(self._names)}

    def __len__(self) -> int:
        return self._number


def split_columns(content: bytes, names: Sequence[str]) -> tuple[Records, Sequence[int]] | None:
    """Records and their lines, of a UTF-8 file in which nothing has to be told or left out.

    None when the header is not made of just these names, a record has another width or is
    empty, or there is none: who reads it record by record can say where and why.
    """
    rest = content.translate(None, _ORDINARY)
    if b'"' in rest or b"\r" in rest:
        return _parsed(content.decode(), names)
    whole, width = content, len(names)
    if not content.endswith(b"\n"):
        whole, rest = content + b"\n", rest + b"\n"
    marks = rest.translate(None, _NO_MARKS)
    number, odd = divmod(len(marks), width)
    if width < 2 or number < 2 or odd or marks != (b"," * (width - 1) + b"\n") * number:
        return None
    if _has_long_cell(whole):
        return None
    lines = range(2, number + 1)
    header, empty = f"{','.join(names)}\n".encode(), b"\n" + marks[:width]
    if whole.startswith(header) and _nothing_to_strip(whole, rest) and empty not in whole:
        return Canonical(whole, names, len(lines)), lines
    cells = list(map(str.strip, _cells(whole)))
    columns = {cells[place]: cells[place + width :: width] for place in range(width)}
    return _fitting(columns, lines, names)


def _cells(content: bytes) -> list[str]:
    """All cells, the header's too, of a text without quotes."""
    return content[:-1].decode().replace("\n", ",").split(",")


def _nothing_to_strip(content: bytes, rest: bytes) -> bool:
    """Whether no cell begins or ends with white space; ``rest``: without ordinary characters."""
    printable = rest.translate(None, b",\n").decode().isprintable()
    return printable and not _EDGE.search(content)  # then a space is the only white space


def _has_long_cell(content: bytes) -> bool:
    """Whether there may be a cell longer than the csv module takes: it would say so."""
    step = csv.field_size_limit() // 2
    return any(
        content.find(b",", start, start + step) < 0 and content.find(b"\n", start, start + step) < 0
        for start in range(0, len(content) - step, step)
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
