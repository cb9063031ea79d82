"""Commands that make: build, check, new, ingest, release, demo. floor: cli."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policybook.cli.app import (
    Data,
    Engine,
    Json,
    Periods,
    Root,
    app,
    choose,
    end,
    guarded,
    say,
)
from policybook.keeping import LIMIT
from policybook.terminal import report

if TYPE_CHECKING:
    from policybook.project import Project
    from policybook.workers import Workers

Out = Annotated[
    Path | None, typer.Option(help="发布到哪里；默认为 _build/site。", show_default=False)
]
_CORES = os.cpu_count() or 1
Jobs = Annotated[int, typer.Option(min=1, help="同时运行几个笔记本。")]
CacheLimit = Annotated[
    int,
    typer.Option(min=0, envvar="POLICYBOOK_CACHE_LIMIT", help="为下次生成最多留多少 MB。"),
]
Marked = Annotated[
    Path | None,
    typer.Option(help="把交来的报表另存到这个文件夹，标出有问题的单元格。", show_default=False),
]


def _project(
    root: Path,
    data: Path,
    out: Path,
    jobs: int,
    cached: bool = True,
    limit: int = LIMIT,
    workers: Workers | None = None,
) -> Project:
    from policybook.project import Project

    places = (root.resolve(), data.resolve(), out.resolve())
    return Project(*places, jobs, cached, say, limit, workers)


def _workers(scheduler: str, jobs: int) -> AbstractContextManager[Workers | None]:
    if not scheduler:
        return nullcontext()
    from policybook.cluster import working_under

    return working_under(scheduler, jobs, say)


@app.command(epilog="例：policybook build 2024Q2 --jobs 2")
@guarded
def build(
    periods: Periods = None,
    root: Root = Path(),
    data: Data = None,
    out: Out = None,
    jobs: Jobs = _CORES,
    engine: Engine = "",
    scheduler: Annotated[
        str,
        typer.Option(
            help="交给 Dask 集群：tcp://主机:端口（tls:// 加密），或 local；默认由本机的进程做。",
            show_default=False,
        ),
    ] = "",
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="不沿用以前留下的笔记本和页面。")
    ] = False,
    cache_limit: CacheLimit = LIMIT,
) -> None:
    """由台账生成网站：核查、重算、成页、核验，全部完成才替换旧版。"""
    data = data or root / "data"
    chosen = choose(data, periods)
    from policybook import site
    from policybook.engines import computing_on

    out = out or root / "_build" / "site"
    with computing_on(engine), _workers(scheduler, jobs) as workers:
        project = _project(root, data, out, jobs, not no_cache, cache_limit, workers)
        findings = site.build(project, chosen)
    report(findings, as_json=False)
    print(f"已生成 {'、'.join(map(str, chosen))} 到 {project.out}")


@app.command(epilog="例：policybook check 2024Q2 --json")
@guarded
def check(
    periods: Periods = None,
    root: Root = Path(),
    data: Data = None,
    marked: Marked = None,
    engine: Engine = "",
    as_json: Json = False,
) -> None:
    """核查台账：结构、编号、证据、勾稽关系，与上期的变动，是否合理，是否报齐。"""
    data = data or root / "data"
    chosen = choose(data, periods)
    from policybook.check import check_edition
    from policybook.engines import computing_on

    with computing_on(engine):
        findings = [one for period in chosen for one in check_edition(root, data, str(period))]
    if marked:
        from policybook.marking import mark_workbooks

        for period in chosen:
            mark_workbooks(data, period, findings, marked)
    report(findings, as_json)
    end(findings)
    if not as_json:
        print(f"{'、'.join(map(str, chosen))} 核查通过。")


@app.command(epilog="例：policybook new 2024Q3")
@guarded
def new(
    period: Annotated[str, typer.Argument(help="要开始的一期，如 2024Q3。")],
    root: Root = Path(),
    data: Data = None,
) -> None:
    """从上一期开始新的一期：承接未办结的记录，生成要填的工作簿。"""
    from policybook.period import parse_period
    from policybook.quarter import start_quarter, workbook_name

    data = data or root / "data"
    wanted = parse_period(period)
    report(start_quarter(data, wanted), as_json=False)
    print(f"已建立 {data / period}；请填写 {data / period / workbook_name(wanted)}")


@app.command(epilog="例：policybook ingest 台账-2024Q3.xlsx 水务局.xlsx --period 2024Q3")
@guarded
def ingest(
    workbooks: Annotated[list[Path], typer.Argument(help="交来的 .xlsx 或 CSV 文件。")],
    period: Annotated[str, typer.Option(help="期号，如 2024Q3。")],
    replaces: Annotated[
        str, typer.Option(help="这次交来的代替以前交来的哪个文件。", show_default=False)
    ] = "",
    marked: Marked = None,
    root: Root = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """读入部门交来的报表：每个值记下文件、工作表和单元格，每处规整都有说明。"""
    from policybook.errors import LedgerError
    from policybook.intake import ingest as take_in
    from policybook.marking import mark_files
    from policybook.period import parse_period

    data = data or root / "data"
    try:
        findings = take_in(data, parse_period(period), workbooks, replaces)
    except LedgerError as problem:
        if marked:
            mark_files(workbooks, problem.findings, marked)
        raise
    if marked:
        mark_files(workbooks, findings, marked)
    report(findings, as_json)
    end(findings)
    if not as_json:
        print(f"已读入 {len(workbooks)} 个文件到 {data / period}")


@app.command(epilog="例：policybook release 2024Q3；更正：policybook release 2024Q3-r1 --note 说明")
@guarded
def release(
    period: Annotated[str, typer.Argument(help="期号；更正版如 2024Q3-r1。")],
    note: Annotated[str, typer.Option(help="更正版给读者的说明。", show_default=False)] = "",
    sign: Annotated[
        Path | None, typer.Option(help="用这个 SSH 私钥签名；不写则不签名。", show_default=False)
    ] = None,
    root: Root = Path(),
    data: Data = None,
    out: Out = None,
    jobs: Jobs = _CORES,
    engine: Engine = "",
    as_json: Json = False,
) -> None:
    """逐项核对后正式发布：发布的文件夹从此不再改写。"""
    from datetime import date

    from policybook.engines import computing_on
    from policybook.period import parse_period
    from policybook.publishing import release as publish

    out = out or root / "_build" / "site"
    project = _project(root, data or root / "data", out, jobs)
    with computing_on(engine):
        findings = publish(project, parse_period(period), note, date.today(), sign)
    report(findings, as_json)
    if not as_json:
        print(f"已发布 {period} 到 {out / period}")


@app.command(epilog="例：policybook demo 样例 --quarters 8 --records 300 --seed 1")
@guarded
def demo(
    folder: Annotated[Path, typer.Argument(help="写到哪里；须是新的或空的文件夹。")],
    quarters: Annotated[int, typer.Option(min=1, max=64, help="几个季度。")] = 8,
    records: Annotated[int, typer.Option(min=20, help="大约多少条项目和问题。")] = 300,
    seed: Annotated[int, typer.Option(help="随机数种子；相同则结果相同。")] = 1,
) -> None:
    """写出一个虚构的样例市：台账、笔记本、文稿俱全，供试用和演示。"""
    from policybook.demo import write_demo

    write_demo(folder, quarters, records, seed)
    print(f"已写出虚构的样例市到 {folder}；试试 policybook build --root {folder}")
