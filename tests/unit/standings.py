"""A made-up edition's standing, from which ledgers are derived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from policybook.derived import Row, Standing
from policybook.schema import Schema

YEAR = (date(2030, 1, 1), date(2030, 12, 31))
ON = date(2030, 3, 31)


def standing(records: Mapping[str, Sequence[Row]], *schemas: Schema) -> Standing:
    """How the first quarter of 2030 stands with these records by ledger."""
    return Standing("2030Q1", YEAR, ON, {one.name: one for one in schemas}, records)
