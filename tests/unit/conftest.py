"""A made-up city: two small ledgers, their schemas and a catalogue. None of it is real."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from policybook.edition import Edition, load_edition
from policybook.ledgers import Ledger, read_ledgers
from policybook.model import Fact, Operand
from policybook.numbers import display_text, exact_text, number_text
from policybook.schema import Schema, load_schemas

PERIOD = "2030Q1"

# A busy machine is no failure.
settings.register_profile("policybook", deadline=None)
settings.load_profile("policybook")


def column(name: str, title: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    """A field of a Table Schema; what is not a property of ours is a constraint."""
    own = {key: more.pop(key) for key in ("decimals", "printed", "unit") if key in more}
    return {"name": name, "title": title, "type": kind, **own, "constraints": more}


ID = column("id", "编号", required=True, unique=True, pattern="[a-z0-9]+(-[a-z0-9]+)*")
TITLE = column("title", "名称", required=True)
EVIDENCE = column("evidence", "证据等级", enum=["record", "aggregate", "remainder"], required=True)
SOURCE = column("source", "出处", required=True, pattern="[a-z][a-z0-9-]*:.+")

DOCUMENTS = {
    "title": "虚构文件",
    "description": "只供测试。",
    "fields": [ID, TITLE, column("issued", "日期", "date")],
    "primaryKey": ["id"],
}
WORKS = {
    "title": "虚构工程台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("kind", "类别"),
        column("planned", "计划数", "number", decimals=2, minimum=0),
        column("completed", "完成数", "number", decimals=2, minimum=0),
        column("rate", "所印完成率", "number", decimals=4, printed=True, minimum=0),
        column("units", "台数", "integer", minimum=0, maximum=1000),
        column("at_least", "不少于", enum=["是", "否"]),
        column("on", "日期", "date"),
        column("after", "前置工程"),
        column("items", "代表项数", "integer", required=True, minimum=1),
        EVIDENCE,
        SOURCE,
    ],
    "primaryKey": ["id"],
    "foreignKeys": [{"fields": "after", "reference": {"resource": "", "fields": "id"}}],
}
WORKS_ROWS = """\
id,title,kind,planned,completed,rate,units,at_least,on,after,items,evidence,source
road,虚构道路,道路,200,150,,3,否,2030-01-31,,1,record,plan:一
bridge,虚构桥梁,桥梁,40.5,10.5,,,否,2030-03-31,road,1,record,plan:二
lanes,其余虚构道路（未列名）,道路,100,100,,,否,,,7,remainder,plan:三
trees,虚构植树,绿化,,60,,,是,,,1,aggregate,plan:四
coal,虚构煤炭,能源,,3309,1.17,,否,,,1,aggregate,plan:五
"""
DOCUMENTS_ROWS = "id,title,issued\nplan,虚构计划,2030-02-01\n"
PARAMETERS = """\
period: 2030Q1
title: 虚构报告
city: 虚构市
issuer: 虚构市人民政府
committee: 虚构市人大常委会
reporting_date: 2030-02-01
opinion_date: null
data_until: 报告日期
year_start: 2030-01-01
year_end: 2030-12-31
next_release: null
empty_ledgers: []
"""
UNITS = {
    "roads.planned": "公里",
    "roads.rate": "%",
    "roads.count": "项",
    "trees.planted": "棵",
    "coal.rate": "%",
    "coal.task": "吨",
    "works.days": "天",
    "works.kinds": "类",
}
STATISTIC = """\
{id}:
  label: 虚构指标{id}
  unit: "{unit}"
  decimals: {decimals}
  definition: 虚构，只供测试。
  span: 累计
  direction: up
  chapter: made-up
"""


@pytest.fixture
def made_up_data(tmp_path: Path) -> Path:
    """The data folder of a made-up city, each time a fresh copy."""
    data = tmp_path / "data"
    (data / "schema").mkdir(parents=True)
    (data / PERIOD).mkdir()
    for name, schema in (("documents", DOCUMENTS), ("works", WORKS)):
        (data / "schema" / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    (data / "documents.csv").write_text(DOCUMENTS_ROWS, encoding="utf-8")
    (data / PERIOD / "works.csv").write_text(WORKS_ROWS, encoding="utf-8")
    (data / PERIOD / "period.yml").write_text(PARAMETERS, encoding="utf-8")
    (data / "relations.yml").write_text("[]\n", encoding="utf-8")
    catalogue = "".join(
        STATISTIC.format(id=name, unit=unit, decimals=int(name == "coal.task"))
        for name, unit in UNITS.items()
    )
    (data / "statistics.yml").write_text(catalogue, encoding="utf-8")
    return data


@pytest.fixture
def works_file(made_up_data: Path) -> Path:
    """The file of the made-up ledger of works."""
    return made_up_data / PERIOD / "works.csv"


@pytest.fixture
def schemas(made_up_data: Path) -> dict[str, Schema]:
    """The schemas of the made-up ledgers."""
    return load_schemas(made_up_data)


@pytest.fixture
def works(schemas: dict[str, Schema]) -> Schema:
    """The schema of the made-up ledger of works."""
    return schemas["works"]


@pytest.fixture
def ledgers(made_up_data: Path, schemas: dict[str, Schema]) -> dict[str, Ledger]:
    """The made-up ledgers as read."""
    return read_ledgers(made_up_data, made_up_data / PERIOD, schemas)[0]


@pytest.fixture
def edition(made_up_data: Path) -> Edition:
    """The made-up edition, opened for computing."""
    return load_edition(made_up_data, PERIOD)


@pytest.fixture
def changed_works(made_up_data: Path, works_file: Path) -> Callable[[str, str], Path]:
    """Replaces one piece of text in the made-up ledger; the data folder."""

    def change(old: str, new: str) -> Path:
        text = works_file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is not unique in the ledger"
        works_file.write_text(text.replace(old, new), encoding="utf-8")
        return made_up_data

    return change


def made_up_fact(
    name: str, value: str, unit: str = "%", decimals: int = 0, word: str = "", qualifier: str = ""
) -> Fact:
    """A made-up fact of an exact value (a ratio for ``%``), displayed as any other."""
    exact = Fraction(value)
    number = number_text(exact, unit, decimals)
    return Fact(
        id=name,
        label=f"虚构指标{name}",
        period=PERIOD,
        value=exact_text(exact),
        display=display_text(number, unit, qualifier),
        number=number,
        unit=unit,
        decimals=decimals,
        qualifier=qualifier,
        span="累计",
        direction="up",
        chapter="made-up",
        word=word,
        evidence="record",
        look_through=None,
        interval=None,
        formula="",
        words="",
        expression="a",
        sql={},
        operands=(Operand("a", "sum", "works", "planned", value, (), {"duckdb": name}, (), ()),),
        missing=(),
        sources=(),
        documents=(),
        notebook="",
        cell="",
        definition="虚构，只供测试。",
    )
