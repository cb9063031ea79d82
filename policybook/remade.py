"""Ledgers that the program makes, made again from a release's own ledgers. floor: due."""

from __future__ import annotations

from collections.abc import Iterable

from policybook.concentration import CONCENTRATION, concentration_rows
from policybook.due import wrong_rows
from policybook.errors import Finding
from policybook.ledgers import records_text
from policybook.matrix import COVERAGE, coverage_rows
from policybook.published import Release, check_same


def check_matrix(release: Release) -> list[Finding]:
    """The ledger of the policy matrix against policies, tasks and projects."""
    rules = {name: schema.matrix for name, schema in release.schemas.items()}
    named = {name for name, rule in rules.items() if rule}
    named |= {name for rule in rules.values() if rule for name in rule.ledgers}
    return _compared(release, COVERAGE, coverage_rows(rules, _records(release, named)), named)


def check_concentration(release: Release) -> list[Finding]:
    """The ledger of concentration against the ledgers whose amounts it ranks."""
    named = {name for name, schema in release.schemas.items() if _divided(release, name)}
    listed = {
        field.references
        for name in named
        for field in release.schemas[name].fields
        if field.references in release.schemas
    }
    rows = concentration_rows(
        {name: release.schemas[name] for name in sorted(named)}, _records(release, named | listed)
    )
    return _compared(release, CONCENTRATION, rows, named)


def _divided(release: Release, name: str) -> bool:
    rule = release.schemas[name].apart
    return bool(rule and rule.groups)


def _records(release: Release, named: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    return {name: release.rows(name) for name in named if name in release.texts}


def _compared(
    release: Release, ledger: str, rows: list[dict[str, str]], named: Iterable[str]
) -> list[Finding]:
    if ledger not in release.schemas:
        return []
    source = "、".join(f"data/{name}.csv" for name in sorted(named))
    right = records_text(release.schemas[ledger].names, rows)
    found = wrong_rows(release, ledger, rows, source)
    return found or check_same(release, f"data/{ledger}.csv", right, source)
