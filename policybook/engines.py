"""Ledgers as typed tables in the two engines, DuckDB and SQLite. floor: engines.

Both start from the canonical CSV texts, so that what is computed here and what an
auditor recomputes from a release rest on the same bytes.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policybook.errors import LedgerError, error
from policybook.schema import Schema

if TYPE_CHECKING:
    import duckdb

_SQLITE = {"string": "TEXT", "date": "TEXT", "integer": "INTEGER"}


def connect_duckdb(
    texts: Mapping[str, str], schemas: Mapping[str, Schema]
) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB with one typed table a ledger, from canonical CSV texts.

    Raises :class:`LedgerError` when a cell does not have its column's type.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": "1"})
    with tempfile.TemporaryDirectory(prefix="policybook-") as folder:
        for name, text in texts.items():
            path = Path(folder, f"{name}.csv")
            path.write_text(text, encoding="utf-8", newline="")
            columns = ", ".join(
                f'CAST("{f.name}" AS {f.duckdb}) AS "{f.name}"' for f in schemas[name].fields
            )
            names = ", ".join(f"'{f.name}': 'VARCHAR'" for f in schemas[name].fields)
            try:
                connection.execute(
                    f'CREATE TABLE "{name}" AS SELECT {columns} FROM read_csv(?, header = true, '
                    f"columns = {{{names}}}, delim = ',', nullstr = '', "
                    "quote = '\"', escape = '\"', "
                    "auto_detect = false, null_padding = false)",
                    [str(path)],
                )
            except duckdb.Error as problem:
                first = str(problem).splitlines()[0]
                raise LedgerError(
                    error(
                        "ledger.type",
                        f"data/{name}.csv",
                        f"有一格不合类型：{first}",
                        "运行 policybook check 查看是哪一格。",
                    )
                ) from None
    return connection


def connect_sqlite(
    texts: Mapping[str, str], schemas: Mapping[str, Schema], path: str = ":memory:"
) -> sqlite3.Connection:
    """A SQLite database with one table a ledger, keys declared, from canonical CSV texts."""
    connection = sqlite3.connect(path)
    for name, text in texts.items():
        schema = schemas[name]
        columns = [
            f'"{f.name}" {_SQLITE.get(f.type) or f"DECIMAL(18,{f.decimals})"}'
            + (" PRIMARY KEY" if f.name == "id" else "")
            for f in schema.fields
        ]
        columns += [
            f'FOREIGN KEY ("{key.column}") REFERENCES "{key.ledger}" ("id")'
            for key in schema.foreign_keys
        ]
        connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
        marks = ", ".join("?" * len(schema.fields))
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        values = ([row[n] or None for n in schema.names] for row in rows)
        connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)
    connection.commit()
    return connection


def sqlite_exact(value: Any) -> Any:
    """SQLite's real as the decimal it was divided from: shortest text that reads back the same."""
    return Decimal(repr(value)) if isinstance(value, float) else value
