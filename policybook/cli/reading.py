"""Commands that read: trace, verify, export, review, diff, serve. floor: cli."""

from __future__ import annotations

import functools
import json
import os
from enum import Enum
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
    choose,
    choose_one,
    end,
    guarded,
    newest_release,
)
from policybook.errors import UsageError, error
from policybook.terminal import report


class Kind(Enum):
    """What can be taken out of a release."""

    DOCX = "docx"
    XLSX = "xlsx"


@app.command(epilog="例：policybook verify _build/site/2024Q2")
@guarded
def verify(
    release: Annotated[
        Path | None, typer.Argument(help="发布的文件夹；默认为最新一期。", show_default=False)
    ] = None,
    signer: Annotated[
        Path | None,
        typer.Option(
            help="还要由谁签名：公钥（.pub）或 allowed_signers 文件。", show_default=False
        ),
    ] = None,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """只凭发布的文件夹核验：摘要、两种引擎重算、每页每个数字、图、关系。"""
    from policybook.signature import check_signature
    from policybook.verify import verify_release

    folder = release or newest_release(root)
    findings = verify_release(folder, os.cpu_count() or 1)
    if signer:
        findings += check_signature(folder, signer)
    report(findings, as_json)
    end(findings)
    if not as_json:
        signed = f"由 {signer} 所列的密钥签名。" if signer else ""
        print(f"核验通过：全部文件、统计数字、页面、图和勾稽关系一致。{signed}")


@app.command(epilog="例：policybook trace safety.hazards_rate")
@guarded
def trace(
    statistic: Annotated[str, typer.Argument(help="指标编号，如 safety.hazards_rate。")],
    period: OnePeriod = None,
    root: Root = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """一个统计数字的来历：数值、算式、查询、记录、单元格、文件。"""
    data = data or root / "data"
    chosen = choose_one(data, period)
    from policybook.terminal import print_trace
    from policybook.trace import find_fact

    fact = find_fact(root, data, str(chosen), statistic)
    if as_json:
        from policybook.model import fact_as_dict

        print(json.dumps(fact_as_dict(fact), ensure_ascii=False, indent=1))
    else:
        print_trace(fact)


@app.command(epilog="例：policybook export 2024Q2 --to docx --out 报告.docx")
@guarded
def export(
    period: Annotated[str, typer.Argument(help="期号，如 2024Q2；更正版如 2024Q2-r1。")],
    to: Annotated[Kind, typer.Option(help="docx 为公文格式的报告，xlsx 为审计工作簿。")],
    site: Site = None,
    out: Annotated[
        Path | None,
        typer.Option(help="写到哪个文件；默认为当前文件夹的“标题-期号”。", show_default=False),
    ] = None,
    root: Root = Path(),
) -> None:
    """从生成的网站取出报告（Word 公文）或审计工作簿（Excel）；不覆盖已有的文件。"""
    from policybook.export import export_file
    from policybook.period import parse_period

    release = (site or root / "_build" / "site") / str(parse_period(period))
    source, path = export_file(release, to.value, out)
    print(f"已把 {source} 复制到 {path}")


@app.command(epilog="例：policybook review 讲话稿.docx --period 2024Q2 --out 标注.html")
@guarded
def review(
    document: Annotated[Path, typer.Argument(help="要核对的 .docx、.html、.md 或 .txt 文件。")],
    period: OnePeriod = None,
    out: Annotated[
        Path | None, typer.Option(help="另写一份标出每个数字的网页。", show_default=False)
    ] = None,
    root: Root = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """逐个核对文稿里的数字：与本期统计数字相同、矛盾、前期的数，还是对不上。"""
    from policybook.drafts import read_draft
    from policybook.drafts.fields import CELL
    from policybook.review import review as review_draft
    from policybook.review.present import review_json
    from policybook.review.stated import cell_texts
    from policybook.terminal import print_review
    from policybook.trace import earlier_texts, edition_facts, edition_ledgers

    data = data or root / "data"
    chosen = choose_one(data, period)
    draft = read_draft(document)
    facts = edition_facts(root, data, str(chosen))
    ledgers = edition_ledgers(data, str(chosen))
    titles = {
        (name, row["id"]): row.get("title", "")
        for name, ledger in ledgers.items()
        if ledger.large is None
        for row in ledger.rows
    }
    before = [other for other in choose(data, None) if other < chosen]
    earlier = [edition_facts(root, data, str(other)) for other in reversed(before)]
    cells = cell_texts(ledgers)
    if earlier and any(mark.name == CELL for mark in draft.marks):
        cells |= earlier_texts(root, data, str(chosen))
    found = review_draft(draft, str(chosen), facts, titles, earlier, cells)
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
@guarded
def serve(
    root: Root = Path(),
    port: Annotated[int, typer.Option(help="端口；0 为任选。")] = 8000,
) -> None:
    """在本机浏览已生成的网站（只对本机开放）。"""
    import signal
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    site = root / "_build" / "site"
    newest_release(root)
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


@app.command(epilog="例：policybook diff 2024Q2 2024Q3")
@guarded
def diff(
    old: Annotated[str, typer.Argument(help="较早的一期。")],
    new: Annotated[str, typer.Argument(help="较晚的一期，或同一期的更正版。")],
    root: Root = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """两期相比：变动、新增和不再有的统计数字，背后的记录，印着它们的句子。"""
    from policybook.diff import compare_editions
    from policybook.terminal import print_diff

    data = data or root / "data"
    names = [str(choose(data, [name])[0]) for name in (old, new)]
    changes = compare_editions(root, data, *names)
    if as_json:
        from dataclasses import asdict

        print(json.dumps([asdict(one) for one in changes], ensure_ascii=False, indent=1))
    else:
        print_diff(changes, *names)
