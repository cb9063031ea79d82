"""The Sphinx extension: roles and directives that put facts on pages. floor: render.

A role never prints a number of its own: it looks a fact up, and an unknown id is a
warning (``policybook.unknown``) that stops the ``-W`` build with file and line.
"""

from __future__ import annotations

import functools
import json
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError

from policybook.book import FACTS, load_book
from policybook.directives import DIRECTIVES
from policybook.keeping import USED
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
from policybook.staleness import (
    start_reading,
    start_writing,
    to_read,
    to_write,
    write_pages,
)
from policybook.templating import prepare, used
from policybook.traces import make_traces
from policybook.watched import watch

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_RECORDS, _FACTS = '<table class="records traced-records"', '<table class="statistics"'
SCRIPTS = {
    "review.js": ("",),  # first: it reads the page before others change it
    "editions.js": ("",),
    "site.js": ("",),
    "card.js": ("",),
    "print.js": ("",),
    "recompute.js": ("data-recompute",),
    "tables.js": (_RECORDS, _FACTS),
    "records.js": (_RECORDS,),
    "statistics.js": (_FACTS,),
}
"""Scripts of ``policybook/static``, each with what a page has that needs it."""
THEME_OPTIONS = ("announcement", "extra_footer")
_STATIC = Path(__file__).parent / "static"


def wait_for_facts() -> object:
    """Nothing: whoever gets Jupyter Book ready before there are facts puts a wait in its place."""


def _load(app: Sphinx) -> None:
    prepare(app)
    wait_for_facts()
    try:
        app.env.policybook = watch(load_book(Path(app.srcdir)))  # type: ignore[attr-defined]
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


def _scroll_tables(app: Sphinx, doctree: nodes.document) -> None:
    """A table of the text that is wider than the screen scrolls by itself, by keyboard too."""
    for table in list(doctree.findall(nodes.table)):
        section = table.parent
        while section is not None and not isinstance(section, nodes.section):
            section = section.parent
        title = escape(section.next_node(nodes.title).astext()) if section is not None else "表"
        start = f'<div class="scroll" tabindex="0" role="region" aria-label="{title}：表">'
        place = table.parent.index(table)
        table.parent.insert(place, nodes.raw("", start, format="html"))
        table.parent.insert(place + 2, nodes.raw("", "</div>", format="html"))


def _write_used(app: Sphinx, env: Any) -> None:
    pages = {name: sorted(set(found)) for name, found in used(env).items() if found}
    text = json.dumps(pages, ensure_ascii=False, indent=1, sort_keys=True)
    Path(app.srcdir, USED).write_text(text, encoding="utf-8")


def _theme(app: Sphinx, config: Any) -> None:
    """Our theme instead of Jupyter Book's, with those of the options set for that one it has."""
    given = config.html_theme_options
    config.html_theme = "policybook"
    config.html_theme_options = {name: given.get(name, "") for name in THEME_OPTIONS}
    config.html_sidebars = {}
    config.html_static_path.append(str(_STATIC))


@functools.cache
def _inline(name: str) -> str:
    """A static file's text as it stands inside every page: what must be there at first paint."""
    text = (_STATIC / name).read_text(encoding="utf-8")
    return re.sub(
        r"/\*.*?\*/|^\s*//.*?$|(?<=[\n{};,])\s+", "", text, flags=re.DOTALL | re.MULTILINE
    )


def _share_navigation(app: Sphinx, page: str, context: dict[str, Any]) -> None:
    """Pages of one folder that are not in the table of contents show it alike: make it once."""
    listed = {name for names in app.env.toctree_includes.values() for name in names}
    if page in listed or page == app.config.root_doc:
        return
    make = context["toctree"]
    made = app.env.policybook.watch.navigation  # type: ignore[attr-defined]
    folder = page.rpartition("/")[0]

    def toctree(**options: Any) -> str:
        if folder not in made:
            made[folder] = make(**options)
        return str(made[folder])

    context["toctree"] = toctree


def _page(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Only the scripts and styles of this site; no request leaves it."""
    period = app.env.policybook.plain.parameters.period  # type: ignore[attr-defined]
    top = "../" * page.count("/")
    context["metatags"] = (
        f'{context.get("metatags", "")}<meta name="policybook-edition" content="{period}"'
        f' data-top="{top}" data-page="{page}">'
    )
    _share_navigation(app, page, context)
    context["policybook_style"] = _inline("policybook.css")
    context["policybook_head"] = _inline("head.js")
    body = context.get("body", "")
    context["script_files"] = [
        script
        for script in context["script_files"]
        if (name := str(script.filename or "").rpartition("/")[2]) in SCRIPTS
        and any(mark in body for mark in SCRIPTS[name])
    ]
    context["css_files"] = []


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
    app.add_search_language(BigramChinese)
    app.connect("builder-inited", _load)
    app.connect("env-purge-doc", start_reading)
    app.connect("env-get-outdated", to_read)
    app.connect("env-updated", to_write)
    app.connect("doctree-resolved", start_writing, priority=100)
    app.connect("html-collect-pages", make_traces)
    app.connect("build-finished", write_pages)
    app.connect("doctree-read", _join_lines)
    app.connect("doctree-read", add_notes)
    app.connect("doctree-read", _scroll_tables)
    app.connect("env-check-consistency", _write_used)
    app.connect("html-page-context", _page, priority=900)
    app.connect("config-inited", _theme, priority=900)
    app.add_html_theme("policybook", str(Path(__file__).parent / "theme"))
    for script in SCRIPTS:
        app.add_js_file(script, loading_method="defer")
    return {"parallel_read_safe": False, "parallel_write_safe": True}
