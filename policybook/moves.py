"""How the records of a list moved since the last edition, and what was cleared. floor: derived.

A ledger whose schema has a ``lifecycle`` gives two ledgers: ``moves`` has a row for each of its
records, with the state at the end of the last edition beside the present one; ``results`` has
those that were cleared in the editions of the year, since a cleared record is not carried over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from policybook.deadlines import parse_day
from policybook.derived import Row, Standing
from policybook.lifecycle import CLEARED, KEPT, Lifecycle
from policybook.schema import Schema

MOVES, RESULTS = "moves", "results"
NEW, NAMED, FIRST, BULK, GONE, UNKNOWN = (
    *("未列入", "未列名", "无上期", "合计数", "不再列入", "未载明"),
)
"""Where a record comes from when the last edition has no state of it: it was not on the list; it
may have been among those not named; there is no earlier edition; it is a total, whose parts
nobody can follow.  Where it went when this edition has no state of it; and a state not given."""
STAYED = "未动"
BACK = "退回"
_ENTERED = {NEW: "新列入", NAMED: "补列名", FIRST: "首期", BULK: "合计", UNKNOWN: "补状态"}


def moves_of(
    now: Standing, year: Sequence[Standing]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows of ``moves`` and of ``results``.

    ``year``: the earlier editions of the year, oldest first, or the last edition where there is
    none in the year.
    """
    same_year = [one for one in (*year, now) if one.period[:4] == now.period[:4]]
    moves, results = [], []
    for schema in now.ruled("lifecycle"):
        known = year and schema.name in year[-1].records
        before = year[-1].rows(schema.name) if known else None
        moves += move_rows(schema, before, now)
        results += result_rows(schema, same_year)
    return moves, results


def move_rows(
    schema: Schema, before: Sequence[Row] | None, standing: Standing
) -> list[dict[str, str]]:
    """Each record with where it came from; then those that are no longer listed.

    ``before``: the last edition's records, ``None`` where there is no earlier edition.
    """
    rule = schema.lifecycle
    assert rule is not None
    rows, named = standing.rows(schema.name), standing.named_by(schema.name)
    known = {row["id"]: row for row in before or ()}
    unnamed = {row.get(rule.group, "") for row in known.values() if is_bulk(row)}

    def came_from(row: Row) -> str:
        if is_bulk(row):
            return BULK
        if before is None:
            return FIRST
        if row["id"] in known:
            return known[row["id"]][rule.status] or UNKNOWN
        return NAMED if row.get(rule.group, "") in unnamed else NEW

    found = [moved(schema, row, came_from(row), row[rule.status], standing, named) for row in rows]
    there = {row["id"] for row in rows}
    return found + [
        moved(schema, row, row[rule.status] or UNKNOWN, GONE, standing, named)
        for row in known.values()
        if row["id"] not in there and not is_bulk(row) and not schema.carry.is_closed(row)
    ]


def is_bulk(row: Row) -> bool:
    """Whether it is a total or a remainder, whose parts cannot be followed one by one."""
    return row["evidence"] != "record"


def moved(
    schema: Schema,
    row: Row,
    before: str,
    word: str,
    standing: Standing,
    named: Mapping[str, list[str]],
) -> dict[str, str]:
    """The move of one record from a state, or from nowhere, to the present one.

    ``word``: as its cell has it; ``named``: :meth:`Standing.named_by` of its ledger.
    """
    rule = schema.lifecycle
    assert rule is not None
    word = word or UNKNOWN
    state = rule.state(word)
    cleared = state is not None and state.stage == CLEARED
    return {
        **_kept(schema, rule, row, named),
        "before": before,
        "state": word,
        "stage": state.stage if state else word,
        "move": _move(rule, before, word),
        "open": "否" if cleared or word == GONE else "是",
        "reached": row.get(state.date, "") if state else "",
        "on": str(standing.on),
        **_age(rule, row, state.date if state and cleared else "", standing.on),
        **_origin(row),
    }


def _move(rule: Lifecycle, before: str, word: str) -> str:
    """What happened between the two editions, in one word."""
    if word == GONE:
        return GONE
    if before == word:
        return STAYED
    then, now = rule.state(before), rule.state(word)
    if then is None or now is None:
        return _ENTERED.get(before, UNKNOWN)
    if then.rank == now.rank:
        return STAYED
    return now.stage if now.rank > then.rank else BACK


def result_rows(schema: Schema, year: Iterable[Standing]) -> list[dict[str, str]]:
    """What was cleared in the editions of a year, oldest first; not what was opened again."""
    rule = schema.lifecycle
    assert rule is not None
    found: dict[str, dict[str, str]] = {}
    for standing in year:
        named = standing.named_by(schema.name)
        for row in standing.rows(schema.name):
            known = found.pop(row["id"], None)
            state = rule.state(row[rule.status])
            if state is None or not schema.carry.is_closed(row):
                continue
            found[row["id"]] = known or {
                **_kept(schema, rule, row, named),
                "edition": standing.period,
                "solved": _date_of(rule, row, "待核"),
                "cleared": row.get(state.date, ""),
                **_age(rule, row, state.date, standing.on),
                "proof": row[rule.proof],
                **_origin(row),
            }
    return list(found.values())


def _kept(
    schema: Schema, rule: Lifecycle, row: Row, named: Mapping[str, list[str]]
) -> dict[str, str]:
    return {
        "id": f"{schema.name}-{row['id']}",
        "title": row["title"],
        "ledger": schema.name,
        "record": row["id"],
        "list": row.get(rule.group, "") or schema.title,
        **{name: row.get(rule.keep.get(name, ""), "") for name in KEPT},
        "named_by": "；".join(named.get(row["id"], ())),
        "listed": row[rule.listed],
    }


def _origin(row: Row) -> dict[str, str]:
    return {name: row.get(name, "") for name in ("items", "evidence", "source", "note")}


def _date_of(rule: Lifecycle, row: Row, stage: str) -> str:
    dates = [one.date for one in rule.states if one.stage == stage]
    return next((row[one] for one in dates if one and row[one]), "")


def _age(rule: Lifecycle, row: Row, end: str, on: date) -> dict[str, str]:
    """Days on the list and their class; nothing where a date is missing or mistyped."""
    start, last = parse_day(row[rule.listed]), parse_day(row[end]) if end else on
    if start is None or last is None or last < start:
        return {"days": "", "age": UNKNOWN}
    days = (last - start).days
    return {"days": str(days), "age": rule.age(days)}
