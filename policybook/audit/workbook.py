"""``audit.xlsx`` put together from a release, the same bytes each time. floor: audit."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

import policybook.sheets.looks as looks
from policybook.audit.cells import sheet_titles
from policybook.audit.chapters import write_chapter
from policybook.audit.copies import name_columns, write_ledger
from policybook.audit.cover import COVER, Listed, write_cover
from policybook.audit.ranges import ranges_of
from policybook.coverage import published_parameters
from policybook.folders import undated
from policybook.model import Fact
from policybook.published import AUDIT, Release

_LONG_AGO = datetime(1980, 1, 1)  # the earliest that an archive can say
_HEADING = re.compile(r"<h1>(.*?)(?:<a class=\"headerlink\"|</h1>)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def write_audit(release: Release, edition: Mapping[str, str], pages: Path) -> None:
    """Writes the workbook into the release.

    ``edition``: its parameters as they are shown; ``pages``: the folder of its pages.
    Raises :class:`policybook.errors.AuditError` for a fact that cannot be a formula.
    """
    made = workbook_bytes(audit_workbook(release, edition, pages))
    (release.folder / AUDIT).write_bytes(made)


def published_workbook(release: Release) -> bytes:
    """The workbook of a complete release; raises as :func:`write_audit`."""
    edition = published_parameters(release.folder)
    return workbook_bytes(audit_workbook(release, edition, release.folder))


def audit_workbook(release: Release, edition: Mapping[str, str], pages: Path) -> Workbook:
    """Cover, chapters, ledgers."""
    workbook = Workbook()
    chapters = _by_chapter(release)
    headings = [_title(pages, name) for name in chapters]
    ledgers = {
        name: ranges_of(name, schema.fields, release.rows(name))
        for name, schema in release.schemas.items()
    }
    names = [schema.title for schema in release.schemas.values()]
    cover, *titles = sheet_titles([COVER, *headings, *names])
    chapter_titles, ledger_titles = titles[: len(chapters)], titles[len(chapters) :]
    workbook.active.title = cover
    listed = [
        Listed(title, len(facts))
        for title, facts in zip(chapter_titles, chapters.values(), strict=True)
    ]
    for one, heading, facts in zip(listed, headings, chapters.values(), strict=True):
        said = f"{edition['title']} {edition['period']}　{heading}"
        write_chapter(workbook.create_sheet(one.title), said, facts, ledgers)
    copied = []
    for title, (name, ranges) in zip(ledger_titles, ledgers.items(), strict=True):
        said = f"{edition['title']} {edition['period']}　{release.schemas[name].title}"
        write_ledger(workbook.create_sheet(title), said, ranges)
        name_columns(workbook, title, ranges)
        copied.append(Listed(title, len(release.rows(name)), name))
    part = next(part for fact in release.facts.values() for part in fact.operands)
    example = ledgers[part.ledger][part.column].name
    write_cover(workbook.active, edition, listed, copied, example)
    workbook.properties.title = f"{edition['title']} {edition['period']} 审计底稿"
    return workbook


def _by_chapter(release: Release) -> dict[str, list[Fact]]:
    chapters: dict[str, list[Fact]] = {}
    for fact in release.facts.values():
        chapters.setdefault(fact.chapter, []).append(fact)
    return chapters


def _title(folder: Path, chapter: str) -> str:
    """What the chapter's page is headed."""
    page = folder / "book" / f"{chapter}.html"
    found = _HEADING.search(page.read_text(encoding="utf-8")) if page.is_file() else None
    return html.unescape(_TAG.sub("", found[1])).strip() if found else chapter


def workbook_bytes(workbook: Workbook) -> bytes:
    """The file, with no time, machine or user in it."""
    workbook.properties.creator = looks.AUTHOR
    workbook.properties.created = workbook.properties.modified = _LONG_AGO
    written = io.BytesIO()
    # Not workbook.save(): that says when.
    ExcelWriter(workbook, zipfile.ZipFile(written, "w")).save()
    return undated(written.getvalue())
