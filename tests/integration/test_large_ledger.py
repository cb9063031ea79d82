"""An edition with a large ledger, from the command line: checked, traced, not yet published."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from policybook import large
from tests.integration.city import PERIODS, found_city
from tests.integration.office import run

RECORDS = 3000
PERIOD = PERIODS[0]


@pytest.fixture(params=[".csv", ".parquet"])
def city(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The made-up city with some thousand works; its other ledgers stay ordinary."""
    monkeypatch.setattr(large, "LARGE_BYTES", 2**14)
    root = found_city(tmp_path / "city")
    ledger = root / "data" / PERIOD / "works.csv"
    works = f"""
        SELECT 'w' || lpad(CAST(i AS VARCHAR), 4, '0') AS id, '更新' || i AS title,
          ['东区', '西区'][1 + i % 2] AS district, CAST(2 AS BIGINT) AS planned,
          CAST(1 + i % 2 AS BIGINT) AS completed, CAST(0.25 AS DECIMAL(18,2)) AS amount,
          CAST(1 AS BIGINT) AS items, if(i % 3 = 0, 'aggregate', 'record') AS evidence,
          'plan:一' AS source, CAST(NULL AS VARCHAR) AS note
        FROM range({RECORDS}) AS numbers(i)"""
    ledger.unlink()
    into = ledger.with_suffix(request.param)
    form = "FORMAT parquet" if request.param == ".parquet" else "HEADER"
    duckdb.connect().execute(f"COPY ({works}) TO '{into}' ({form})")
    return root


def test_a_large_ledger_is_checked_and_computed(city: Path) -> None:
    """Ledger, relations over its records, facts and relations between them: nothing is wrong."""
    result = run(city, "check", PERIOD, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_each_record_is_held_against_relations(city: Path) -> None:
    """A rule over a record's columns looks at the records of a large ledger too."""
    (path,) = (city / "data" / PERIOD).glob("works.*")
    kind = "FORMAT parquet" if path.suffix == ".parquet" else "HEADER"
    changed = "* REPLACE (CAST(if(id = 'w2999', 9, completed) AS BIGINT) AS completed)"
    again = path.with_name(f"changed{path.suffix}")
    duckdb.connect().execute(f"COPY (SELECT {changed} FROM '{path}') TO '{again}' ({kind})")
    again.replace(path)
    result = run(city, "check", PERIOD, "--json")
    assert result.exit_code == 1
    (found,) = [one for one in json.loads(result.stdout) if one["severity"] == "error"]
    assert found["code"] == "relation.record"
    assert f"第{RECORDS + (path.suffix == '.csv')}行" in found["place"]


def test_a_trace_counts_records_and_lists_the_first(city: Path) -> None:
    """How many there are, their evidence, and the query that lists them all."""
    result = run(city, "trace", "works.done", "--period", PERIOD, "--json")
    assert result.exit_code == 0, result.output
    fact = json.loads(result.stdout)
    (part,) = fact["operands"]
    assert fact["value"] == str(RECORDS * 3 // 2)
    assert (fact["evidence"], fact["look_through"]) == ("aggregate", "2/3")
    assert part["counted"]["records"] == RECORDS
    assert len(part["cells"]) == 20
    (path,) = (city / "data" / PERIOD).glob("works.*")
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW works AS FROM '{path}'")
    assert len(connection.execute(part["counted"]["query"]).fetchall()) == RECORDS
    told = run(city, "trace", "works.done", "--period", PERIOD)
    assert f"共 {RECORDS} 条记录" in told.output


def test_a_large_ledger_is_not_built_into_pages(city: Path) -> None:
    """The build says so before it begins, and leaves nothing."""
    result = run(city, "build", PERIOD, "--no-cache")
    assert result.exit_code == 1
    assert "ledger.too-large" in result.output
    assert not (city / "_build" / "site" / PERIOD).exists()


def test_a_large_ledger_is_not_carried_over(city: Path) -> None:
    """The next quarter starts without its records, and a note says what to do."""
    result = run(city, "new", "2031Q2")
    assert result.exit_code == 0, result.output
    assert "new.large" in result.output
    folder = city / "data" / "2031Q2"
    assert list(folder.glob("works.*")) == []
    assert (folder / "visits.csv").is_file()
