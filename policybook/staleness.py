"""Which pages are made anew: those that used a part which has changed. floor: staleness.

Sphinx looks at a page's own file only.  A page is read again when a part of the book differs
that it used when it was read, and written again when one differs that it used when written;
trace pages, which nobody reads, are made again when one differs that they used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policybook.keeping import USED_PARTS
from policybook.templating import used
from policybook.watched import Parts, Watched

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

_READ, _WRITTEN, _MADE = "read:", "written:", "made:"
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
    _start_with_navigation(app, _WRITTEN, docname)


def start_making(app: Sphinx, page: str) -> None:
    """A trace page is about to be made, with the site's navigation."""
    _start_with_navigation(app, _MADE, page)


def _start_with_navigation(app: Sphinx, phase: str, page: str) -> None:
    _start(app.env, phase, page)
    _book(app).watch.note(_NAVIGATION, _navigation(app.env))


def is_made(app: Sphinx, page: str) -> bool:
    """Whether a trace page is there, and no part that it used has changed."""
    parts = _before(app).get(f"{_MADE}{page}")
    return parts is not None and not _differ(parts, partial(_digest, app))


def named_uses(env: Any, statistic: str) -> dict[str, str]:
    """The same for the page being made, which names them."""
    pages = pages_using(env, statistic)
    env.policybook.watch.note(f"{_USES} {statistic}", pages)
    return pages


def to_read(
    app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The pages that used a part which has changed since they were read."""
    return _stale(app, _READ, _book(app).digest_of)


def to_write(app: Sphinx, env: Any) -> list[str]:
    """The pages that used a part which has changed since they were written."""
    stale = _stale(app, _WRITTEN, partial(_digest, app))
    if not stale and _stale(app, _MADE, partial(_digest, app)):
        return [env.config.root_doc]  # Sphinx goes on to trace pages only if it writes one
    return stale


def _digest(app: Sphinx, part: str) -> str:
    """A part's digest now that all pages are read."""
    book, (kind, _, statistic) = _book(app), part.partition(" ")
    if kind == _NAVIGATION:
        return book.watch.digest(part, _navigation(app.env))
    if kind == _USES:
        return book.watch.digest(part, pages_using(app.env, statistic))
    return book.digest_of(part)


def drop_gone_words(app: Sphinx) -> None:
    """Words that no page has any more: Sphinx keeps them in its search index, as nowhere."""
    indexer = app.builder.indexer  # type: ignore[attr-defined]
    for words in (indexer._mapping, indexer._title_mapping):
        for word in [word for word, pages in words.items() if not pages]:
            del words[word]


def write_pages(app: Sphinx, exception: Exception | None) -> None:
    """Leave what each page has used for the next build."""
    if exception is None:
        made = {**_before(app), **_book(app).watch.used}
        pages = {
            page: parts
            for page, parts in made.items()
            if Path(app.outdir, f"{page.partition(':')[2]}.html").is_file()  # not of a gone trace
        }
        text = json.dumps(pages, ensure_ascii=False, sort_keys=True)
        Path(app.srcdir, USED_PARTS).write_text(text, encoding="utf-8")


def _book(app: Sphinx) -> Watched:
    book: Watched = app.env.policybook  # type: ignore[attr-defined]
    return book


def _start(env: Any, phase: str, docname: str) -> None:
    watch = env.policybook.watch
    watch.page = f"{phase}{docname}"
    watch.used[watch.page] = {}


def _before(app: Sphinx) -> dict[str, Parts]:
    """What each page used when it was made last."""
    watch, path = _book(app).watch, Path(app.srcdir, USED_PARTS)
    if watch.before is None:
        watch.before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return watch.before


def _stale(app: Sphinx, phase: str, digest: Callable[[str], str]) -> list[str]:
    return [
        page.removeprefix(phase)
        for page, parts in _before(app).items()
        if page.startswith(phase) and _differ(parts, digest)
    ]


def _differ(parts: Parts, digest: Callable[[str], str]) -> bool:
    return any(digest(part) != then for part, then in parts.items())


def _navigation(env: Any) -> Iterable[Any]:
    """What the table of contents and the links to neighbours are made from."""
    inside = [page for pages in env.toctree_includes.values() for page in pages]
    return [(page, env.titles[page].astext()) for page in [*inside, env.config.root_doc]]
