"""Projects that are prepared, started, paid for, put off and finished. floor: demo."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from policybook.demo.chance import CENT, Chance, rounded
from policybook.demo.city import (
    DEPARTMENTS,
    DISTRICT_PACE,
    DISTRICTS,
    MARK,
    OUTDOOR,
    REFORM,
    WORKS,
)
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row, year_pace

MIDDLE = Decimal("2.6")  # 亿元, the investment that half of the projects exceed
SMALLEST, LARGEST = Decimal("0.12"), Decimal("60")
LITTLE = Decimal("0.08")  # of the investment: a rest that may be paid at once


@dataclass
class Project:
    """A project as it stands; it changes from quarter to quarter."""

    id: str
    title: str
    department: str
    district: str
    investor: str
    investment: Decimal
    stage: str
    paid: Decimal = Decimal(0)
    planned: Decimal = Decimal(0)  # for this year
    paid_year: Decimal = Decimal(0)
    season: int = 100  # share of a year's work that was left when its plan was made
    over: bool = False
    started_on: date | None = None
    expected: date | None = None
    completed_on: date | None = None
    delayed: bool = False

    @property
    def rest(self) -> Decimal:
        """What remains to be paid."""
        return self.investment - self.paid


class Portfolio:
    """All projects of the city that are not finished before the quarter."""

    def __init__(self, chance: Chance, size: int) -> None:
        self._chance = chance
        self._size = size
        self._count = 0
        self.projects: list[Project] = []

    def enter(self, quarter: Quarter) -> None:
        """Leave out what is finished, take in what is new, and plan the year."""
        first = not self.projects
        self.projects = [one for one in self.projects if one.stage != "竣工"]
        missing = self._size - len(self.projects)
        if not first:
            missing = max(1, int(missing * self._chance.factor(75, 125)))
        new = [self._propose() for _ in range(missing)]
        self.projects += new
        if first:
            for place, one in enumerate(new):
                if place == 0 or self._chance.happens(60):
                    self._inherit(one, quarter)
        if quarter.number == 1 or first:
            for one in self.projects:
                self._plan_year(one)

    def advance(self, quarter: Quarter, held: Collection[str]) -> list[Row]:
        """The quarter's ledger; projects that are ``held`` by an open problem do not finish."""
        for one in self.projects:
            self._advance(one, quarter, one.id in held)
        if not any(one.planned for one in self.projects):  # a year's plan is never nothing
            waiting = (one for one in self.projects if one.stage in ("储备", "前期"))
            self._start(next(waiting), quarter)
        return [_row(one, quarter, place) for place, one in enumerate(self.projects, start=1)]

    def _propose(self) -> Project:
        self._count += 1
        department = self._chance.pick(DEPARTMENTS)
        district = self._chance.pick(tuple(DISTRICTS.values()))
        work = self._chance.pick(WORKS[department])
        private = self._chance.happens(75 if department == REFORM else 20)
        investment = rounded(self._chance.skewed(MIDDLE))
        return Project(
            f"project-{self._count:04d}",
            f"{district}{work}项目（演示{self._count:04d}）",
            department,
            district,
            "企业" if private else "政府",
            min(max(investment, SMALLEST), LARGEST),
            "前期" if self._chance.happens(45) else "储备",
        )

    def _inherit(self, one: Project, quarter: Quarter) -> None:
        """A project that was under way before the first quarter."""
        one.stage = "在建"
        one.started_on = quarter.first - timedelta(self._chance.between(20, 420))
        one.expected = quarter.after(self._chance.between(0, 6))
        one.paid = rounded(one.investment * self._chance.factor(4, 97))

    def _plan_year(self, one: Project) -> None:
        one.planned, one.paid_year, one.season, one.over = Decimal(0), Decimal(0), 100, False
        if one.stage in ("开工", "在建"):
            planned = rounded(one.investment * self._chance.factor(25, 55))
            near_end = one.rest - planned < one.investment * LITTLE
            one.planned = one.rest if near_end else planned
            one.over = self._chance.happens(15)

    def _start(self, one: Project, quarter: Quarter) -> None:
        one.stage = "开工"
        one.started_on = quarter.day(self._chance.between(5, 80))
        one.expected = quarter.after(self._chance.between(4, 9))
        one.season = sum(OUTDOOR[quarter.number - 1 :])
        planned = one.investment * self._chance.factor(30, 55) * one.season / 100
        one.planned = max(rounded(planned), CENT)

    def _advance(self, one: Project, quarter: Quarter, held: bool) -> None:
        if one.stage == "储备":
            one.stage = "前期" if self._chance.happens(30) else "储备"
        elif one.stage == "前期":
            if self._chance.happens((14, 45, 36, 14)[quarter.number - 1]):
                self._start(one, quarter)
                self._pay(one, quarter)
        else:
            one.stage = "在建"
            self._pay(one, quarter)
            self._close(one, quarter, held)

    def _pay(self, one: Project, quarter: Quarter) -> None:
        step = one.planned * OUTDOOR[quarter.number - 1] / one.season
        step *= year_pace(quarter) * DISTRICT_PACE[one.district] / 100
        room = one.rest if one.over else min(one.rest, one.planned - one.paid_year)
        step = min(rounded(step * self._chance.factor(60, 140)), room)
        if one.rest - step <= one.investment * LITTLE and self._chance.happens(55):
            step = one.rest
            one.over = one.over or one.paid_year + step > one.planned
        one.paid += step
        one.paid_year += step

    def _close(self, one: Project, quarter: Quarter, held: bool) -> None:
        if not one.rest and not held and self._chance.happens(75):
            one.stage = "竣工"
            one.completed_on = quarter.day(self._chance.between(15, 88))
        elif one.expected is not None and one.expected <= quarter.last:
            one.expected = quarter.after(self._chance.between(1, 3))
            one.delayed = True


def _row(one: Project, quarter: Quarter, place: int) -> Row:
    return {
        "id": one.id,
        "title": one.title,
        "programme": "年度重大项目",
        "investor": one.investor,
        "stage": one.stage,
        "investment": f"{one.investment}",
        "paid": f"{one.paid:.2f}",
        "planned_year": f"{one.planned:.2f}",
        "paid_year": f"{one.paid_year:.2f}",
        "over_plan": "是" if one.over else "否",
        "started_on": _day(one.started_on),
        "expected": _day(one.expected),
        "completed_on": _day(one.completed_on),
        "delayed": "是" if one.delayed else "否",
        "department": one.department,
        "district": one.district,
        "source": f"{quarter.returns}:项目表第{place}行",
        "note": MARK,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
