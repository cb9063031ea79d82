"""Directives: tiles, figures, record tables, indexes and trace pages. floor: directives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from policybook.book import Book
from policybook.catalogue import nearest
from policybook.comparisons import EARLIER
from policybook.figures import numeric_columns, shown_rows
from policybook.templating import note_use, render, warn


class trace(nodes.General, nodes.Element):  # type: ignore[misc]
    """Stands for a trace page's content until it is known which pages use the fact."""


class BookDirective(SphinxDirective):
    """A directive that fills a template with parts of the book."""

    template: ClassVar[str] = ""

    @property
    def book(self) -> Book:
        """The staged edition."""
        return self.env.policybook  # type: ignore[attr-defined,no-any-return]

    def run(self) -> list[nodes.Node]:
        """The filled template as raw HTML."""
        values = self.values()
        if values is None:
            return []
        html = render(self.template, self.book, self.env.docname, **values)
        return [nodes.raw("", html, format="html")]

    def values(self) -> dict[str, Any] | None:
        """What the template is filled with; None after a warning."""
        return {}

    def known(self, name: str, known: Mapping[str, Any], what: str) -> Any:
        """The named entry, or None after a warning with the nearest names."""
        if name not in known:
            warn(
                "unknown",
                f"没有{what} {name}；{nearest(name, known)}",
                self.get_location(),
            )
            return None
        return known[name]


class Tiles(BookDirective):
    """Headline tiles: one statistic id a line."""

    has_content = True
    template = "tiles.html"

    def values(self) -> dict[str, Any] | None:
        """The facts in the order given."""
        facts = [
            self.known(line.strip(), self.book.facts, "指标")
            for line in self.content
            if line.strip()
        ]
        if None in facts:
            return None
        for fact in facts:
            note_use(self.env, fact)
        return {"facts": facts}


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
    """A table of a ledger's records, each cell checked against the ledger by ``verify``."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "columns": directives.unchanged_required,
        "where": directives.unchanged,
        "caption": directives.unchanged,
    }
    template = "records.html"

    def values(self) -> dict[str, Any] | None:
        """The chosen records and columns."""
        ledger = self.known(self.arguments[0], self.book.ledgers, "台账")
        if ledger is None:
            return None
        names = [name.strip() for name in self.options.get("columns", "title").split(",")]
        pairs = [pair.partition("=") for pair in self.options.get("where", "").split(";") if pair]
        wanted = {column.strip(): value.strip() for column, _, value in pairs}
        for name in (*names, *wanted):
            if name not in ledger.schema.names:
                warn("unknown", f"{ledger.schema.title}没有列 {name}。", self.get_location())
                return None
        rows = [row for row in ledger.rows if all(row[c] == v for c, v in wanted.items())]
        fields = [ledger.schema.field(name) for name in names]
        return {
            "ledger": ledger,
            "fields": fields,
            "rows": rows,
            "caption": self.options.get("caption", ""),
        }


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


class Trace(SphinxDirective):
    """A statistic's trace page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A node filled in when all pages are read."""
        return [trace(statistic=self.arguments[0])]


DIRECTIVES = (
    Tiles,
    Chart,
    Records,
    Statistics,
    Dictionary,
    Documents,
    Relations,
    Figures,
    Corrections,
    When,
    Coverage,
    Trace,
)
