"""Ledgers derived from one edition alone: once to publish, again to verify. floor: derived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from policybook.concentration import CONCENTRATION, concentration_of
from policybook.config import Parameters
from policybook.deadlines import DEADLINES, deadlines_of
from policybook.derived import Standing
from policybook.ledgers import Ledger
from policybook.matrix import COVERAGE, coverage_of
from policybook.pairings import PAIRINGS, pairings_of
from policybook.progress import PROGRESS, progress_of
from policybook.readings import MONTHLY, monthly_of
from policybook.schema import Schema

Rows = list[dict[str, str]]

_DERIVED: Mapping[str, tuple[Callable[[Schema], Any], Callable[[Standing], Rows]]] = {
    DEADLINES: (lambda schema: schema.deadline, deadlines_of),
    PROGRESS: (lambda schema: schema.pace or schema.reading, progress_of),
    MONTHLY: (lambda schema: schema.reading, monthly_of),
    PAIRINGS: (lambda schema: schema.pairing, pairings_of),
    COVERAGE: (lambda schema: schema.matrix, coverage_of),
    CONCENTRATION: (lambda schema: schema.apart and schema.apart.groups, concentration_of),
}
"""By ledger: which schemas ask for it, and how its rows are made."""


def derive(standing: Standing) -> dict[str, Rows]:
    """The rows of each ledger that a schema asks for, by its name; there may be none in it."""
    return {
        name: rows_of(standing)
        for name, (asks, rows_of) in _DERIVED.items()
        if any(map(asks, standing.held))
    }


def standing_of(parameters: Parameters, ledgers: Mapping[str, Ledger]) -> Standing:
    """How an edition stands by its ledgers; large and derived ones take no part."""
    held = {
        name: one for name, one in ledgers.items() if one.large is None and not one.schema.derived
    }
    return Standing(
        parameters.period,
        (parameters.year_start, parameters.year_end),
        parameters.as_of,
        {name: one.schema for name, one in held.items()},
        {name: one.rows for name, one in held.items()},
    )
