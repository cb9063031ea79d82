"""Readings within a quarter, and who has not handed them in: ``monthly``. floor: derived.

A ledger of readings (``reading``) has a row for each day on which a record of another ledger
was read.  Once a month is expected of each of those records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from policybook.deadlines import add_months, parse_day
from policybook.derived import Row, Standing, weakest
from policybook.errors import Finding, error
from policybook.explanations import Explanations, settled
from policybook.ledgers import Ledger
from policybook.numbers import is_number
from policybook.pace import Reading
from policybook.period import parse_period
from policybook.schema import Schema

MONTHLY = "monthly"
HANDED_IN, SOME, MISSING, NOBODY = "已报", "部分", "未报", "部门未载明"


def months_of(period: str) -> tuple[date, ...]:
    """The first days of a quarter's months, and of the month after it."""
    quarter = parse_period(period)
    first = date(quarter.year, 3 * quarter.quarter - 2, 1)
    return tuple(add_months(first, number) for number in range(4))


def monthly_of(standing: Standing) -> list[dict[str, str]]:
    """The rows of ``monthly``: each department in each month of the quarter."""
    return [
        row
        for schema in standing.ruled("reading")
        for row in _rows(
            schema, standing.rows(schema.name), standing.rows(schema.read_of), standing.period
        )
    ]


def _rows(
    schema: Schema, readings: Sequence[Row], read: Sequence[Row], period: str
) -> Iterator[dict[str, str]]:
    rule = schema.reading
    assert rule is not None
    known = {(row[rule.record], row[rule.as_of][:7]) for row in readings if row[rule.completed]}
    departments: dict[str, list[Row]] = {}
    for row in read:
        departments.setdefault(row.get("department", ""), []).append(row)
    for first in months_of(period)[:3]:
        month = f"{first:%Y-%m}"
        for place, (department, owned) in enumerate(sorted(departments.items()), start=1):
            absent = [row for row in owned if (row["id"], month) not in known]
            yield {
                "id": f"{schema.name}-{month}-{place:02d}",
                "title": f"{department or NOBODY} {month}",
                "ledger": schema.name,
                "department": department,
                "month": month,
                "state": _state(department, len(absent), len(owned)),
                "expected": str(len(owned)),
                "handed_in": str(len(owned) - len(absent)),
                "missing": str(len(absent)),
                "absent": "；".join(map(_told, absent)) if department else "",
                "items": "1",
                "evidence": weakest(row["evidence"] for row in owned),
                "source": owned[0]["source"],
                "note": "",
            }


def _told(row: Row) -> str:
    district = row.get("district", "")
    return f"{row['title']}（{district}）" if district else row["title"]


def _state(department: str, absent: int, owned: int) -> str:
    if not department:
        return NOBODY
    return HANDED_IN if not absent else MISSING if absent == owned else SOME


@dataclass(frozen=True)
class _Fault:
    """What is wrong with a reading."""

    index: int  # of the reading
    columns: tuple[str, ...]  # the first of which a reason is given for
    code: str
    message: str
    remedy: str


def check_readings(
    ledgers: Mapping[str, Ledger], period: str, explanations: Explanations
) -> list[Finding]:
    """Readings that are not of the quarter, fall, stand twice, or differ from what they are of."""
    findings: list[Finding] = []
    for ledger in ledgers.values():
        read, rule = ledgers.get(ledger.schema.read_of), ledger.schema.reading
        if read is None or rule is None or ledger.large is not None or read.large is not None:
            continue
        for one in _faults(ledger, rule, read, period):
            place = ledger.place(one.index, *one.columns)
            record = ledger.rows[one.index]["id"]
            reason = explanations.of_cell(ledger.name, record, one.columns[0])
            findings.append(settled(error(one.code, place, one.message, one.remedy), reason))
    return findings


def _faults(ledger: Ledger, rule: Reading, read: Ledger, period: str) -> Iterator[_Fault]:
    series: dict[str, list[_Point]] = {}
    first, *_, following = months_of(period)
    for index, row in enumerate(ledger.rows):
        record = read.by_id.get(row[rule.record])
        day = parse_day(row[rule.as_of])
        if record is None or day is None or not is_number(row[rule.completed]):
            continue  # found by the rules of types and keys
        if not first <= day < following:
            yield _Fault(
                index,
                (rule.as_of,),
                "reading.outside",
                f"读数的日期 {day} 不在本季之内（{first} 至 {following - timedelta(days=1)}）。",
                "核对日期；属于别的季度的，登记在那一季。",
            )
        whose, told = record[1].get("department", ""), row.get(rule.department, "")
        if told and whose and told != whose:
            yield _Fault(
                index,
                (rule.department,),
                "reading.department",
                f"读数由“{told}”报送，所读的记录却由“{whose}”负责。",
                "核对由谁报送；责任部门有变的，改被读的台账。",
            )
        point = _Point(day, Fraction(row[rule.completed]), index)
        series.setdefault(row[rule.record], []).append(point)
    for name, points in series.items():
        owner = read.by_id[name][1]
        yield from _against_each_other(rule, read, owner, sorted(points))
        yield from _against_record(rule, read, owner, points)


class _Point(NamedTuple):
    """A reading in the order of time."""

    day: date
    value: Fraction
    place: int  # its index in the ledger


def _against_each_other(
    rule: Reading, read: Ledger, record: Row, points: Sequence[_Point]
) -> Iterator[_Fault]:
    for before, after in pairwise(points):
        if before.day == after.day:
            message = f"“{record['title']}”在 {after.day} 有两个读数。"
            columns = rule.as_of, rule.record
            yield _Fault(after.place, columns, "reading.twice", message, "留下其中一个。")
        elif after.value < before.value and _adds_up(read, record):
            yield _Fault(
                after.place,
                (rule.completed,),
                "reading.fell",
                f"“{record['title']}”的累计数比 {before.day} 的读数少。",
                "核对两次读数；前次多报的，在 explanations.yml 说明。",
            )


def _against_record(
    rule: Reading, read: Ledger, record: Row, points: Sequence[_Point]
) -> Iterator[_Fault]:
    """The record's own number is the reading of its own day."""
    pace = read.schema.pace
    assert pace is not None
    day, text = parse_day(record[pace.as_of]), record[pace.completed]
    if day is None or not is_number(text):
        return
    for one in points:
        more, less = one.value > Fraction(text), one.value < Fraction(text)
        early, late = one.day < day and more, one.day > day and less
        same = one.day == day and (more or less)
        if same or ((early or late) and _adds_up(read, record)):
            yield _Fault(
                one.place,
                (rule.completed,),
                "reading.differs",
                f"“{record['title']}”{one.day} 的读数与{read.schema.title}"
                f"截至 {day} 的 {text} 不符。",
                "同一天的两数应相同，累计数不应减少；改正其中一处。",
            )


def _adds_up(read: Ledger, record: Row) -> bool:
    pace = read.schema.pace
    return pace is not None and read.schema.field(pace.completed).accumulates(record)
