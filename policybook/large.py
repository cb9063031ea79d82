"""Ledgers too big to be held as records: files that DuckDB reads. floor: ledgers.

Such a ledger is published as the file it is, so a CSV must be in the form that we write:
UTF-8, LF, commas, the schema's columns in their order.  Whoever goes through its records
gets them one after the other, and keeps none.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from policybook.errors import Finding, LedgerError, error
from policybook.schema import Schema

if TYPE_CHECKING:
    import duckdb

LARGE_BYTES = 64 * 2**20
"""A ledger of more bytes is large, and so is each Parquet file: the one place that decides."""
PARQUET = ".parquet"
_BATCH = 10_000
_PARTS, _PART_BYTES = 64, 2**13
"""Of so many places in a CSV so many bytes are a sample of it."""


def is_large(path: Path) -> bool:
    """Whether a ledger's file is never held in memory."""
    return path.suffix == PARQUET or path.stat().st_size > LARGE_BYTES


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def connect() -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB with all cores, which keeps the order of files."""
    import duckdb

    return duckdb.connect(":memory:")


class Streamed(Sequence[dict[str, str]]):
    """The records of a large ledger, which go by when asked for."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self.schema = schema

    @property
    def parquet(self) -> bool:
        """Whether the file has types of its own."""
        return self.path.suffix == PARQUET

    @property
    def first_line(self) -> int:
        """The line of the first record: a Parquet file has no header, its records are counted."""
        return 1 if self.parquet else 2

    @property
    def raw(self) -> str:
        """What to read from, in SQL: each cell of a CSV as text, of a Parquet file as it is."""
        if self.parquet:
            return f"read_parquet({quoted(str(self.path))})"
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in self.schema.names)
        return self._csv(columns)

    def _csv(self, columns: str) -> str:
        return (
            f"read_csv({quoted(str(self.path))}, header = true, columns = {{{columns}}}, "
            "delim = ',', quote = '\"', escape = '\"', nullstr = '', new_line = '\\n', "
            "auto_detect = false, null_padding = false)"
        )

    @cached_property
    def typed(self) -> Path:
        """A Parquet file with the schema's types: the file itself, or a copy for this process.

        Reading a CSV takes longer than all that is asked of it; so it is read once.
        Raises :class:`LedgerError` when a cell does not have its column's type.
        """
        if self.parquet:
            return self.path
        return self._copied(f"FROM {self._as_typed}")

    def _copied(self, query: str) -> Path:
        import duckdb

        folder = tempfile.mkdtemp(prefix="policybook-")
        weakref.finalize(self, _remove, folder, os.getpid())
        copy = Path(folder, f"{self.schema.name}{PARQUET}")
        try:
            with connect() as connection:
                connection.execute(f"COPY ({query}) TO {quoted(str(copy))}")
        except duckdb.Error as problem:
            raise LedgerError(csv_finding(self.path, str(problem))) from None
        return copy

    @property
    def scan(self) -> str:
        """The typed file in SQL, with ``file_row_number`` to tell the records apart."""
        return f"read_parquet({quoted(str(self.typed))}, file_row_number = true)"

    @property
    def once(self) -> str:
        """The typed records in SQL for who reads them but once: no copy is made for that."""
        return self.scan if self.parquet or "typed" in self.__dict__ else self._as_typed

    @property
    def numbered(self) -> str:
        """The same with ``file_row_number``, which takes the file's order and more time."""
        if self.parquet or "typed" in self.__dict__:
            return self.scan
        return f"(SELECT row_number() OVER () - 1 AS file_row_number, * FROM {self._as_typed})"

    @property
    def _as_typed(self) -> str:
        columns = ", ".join(f"{quoted(f.name)}: {quoted(f.duckdb)}" for f in self.schema.fields)
        return self._csv(columns)

    def sample(self) -> list[tuple[str | None, ...]]:
        """Some records from all over a CSV, in which column texts recur as they do in all."""
        size = self.path.stat().st_size
        rows: list[tuple[str | None, ...]] = []
        with self.path.open("rb") as file:
            for part in range(_PARTS):
                file.seek(size * part // _PARTS)
                file.readline()
                text = file.read(_PART_BYTES).decode("utf-8", "replace").replace("\r", " ")
                lines = text.split("\n")[:-1]
                rows += [tuple(cell or None for cell in cells) for cells in csv.reader(lines)]
        return [row for row in rows if len(row) == len(self.schema.fields)]

    @cached_property
    def sha256(self) -> str:
        """Digest of the file's bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def _count(self) -> int:
        with connect() as connection:
            row = connection.execute(f"SELECT count(*) FROM {self.once}").fetchone()
        return int(row[0]) if row else 0

    def __bool__(self) -> bool:
        return True  # to ask whether a ledger is large is not to count it

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[dict[str, str]]:
        import duckdb

        names = self.schema.names
        columns = ", ".join(f"coalesce(CAST(\"{name}\" AS VARCHAR), '')" for name in names)
        with connect() as connection:
            try:
                found = connection.execute(f"SELECT {columns} FROM {self.raw}")
                while batch := found.fetchmany(_BATCH):
                    for cells in batch:
                        yield dict(zip(names, cells, strict=True))
            except duckdb.Error as problem:
                raise LedgerError(csv_finding(self.path, str(problem))) from None

    @overload
    def __getitem__(self, index: int) -> dict[str, str]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, str]]: ...

    def __getitem__(self, index: int | slice) -> Any:
        raise self.refusal

    @property
    def refusal(self) -> LedgerError:
        """What is raised when somebody wants to hold the records."""
        message = f"{self.schema.title}太大，不逐条放进内存。"
        remedy = "减到限度以下，或不在大台账上做这件事。"
        return LedgerError(error("ledger.large", self.path, message, remedy))

    @property
    def lines(self) -> Sequence[int]:
        """The line of each record; their number need not be known."""
        return range(self.first_line, sys.maxsize)


def _remove(folder: str, process: int) -> None:
    """Remove a copy, unless this is a process forked off the one that made it."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def csv_finding(path: Path, problem: str) -> Finding:
    """What DuckDB says of a CSV it cannot read, or of a Parquet file that is none."""
    first = problem.splitlines()[0].strip()
    if path.suffix == PARQUET:
        message = f"不是能读的 Parquet 文件：{first}。"
        return error("ledger.parquet", path, message, "重新导出为 Parquet。")
    _, mark, rest = problem.partition("Line: ")
    line = rest.splitlines()[0].strip() if mark else ""
    place = f"{path} 第{line}行" if line else str(path)
    remedy = "写成 UTF-8、逗号分隔、只在需要时加引号、以换行符结束一行。"
    return error("ledger.csv", place, f"CSV 写法有误：{first}。", remedy)


def read_header(path: Path) -> list[str]:
    """The columns of a large ledger's file; :class:`LedgerError` when it cannot be read."""
    if path.suffix == PARQUET:
        return list(parquet_types(path))
    with path.open("rb") as file:
        line = file.readline(2**16)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = "\ufeff"
    if text.startswith("\ufeff") or text.endswith("\r\n") or not text.endswith("\n"):
        message = "大台账须是不带 BOM 的 UTF-8，以 LF 换行：发布的就是这个文件。"
        raise LedgerError(error("ledger.encoding", path, message, "转换后再放入。"))
    return next(csv.reader([text.removesuffix("\n")]), [])


def parquet_types(path: Path) -> dict[str, str]:
    """The columns of a Parquet file with their DuckDB types."""
    import duckdb

    try:
        with connect() as connection:
            query = f"DESCRIBE FROM read_parquet({quoted(str(path))})"
            return {row[0]: row[1] for row in connection.execute(query).fetchall()}
    except duckdb.Error as problem:
        raise LedgerError(csv_finding(path, str(problem))) from None
