"""Due dates from receipt, states on a day, and what does not agree with what documents print."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.check import check_data
from policybook.deadlines import DEADLINES, add_months, deadline_rows, told_on
from policybook.errors import Finding
from policybook.inputs import load_inputs
from policybook.rules import check_ledgers
from policybook.schema import Schema, load_schemas, parse_schema
from tests.unit.conftest import EVIDENCE, ID, PERIOD, SOURCE, TITLE, column

RULE = {
    "received": "received",
    "months": "months",
    "due": "due",
    "done": "replied_on",
    "status": "status",
    "word": "已答复",
    "responsible": "responsible",
    "parent": "parent",
}
REQUESTS: dict[str, Any] = {
    "title": "虚构意见台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("kind", "类别"),
        column("parent", "上级意见"),
        column("responsible", "责任单位"),
        column("received", "收到日期", "date"),
        column("months", "办理期限", "integer", minimum=1, maximum=12),
        column("due", "所印到期日", "date"),
        column("status", "办理状态"),
        column("replied_on", "答复日期", "date"),
        column("items", "代表项数", "integer", required=True, minimum=1),
        EVIDENCE,
        SOURCE,
    ],
    "primaryKey": ["id"],
    "carry": {"records": "open", "closed": {"status": ["已答复"]}},
    "deadline": RULE,
}
NAMES = [field["name"] for field in REQUESTS["fields"]]


def request(**cells: str) -> dict[str, str]:
    """A record received on 25 September with two months."""
    made_up = {
        "id": "roads",
        "title": "虚构意见",
        "responsible": "虚构局",
        "received": "2030-09-25",
        "months": "2",
        "items": "1",
        "evidence": "record",
        "source": "plan:一",
    }
    return {**dict.fromkeys(NAMES, ""), **made_up, **cells}


def schema(**rule: str) -> Schema:
    """The made-up schema with another rule of due dates."""
    return parse_schema("requests", {**REQUESTS, "deadline": {**RULE, **rule}})


def row_on(day: str, *rows: dict[str, str]) -> dict[str, str]:
    """The last of the rows as it stands on a day."""
    return deadline_rows(schema(), rows, date.fromisoformat(day))[-1]


@pytest.fixture
def asked(made_up_data: Path) -> Callable[..., Path]:
    """The made-up city with a ledger of requests."""

    def write(*rows: dict[str, str]) -> Path:
        path = made_up_data / "schema" / "requests.json"
        path.write_text(json.dumps(REQUESTS), encoding="utf-8")
        lines = [",".join(NAMES), *(",".join(row[name] for name in NAMES) for row in rows)]
        ledger = made_up_data / PERIOD / "requests.csv"
        ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return made_up_data

    return write


def found(data: Path) -> list[Finding]:
    """What the check finds."""
    return check_data(data, PERIOD).findings


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [
        ("2024-09-25", 2, "2024-11-25"),
        ("2030-12-31", 2, "2031-02-28"),
        ("2031-12-31", 2, "2032-02-29"),
        ("2032-02-29", 12, "2033-02-28"),
        ("2030-03-31", 1, "2030-04-30"),
        ("2030-04-30", 1, "2030-05-30"),
        ("2030-11-15", 2, "2031-01-15"),
        ("2030-01-31", 0, "2030-01-31"),
        ("2031-01-31", -2, "2030-11-30"),
    ],
)
def test_months_go_by_the_calendar(received: str, months: int, due: str) -> None:
    """The same day so many months later, or that month's last day where it has no such day."""
    assert str(add_months(date.fromisoformat(received), months)) == due


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 48))
def test_a_due_date_is_never_later_than_its_day(day: date, months: int) -> None:
    """It lies in the month that counting gives, on the same day or on that month's last."""
    due = add_months(day, months)
    assert (due.year - day.year) * 12 + due.month - day.month == months
    clipped = due.day < day.day and (due + timedelta(days=1)).day == 1
    assert clipped or due.day == day.day


