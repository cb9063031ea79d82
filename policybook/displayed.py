"""What the pages of a release display, against its facts, ledgers and figures. floor: displayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policybook.claims import shown
from policybook.errors import Finding, error
from policybook.figures import shown_rows
from policybook.inventory import displayed_on
from policybook.pages import read_page
from policybook.published import RESTORE, Release


def check_pages(release: Release) -> list[Finding]:
    """Every number, ledger cell and figure table that a page displays."""
    findings: list[Finding] = []
    rows = {
        name: {
            row.get("id", ""): {**row, "": str(line)}  # data-column="": its line in the file
            for line, row in enumerate(release.rows(name), start=2)
        }
        for name in release.texts
    }
    expected = dict.fromkeys(displayed_on(release))
    for path in sorted(release.folder.rglob("*.html")):
        page = path.relative_to(release.folder).as_posix()
        try:
            displayed = read_page(path.read_text(encoding="utf-8", errors="replace"))
        except ValueError as problem:
            findings.append(error("verify.page", page, f"页面读不下去：{problem}。", RESTORE))
            continue
        for name, _, _ in displayed.facts:
            expected.pop((page, name), None)
        findings += _page_facts(release, page, displayed.facts)
        for ledger, record, column, text in displayed.cells:
            right = rows.get(ledger, {}).get(record, {}).get(column)
            if right != text:
                findings.append(
                    error(
                        "verify.page",
                        f"{page} 台账 {ledger} 记录 {record} {column}列",
                        f"页面写作“{text}”，data/{ledger}.csv 为“{right}”。",
                        RESTORE,
                    )
                )
        for name, table in displayed.figures:
            figure = release.figures.get(name)
            if figure is None or table != shown_rows(figure):
                findings.append(
                    error(
                        "verify.page",
                        f"{page} 图 {name} 的数据表",
                        "页面上的表与图的数据不符。",
                        RESTORE,
                    )
                )
    return findings + [
        error("verify.page", f"{page} {name}", "页面上没有应有的这个统计数字。", RESTORE)
        for page, name in expected
    ]


def _page_facts(
    release: Release, page: str, facts: Iterable[tuple[str, str, str]]
) -> Iterator[Finding]:
    for name, variant, text in facts:
        fact = release.facts.get(name)
        if fact is None:
            yield error("verify.page", f"{page} {name}", "facts.json 里没有这个统计数字。", RESTORE)
            continue
        try:
            right = shown(fact, variant, release.facts)
        except ValueError as problem:
            right = str(problem)
        if text != right:
            yield error(
                "verify.page",
                f"{page} {name}",
                f"页面写作“{text}”，应为“{right}”（{fact.label}）。",
                RESTORE,
            )
