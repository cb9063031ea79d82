"""What was asked, beside the numbers, problems and projects it speaks of. floor: opinions.

For pages and for the reply alike: both put the same things beside each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from policybook.comparisons import AGAINST, EARLIER, base_id
from policybook.deadlines import DEADLINES
from policybook.errors import UsageError
from policybook.ledgers import Ledger
from policybook.model import Fact
from policybook.period import parse_period
from policybook.schema import Schema, split_ids

EDITION = "edition"
"""The column that says in which edition something was asked, where a ledger has it."""
STATISTICS = "statistics"
DEMAND = "办理要求"
"""The kind of a request for a document, such as the reply, which does not answer itself."""

Row = Mapping[str, str]
Records = Callable[[str], Mapping[str, Row]]
"""A ledger's records by id; none where there is no such ledger."""


@dataclass(frozen=True)
class Number:
    """A statistic that a request speaks of."""

    fact: Fact
    base: Row | None  # its record in ``earlier`` for the edition of the request
    changes: Mapping[str, Fact]  # against earlier editions, by kind: quarter, year


@dataclass(frozen=True)
class Links:
    """The records of one ledger that a request speaks of."""

    title: str  # of the column: 相关问题
    ledger: str
    rows: tuple[Row, ...]
    state: str  # the column that says how they stand; "" for none


@dataclass(frozen=True)
class Request:
    """A record that asks for something: a finding, a recommendation, a document to hand in."""

    row: Row
    deadline: Row | None
    numbers: tuple[Number, ...]  # that it or a part of it speaks of
    links: tuple[Links, ...]  # the same
    parts: tuple[Request, ...]  # what it is made up of

    @property
    def answered(self) -> bool:
        """Whether it was answered by the day for which states are told."""
        return bool(self.deadline and self.deadline["done"])

    @property
    def responsible(self) -> str:
        """Who has to answer; "" where nobody says."""
        return self.deadline["responsible"] if self.deadline else ""

    @property
    def demand(self) -> bool:
        """Whether it asks for a document and for nothing that a number would show."""
        plain = not (self.numbers or self.links or self.parts)
        return plain and self.row.get("kind") == DEMAND


def requests(
    ledger: str, records: Records, schemas: Mapping[str, Schema], facts: Mapping[str, Fact]
) -> Iterator[Request]:
    """The records of a ledger that are part of no other, in their order, with all they name."""
    rule = schemas[ledger].deadline
    parent = rule.parent if rule else ""
    records = cache(records)
    rows = records(ledger).values()

    def request(row: Row) -> Request:
        parts = [part for part in rows if parent and part[parent] == row["id"]]
        return Request(
            row,
            records(DEADLINES).get(f"{ledger}-{row['id']}"),
            tuple(_numbers([row, *parts], records, schemas[ledger], facts)),
            tuple(_links([row, *parts], records, schemas[ledger], schemas)),
            tuple(map(request, parts)),
        )

    return (request(row) for row in rows if not (parent and row[parent]))


def _numbers(
    rows: Sequence[Row], records: Records, schema: Schema, facts: Mapping[str, Fact]
) -> Iterator[Number]:
    earlier = records(EARLIER)
    for field in schema.fields:
        if field.references != STATISTICS:
            continue
        for name, row in _listed(rows, field.name).items():
            if name in facts:
                kinds = {kind: f"{name}.{kind}_change" for kind in AGAINST}
                changes = {kind: facts[one] for kind, one in kinds.items() if one in facts}
                yield Number(facts[name], _base(row, name, earlier), changes)


def _listed(rows: Sequence[Row], column: str) -> dict[str, Row]:
    """The ids that a column lists, each once, with the first record that lists it."""
    found: dict[str, Row] = {}
    for row in rows:
        for name in split_ids(row[column]):
            found.setdefault(name, row)
    return found


def _base(row: Row, statistic: str, earlier: Mapping[str, Row]) -> Row | None:
    try:
        asked = parse_period(row.get(EDITION, ""))
    except UsageError:
        return None
    return earlier.get(base_id(statistic, asked))


def _links(
    asking: Sequence[Row], records: Records, schema: Schema, schemas: Mapping[str, Schema]
) -> Iterator[Links]:
    for field in schema.fields:
        if field.references in ("", STATISTICS):
            continue
        there = records(field.references)
        named = _listed(asking, field.name)
        rows = tuple(there[name] for name in named if name in there)
        if rows:
            yield Links(field.title, field.references, rows, _state(schemas[field.references]))


def _state(schema: Schema) -> str:
    """The column by which records of a ledger are closed."""
    return next(iter(schema.carry.closed), "")


def linked_statistics(ledgers: Mapping[str, Ledger]) -> set[str]:
    """The statistics that any record speaks of, whose earlier values are therefore kept."""
    return {
        name
        for ledger in ledgers.values()
        if ledger.large is None
        for field in ledger.schema.fields
        if field.references == STATISTICS
        for text in ledger.values[field.name]
        for name in split_ids(text)
    }
