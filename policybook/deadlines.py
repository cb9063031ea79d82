"""When records are due and how they stand: the ledger ``deadlines``. floor: derived.

A ledger whose schema has a ``deadline`` gives a row for each of its records.  The due date is
worked out from the day of receipt; the one that a document prints is compared with it.
States are told for a given day, never for the day on which the program happens to run.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from policybook.declared import Deadline
from policybook.derived import Row, Standing
from policybook.errors import Finding, error
from policybook.explanations import Explanations, settled
from policybook.ledgers import Ledger
from policybook.schema import Schema

DEADLINES = "deadlines"
WAITING, SOON, OVERDUE, UNKNOWN = "未到期", "临期", "逾期", "期限未定"
"""States of what is not done; what is done is called by the word of its ledger's schema."""
OPEN = (OVERDUE, SOON, WAITING, UNKNOWN)
"""The same, the most urgent first."""


def add_months(day: date, months: int) -> date:
    """The same day so many months later; a month's last day where that month has no such day.

    Source: Civil Code of the People's Republic of China, art. 201 (the first day does not count)
    and 202.  Art. 203 moves a last day that is a holiday; holidays are not known here.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def deadlines_of(standing: Standing) -> list[dict[str, str]]:
    """The rows of ``deadlines``."""
    due = standing.ruled("deadline")
    return [row for one in due for row in deadline_rows(one, standing.rows(one.name), standing.on)]


def deadline_rows(schema: Schema, rows: Iterable[Row], on: date) -> list[dict[str, str]]:
    """How each record of a ledger stands on a day; mistyped dates count as empty ones."""
    rule = schema.deadline
    assert rule is not None
    records = {row["id"]: row for row in rows}
    return [_row(schema, rule, row, _dates(rule, row, records), on) for row in records.values()]


def _dates(rule: Deadline, row: Row, records: Mapping[str, Row]) -> Row:
    """The record that has the dates: itself, or the one it belongs to."""
    own = any(row.get(name) for name in (rule.received, rule.months, rule.due))
    return row if own else records.get(row.get(rule.parent, ""), row)


def _row(schema: Schema, rule: Deadline, row: Row, dates: Row, on: date) -> dict[str, str]:
    due, printed = _due(rule, dates), dates.get(rule.due, "") if rule.received else ""
    done = parse_day(row.get(rule.done, ""))
    done = done if done and done <= on else None
    state, on_time = _state(rule, due, done, on)
    days = (due - (done or on)).days if due else None
    return {
        "id": f"{schema.name}-{row['id']}",
        "title": row["title"],
        "ledger": schema.name,
        "record": row["id"],
        "kind": row.get("kind") or schema.title,
        "parent": row.get(rule.parent, ""),
        "responsible": row.get(rule.responsible, ""),
        "received": dates.get(rule.received, ""),
        "months": dates.get(rule.months, ""),
        "printed": printed,
        "due": str(due or ""),
        "on": str(on),
        "done": str(done or ""),
        "state": state,
        "days": "" if days is None else str(days),
        "on_time": on_time,
        "items": row["items"],
        "evidence": row["evidence"],
        "source": row["source"],
        "note": row.get("note", ""),
    }


def _due(rule: Deadline, row: Row) -> date | None:
    """Received and so many months; else the date given outright."""
    received, months = parse_day(row.get(rule.received, "")), row.get(rule.months, "")
    if received and months.isdecimal():
        try:
            return add_months(received, int(months))
        except (ValueError, OverflowError):  # beyond the calendar: found as such by the rules
            return None
    return parse_day(row.get(rule.due, ""))


def parse_day(text: str) -> date | None:
    """A cell of dates; ``None`` for an empty or mistyped one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _state(rule: Deadline, due: date | None, done: date | None, on: date) -> tuple[str, str]:
    if done:
        return rule.word, "" if due is None else "是" if done <= due else "否"
    if due is None:
        return UNKNOWN, ""
    if on > due:
        return OVERDUE, "否"
    return (SOON if add_months(on, 1) > due else WAITING), ""


def told_on(ledgers: Mapping[str, Ledger], on: date) -> list[dict[str, str]]:
    """How everything stands on another day, the most urgent first, then by due date."""
    due = [one for one in ledgers.values() if one.schema.deadline and one.large is None]
    rows = [row for ledger in due for row in deadline_rows(ledger.schema, ledger.rows, on)]
    rank = {state: place for place, state in enumerate(OPEN)}
    return sorted(rows, key=lambda row: (rank.get(row["state"], len(rank)), row["due"], row["id"]))


def check_deadlines(
    ledgers: Mapping[str, Ledger], on: date, explanations: Explanations
) -> list[Finding]:
    """Printed due dates that are not the computed ones, and answers out of order.

    ``on``: the edition's own day, after which nothing of it can have been answered.
    """
    findings: list[Finding] = []
    for ledger in ledgers.values():
        rule = ledger.schema.deadline
        if rule is None or ledger.large is not None:
            continue
        for index, row in enumerate(ledger.rows):
            for column, found in _faults(ledger, rule, index, row, on):
                reason = explanations.of_cell(ledger.name, row["id"], column)
                findings.append(settled(found, reason))
    return findings


def _faults(
    ledger: Ledger, rule: Deadline, index: int, row: Row, on: date
) -> Iterator[tuple[str, Finding]]:
    field = ledger.schema.field
    received, printed = parse_day(row.get(rule.received, "")), parse_day(row.get(rule.due, ""))
    due, done = _due(rule, row), parse_day(row.get(rule.done, ""))
    if rule.received and printed and due != printed:
        yield (
            rule.due,
            error(
                "due.printed",
                ledger.place(index, rule.received, rule.months, rule.due),
                f"“{row['title']}”：文件所印到期日 {printed}，"
                f"由收到日期 {received} 加 {row[rule.months]} 个月应为 {due}。",
                "核对收到日期和月数；文件确是这样印的，在 explanations.yml 说明。",
            ),
        )
    said = row.get(rule.status, "") == rule.word
    if done and not said:
        yield (
            rule.status,
            error(
                "due.status",
                ledger.place(index, rule.status, rule.done),
                f"“{row['title']}”有{field(rule.done).title}，"
                f"{field(rule.status).title}却不是“{rule.word}”。",
                "改正其中一处。",
            ),
        )
    if done and received and done < received:
        yield (
            rule.done,
            error(
                "due.order",
                ledger.place(index, rule.received, rule.done),
                f"“{row['title']}”的{field(rule.done).title} {done} 早于收到日期 {received}。",
                "核对两个日期。",
            ),
        )
    if done and done > on:
        yield (
            rule.done,
            error(
                "due.later",
                ledger.place(index, rule.done),
                f"“{row['title']}”的{field(rule.done).title} {done} 晚于本期的状态截至日期 {on}。",
                "属于本期的，改 period.yml 的 as_of；不属于本期的，留待下期登记。",
            ),
        )
