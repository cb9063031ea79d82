"""The Sphinx extension: roles and directives that put facts on pages. floor: render.

A role never prints a number of its own: it looks a fact up, and an unknown id is a
warning (``policybook.unknown``) that stops the ``-W`` build with file and line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError

from policybook.book import FACTS, Book, load_book
from policybook.directives import DIRECTIVES, trace
from policybook.roles import EditionRole, SourceRole, StatRole, depart_stat, stat, visit_stat
from policybook.search import BigramChinese
from policybook.templating import render, used

if TYPE_CHECKING:
    from sphinx.application import Sphinx

USED = "policybook_used.json"
"""Where the build leaves which pages use which statistics."""


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
        pages = dict.fromkeys(used(app.env).get(fact.id, []))
        titles = {page: app.env.titles[page].astext() for page in pages}
        html = render("trace.html", book, docname, fact=fact, pages=titles)
        node.replace_self(nodes.raw("", html, format="html"))


def _forget_book(app: Sphinx, env: Any) -> None:
    pages = {name: list(dict.fromkeys(found)) for name, found in used(env).items()}
    text = json.dumps(pages, ensure_ascii=False, indent=1, sort_keys=True)
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
        css
        for css in context.get("css_files", [])
        if "thebe" not in str(getattr(css, "filename", css))
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register roles, directives, search and style."""
    for name, variant in (
        ("stat", "display"),
        ("stat-number", "number"),
        ("stat-interval", "interval"),
        ("stat-word", "word"),
    ):
        app.add_role(name, StatRole(variant))
    app.add_role("edition", EditionRole())
    app.add_role("source", SourceRole())
    for directive in DIRECTIVES:
        app.add_directive(directive.__name__.lower(), directive)
    app.add_node(stat, html=(visit_stat, depart_stat))
    app.add_node(trace)
    app.add_search_language(BigramChinese)
    app.connect("builder-inited", _load)
    app.connect("doctree-resolved", _fill_traces)
    app.connect("env-check-consistency", _forget_book)
    app.connect("html-page-context", _offline, priority=900)
    app.connect(
        "builder-inited",
        lambda app: app.config.html_static_path.append(str(Path(__file__).parent / "static")),
    )
    app.add_css_file("policybook.css")
    return {"parallel_read_safe": False, "parallel_write_safe": True}
