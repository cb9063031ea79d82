"""What the scanner finds: one numeral and what it says. floor: scan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

KINDS = ("quantity", "date", "document", "name", "ordinal", "idiom")
"""What a numeral can be; only a quantity is a statistic's matter."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One numeral of a text; offsets are those of the text, end exclusive."""

    start: int
    end: int  # with the unit and an approximation that follows
    numeral_end: int  # of the numeral with its magnitude (万, 亿), without unit
    text: str
    kind: str  # one of KINDS
    value: Fraction | None  # as printed, in its unit; None where nothing is counted
    unit: str  # 亿元, %, 个; "" when none is written
    approximation: str  # 余, 近, 超过; "" when none


def moved(hit: Hit, by: int) -> Hit:
    """The same numeral in a text that begins so many characters earlier."""
    return replace(hit, start=hit.start + by, end=hit.end + by, numeral_end=hit.numeral_end + by)
