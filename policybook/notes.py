"""The standard note where numbers printed together show their rounding. floor: notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from docutils import nodes

from policybook.arithmetic import NOTE, disagreements
from policybook.book import Book
from policybook.claims import NUMBERS
from policybook.roles import stat
from policybook.templating import warn

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_STOP = re.compile(r"[。！？；]")


def add_notes(app: Sphinx, doctree: nodes.document) -> None:
    """Put the note under each paragraph and table that needs it.

    Where rounding does not explain a difference, a warning asks for more decimals.
    """
    book: Book = app.env.policybook  # type: ignore[attr-defined]
    for block in list(doctree.findall(_is_block)):
        if any(_needs_note(group, block, book) for group in printed_together(block)):
            note = nodes.paragraph("", NOTE, classes=["rounding-note"])
            block.parent.insert(block.parent.index(block) + 1, note)


def _is_block(node: nodes.Node) -> bool:
    if isinstance(node, nodes.table):
        return True
    inside = node.parent
    while inside is not None and not isinstance(inside, nodes.table):
        inside = inside.parent
    return isinstance(node, nodes.paragraph) and inside is None


def printed_together(block: nodes.Element) -> Iterator[list[str]]:
    """The statistics of each sentence of a paragraph, or of each row of a table."""
    if isinstance(block, nodes.table):
        for row in block.findall(nodes.row):
            yield [_name(node) for node in row.findall(stat) if _is_number(node)]
        return
    group: list[str] = []
    for node in block.findall(lambda node: isinstance(node, nodes.Text | stat)):
        if isinstance(node, stat):
            group += [_name(node)] if _is_number(node) else []
        elif not isinstance(node.parent, stat) and _STOP.search(node.astext()):
            yield group
            group = []
    yield group


def _is_number(node: stat) -> bool:
    return node["show"] in NUMBERS


def _name(node: stat) -> str:
    return str(node["statistic"])


def _needs_note(group: list[str], block: nodes.Element, book: Book) -> bool:
    found = disagreements(group, book.ties, book.facts)
    for one in found:
        if not one.rounding:
            warn("arithmetic", f"所示的数互不相合：{one.printed}；请给出更多小数位。", block)
    return any(one.rounding for one in found)
