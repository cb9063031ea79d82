"""A year's funds: applied for, approved, issued and spent. floor: demo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from policybook.demo.chance import CENT, Chance, rounded
from policybook.demo.city import DEPARTMENTS, DISTRICTS, FUND_CHANNELS, FUND_USES, MARK
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row, year_pace

MIDDLE = Decimal("1.4")  # 亿元
ARRIVALS = (28, 5, 4, 3)
"""Applications of each quarter."""


LINKED = 75
"""So many of a hundred applications are for a project of their district, where there is one."""
EARLY = ("储备", "前期")
"""Stages of projects that cannot be finished, and so leave the ledger, within the year."""


@dataclass
class Fund:
    """A fund as it stands; it changes from quarter to quarter."""

    id: str
    title: str
    channel: str
    department: str
    district: str
    applied: Decimal
    approved: Decimal = Decimal(0)
    issued: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)

    @property
    def stage(self) -> str:
        """How far it has come."""
        if self.approved and self.spent == self.approved:
            return "付清"
        return "下达" if self.issued else "获批" if self.approved else "申报"


def report_funds(chance: Chance, quarters: Sequence[Quarter]) -> Iterator[list[Row]]:
    """The ledger of each quarter: every fund of the year so far."""
    funds: list[Fund] = []
    for quarter in quarters:
        if quarter.number == 1:
            funds = []
        for _ in range(ARRIVALS[quarter.number - 1]):
            funds.append(_apply(chance, quarter, len(funds) + 1))
        for place, one in enumerate(funds):
            # The year's first comes early, so that no quarter is without approved money.
            _advance(chance, quarter, one, early=place == 0)
        yield [_row(one, quarter, place) for place, one in enumerate(funds, start=1)]


class Purposes:
    """Which project each fund is for; settled when it is applied for."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._settled: dict[str, str] = {}

    def link(self, funds: Iterable[Row], projects: Sequence[Row]) -> list[Row]:
        """The quarter's ledger of funds with the projects that they are for."""
        return [{**row, "project": self._project(row, projects)} for row in funds]

    def _project(self, fund: Row, projects: Sequence[Row]) -> str:
        if fund["id"] not in self._settled:
            wanted = self._chance.happens(LINKED)
            early = [
                one["id"]
                for one in projects
                if one["stage"] in EARLY and one["district"] == fund["district"]
            ]
            self._settled[fund["id"]] = self._chance.pick(early) if wanted and early else ""
        return self._settled[fund["id"]]


def _apply(chance: Chance, quarter: Quarter, number: int) -> Fund:
    district = chance.pick(tuple(DISTRICTS.values()))
    channel = chance.pick(FUND_CHANNELS)
    return Fund(
        f"fund-{quarter.year}-{number:02d}",
        f"{district}{chance.pick(FUND_USES)}{channel}（演示{number:02d}）",
        channel,
        chance.pick(DEPARTMENTS),
        district,
        min(max(rounded(chance.skewed(MIDDLE)), Decimal("0.20")), Decimal("30")),
    )


def _advance(chance: Chance, quarter: Quarter, one: Fund, early: bool) -> None:
    pace = int(year_pace(quarter) * 100)
    if not one.approved and (early or chance.happens(pace * 38 // 100)):
        one.approved = rounded(one.applied * chance.factor(70, 100))
    if one.approved and chance.happens(pace * 60 // 100):
        one.issued += _part(chance, one.approved - one.issued)
    if early and not one.issued:
        one.issued = _part(chance, one.approved)
    if one.issued:
        one.spent += _part(chance, one.issued - one.spent)


def _part(chance: Chance, rest: Decimal) -> Decimal:
    """A part of what is left, or all of it."""
    share = chance.factor(25, 130)
    return rest if share >= 1 else min(max(rounded(rest * share), CENT), rest)


def _row(one: Fund, quarter: Quarter, place: int) -> Row:
    return {
        "id": one.id,
        "title": one.title,
        "channel": one.channel,
        "stage": one.stage,
        "applied": f"{one.applied:.2f}",
        "approved": f"{one.approved:.2f}",
        "issued": f"{one.issued:.2f}",
        "spent": f"{one.spent:.2f}",
        "settled": quarter.settled,
        "as_of": quarter.last.isoformat(),
        "department": one.department,
        "district": one.district,
        "source": f"{quarter.returns}:资金表第{place}行",
        "note": MARK,
    }
