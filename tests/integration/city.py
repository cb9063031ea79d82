"""A made-up city, small enough to be built in seconds; every page says that it is made up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat

from tests.conftest import ROOT

PERIODS = ("2031Q1", "2031Q2")
SCRIPT = "<script>alert(1)</script>道路绿化"
ROLE = "{stat}`works.total`河道清淤"
"""Titles as somebody might paste them."""

WORKS = f"""\
id,title,district,planned,completed,amount,items,evidence,source,note
lamps,路灯更新,东区,40,40,1.25,1,aggregate,plan:一,
benches,座椅更新,西区,30,24,0.60,1,aggregate,plan:二,
trees,{SCRIPT},西区,16,12,0.15,1,aggregate,plan:三,
river,{ROLE},东区,9,3,2.40,1,aggregate,plan:四,
"""
VISITS = """\
id,title,count,at_least,items,evidence,source,note
hall,议事厅来访,25,否,1,aggregate,plan:五,
street,街道走访,60,是,1,aggregate,plan:六,
"""
DOCUMENTS = """\
id,title,short,issuer,issued,kind,number,note
plan,虚构市城市更新计划,更新计划,虚构市人民政府,2031-01-10,报告,,本文件为测试而虚构。
"""
PERIOD = """\
period: {period}
title: 虚构市城市更新季度报告（虚构）
city: 虚构市
issuer: 虚构市人民政府
committee: 虚构市人大常委会
reporting_date: {year}-0{month}-10
opinion_date: null
data_until: 报告日期
year_start: {year}-01-01
year_end: {year}-12-31
next_release: null
empty_ledgers: []
"""
RELATIONS = """\
- id: completed-within-planned
  title: 完成数不超过计划数
  ledger: works
  left: completed
  op: "<="
  right: planned
- id: done-within-planned
  title: 全市完成数不超过计划数
  left: works.done
  op: "<="
  right: works.planned
"""
INDEX = """\
# 虚构市城市更新季度报告

本报告全部内容为测试而虚构，报告日期为{edition}`reporting_date`。

```{tiles}
works.rate
visits.total
```

计划更新{stat}`works.planned`，已更新{stat}`works.done`，{stat-word}`works.rate`。
另见{source}`plan`。
"""
DETAILS = """\
# 更新项目

本页内容为虚构。

```{records} works
:columns: title,district,planned,completed,amount,note
```

```{chart} works-progress
```

```{statistics}
```

```{relations}
```
"""
SETUP = """\
from ibis import _
from policybook import charts
from policybook.edition import open_edition

edition = open_edition(period, data)"""
WORKS_CELLS = {
    "planned": 'edition.publish("works.planned", edition.works.planned.sum())',
    "done": 'edition.publish("works.done", edition.works.completed.sum())',
    "rate": 'edition.publish("works.rate", edition.works.completed.sum()'
    " / edition.works.planned.sum())",
    "amount": 'edition.publish("works.amount", edition.works.amount.sum())',
    "figure": """\
edition.figure(
    "works-progress",
    edition.works.select("title", "planned", "completed").order_by(_.title),
    charts.progress,
    title="各项更新的进度",
    unit="处",
    alt="计划更新{works.planned}，已更新{works.done}。",
    source="更新计划",
)""",
}
VISITS_CELLS = {"total": 'edition.publish("visits.total", edition.visits["count"].sum())'}


def _field(name: str, title: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "title": title, "type": kind, **more}


def _schema(title: str, *fields: dict[str, Any]) -> str:
    required = {"required": True}
    common = [
        _field("items", "代表项数", "integer", constraints={**required, "minimum": 1}),
        _field("evidence", "证据等级", constraints={**required, "enum": ["record", "aggregate"]}),
        _field("source", "出处", constraints=required),
        _field("note", "说明"),
    ]
    identity = [
        _field("id", "编号", constraints={**required, "unique": True}),
        _field("title", "名称", constraints=required),
    ]
    document = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": title,
        "description": "为测试而虚构。",
        "fields": [*identity, *fields, *common],
        "primaryKey": ["id"],
        "missingValues": [""],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _statistic(name: str, label: str, unit: str, chapter: str, *more: str) -> str:
    lines = [f"{name}:", f"  label: {label}", f'  unit: "{unit}"', "  decimals: 0"]
    lines += [f"  definition: {label}，为测试而虚构。", "  span: 累计", "  direction: up"]
    lines += [f"  chapter: {chapter}", *(f"  {line}" for line in more)]
    return "\n".join(lines) + "\n"


def write_notebook(path: Path, title: str, cells: dict[str, str]) -> None:
    """A stripped notebook: title, parameters, set-up, then one code cell an entry."""
    parameters = nbformat.v4.new_code_cell(
        'period = "2031Q1"\ndata = "data"', id="parameters", metadata={"tags": ["parameters"]}
    )
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(f"# {title}\n\n本页内容为虚构。", id="title"),
            parameters,
            nbformat.v4.new_code_cell(SETUP, id="setup"),
            *(nbformat.v4.new_code_cell(source, id=name) for name, source in cells.items()),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.write(notebook, path)


def found_city(root: Path, periods: tuple[str, ...] = PERIODS[:1]) -> Path:
    """Lay out the city's project in a folder, and return it."""
    data = root / "data"
    for folder in (data / "schema", root / "notebooks", root / "book"):
        folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "data/schema/documents.json", data / "schema/documents.json")
    count, places = {"constraints": {"minimum": 0}}, {"decimals": 2, "unit": "亿元"}
    texts = {
        "data/schema/works.json": _schema(
            "更新台账",
            _field("district", "城区"),
            _field("planned", "计划数", "integer", **count),
            _field("completed", "完成数", "integer", **count),
            _field("amount", "投资", "number", **places),
        ),
        "data/schema/visits.json": _schema(
            "来访台账", _field("count", "次数", "integer", **count), _field("at_least", "下限")
        ),
        "data/documents.csv": DOCUMENTS,
        "data/relations.yml": RELATIONS,
        "data/statistics.yml": _statistic("works.planned", "计划更新", "处", "policy-system")
        + _statistic("works.done", "已更新", "处", "policy-system")
        + _statistic("works.rate", "更新率", "%", "policy-system", "word: completion")
        + _statistic("works.amount", "更新投资", "亿元", "policy-system")
        + _statistic("visits.total", "来访次数", "次", "grassroots"),
        "book/index.md": INDEX,
        "book/details.md": DETAILS,
        "_config.yml": _config(),
        "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n  - file: book/details\n"
        "  - file: notebooks/01_policy_system\n  - file: notebooks/08_grassroots\n",
    }
    for number, period in enumerate(periods):
        folder = f"data/{period}"
        (root / folder).mkdir()
        texts[f"{folder}/works.csv"] = WORKS
        texts[f"{folder}/visits.csv"] = VISITS
        texts[f"{folder}/period.yml"] = PERIOD.format(
            period=period, year=2031, month=1 + 3 * number
        )
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    write_notebook(root / "notebooks/01_policy_system.ipynb", "更新项目的计算", WORKS_CELLS)
    write_notebook(root / "notebooks/08_grassroots.ipynb", "来访的计算", VISITS_CELLS)
    return root


def _config() -> str:
    """The project's own settings under another name."""
    lines = (ROOT / "_config.yml").read_text(encoding="utf-8").splitlines()
    named = {"title:": "title: 虚构市城市更新季度报告（虚构）", "author:": "author: 虚构市人民政府"}
    return "".join(f"{named.get(line.split(' ')[0], line)}\n" for line in lines)