@pytest.mark.parametrize(
    ("day", "state", "days", "on_time"),
    [
        ("2030-09-25", "未到期", "61", ""),
        ("2030-10-25", "未到期", "31", ""),
        ("2030-10-26", "临期", "30", ""),
        ("2030-11-25", "临期", "0", ""),
        ("2030-11-26", "逾期", "-1", "否"),
    ],
)
def test_a_state_changes_on_its_day(day: str, state: str, days: str, on_time: str) -> None:
    """Less than a month before it is due soon, on the day itself still, and then overdue."""
    row = row_on(day, request())
    assert (row["due"], row["on"]) == ("2030-11-25", day)
    assert (row["state"], row["days"], row["on_time"]) == (state, days, on_time)


@pytest.mark.parametrize(
    ("day", "replied", "told"),
    [
        ("2030-12-01", "2030-11-20", ("已答复", "2030-11-20", "5", "是")),
        ("2030-12-01", "2030-11-25", ("已答复", "2030-11-25", "0", "是")),
        ("2030-12-01", "2030-11-28", ("已答复", "2030-11-28", "-3", "否")),
        ("2030-11-20", "2030-11-20", ("已答复", "2030-11-20", "5", "是")),
        ("2030-11-19", "2030-11-20", ("临期", "", "6", "")),
    ],
)
def test_an_answer_counts_from_its_day(day: str, replied: str, told: tuple[str, ...]) -> None:
    """In time or late by its own date; on a day before it nothing is answered yet."""
    row = row_on(day, request(status="已答复", replied_on=replied))
    assert tuple(row[name] for name in ("state", "done", "days", "on_time")) == told


def test_a_part_shares_the_dates_of_its_whole() -> None:
    """It has its own answer and nothing else of its own, unless it says so."""
    whole = request(id="whole", status="已答复", replied_on="2030-10-01")
    part = request(id="part", parent="whole", received="", months="")
    row = row_on("2030-10-02", whole, part)
    assert (row["due"], row["state"], row["parent"]) == ("2030-11-25", "未到期", "whole")
    own = request(id="part", parent="whole", months="1")
    assert row_on("2030-10-02", whole, own)["due"] == "2030-10-25"


@pytest.mark.parametrize(
    "cells", [{"received": ""}, {"months": ""}, {"received": "9999-12-31"}, {"months": "二"}]
)
def test_what_cannot_be_worked_out_is_said(cells: dict[str, str]) -> None:
    """Without receipt or months, or beyond the calendar, there is no due date, and no guess."""
    row = row_on("2031-01-01", request(**cells))
    assert (row["state"], row["due"], row["days"], row["on_time"]) == ("期限未定", "", "", "")


def test_a_printed_date_stands_in_for_receipt() -> None:
    """Where nobody says when something was received, the date that is printed counts."""
    row = row_on("2030-11-01", request(received="", due="2030-11-30"))
    assert (row["due"], row["printed"]) == ("2030-11-30", "2030-11-30")


def test_a_ledger_may_give_due_dates_outright() -> None:
    """A problem list has a date and no receipt; the date is then no printed one to compare."""
    plain = schema(received="", months="", parent="")
    (row,) = deadline_rows(plain, [request(due="2030-10-01")], date(2030, 10, 2))
    assert (row["due"], row["printed"], row["received"]) == ("2030-10-01", "", "")
    assert row["state"] == "逾期"


def test_the_ledger_is_derived_for_the_day_of_the_edition(asked: Callable[..., Path]) -> None:
    """The report's date unless `as_of` says another; a ledger without deadlines gives no row."""
    data = asked(request(received="2029-12-31"))
    ledger = load_inputs(data, PERIOD).ledgers[DEADLINES]
    (row,) = ledger.rows
    assert (row["id"], row["on"], row["state"]) == ("requests-roads", "2030-02-01", "临期")
    path = data / PERIOD / "period.yml"
    path.write_text(path.read_text("utf-8") + "as_of: 2030-03-31\n", encoding="utf-8")
    (row,) = load_inputs(data, PERIOD).ledgers[DEADLINES].rows
    assert (row["on"], row["due"], row["state"]) == ("2030-03-31", "2030-02-28", "逾期")


def test_no_deadline_no_ledger(made_up_data: Path) -> None:
    """An edition in which nothing is due has no ledger of due dates."""
    assert DEADLINES not in load_inputs(made_up_data, PERIOD).ledgers


