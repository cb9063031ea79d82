"""Yearly tasks of each district: a plan, and what is completed quarter by quarter. floor: demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from policybook.demo.chance import Chance, rounded
from policybook.demo.city import DISTRICT_PACE, DISTRICTS, MARK, STEADY, TASKS, Task
from policybook.demo.quarters import FIRST, Quarter

Row = dict[str, str]

YEAR_PACE = (89, 108)
"""A slow year and a quick one take turns, in per cent."""


def year_pace(quarter: Quarter) -> Decimal:
    """How quickly the city works in a year."""
    return Decimal(YEAR_PACE[(quarter.year - FIRST.year) % len(YEAR_PACE)]) / 100


def report_tasks(chance: Chance, quarters: Sequence[Quarter]) -> Iterator[list[Row]]:
    """The ledger of each quarter."""
    cells = [(task, code, name) for task in TASKS for code, name in DISTRICTS.items()]
    usual = {cell: _size(chance, cell[0]) for cell in cells}
    planned = dict(usual)
    done: dict[tuple[Task, str, str], Decimal] = {}
    for quarter in quarters:
        before: dict[tuple[Task, str, str], Decimal] = {}
        if quarter.number == 1 or not done:
            planned = {
                cell: _measured(cell[0], usual[cell] * chance.factor(92, 112)) for cell in cells
            }
            done = dict.fromkeys(cells, Decimal(0))
        else:
            before = dict(done)
        for cell in cells:
            done[cell] = _advance(chance, quarter, cell, planned[cell], done[cell])
        yield [
            _row(quarter, cell, planned[cell], done[cell], before.get(cell), place)
            for place, cell in enumerate(cells, start=1)
        ]


def _size(chance: Chance, task: Task) -> Decimal:
    return Decimal(chance.between(task.least, task.most))


def _measured(task: Task, value: Decimal) -> Decimal:
    return max(rounded(value, Decimal("0.1" if task.tenths else "1")), Decimal(1))


def _advance(
    chance: Chance,
    quarter: Quarter,
    cell: tuple[Task, str, str],
    planned: Decimal,
    done: Decimal,
) -> Decimal:
    task, _, district = cell
    step = planned * task.season[quarter.number - 1] / 100
    step *= year_pace(quarter) * DISTRICT_PACE[district] / 100 * chance.factor(65, 135)
    total = rounded(done + step, Decimal("0.1" if task.tenths else "1"))
    return total if task.over else min(total, planned)


def _row(
    quarter: Quarter,
    cell: tuple[Task, str, str],
    planned: Decimal,
    done: Decimal,
    before: Decimal | None,
    place: int,
) -> Row:
    task, code, district = cell
    return {
        "id": f"{task.code}-{code}-{quarter.year}",
        "title": task.title,
        "task": task.code,
        "section": task.section,
        "measure": task.measure,
        "unit": task.unit,
        "planned": f"{planned}",
        "completed": f"{done}",
        "previous": "" if before is None else f"{before}",
        "season": "" if task.season == STEADY else "；".join(map(str, task.season)),
        "over_plan": "是" if task.over else "否",
        "settled": quarter.settled,
        "as_of": quarter.last.isoformat(),
        "span": "累计",
        "department": task.department,
        "district": district,
        "source": f"{quarter.returns}:任务表第{place}行",
        "note": MARK,
    }
