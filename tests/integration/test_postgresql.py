"""The same statistics in PostgreSQL: equal facts, ledgers loaded once, errors that are findings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from policybook.engines.postgresql import SCHEMA, PostgreSQL
from policybook.errors import EngineError, LedgerError
from tests.conftest import PERIOD, ROOT
from tests.integration import traps
from tests.integration.city import found_city
from tests.integration.elsewhere import computed, demo_city, run
from tests.integration.postgresql import Server, server

TABLES = f"SELECT relname FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace ORDER BY 1"
COUNT = 'SELECT count(*) FROM "order"'
LOAD = """
import sys
from policybook.engines.postgresql import PostgreSQL
from tests.integration import traps

engine = PostgreSQL(sys.argv[1], traps.TEXTS, traps.SCHEMAS)
assert engine.query('SELECT count(*) FROM "order"') == [(len(traps.rows()),)]
"""
FORK = (
    LOAD
    + """
import os

def server_process():
    return engine.query("SELECT pg_backend_pid()")

before = server_process()
child = os.fork()
if not child:
    sys.exit(server_process() == before)
assert os.waitpid(child, 0)[1] == 0
assert server_process() == before
"""
)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """A server for this module."""
    with server() as running:
        yield running


@pytest.fixture
def database(postgresql: Server) -> str:
    """An empty database."""
    return postgresql.new_database()


@pytest.fixture
def address(postgresql: Server, database: str) -> str:
    """How that database is named to a command."""
    return postgresql.address(database=database)


def trapped(address: str, **texts: str) -> PostgreSQL:
    """The ledger of traps in a database."""
    return PostgreSQL(address, {**traps.TEXTS, **texts}, traps.SCHEMAS)


def script(source: str, address: str) -> subprocess.Popen[bytes]:
    """Another process; a test's own has threads, which no fork should meet."""
    return subprocess.Popen([sys.executable, "-W", "error", "-c", source, address], cwd=ROOT)


def test_the_real_edition_is_the_same(address: str) -> None:
    """All facts and figures, with values, queries, records and cells."""
    assert computed(ROOT, PERIOD, address) == computed(ROOT, PERIOD, "")


def test_the_demo_is_the_same(address: str, tmp_path: Path) -> None:
    """Comparisons with earlier quarters, which are computed there too."""
    city = demo_city(tmp_path)
    here, there = computed(city, "2032Q1", ""), computed(city, "2032Q1", address)
    assert there == here
    assert any("earlier" in {part.ledger for part in fact.operands} for fact in here[0].values())