def test_the_name_is_taken(asked: Callable[..., Path]) -> None:
    """A ledger of one's own cannot be called like the derived one."""
    data = asked(request())
    (data / "schema" / "requests.json").rename(data / "schema" / f"{DEADLINES}.json")
    (data / PERIOD / "requests.csv").rename(data / PERIOD / f"{DEADLINES}.csv")
    assert [one.code for one in found(data)] == ["schema.name"]


FAULTS = {
    "another date is printed": ({"due": "2029-11-24"}, "due.printed", "due"),
    "an answer without its status": ({"replied_on": "2030-01-01"}, "due.status", "replied_on"),
    "an answer before receipt": (
        {"status": "已答复", "replied_on": "2029-09-24"},
        "due.order",
        "replied_on",
    ),
    "an answer after the edition's day": (
        {"status": "已答复", "replied_on": "2030-02-02"},
        "due.later",
        "replied_on",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_date_is_found(asked: Callable[..., Path], fault: str) -> None:
    """Each rule names ledger, line and column, and blocks until somebody gives the reason."""
    cells, code, place = FAULTS[fault]
    data = asked(request(received="2029-09-25", **cells))
    (one,) = found(data)
    assert (one.code, one.severity) == (code, "error")
    assert "requests.csv 第2行" in one.place
    assert place in one.place
    reason = (
        f"- ledger: requests\n  record: roads\n  column: {place}\n  reason: 文件如此（虚构）。\n"
    )
    if code == "due.status":
        reason = reason.replace("replied_on", "status")
    (data / PERIOD / "explanations.yml").write_text(reason, encoding="utf-8")
    (one,) = found(data)
    assert (one.code, one.severity) == (code, "note")


def test_the_right_date_printed_is_no_finding(asked: Callable[..., Path]) -> None:
    """Both ways to the same day agree; a part compares with the dates of its own alone."""
    part = request(id="part", parent="roads", received="", months="")
    assert found(asked(request(due="2030-11-25"), part)) == []


def test_a_mistyped_date_is_found_once(asked: Callable[..., Path]) -> None:
    """It is no due date; the finding is that of its type, at its own cell."""
    assert [one.code for one in found(asked(request(received="九月")))] == ["ledger.type"]


def test_the_most_urgent_stands_first(asked: Callable[..., Path]) -> None:
    """Overdue, due soon, not yet due, without a date, answered; each by due date."""
    days = {"late": "2030-01-05", "later": "2030-01-04", "soon": "2030-02-10", "far": "2030-03-01"}
    rows = [request(id=name, received=day) for name, day in days.items()]
    rows += [request(id="unknown", months="")]
    rows += [request(id="done", status="已答复", replied_on="2030-10-01")]
    ledgers = load_inputs(asked(*rows), PERIOD).ledgers
    told = told_on(ledgers, date(2030, 3, 20))
    assert [row["record"] for row in told] == ["later", "late", "soon", "far", "done", "unknown"]
    told = told_on(ledgers, date(2030, 10, 1))
    assert [row["record"] for row in told][-2:] == ["unknown", "done"]


def test_a_rule_about_no_column_is_refused(made_up_data: Path) -> None:
    """A schema that speaks of a column it has not is broken."""
    with pytest.raises(KeyError, match="answered"):
        schema(done="answered")
    assert load_schemas(made_up_data)["works"].deadline is None


def test_due_dates_are_a_ledger_like_any_other(asked: Callable[..., Path]) -> None:
    """What the program derives keeps the rules of its schema, which nobody checks in a build."""
    waiting = request()
    done = request(id="lamps", status="已答复", replied_on="2030-10-01")
    part = request(id="part", parent="roads", received="", months="")
    ledgers = load_inputs(asked(waiting, done, part), PERIOD).ledgers
    assert len(ledgers[DEADLINES].rows) == 3
    filled_in = {
        name: replace(one, schema=replace(one.schema, document={})) if name == DEADLINES else one
        for name, one in ledgers.items()
    }
    assert check_ledgers(filled_in, []) == []
