"""An edition's facts: those published while they are current, else computed. floor: trace."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import orjson

from policybook.catalogue import nearest
from policybook.corrections import corrections_file
from policybook.errors import LedgerError, UsageError, error
from policybook.inputs import load_inputs
from policybook.keeping import COMPUTED
from policybook.ledgers import Ledger
from policybook.model import Fact, fact_from_dict
from policybook.period import parse_period
from policybook.project import Project, cache_of
from policybook.unchanged import findings_before, inputs_digest


def find_fact(root: Path, data: Path, period: str, statistic: str) -> Fact:
    """A statistic's fact in an edition, never a stale one.

    Raises :class:`UsageError` for an unknown statistic, :class:`LedgerError` for bad ledgers.
    """
    facts = _line(root, data, period, statistic) or edition_facts(root, data, period)
    if statistic not in facts:
        remedy = nearest(statistic, facts)
        raise UsageError(error("trace.unknown", statistic, "指标目录里没有这个指标。", remedy))
    return facts[statistic]


def _line(root: Path, data: Path, period: str, statistic: str) -> Mapping[str, Fact]:
    """One fact of an edition that is as it was built, without those that it has beside it."""
    project = Project(root.resolve(), data.resolve(), (root / "_build" / "site").resolve(), 1, True)
    edition = parse_period(period)
    if findings_before(project, edition, inputs_digest(project, edition)) is None:
        return {}
    opening = b'{"id":' + orjson.dumps(statistic) + b","
    with (project.out / period / "facts.json").open("rb") as file:
        for line in file:
            if line.startswith(opening):
                return {statistic: fact_from_dict(orjson.loads(line.rstrip(b",\n")))}
    return {}


def edition_facts(root: Path, data: Path, period: str) -> Mapping[str, Fact]:
    """Every fact of an edition, never a stale one; :class:`LedgerError` for bad ledgers."""
    published = _published(root, data, period)
    if published is not None:
        return published
    from policybook.check import check_data
    from policybook.edition import open_inputs
    from policybook.history import with_history
    from policybook.notebooks import evaluate_notebooks

    inputs = check_data(data, period).required()
    inputs = with_history(root, data, inputs, cache_of(root) / COMPUTED)
    return evaluate_notebooks(root / "notebooks", open_inputs(data, inputs))


def edition_ledgers(data: Path, period: str) -> Mapping[str, Ledger]:
    """An edition's ledgers as they stand; :class:`LedgerError` when they cannot be read."""
    return load_inputs(data, period).ledgers


def earlier_texts(root: Path, data: Path, period: str) -> frozenset[str]:
    """What the cells of the earlier values say that an edition is compared with."""
    from policybook.comparisons import EARLIER
    from policybook.history import with_history

    if _published(root, data, period) is not None:
        path = root / "_build" / "site" / period / "data" / f"{EARLIER}.csv"
        rows = list(csv.reader(path.open(encoding="utf-8", newline=""))) if path.is_file() else []
        return frozenset(text for row in rows for text in row)
    inputs = with_history(root, data, load_inputs(data, period), cache_of(root) / COMPUTED)
    ledger = inputs.ledgers.get(EARLIER)
    return (
        frozenset(text for row in ledger.rows for text in row.values()) if ledger else frozenset()
    )


def _published(root: Path, data: Path, period: str) -> Mapping[str, Fact] | None:
    """The published facts, while their ledgers are those published and the rest is no newer."""
    edition = parse_period(period)
    place = root / "_build" / "site" / str(edition) / "facts.json"
    if not place.is_file() or data.resolve() != (root / "data").resolve():
        return None
    folder = data / str(edition.first)
    inputs = [data / "statistics.yml", folder / "period.yml", corrections_file(data, edition)]
    inputs = [path for path in inputs if path.is_file()]
    inputs += [*(data / "schema").glob("*.json"), *(root / "notebooks").glob("*.ipynb")]
    if any(path.stat().st_mtime_ns >= place.stat().st_mtime_ns for path in inputs):
        return None
    entries = orjson.loads(place.read_bytes())["facts"]
    facts = {entry["id"]: fact_from_dict(entry) for entry in entries}
    return facts if _ledgers_unchanged(data, period, facts) else None


def _ledgers_unchanged(data: Path, period: str, facts: Mapping[str, Fact]) -> bool:
    try:
        ledgers = edition_ledgers(data, period)
    except LedgerError:
        return False
    now = {ledger.published: ledger.sha256 for ledger in ledgers.values()}
    sources = {source["file"]: source["sha256"] for f in facts.values() for source in f.sources}
    return all(now.get(file) == digest for file, digest in sources.items())
