"""Which pages are made anew: those that used a part which has changed. floor: staleness.

Sphinx looks at a page's own file only.  A page is read again when a part of the book differs
that it used when it was read, and written again when one differs that it used when written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policybook.templating import used
from policybook.watched import Parts, Watched

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

PAGES = "policybook_pages.json"
"""Where the build leaves which parts each page has used."""
_READ, _WRITTEN = "read:", "written:"
_NAVIGATION, _USES = "navigation", "uses"


def pages_using(env: Any, statistic: str) -> dict[str, str]:
    """Titles of the pages that use a statistic, by page, in the order of their names."""
    pages = sorted(set(used(env).get(statistic, ())))
    return {page: env.titles[page].astext() for page in pages}


def start_reading(app: Sphinx, env: Any, docname: str) -> None:
    """Forget what a page used before: it is about to be read (or is gone)."""
    for pages in used(env).values():
        while docname in pages:
            pages.remove(docname)
    _start(env, _READ, docname)


def start_writing(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A page is about to be written, with the site's navigation."""
    _start(app.env, _WRITTEN, docname)
    _book(app).watch.note(_NAVIGATION, _navigation(app.env))


def note_uses(env: Any, statistic: str, pages: dict[str, str]) -> None:
    """The page being written names the pages that use a statistic."""
    env.policybook.watch.note(f"{_USES} {statistic}", pages)


def to_read(
    app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The pages that used a part which has changed since they were read."""
    return _stale(app, _READ, _book(app).digest_of)


def to_write(app: Sphinx, env: Any) -> list[str]:
    """The pages that used a part which has changed since they were written."""
    book = _book(app)

    def digest(part: str) -> str:
        kind, _, statistic = part.partition(" ")
        if kind == _NAVIGATION:
            return book.watch.digest(part, _navigation(env))
        if kind == _USES:
            return book.watch.digest(part, pages_using(env, statistic))
        return book.digest_of(part)

    return _stale(app, _WRITTEN, digest)


def drop_gone_words(app: Sphinx) -> Iterable[Any]:
    """Words that no page has any more: Sphinx keeps them in its search index, as nowhere."""
    indexer = app.builder.indexer  # type: ignore[attr-defined]
    for words in (indexer._mapping, indexer._title_mapping):
        for word in [word for word, pages in words.items() if not pages]:
            del words[word]
    return ()


def write_pages(app: Sphinx, exception: Exception | None) -> None:
    """Leave what each page has used for the next build."""
    if exception is None:
        pages = {**_before(app), **_book(app).watch.used}
        text = json.dumps(pages, ensure_ascii=False, sort_keys=True)
        Path(app.srcdir, PAGES).write_text(text, encoding="utf-8")


def _book(app: Sphinx) -> Watched:
    book: Watched = app.env.policybook  # type: ignore[attr-defined]
    return book


def _start(env: Any, phase: str, docname: str) -> None:
    watch = env.policybook.watch
    watch.page = f"{phase}{docname}"
    watch.used[watch.page] = {}


def _before(app: Sphinx) -> dict[str, Parts]:
    path = Path(app.srcdir, PAGES)
    found: dict[str, Parts] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _stale(app: Sphinx, phase: str, digest: Callable[[str], str]) -> list[str]:
    return [
        page.removeprefix(phase)
        for page, parts in _before(app).items()
        if page.startswith(phase) and any(digest(part) != then for part, then in parts.items())
    ]


def _navigation(env: Any) -> Iterable[Any]:
    """What the table of contents and the links to neighbours are made from."""
    inside = [page for pages in env.toctree_includes.values() for page in pages]
    return [(page, env.titles[page].astext()) for page in [*inside, env.config.root_doc]]
