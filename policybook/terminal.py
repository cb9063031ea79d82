"""What commands print: findings, a trace, a reviewed draft, due dates. floor: terminal.

Rich is imported by what prints, so that commands without it start fast.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from policybook.errors import SEVERITIES, Finding

if TYPE_CHECKING:
    from policybook.diff import FactChange
    from policybook.keeping import Kept
    from policybook.model import Fact
    from policybook.review import Review

_LISTED = 100
"""So many cells of a fact, and places in documents, are listed for people; machines get all."""
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def report(findings: Iterable[Finding], as_json: bool) -> None:
    """Findings for people on standard error, or as JSON on standard output."""
    findings = list(findings)
    if as_json:
        print(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
        return
    if not findings:
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    for finding in findings:
        line = Text(f"{SEVERITIES[finding.severity]} ", style=_COLOURS[finding.severity])
        line.append(f"[{finding.code}] ", style="dim").append(finding.place, style="bold")
        line.append(f"\n  {finding.message}\n  处理：{finding.remedy}")
        console.print(line)


def print_trace(fact: Fact) -> None:
    """Where a fact comes from."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from policybook.model import EVIDENCE_TEXT

    console = Console(soft_wrap=True)
    name, explained = EVIDENCE_TEXT[fact.evidence]
    console.print(
        f"[bold]{escape(fact.label)}  {escape(fact.display)}[/]  [dim]{fact.id} · {fact.period}[/]"
    )
    console.print(f"口径  {escape(fact.definition)}")
    console.print(f"算式  {escape(fact.words)}\n      {escape(fact.formula)}")
    if fact.interval:
        console.print(f"区间  {escape(fact.interval['display'])}")
    console.print(f"证据  {name}：{explained}")
    table = Table("单元格", "记录", "值", "证据等级", "出处", title_justify="left")
    cells = fact.cells()
    for cell in cells[:_LISTED]:
        grade = EVIDENCE_TEXT[cell.evidence][0]
        table.add_row(
            *map(escape, (cell.place, cell.record, cell.value or "（空）", grade, cell.source))
        )
    console.print(table)
    if len(cells) > _LISTED:
        rest = f"另有 {len(cells) - _LISTED} 格：--json 列出全部，溯源页"
        console.print(f"{rest} trace/{fact.id}.html 也是；文件出处同样。")
    for counted in (part.counted for part in fact.operands if part.counted):
        told = f"大台账：共 {counted.records} 条记录，只列最前几条；全部记录的查询："
        console.print(told)
        console.print(escape(counted.query))
    for document in fact.documents[:_LISTED]:
        console.print(f"文件  {escape(document['title'])} {escape(document['place'])}")
    console.print("查询（DuckDB）")
    console.print(escape(fact.sql["duckdb"]))
    console.print(f"计算  notebooks/{fact.notebook}.ipynb 单元 {fact.cell}")


def print_kept(folder: Path, things: list[Kept], removed: list[Kept], as_json: bool) -> None:
    """What a cache holds by kind, and what was just removed from it."""
    from policybook.keeping import KINDS, MEGABYTE, sizes

    if as_json:
        kinds = {kind: {"count": n, "bytes": size} for kind, (n, size) in sizes(things).items()}
        print(json.dumps({"folder": str(folder), "kinds": kinds, "removed": len(removed)}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=str(folder))
    for heading in ("留下的", "个数", "MB"):
        table.add_column(heading, justify="left" if heading == "留下的" else "right")
    for kind, (count, size) in sizes(things).items():
        table.add_row(KINDS[kind], str(count), f"{size / MEGABYTE:.1f}")
    console = Console(soft_wrap=True)
    console.print(table)
    if removed:
        freed = sum(one.size for one in removed) / MEGABYTE
        console.print(f"清除了 {len(removed)} 个，{freed:.1f} MB。")


def print_review(found: Review) -> None:
    """Every quantity of a draft with its verdict."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from policybook.review.present import coverage_text
    from policybook.review.verdicts import AGREE, VERDICTS

    colours = {"contradicts": "bold red", "earlier": "yellow", "unknown": "yellow", "exempt": "dim"}
    table = Table(title=f"{found.draft.name} 与 {found.period}")
    for heading in ("文中", "判定", "指标", "说明", "句子"):
        table.add_column(heading, overflow="fold")
    for one in found.hits:
        if one.verdict != "exempt":
            style = "green" if one.verdict in AGREE else colours[one.verdict]
            cells = (one.hit.text, VERDICTS[one.verdict], "、".join(one.statistics), one.message)
            table.add_row(*(Text(cell, style=style) for cell in cells), Text(one.sentence))
    console = Console()
    console.print(table)
    console.print(coverage_text(found))


def print_due(rows: list[dict[str, str]], on: date, as_json: bool) -> None:
    """What is due when and how it stands; of parts those alone that stand otherwise."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from policybook.deadlines import OVERDUE, SOON

    colours = {OVERDUE: "bold red", SOON: "yellow"}
    states = {(row["ledger"], row["record"]): row["state"] for row in rows}
    table = Table(title=f"截至 {on}")
    for heading in ("状态", "到期日", "余天", "事项", "责任单位"):
        table.add_column(heading, overflow="fold")
    counts: dict[str, int] = {}
    for row in rows:
        if row["parent"] and states.get((row["ledger"], row["parent"])) == row["state"]:
            continue
        counts[row["state"]] = counts.get(row["state"], 0) + 1
        cells = (row["due"], row["days"], row["title"], row["responsible"])
        table.add_row(Text(row["state"], colours.get(row["state"], "")), *map(Text, cells))
    console = Console()
    if rows:
        console.print(table)
    told = "，".join(f"{state} {count} 项" for state, count in counts.items())
    console.print(f"截至 {on}：{told or '台账里没有登记期限的事项'}。")


def print_diff(changes: Iterable[FactChange], old: str, new: str) -> None:
    """Every change with its cells and sentences."""
    from rich.console import Console
    from rich.text import Text

    from policybook.diff import KINDS

    console = Console(soft_wrap=True)
    counts = dict.fromkeys(KINDS, 0)
    for one in changes:
        counts[one.kind] += 1
        line = Text(f"{KINDS[one.kind]} ", style="yellow")
        line.append(f"{one.label} ", style="bold")
        line.append(f"{one.before or '—'} → {one.after or '—'}")
        line.append(f"（{one.difference}）" if one.difference else "")
        console.print(line.append(f"  [{one.id}]", style="dim"))
        for cell in one.cells:
            before, after = (
                "无此记录" if text is None else text or "空" for text in (cell.before, cell.after)
            )
            console.print(
                Text(f"    {cell.ledger} {cell.record} {cell.column}：{before} → {after}")
            )
        for sentence in one.sentences:
            console.print(Text(f"    {sentence}", style="dim"))
    told = "，".join(f"{KINDS[kind]} {count} 个" for kind, count in counts.items())
    console.print(f"{old} 与 {new} 相比：{told}。")
