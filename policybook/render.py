"""The Sphinx extension: roles and directives that put facts on pages. floor: render.

A role never prints a number of its own: it looks a fact up, and an unknown id is a
warning (``policybook.unknown``) that stops the ``-W`` build with file and line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from jinja2 import Environment, PackageLoader, StrictUndefined
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from policybook.book import CHAPTERS, EVIDENCE_TEXT, FACTS, Book, load_book
from policybook.claims import shown
from policybook.search import BigramChinese

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

USED = "policybook_used.json"
"""Where the build leaves which pages use which statistics."""

logger = logging.getLogger(__name__)
_templates = Environment(
    loader=PackageLoader("policybook"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class stat(nodes.General, nodes.Inline, nodes.TextElement):
    """A fact's element; attributes ``statistic``, ``show`` and the docname it stands in."""


class trace(nodes.General, nodes.Element):
    """Stands for a trace page's content until it is known which pages use the fact."""


class StatRole(SphinxRole):
    """``{stat}`id```: a fact's number, linked to its trace."""

    def __init__(self, variant: str) -> None:
        super().__init__()
        self.variant = variant

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The fact's node, or a warning with the nearest ids."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        fact = book.facts.get(self.text)
        location = self.get_location()
        if fact is None:
            _warn("unknown", f"没有指标 {self.text}；{book.remedy(self.text, book.facts)}", location)
            return [], []
        try:
            text = shown(fact, self.variant)
        except ValueError as problem:
            _warn("variant", str(problem), location)
            return [], []
        _used(self.env).setdefault(fact.id, []).append(self.env.docname)
        node = stat(self.rawtext, text, statistic=fact.id, show=self.variant, doc=self.env.docname)
        return [node], []


class EditionRole(SphinxRole):
    """``{edition}`reporting_date```: one of the edition's parameters."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The parameter's text."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        try:
            text = book.parameters.text(self.text)
        except KeyError:
            _warn("unknown", f"没有期参数 {self.text}。", self.get_location())
            return [], []
        return [nodes.inline(self.rawtext, text, classes=["edition"])], []


class SourceRole(SphinxRole):
    """``{source}`report```: a source document's title."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The title in book-title marks."""
        book: Book = self.env.policybook  # type: ignore[attr-defined]
        if self.text not in book.documents:
            _warn("unknown", f"没有来源文件 {self.text}。", self.get_location())
            return [], []
        title = book.documents[self.text]["title"]
        return [nodes.inline(self.rawtext, f"《{title}》", classes=["source"])], []


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
            _warn("unknown", f"没有{what} {name}；{self.book.remedy(name, known)}", self.get_location())
            return None
        return known[name]


class Tiles(BookDirective):
    """Headline tiles: one statistic id a line."""

    has_content = True
    template = "tiles.html"

    def values(self) -> dict[str, Any] | None:
        """The facts in the order given."""
        facts = [self.known(line.strip(), self.book.facts, "指标") for line in self.content if line.strip()]
        if None in facts:
            return None
        for fact in facts:
            _used(self.env).setdefault(fact.id, []).append(self.env.docname)
        return {"facts": facts}


class Chart(BookDirective):
    """A figure with its data table under it."""

    required_arguments = 1
    template = "chart.html"

    def values(self) -> dict[str, Any] | None:
        """The figure."""
        figure = self.known(self.arguments[0], self.book.figures, "图")
        return None if figure is None else {"figure": figure}


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
                _warn("unknown", f"{ledger.schema.title}没有列 {name}。", self.get_location())
                return None
        rows = [row for row in ledger.rows if all(row[c] == v for c, v in wanted.items())]
        fields = [ledger.schema.field(name) for name in names]
        return {"ledger": ledger, "fields": fields, "rows": rows, "caption": self.options.get("caption", "")}


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


class Trace(SphinxDirective):
    """A statistic's trace page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A node filled in when all pages are read."""
        return [trace(statistic=self.arguments[0])]


