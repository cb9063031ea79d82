"""One fact for the terminal: published while that is current, else computed. floor: trace."""

from __future__ import annotations

import json
from pathlib import Path

from policybook.catalogue import nearest
from policybook.config import read_parameters
from policybook.errors import LedgerError, UsageError, error
from policybook.ledgers import read_ledgers
from policybook.model import Fact, fact_from_dict
from policybook.schema import load_schemas


def find_fact(root: Path, data: Path, period: str, statistic: str) -> Fact:
    """A statistic's fact in an edition, never a stale one.

    Raises :class:`UsageError` for an unknown statistic, :class:`LedgerError` for bad ledgers.
    """
    published = _published(root, data, period, statistic)
    if published is not None:
        return published
    from policybook.check import check_data
    from policybook.edition import load_edition
    from policybook.notebooks import evaluate_notebooks

    checked = check_data(data, period)
    if checked.blocked:
        raise LedgerError(checked.findings)
    edition = load_edition(data, period, dict(checked.ledgers))
    if statistic not in edition.catalogue:
        remedy = nearest(statistic, edition.catalogue)
        raise UsageError(error("trace.unknown", statistic, "指标目录里没有这个指标。", remedy))
    return evaluate_notebooks(root / "notebooks", edition)[statistic]


def _published(root: Path, data: Path, period: str, statistic: str) -> Fact | None:
    """The published fact, while its ledgers are those published and the rest is no newer."""
    facts = root / "_build" / "site" / period / "facts.json"
    if not facts.is_file() or data.resolve() != (root / "data").resolve():
        return None
    inputs = [data / "statistics.yml", data / period / "period.yml"]
    inputs += [*(data / "schema").glob("*.json"), *(root / "notebooks").glob("*.ipynb")]
    if any(path.stat().st_mtime_ns >= facts.stat().st_mtime_ns for path in inputs):
        return None
    for entry in json.loads(facts.read_text(encoding="utf-8"))["facts"]:
        if entry["id"] == statistic:
            fact = fact_from_dict(entry)
            return fact if _ledgers_unchanged(data, period, fact) else None
    return None


def _ledgers_unchanged(data: Path, period: str, fact: Fact) -> bool:
    parameters = read_parameters(data / period / "period.yml", period)
    schemas = load_schemas(data)
    try:
        ledgers, _ = read_ledgers(data, period, schemas, parameters.empty_ledgers)
    except LedgerError:
        return False
    now = {ledger.published: ledger.sha256 for ledger in ledgers.values()}
    return all(now[source["file"]] == source["sha256"] for source in fact.sources)
