"""What the pages of one edition are made from, read once from the stage. floor: book."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import orjson

from policybook.arithmetic import Tie, ties
from policybook.comparisons import EARLIER, NotCompared
from policybook.config import Parameters, read_parameters
from policybook.corrections import Correction
from policybook.engines import connect_sqlite, sqlite_exact
from policybook.explanations import Explanation
from policybook.ledgers import Ledger, read_ledgers
from policybook.model import Fact, Figure, fact_from_dict, figure_from_dict
from policybook.numbers import evaluate, exact_text, number_text
from policybook.operands import operand_exact, queried_text
from policybook.provenance import Provenance, attach, read_provenance
from policybook.relations import Relation, relation_from_dict
from policybook.schema import Schema, load_schemas

FACTS = "facts.json"


@dataclass(frozen=True)
class Book:
    """One edition as its pages see it."""

    parameters: Parameters
    schemas: Mapping[str, Schema]
    ledgers: Mapping[str, Ledger]
    provenance: Provenance
    facts: Mapping[str, Fact]
    figures: Mapping[str, Figure]
    relations: tuple[Relation, ...]
    filled: Mapping[str, str]  # the numbers each relation holds for
    chapters: Mapping[str, str]  # title of each chapter's page, in the notebooks' order
    corrections: tuple[Correction, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    ties: tuple[Tie, ...] = ()  # equations between facts

    @cached_property
    def documents(self) -> Mapping[str, dict[str, str]]:
        """Source documents by id."""
        return self.records("documents")

    @cached_property
    def database(self) -> sqlite3.Connection:
        """The ledgers in SQLite."""
        texts = {name: one.canonical for name, one in self.ledgers.items()}
        return connect_sqlite(texts, self.schemas)

    def records(self, ledger: str) -> Mapping[str, dict[str, str]]:
        """A ledger's records by id; none where there is no such ledger."""
        if ledger not in self.ledgers:
            return {}
        return {name: row for name, (_, row) in self.ledgers[ledger].by_id.items()}

    def recomputed(self, fact: Fact) -> str:
        """A fact's value as SQLite finds it: a second engine, by the published query."""
        found = self.database.execute(fact.sql["sqlite"]).fetchone()
        exact = {
            part.name: operand_exact(queried_text(sqlite_exact(value)) or "")
            for part, value in zip(fact.operands, found, strict=True)
        }
        return exact_text(evaluate(fact.expression, exact))

    def history(self, fact: Fact) -> list[Mapping[str, str]]:
        """A statistic's records in the ledger of earlier values, oldest first."""
        ledger = self.ledgers.get(EARLIER)
        rows = [row for row in ledger.rows if row["statistic"] == fact.id] if ledger else []
        return sorted(rows, key=lambda row: row["period"])

    def corrections_of(self, fact: Fact) -> list[Correction]:
        """The corrections of cells that a fact adds up, or by which its records are chosen."""
        return [one for one in self.corrections if one.touches(fact)]

    def explanations_of(self, fact: Fact) -> list[Explanation]:
        """The reasons given for changes of a fact, or of the records it rests on."""
        records = {
            (part.ledger, record)
            for part in (*fact.operands, *fact.missing)
            for record in part.records
        }
        return [
            one
            for one in self.explanations
            if one.statistic == fact.id or (one.ledger, one.record) in records
        ]

    def not_compared_of(self, fact: Fact) -> list[NotCompared]:
        """The comparisons of a fact that are not made, and why."""
        return [one for one in self.not_compared if one.statistic == fact.id]

    def citing(self, document: str) -> int:
        """How many facts rest on a document."""
        return sum(fact.rests_on(document) for fact in self.facts.values())

    def look_through_text(self, fact: Fact) -> str:
        """A fact's look-through rate as a reader sees it."""
        if fact.look_through is None:
            return "不适用"
        return number_text(Fraction(fact.look_through), "%", 0) + "%"


def load_book(stage: Path) -> Book:
    """The book of a staged edition; ``FileNotFoundError`` when nothing is staged."""
    content = orjson.loads((stage / FACTS).read_bytes())
    data, period = stage / "data", content["period"]
    parameters = read_parameters(data / period / "period.yml", period)
    released_on = date.fromisoformat(content["released_on"]) if content["released_on"] else None
    parameters = replace(parameters, released_on=released_on, signer=content["signer"])
    schemas = load_schemas(data)
    read, _ = read_ledgers(data, data / period, schemas, parameters.empty_ledgers)
    provenance = read_provenance(data / period)
    facts = {entry["id"]: fact_from_dict(entry) for entry in content["facts"]}
    relations = tuple(map(relation_from_dict, content["relations"]))
    return Book(
        parameters,
        schemas,
        attach(read, provenance),
        provenance,
        facts,
        {entry["id"]: figure_from_dict(entry) for entry in content["figures"]},
        relations,
        {entry["id"]: entry["filled"] for entry in content["relations"]},
        {fact.chapter: _title(stage, fact.chapter) for fact in facts.values()},
        tuple(Correction(**one) for one in content["corrections"]),
        tuple(Explanation(**one) for one in content["explanations"]),
        tuple(NotCompared(**one) for one in content["not_compared"]),
        tuple(ties(relations, facts)),
    )


def _title(stage: Path, chapter: str) -> str:
    page = stage / "book" / f"{chapter}.md"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    return heading[1].strip() if heading else chapter
