"""What was asked, with the numbers, problems and projects that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from policybook.comparisons import EARLIER, base_id
from policybook.deadlines import DEADLINES
from policybook.opinions import Request, Row, requests
from policybook.period import parse_period
from policybook.schema import Schema, parse_schema, split_ids
from tests.unit.conftest import ID, TITLE, column

RULE = {"due": "due", "done": "done", "status": "status", "word": "已答复", "responsible": "who"}
NAMES = ("id", "title", "kind", "parent", "edition", "who", "due", "done", "status")
LISTS = {"problems": "相关问题", "statistics": "相关指标"}


def listing(name: str) -> dict[str, Any]:
    """A column of ids of a ledger."""
    return {**column(name, LISTS[name]), "references": name}


@pytest.fixture
def schemas() -> dict[str, Schema]:
    """A made-up ledger of requests, and the problems that it speaks of."""
    fields = [ID, TITLE, *(column(name, name) for name in NAMES[2:]), *map(listing, LISTS)]
    made_up = {"title": "虚构", "description": "虚构。"}
    rule = {"deadline": {**RULE, "parent": "parent"}}
    closed = {"carry": {"records": "open", "closed": {"status": ["已销号"]}}}
    problems = [ID, TITLE, column("status", "状态")]
    return {
        "requests": parse_schema("requests", {**made_up, "fields": fields, **rule}),
        "problems": parse_schema("problems", {**made_up, "fields": problems, **closed}),
    }


def row(name: str, **cells: str) -> dict[str, str]:
    """A request of 2030Q1."""
    empty = dict.fromkeys((*NAMES, *LISTS), "")
    return {**empty, "id": name, "title": f"虚构{name}", "edition": "2030Q1", **cells}


def asked(
    schemas: Mapping[str, Schema],
    *rows: dict[str, str],
    facts: Mapping[str, Any] | None = None,
    **others: Mapping[str, Row],
) -> list[Request]:
    """The requests of a ledger with these rows."""
    ledgers: dict[str, Mapping[str, Row]] = {"requests": {one["id"]: one for one in rows}, **others}
    found = requests("requests", lambda name: ledgers.get(name, {}), schemas, facts or {})
    return list(found)


class FakeFact:
    """As much of a fact as is asked for."""

    def __init__(self, name: str) -> None:
        self.id = name


def test_numbers_stand_beside_their_request(schemas: dict[str, Schema]) -> None:
    """With their value when it was asked, and how they moved; an id without a fact is left out."""
    facts = {name: FakeFact(name) for name in ("a.b", "a.b.quarter_change", "c.d")}
    base = {"id": base_id("a.b", parse_period("2030Q1")), "shown": "7"}
    later = {"id": base_id("a.b", parse_period("2030Q2")), "shown": "8"}
    earlier = {one["id"]: one for one in (base, later)}
    (one,) = asked(schemas, row("x", statistics="a.b；c.d；e.f"), facts=facts, **{EARLIER: earlier})
    first, second = one.numbers
    assert (first.fact.id, first.base, list(first.changes)) == ("a.b", base, ["quarter"])
    assert (second.fact.id, second.base, second.changes) == ("c.d", None, {})


@pytest.mark.parametrize("edition", ["", "2030", "2031Q1"])
def test_no_base_without_its_edition(schemas: dict[str, Schema], edition: str) -> None:
    """Where nobody wrote down when it was asked, or that edition has no value, there is none."""
    base = {"id": base_id("a.b", parse_period("2030Q1"))}
    (one,) = asked(
        schemas,
        row("x", statistics="a.b", edition=edition),
        facts={"a.b": FakeFact("a.b")},
        **{EARLIER: {base["id"]: base}},
    )
    assert one.numbers[0].base is None


def test_records_stand_beside_their_request(schemas: dict[str, Schema]) -> None:
    """In the order in which they are listed, with the column that says how they stand."""
    problems = {name: {"id": name, "title": name, "status": "推进"} for name in ("p", "q", "r")}
    (one,) = asked(schemas, row("x", problems="r；p"), problems=problems)
    (links,) = one.links
    assert (links.title, links.ledger, links.state) == ("相关问题", "problems", "status")
    assert [each["id"] for each in links.rows] == ["r", "p"]


def test_parts_belong_to_their_whole(schemas: dict[str, Schema]) -> None:
    """They are no requests of their own, and each has its due date."""
    due = {f"requests-{name}": {"id": f"requests-{name}"} for name in ("x", "part")}
    first, second = asked(schemas, row("x"), row("part", parent="x"), row("y"), **{DEADLINES: due})
    assert [part.row["id"] for part in first.parts] == ["part"]
    assert first.parts[0].deadline == due["requests-part"]
    assert (second.row["id"], second.parts, second.deadline) == ("y", (), None)


def test_what_a_part_names_stands_beside_the_whole(schemas: dict[str, Schema]) -> None:
    """Each number and record once, those of the whole first."""
    names = ("p", "q")
    problems = {name: {"id": name, "title": name, "status": ""} for name in names}
    (one,) = asked(
        schemas,
        row("x", statistics="a.b", problems="p"),
        row("part", parent="x", statistics="c.d；a.b", problems="q；p"),
        facts={name: FakeFact(name) for name in ("a.b", "c.d")},
        problems=problems,
    )
    assert [number.fact.id for number in one.numbers] == ["a.b", "c.d"]
    assert [each["id"] for each in one.links[0].rows] == ["p", "q"]


@pytest.mark.parametrize(
    ("cells", "demand"),
    [
        ({"kind": "办理要求"}, True),
        ({"kind": "办理要求", "problems": "p"}, False),
        ({"kind": "建议"}, False),
    ],
)
def test_a_demand_asks_for_a_document(
    schemas: dict[str, Schema], cells: dict[str, str], demand: bool
) -> None:
    """Only what asks for a document and names nothing to measure is one."""
    problems = {"p": {"id": "p", "title": "p", "status": ""}}
    (one,) = asked(schemas, row("x", **cells), problems=problems)
    assert one.demand is demand


def test_ids_are_split() -> None:
    """By the full-width semicolon that ledgers use; an empty cell lists none."""
    assert split_ids("a；b") == ["a", "b"]
    assert split_ids("") == []
