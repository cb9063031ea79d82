"""What a data package says of a release and of workbooks that were handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from policybook.datapackage import datapackage
from policybook.ledgers import Ledger
from policybook.provenance import HandedIn, Origin, Provenance
from policybook.schema import Schema, parse_schema
from tests.unit.conftest import WORKS

EDITION = {"period": "2031Q1-r1", "title": "季度报告", "city": "虚构市", "issuer": "虚构市政府"}
HANDED_IN = Provenance(
    (HandedIn("works.xlsx", 64 * "a", "建设局"), HandedIn("more.csv", 64 * "b", "建设局")),
    (Origin("works", "trees", "works.xlsx", "台账", {"planned": "C2"}),),
)


def described(ledgers: Mapping[str, Ledger], released_on: str = "") -> dict[str, Any]:
    """The descriptor of the made-up ledgers."""
    contents = {name: one.canonical.encode() for name, one in ledgers.items()}
    schemas = {name: one.schema for name, one in ledgers.items()}
    return datapackage(EDITION, released_on, schemas, contents, HANDED_IN)


def test_a_release_has_its_date(ledgers: dict[str, Ledger]) -> None:
    """`created` is the day of release, never that of the build."""
    package = described(ledgers, "2031-04-20")
    assert package["created"] == "2031-04-20T00:00:00Z"
    assert (package["name"], package["version"]) == ("policybook-2031q1-r1", "2031Q1-r1")
    assert "created" not in described(ledgers)


def test_workbooks_are_sources(ledgers: dict[str, Ledger]) -> None:
    """What was handed in is named with digest and department, at the ledgers made from it."""
    package = described(ledgers)
    workbook = {"title": "works.xlsx", "hash": f"sha256:{64 * 'a'}", "issuer": "建设局"}
    assert workbook in package["sources"]
    assert {"title": "建设局", "roles": ["dataCollector"]} in package["contributors"]
    (works,) = [one for one in package["resources"] if one["name"] == "works"]
    assert workbook in works["sources"]
    assert "more.csv" not in [one["title"] for one in works["sources"]]


@pytest.mark.parametrize(
    ("fields", "resource"),
    [("after", {"resource": ""}), (["after"], {}), (["after"], {"resource": "works"})],
    ids=["first version", "second version", "named"],
)
def test_foreign_keys_of_both_versions(fields: object, resource: dict[str, str]) -> None:
    """The standard's first version had a text where the second has a list."""
    key = {"fields": fields, "reference": {**resource, "fields": "id"}}
    schema: Schema = parse_schema("works", {**WORKS, "foreignKeys": [key]})
    (found,) = schema.foreign_keys
    assert (found.column, found.ledger) == ("after", "works")


def test_a_key_over_two_columns_is_refused() -> None:
    """Our ledgers have none, and it would not be checked."""
    key = {"fields": ["after", "title"], "reference": {"fields": ["id", "title"]}}
    with pytest.raises(KeyError, match="after、title"):
        parse_schema("works", {**WORKS, "foreignKeys": [key]})