def render(template: str, book: Book, docname: str, **values: Any) -> str:
    """A template of the package, filled; ``top`` leads from the page to the release's root."""
    return _templates.get_template(template).render(
        book=book, top="../" * docname.count("/"), evidence=EVIDENCE_TEXT, chapters=CHAPTERS, **values
    )


def _warn(subtype: str, message: str, location: Any) -> None:
    logger.warning("%s", message, type="policybook", subtype=subtype, location=location)


def _used(env: Any) -> dict[str, list[str]]:
    if not hasattr(env, "policybook_used"):
        env.policybook_used = {}
    used: dict[str, list[str]] = env.policybook_used
    return used


def visit_stat(self: HTML5Translator, node: stat) -> None:
    """An ``<a class="stat">``; a ``<span>`` where no link can stand."""
    name, show = node["statistic"], node["show"]
    attributes = {"data-stat": name} if show == "display" else {"data-stat": name, "data-show": show}
    parent = node.parent
    while parent is not None and not isinstance(parent, nodes.title | nodes.reference):
        parent = parent.parent
    node["tag"] = "a" if parent is None else "span"
    if node["tag"] == "a":
        attributes["href"] = "../" * node["doc"].count("/") + f"trace/{name}.html"
    self.body.append(self.starttag(node, node["tag"], "", CLASS="stat", **attributes))


def depart_stat(self: HTML5Translator, node: stat) -> None:
    """Its end tag."""
    self.body.append(f"</{node['tag']}>")


def _load(app: Sphinx) -> None:
    try:
        app.env.policybook = load_book(Path(app.srcdir))  # type: ignore[attr-defined]
    except FileNotFoundError:
        raise ExtensionError(
            f"{app.srcdir} 里没有 {FACTS}：页面由 policybook build 生成，不直接运行 jupyter-book build。"
        ) from None


def _fill_traces(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for node in list(doctree.findall(trace)):
        book: Book = app.env.policybook  # type: ignore[attr-defined]
        fact = book.facts[node["statistic"]]
        pages = dict.fromkeys(_used(app.env).get(fact.id, []))
        titles = {page: app.env.titles[page].astext() for page in pages}
        html = render("trace.html", book, docname, fact=fact, pages=titles)
        node.replace_self(nodes.raw("", html, format="html"))


def _forget_book(app: Sphinx, env: Any) -> None:
    used = {name: list(dict.fromkeys(pages)) for name, pages in _used(env).items()}
    text = json.dumps(used, ensure_ascii=False, indent=1, sort_keys=True)
    Path(app.srcdir, USED).write_text(text, encoding="utf-8")


def _offline(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """No request leaves the site, and nothing is loaded twice."""
    seen: set[str] = set()
    kept = []
    for script in context.get("script_files", []):
        name = str(getattr(script, "filename", script))
        if "://" not in name and "thebe" not in name and name not in seen:
            kept.append(script)
            seen.add(name)
    context["script_files"] = kept
    context["css_files"] = [
        css for css in context.get("css_files", []) if "thebe" not in str(getattr(css, "filename", css))
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register roles, directives, search and style."""
    for name, variant in (
        ("stat", "display"), ("stat-number", "number"), ("stat-interval", "interval"), ("stat-word", "word")
    ):
        app.add_role(name, StatRole(variant))
    app.add_role("edition", EditionRole())
    app.add_role("source", SourceRole())
    for directive in (Tiles, Chart, Records, Statistics, Dictionary, Documents, Relations, Figures, Trace):
        app.add_directive(directive.__name__.lower(), directive)
    app.add_node(stat, html=(visit_stat, depart_stat))
    app.add_node(trace)
    app.add_search_language(BigramChinese)
    app.connect("builder-inited", _load)
    app.connect("doctree-resolved", _fill_traces)
    app.connect("env-check-consistency", _forget_book)
    app.connect("html-page-context", _offline, priority=900)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(Path(__file__).parent / "static")))
    app.add_css_file("policybook.css")
    return {"parallel_read_safe": False, "parallel_write_safe": True}
