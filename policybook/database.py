"""``ledgers.sqlite``: the ledgers, and the facts that were computed from them. floor: database.

Beside a table a ledger it has ``facts``, their ``operands``, and the ``cells`` under these, so that
an auditor joins a fact with its records and runs the published queries in the file itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from policybook.engines import connect_sqlite
from policybook.errors import Finding, error
from policybook.listing import COLUMNS, row_of
from policybook.model import Fact
from policybook.published import RESTORE, Release
from policybook.schema import TRACE_TABLES

DATABASE = "ledgers.sqlite"

_FACTS = f"""
CREATE TABLE facts (
  {", ".join(f"{name} TEXT" for name in COLUMNS)},
  approximate REAL, -- number, to sort and filter by; exact is value
  expression TEXT, -- over the names of the operands
  sql TEXT, -- a column an operand
  PRIMARY KEY (id)
)"""
_OPERANDS = """
CREATE TABLE operands (
  fact TEXT NOT NULL REFERENCES facts (id),
  missing INTEGER NOT NULL, -- 1: without data, the fact's fall-back stands in for it
  operand TEXT NOT NULL, -- its name in the fact's expression
  reduction TEXT NOT NULL, -- of the column: sum, nunique, min, max
  ledger TEXT NOT NULL,
  "column" TEXT NOT NULL,
  value TEXT, -- exact; what sql gives
  sql TEXT NOT NULL,
  PRIMARY KEY (fact, missing, operand)
) WITHOUT ROWID"""
_CELLS = """
CREATE TABLE cells (
  fact TEXT NOT NULL REFERENCES facts (id),
  missing INTEGER NOT NULL,
  operand TEXT NOT NULL,
  ledger TEXT NOT NULL,
  record TEXT NOT NULL, -- id in that ledger
  "column" TEXT NOT NULL,
  value TEXT, -- as it stands in data/<ledger>.csv
  line INTEGER NOT NULL, -- of that file, the header being 1
  evidence TEXT,
  source TEXT, -- document and place in it
  origin TEXT, -- workbook, sheet and cell in which it was handed in
  PRIMARY KEY (fact, missing, operand, record),
  FOREIGN KEY (fact, missing, operand) REFERENCES operands (fact, missing, operand)
) WITHOUT ROWID"""
_CELL = f"INSERT INTO cells VALUES ({', '.join('?' * 11)})"
_TABLES = dict(zip(TRACE_TABLES, (_FACTS, _OPERANDS, _CELLS), strict=True))
_KEYS = {"facts": 1, "operands": 3, "cells": 4}
"""How many columns, from the first, name a row; of a ledger it is one."""


def write_database(release: Release) -> None:
    """The whole file into a release; the same bytes from the same ledgers and facts."""
    path = str(release.folder / DATABASE)
    with closing(connect_sqlite(release.texts, release.schemas, path)) as connection:
        _add_facts(connection, release.facts.values())


def _add_facts(connection: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    for table in _TABLES.values():
        connection.execute(table.strip())
    for fact in facts:
        row = [*row_of(fact), float(fact.number), fact.expression, fact.sql["sqlite"]]
        _insert(connection, "facts", row)
        for missing, parts in enumerate((fact.operands, fact.missing)):
            for part in parts:
                row = [fact.id, missing, part.name, part.reduction, part.ledger, part.column]
                _insert(connection, "operands", [*row, part.value, part.sql["sqlite"]])
                head = (fact.id, missing, part.name, part.ledger)
                rows = (
                    (*head, one.record, one.column, one.value or None, one.row)
                    + (one.evidence or None, one.source or None, one.origin or None)
                    for one in part.cells
                )
                connection.executemany(_CELL, rows)
    connection.commit()


def _insert(connection: sqlite3.Connection, table: str, row: list[Any]) -> None:
    marks = ", ".join("?" * len(row))
    known = (None if cell == "" else cell for cell in row)
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", tuple(known))


def check_database(release: Release) -> list[Finding]:
    """The file against the CSV files and ``facts.json``."""
    path = release.folder / DATABASE
    if not path.is_file():
        return []  # already found by check_files
    try:
        with (
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as theirs,
            closing(connect_sqlite(release.texts, release.schemas)) as ours,
        ):
            _add_facts(ours, release.facts.values())
            return list(_differences(release, theirs, ours))
    except sqlite3.Error as problem:
        return [error("verify.database", DATABASE, f"打不开或读不出：{problem}。", RESTORE)]


def _differences(
    release: Release, theirs: sqlite3.Connection, ours: sqlite3.Connection
) -> Iterator[Finding]:
    shapes = [set(one.execute("SELECT name, sql FROM sqlite_master")) for one in (theirs, ours)]
    other = sorted({name for name, _ in shapes[0] ^ shapes[1]})
    if other:  # what is no table of ours is not read, whatever it is called
        message = f"表的结构与应有的不同，或多出、缺少：{'、'.join(other)}。"
        yield error("verify.database", DATABASE, message, RESTORE)
        return
    ((sound,),) = theirs.execute("PRAGMA integrity_check(1)")
    if sound != "ok":
        yield error("verify.database", DATABASE, f"文件内部损坏：{sound}。", RESTORE)
    for name in (*release.texts, *_TABLES):
        table = f'SELECT * FROM "{name}"'
        rows = {*theirs.execute(table)} ^ {*ours.execute(table)}
        if rows:
            keys = sorted({" ".join(map(str, row[: _KEYS.get(name, 1)])) for row in rows})
            source = "facts.json" if name in _TABLES else f"data/{name}.csv"
            message = f"与 {source} 不符：记录 {'、'.join(keys[:8])}。"
            yield error("verify.database", f"{DATABASE} 表 {name}", message, RESTORE)
