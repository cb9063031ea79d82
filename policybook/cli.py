"""The command line; heavy modules are imported by the command that needs them. floor: cli."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from policybook.errors import Finding, PolicybookError, UsageError, error
from policybook.terminal import report

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="政策落实季度报告：每个数字都由台账重算，可以溯源，可以核验。",
)

Periods = Annotated[
    list[str] | None, typer.Argument(help="期号，如 2024Q2；不写为全部。", show_default=False)
]
Root = Annotated[Path, typer.Option(help="项目文件夹（含 notebooks、book、_config.yml）。")]
Data = Annotated[
    Path | None, typer.Option(help="台账文件夹；默认为项目的 data。", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON。")]


def _guarded(command: Callable[..., None]) -> Callable[..., None]:
    """No traceback for a user's mistake: findings, and exit 1, or 2 for wrong use."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except PolicybookError as problem:
            report(problem.findings, bool(options.get("as_json")))
            raise typer.Exit(2 if isinstance(problem, UsageError) else 1) from None

    return run


def _exit(findings: Iterable[Finding]) -> None:
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _say(message: str) -> None:
    if sys.stderr.isatty():
        print(message, file=sys.stderr)


def _choose(data: Path, periods: list[str] | None) -> list[Any]:
    from policybook.corrections import find_editions
    from policybook.period import choose_periods

    return choose_periods(data, find_editions(data), periods or [])


@app.command(epilog="例：policybook build 2024Q2 --jobs 2")
@_guarded
def build(
    periods: Periods = None,
    root: Root = Path(),
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="发布到哪里；默认为 _build/site。", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="同时运行几个笔记本。")] = os.cpu_count() or 1,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="不沿用以前运行的笔记本。")] = False,
) -> None:
    """由台账生成网站：核查、重算、成页、核验，全部完成才替换旧版。"""
    data = data or root / "data"
    chosen = _choose(data, periods)
    from policybook import site

    project = site.Project(
        root.resolve(),
        data.resolve(),
        (out or root / "_build" / "site").resolve(),
        jobs,
        not no_cache,
        _say,
    )
    report(site.build(project, chosen), as_json=False)
    print(f"已发布 {'、'.join(map(str, chosen))} 到 {project.out}")


@app.command(epilog="例：policybook check 2024Q2 --json")
@_guarded
def check(
    periods: Periods = None, root: Root = Path(), data: Data = None, as_json: Json = False
) -> None:
    """核查台账：结构、编号、证据、勾稽关系。"""
    data = data or root / "data"
    chosen = _choose(data, periods)
    from policybook.check import check_edition

    findings = [finding for period in chosen for finding in check_edition(root, data, str(period))]
    report(findings, as_json)
    _exit(findings)
    if not as_json:
        print(f"{'、'.join(map(str, chosen))} 核查通过。")


@app.command(epilog="例：policybook verify _build/site/2024Q2")
@_guarded
def verify(
    release: Annotated[
        Path | None, typer.Argument(help="发布的文件夹；默认为最新一期。", show_default=False)
    ] = None,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """只凭发布的文件夹核验：摘要、两种引擎重算、每页每个数字、图、关系。"""
    from policybook.verify import verify_release

    findings = verify_release(release or _newest(root))
    report(findings, as_json)
    _exit(findings)
    if not as_json:
        print("核验通过：全部文件、统计数字、页面、图和勾稽关系一致。")


def _newest(root: Path) -> Path:
    from policybook.period import find_periods

    site = root / "_build" / "site"
    found = find_periods(site) if site.is_dir() else []
    if not found:
        raise UsageError(
            error("verify.none", site, "还没有发布的网站。", "先运行 policybook build。")
        )
    return site / str(found[-1])


@app.command(epilog="例：policybook trace safety.hazards_rate")
@_guarded
def trace(
    statistic: Annotated[str, typer.Argument(help="指标编号，如 safety.hazards_rate。")],
    period: Annotated[
        str | None, typer.Option(help="期号；默认为最新一期。", show_default=False)
    ] = None,
    root: Root = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """一个统计数字的来历：数值、算式、查询、记录、单元格、文件。"""
    data = data or root / "data"
    chosen = _choose(data, [period] if period else None)[-1]
    from policybook.terminal import print_trace
    from policybook.trace import find_fact

    fact = find_fact(root, data, str(chosen), statistic)
    if as_json:
        from dataclasses import asdict

        print(json.dumps(asdict(fact), ensure_ascii=False, indent=1))
    else:
        print_trace(fact)


@app.command(epilog="例：policybook review 讲话稿.docx --period 2024Q2 --out 标注.html")
@_guarded
def review(
    document: Annotated[Path, typer.Argument(help="要核对的 .docx、.html、.md 或 .txt 文件。")],
    period: Annotated[
        str | None, typer.Option(help="期号；默认为最新一期。", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="另写一份标出每个数字的网页。", show_default=False)
    ] = None,
    root: Root = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """逐个核对文稿里的数字：与本期统计数字相同、矛盾、前期的数，还是对不上。"""
    from policybook.drafts import read_draft
    from policybook.review import review as review_draft
    from policybook.review.present import review_json
    from policybook.terminal import print_review
    from policybook.trace import edition_facts, edition_ledgers

    data = data or root / "data"
    chosen = _choose(data, [period] if period else None)[-1]
    draft = read_draft(document)
    facts = edition_facts(root, data, str(chosen))
    titles = {
        (name, row["id"]): row.get("title", "")
        for name, ledger in edition_ledgers(data, str(chosen)).items()
        for row in ledger.rows
    }
    before = [other for other in _choose(data, None) if other < chosen]
    earlier = [edition_facts(root, data, str(other)) for other in reversed(before)]
    found = review_draft(draft, str(chosen), facts, titles, earlier)
    if out:
        from policybook.review.present import marked_html

        site = root / "_build" / "site" / str(chosen)
        out.write_text(marked_html(found, facts, site.resolve(), out), encoding="utf-8")
    if as_json:
        print(review_json(found))
    else:
        print_review(found)
    if found.coverage()["contradicts"]:
        raise typer.Exit(1)


@app.command(epilog="例：policybook serve --port 8000")
@_guarded
def serve(
    root: Root = Path(),
    port: Annotated[int, typer.Option(help="端口；0 为任选。")] = 8000,
) -> None:
    """在本机浏览已生成的网站（只对本机开放）。"""
    import signal
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    site = root / "_build" / "site"
    _newest(root)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(site))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as problem:
        raise UsageError(
            error(
                "serve.port",
                f"127.0.0.1:{port}",
                f"端口用不了：{problem.strerror}。",
                "换一个 --port。",
            )
        ) from None
    # A shell starts background jobs with SIGINT ignored; it must still end this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def main() -> None:
    """The ``policybook`` command."""
    app()
