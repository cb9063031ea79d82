"""Adjusted plans: what a ledger of adjustments says is what the ledgers say, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policybook.adjustments import adjusted, check_adjustments, same
from policybook.changes import check_changes
from policybook.explanations import Explanation, Explanations
from policybook.ledgers import Ledger
from policybook.period import parse_period
from policybook.schema import Schema, parse_schema
from tests.unit.conftest import ID, TITLE, column

RULE = {
    "ledger": "ledger",
    "record": "record",
    "column": "column",
    "before": "before",
    "after": "after",
    "reason": "reason",
}
ADJUSTMENTS = parse_schema(
    "adjustments",
    {
        "title": "虚构调整台账",
        "description": "只供测试。",
        "fields": [ID, TITLE, *(column(name, f"虚构{name}") for name in RULE)],
        "adjusting": RULE,
    },
)
WORKS = parse_schema(
    "works",
    {
        "title": "虚构工程台账",
        "description": "只供测试。",
        "fields": [
            ID,
            TITLE,
            {**column("planned", "计划数", "number", decimals=2), "steady": True},
            {**column("done", "完成数", "number"), "cumulative": {}},
        ],
    },
)


def ledger(schema: Schema, *rows: dict[str, str]) -> Ledger:
    """A ledger of records, each given by what is not empty in it."""
    filled = tuple({**dict.fromkeys(schema.names, ""), **row} for row in rows)
    return Ledger(schema, Path(f"{schema.name}.csv"), filled, tuple(range(2, len(filled) + 2)))


def works(planned: str, done: str = "", name: str = "road") -> dict[str, Ledger]:
    """A ledger of one road."""
    row = {"id": name, "title": "虚构道路", "planned": planned, "done": done}
    return {"works": ledger(WORKS, row)}


def told(*changes: dict[str, str]) -> dict[str, Ledger]:
    """A ledger of adjustments: each of the road's plan from 9 to 7, but for what is given."""
    usual = {"ledger": "works", "record": "road", "column": "planned"}
    usual |= {"before": "9", "after": "7", "reason": "资金到位晚"}
    rows = [{"id": f"a{n}", "title": "虚构调整", **usual, **one} for n, one in enumerate(changes)]
    return {"adjustments": ledger(ADJUSTMENTS, *rows)}


BEFORE, NOW = works("9.00"), works("7")


def codes(now: dict[str, Ledger], before: dict[str, Ledger]) -> list[str]:
    """What is found, by code."""
    return [one.code for one in check_adjustments(now, before)]


def test_what_agrees_is_no_finding() -> None:
    """Before as in the earlier edition, after as now; 9 and 9.00 are the same."""
    assert codes({**NOW, **told({})}, BEFORE) == []


def test_without_an_earlier_edition_only_after_is_checked() -> None:
    """Nobody knows what was before the first edition."""
    assert codes({**NOW, **told({"before": "100"})}, {}) == []
    assert codes({**NOW, **told({"after": "8"})}, {}) == ["adjust.after"]


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"ledger": "work"}, "adjust.ledger", "ledger列"),
        ({"column": "plan"}, "adjust.column", "column列"),
        ({"record": "roads"}, "adjust.record", "record列"),
        ({"after": "8"}, "adjust.after", "after列"),
        ({"before": "8"}, "adjust.before", "before列"),
    ],
)
def test_what_does_not_agree_is_found(change: dict[str, str], code: str, where: str) -> None:
    """With its code, at the cell of the adjustment that is wrong."""
    (found,) = check_adjustments({**NOW, **told(change)}, BEFORE)
    assert (found.code, found.severity) == (code, "error")
    assert where in found.place


def test_an_adjustment_that_changes_nothing_is_found() -> None:
    """The same number written otherwise is no other plan."""
    assert codes({**NOW, **told({"before": "7.00"})}, works("7")) == ["adjust.same"]


def test_a_cell_is_adjusted_once() -> None:
    """Two steps in one quarter would both have to be from the earlier edition to this one."""
    assert codes({**NOW, **told({}, {})}, BEFORE) == ["adjust.twice"]


def test_a_new_record_is_not_adjusted() -> None:
    """What was not there cannot have been otherwise."""
    assert codes({**NOW, **told({})}, works("9", name="bridge")) == ["adjust.new"]


def test_what_the_program_makes_is_not_adjusted() -> None:
    """A derived ledger changes with those it is made from."""
    derived: dict[str, Any] = {**NOW["works"].schema.__dict__, "document": {"derived": True}}
    made = {"works": Ledger(Schema(**derived), Path("works.csv"), NOW["works"].rows, (2,))}
    assert codes({**made, **told({})}, BEFORE) == ["adjust.ledger"]


def severities(now: dict[str, Ledger], *given: Explanation) -> list[tuple[str, str]]:
    """What the comparison with the earlier edition finds."""
    editions = (parse_period("2030Q3"), parse_period("2030Q2"))
    explanations = Explanations(given, adjusted=adjusted(now))
    found = check_changes(now, works("9", "5"), {}, editions, explanations)
    return [(one.code, one.severity) for one in found]


def test_an_adjustment_is_the_reason_of_a_changed_plan() -> None:
    """The warning becomes a note that repeats the reason; without it the warning stands."""
    now = works("7", "5")
    assert severities(now) == [("change.steady", "warning")]
    assert severities({**now, **told({})}) == [("change.steady", "note")]
    assert severities({**now, **told({"record": "other"})}) == [("change.steady", "warning")]


def test_an_adjustment_explains_no_fall() -> None:
    """A cumulative count that falls is no plan that was changed."""
    now = works("9", "4")
    assert severities({**now, **told({"column": "done"})}) == [("change.fell", "error")]


def test_an_explanation_goes_first() -> None:
    """Where both give a reason, the explanation has had its use."""
    one = Explanation("另有理由", "works", "road", "planned")
    explanations = Explanations((one,), adjusted={("works", "road", "planned"): "资金到位晚"})
    assert explanations.of_plan("works", "road", "planned") == "另有理由"
    assert explanations.unused() == []


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("200", "200.00", True),
        ("", "", True),
        ("", "0", False),
        ("7", "8", False),
        ("a", "a", True),
    ],
)
def test_cells_are_compared_by_what_they_say(one: str, other: str, equal: bool) -> None:
    """Numbers by value, all else by its text; an empty cell is no zero."""
    assert same(one, other) is equal


def test_a_rule_about_no_column_is_refused() -> None:
    """The columns of before and after have to be there."""
    document = {**ADJUSTMENTS.document, "adjusting": {**RULE, "before": "earlier"}}
    with pytest.raises(KeyError):
        parse_schema("adjustments", document)
