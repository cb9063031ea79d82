"""Monthly readings of the tasks, a few of which are not handed in. floor: demo."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from policybook.deadlines import add_months
from policybook.demo.chance import Chance, rounded
from policybook.demo.city import DEPARTMENTS, MARK
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row

ABSENT, OVERLOOKED = 5, 2
"""How often a department hands in nothing in a month, and a task is overlooked, in per cent."""
SHARES = ((22, 42), (55, 78), (100, 100))
"""What of a quarter's work is done by the end of its months, in per cent."""


def report_readings(chance: Chance, quarter: Quarter, tasks: Sequence[Row]) -> list[Row]:
    """The quarter's ledger: what each task had reached at the end of each month."""
    rows: list[Row] = []
    for month, (low, high) in enumerate(SHARES):
        day = (add_months(quarter.first, month + 1) - quarter.first).days
        last = quarter.day(day - 1)
        absent = {name for name in DEPARTMENTS if chance.happens(ABSENT)}
        for task in tasks:
            share = chance.factor(low, high)
            overlooked = chance.happens(OVERLOOKED)
            if task["department"] in absent or overlooked:
                continue
            before, now = Decimal(task["previous"] or 0), Decimal(task["completed"])
            place = Decimal(1).scaleb(int(now.as_tuple().exponent))
            rows.append(
                {
                    "id": f"{task['id']}-{last.month:02d}",
                    "title": task["title"],
                    "task": task["id"],
                    "as_of": last.isoformat(),
                    "completed": f"{rounded(before + (now - before) * share, place)}",
                    "unit": task["unit"],
                    "department": task["department"],
                    "source": f"{quarter.returns}:{last.month}月任务表第{len(rows) + 1}行",
                    "note": MARK,
                }
            )
    return rows
