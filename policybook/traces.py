"""Trace pages: one a statistic, made beside the pages that Sphinx reads. floor: traces.

They are no documents of Sphinx's: nothing is to be read, and what the search finds on them is
said here.  A release has many records on them, so that rows are put together in Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.frontend import Values, get_default_settings
from docutils.utils import new_document
from markupsafe import Markup, escape

from policybook.book import Book
from policybook.model import Fact, Operand
from policybook.search import distinct_words
from policybook.staleness import drop_gone_words, is_made, named_uses, start_making
from policybook.templating import grade, render, source

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "trace"


def make_traces(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The trace pages that are to be made anew, for Sphinx's ``html-collect-pages``.

    All are given to the search, and those of statistics that are gone are removed.
    """
    book = app.env.policybook  # type: ignore[attr-defined]
    facts = list(book.plain.facts.values())
    folder = Path(app.outdir, FOLDER)
    for path in set(folder.glob("*.html")) - {folder / f"{fact.id}.html" for fact in facts}:
        path.unlink()
    for fact in facts:
        page = f"{FOLDER}/{fact.id}"
        _index(app, page, fact, book.plain)
        # For this run, not for the environment that is kept: the search index drops other pages.
        app.env.all_docs[page], app.env.titles[page] = 0, nodes.title("", fact.label)
        if not is_made(app, page):
            start_making(app, page)
            body = trace_body(book, page, fact, named_uses(app.env, fact.id))
            yield page, {"title": fact.label, "body": body}, "page.html"
    drop_gone_words(app)


def trace_body(book: Book, page: str, fact: Fact, titles: dict[str, str]) -> str:
    """A trace page's content. ``titles``: of the pages that use the fact, by page."""
    origins = [cell.origin for cell in fact.cells() if cell.origin]
    workbooks = {
        sent.workbook
        for sent in book.provenance.handed_in
        if any(origin.startswith(f"{sent.workbook} ") for origin in origins)
    }
    rows = partial(_rows, book)
    return render("trace.html", book, page, fact=fact, pages=titles, workbooks=workbooks, rows=rows)


def _rows(book: Book, part: Operand) -> Markup:
    """The rows of an operand's table, one a cell."""
    ledger, documents, raw = book.ledgers[part.ledger], book.documents, book.provenance.raw
    known = ledger.by_id
    columns = [name for name in part.conditions if name not in ("id", "title", part.column)]
    rows = []
    for cell in part.cells:
        row = known[cell.record][1]
        note = f'<small data-column="note">{_safe(row["note"])}</small>' if row.get("note") else ""
        chosen = "".join(
            f'<td data-column="{_safe(name)}">{_safe(row[name])}</td>' for name in columns
        )
        evidence = grade(row["evidence"]) if "evidence" in row else ""
        origin = source(row["source"], documents) if "source" in row else ""
        if cell.origin:
            place = _safe(f"{part.ledger}:{cell.record}:{cell.column}")
            said = f'<span data-origin="{place}">{_safe(cell.origin)}</span>'
            said += f"（原文“{_safe(raw[cell.origin])}”）" if cell.origin in raw else ""
            origin += f'<small class="origin">台账《{_safe(ledger.schema.title)}》 {said}</small>'
        rows.append(
            f'<tr data-record="{_safe(cell.record)}"><td data-column="">{cell.row}</td>'
            f'<td><span data-column="title">{_safe(row["title"])}</span>{note}</td>{chosen}'
            f'<td class="number traced" data-column="{_safe(cell.column)}">{_safe(cell.value)}</td>'
            f"<td>{evidence}</td><td>{origin}</td></tr>\n"
        )
    return Markup("".join(rows))


@cache  # the same record stands under many statistics
def _safe(text: str) -> str:
    return str(escape(text))


@cache
def _settings() -> Values:
    return get_default_settings()


def _index(app: Sphinx, page: str, fact: Fact, book: Book) -> None:
    """What the search finds a trace page by: its statistic, the records and documents."""
    said = [fact.id, fact.display, fact.definition, fact.words, fact.formula, fact.period]
    said += [one["title"] for one in fact.documents]
    said += [one.what for one in book.corrections_of(fact)]
    said += [one.reason for one in book.explanations_of(fact)]
    for part in (*fact.operands, *fact.missing):
        known = book.ledgers[part.ledger].by_id
        rows = (known[record][1] for record in part.records)
        said += [text for row in rows for text in (row["title"], row.get("note", "")) if text]
    tree = new_document("", _settings())
    words = nodes.paragraph("", " ".join(distinct_words(said)))
    tree += nodes.section("", nodes.title("", fact.label), words)
    app.builder.index_page(page, tree, fact.label)  # type: ignore[attr-defined]
