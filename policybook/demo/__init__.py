"""A whole project of a made-up city, written at random from a seed. floor: demo."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from policybook.demo.chance import Chance
from policybook.demo.city import COMMITTEE, ISSUER, MARK, NAME
from policybook.demo.funds import Purposes, report_funds
from policybook.demo.grassroots import Branches, report_activities
from policybook.demo.mechanisms import (
    Letters,
    Reports,
    list_adjustments,
    list_evaluations,
    list_mechanisms,
)
from policybook.demo.opinions import Docket, list_milestones
from policybook.demo.policies import PolicyMatrix
from policybook.demo.problems import ProblemList
from policybook.demo.projects import Portfolio
from policybook.demo.quarters import Quarter, plan_quarters
from policybook.demo.readings import report_readings
from policybook.demo.tasks import Row, report_tasks
from policybook.errors import UsageError, error
from policybook.ledgers import csv_text
from policybook.schema import Schema, load_schemas

TEMPLATE = Path(__file__).parent / "template"
MOST_QUARTERS = 64
LEAST_RECORDS = 20

_PERIOD = """\
# 本期参数；城市、部门和数字都是虚构的演示。
period: {period}
title: {city}重点工作季度报告（演示）
city: {city}
issuer: {issuer}
committee: {committee}
reporting_date: {reported}
opinion_date: null
as_of: {last_day}
data_until: {last}（季末）
year_start: {year}-01-01
year_end: {year}-12-31
next_release: {next_reported}
empty_ledgers: {empty}
"""
_DOCUMENTS = (
    ("returns", "部门报表汇编", "部门报表", "部门报表"),
    ("report", "重点工作季度报告", "季度报告", "报告"),
    ("opinion", "审议意见", "审议意见", "审议意见"),
)


def write_demo(folder: Path, quarters: int = 8, records: int = 300, seed: int = 1) -> None:
    """Write the project of a made-up city into a new or empty folder, all of it or nothing.

    ``records``: about so many projects and problems together in each quarter.
    The same seed gives the same bytes on every machine.
    Raises :class:`UsageError` for a folder that is not empty, and for numbers out of range.
    """
    _check_use(folder, quarters, records)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=folder.parent) as work:
        project = Path(work) / "project"
        shutil.copytree(TEMPLATE, project, copy_function=shutil.copyfile)
        _write_data(project / "data", plan_quarters(quarters), records, seed)
        project.replace(folder)  # over an empty folder too


def _check_use(folder: Path, quarters: int, records: int) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            error("demo.folder", folder, "已经有内容，不覆盖。", "换一个新的或空的文件夹。")
        )
    if not 1 <= quarters <= MOST_QUARTERS:
        raise UsageError(
            error(
                "demo.quarters",
                f"--quarters {quarters}",
                "季度数超出范围。",
                f"写 1 到 {MOST_QUARTERS} 之间的整数。",
            )
        )
    if records < LEAST_RECORDS:
        raise UsageError(
            error(
                "demo.records",
                f"--records {records}",
                "记录太少，算不出各项比率。",
                f"写不小于 {LEAST_RECORDS} 的整数。",
            )
        )


def _write_data(data: Path, quarters: Sequence[Quarter], records: int, seed: int) -> None:
    schemas = load_schemas(data)
    _write_ledger(data / "documents.csv", schemas["documents"], _documents(quarters))
    for quarter, ledgers in zip(quarters, _simulate(quarters, records, seed), strict=True):
        here = data / str(quarter.period)
        here.mkdir()
        empty = [name for name, rows in ledgers.items() if not rows]
        (here / "period.yml").write_text(_period(quarter, empty), encoding="utf-8", newline="")
        for name, rows in ledgers.items():
            itemised = ({**row, "items": "1", "evidence": "record"} for row in rows)
            _write_ledger(here / f"{name}.csv", schemas[name], itemised)


def _simulate(
    quarters: Sequence[Quarter], records: int, seed: int
) -> Iterator[dict[str, list[Row]]]:
    """Each quarter's ledgers; a ledger has its own stream of draws."""
    portfolio = Portfolio(Chance(seed, "projects"), records // 2)
    problem_list = ProblemList(Chance(seed, "problems"), records // 2)
    docket = Docket(Chance(seed, "opinions"))
    branches, activity = Branches(Chance(seed, "branches")), Chance(seed, "activities")
    reports, letters = Reports(Chance(seed, "reports")), Letters(Chance(seed, "letters"))
    adjusting, evaluating = Chance(seed, "adjustments"), Chance(seed, "evaluations")
    before: list[Row] = []
    matrix = PolicyMatrix(Chance(seed, "policies"))
    read = Chance(seed, "readings")
    tasks = report_tasks(Chance(seed, "tasks"), quarters)
    funds = report_funds(Chance(seed, "funds"), quarters)
    purposes = Purposes(Chance(seed, "purposes"))
    for quarter, task_rows, fund_rows in zip(quarters, tasks, funds, strict=True):
        portfolio.enter(quarter)
        problems = problem_list.advance(quarter, portfolio.projects, fund_rows)
        projects = portfolio.advance(quarter, problem_list.held())
        opinions = docket.advance(quarter, problems, projects)
        ledgers = {
            "tasks": task_rows,
            "readings": report_readings(read, quarter, task_rows),
            "projects": projects,
            "problems": problems,
            "funds": purposes.link(fund_rows, projects),
            "opinions": opinions,
            "policies": matrix.advance(quarter),
            "milestones": list_milestones(quarter, opinions),
        }
        rated = branches.advance(quarter)
        yield {
            **ledgers,
            "branches": rated,
            "activities": report_activities(activity, quarter, rated),
            "mechanisms": list_mechanisms(quarter),
            "reports": reports.advance(quarter),
            "letters": letters.advance(quarter, ledgers),
            "adjustments": list_adjustments(adjusting, quarter, before, projects),
            "evaluations": list_evaluations(evaluating, quarter),
        }
        before = projects


def _write_ledger(path: Path, schema: Schema, rows: Iterable[Row]) -> None:
    names = schema.names
    text = csv_text(names, [[row.get(name, "") for name in names] for row in rows])
    path.write_text(text, encoding="utf-8", newline="")


def _period(quarter: Quarter, empty: Sequence[str]) -> str:
    return _PERIOD.format(
        empty=f"[{', '.join(empty)}]",
        period=quarter.period,
        city=NAME,
        issuer=ISSUER,
        committee=COMMITTEE,
        reported=quarter.reported,
        next_reported=quarter.next_reported,
        last_day=quarter.last,
        last=f"{quarter.last.year}年{quarter.last.month}月{quarter.last.day}日",
        year=quarter.year,
    )


def _documents(quarters: Sequence[Quarter]) -> Iterator[Row]:
    yield {
        "id": "calendar",
        "title": "公历",
        "short": "日历",
        "issuer": "公历",
        "kind": "日历",
        "note": "年初和年末是历法事实。",
    }
    for quarter in quarters:
        for name, title, short, kind in _DOCUMENTS:
            yield {
                "id": f"{name}-{quarter.code}",
                "title": f"{NAME}{quarter.year}年第{quarter.number}季度{title}",
                "short": short,
                "issuer": COMMITTEE if name == "opinion" else ISSUER,
                "issued": (quarter.day(70) if name == "opinion" else quarter.reported).isoformat(),
                "kind": kind,
                "note": MARK,
            }
