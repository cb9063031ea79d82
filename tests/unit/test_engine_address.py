"""Addresses of engines: which there are, and what may be shown of one."""

from __future__ import annotations

import os

import pytest

from policybook.engines import chosen_engine, computing_on, engine_kind
from policybook.engines.address import ENGINE, shown_address, without_secret
from policybook.engines.tables import content_digest, table_name, typed_rows
from policybook.errors import UsageError
from policybook.schema import Schema

SHOWN = {
    "postgresql://clerk:s3cret@host:5432/city?sslmode=require": "postgresql://clerk@host:5432/city",
    "postgresql://clerk:s/3@cr:et?@host/city": "postgresql://clerk@host/city",
    "postgresql://:s3cret@host/city": "postgresql://@host/city",
    "postgresql://host:5432/city?password=s3cret": "postgresql://host:5432/city",
    "postgresql:s3cret": "postgresql",
    "host=x password=s3cret": "host",
    "spark://local": "spark://local",
    "": "duckdb",
}


@pytest.mark.parametrize("address", SHOWN)
def test_no_password_is_shown(address: str) -> None:
    """Whatever a password is made of, and wherever it stands."""
    assert shown_address(address) == SHOWN[address]
    assert "s3cret" not in shown_address(address)


def test_messages_of_drivers_have_no_password() -> None:
    """As it was typed, as it is meant, or given elsewhere."""
    address = "postgresql://clerk:s3%21@host/city"
    said = without_secret("bad s3%21, bad s3!, bad other", address, "other", None)
    assert said == "bad …, bad …, bad …"
    assert without_secret("bad host", "postgresql://host/city") == "bad host"


def test_engines_are_known_by_their_scheme() -> None:
    """An address that is none is wrong use."""
    kinds = {"": "duckdb", "duckdb": "duckdb", "postgres://a/b": "postgresql"}
    kinds |= {"postgresql:///b": "postgresql", "spark://local": "spark"}
    assert {address: engine_kind(address) for address in kinds} == kinds
    for wrong in ("oracle://a:s3cret@b/c", "postgresql", "duckdb://x", "host=x", "spark"):
        with pytest.raises(UsageError, match=r"engine\.address") as caught:
            engine_kind(wrong)
        assert "s3cret" not in str(caught.value)


def test_a_choice_ends_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is afterwards what it was before."""
    monkeypatch.setenv(ENGINE, "postgresql://nowhere/x")
    with computing_on("duckdb"):
        assert chosen_engine() == "duckdb"
    assert os.environ[ENGINE] == "postgresql://nowhere/x"
    monkeypatch.delenv(ENGINE)
    with computing_on(""):
        assert chosen_engine() == ""
    assert ENGINE not in os.environ


def test_a_table_is_named_by_content_and_types(schemas: dict[str, Schema]) -> None:
    """Another text or another ledger's types give another digest; long names are cut."""
    works, documents = schemas["works"], schemas["documents"]
    digests = {content_digest("a", works), content_digest("b", works)}
    digests.add(content_digest("a", documents))
    assert len(digests) == 3
    assert table_name("works", "0123456789abcdef" * 4) == "works_0123456789abcdef"
    assert len(table_name("很长的台账名称" * 5, "0" * 64).encode()) <= 63


def test_empty_cells_are_no_texts() -> None:
    """None where nothing stands; line ends within a cell stay."""
    text = 'id,title\na,\n"b\n\\.\n",x\n'
    assert list(typed_rows(text)) == [["a", None], ["b\n\\.\n", "x"]]
