"""The committee's opinions, and the dates of a quarter. floor: demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from policybook.deadlines import add_months
from policybook.demo.chance import Chance
from policybook.demo.city import DEPARTMENTS, ISSUER, MARK, OPINIONS
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row

LINKED = 2
"""So many problems or projects are named beside an opinion, at most."""


@dataclass
class Opinion:
    """An opinion as it stands; it changes from quarter to quarter."""

    id: str
    title: str
    kind: str
    edition: str  # the report that it is about
    responsible: str
    statistic: str
    received: date
    months: int
    source: str
    printed: bool = False  # whether the due date is printed too
    problems: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    status: str = "待办"
    replied_on: date | None = None

    @property
    def due(self) -> date:
        """When it is to be answered."""
        return add_months(self.received, self.months)


class Docket:
    """All opinions that were not replied to before the quarter."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._opinions: list[Opinion] = []

    def advance(
        self, quarter: Quarter, problems: Sequence[Row], projects: Sequence[Row]
    ) -> list[Row]:
        """The quarter's ledger; some opinions are always new, so that some are always open.

        ``problems``, ``projects``: the quarter's ledgers, whose records opinions may name.
        """
        self._opinions = [one for one in self._opinions if one.status != "已答复"]
        for one in self._opinions:
            self._work(one, quarter)
        self._opinions += self._receive(quarter, problems, projects)
        there = {row["id"] for row in (*problems, *projects)}
        return [_row(one, there) for one in self._opinions]

    def _receive(
        self, quarter: Quarter, problems: Sequence[Row], projects: Sequence[Row]
    ) -> Iterator[Opinion]:
        start = self._chance.below(len(OPINIONS))
        received = quarter.day(self._chance.between(71, 85))
        document, edition = f"opinion-{quarter.code}", str(quarter.period)
        for number in range(1, self._chance.between(3, 5) + 1):
            kind, title, statistic = OPINIONS[(start + 3 * number) % len(OPINIONS)]
            department = self._chance.pick(DEPARTMENTS)
            yield Opinion(
                f"{document}-{number}",
                title,
                kind,
                edition,
                department,
                statistic,
                received,
                self._chance.pick((1, 2, 2, 3)),
                f"{document}:意见{number}",
                problems=_named("problems", statistic, department, problems),
                projects=_named("projects", statistic, department, projects),
            )
        yield Opinion(
            f"{document}-reply",
            "书面报告研究处理情况",
            "办理要求",
            edition,
            ISSUER,
            "",
            received,
            2,
            f"{document}:落款",
            printed=True,
        )

    def _work(self, one: Opinion, quarter: Quarter) -> None:
        if self._chance.happens(65):
            one.status = "已答复"
            one.replied_on = quarter.day(self._chance.between(10, 85))
        else:
            one.status = "办理中"


def _named(ledger: str, statistic: str, department: str, rows: Sequence[Row]) -> tuple[str, ...]:
    """The first records of a department that a statistic of this ledger is about."""
    if not statistic.startswith(f"{ledger}."):
        return ()
    theirs = [
        row["id"]
        for row in rows
        if row["department"] == department
        and not (row.get("cleared_on") or row.get("completed_on"))
    ]
    return tuple(theirs[:LINKED])


def _row(one: Opinion, there: set[str]) -> Row:
    return {
        "id": one.id,
        "title": one.title,
        "kind": one.kind,
        "edition": one.edition,
        "responsible": one.responsible,
        "received": one.received.isoformat(),
        "months": str(one.months),
        "due": one.due.isoformat() if one.printed else "",
        "status": one.status,
        "replied_on": one.replied_on.isoformat() if one.replied_on else "",
        "reply": "已书面答复（演示）。" if one.replied_on else "",
        "problems": "；".join(name for name in one.problems if name in there),
        "projects": "；".join(name for name in one.projects if name in there),
        "statistics": one.statistic,
        "source": one.source,
        "note": MARK,
    }


def list_milestones(quarter: Quarter, opinions: Sequence[Row]) -> list[Row]:
    """The days of a quarter's report, and when opinions that are open fall due."""
    calendar = f"calendar:{quarter.year}年"
    days = [
        ("year-start", "报告年度首日", "报告期", date(quarter.year, 1, 1), calendar),
        ("quarter-end", "季末，数据截止", "数据时点", quarter.last, f"{quarter.returns}:封面"),
        ("report-made", "季度报告成文", "文件", quarter.reported, f"report-{quarter.code}:题头"),
        ("year-end", "报告年度末日", "报告期", date(quarter.year, 12, 31), calendar),
    ]
    for row in opinions:
        due = add_months(date.fromisoformat(row["received"]), int(row["months"]))
        if row["status"] != "已答复" and due >= quarter.last:
            days.append((f"due-{row['id']}", row["title"], "到期", due, row["source"]))
    return [
        {
            "id": name,
            "title": title,
            "kind": kind,
            "on": on.isoformat(),
            "precision": "日",
            "source": source,
            "note": MARK,
        }
        for name, title, kind, on, source in days
    ]
