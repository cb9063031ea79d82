"""ledgers.sqlite as an auditor opens it: with SQLite alone, and in Datasette."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from policybook.database import DATABASE, check_database
from policybook.engines import sqlite_exact
from policybook.listing import COLUMNS, row_of
from policybook.operands import queried_text
from policybook.published import CRATE, Release, read_release
from policybook.release import write_sums
from policybook.verify import verify_release

TRACE = ["cells", "facts", "operands"]


def opened(folder: Path) -> sqlite3.Connection:
    """The file as from a read-only medium: nothing beside it is read or written."""
    uri = f"{(folder / DATABASE).as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True)


@pytest.fixture(scope="module")
def published(site: Path) -> Release:
    """The built edition as read."""
    return read_release(site)


@pytest.fixture
def database(site: Path) -> Iterator[sqlite3.Connection]:
    """The published file."""
    with closing(opened(site)) as connection:
        yield connection


def test_the_file_is_sound(published: Release, database: sqlite3.Connection) -> None:
    """A table a ledger and the trace's three; no fault, and no key that leads nowhere."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    assert [name for (name,) in tables] == sorted([*published.schemas, *TRACE])
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    keys = {row[2] for row in database.execute("PRAGMA foreign_key_list(cells)")}
    assert keys == {"facts", "operands"}


def test_facts_are_those_published(published: Release, database: sqlite3.Connection) -> None:
    """A row a fact with the columns of facts.csv, in its order, no value where there is none."""
    rows = database.execute(f"SELECT {', '.join(COLUMNS)} FROM facts").fetchall()
    listed = map(row_of, published.facts.values())
    assert rows == [tuple(cell or None for cell in row) for row in listed]
    kinds = database.execute("SELECT DISTINCT typeof(value), typeof(number) FROM facts").fetchall()
    assert kinds == [("text", "text")]


def test_facts_can_be_sorted_by_size(database: sqlite3.Connection) -> None:
    """A column of numbers stands beside the texts, since 9 sorts after 10 as text."""
    sizes = database.execute(
        "SELECT approximate, number FROM facts ORDER BY approximate"
    ).fetchall()
    assert len({len(number) for _, number in sizes}) > 1
    assert [size for size, _ in sizes] == sorted(float(number) for _, number in sizes)


def test_the_queries_of_the_file_run_in_the_file(
    published: Release, database: sqlite3.Connection
) -> None:
    """Each query that stands in a row gives the values of the row's operands."""
    facts = database.execute("SELECT id, sql FROM facts").fetchall()
    operands = database.execute(
        "SELECT fact, missing, operand, value, sql FROM operands"
    ).fetchall()
    assert len(operands) >= len(facts) == len(published.facts)
    for *_, value, sql in operands:
        ((again,),) = database.execute(sql).fetchall()
        assert queried_text(sqlite_exact(again)) == value
    for fact, sql in facts:
        (again,) = database.execute(sql).fetchall()
        stated = [value for name, gone, _, value, _ in operands if name == fact and not gone]
        assert [queried_text(sqlite_exact(value)) for value in again] == stated


def test_facts_join_with_the_records_under_them(database: sqlite3.Connection) -> None:
    """From a fact to the titles of its records, and from a record to the facts on it."""
    query = """
        SELECT tasks.title, cells.value, tasks.completed FROM facts
        JOIN cells ON cells.fact = facts.id AND cells.ledger = 'tasks'
        JOIN tasks ON tasks.id = cells.record
        WHERE facts.id = 'safety.hazards_fixed'"""
    ((title, value, completed),) = database.execute(query).fetchall()
    assert title
    assert float(value) == completed
    back = "SELECT DISTINCT fact FROM cells WHERE record = (SELECT id FROM tasks WHERE title = ?)"
    names = [name for (name,) in database.execute(back, (title,))]
    assert {"safety.hazards_fixed", "safety.hazards_rate"} <= set(names)


def test_every_cell_is_the_one_of_its_ledger(
    published: Release, database: sqlite3.Connection
) -> None:
    """Value, evidence and source of each cell are those of the record it names."""
    cells = database.execute('SELECT ledger, record, "column", value FROM cells').fetchall()
    assert len(cells) == sum(len(fact.cells()) for fact in published.facts.values())
    for ledger, record, column, value in set(cells):
        query = f'SELECT "{column}" FROM "{ledger}" WHERE id = ?'
        ((there,),) = database.execute(query, (record,)).fetchall()
        assert there == value or float(there) == float(value)


async def _answers(path: Path, *addresses: str) -> list[Any]:
    from datasette.app import Datasette

    datasette = Datasette(files=[], immutables=[str(path)])
    await datasette.invoke_startup()
    return [await datasette.client.get(address) for address in addresses]


