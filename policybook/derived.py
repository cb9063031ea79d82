"""Ledgers that the program makes from others, published like any other. floor: derived.

Their schemas (``derived``) are the same in every project; their names are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from policybook.errors import ConfigError, error
from policybook.ledgers import Ledger
from policybook.model import EVIDENCE
from policybook.schema import Schema, parse_schema, split_ids

_FOLDER = Path(__file__).parent / "schemas"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Standing:
    """How one edition stands: all that is derived from the edition alone is derived from this."""

    period: str
    year: tuple[date, date]  # first and last day of the one that plans are for
    on: date  # the day of its states
    schemas: Mapping[str, Schema]
    records: Mapping[str, Sequence[Row]]  # by ledger; a large ledger's are left out

    def rows(self, name: str) -> Sequence[Row]:
        """A ledger's records; none where there is no such ledger."""
        return self.records.get(name, ())

    def ruled(self, rule: str) -> list[Schema]:
        """The schemas that declare a property, such as ``deadline``, and have their records."""
        return [one for one in self.held if getattr(one, rule)]

    @property
    def held(self) -> list[Schema]:
        """The schemas whose records are there."""
        return [one for name, one in self.schemas.items() if name in self.records]

    def named_by(self, name: str) -> dict[str, list[str]]:
        """By record of a ledger: the records of other ledgers whose cells list it."""
        found: dict[str, list[str]] = {}
        for ledger, schema in self.schemas.items():
            columns = [one.name for one in schema.fields if one.references == name]
            for row in self.rows(ledger) if columns else ():
                for one in (one for column in columns for one in split_ids(row[column])):
                    found.setdefault(one, []).append(row["id"])
        return found


@cache
def derived_schema(name: str) -> Schema:
    """The schema of a ledger that the program makes, by the ledger's name."""
    return parse_schema(name, json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def derived_ledger(name: str, rows: Iterable[Mapping[str, str]], folder: Path) -> Ledger:
    """A ledger of these records; ``folder``: where it would stand, for findings."""
    records = tuple({**row} for row in rows)
    lines = tuple(range(2, len(records) + 2))
    return Ledger(derived_schema(name), folder / f"{name}.csv", records, lines)


def weakest(grades: Iterable[str]) -> str:
    """The weakest of some evidence grades; what is none is weaker still, and found by the rules."""
    return max(grades, key=lambda one: EVIDENCE.index(one) if one in EVIDENCE else len(EVIDENCE))


def with_derived(ledgers: Mapping[str, Ledger], *derived: Ledger) -> dict[str, Ledger]:
    """The ledgers by name, those that the program made among them.

    Raises :class:`ConfigError` when a ledger of such a name is there already.
    """
    for one in derived:
        if one.name in ledgers:
            message = f"台账不能叫 {one.name}：程序用这个名字放{one.schema.title}。"
            place = ledgers[one.name].path
            raise ConfigError(error("schema.name", place, message, "给台账另取一个名字。"))
    return dict(sorted({**ledgers, **{one.name: one for one in derived}}.items()))
