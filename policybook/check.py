"""An edition's ledgers and facts against schemas, rules and relations. floor: check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from policybook.catalogue import load_catalogue
from policybook.config import read_parameters
from policybook.edition import load_edition
from policybook.errors import Finding, PolicybookError
from policybook.ledgers import Ledger, read_ledgers
from policybook.model import Fact
from policybook.notebooks import evaluate_notebooks
from policybook.relations import Relation, check_facts, load_relations
from policybook.rules import check_ledgers, check_references
from policybook.schema import Schema, load_schemas


@dataclass(frozen=True)
class CheckedData:
    """An edition's ledgers after their check; empty where they could not be read."""

    findings: list[Finding]
    schemas: Mapping[str, Schema]
    ledgers: Mapping[str, Ledger]
    relations: list[Relation]

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
        return CheckedData(findings, schemas, ledgers, relations)
    except PolicybookError as problem:
        return CheckedData(problem.findings, {}, {}, [])


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
    return checked.findings + check_relations(checked.relations, facts)


def check_relations(relations: Iterable[Relation], facts: Mapping[str, Fact]) -> list[Finding]:
    """The declared relations between facts."""

    def cells(name: str) -> str:
        places = [f"{c.file} 第{c.row}行 {c.column}列" for c in facts[name].cells()]
        return "、".join(places[:12]) + ("……" if len(places) > 12 else "")

    values = {name: Fraction(fact.value) for name, fact in facts.items()}
    return check_facts(relations, values, cells)
