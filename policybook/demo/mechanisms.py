"""The six working mechanisms at work: reports, letters, adjustments, reviews. floor: demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from policybook.demo.chance import Chance
from policybook.demo.city import COMMITTEE, DEPARTMENTS, ISSUER, MARK, STEADY
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row

OFFICE = "市政府办公室"
SUPERVISION = "市政府督查室"
MECHANISMS = (
    ("quarterly-report", "季度报告", "每季", OFFICE),
    ("problem-list", "问题清单", "每月", OFFICE),
    ("review", "评估总结", "每季", OFFICE),
    ("publicity", "宣传推广", "每月", "市政府新闻办"),
    ("supervision", "督查督办", "随时", SUPERVISION),
    ("adjustment", "动态调整", "随时", OFFICE),
)
"""Id, title, frequency and owner of each mechanism."""
REPORT_DUE = 25
"""The day of the month after the quarter by which its report is due."""
REASONS = ("配套资金到位晚", "征收协议未签完", "管线迁改超期", "设计变更待批")
LETTERS = {
    "tasks": "加快进度",
    "projects": "按新工期推进",
    "problems": "限期销号",
    "opinions": "尽快答复",
}
"""What a letter asks for, by the ledger of the record that it is about."""
ACTS = (
    ("评估总结", "季度总结", "季度运行情况总结"),
    ("评估总结", "专项评估", "项目推进专项评估"),
    ("宣传推广", "新闻发布", "重点工作新闻发布会"),
    ("宣传推广", "经验推广", "基层做法经验推广"),
)
"""Mechanism, form and title; the first takes place in each quarter."""

Ledgers = Mapping[str, Sequence[Row]]


def list_mechanisms(quarter: Quarter) -> list[Row]:
    """The ledger of mechanisms, the same in every quarter."""
    return [
        {
            "id": name,
            "title": title,
            "frequency": frequency,
            "owner": owner,
            "source": f"report-{quarter.code}:工作机制",
            "note": MARK,
        }
        for name, title, frequency, owner in MECHANISMS
    ]


class Reports:
    """All reports since the first: those of earlier quarters are in, that of this one is owed.

    The last of a year, handed in in the first quarter of the next, is late.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._rows: list[Row] = []

    def advance(self, quarter: Quarter) -> list[Row]:
        """The quarter's ledger; a report is handed in some days after its own date."""
        if self._rows:
            last = self._rows[-1]
            made = date.fromisoformat(last["due"]).replace(day=quarter.reported.day)
            days = self._chance.between(6, 9) if quarter.number == 1 else self._chance.between(0, 5)
            sent = made + timedelta(days)
            last |= {"status": "已报送", "submitted_on": sent.isoformat()}
        self._rows.append(
            {
                "id": f"report-{quarter.code}",
                "title": f"{quarter.year}年第{quarter.number}季度报告（演示）",
                "recipient": COMMITTEE,
                "responsible": ISSUER,
                "due": quarter.reported.replace(day=REPORT_DUE).isoformat(),
                "status": "待报送",
                "source": f"report-{quarter.code}:题头",
                "note": MARK,
            }
        )
        return [dict(row) for row in self._rows]


@dataclass
class Letter:
    """A letter of supervision as it stands."""

    id: str
    number: str
    title: str
    ledger: str
    record: str
    responsible: str
    issued_on: date
    due: date
    source: str
    answered_on: date | None = None


