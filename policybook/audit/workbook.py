"""``audit.xlsx`` put together from a release, the same bytes each time. floor: audit."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime

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


def write_audit(release: Release, edition: Mapping[str, str], headings: Mapping[str, str]) -> None:
    """Writes the workbook into the release, which need not have pages yet.

    ``edition``: its parameters as they are shown; ``headings``: of the chapters' pages.
    Raises :class:`policybook.errors.AuditError` for a fact that cannot be a formula.
    """
    made = workbook_bytes(_workbook(release, edition, headings))
    (release.folder / AUDIT).write_bytes(made)


def published_workbook(release: Release) -> bytes:
    """The workbook of a complete release; raises as :func:`write_audit`."""
    edition = published_parameters(release.folder)
    return workbook_bytes(_workbook(release, edition, page_headings(release)))


def _workbook(release: Release, edition: Mapping[str, str], named: Mapping[str, str]) -> Workbook:
    """Cover, chapters, ledgers."""
    workbook = Workbook()
    chapters = _by_chapter(release)
    headings = [named.get(name, name) for name in chapters]
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


def page_headings(release: Release) -> dict[str, str]:
    """What the page of each chapter is headed, by chapter."""
    pages = {path.stem: path for path in (release.folder / "book").glob("*.html")}
    found = {name: _HEADING.search(path.read_text("utf-8")) for name, path in pages.items()}
    return {name: html.unescape(_TAG.sub("", one[1])).strip() for name, one in found.items() if one}


def workbook_bytes(workbook: Workbook) -> bytes:
    """The file, with no time, machine or user in it."""
    workbook.properties.creator = looks.AUTHOR
    workbook.properties.created = workbook.properties.modified = _LONG_AGO
    written = io.BytesIO()
    # Not workbook.save(): that says when.
    ExcelWriter(workbook, zipfile.ZipFile(written, "w")).save()
    return undated(written.getvalue())
