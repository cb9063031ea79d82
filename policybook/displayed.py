"""What the pages of a release display, against its facts, ledgers and figures. floor: displayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from policybook.claims import shown
from policybook.errors import Finding, error
from policybook.figures import shown_rows
from policybook.inventory import displayed_on
from policybook.pages import Displayed
from policybook.published import RESTORE, Release
from policybook.remembered import Read, remembering


def pages_of(release: Release) -> list[str]:
    """Every page that is there, and every one that must show a fact."""
    there = {path.relative_to(release.folder).as_posix() for path in release.folder.rglob("*.html")}
    return sorted(there | {page for page, _ in displayed_on(release)})


def divided(pages: Sequence[str], parts: int) -> list[Sequence[str]]:
    """So many parts of the same length, or less; to be checked side by side."""
    length = len(pages) // parts + 1
    return [pages[first : first + length] for first in range(0, len(pages), length)]


def check_pages(
    release: Release, pages: Sequence[str] | None = None, kept: Path | None = None
) -> list[Finding]:
    """Every number, ledger cell and figure table that a page displays.

    ``pages``: some of :func:`pages_of`; None for all.
    ``kept``: where it is remembered what they display, as :func:`remembering` says.
    """
    with remembering(kept) as read:
        return list(_found(release, pages_of(release) if pages is None else pages, read))


def _found(release: Release, pages: Sequence[str], read: Read) -> Iterator[Finding]:
    rows = {
        name: {
            row.get("id", ""): {**row, "": str(line)}  # data-column="": its line in the file
            for line, row in enumerate(release.rows(name), start=2)
        }
        for name in release.texts
    }
    missing: dict[str, dict[str, None]] = {}
    for page, name in displayed_on(release):
        missing.setdefault(page, {})[name] = None
    for page in pages:
        expected = missing.get(page, {})
        try:
            displayed = _displayed(release.folder / page, read)
        except ValueError as problem:
            yield error("verify.page", page, f"页面读不下去：{problem}。", RESTORE)
            continue
        for name, _, _ in displayed.facts:
            expected.pop(name, None)
        yield from _page_facts(release, page, displayed.facts)
        for ledger, record, column, text in displayed.cells:
            right = rows.get(ledger, {}).get(record, {}).get(column)
            if right != text:
                yield error(
                    "verify.page",
                    f"{page} 台账 {ledger} 记录 {record} {column}列",
                    f"页面写作“{text}”，data/{ledger}.csv 为“{right}”。",
                    RESTORE,
                )
        for name, table in displayed.figures:
            figure = release.figures.get(name)
            if figure is None or table != shown_rows(figure):
                yield error(
                    "verify.page",
                    f"{page} 图 {name} 的数据表",
                    "页面上的表与图的数据不符。",
                    RESTORE,
                )
        for name in expected:
            yield error("verify.page", f"{page} {name}", "页面上没有应有的这个统计数字。", RESTORE)


def _displayed(path: Path, read: Read) -> Displayed:
    """What a page displays: nothing where there is none."""
    if not path.is_file():
        return Displayed()
    return read(path.read_text(encoding="utf-8", errors="replace"))


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
