"""Problems that are raised, worked on, solved and cleared with a date and a proof. floor: demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from policybook.demo.chance import Chance
from policybook.demo.city import (
    CATEGORIES,
    DEPARTMENTS,
    DISTRICT_PACE,
    DISTRICTS,
    MARK,
    MATTERS,
    TOLD_BY,
)
from policybook.demo.projects import Project
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row, year_pace


@dataclass
class Problem:
    """A problem as it stands; it changes from quarter to quarter."""

    id: str
    title: str
    category: str
    upward: bool
    project: str
    department: str
    district: str
    raised_on: date
    due_on: date
    status: str = "新增"
    advanced_on: date | None = None
    solved_on: date | None = None
    cleared_on: date | None = None
    proof: str = ""


class ProblemList:
    """All problems of the city that are not cleared before the quarter."""

    def __init__(self, chance: Chance, size: int) -> None:
        self._chance = chance
        self._size = size
        self._count = 0
        self._problems: list[Problem] = []

    def advance(
        self, quarter: Quarter, projects: Sequence[Project], funds: Sequence[Row]
    ) -> list[Row]:
        """The quarter's ledger.

        ``projects``: those that a new problem may be about; ``funds``: the quarter's ledger, from
        which a lack of money may be made good.
        """
        first = not self._problems
        self._problems = [one for one in self._problems if one.status != "已销号"]
        missing = self._size - len(self._problems)
        if not first:
            missing = max(1, int(missing * self._chance.factor(70, 130)))
        new = [self._raise(quarter, projects) for _ in range(missing)]
        if first:
            for one in new[1:]:
                if self._chance.happens(55):
                    self._inherit(one, quarter)
        self._problems += new
        for one in self._problems:
            if one.raised_on < quarter.first:
                self._work(one, quarter)
        return [
            _row(one, quarter, place, funds) for place, one in enumerate(self._problems, start=1)
        ]

    def held(self) -> set[str]:
        """The projects that have an open problem."""
        return {one.project for one in self._problems if one.project and one.status != "已销号"}

    def _raise(self, quarter: Quarter, projects: Sequence[Project]) -> Problem:
        self._count += 1
        about = self._chance.pick(projects) if self._chance.happens(45) else None
        category = self._chance.pick(CATEGORIES)
        department = about.department if about else self._chance.pick(DEPARTMENTS)
        district = about.district if about else self._chance.pick(tuple(DISTRICTS.values()))
        raised_on = quarter.day(self._chance.between(0, 85))
        return Problem(
            f"problem-{self._count:05d}",
            f"{district}{self._chance.pick(MATTERS[category])}（演示{self._count:05d}）",
            category,
            self._chance.happens(30 if category in ("资金缺口", "用地手续") else 12),
            about.id if about else "",
            department,
            district,
            raised_on,
            raised_on + timedelta(self._chance.between(120, 360)),
        )

    def _inherit(self, one: Problem, quarter: Quarter) -> None:
        """A problem that was raised before the first quarter."""
        age = timedelta(self._chance.between(10, 280))
        one.due_on -= one.raised_on - (quarter.first - age)
        one.raised_on = quarter.first - age
        one.status = "推进"
        one.advanced_on = one.raised_on + age / 4
        if self._chance.happens(40):
            one.status = "已解决"
            one.solved_on = one.raised_on + age / 2

    def _work(self, one: Problem, quarter: Quarter) -> None:
        pace = year_pace(quarter) * year_pace(quarter) * DISTRICT_PACE[one.district]
        luck = int(pace * (28 if one.upward else 48) / 100)
        if one.status == "已解决":
            self._verify(one, quarter)
            return
        one.advanced_on = one.advanced_on or quarter.day(self._chance.between(0, 20))
        one.status = "推进"
        if self._chance.happens(luck):
            one.status = "已解决"
            one.solved_on = quarter.day(self._chance.between(21, 89))

    def _verify(self, one: Problem, quarter: Quarter) -> None:
        """What was solved by the end of the last quarter is cleared, sent back, or still waits."""
        if self._chance.happens(75):
            one.status = "已销号"
            one.cleared_on = quarter.day(self._chance.between(3, 89))
            number = one.id.partition("-")[2]
            one.proof = f"验收单{quarter.period}-{number}（演示）"
        elif self._chance.happens(40):
            one.status, one.solved_on = "推进", None


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _money(one: Problem, funds: Sequence[Row]) -> str:
    """The first fund of its department and district, where money is what is lacking."""
    theirs = (
        row["id"]
        for row in funds
        if (row["department"], row["district"]) == (one.department, one.district)
    )
    return next(theirs, "") if one.category == "资金缺口" else ""


def _row(one: Problem, quarter: Quarter, place: int, funds: Sequence[Row]) -> Row:
    late = one.status != "已销号" and one.due_on < quarter.last
    return {
        "id": one.id,
        "title": one.title,
        "category": one.category,
        "upward": "是" if one.upward else "否",
        "status": one.status,
        "project": one.project,
        "funds": _money(one, funds),
        "statistics": TOLD_BY.get(one.category, ""),
        "raised_on": one.raised_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "overdue": "是" if late else "否",
        "advanced_on": _day(one.advanced_on),
        "solved_on": _day(one.solved_on),
        "cleared_on": _day(one.cleared_on),
        "cleared_month": _day(one.cleared_on)[:7],
        "proof": one.proof,
        "department": one.department,
        "district": one.district,
        "source": f"{quarter.returns}:问题表第{place}行",
        "note": MARK,
    }
