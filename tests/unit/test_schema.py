"""Table Schemas: the only declaration of a ledger's columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policybook.errors import ConfigError
from policybook.schema import TRACE_TABLES, Schema, load_schemas, parse_schema
from tests.unit.conftest import WORKS


def test_columns_have_their_types(works: Schema) -> None:
    """Numbers are DECIMAL with the declared places, never float."""
    assert works.field("planned").duckdb == "DECIMAL(18,2)"
    assert works.field("planned").ibis == "decimal(18,2)"
    assert (works.field("units").duckdb, works.field("units").ibis) == ("BIGINT", "int64")
    assert (works.field("on").duckdb, works.field("on").ibis) == ("DATE", "date")
    assert works.field("title").duckdb == "VARCHAR"


def test_only_measures_are_numeric(works: Schema) -> None:
    """Texts and dates are not measures."""
    numeric = [field.name for field in works.fields if field.numeric]
    assert numeric == ["planned", "completed", "rate", "units", "items"]


def test_printed_rates_are_marked(works: Schema) -> None:
    """A rate as a document prints it is told from a measure."""
    assert [field.name for field in works.fields if field.printed] == ["rate"]


def test_a_key_may_point_into_its_own_ledger(works: Schema) -> None:
    """An empty resource, as the standard has it, is the ledger itself."""
    (key,) = works.foreign_keys
    assert (key.column, key.ledger) == ("after", "works")


def test_an_unknown_column_is_a_key_error(works: Schema) -> None:
    """Asking for a column that there is not fails."""
    with pytest.raises(KeyError, match="nothing"):
        works.field("nothing")


def test_schemas_come_in_order(made_up_data: Path) -> None:
    """Ledgers are always in the same order."""
    assert list(load_schemas(made_up_data)) == ["documents", "works"]


def test_no_schema_is_refused(tmp_path: Path) -> None:
    """A data folder without schemas is no data folder."""
    with pytest.raises(ConfigError, match=r"schema\.missing"):
        load_schemas(tmp_path)


@pytest.mark.parametrize("name", TRACE_TABLES)
def test_a_ledger_does_not_take_the_name_of_another_table(made_up_data: Path, name: str) -> None:
    """The database has tables of its own beside the ledgers'."""
    schema = made_up_data / "schema" / "works.json"
    schema.rename(schema.with_stem(name))
    with pytest.raises(ConfigError, match=r"schema\.name"):
        load_schemas(made_up_data)


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", '{"fields": 3}', json.dumps({**WORKS, "fields": [{"name": "a"}]})]
    + [json.dumps({**WORKS, "fields": [{"name": "a", "title": "甲", "type": "any"}]})],
    ids=["broken", "a list", "empty", "no fields", "no type", "unknown type"],
)
def test_a_broken_schema_is_refused(content: str, made_up_data: Path) -> None:
    """What is no Table Schema is refused with its file."""
    path = made_up_data / "schema" / "works.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_schemas(made_up_data)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("schema.broken", str(path))


def test_a_schema_is_kept_as_it_stands() -> None:
    """The published data package carries the very document."""
    document: dict[str, Any] = json.loads(json.dumps(WORKS))
    assert parse_schema("works", document).document == WORKS
