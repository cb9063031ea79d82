"""Ledgers in DuckDB and SQLite: typed, exact, alike."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal

import pytest

from policybook.engines import connect_duckdb, connect_sqlite
from policybook.errors import LedgerError
from policybook.ledgers import Ledger
from policybook.schema import Schema


@pytest.fixture
def texts(ledgers: Mapping[str, Ledger]) -> dict[str, str]:
    """The canonical texts of the made-up ledgers."""
    return {name: ledger.canonical for name, ledger in ledgers.items()}


def test_decimals_stay_decimals(texts: dict[str, str], schemas: dict[str, Schema]) -> None:
    """A sum of amounts in DuckDB is a DECIMAL, not a float."""
    with closing(connect_duckdb(texts, schemas)) as connection:
        (row,) = connection.execute("SELECT sum(planned), sum(rate) FROM works").fetchall()
    assert row == (Decimal("340.50"), Decimal("1.1700"))
    assert all(isinstance(value, Decimal) for value in row)


def test_empty_cells_are_null_in_both(texts: dict[str, str], schemas: dict[str, Schema]) -> None:
    """An empty cell is unknown, neither 0 nor an empty text."""
    query = 'SELECT count(*) FROM works WHERE "planned" IS NULL AND "after" IS NULL'
    with (
        closing(connect_duckdb(texts, schemas)) as duckdb,
        closing(connect_sqlite(texts, schemas)) as sqlite,
    ):
        assert duckdb.execute(query).fetchone() == (2,)
        assert sqlite.execute(query).fetchone() == (2,)


def test_a_wrong_type_is_told(texts: dict[str, str], schemas: dict[str, Schema]) -> None:
    """Text in a number column is refused with the ledger's name, not with a traceback."""
    texts["works"] = texts["works"].replace("3309", "三千")
    with pytest.raises(LedgerError) as caught:
        connect_duckdb(texts, schemas)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("ledger.type", "data/works.csv")


def test_sqlite_knows_the_keys(texts: dict[str, str], schemas: dict[str, Schema]) -> None:
    """Primary and foreign keys are declared for whoever opens the database."""
    with closing(connect_sqlite(texts, schemas)) as connection:
        (key,) = connection.execute("PRAGMA foreign_key_list(works)").fetchall()
        columns = connection.execute("PRAGMA table_info(works)").fetchall()
    assert key[2:5] == ("works", "after", "id")
    assert [column[1] for column in columns if column[5]] == ["id"]


def test_quotes_and_commas_survive(texts: dict[str, str], schemas: dict[str, Schema]) -> None:
    """Awkward text is the same in both engines."""
    awkward = '他说"好",走了；\\N <b>&amp;'
    quoted = '"' + awkward.replace('"', '""') + '"'
    texts["works"] = texts["works"].replace("虚构植树", quoted)
    query = "SELECT title FROM works WHERE id = 'trees'"
    with (
        closing(connect_duckdb(texts, schemas)) as duckdb,
        closing(connect_sqlite(texts, schemas)) as sqlite,
    ):
        assert duckdb.execute(query).fetchone() == (awkward,)
        assert sqlite.execute(query).fetchone() == (awkward,)
