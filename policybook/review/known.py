"""A fact ready to be compared with numbers of drafts. floor: review."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from policybook.claims import shown_value
from policybook.model import Fact
from policybook.review.units import Unit, unit_of


@dataclass(frozen=True, slots=True)
class Known:
    """A fact with its values in its own unit."""

    fact: Fact
    number: Fraction  # as displayed
    exact: Fraction
    unit: Unit
    size: float  # of the unit
    rough: float  # in base units, only to pass over what is far from it
    digits: str  # of the displayed number, for slips of the pen

    @property
    def id(self) -> str:
        """The statistic's id."""
        return self.fact.id


def known(fact: Fact) -> Known:
    """A fact ready for comparison."""
    unit, exact = unit_of(fact.unit), shown_value(fact)
    return Known(
        fact,
        Fraction(fact.number),
        exact,
        unit,
        float(unit.size),
        float(exact * unit.size),
        fact.number.lstrip("-"),
    )
