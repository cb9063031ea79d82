"""The committee's opinions, and the dates of a quarter. floor: demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from policybook.demo.chance import Chance
from policybook.demo.city import DEPARTMENTS, MARK, OPINIONS
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row


@dataclass
class Opinion:
    """An opinion as it stands; it changes from quarter to quarter."""

    id: str
    title: str
    kind: str
    responsible: str
    statistic: str
    received: date
    due: date
    status: str = "待办"
    replied_on: date | None = None


class Docket:
    """All opinions that were not replied to before the quarter."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._opinions: list[Opinion] = []

    def advance(self, quarter: Quarter) -> list[Row]:
        """The quarter's ledger; some opinions are always new, so that some are always open."""
        self._opinions = [one for one in self._opinions if one.status != "已答复"]
        for one in self._opinions:
            self._work(one, quarter)
        self._opinions += self._receive(quarter)
        return [_row(one, quarter) for one in self._opinions]

    def _receive(self, quarter: Quarter) -> list[Opinion]:
        start = self._chance.below(len(OPINIONS))
        found = []
        for number in range(1, self._chance.between(3, 5) + 1):
            kind, title, statistic = OPINIONS[(start + 3 * number) % len(OPINIONS)]
            found.append(
                Opinion(
                    f"opinion-{quarter.code}-{number}",
                    title,
                    kind,
                    self._chance.pick(DEPARTMENTS),
                    statistic,
                    quarter.day(self._chance.between(71, 85)),
                    quarter.last + timedelta(self._chance.between(30, 180)),
                )
            )
        return found

    def _work(self, one: Opinion, quarter: Quarter) -> None:
        if one.status == "办理中" and self._chance.happens(75):
            one.status = "已答复"
            one.replied_on = quarter.day(self._chance.between(10, 85))
        elif one.status == "待办" and self._chance.happens(85):
            one.status = "办理中"


def _row(one: Opinion, quarter: Quarter) -> Row:
    late = one.status != "已答复" and one.due < quarter.last
    return {
        "id": one.id,
        "title": one.title,
        "kind": one.kind,
        "responsible": one.responsible,
        "received": one.received.isoformat(),
        "due": one.due.isoformat(),
        "status": one.status,
        "overdue": "是" if late else "否",
        "replied_on": one.replied_on.isoformat() if one.replied_on else "",
        "reply": "已书面答复（演示）。" if one.replied_on else "",
        "statistics": one.statistic,
        "source": f"opinion-{one.id.split('-')[1]}:意见{one.id.split('-')[2]}",
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
    days += [
        (f"due-{row['id']}", row["title"], "到期", date.fromisoformat(row["due"]), row["source"])
        for row in opinions
        if row["status"] != "已答复" and row["overdue"] == "否"
    ]
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
