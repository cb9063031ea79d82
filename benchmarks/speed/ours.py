"""The report written down as a project of policybook."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from benchmarks.speed.forms import (
    NOTEBOOKS,
    OPENING,
    TITLE,
    in_cells,
    page,
    toc,
    write,
    write_ledgers,
    write_notebook,
)
from benchmarks.speed.workload import (
    DISTRICTS,
    FIGURE,
    KINDS,
    PERIOD,
    STAGES,
    THEMES,
    Ledgers,
    Measure,
    Statistic,
    statistics,
)

TEMPLATE = Path(__file__).resolve().parents[2] / "policybook/demo/template"
"""The made-up city, whose settings and pages for checking are ours too."""
CHECKING = {
    "statistics": "# 统计数字索引\n\n```{statistics}\n```\n",
    "method": "# 方法说明\n\n```{relations}\n```\n\n```{coverage} list\n```\n\n```{figures}\n```\n",
    "data-dictionary": "# 数据字典\n\n```{dictionary}\n```\n",
    "documents": "# 来源文件\n\n```{documents}\n```\n",
}
SETUP = """\
from ibis import _

from policybook import charts
from policybook.edition import open_edition

edition = open_edition(period, data)"""
_PERIOD = f"""\
period: {PERIOD}
title: {TITLE}
city: 虚构市
issuer: 虚构市人民政府
committee: 虚构市人大常委会
reporting_date: 2031-07-10
opinion_date: null
data_until: 季末
year_start: 2031-01-01
year_end: 2031-12-31
next_release: null
empty_ledgers: []
"""
_DOCUMENTS = """\
id,title,short,issuer,issued,kind,number,note
returns,虚构市部门报表汇编,部门报表,虚构市人民政府,2031-07-05,部门报表,,本文件为测量速度而虚构。
"""


def write_ours(root: Path, ledgers: Ledgers) -> None:
    """All that ``policybook build`` needs."""
    data = root / "data"
    write_ledgers(data / PERIOD, ledgers)
    write(data / PERIOD / "period.yml", _PERIOD)
    write(data / "documents.csv", _DOCUMENTS)
    for name in ledgers:
        write(data / f"schema/{name}.json", _schema(name))
    shutil.copyfile(TEMPLATE / "data/schema/documents.json", data / "schema/documents.json")
    write(data / "statistics.yml", "".join(map(_entry, statistics())))
    write(data / "relations.yml", "".join(map(_relation, THEMES)))
    for name, chapter in NOTEBOOKS.items():
        parameters = f'period = "{PERIOD}"\ndata = "data"'
        write_notebook(root / f"notebooks/{name}.ipynb", chapter, parameters, _cells(chapter))
        chart = f"\n```{{chart}} {chapter}-by-district\n```\n"
        write(root / f"book/{chapter}.md", page(chapter, "{{stat}}`{id}`".format) + chart)
    links = "".join(f"- [{name}]({chapter}.md)\n" for chapter, name in THEMES.items())
    write(root / "book/index.md", OPENING + links)
    for name, text in CHECKING.items():
        write(root / f"book/{name}.md", text)
    write(root / "book/exemptions.yml", "[]\n")
    config = (TEMPLATE / "_config.yml").read_text(encoding="utf-8")
    write(root / "_config.yml", config.replace("样例市（虚构）重点工作季度报告（演示）", TITLE))
    files = [f"book/{name}" for name in (*THEMES, *CHECKING)]
    write(root / "_toc.yml", toc("book/index", files + [f"notebooks/{name}" for name in NOTEBOOKS]))


def _cells(chapter: str) -> dict[str, str]:
    def publish(one: Statistic) -> str:
        value = _ibis(one.top) + (f" / {_ibis(one.bottom)}" if one.bottom else "")
        return f'edition.publish("{one.id}", {value})'

    figure = f"""\
edition.figure(
    "{chapter}-by-district",
    edition.{chapter}.group_by("district").agg(amount=_.amount.sum())
    .order_by(_.amount.desc(), _.district),
    charts.bars,
    title="{FIGURE.format(name=THEMES[chapter])}",
    unit="万元",
    alt="{THEMES[chapter]}项目{{{chapter}.count}}；条形是各城区的投资额，从多到少。",
    source="部门报表",
)"""
    return {"setup": SETUP, **in_cells(chapter, publish), "figure": figure}


def _ibis(measure: Measure) -> str:
    filters = "".join(f'.filter(_.{column} == "{value}")' for column, value in measure.where)
    reduction = "nunique" if measure.distinct else "sum"
    return f"edition.{measure.ledger}{filters}.{measure.column}.{reduction}()"


def _entry(one: Statistic) -> str:
    whole = f"（占{one.label}的分母）" if one.bottom else ""
    return (
        f'{one.id}:\n  label: {one.label}\n  unit: "{one.unit}"\n  decimals: {one.decimals}\n'
        f"  definition: {one.label}，由台账汇总{whole}。\n  span: 时点\n  direction: none\n"
        f"  chapter: {one.chapter}\n"
    )


def _relation(chapter: str) -> str:
    stages = " + ".join(f"{chapter}.{stage}" for stage in STAGES)
    return (
        f"- id: {chapter}-stages\n  title: 各阶段的项目相加等于全部\n  left: {stages}\n"
        f'  op: "="\n  right: {chapter}.count\n'
    )


def _schema(name: str) -> str:
    required = {"required": True}

    def field(key: str, title: str, kind: str = "string", **more: Any) -> dict[str, Any]:
        constraints = {**required, **more.pop("constraints", {})}
        return {"name": key, "title": title, "type": kind, "constraints": constraints, **more}

    def count(key: str, title: str, unit: str) -> dict[str, Any]:
        return field(key, title, "integer", constraints={"minimum": 0}, unit=unit)

    document = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": f"{THEMES[name]}台账",
        "description": "为测量速度而虚构。",
        "fields": [
            field("id", "编号", constraints={"unique": True}),
            field("title", "名称"),
            field("district", "城区", constraints={"enum": list(DISTRICTS.values())}),
            field("stage", "阶段", constraints={"enum": list(STAGES.values())}),
            field("kind", "类别", constraints={"enum": list(KINDS.values())}),
            count("planned", "计划数", "处"),
            count("completed", "完成数", "处"),
            count("amount", "投资额", "万元"),
            count("paid", "支付额", "万元"),
            count("items", "代表项数", "项"),
            field("evidence", "证据等级", constraints={"enum": ["record"]}),
            field("source", "出处"),
            {"name": "note", "title": "说明", "type": "string"},
        ],
        "primaryKey": ["id"],
        "missingValues": [""],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
