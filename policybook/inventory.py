"""Which files a release has, and their digests. floor: inventory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from policybook.deadlines import DEADLINES
from policybook.errors import Finding, error
from policybook.published import (
    AUDIT,
    CALENDAR,
    CRATE,
    DOCUMENT,
    RESTORE,
    SUMS,
    Release,
    digests,
    stated_digests,
)


def check_sums(folder: Path) -> list[Finding]:
    """Every file against its published digest: changed, missing, added."""
    findings: list[Finding] = []
    if not (folder / SUMS).is_file():
        return [error("verify.missing", SUMS, "文件缺失。", RESTORE)]
    stated = stated_digests(folder)
    actual = digests(folder)
    for name in sorted({*stated, *actual}):
        if name not in actual:
            findings.append(error("verify.missing", name, "文件缺失。", RESTORE))
        elif name not in stated:
            findings.append(error("verify.extra", name, "多出一个没有登记的文件。", RESTORE))
        elif stated[name] != actual[name]:
            findings.append(error("verify.hash", name, "内容与发布时的 sha256 不符。", RESTORE))
    return findings


def check_files(release: Release) -> list[Finding]:
    """Every file that a complete release has, ``SHA256SUMS`` apart."""
    names = ["index.html", "ledgers.sqlite", DOCUMENT, "verify.py", AUDIT]
    names += ["coverage.json", "coverage.js", "facts.csv", "facts.js", CRATE]
    names += [CALENDAR] if DEADLINES in release.schemas else []
    names += [f"data/{ledger}.csv" for ledger in release.schemas]
    for figure in release.figures:
        names += [f"figures/{figure}.{kind}" for kind in ("csv", "svg", "png")]
    names += [page for page, _ in displayed_on(release)]
    return [
        error("verify.missing", name, "文件缺失。", RESTORE)
        for name in dict.fromkeys(names)
        if not (release.folder / name).is_file()
    ]


def displayed_on(release: Release) -> Iterator[tuple[str, str]]:
    """Each page that must show a fact, and the fact."""
    for fact in release.facts.values():
        for page in (*fact.used_on, f"trace/{fact.id}.html", f"notebooks/{fact.notebook}.html"):
            yield page, fact.id
