"""Ledgers that the program makes, made again from what a release publishes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from policybook.concentration import CONCENTRATION, concentration_of
from policybook.coverage import COVERAGE as ACCOUNT
from policybook.derived import derived_schema
from policybook.errors import Finding
from policybook.ledgers import records_text
from policybook.matrix import COVERAGE, coverage_of
from policybook.published import Release
from policybook.rederived import check_derived
from policybook.schema import Schema
from tests.unit.standings import standing
from tests.unit.test_concentration import fund, schema
from tests.unit.test_matrix import ROADS, SCHEMA, plan, policy

Rows = list[dict[str, str]]
POLICIES = [plan(), policy("scheme", section=ROADS)]
FUNDS = [fund("甲", "2"), fund("乙", "1")]
MATRIX = coverage_of(standing({"policies": POLICIES}, SCHEMA))
RANKS = concentration_of(standing({"funds": FUNDS}, schema()))
DAYS = {"year_start": "2030年1月1日", "year_end": "2030年12月31日", "as_of": "2030年3月31日"}


def published(folder: Path, ledgers: Iterable[tuple[Schema, Rows]]) -> Release:
    """A release of these ledgers alone."""
    (folder / "data").mkdir()
    account = {"parameters": {"period": "2030Q1", **DAYS}}
    (folder / ACCOUNT).write_text(json.dumps(account), "utf-8")
    texts: dict[str, str] = {}
    schemas: Mapping[str, Schema] = {one.name: one for one, _ in ledgers}
    for one, rows in ledgers:
        texts[one.name] = records_text(one.names, rows)
        (folder / "data" / f"{one.name}.csv").write_text(texts[one.name], "utf-8", newline="")
    return Release(folder, "2030Q1", "", {}, {}, (), {}, schemas, texts, {}, (), ())


def matrix(folder: Path, rows: Rows) -> list[Finding]:
    """What is found where the matrix is published as these rows."""
    return check_derived(published(folder, [(SCHEMA, POLICIES), (derived_schema(COVERAGE), rows)]))


def ranks(folder: Path, rows: Rows) -> list[Finding]:
    """What is found where the ranks are published as these rows."""
    return check_derived(
        published(folder, [(schema(), FUNDS), (derived_schema(CONCENTRATION), rows)])
    )


@pytest.mark.parametrize(
    ("check", "rows"), [(matrix, MATRIX), (ranks, RANKS)], ids=["matrix", "concentration"]
)
def test_what_was_made_is_found_again(
    tmp_path: Path, check: Callable[[Path, Rows], list[Finding]], rows: Rows
) -> None:
    """The same rows come out of the published ledgers."""
    assert check(tmp_path, rows) == []


@pytest.mark.parametrize(
    ("check", "rows", "column", "text"),
    [
        (matrix, MATRIX, "state", "空缺"),
        (matrix, MATRIX, "policies", "9"),
        (ranks, RANKS, "amount", "3"),
        (ranks, RANKS, "half", "否"),
    ],
    ids=["a state", "a number of policies", "an amount", "half"],
)
def test_a_changed_cell_is_named(
    tmp_path: Path,
    check: Callable[[Path, Rows], list[Finding]],
    rows: Rows,
    column: str,
    text: str,
) -> None:
    """The first record with another value in a column is found there."""
    changed = [{**rows[0], column: text}, *rows[1:]]
    (found,) = check(tmp_path, changed)
    assert found.code == "verify.derived"
    assert found.place.endswith(f"记录 {rows[0]['id']} {column}列")


@pytest.mark.parametrize(
    ("check", "rows"), [(matrix, MATRIX), (ranks, RANKS)], ids=["matrix", "concentration"]
)
def test_an_added_record_is_found(
    tmp_path: Path, check: Callable[[Path, Rows], list[Finding]], rows: Rows
) -> None:
    """A record that follows from nothing makes another file."""
    assert check(tmp_path, [*rows, {**rows[0], "id": "made-up"}])


def test_a_ledger_that_is_missing_is_found(tmp_path: Path) -> None:
    """A schema asks for it, and the release has none."""
    (found,) = check_derived(published(tmp_path, [(SCHEMA, POLICIES)]))
    assert (found.code, found.place) == ("verify.missing", f"data/{COVERAGE}.csv")
