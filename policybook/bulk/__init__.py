"""The rules of a large ledger, asked of DuckDB. floor: rules.

One pass counts the cells that break each rule; only where there are any does a second one
say which they are.  The first of each kind are told, in the words of ``problems``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policybook.bulk.cells import (
    constraint_rules,
    in_doubt,
    items_rules,
    parquet_findings,
    suspect,
    text_rules,
    type_rules,
    undeclared,
)
from policybook.bulk.keys import check_listed, key_findings, known_ids, unique_findings
from policybook.bulk.screen import beyond_doubt
from policybook.bulk.table import Rule, Table
from policybook.errors import Finding, LedgerError
from policybook.ledgers import Ledger
from policybook.schema import Field

__all__ = ["beyond_doubt", "check_large", "check_listed", "known_ids"]


def check_large(ledger: Ledger, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    """Every rule of a large ledger that looks at ledgers alone."""
    records, fields = ledger.large, ledger.schema.fields
    assert records is not None
    findings = [*undeclared(ledger), *(parquet_findings(ledger) if records.parquet else ())]
    if findings:
        return findings
    if not records.parquet and beyond_doubt(ledger, ledgers):
        return []
    table = Table(ledger, records)
    try:
        findings += _mistyped(table)
        for field in fields:
            if field.type == "string":
                findings += _text_findings(table, field)
        rules = [r for f in fields if f.type != "string" for r in constraint_rules(ledger, f)]
        findings += _told(table, rules)
        return findings + unique_findings(table) + key_findings(table, ledgers)
    except LedgerError as problem:
        return findings + problem.findings


def _told(table: Table, rules: Sequence[Rule], source: str = "") -> list[Finding]:
    counts = table.count([rule.broken for rule in rules], source)
    pairs = zip(rules, counts, strict=True)
    return [found for rule, count in pairs for found in table.tell(rule, count)]


def _mistyped(table: Table) -> list[Finding]:
    """Cells of a wrong type, and what has to be asked of a CSV's own texts."""
    records = table.records
    rules = [rule for f in table.ledger.schema.fields for rule in type_rules(f, records.parquet)]
    if records.parquet:
        return _told(table, [*rules, *items_rules(table.ledger)])
    doubt = records.read_in_doubt(in_doubt(table.ledger))
    return _told(table, [*rules, *items_rules(table.ledger)], records.raw) if doubt else []


def _text_findings(table: Table, field: Field) -> list[Finding]:
    """What is wrong in one column of texts."""
    rules = list(constraint_rules(table.ledger, field))
    broken = [*(rule.broken for rule in rules), suspect(field)]
    *counts, suspects = table.count_values(field.name, broken)
    if suspects:
        more = list(text_rules(field))
        rules += more
        counts += table.count(rule.broken for rule in more)
    pairs = zip(rules, counts, strict=True)
    return [found for rule, count in pairs for found in table.tell(rule, count)]
