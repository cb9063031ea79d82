"""Readings within a quarter, and who has not handed them in: ``monthly``. floor: derived.

A ledger of readings (``reading``) has a row for each day on which a record of another ledger
was read.  Once a month is expected of each of those records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from policybook.deadlines import add_months
from policybook.derived import Row, derived_ledger, with_derived
from policybook.errors import Finding, error
from policybook.explanations import Explanations, settled
from policybook.ledgers import Ledger
from policybook.model import EVIDENCE
from policybook.numbers import is_number
from policybook.pace import Pace
from policybook.period import parse_period
from policybook.schema import Schema

MONTHLY = "monthly"
HANDED_IN, SOME, MISSING, NOBODY = "已报", "部分", "未报", "部门未载明"


def months_of(period: str) -> tuple[date, ...]:
    """The first days of a quarter's months, and of the month after it."""
    quarter = parse_period(period)
    first = date(quarter.year, 3 * quarter.quarter - 2, 1)
    return tuple(add_months(first, number) for number in range(4))


def with_monthly(ledgers: Mapping[str, Ledger], period: str, folder: Path) -> dict[str, Ledger]:
    """The ledgers by name with ``monthly``, where any of them has readings.

    ``folder``: where the ledger would stand.
    Raises :class:`ConfigError` when a ledger of that name is there already.
    """
    held = {name: one for name, one in ledgers.items() if one.large is None}
    schemas = {name: one.schema for name, one in held.items()}
    rows = monthly_of(schemas, {name: one.rows for name, one in held.items()}, period)
    return with_derived(ledgers, derived_ledger(MONTHLY, rows, folder)) if rows else dict(ledgers)


def monthly_of(
    schemas: Mapping[str, Schema], records: Mapping[str, Iterable[Row]], period: str
) -> list[dict[str, str]]:
    """The rows of ``monthly``: each department in each month of the quarter."""
    return [
        row
        for name, schema in schemas.items()
        if schema.reading and schema.read_of in records
        for row in _rows(schema, list(records[name]), list(records[schema.read_of]), period)
    ]


def _rows(
    schema: Schema, readings: list[Row], read: list[Row], period: str
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
            absent = [row["id"] for row in owned if (row["id"], month) not in known]
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
                "absent": "；".join(absent),
                "items": "1",
                "evidence": max((row["evidence"] for row in owned), key=EVIDENCE.index),
                "source": owned[0]["source"],
                "note": "",
            }


def _state(department: str, absent: int, owned: int) -> str:
    if not department:
        return NOBODY
    return HANDED_IN if not absent else MISSING if absent == owned else SOME


def check_readings(
    ledgers: Mapping[str, Ledger], period: str, explanations: Explanations
) -> list[Finding]:
    """Readings that are not of the quarter, fall, stand twice, or differ from what they are of."""
    findings: list[Finding] = []
    for ledger in ledgers.values():
        read = ledgers.get(ledger.schema.read_of)
        if read is None or ledger.large is not None or read.large is not None:
            continue
        for index, column, found in _faults(ledger, read, period):
            reason = explanations.of_cell(ledger.name, ledger.rows[index]["id"], column)
            findings.append(settled(found, reason))
    return findings


def _faults(ledger: Ledger, read: Ledger, period: str) -> Iterator[tuple[int, str, Finding]]:
    rule, pace = ledger.schema.reading, read.schema.pace
    assert rule is not None
    assert pace is not None
    series: dict[str, list[tuple[date, Fraction, int]]] = {}
    first, following = months_of(period)[0], months_of(period)[3]
    for index, row in enumerate(ledger.rows):
        record = read.by_id.get(row[rule.record])
        day = _day(row[rule.as_of])
        if record is None or day is None or not is_number(row[rule.completed]):
            continue  # found by the rules of types and keys
        if not first <= day < following:
            yield (index, rule.as_of, _outside(ledger, index, day, first, following))
        whose = record[1].get("department", "")
        told = row[rule.department] if rule.department else ""
        if told and whose and told != whose:
            yield (index, rule.department, _of_another(ledger, index, told, whose))
        series.setdefault(row[rule.record], []).append((day, Fraction(row[rule.completed]), index))
    for name, points in series.items():
        yield from _order(ledger, read, pace, read.by_id[name][1], sorted(points))


def _order(
    ledger: Ledger, read: Ledger, pace: Pace, record: Row, points: list[tuple[date, Fraction, int]]
) -> Iterator[tuple[int, str, Finding]]:
    """One record's readings in the order of their days, its own number where that belongs."""
    rule = ledger.schema.reading
    assert rule is not None
    accumulates = read.schema.field(pace.completed).cumulative
    adds_up = accumulates is not None and all(record.get(c) == v for c, v in accumulates.items())
    for (day, value, _), (later, more, index) in zip(points, points[1:], strict=False):
        if later == day:
            yield (index, rule.as_of, _twice(ledger, index, day))
        elif adds_up and more < value:
            yield (index, rule.completed, _fell(ledger, index, record, day))
    day_of_record = _day(record[pace.as_of])
    if day_of_record is None or not is_number(record[pace.completed]):
        return
    whole = Fraction(record[pace.completed])
    for day, value, index in points:
        wrong = value != whole if day == day_of_record else adds_up and (
            value > whole if day < day_of_record else value < whole
        )
        if wrong:
            yield (index, rule.completed, _differs(ledger, read, index, record, pace))


def _outside(ledger: Ledger, index: int, day: date, first: date, following: date) -> Finding:
    rule = ledger.schema.reading
    assert rule is not None
    return error(
        "reading.outside",
        ledger.place(index, rule.as_of),
        f"读数的日期 {day} 不在本季之内（{first} 至 {following - timedelta(days=1)}）。",
        "核对日期；属于别的季度的，登记在那一季。",
    )


def _of_another(ledger: Ledger, index: int, told: str, whose: str) -> Finding:
    rule = ledger.schema.reading
    assert rule is not None
    return error(
        "reading.department",
        ledger.place(index, rule.department),
        f"读数由“{told}”报送，所读的记录却由“{whose}”负责。",
        "核对由谁报送；责任部门有变的，改被读的台账。",
    )


def _twice(ledger: Ledger, index: int, day: date) -> Finding:
    rule = ledger.schema.reading
    assert rule is not None
    return error(
        "reading.twice",
        ledger.place(index, rule.record, rule.as_of),
        f"“{ledger.rows[index]['title']}”在 {day} 有两个读数。",
        "留下其中一个。",
    )


def _fell(ledger: Ledger, index: int, record: Row, before: date) -> Finding:
    rule = ledger.schema.reading
    assert rule is not None
    return error(
        "reading.fell",
        ledger.place(index, rule.completed),
        f"“{record['title']}”的累计数比 {before} 的读数少。",
        "核对两次读数；前次多报的，在 explanations.yml 说明。",
    )


def _differs(ledger: Ledger, read: Ledger, index: int, record: Row, pace: Pace) -> Finding:
    rule = ledger.schema.reading
    assert rule is not None
    row = ledger.rows[index]
    return error(
        "reading.differs",
        ledger.place(index, rule.completed),
        f"“{record['title']}”{row[rule.as_of]} 的读数为 {row[rule.completed]}，"
        f"与{read.schema.title}截至 {record[pace.as_of]} 的 {record[pace.completed]} 不符。",
        "同一天的两数应相同，累计数不应减少；改正其中一处。",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
