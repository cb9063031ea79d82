"""Ledgers against an earlier edition's: each rule fires, and a reason settles it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from policybook.changes import check_changes, check_plausibility, slip
from policybook.errors import Finding
from policybook.explanations import Explanation, Explanations
from policybook.ledgers import Ledger
from policybook.period import parse_period
from policybook.schema import parse_schema
from tests.unit.conftest import EVIDENCE, ID, TITLE, column

SCHEMA = parse_schema(
    "works",
    {
        "title": "虚构工程台账",
        "description": "只供测试。",
        "fields": [
            ID,
            TITLE,
            column("stage", "阶段"),
            {**column("planned", "计划数", "number", decimals=2), "steady": True},
            {**column("completed", "完成数", "number", decimals=2), "cumulative": {"span": "累计"}},
            column("previous", "上期数", "number", decimals=2),
            column("rate", "所印完成率", "number", decimals=4, printed=True),
            column("span", "时段"),
            column("over", "可超计划"),
            column("proof", "依据"),
            EVIDENCE,
        ],
        "carry": {
            "records": "open",
            "closed": {"stage": ["完工"]},
            "previous": {"previous": "completed"},
        },
        "requires": [{"when": {"stage": "完工"}, "columns": ["proof"]}],
        "completion": {"planned": "planned", "completed": "completed", "may_exceed": "over"},
    },
)
NOW, BEFORE, LAST_YEAR = map(parse_period, ("2030Q3", "2030Q2", "2029Q4"))


def ledger(*rows: dict[str, str]) -> Ledger:
    """A ledger of records, each given by what is not empty in it."""
    filled = tuple(
        {
            **dict.fromkeys(SCHEMA.names, ""),
            "id": "road",
            "title": "虚构道路",
            "stage": "在建",
            "span": "累计",
            "evidence": "record",
            **row,
        }
        for row in rows
    )
    return Ledger(SCHEMA, Path("works.csv"), filled, tuple(range(2, len(filled) + 2)))


def changes(
    before: Ledger,
    now: Ledger,
    *explanations: Explanation,
    closed: frozenset[str] = frozenset(),
    year_ago: bool = False,
) -> list[Finding]:
    """The findings of two editions' ledgers."""
    editions = (NOW, LAST_YEAR if year_ago else BEFORE)
    return check_changes(
        {"works": now}, {"works": before}, {"works": closed}, editions, Explanations(explanations)
    )


def test_what_goes_on_is_no_finding() -> None:
    """A count that grows, a plan that stands and a finished project are as they should be."""
    before = ledger({"planned": "9", "completed": "3"}, {"id": "bridge", "stage": "完工"})
    now = ledger({"planned": "9", "completed": "4", "previous": "3"})
    assert changes(before, now) == []


@pytest.mark.parametrize(
    ("before", "now", "code", "column"),
    [
        ({"completed": "9"}, {"completed": "8"}, "change.fell", "completed"),
        ({"planned": "9"}, {"planned": "8"}, "change.steady", "planned"),
        ({"completed": "9"}, {"completed": "9", "previous": "7"}, "change.previous", "previous"),
        ({"completed": "30"}, {"completed": "33", "previous": "30"}, "", ""),
        ({"planned": "200"}, {"planned": "200.00"}, "", ""),
        ({"planned": "200"}, {}, "change.steady", "planned"),
        ({"completed": "20"}, {"completed": "130"}, "plausible.jump", "completed"),
        ({"completed": "20"}, {"completed": "205"}, "plausible.unit", "completed"),
        ({"completed": "20"}, {"completed": "201000"}, "plausible.unit", "completed"),
        ({"completed": "20"}, {"completed": "2010000000"}, "plausible.unit", "completed"),
        ({"completed": "20"}, {"completed": "300"}, "plausible.unit", "completed"),
    ],
    ids=[
        "fell",
        "plan",
        "previous",
        "grew",
        "same number",
        "plan gone",
        "jump",
        "ten",
        "ten thousand",
        "hundred m",
        "mu",
    ],
)
def test_a_change_is_found_at_its_cell(
    before: dict[str, str], now: dict[str, str], code: str, column: str
) -> None:
    """The rule's code and the column stand in the finding."""
    found = changes(ledger(before), ledger(now))
    assert [one.code for one in found] == ([code] if code else [])
    assert all(one.place == f"works.csv 第2行 {column}列" for one in found)


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        ({"completed": "9"}, {"completed": "8"}, ""),
        ({"completed": "150"}, {"completed": "15"}, ""),
        ({"completed": "150"}, {"completed": "1500"}, "plausible.unit"),
        (
            {"completed": "150", "span": "时点"},
            {"completed": "15", "span": "时点"},
            "plausible.unit",
        ),
    ],
    ids=["less", "a tenth", "tenfold", "not counted up"],
)
def test_a_count_starts_anew_in_a_new_year(
    before: dict[str, str], now: dict[str, str], code: str
) -> None:
    """What is counted within a year may be much less in the next, but not much more."""
    found = changes(ledger(before), ledger(now), year_ago=True)
    assert [one.code for one in found] == ([code] if code else [])


