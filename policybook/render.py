"""The Sphinx extension: roles and directives that put facts on pages. floor: render.

A role never prints a number of its own: it looks a fact up, and an unknown id is a
warning (``policybook.unknown``) that stops the ``-W`` build with file and line.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError

from policybook.book import FACTS, Book, load_book
from policybook.directives import DIRECTIVES, trace
from policybook.interface import add_interface
from policybook.notes import add_notes
from policybook.roles import (
    ComparedRole,
    EditionRole,
    SourceRole,
    StatRole,
    depart_parameter,
    depart_stat,
    parameter,
    stat,
    visit_parameter,
    visit_stat,
)
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


_WRAP = re.compile(
    r"(?<=[\u2e80-\u9fff\uff00-\uffef“”…—])\n|\n(?=[\u2e80-\u9fff\uff00-\uffef“”…—])"
)


def _join_lines(app: Sphinx, doctree: nodes.document) -> None:
    """A line break of the source beside Chinese text is no space on the page."""
    for parent in doctree.findall(nodes.TextElement):
        if isinstance(parent, nodes.literal_block | nodes.raw):
            continue
        for place, child in enumerate(parent.children):
            if isinstance(child, nodes.Text) and "\n" in child:
                before = "".join(node.astext()[-1:] for node in parent[max(place - 1, 0) : place])
                after = "".join(node.astext()[:1] for node in parent[place + 1 : place + 2])
                joined = _WRAP.sub("", before + child.astext() + after)
                parent[place] = nodes.Text(joined[len(before) : len(joined) - len(after)])


def _fill_traces(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for node in list(doctree.findall(trace)):
        book: Book = app.env.policybook  # type: ignore[attr-defined]
        fact = book.facts[node["statistic"]]
        pages = dict.fromkeys(used(app.env).get(fact.id, []))
        titles = {page: app.env.titles[page].astext() for page in pages}
        origins = [cell.origin for cell in fact.cells() if cell.origin]
        workbooks = {
            sent.workbook
            for sent in book.provenance.handed_in
            if any(origin.startswith(f"{sent.workbook} ") for origin in origins)
        }
        html = render("trace.html", book, docname, fact=fact, pages=titles, workbooks=workbooks)
        node.replace_self(nodes.raw("", html, format="html"))


def _write_used(app: Sphinx, env: Any) -> None:
    pages = {name: list(dict.fromkeys(found)) for name, found in used(env).items()}
    text = json.dumps(pages, ensure_ascii=False, indent=1, sort_keys=True)
    Path(app.srcdir, USED).write_text(text, encoding="utf-8")


def _theme(app: Sphinx, config: Any) -> None:
    """Theme options added to Jupyter Book's own, which a setting in _config.yml would replace."""
    config.html_theme_options.update(
        search_bar_text="搜索本报告",
        use_download_button=False,
        navbar_persistent=[],  # the theme shows an empty header with a second button for it
        pygments_light_style="a11y-high-contrast-light",
        pygments_dark_style="a11y-high-contrast-dark",
    )
    config.html_context["default_mode"] = "auto"
    static = Path(__file__).parent / "static"
    config.html_static_path.append(str(static))
    config.html_favicon = str(static / "favicon.svg")


def _offline(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """No request leaves the site, and nothing is loaded twice."""
    kept: dict[object, Any] = {}
    for script in context.get("script_files", []):
        name = str(getattr(script, "filename", None) or "")
        content = name or str(getattr(script, "attributes", {}).get("body", script))
        if "://" not in content and "thebe" not in content.lower():
            kept.setdefault(content, script)
    context["script_files"] = list(kept.values())
    period = app.env.policybook.parameters.period  # type: ignore[attr-defined]
    top = "../" * page.count("/")
    context["metatags"] = (
        f'{context.get("metatags", "")}<meta name="policybook-edition" content="{period}"'
        f' data-top="{top}">\n'
    )
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
        ("stat-size", "size"),
        ("stat-interval", "interval"),
        ("stat-word", "word"),
        ("stat-half", "half"),
        ("stat-whole", "whole"),
        ("stat-over", "over"),
        ("stat-rank", "rank"),
    ):
        app.add_role(name, StatRole(variant))
    app.add_role("compared", ComparedRole())
    app.add_role("edition", EditionRole())
    app.add_role("source", SourceRole())
    for directive in DIRECTIVES:
        app.add_directive(directive.__name__.lower(), directive)
    app.add_node(stat, html=(visit_stat, depart_stat))
    app.add_node(parameter, html=(visit_parameter, depart_parameter))
    app.add_node(trace)
    app.add_search_language(BigramChinese)
    app.connect("builder-inited", _load)
    app.connect("doctree-read", _join_lines)
    app.connect("doctree-read", add_notes)
    app.connect("doctree-resolved", _fill_traces)
    app.connect("env-check-consistency", _write_used)
    app.connect("html-page-context", _offline, priority=900)
    app.connect("config-inited", _theme, priority=900)
    app.add_css_file("policybook.css")
    app.add_js_file("editions.js", loading_method="defer")
    add_interface(app)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
