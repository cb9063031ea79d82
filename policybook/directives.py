"""Directives: tiles, figures, record tables and indexes. floor: directives."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from policybook.book import Book
from policybook.compared import clauses
from policybook.comparisons import EARLIER
from policybook.figures import numeric_columns, shown_rows
from policybook.filled import BookDirective
from policybook.matrix_directive import Matrix
from policybook.numbers import number_text
from policybook.opinions import requests
from policybook.period import parse_period
from policybook.templating import note_use


class Tiles(BookDirective):
    """Headline tiles: a line is a statistic id, with what it means to a reader after a blank.

    ``:year:`` names the share of the year gone, against which completion is shown.
    """

    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {"year": directives.unchanged}
    template = "tiles.html"

    def values(self) -> dict[str, Any] | None:
        """The facts in the order given, each with its meaning."""
        lines = [line.strip().partition(" ") for line in self.content if line.strip()]
        facts = self.facts(name for name, _, _ in lines)
        name = self.options.get("year", "")
        year = self.known(name, self.book.facts, "指标") if name else None
        if facts is None or (name and year is None):
            return None
        if year is not None:
            note_use(self.env, year)
        meanings = [meaning.strip() for _, _, meaning in lines]
        return {
            "tiles": list(zip(facts, meanings, strict=True)),
            "year": year,
            "width": lambda fact: number_text(min(Fraction(fact.value), Fraction(1)), "%", 1),
            "ahead": lambda fact, year: Fraction(fact.value) >= Fraction(year.value),
        }


class Chart(BookDirective):
    """A figure with its data table under it."""

    required_arguments = 1
    template = "chart.html"

    def values(self) -> dict[str, Any] | None:
        """The figure."""
        figure = self.known(self.arguments[0], self.book.figures, "图")
        if figure is None:
            return None
        return {"figure": figure, "rows": shown_rows(figure), "numeric": numeric_columns(figure)}


class Records(BookDirective):
    """A table of a ledger's records, each cell checked against the ledger by ``verify``.

    ``:empty:`` is what stands there when there is no record: what is missing, who supplies it.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "columns": directives.unchanged_required,
        "where": directives.unchanged,
        "caption": directives.unchanged,
        "empty": directives.unchanged_required,
    }
    template = "records.html"

    def values(self) -> dict[str, Any] | None:
        """The chosen records and columns."""
        ledger = self.known(self.arguments[0], self.book.ledgers, "台账")
        if ledger is None:
            return None
        names = [name.strip() for name in self.options.get("columns", "title").split(",")]
        wanted = self.wanted(ledger, names)
        if wanted is None:
            return None
        rows = [row for row in ledger.rows if all(row[c] == v for c, v in wanted.items())]
        fields = [ledger.schema.field(name) for name in names]
        return {
            "ledger": ledger,
            "fields": fields,
            "rows": rows,
            "caption": self.options.get("caption", ""),
            "empty": self.options.get("empty", "台账里没有这一类记录。"),
        }


class Requests(BookDirective):
    """What was asked, item by item, with due date, state and answer, beside the numbers it names.

    The argument is the ledger of opinions; ``:where:`` chooses among its records.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {"where": directives.unchanged}
    template = "requests.html"

    def values(self) -> dict[str, Any] | None:
        """The chosen requests, the uses of their facts recorded."""
        ledger = self.known(self.arguments[0], self.book.ledgers, "台账")
        if ledger is None or (wanted := self.wanted(ledger)) is None:
            return None
        book = self.book
        found = [
            one
            for one in requests(ledger.name, book.records, book.schemas, book.facts)
            if all(one.row[column] == value for column, value in wanted.items())
        ]
        for one in found:
            self.note_uses(number.fact for number in one.numbers)
        return {"ledger": ledger, "requests": found}


class News(BookDirective):
    """What is new in an edition: its corrections, and how the statistics named have moved."""

    has_content = True
    template = "news.html"

    def values(self) -> dict[str, Any] | None:
        """What a re-issue corrects, and the facts that can be compared."""
        names = [line.strip() for line in self.content if line.strip()]
        if None in [self.known(name, self.book.facts, "指标") for name in names]:
            return None
        facts = self.facts(name for name in names if any(clauses(self.book, name)))
        revision = parse_period(self.book.parameters.period).revision
        corrections = [one for one in self.book.corrections if one.revision == revision]
        return {"facts": facts, "corrections": corrections}


class Statistics(BookDirective):
    """The index of all facts by chapter."""

    template = "statistics.html"


class Dictionary(BookDirective):
    """The data dictionary, from the schemas."""

    template = "dictionary.html"


class Documents(BookDirective):
    """The source documents and how many facts rest on each."""

    template = "documents.html"


class Relations(BookDirective):
    """The declared relations and whether they hold."""

    template = "relations.html"


class Figures(BookDirective):
    """The list of figures."""

    template = "figures.html"


class Corrections(BookDirective):
    """The corrections of a re-issue, bases revised since they were published, reasons given."""

    template = "corrections.html"

    def values(self) -> dict[str, Any] | None:
        """Nothing is shown where there is neither."""
        earlier = self.book.ledgers.get(EARLIER)
        revised = [row for row in earlier.rows if row["note"]] if earlier else []
        blocked = self.book.not_compared
        book = self.book
        if not (book.corrections or book.explanations or revised or blocked):
            return None
        return {"revised": revised, "blocked": blocked}


class When(SphinxDirective):
    """Content that stands only where every named statistic or figure exists in this edition."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The content, or nothing."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        names = self.arguments[0].split()
        if not all(name in book.facts or name in book.figures for name in names):
            return []
        inside = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, inside)
        return list(inside.children)


class Coverage(SphinxDirective):
    """Where the gate's account is filled in once all pages are built: ``line`` or ``list``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The place kept for it."""
        kind = directives.choice(self.arguments[0], ("line", "list"))
        html = f'<div class="coverage" data-coverage="{kind}"></div>'
        return [nodes.raw("", html, format="html")]


DIRECTIVES = (
    Tiles,
    Chart,
    Records,
    Requests,
    Matrix,
    News,
    Statistics,
    Dictionary,
    Documents,
    Relations,
    Figures,
    Corrections,
    When,
    Coverage,
)
