"""A directive that fills a template with parts of the book. floor: directives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from policybook.book import Book
from policybook.catalogue import nearest
from policybook.compared import clauses
from policybook.ledgers import Ledger
from policybook.model import Fact
from policybook.templating import note_use, render, warn


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

    def facts(self, names: Iterable[str]) -> list[Fact] | None:
        """The facts named, their use recorded, and that of their comparisons."""
        found = [self.known(name, self.book.facts, "指标") for name in names]
        if None in found:
            return None
        self.note_uses(found)
        return found

    def note_uses(self, facts: Iterable[Fact]) -> None:
        """Record that the page shows these facts and their comparisons."""
        for fact in facts:
            note_use(self.env, fact)
            for clause in clauses(self.book, fact.id):
                for piece in clause:
                    if not isinstance(piece, str):
                        note_use(self.env, piece[0])

    def wanted(self, ledger: Ledger, names: Iterable[str] = ()) -> dict[str, str] | None:
        """The columns and values of ``:where:``; None after a warning of an unknown column.

        ``names``: columns that have to be there too.
        """
        pairs = [pair.partition("=") for pair in self.options.get("where", "").split(";") if pair]
        wanted = {column.strip(): value.strip() for column, _, value in pairs}
        for name in (*names, *wanted):
            if name not in ledger.schema.names:
                warn("unknown", f"{ledger.schema.title}没有列 {name}。", self.get_location())
                return None
        return wanted
