"""`due.ics`: what a calendar reads in it, and that it is the same whenever it is written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from policybook.due import calendar_text

PARAMETERS = {"title": "虚构报告", "city": "虚构市", "period": "2030Q1"}


def row(**cells: str) -> dict[str, str]:
    """A record that is due on 25 November, as it stood on 25 September."""
    made_up = {
        "title": "虚构意见，带逗号；带分号",
        "ledger": "opinions",
        "record": "roads",
        "kind": "建议",
        "parent": "",
        "responsible": "虚构局",
        "due": "2030-11-25",
        "on": "2030-09-25",
        "state": "未到期",
        "source": "plan:一",
    }
    return {**made_up, **cells}


def events(*rows: dict[str, str], **parameters: str) -> list[Any]:
    """What another program finds in the file."""
    text = calendar_text(rows, {**PARAMETERS, **parameters})
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_an_entry_is_the_whole_due_day() -> None:
    """It begins on the due date and ends with it, takes no time, and says who has to answer."""
    (event,) = events(row())
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2030, 11, 25), date(2030, 11, 26))
    assert (event["SUMMARY"], event["TRANSP"]) == ("到期：虚构意见，带逗号；带分号", "TRANSPARENT")
    assert "责任单位：虚构局\n状态：未到期（截至 2030-09-25）" in event["DESCRIPTION"]


def test_an_entry_is_replaced_by_the_next_edition() -> None:
    """Its UID stays, its stamp is the day for which the state is told, never the clock."""
    (first,) = events(row())
    (later,) = events(row(on="2030-12-31", state="已答复"), period="2030Q4")
    assert first["UID"] == later["UID"]
    assert first["DTSTAMP"].dt == datetime(2030, 9, 25, tzinfo=UTC)
    assert later["DTSTAMP"].dt == datetime(2030, 12, 31, tzinfo=UTC)
    assert later["SUMMARY"].endswith("（已答复）")


@pytest.mark.parametrize("cells", [{"record": "bridge"}, {"ledger": "problems"}])
def test_other_records_have_other_names(cells: dict[str, str]) -> None:
    """Two records never share an entry, nor do two cities."""
    (one,), (other,), (elsewhere,) = events(row()), events(row(**cells)), events(row(), city="某市")
    assert len({one["UID"], other["UID"], elsewhere["UID"]}) == 3


def test_parts_and_what_has_no_date_have_no_entry() -> None:
    """A part is due with its whole; what cannot be worked out is on no calendar."""
    assert events(row(parent="whole"), row(due=""), row())[0]["SUMMARY"].startswith("到期")
    assert len(events(row(parent="whole"), row(due=""), row())) == 1


def test_the_file_is_as_the_standard_wants_it() -> None:
    """CRLF, no line of more than 75 octets, and the same bytes each time."""
    text = calendar_text([row(title="很长的名称" * 20)], PARAMETERS)
    assert text == calendar_text([row(title="很长的名称" * 20)], PARAMETERS)
    assert text.endswith("END:VCALENDAR\r\n")
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert not any("\n" in line for line in lines)
