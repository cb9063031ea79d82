"""Which channels and projects have most of the money, told only where records are itemised."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.concentration import CONCENTRATION, concentration_of
from policybook.derived import derived_schema
from policybook.deriving import derive
from policybook.schema import Schema, parse_schema
from tests.unit.conftest import EVIDENCE, ID, SOURCE, TITLE, column
from tests.unit.standings import standing

FUNDS: dict[str, Any] = {
    "title": "虚构资金台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("channel", "渠道"),
        column("stage", "阶段"),
        {**column("project", "项目"), "references": "works"},
        column("amount", "金额", "number", decimals=2, unit="亿元"),
        EVIDENCE,
        SOURCE,
    ],
}


def schema(by: tuple[str, ...] = (), groups: tuple[str, ...] = ("channel",)) -> Schema:
    """The made-up schema, which divides its amounts by some columns."""
    apart = {"measures": ["amount"], "by": list(by), "groups": list(groups)}
    return parse_schema("funds", {**FUNDS, "apart": apart})


def fund(channel: str, amount: str, **cells: str) -> dict[str, str]:
    """A record of the made-up ledger."""
    made_up = {"id": "f", "title": "虚构资金", "evidence": "record", "source": "plan:一"}
    empty = {"stage": "", "project": ""}
    return {**made_up, **empty, "channel": channel, "amount": amount, **cells}


def ranked(rule: Schema, *rows: dict[str, str], **others: list[dict[str, str]]) -> list[Any]:
    """Group, amount, and whether it is the largest and among those that make up half."""
    found = concentration_of(standing({"funds": rows, **others}, rule))
    return [(r["measure"], r["group"], r["amount"], r["largest"], r["half"]) for r in found]


def test_the_largest_comes_first() -> None:
    """Sums of each group in order, the largest marked, and as many as half of it takes."""
    rows = [fund("甲", "2"), fund("乙", "3.5"), fund("甲", "2.25"), fund("丙", "1.1")]
    assert ranked(schema(), *rows) == [
        ("金额", "甲", "4.25", "是", "是"),
        ("金额", "乙", "3.5", "否", "是"),
        ("金额", "丙", "1.1", "否", "否"),
    ]


def test_half_is_enough() -> None:
    """A group with exactly half of the sum needs no other; of equals the first by name leads."""
    assert ranked(schema(), fund("乙", "1"), fund("甲", "1")) == [
        ("金额", "乙", "1", "是", "是"),
        ("金额", "甲", "1", "否", "否"),
    ]


@pytest.mark.parametrize("evidence", ["aggregate", "remainder"])
def test_a_printed_total_is_not_ranked(evidence: str) -> None:
    """One record that is a total leaves its stage without ranks; the other stage has them."""
    rows = [fund("甲", "2", stage="申报"), fund("乙", "9", stage="申报", evidence=evidence)]
    rows.append(fund("甲", "1", stage="下达"))
    found = ranked(schema(by=("stage",)), *rows)
    assert found == [("金额·下达", "甲", "1", "是", "是")]


def test_stages_are_ranked_apart() -> None:
    """What may not be added up is not ranked together either."""
    rows = [fund("甲", "2", stage="申报"), fund("甲", "1", stage="下达")]
    found = ranked(schema(by=("stage",)), *rows)
    assert sorted(one[:3] for one in found) == [
        ("金额·下达", "甲", "1"),
        ("金额·申报", "甲", "2"),
    ]


def test_money_of_no_group_is_left_out() -> None:
    """What names no project has no rank, nor has what is nothing or mistyped."""
    rows = [fund("甲", "2", project="road"), fund("甲", "9")]
    rows += [fund("甲", text, project="bridge") for text in ("0", "", "很多")]
    works = [{"id": "road", "title": "虚构道路"}]
    rule = schema(groups=("project",))
    found = concentration_of(standing({"funds": rows, "works": works}, rule))
    assert [(one["group"], one["name"], one["title"]) for one in found] == [
        ("road", "虚构道路", "金额：虚构道路")
    ]


@given(st.lists(st.tuples(st.sampled_from("甲乙丙丁"), st.integers(1, 999)), min_size=1))
def test_half_takes_as_few_as_possible(amounts: list[tuple[str, int]]) -> None:
    """The marked groups have half of the sum together, and without the last of them have not."""
    found = ranked(schema(), *(fund(group, str(amount)) for group, amount in amounts))
    total = sum(Decimal(amount) for *_, amount, _, _ in found)
    assert total == sum(amount for _, amount in amounts)
    marked = [Decimal(amount) for *_, amount, _, half in found if half == "是"]
    assert sum(marked) * 2 >= total > sum(marked[:-1]) * 2


def test_the_ledger_is_there_where_a_schema_divides_its_amounts() -> None:
    """It keeps the columns of its schema; with printed totals alone there is nothing in it."""

    def made(rule: Schema, evidence: str) -> dict[str, list[dict[str, str]]]:
        return derive(standing({"funds": [fund("甲", "2", evidence=evidence)]}, rule))

    (row,) = made(schema(), "record")[CONCENTRATION]
    assert tuple(row) == derived_schema(CONCENTRATION).names
    assert row["id"] == "funds-amount-channel-1"
    assert made(schema(), "aggregate") == {CONCENTRATION: []}
    assert made(schema(groups=()), "record") == {}