def test_it_works_in_datasette(site: Path, published: Release) -> None:
    """Tables are listed, keys are links, facts are filtered and sorted, and queries run."""
    addresses = (
        "/ledgers.json",
        "/ledgers/facts.json?_shape=array&unit=%25&_sort_desc=approximate&_size=max",
        "/ledgers/cells?fact=safety.hazards_fixed",
        "/ledgers.json?_shape=array&sql=SELECT+count(*)+AS+n+FROM+cells+JOIN+facts+ON+fact%3Did",
    )
    answers = asyncio.run(_answers(site / DATABASE, *addresses))
    assert [answer.status_code for answer in answers] == [200] * len(addresses)
    listed, filtered, page, joined = answers
    tables = {table["name"]: table for table in listed.json()["tables"]}
    assert set(tables) == {*published.schemas, *TRACE}
    assert {key["other_table"] for key in tables["facts"]["foreign_keys"]["incoming"]} == {
        "cells",
        "operands",
    }
    rates = [fact.number for fact in published.facts.values() if fact.unit == "%"]
    assert [row["number"] for row in filtered.json()] == sorted(rates, key=float, reverse=True)
    assert '<a href="/ledgers/facts/safety~2Ehazards_fixed">' in page.text
    assert joined.json() == [{"n": sum(len(fact.cells()) for fact in published.facts.values())}]


def _changed(statement: str) -> Callable[[Path], None]:
    def change(release: Path) -> None:
        with closing(sqlite3.connect(release / DATABASE)) as connection, connection:
            connection.execute("PRAGMA writable_schema = ON")
            before = connection.total_changes
            connection.execute(statement)
            assert connection.total_changes > before or statement.startswith("CREATE")

    return change


TAMPERINGS = {
    "a value": (
        "UPDATE facts SET value = '24185' WHERE id = 'safety.hazards_fixed'",
        ("表 facts", "facts.json", "safety.hazards_fixed"),
    ),
    "a size": (
        "UPDATE facts SET approximate = 100 WHERE id = 'safety.hazards_rate'",
        ("表 facts", "safety.hazards_rate"),
    ),
    "a query": (
        "UPDATE operands SET sql = replace(sql, 'SUM', 'MAX') WHERE fact = 'industry.patents'",
        ("表 operands", "industry.patents 0 a"),
    ),
    "a cell": (
        "UPDATE cells SET value = '1' WHERE fact = 'city.old_estates'",
        ("表 cells", "city.old_estates 0 a"),
    ),
    "a cell less": (
        "DELETE FROM cells WHERE fact = 'problems.total' AND line = 2",
        ("表 cells", "problems.total"),
    ),
    "a fact more": (
        "INSERT INTO facts (id, value) VALUES ('no.fact', '1')",
        ("表 facts", "no.fact"),
    ),
    "a ledger's cell": (
        "UPDATE branches SET items = 9 WHERE id = 'linked-rest'",
        ("表 branches", "data/branches.csv", "linked-rest"),
    ),
    "a view more": ("CREATE VIEW totals AS SELECT 1", ("结构", "totals")),
    "another type": (
        "UPDATE sqlite_master SET sql = replace(sql, 'approximate REAL', 'approximate TEXT')"
        " WHERE name = 'facts'",
        ("结构", "facts"),
    ),
}


@pytest.mark.parametrize(("statement", "words"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_changed_database_is_named(release: Path, statement: str, words: tuple[str, ...]) -> None:
    """What differs from the ledgers or from facts.json is found, with table and row."""
    _changed(statement)(release)
    (found,) = check_database(read_release(release))
    assert found.code == "verify.database"
    assert all(word in f"{found.place} {found.message}" for word in words), found


def test_a_broken_index_is_found(release: Path) -> None:
    """Rows alone do not show an index that leads elsewhere; SQLite's own check does."""
    with closing(sqlite3.connect(release / DATABASE)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        roots = dict(connection.execute("SELECT name, rootpage FROM sqlite_master"))
        swap = "UPDATE sqlite_master SET rootpage = ? WHERE name = ?"
        connection.execute(swap, (roots["sqlite_autoindex_funds_1"], "sqlite_autoindex_tasks_1"))
    (found,) = check_database(read_release(release))
    assert "内部损坏" in found.message


def test_verify_checks_the_database_with_digests_made_anew(release: Path) -> None:
    """`policybook verify` names the changed fact, though SHA256SUMS agrees."""
    _changed("UPDATE facts SET display = '25000项' WHERE id = 'safety.hazards_fixed'")(release)
    write_sums(release)
    found, digest = sorted(verify_release(release), key=lambda finding: finding.code, reverse=True)
    assert found.place == f"{DATABASE} 表 facts"
    assert "safety.hazards_fixed" in found.message
    assert digest.place == f"{CRATE} {DATABASE} sha256"
