"""The quarters that the demo city reports on. floor: demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from policybook.period import Period

FIRST = Period(2031, 1)
REPORT_DAY = 20  # of the month after the quarter


@dataclass(frozen=True)
class Quarter:
    """One quarter with its days."""

    period: Period
    first: date
    last: date
    reported: date  # when the report on it was made
    next_reported: date

    @property
    def year(self) -> int:
        """Its year."""
        return self.period.year

    @property
    def number(self) -> int:
        """Its place in the year, from 1."""
        return self.period.quarter

    @property
    def code(self) -> str:
        """As part of an id: ``2031q1``."""
        return str(self.period).lower()

    @property
    def returns(self) -> str:
        """The id of the document in which the departments report on it."""
        return f"returns-{self.code}"

    @property
    def settled(self) -> str:
        """Whether the year ends with it: 是 or 否."""
        return "是" if self.number == 4 else "否"

    def day(self, place: int) -> date:
        """The day so many days into it, its last at most."""
        return min(self.first + timedelta(place), self.last)

    def after(self, quarters: int) -> date:
        """The last day of the quarter so many later."""
        return _first_day(self.period.shifted(quarters + 1)) - timedelta(1)


def plan_quarters(count: int) -> list[Quarter]:
    """The city's quarters in order."""
    return [_quarter(FIRST.shifted(place)) for place in range(count)]


def _first_day(period: Period) -> date:
    return date(period.year, 3 * period.quarter - 2, 1)


def _quarter(period: Period) -> Quarter:
    following = _first_day(period.shifted(1))
    return Quarter(
        period,
        _first_day(period),
        following - timedelta(1),
        following.replace(day=REPORT_DAY),
        _first_day(period.shifted(2)).replace(day=REPORT_DAY),
    )
