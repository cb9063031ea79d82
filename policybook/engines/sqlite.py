"""SQLite, the second engine of verifiers, and the one of browsers. floor: engines."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from policybook.schema import Schema

_SQLITE = {"string": "TEXT", "date": "TEXT", "integer": "INTEGER"}


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
