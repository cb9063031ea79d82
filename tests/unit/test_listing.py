"""All facts in one flat table."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from policybook.cards import cards_text
from policybook.listing import COLUMNS, harmless, row_of, table_text
from policybook.model import Cell, Fact, Operand


@pytest.fixture
def fact() -> Fact:
    """A made-up rate that rests on two records of two ledgers."""

    def operand(name: str, ledger: str, record: str) -> Operand:
        cell = Cell(f"data/{ledger}.csv", 2, "done", record, "1", "record", "plan:一")
        return Operand(name, "sum", ledger, "done", "1", (), {}, (record,), (cell,))

    return Fact(
        id="works.rate",
        label="虚构率",
        period="2030Q1",
        value="-1/3",
        display="-33%",
        number="-33",
        unit="%",
        decimals=0,
        qualifier="",
        span="累计",
        direction="up",
        chapter="works",
        word="",
        evidence="implied",
        look_through=None,
        interval={"low": "-1/2", "high": "-1/4", "display": "-50–-25%"},
        formula="-1 ÷ 3 = -33%",
        words="甲 ÷ 乙",
        expression="a / b",
        sql={},
        operands=(operand("a", "works", "road"), operand("b", "roads", "lane")),
        missing=(),
        sources=(),
        documents=(
            {"id": "plan", "title": "虚构计划", "place": "一"},
            {"id": "plan", "title": "虚构计划", "place": "二"},
        ),
        notebook="01_works",
        cell="rate",
        definition="虚构的口径。",
        departments=("交通局", "城建局"),
    )


def test_a_fact_is_a_row(fact: Fact) -> None:
    """Every column has its text; several ledgers and departments stand in one, each once."""
    row = dict(zip(COLUMNS, row_of(fact), strict=True))
    assert row["value"] == "-1/3"
    assert row["interval"] == "-50–-25%"
    assert row["look_through"] == ""
    assert row["ledgers"] == "works;roads"
    assert row["departments"] == "交通局;城建局"
    assert row["documents"] == "plan"
    assert row["trace"] == "trace/works.rate.html"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1个", "@SUM(A1)", "\t=1", "\r=1", "-1 + 2 = 1"])
def test_a_formula_becomes_text(text: str) -> None:
    """What a spreadsheet would work out is quoted."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-1", "-0.5", "-33%", "-1/3", "97%", "虚构", "1 + 1 = 2"])
def test_a_number_stays(text: str) -> None:
    """Negative numbers and harmless texts stand as they are."""
    assert harmless(text) == text


def test_the_table_is_read_back(fact: Fact) -> None:
    """Commas, quotes and formulas come through."""
    odd = replace(fact, label='=甲,"乙"')
    (row,) = csv.DictReader(io.StringIO(table_text([row_of(odd)]), newline=""))
    assert row["label"] == '\'=甲,"乙"'


def test_pages_get_the_same_facts(fact: Fact) -> None:
    """facts.js has each fact by its id, in the words of facts.json, and names the columns."""
    script = cards_text("虚构报告", {"works": "虚构台账"}, [fact])
    content = json.loads(script.removeprefix("window.policybookFacts = ").removesuffix(";\n"))
    assert content["columns"] == list(COLUMNS)
    assert content["ledgers"] == {"works": "虚构台账"}
    card = content["facts"]["works.rate"]
    assert (card["value"], card["departments"]) == ("-1/3", ["交通局", "城建局"])
