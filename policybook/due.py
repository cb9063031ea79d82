"""What a release tells of due dates: ``due.ics``, and the ledger they stand in. floor: due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from policybook.coverage import published_parameters
from policybook.deadlines import DEADLINES, OPEN
from policybook.errors import Finding
from policybook.published import CALENDAR, Release, check_same

if TYPE_CHECKING:
    from icalendar import Event

Row = Mapping[str, str]


def calendar_text(rows: Iterable[Row], parameters: Mapping[str, str]) -> str:
    """The due dates as whole days: the same bytes from the same rows, whenever they are written.

    An entry keeps its UID from edition to edition, and its DTSTAMP is the day for which its state
    is told; so a calendar that has the older entry replaces it.  What is a part of something else
    has no entry of its own, nor has what has no due date.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//policybook//due dates//ZH")
    calendar.add("method", "PUBLISH")
    calendar.add("name", f"{parameters['title']}：到期日")
    calendar.add("x-wr-calname", f"{parameters['title']}：到期日")
    for row in rows:
        if row["due"] and not row["parent"]:
            calendar.add_component(_event(row, parameters))
    return str(calendar.to_ical(), "utf-8")


def _event(row: Row, parameters: Mapping[str, str]) -> Event:
    from icalendar import Event

    event, due = Event(), date.fromisoformat(row["due"])
    told = datetime.combine(date.fromisoformat(row["on"]), time(), UTC)
    said = "" if row["state"] in OPEN else f"（{row['state']}）"
    responsible = [f"责任单位：{row['responsible']}"] if row["responsible"] else []
    lines = [*responsible, f"状态：{row['state']}（截至 {row['on']}）", f"出处：{row['source']}"]
    event.add(
        "uid", str(uuid5(NAMESPACE_URL, f"{parameters['city']}/{row['ledger']}/{row['record']}"))
    )
    event.add("dtstamp", told)
    event.add("dtstart", due)
    event.add("dtend", due + timedelta(days=1))
    event.add("summary", f"到期：{row['title']}{said}")
    event.add("description", "\n".join([*lines, f"期号：{parameters['period']}"]))
    event.add("categories", [row["kind"]])
    event.add("transp", "TRANSPARENT")
    return event


def write_calendar(release: Release) -> None:
    """``due.ics`` of a release whose account is published; none where nothing has a due date."""
    text = _right_calendar(release)
    if text:
        (release.folder / CALENDAR).write_text(text, encoding="utf-8", newline="")


def _right_calendar(release: Release) -> str:
    if DEADLINES not in release.schemas:
        return ""
    return calendar_text(release.rows(DEADLINES), published_parameters(release.folder))


def check_due(release: Release) -> list[Finding]:
    """The calendar against the ledger of due dates."""
    return check_same(release, CALENDAR, _right_calendar(release), f"{DEADLINES}.csv")