class Letters:
    """All letters that were not answered before the quarter."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._letters: list[Letter] = []
        self._numbers: dict[int, int] = {}  # of the last letter of each year

    def advance(self, quarter: Quarter, ledgers: Ledgers) -> list[Row]:
        """The quarter's ledger; ``ledgers``: those whose late records letters are about."""
        self._letters = [one for one in self._letters if one.answered_on is None]
        for one in self._letters:
            if self._chance.happens(75):
                one.answered_on = quarter.day(self._chance.between(5, 80))
        self._letters += self._issue(quarter, ledgers)
        there = {row["id"] for rows in ledgers.values() for row in rows}
        return [_letter(one, there) for one in self._letters]

    def _issue(self, quarter: Quarter, ledgers: Ledgers) -> Iterator[Letter]:
        late = {name: _late(name, ledgers[name], quarter) for name in LETTERS}
        late = {name: rows for name, rows in late.items() if rows}
        about = {one.record for one in self._letters}
        for number in range(1, self._chance.between(3, 6) + 1 if late else 1):
            ledger = self._chance.pick(tuple(late))
            row = self._chance.pick(late[ledger])
            if row["id"] in about:
                continue
            about.add(row["id"])
            self._numbers[quarter.year] = self._numbers.get(quarter.year, 0) + 1
            issued = quarter.day(self._chance.between(20, 85))
            yield Letter(
                f"letter-{quarter.code}-{number}",
                f"样督〔{quarter.year}〕{self._numbers[quarter.year]}号",
                f"督办：{row['title'].removesuffix('（演示）')}{LETTERS[ledger]}",
                ledger,
                row["id"],
                row.get("department") or row["responsible"],
                issued,
                issued + timedelta(self._chance.between(20, 75)),
                f"report-{quarter.code}:督办函{number}",
            )


def _late(ledger: str, rows: Sequence[Row], quarter: Quarter) -> list[Row]:
    """The records of a ledger that somebody ought to write about."""
    if ledger == "tasks":
        return [row for row in rows if _behind(row, quarter)]
    signs = {
        "projects": ("delayed", "是"),
        "problems": ("overdue", "是"),
        "opinions": ("status", "办理中"),
    }
    column, value = signs[ledger]
    return [row for row in rows if row[column] == value]


def _behind(task: Row, quarter: Quarter) -> bool:
    """Whether a tenth or more is missing of what its plan has for the quarters so far."""
    season = task["season"].split("；") if task["season"] else STEADY
    share = sum(int(one) for one in season[: quarter.number])
    return Decimal(task["completed"]) * 1000 < Decimal(task["planned"]) * share * 9


def _letter(one: Letter, there: set[str]) -> Row:
    return {
        "id": one.id,
        "title": one.title,
        "number": one.number,
        "issued_on": one.issued_on.isoformat(),
        "responsible": one.responsible,
        one.ledger: one.record if one.record in there else "",
        "due": one.due.isoformat(),
        "status": "已回复" if one.answered_on else "待回复",
        "answered_on": one.answered_on.isoformat() if one.answered_on else "",
        "answer": "已书面回复（演示）。" if one.answered_on else "",
        "source": one.source,
        "note": MARK,
    }


def list_adjustments(
    chance: Chance, quarter: Quarter, before: Sequence[Row], now: Sequence[Row]
) -> list[Row]:
    """The projects whose completion was put off since the quarter before, and why."""
    known = {row["id"]: row["expected"] for row in before}
    return [
        {
            "id": f"adjustment-{quarter.code}-{row['id']}",
            "title": f"{row['title'].removesuffix('（演示）')}预计竣工推迟",
            "ledger": "projects",
            "record": row["id"],
            "column": "expected",
            "before": known[row["id"]],
            "after": row["expected"],
            "reason": chance.pick(REASONS),
            "decided_on": quarter.day(chance.between(30, 88)).isoformat(),
            "decided_by": row["department"],
            "source": row["source"],
            "note": MARK,
        }
        for row in now
        if known.get(row["id"]) and known[row["id"]] != row["expected"]
    ]


def list_evaluations(chance: Chance, quarter: Quarter) -> list[Row]:
    """What was reviewed and made public in a quarter."""
    rows: list[Row] = []
    for place, (mechanism, kind, title) in enumerate(ACTS):
        for _ in range(1 if place == 0 else chance.below(3)):
            number = len(rows) + 1
            rows.append(
                {
                    "id": f"evaluation-{quarter.code}-{number}",
                    "title": f"{title}（演示）",
                    "mechanism": mechanism,
                    "kind": kind,
                    "held_on": quarter.day(chance.between(10, 88)).isoformat(),
                    "department": OFFICE if place == 0 else chance.pick(DEPARTMENTS),
                    "source": f"{quarter.returns}:评估宣传表第{number}行",
                    "note": MARK,
                }
            )
    return rows
