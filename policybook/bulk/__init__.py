"""The rules of a large ledger, asked of DuckDB. floor: rules.

One pass says which rules are broken; only where there are any is it asked how often and where.
The first of each kind are told, in the words of ``problems``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policybook.bulk.cells import (
    constraint_rules,
    items_rules,
    parquet_findings,
    text_rule,
    type_rules,
    undeclared,
)
from policybook.bulk.keys import check_listed, key_rules, known_ids, unique_rules
from policybook.bulk.table import Rule, Table
from policybook.errors import Finding, LedgerError
from policybook.ledgers import Ledger

__all__ = ["beyond_doubt", "check_large", "check_listed", "known_ids"]


def check_large(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    """Every rule of a large ledger that looks at ledgers alone."""
    records = ledger.large
    assert records is not None
    findings = [*undeclared(ledger), *(parquet_findings(ledger) if records.parquet else ())]
    if findings:
        return findings
    table = Table(ledger, records)
    try:
        return table.told(table.broken(list(_rules(table, ledgers))))
    except LedgerError as problem:
        return problem.findings


def beyond_doubt(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> bool:
    """Whether no record of a large ledger breaks any of them: it may doubt what is right."""
    assert ledger.large is not None
    table = Table(ledger, ledger.large)
    try:
        return not (any(undeclared(ledger)) or table.broken(list(_rules(table, ledgers))))
    except LedgerError:
        return False


def _rules(table: Table, ledgers: Mapping[str, Ledger]) -> Iterator[Rule]:
    """In the order in which their findings are told."""
    ledger, fields = table.ledger, table.ledger.schema.fields
    for field in fields:
        yield from type_rules(field, table.records.parquet)
    yield from items_rules(ledger)
    for field in fields:
        if field.type == "string":
            yield from constraint_rules(ledger, field)
            yield text_rule(field)
    for field in fields:
        if field.type != "string":
            yield from constraint_rules(ledger, field)
    yield from unique_rules(table)
    yield from key_rules(table, ledgers)
