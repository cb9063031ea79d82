"""A statistic against its own earlier editions: bases, changes, growth. floor: comparisons.

The ledger ``earlier`` (前期公布数台账) has one row for each compared statistic and earlier
quarter.  Where it has the row, :meth:`policybook.edition.Edition.publish` publishes the
comparison too; where it has not, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from policybook.catalogue import Statistic
from policybook.corrections import find_editions
from policybook.derived import derived_ledger
from policybook.ledgers import Ledger
from policybook.model import Fact
from policybook.numbers import exact_text
from policybook.period import Period, parse_period
from policybook.register import read_register

EARLIER = "earlier"
AGAINST = {"quarter": (1, "上季度", "环比"), "year": (4, "上年同期", "同比")}
"""Kind of comparison → quarters back, what readers call the base, and the growth against it."""
TREND = 12
"""So many earlier quarters are kept for trends: three years."""

_WIDEST = 10**17  # an integer column holds no more
_LARGEST = 10**12  # nor a decimal one with six places


@dataclass(frozen=True)
class Base:
    """A statistic's value in an earlier edition."""

    statistic: str  # in this edition
    edition: Period  # that it was taken from
    fact: Fact
    note: str = ""  # why it is not what was published then

    @property
    def id(self) -> str:
        """Its record in the ledger."""
        return base_id(self.statistic, self.edition)


@dataclass(frozen=True)
class NotCompared:
    """A comparison that is not made although the earlier edition exists."""

    statistic: str
    edition: str
    reason: str


def earlier_editions(data: Path, edition: Period) -> list[Period]:
    """The editions that one is compared with, oldest first.

    The newest of each of the last quarters; a released edition keeps those it was released with.
    """
    kept = read_register(data).get(str(edition))
    if kept is not None:
        return sorted(map(parse_period, kept.bases.split()))
    newest = {one.first: one for one in find_editions(data) if one.first < edition.first}
    return [newest[quarter] for quarter in sorted(newest) if quarter >= edition.shifted(-TREND)]


def base_id(statistic: str, quarter: Period) -> str:
    """The record of a statistic's value in a quarter."""
    return f"{quarter.first}-{statistic}"


def unfit(fact: Fact) -> str:
    """Why a value is no base for a comparison; "" when it is one."""
    if fact.qualifier:
        return "只知下限"
    if fact.evidence == "implied":
        return "由比率倒推，只知区间"
    value = Fraction(fact.value)
    if max(abs(value.numerator), value.denominator) >= _WIDEST:
        return "精确值的位数太多"
    if abs(value) >= _LARGEST:
        return "太大，前期公布数台账写不下"
    return ""


def earlier_ledger(bases: Iterable[Base], folder: Path) -> Ledger:
    """The ledger of earlier values; ``folder``: where it would stand, for findings."""
    rows = []
    for base in bases:
        value, fact = Fraction(base.fact.value), base.fact
        finite = "/" not in fact.value and len(fact.value.partition(".")[2]) <= 6
        rows.append(
            {
                "id": base.id,
                "title": fact.label,
                "statistic": base.statistic,
                "period": str(base.edition),
                "value": fact.value if finite else "",
                "numerator": "" if finite else str(value.numerator),
                "denominator": "" if finite else str(value.denominator),
                "shown": fact.number,
                "unit": fact.unit,
                "items": "1",
                "evidence": fact.evidence,
                "source": f"前期报告:{base.edition}",
                "note": base.note,
            }
        )
    return derived_ledger(EARLIER, rows, folder)


def compared(statistic: Statistic) -> dict[str, Statistic]:
    """The statistics that comparing one gives, by ``quarter_change``, ``year_growth`` …

    A share's change is in percentage points and has no growth.
    """
    found = {}
    for kind in statistic.compare:
        _, base, growth = AGAINST[kind]
        share = statistic.unit == "%"
        found[f"{kind}_change"] = replace(
            statistic,
            id=f"{statistic.id}.{kind}_change",
            label=f"{statistic.label}，比{base}{'变动' if share else '增减'}",
            unit="个百分点" if share else statistic.unit,
            decimals=max(statistic.decimals, 1) if share else statistic.decimals,
            definition=f"本期的“{statistic.label}”减去{base}的同一指标。{statistic.definition}",
            word="level" if share else "amount",
            compare=(),
        )
        if not share:
            found[f"{kind}_growth"] = replace(
                statistic,
                id=f"{statistic.id}.{kind}_growth",
                label=f"{statistic.label}，{growth}增速",
                unit="%",
                decimals=1,
                definition=f"“{statistic.label}”比{base}的增减，除以{base}的数。{statistic.definition}",
                word="change",
                compare=(),
            )
    return found


def comparison_formula(part: str, expression: str, base: str) -> str:
    """The expression of a change, or of growth, over one statistic's expression and its base."""
    change = f"{expression} - {base}"
    if part.endswith("growth"):
        return f"({change}) / {base if base.isalpha() else f'({base})'}"
    return change


def base_period(statistic: Statistic, kind: str, period: str) -> Period:
    """The quarter that a statistic is compared with."""
    return parse_period(period).shifted(-AGAINST[kind][0])


def base_row(ledger: Ledger, statistic: str, quarter: Period) -> Mapping[str, str] | None:
    """The earlier value's record, when there is one."""
    found = ledger.by_id.get(base_id(statistic, quarter))
    return found[1] if found else None


def base_value(row: Mapping[str, str]) -> Fraction:
    """The exact earlier value."""
    if row["value"]:
        return Fraction(row["value"])
    return Fraction(int(row["numerator"]), int(row["denominator"]))


def same_value(fact: Fact, published: str) -> bool:
    """Whether a value is what was published."""
    return exact_text(Fraction(fact.value)) == published