def test_a_record_may_not_vanish() -> None:
    """An open record that is gone is found; a closed one is not missed."""
    before = ledger({}, {"id": "bridge", "stage": "完工"})
    (found,) = changes(before, ledger({"id": "lanes"}))
    assert (found.severity, found.code) == ("error", "change.vanished")
    assert "road" in found.place


def test_a_printed_total_is_never_closed() -> None:
    """It counts what was finished, so that it may not vanish either."""
    before = ledger({"stage": "完工", "evidence": "aggregate"})
    assert [one.code for one in changes(before, ledger({"id": "lanes"}))] == ["change.vanished"]


def test_what_was_finished_does_not_reopen() -> None:
    """Not even after editions in which it was left out."""
    found = changes(
        ledger({"id": "lanes"}), ledger({}, {"id": "lanes"}), closed=frozenset(["road"])
    )
    assert [one.code for one in found] == ["change.reopened"]


@pytest.mark.parametrize(
    ("explained", "settled"),
    [
        (Explanation("虚构的理由", "works", "road", "planned"), True),
        (Explanation("虚构的理由", "works", "road"), True),
        (Explanation("虚构的理由", "works", "road", "completed"), False),
        (Explanation("虚构的理由", "works", "bridge"), False),
    ],
    ids=["cell", "record", "another cell", "another record"],
)
def test_a_reason_settles_a_change(explained: Explanation, settled: bool) -> None:
    """The finding becomes a note that repeats the reason, for the cell or record it names."""
    (found,) = changes(ledger({"planned": "9"}), ledger({"planned": "8"}), explained)
    assert (found.severity == "note") is settled
    assert ("虚构的理由" in found.message) is settled


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"planned": "9", "completed": "10"}, "plausible.over"),
        ({"planned": "9", "completed": "10", "over": "是"}, ""),
        ({"planned": "9", "completed": "9"}, ""),
        ({"rate": "97"}, "plausible.rate"),
        ({"rate": "1.17"}, ""),
        ({"stage": "完工"}, "ledger.proof"),
        ({"stage": "完工", "proof": "虚构的验收单"}, ""),
        ({"completed": "十"}, ""),
    ],
    ids=["over", "may exceed", "done", "percent", "rate", "no proof", "proof", "no number"],
)
def test_one_edition_shows_what_is_unlikely(row: dict[str, str], code: str) -> None:
    """Over 100 %, a percentage where a ratio belongs, closing without proof."""
    found = check_plausibility({"works": ledger(row)}, Explanations())
    assert [one.code for one in found] == ([code] if code else [])


@pytest.mark.parametrize("factor", [10, 100, 10**4, 10**8, 15])
def test_slips_are_known_both_ways(factor: int) -> None:
    """Too large and too small, and when the quantity itself moved a little."""
    for ratio in (Fraction(factor), Fraction(1, factor), Fraction(factor) * Fraction(11, 10)):
        assert slip(ratio)
    assert slip(Fraction(6)) == ""


NEWCOMERS = replace(SCHEMA, newcomers=("span", "proof"))


@pytest.mark.parametrize(
    ("row", "missing"),
    [({}, ["proof"]), ({"span": ""}, ["span", "proof"]), ({"proof": "自治区下发"}, [])],
    ids=["one is missing", "both are missing", "all is said"],
)
def test_what_is_new_says_since_when_and_whence(row: dict[str, str], missing: list[str]) -> None:
    """A record that the earlier edition did not have fills the columns that its schema names."""
    before, now = (
        replace(one, schema=NEWCOMERS)
        for one in (ledger({}), ledger({}, {"id": "bridge", "title": "虚构桥梁", **row}))
    )
    found = changes(before, now)
    assert [one.code for one in found] == ["change.newcomer"] * len(missing)
    titles = [SCHEMA.field(name).title for name in missing]
    assert all(title in one.message for title, one in zip(titles, found, strict=True))


def test_an_overlooked_record_may_be_explained() -> None:
    """What the earlier edition should have had already is settled by a reason."""
    before, now = (replace(one, schema=NEWCOMERS) for one in (ledger(), ledger({})))
    reason = Explanation("上期漏列。", ledger="works", record="road", column="proof")
    assert [one.severity for one in changes(before, now, reason)] == ["note"]
