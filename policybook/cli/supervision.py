"""Commands about what the committee asked for: due, reply. floor: cli."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from policybook.cli.app import (
    Data,
    Json,
    OnePeriod,
    Root,
    Site,
    app,
    choose_one,
    end,
    guarded,
)
from policybook.errors import UsageError, error
from policybook.terminal import report


@app.command(epilog="例：policybook due --period 2024Q2 --on 2024-11-01")
@guarded
def due(
    period: OnePeriod = None,
    on: Annotated[
        str | None,
        typer.Option(
            help="看哪一天的状态，如 2024-11-01；默认为期参数 as_of。", show_default=False
        ),
    ] = None,
    root: Root = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """审议意见和问题何时到期：逾期、临期、未到期、已答复，由收到日期算出。"""
    from policybook.deadlines import check_deadlines, told_on
    from policybook.inputs import load_inputs
    from policybook.terminal import print_due

    data = data or root / "data"
    inputs = load_inputs(data, str(choose_one(data, period)))
    as_of = inputs.parameters.as_of
    day = _day(on) if on else as_of
    print_due(told_on(inputs.ledgers, day), day, as_json)
    findings = check_deadlines(inputs.ledgers, as_of, inputs.explanations)
    report(findings, as_json=False)
    end(findings)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        remedy = "写成 2024-11-01。"
        raise UsageError(error("due.date", f"--on {text}", "不是日期。", remedy)) from None


@app.command(epilog="例：policybook reply 2024Q3 --to 研究处理情况报告.docx")
@guarded
def reply(
    period: Annotated[str, typer.Argument(help="期号，如 2024Q3；更正版如 2024Q3-r1。")],
    to: Annotated[Path, typer.Option(help="写到哪个 .docx 文件；不覆盖已有的。")],
    site: Site = None,
    root: Root = Path(),
) -> None:
    """由生成的网站起草对审议意见的研究处理情况报告（Word），数字都是可溯源的域。"""
    from policybook.export import draft_reply
    from policybook.period import parse_period

    draft_reply((site or root / "_build" / "site") / str(parse_period(period)), to)
    print(f"已起草 {to}；标〔待…填写〕的地方由责任单位补，改定后用 policybook review 核对。")