def test_a_build_is_the_same_to_the_byte(address: str, tmp_path: Path) -> None:
    """The notebooks compute there, each in its own process, and every file is as ever."""
    city = found_city(tmp_path / "city")
    for name, engine in (("here", ""), ("there", address)):
        result = run("build", "--root", city, "--out", tmp_path / name, "--engine", engine)
        assert result.exit_code == 0, result.stderr
    files = {
        name: {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("here", "there")
    }
    assert files["there"] == files["here"]
    assert len(PostgreSQL(address, {}, {}).query(TABLES)) == 3


def test_traps_are_answered_alike(address: str) -> None:
    """Filters and sums that a collation, an escape or a float would change."""
    asked, wrong = traps.differences(trapped(address))
    assert wrong == []
    assert asked > 200


def test_a_ledger_is_loaded_once(postgresql: Server, database: str, address: str) -> None:
    """The same content is found again, another is another table, and so are other types."""
    for _ in range(2):
        trapped(address).query(COUNT)
    (first,) = postgresql.run(TABLES, database=database)
    changed = traps.TEXTS[traps.NAME].replace("it's", "its")
    assert trapped(address, **{traps.NAME: changed}).query(COUNT) == [(len(traps.rows()),)]
    typed = tuple(
        replace(one, type="number") if one.name == "items" else one for one in traps.SCHEMA.fields
    )
    schemas = {traps.NAME: replace(traps.SCHEMA, fields=typed)}
    PostgreSQL(address, traps.TEXTS, schemas).query(COUNT)
    found = postgresql.run(TABLES, database=database)
    assert len(found) == 3
    assert first in found


def test_two_loads_at_once_are_one(postgresql: Server, database: str, address: str) -> None:
    """Processes that find nothing there: one loads, the others wait and find it."""
    loads = [script(LOAD, address) for _ in range(3)]
    assert [load.wait(60) for load in loads] == [0] * 3
    assert len(postgresql.run(TABLES, database=database)) == 1


def test_a_load_that_fails_leaves_nothing(postgresql: Server, database: str, address: str) -> None:
    """A cell of the wrong type is told as everywhere, and no half of a ledger is kept."""
    text = traps.TEXTS[traps.NAME].replace("9223372036854775807", "九")
    with pytest.raises(LedgerError) as caught:
        trapped(address, **{traps.NAME: text}).query(COUNT)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("ledger.type", "data/order.csv")
    assert postgresql.run("SELECT to_regnamespace('policybook')", database=database) == [(None,)]


def test_a_fork_has_its_own_connection(address: str) -> None:
    """A child computes and ends, and its parent goes on."""
    assert script(FORK, address).wait(60) == 0


def test_a_reader_computes_on_what_is_loaded(
    postgresql: Server, database: str, address: str
) -> None:
    """Who may only read needs no more than that; without the ledgers it is told what is missing."""
    reader = postgresql.address("reader", database)
    postgresql.run("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN")
    with pytest.raises(EngineError, match=r"engine\.rights.*CREATE SCHEMA policybook"):
        trapped(reader).query(COUNT)
    trapped(address).query(COUNT)
    postgresql.run(
        "GRANT USAGE ON SCHEMA policybook TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA policybook TO reader",
        database=database,
    )
    assert trapped(reader).query(COUNT) == [(len(traps.rows()),)]
    postgresql.run("DROP OWNED BY reader", "DROP ROLE reader", database=database)


def test_a_server_that_miscounts_stops_the_build(
    postgresql: Server, database: str, address: str, tmp_path: Path
) -> None:
    """A build is verified with DuckDB and SQLite, from the CSV files, wherever it was computed."""
    city = found_city(tmp_path / "city")
    assert run("check", "--root", city, "--engine", address).exit_code == 0
    (works,) = [name for (name,) in postgresql.run(TABLES, database=database) if "works" in name]
    change = f"UPDATE {SCHEMA}.\"{works}\" SET completed = completed + 1 WHERE id = 'lamps'"
    postgresql.run(change, database=database)
    result = run("build", "--root", city, "--engine", address)
    assert result.exit_code == 1
    assert "works.done" in result.stderr
    assert not (city / "_build/site/2031Q1").exists()


@pytest.fixture
def clerk(postgresql: Server) -> str:
    """A user with a password; its address has the wrong one."""
    statements = ("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN PASSWORD 'right'")
    postgresql.run(*statements)
    return postgresql.address("clerk:s3cret%21")


def test_a_wrong_password_is_told_and_not_shown(clerk: str) -> None:
    """The finding names user and database, in the terminal and in JSON."""
    for option in ((), ("--json",)):
        result = run("check", PERIOD, "--root", ROOT, "--engine", clerk, *option)
        assert result.exit_code == 1
        said = result.stdout + result.stderr
        assert "engine.connect" in said
        assert "postgresql://clerk@/postgres" in said
        assert "s3cret" not in said


def test_the_environment_chooses_too(clerk: str) -> None:
    """What is too secret for a command line is read from POLICYBOOK_ENGINE."""
    result = run("check", PERIOD, "--root", ROOT, POLICYBOOK_ENGINE=clerk)
    assert (result.exit_code, "engine.connect" in result.stderr) == (1, True)


def test_the_right_password_connects(clerk: str) -> None:
    """A password in the address is used."""
    right = clerk.replace("s3cret%21", "right")
    assert PostgreSQL(right, {}, {}).query("SELECT current_user") == [("clerk",)]


def test_a_database_of_another_encoding_is_refused(postgresql: Server) -> None:
    """Where texts are bytes, lengths and parts of Chinese texts would be others."""
    other = postgresql.address(database=postgresql.new_database("SQL_ASCII"))
    with pytest.raises(EngineError, match=r"engine\.encoding.*SQL_ASCII"):
        trapped(other).query(COUNT)


def test_no_server_is_told(tmp_path: Path) -> None:
    """A command ends with a finding before anything is computed."""
    nowhere = f"postgresql://clerk:s3cret@/x?host={tmp_path}"
    result = run("build", "--root", ROOT, "--out", tmp_path / "out", "--engine", nowhere)
    assert result.exit_code == 1
    assert "engine.connect" in result.stderr
    assert "s3cret" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_stops_is_told(postgresql: Server, database: str, address: str) -> None:
    """A query cut off is a finding; the next one connects again."""
    engine = trapped(address)
    engine.query(COUNT)
    victim = engine.query("SELECT pg_backend_pid()")[0][0]
    postgresql.run(f"SELECT pg_terminate_backend({victim})")
    with pytest.raises(EngineError, match=r"engine\.query"):
        engine.query(COUNT)
    assert engine.query(COUNT) == [(len(traps.rows()),)]


def test_a_missing_driver_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding says what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(EngineError, match=r"engine\.missing.*policybook\[postgresql\]"):
        PostgreSQL(f"{address}&application_name=new", {}, {}).query(COUNT)
