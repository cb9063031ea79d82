"""What pages display, remembered by their bytes: read once, checked each time. floor: remembered.

Never whether a page is right: that depends on facts and ledgers, and is found anew in each build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree

import policybook.pages
from policybook.keeping import keep, load
from policybook.pages import Displayed, read_page

Read = Callable[[str], Displayed]
"""Gives what a page's HTML displays; ``ValueError`` when it is no page."""


@contextmanager
def remembering(kept: Path | None) -> Iterator[Read]:
    """A reader of pages that knows those it read the last time, and is known by the next.

    ``kept``: the file in which they are; None: nothing is remembered.
    """
    if kept is None:
        yield read_page
        return
    before, now = _load(kept), dict[str, Any]()

    def read(html: str) -> Displayed:
        digest = hashlib.sha256(html.encode()).hexdigest()
        if digest not in now:
            now[digest] = before.get(digest) or vars(read_page(html))
        return Displayed(**now[digest])

    yield read
    if now.keys() != before.keys():
        keep(kept, {"reader": _reader(), "pages": now})


def _load(kept: Path) -> dict[str, Any]:
    content = load(kept)
    return content["pages"] if content and content["reader"] == _reader() else {}


def _reader() -> str:
    """What reads pages: our own program and the parser under it."""
    program = Path(policybook.pages.__file__).read_bytes()
    return f"{hashlib.sha256(program).hexdigest()} {etree.LXML_VERSION} {etree.LIBXML_VERSION}"
