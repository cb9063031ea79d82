"""The application, its options and how commands end. floor: cli."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from policybook.engines.address import ENGINE
from policybook.errors import ChildError, Finding, PolicybookError, UsageError, any_error, error
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
OnePeriod = Annotated[str | None, typer.Option(help="期号；默认为最新一期。", show_default=False)]
Site = Annotated[
    Path | None, typer.Option(help="网站文件夹；默认为 _build/site。", show_default=False)
]
Root = Annotated[Path, typer.Option(help="项目文件夹（含 notebooks、book、_config.yml）。")]
Data = Annotated[
    Path | None, typer.Option(help="台账文件夹；默认为项目的 data。", show_default=False)
]
Engine = Annotated[
    str,
    typer.Option(
        envvar=ENGINE,
        help="在哪里计算：postgresql://用户@主机/数据库，或 spark://local；默认为内存中的 DuckDB。",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON。")]


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """No traceback for a user's mistake: findings, and exit 1, or 2 for wrong use."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except PolicybookError as problem:
            report(problem.findings, bool(options.get("as_json")))
            raise typer.Exit(2 if isinstance(problem, UsageError) else 1) from None
        except ChildError as problem:
            remedy = "多半是内存不够：关掉别的程序再试；原有的内容未动。"
            report([error("system.killed", "policybook", f"{problem}。", remedy)], False)
            raise typer.Exit(1) from None
        except OSError as problem:  # disk full, no permission: nothing is half written
            place = problem.filename or "文件系统"
            remedy = "腾出磁盘空间或改好权限，再运行一次；原有的内容未动。"
            found = error("system.file", place, f"读写失败：{problem.strerror}。", remedy)
            report([found], bool(options.get("as_json")))
            raise typer.Exit(1) from None

    return run


def end(findings: Iterable[Finding]) -> None:
    if any_error(findings):
        raise typer.Exit(1)


def say(message: str) -> None:
    if sys.stderr.isatty():
        print(message, file=sys.stderr)


def choose(data: Path, periods: list[str] | None) -> list[Any]:
    from policybook.corrections import find_editions
    from policybook.period import choose_periods

    return choose_periods(data, find_editions(data), periods or [])


def choose_one(data: Path, period: str | None) -> Any:
    return choose(data, [period] if period else None)[-1]


def newest_release(root: Path) -> Path:
    from policybook.period import find_periods

    site = root / "_build" / "site"
    found = find_periods(site) if site.is_dir() else []
    if not found:
        raise UsageError(
            error("verify.none", site, "还没有发布的网站。", "先运行 policybook build。")
        )
    return site / str(found[-1])
