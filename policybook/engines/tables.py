"""Ledgers kept by other engines: a table a content, queries of the right one. floor: engines."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot import expressions as sql

from policybook.schema import Schema

_NAME = 40
"""So many bytes of a ledger's name begin a table's: PostgreSQL cuts names at 63."""


def content_digest(text: str, schema: Schema) -> str:
    """The digest of a ledger's canonical text and of the types it is read with."""
    columns = ", ".join(f"{field.name} {field.duckdb}" for field in schema.fields)
    return hashlib.sha256(f"{columns}\n{text}".encode()).hexdigest()


def table_name(ledger: str, digest: str) -> str:
    """The table of one content of a ledger."""
    return f"{ledger.encode()[:_NAME].decode(errors='ignore')}_{digest[:16]}"


def typed_rows(text: str) -> Iterator[list[str | None]]:
    """The records of a canonical text; an empty cell is None."""
    rows = csv.reader(io.StringIO(text, newline=""))
    next(rows)
    return ([cell or None for cell in row] for row in rows)


def asked_there(query: str, dialect: str, tables: Mapping[str, str], schema: str = "") -> str:
    """A query of ledgers as one of the tables that hold them."""
    tree = sqlglot.parse_one(query, dialect=dialect)
    for table in list(tree.find_all(sql.Table)):
        if table.name in tables:
            table.set("alias", table.args.get("alias") or sql.TableAlias(this=table.this))
            table.set("this", sql.to_identifier(tables[table.name], quoted=True))
            table.set("db", sql.to_identifier(schema) if schema else None)
    return tree.sql(dialect=dialect)
