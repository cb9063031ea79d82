"""An edition's ledgers and facts against schemas, rules and relations. floor: check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from policybook.catalogue import Statistic, load_catalogue
from policybook.config import read_parameters
from policybook.edition import load_edition
from policybook.errors import Finding, PolicybookError
from policybook.ledgers import HEADER_LINES, Ledger, read_ledgers
from policybook.model import Cell, Fact
from policybook.notebooks import evaluate_notebooks
from policybook.relations import Relation, check_facts, load_relations
from policybook.rules import check_ledgers, check_references
from policybook.schema import Schema, load_schemas

_CELLS_NAMED = 100
"""So many cells of a statistic are named in a finding."""


@dataclass(frozen=True)
class CheckedData:
    """An edition's ledgers after their check; empty where they could not be read."""

    findings: list[Finding]
    schemas: Mapping[str, Schema]
    ledgers: Mapping[str, Ledger]
    relations: list[Relation]
    catalogue: Mapping[str, Statistic]

    @property
    def blocked(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


def check_data(data: Path, period: str) -> CheckedData:
    """Ledgers, schemas and rules of one edition, without computing; never raises for bad ones."""
    try:
        parameters = read_parameters(data / period / "period.yml", period)
        schemas = load_schemas(data)
        relations = load_relations(data / "relations.yml", data / period / "relations.yml")
        catalogue = load_catalogue(data / "statistics.yml")
        ledgers, findings = read_ledgers(data, period, schemas, parameters.empty_ledgers)
        findings += check_ledgers(ledgers, relations)
        findings += check_references(ledgers, catalogue)
        return CheckedData(findings, schemas, ledgers, relations, catalogue)
    except PolicybookError as problem:
        return CheckedData(problem.findings, {}, {}, [], {})


def check_edition(root: Path, data: Path, period: str) -> list[Finding]:
    """All checks of one edition, relations between its facts included."""
    checked = check_data(data, period)
    if checked.blocked:
        return checked.findings
    try:
        edition = load_edition(data, period, dict(checked.ledgers))
        facts = evaluate_notebooks(root / "notebooks", edition)
    except PolicybookError as problem:
        return checked.findings + problem.findings
    return checked.findings + check_relations(checked.relations, facts, checked.ledgers)


def check_relations(
    relations: Iterable[Relation], facts: Mapping[str, Fact], ledgers: Mapping[str, Ledger]
) -> list[Finding]:
    """The declared relations between facts; findings name the cells of the files handed in."""

    def place(cell: Cell) -> str:
        ledger = ledgers[Path(cell.file).stem]
        line = ledger.lines[ledger.by_id[cell.record][0] - HEADER_LINES - 1]
        return f"{ledger.path} 第{line}行 {cell.column}列"

    def cells(name: str) -> str:
        named = facts[name].cells()
        more = f"等{len(named)}格" if len(named) > _CELLS_NAMED else ""
        return "、".join(map(place, named[:_CELLS_NAMED])) + more

    values = {name: Fraction(fact.value) for name, fact in facts.items()}
    return check_facts(relations, values, cells)
