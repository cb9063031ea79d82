"""The policy matrix worked out from ledgers: what stands in a cell, and which cells are gaps."""

from __future__ import annotations

from typing import Any

import pytest

from policybook.declared import Matrix
from policybook.derived import derived_schema
from policybook.deriving import derive
from policybook.matrix import COVERAGE, coverage_of
from policybook.schema import parse_schema
from tests.unit.conftest import EVIDENCE, ID, SOURCE, TITLE, column
from tests.unit.standings import standing

RULE: dict[str, Any] = {
    "column": "section",
    "entry": "矩阵",
    "tasks": ["道路", "绿化"],
    "parent": "parent",
    "progress": "progress",
    "results": ["称号"],
    "drafting": "制定中",
    "ledgers": ["works"],
}
POLICIES: dict[str, Any] = {
    "title": "虚构政策台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("kind", "类别"),
        column("parent", "上位政策"),
        column("section", "章节"),
        column("status", "状态"),
        column("progress", "进展板块"),
        EVIDENCE,
        SOURCE,
    ],
    "matrix": RULE,
}
SCHEMA = parse_schema("policies", POLICIES)
ROADS, GREEN, WHOLE = "道路", "绿化", "整体"


def policy(name: str, parent: str = "plan", section: str = "", **cells: str) -> dict[str, str]:
    """A record of the made-up ledger; without a section it belongs to no task."""
    made_up = {"id": name, "title": name, "kind": "方案", "evidence": "record", "source": "plan:一"}
    return {
        **dict.fromkeys(SCHEMA.names, ""),
        **made_up,
        "parent": parent,
        "section": section,
        **cells,
    }


def plan(progress: str = "") -> dict[str, str]:
    """The entry that the others belong to."""
    return policy("plan", "", "矩阵", kind="意见", progress=progress)


def work(section: str) -> dict[str, str]:
    """A record that tells of progress."""
    return {"id": "work", "section": section}


def states(
    *policies: dict[str, str], works: tuple[dict[str, str], ...] = ()
) -> dict[tuple[str, str], str]:
    """The state of each cell by entry ("" for all of them) and task."""
    rows = coverage_of(standing({"policies": policies, "works": works}, SCHEMA))
    return {(row["entry"], row["task"]): row["state"] for row in rows}


@pytest.mark.parametrize(
    ("records", "works", "expected"),
    [
        ([plan(), policy("scheme", section=ROADS)], (), ("有政策", "空缺", "有政策")),
        ([plan(ROADS)], (work(ROADS),), ("只有进展", "空缺", "只有进展")),
        ([plan(ROADS)], (), ("只有进展", "空缺", "只有进展")),
        (
            [plan(), policy("title", section=GREEN, kind="称号")],
            (),
            ("空缺", "只有进展", "只有进展"),
        ),
        ([plan(), policy("points")], (), ("未载明", "未载明", "有政策")),
        ([plan("桥梁")], (work("桥梁"),), ("未载明", "未载明", "只有进展")),
        ([plan()], (work(ROADS),), ("未载明", "未载明", "空缺")),
    ],
    ids=[
        "a policy",
        "progress in a record",
        "progress told without a record",
        "a title is a result",
        "a policy of no task",
        "progress of no task",
        "nothing",
    ],
)
def test_a_cell_says_what_stands_in_it(
    records: list[dict[str, str]], works: tuple[dict[str, str], ...], expected: tuple[str, ...]
) -> None:
    """Policies cover a cell, results and progress alone do not, and nothing assigned is no gap."""
    found = states(*records, works=works)
    assert tuple(found["plan", task] for task in (ROADS, GREEN, WHOLE)) == expected


def test_a_policy_stands_with_the_entry_at_the_top_of_its_chain() -> None:
    """Parents lead to the entry, however many there are between."""
    middle = policy("middle")
    found = states(plan(), middle, policy("scheme", parent="middle", section=GREEN))
    assert found["plan", GREEN] == "有政策"


def test_a_circle_of_parents_ends() -> None:
    """Policies that are each other's parents belong to no entry."""
    found = states(plan(), policy("a", parent="b", section=ROADS), policy("b", parent="a"))
    assert found["plan", ROADS] == "未载明"


def test_all_entries_together_have_what_belongs_to_none() -> None:
    """A policy of a task counts in the whole matrix without an entry; one of no task does not."""
    alone = policy("alone", parent="", section=ROADS, status="制定中")
    records = [plan(), alone, policy("other", parent="")]
    rows = coverage_of(standing({"policies": records}, SCHEMA))
    total = {row["task"]: row for row in rows if row["kind"] == "合计"}
    assert (total[ROADS]["policies"], total[ROADS]["drafting"]) == ("1", "1")
    assert (total[GREEN]["state"], total[WHOLE]["policies"]) == ("空缺", "1")


def test_a_draft_becomes_issued() -> None:
    """What is still being drafted covers its cell, and is counted until it is issued."""

    def drafting(status: str) -> str:
        records = [plan(), policy("scheme", section=ROADS, status=status)]
        rows = coverage_of(standing({"policies": records}, SCHEMA))
        return rows[0]["drafting"]

    assert (drafting("制定中"), drafting("已出台")) == ("1", "0")


def test_the_ledger_is_there_where_a_schema_declares_a_matrix() -> None:
    """It keeps the columns of its schema; without an entry there is nothing in it."""
    rows = derive(standing({"policies": [plan()]}, SCHEMA))[COVERAGE]
    assert [row["id"] for row in rows] == [
        *(f"plan-{n}" for n in "123"),
        "all-1",
        "all-2",
        "all-3",
    ]
    assert all(tuple(row) == derived_schema(COVERAGE).names for row in rows)
    assert derive(standing({"policies": [policy("scheme")]}, SCHEMA)) == {COVERAGE: []}


@pytest.mark.parametrize("column_of", ["column", "parent", "progress"])
def test_a_rule_names_columns_that_are_there(column_of: str) -> None:
    """A schema whose matrix speaks of another column is refused."""
    with pytest.raises(KeyError):
        parse_schema("policies", {**POLICIES, "matrix": {**RULE, column_of: "nowhere"}})


def test_a_rule_is_read_as_declared() -> None:
    """Lists become tuples, and a key that is no part of a matrix is refused."""
    assert isinstance(SCHEMA.matrix, Matrix)
    assert SCHEMA.matrix.tasks == (ROADS, GREEN)
    with pytest.raises(TypeError):
        parse_schema("policies", {**POLICIES, "matrix": {**RULE, "colour": "red"}})
