"""Roles: a fact, a parameter or a source document inside a sentence. floor: roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxRole

from policybook.book import Book
from policybook.catalogue import nearest
from policybook.claims import NUMBERS, shown
from policybook.compared import Piece, clauses
from policybook.templating import note_use, warn

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


class stat(nodes.General, nodes.Inline, nodes.TextElement):  # type: ignore[misc]
    """A fact's element; attributes ``statistic``, ``show`` and the docname it stands in."""


class parameter(nodes.General, nodes.Inline, nodes.TextElement):  # type: ignore[misc]
    """An edition parameter's element; attribute ``name``."""


class StatRole(SphinxRole):
    """``{stat}`id```: a fact's number, linked to its trace.

    ``{stat-over}`id 200亿元``` and ``{stat-rank}`id other.id``` have an argument after the id.
    """

    def __init__(self, variant: str) -> None:
        super().__init__()
        self.variant = variant

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The fact's node, or a warning with the nearest ids."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        name, _, argument = self.text.partition(" ")
        fact = book.facts.get(name)
        location = self.get_location()
        if fact is None:
            warn("unknown", f"没有指标 {name}；{nearest(name, book.facts)}", location)
            return [], []
        variant = f"{self.variant}:{argument.strip()}" if argument else self.variant
        try:
            text = shown(fact, variant, book.facts)
        except ValueError as problem:
            warn("variant", str(problem), location)
            return [], []
        note_use(self.env, fact)
        node = stat(self.rawtext, text, statistic=fact.id, show=variant, doc=self.env.docname)
        return [node], []


class ComparedRole(SphinxRole):
    """``{compared}`id```: （比上季度减少3项、下降5.0%，与上年同期持平）, as far as there are editions.

    Nothing where there is none: a sentence reads on without it.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The parenthesis: words and numbers, each a fact's."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        if self.text not in book.facts:
            warn(
                "unknown",
                f"没有指标 {self.text}；{nearest(self.text, book.facts)}",
                self.get_location(),
            )
            return [], []
        found: list[nodes.Node] = []
        for clause in clauses(book, self.text):
            found.append(nodes.Text("，" if found else "（"))
            found += [self._node(book, piece) for piece in clause]
        return [*found, nodes.Text("）")] if found else [], []

    def _node(self, book: Book, piece: Piece) -> nodes.Node:
        if isinstance(piece, str):
            return nodes.Text(piece)
        fact, variant = piece
        note_use(self.env, fact)
        text = shown(fact, variant, book.facts)
        return stat(self.rawtext, text, statistic=fact.id, show=variant, doc=self.env.docname)


class EditionRole(SphinxRole):
    """``{edition}`reporting_date```: one of the edition's parameters."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The parameter's text."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        try:
            text = book.parameters.text(self.text)
        except KeyError:
            warn("unknown", f"没有期参数 {self.text}。", self.get_location())
            return [], []
        return [parameter(self.rawtext, text, name=self.text)], []


class SourceRole(SphinxRole):
    """``{source}`report```: a source document's title."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The title in book-title marks."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        if self.text not in book.documents:
            warn("unknown", f"没有来源文件 {self.text}。", self.get_location())
            return [], []
        title = book.documents[self.text]["title"]
        return [nodes.inline(self.rawtext, f"《{title}》", classes=["source"])], []


def visit_stat(self: HTML5Translator, node: stat) -> None:
    """An ``<a class="stat" data-stat>`` for the number; a ``<span>`` where no link can stand.

    Another text of the fact (interval, claim word) is ``class="stat-text" data-fact``.
    """
    name, show = node["statistic"], node["show"]
    kind, key = ("stat", "data-stat") if show in NUMBERS else ("stat-text", "data-fact")
    attributes = {key: name} if show == "display" else {key: name, "data-show": show}
    parent = node.parent
    while parent is not None and not isinstance(parent, nodes.title | nodes.reference):
        parent = parent.parent
    node["tag"] = "a" if parent is None else "span"
    if node["tag"] == "a":
        attributes["href"] = "../" * node["doc"].count("/") + f"trace/{name}.html"
    self.body.append(self.starttag(node, node["tag"], "", CLASS=kind, **attributes))


def depart_stat(self: HTML5Translator, node: stat) -> None:
    """Its end tag."""
    self.body.append(f"</{node['tag']}>")


def visit_parameter(self: HTML5Translator, node: parameter) -> None:
    """A ``<span data-edition>`` that says which parameter it is."""
    self.body.append(
        self.starttag(node, "span", "", CLASS="edition", **{"data-edition": node["name"]})
    )


def depart_parameter(self: HTML5Translator, node: parameter) -> None:
    """Its end tag."""
    self.body.append("</span>")
