"""The life cycle that a schema declares: states, what each requires, classes of age."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from policybook.declared import Requirement
from policybook.lifecycle import STAGES, parse_lifecycle
from policybook.schema import load_schemas, parse_schema
from tests.conftest import ROOT
from tests.unit.conftest import EVIDENCE, ID, SOURCE, TITLE, column

CYCLE: dict[str, Any] = {
    "status": "status",
    "group": "list",
    "listed": "listed_on",
    "proof": "proof",
    "begins": ["新增", "待领"],
    "ages": [30, 90],
    "keep": {"upward": "upward", "responsible": "office"},
    "states": [
        {"word": "新增", "stage": "列入", "date": "listed_on", "next": ["推进", "已解决"]},
        {"word": "推进", "stage": "推进", "date": "advanced_on", "next": ["推进", "已解决"]},
        {
            "word": "已解决",
            "stage": "待核",
            "date": "solved_on",
            "next": ["已解决", "已销号", "推进"],
        },
        {"word": "已销号", "stage": "销号", "date": "cleared_on", "next": []},
        {"word": "待领", "stage": "列入", "next": ["待领"], "groups": ["上级清单"]},
    ],
}
PROBLEMS: dict[str, Any] = {
    "title": "虚构问题台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("list", "清单"),
        column("upward", "需向上争取"),
        column("status", "状态"),
        column("listed_on", "列入日期", "date"),
        column("advanced_on", "推进日期", "date"),
        column("solved_on", "解决日期", "date"),
        column("cleared_on", "销号日期", "date"),
        column("proof", "销号依据"),
        column("office", "责任部门"),
        column("items", "代表项数", "integer", required=True, minimum=1),
        EVIDENCE,
        SOURCE,
    ],
    "primaryKey": ["id"],
    "carry": {"records": "open", "closed": {"status": ["已销号"]}},
    "lifecycle": CYCLE,
}
"""A made-up list of problems, and how its records go from one state to the next."""


def cycle(**changed: Any) -> dict[str, Any]:
    """The made-up life cycle, written otherwise."""
    return {**copy.deepcopy(CYCLE), **changed}


@pytest.mark.parametrize(
    ("word", "columns"),
    [
        ("新增", ("listed_on",)),
        ("推进", ("listed_on", "advanced_on")),
        ("已解决", ("listed_on", "advanced_on", "solved_on")),
        ("已销号", ("listed_on", "advanced_on", "solved_on", "cleared_on", "proof")),
    ],
)
def test_a_state_requires_the_dates_up_to_it(word: str, columns: tuple[str, ...]) -> None:
    """Also those of the stages before it, so that none is left out; clearing needs its proof."""
    schema = parse_schema("problems", PROBLEMS)
    assert Requirement({"status": word}, columns) in schema.requires


def test_a_state_without_a_date_requires_nothing() -> None:
    """Of a total nobody knows the day."""
    schema = parse_schema("problems", PROBLEMS)
    assert [one for one in schema.requires if one.when == {"status": "待领"}] == []


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, "30天以内"),
        (30, "30天以内"),
        (31, "31至90天"),
        (90, "31至90天"),
        (91, "90天以上"),
        (999, "90天以上"),
    ],
)
def test_classes_of_age_meet_without_a_gap(days: int, age: str) -> None:
    """A bound belongs to the class below it."""
    assert parse_lifecycle(CYCLE).age(days) == age


@pytest.mark.parametrize(
    "changed",
    [
        cycle(begins=["提出"]),
        cycle(states=[{"word": "新增", "stage": "列入", "next": ["办结"]}]),
        cycle(states=[{"word": "新增", "stage": "提出", "next": []}], begins=[]),
        cycle(states=CYCLE["states"] * 2),
        cycle(ages=[90, 30]),
        cycle(keep={"owner": "office"}),
        cycle(lists=["市级"]),
    ],
    ids=["begins", "next", "stage", "twice", "ages", "keep", "unknown key"],
)
def test_a_broken_life_cycle_is_refused(changed: dict[str, Any]) -> None:
    """Words that no state has, stages that there are not, and keys that mean nothing."""
    with pytest.raises((KeyError, TypeError)):
        parse_lifecycle(changed)


def test_a_life_cycle_about_no_column_is_refused() -> None:
    """A schema that speaks of a column it has not is broken."""
    with pytest.raises(KeyError, match="recorded_on"):
        parse_schema("problems", {**PROBLEMS, "lifecycle": cycle(listed="recorded_on")})


def test_the_lists_of_the_first_edition_stand_in_one_model() -> None:
    """Each keeps its own words, and each word stands for a stage."""
    schema = load_schemas(ROOT / "data")["problems"]
    assert schema.lifecycle is not None
    words = set(schema.field("status").constraints["enum"])
    assert {one.word for one in schema.lifecycle.states} == words
    lists = schema.field("list").constraints["enum"]
    for name in lists:
        stages = [one.stage for one in schema.lifecycle.states if name in one.groups]
        assert stages == sorted(stages, key=STAGES.index)
        assert stages
    closed = {one.word for one in schema.lifecycle.states if one.stage == STAGES[-1]}
    assert closed == set(schema.carry.closed["status"])
