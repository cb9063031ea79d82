"""The chapters of a release's report, read from its pages. floor: paper.

Nothing but what a page displays is taken over. What only a screen can use (download links,
meters, the account of the gate, which counts the pages) is left out, and so are the figures'
own tables: their pictures print the numbers, and the release has them as CSV.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import html

from policybook.marked import template_parts
from policybook.model import Fact, Figure
from policybook.paper.record import Block, Grid, Paragraph, Picture, Piece
from policybook.published import Release

_LEFT_OUT = (
    "script, style, template, svg, .headerlink, .meter, .coverage, .chart-files, [hidden],"
    " .toctree-wrapper, nav, button"
).split(", ")
_HEADING = re.compile(r"h([1-6])")
_BLANK = re.compile(r"[ \t\r\n\f]+")
_TILES = ("指标", "数值", "说明")


def front_page(folder: Path) -> Any:
    """The overview, which has the title, the navigation and what the site says of itself."""
    return _page(folder / "book" / "index.html")


def notice(page: Any) -> str:
    """What a site says of itself at the foot of each page: who wrote it, from what."""
    return " ".join(_text(one) for one in page.xpath("//footer//p"))


def title(page: Any) -> str:
    """The title of the report."""
    return _text(next(iter(page.xpath("//article//h1"))))


def read_chapters(release: Release) -> Iterator[Block]:
    """The overview and the pages of the navigation's first part, each under its name there."""
    front = front_page(release.folder)
    home = front.xpath("//nav[@id='site-nav']/p[contains(@class, 'home')]")[0]
    yield from _chapter(release, _text(home), front)
    for link in front.xpath("//nav[@id='site-nav']/ul[1]//a"):
        if "/" not in link.get("href"):  # a chapter, and no notebook
            page = _page(release.folder / "book" / link.get("href"))
            yield from _chapter(release, _text(link), page)


def _page(path: Path) -> Any:
    return html.document_fromstring(path.read_bytes().decode("utf-8", errors="replace"))


def _chapter(release: Release, name: str, page: Any) -> Iterator[Block]:
    yield Paragraph("Heading1", (Piece(name),))
    (article,) = page.xpath("//article")
    for block in _blocks(article, release):
        if not (isinstance(block, Paragraph) and block.style == "Heading1"):
            yield block


def _blocks(parent: Any, release: Release) -> Iterator[Block]:
    for element in parent.iterchildren():
        classes = _classes(element)
        heading = _HEADING.fullmatch(str(element.tag))
        if _left_out(element):
            continue
        if heading:
            yield Paragraph(f"Heading{min(int(heading[1]), 4)}", _pieces(element))
        elif element.tag == "figure":
            yield from _figure(element, release)
        elif element.tag == "table":
            yield from _table(element)
        elif "tiles" in classes:
            yield from _tiles(element)
        elif element.tag in ("p", "li") or not _has_blocks(element):
            if pieces := _pieces(element):
                yield Paragraph(_style(classes), pieces)
        else:
            yield from _blocks(element, release)


def _style(classes: set[str]) -> str:
    if "admonition-title" in classes:
        return "BodyStrong"
    return "Source" if "chart-links" in classes else "BodyText"


def _has_blocks(element: Any) -> bool:
    return any(True for _ in element.iter("p", "li", "table", "figure", "section", "h2", "h3"))


def _figure(element: Any, release: Release) -> Iterator[Block]:
    image = next(element.iter("img"))
    name = PurePosixPath(image.get("src")).stem
    yield Picture(name, image.get("alt", ""))
    figure = release.figures.get(name)
    said = _pieces(next(element.iter("figcaption")))
    yield _caption("图", filled(figure, release.facts) if figure else said)
    for source in element.xpath(".//p[contains(@class, 'chart-source')]"):
        yield Paragraph("Source", _pieces(source))


def filled(figure: Figure, facts: Mapping[str, Fact]) -> tuple[Piece, ...]:
    """A figure's title with the facts that it names."""
    pieces: list[Piece] = []
    for text, name in template_parts(figure.templates["title"]):
        pieces += [Piece(text)] if text else []
        pieces += [Piece(facts[name].display, name)] if name in facts else []
    return tuple(pieces)


def _caption(kind: str, pieces: tuple[Piece, ...]) -> Paragraph:
    return Paragraph("Caption", (Piece(kind), Piece("", count=kind), Piece("\u3000"), *pieces))


def _table(element: Any) -> Iterator[Block]:
    said = next(iter(element.xpath("./caption")), None)
    name = (Piece(_text(said)),) if said is not None else _named(element)
    yield _caption("表", name)
    rows = [row.xpath("./td | ./th") for row in element.iter("tr")]
    yield Grid(
        tuple(tuple(map(partial(_cell, number == 0), row)) for number, row in enumerate(rows))
    )


def _named(element: Any) -> tuple[Piece, ...]:
    """A table without a caption is called after the heading above it."""
    headings = element.xpath("ancestor::section[1]/*[self::h1 or self::h2 or self::h3]")
    return (Piece(_text(headings[0])),) if headings else ()


def _cell(heads: bool, element: Any) -> Paragraph:
    pieces = _pieces(element)
    number = "number" in _classes(element) or (len(pieces) == 1 and pieces[0].fact)
    return Paragraph("TableHead" if heads else "TableNumber" if number else "TableText", pieces)


def _tiles(element: Any) -> Iterator[Block]:
    """The overview's tiles: what is counted, its number, what is said of it."""
    rows = [tuple(Paragraph("TableHead", (Piece(text),)) for text in _TILES)]
    for tile in element.iterchildren():
        parts = {name: tile.xpath(f"./div[@class='tile-{name}']") for name in _TILE_PARTS}
        notes: list[Piece] = []
        for one in parts["note"]:
            notes += [Piece("；")] if notes else []
            notes += _pieces(one)
        label, value = (_pieces(parts[name][0]) for name in _TILE_PARTS[:2])
        rows.append(
            (
                Paragraph("TableText", label),
                Paragraph("TableNumber", value),
                Paragraph("TableText", tuple(notes)),
            )
        )
    yield _caption("表", (Piece("主要指标"),))
    yield Grid(tuple(rows))


_TILE_PARTS = ("label", "value", "note")


def _pieces(element: Any) -> tuple[Piece, ...]:
    """The text of an element, cut at facts and ledger cells; blanks as a browser shows them."""
    pieces: list[Piece] = []
    for piece in _raw(element, element.get("data-column") is not None):
        text = _BLANK.sub(" ", piece.text)
        if not pieces or pieces[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if text:
            pieces.append(Piece(text, piece.fact, piece.show, piece.cell))
    while pieces and not pieces[-1].text.rstrip(" "):
        pieces.pop()
    if pieces:
        last = pieces.pop()
        pieces.append(Piece(last.text.rstrip(" "), last.fact, last.show, last.cell))
    return tuple(_joined(pieces))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Plain stretches that follow each other, as one."""
    before: Piece | None = None
    for piece in pieces:
        if before and not (before.fact or piece.fact) and before.cell == piece.cell:
            before = Piece(before.text + piece.text, cell=piece.cell)
            continue
        if before:
            yield before
        before = piece
    if before:
        yield before


def _raw(element: Any, cell: bool) -> Iterator[Piece]:
    name = element.get("data-stat") or element.get("data-fact")
    if name:
        text = "".join(element.itertext())
        yield Piece(text, name, element.get("data-show", "display"))
        return
    yield Piece(element.text or "", cell=cell)
    for child in element.iterchildren():
        if not _left_out(child):
            record = element.tag == "td" or element.get("data-record") is not None
            source = child.get("data-source") is not None and record
            column = child.get("data-column") is not None
            yield from _raw(child, cell or source or column)
        yield Piece(child.tail or "", cell=cell)


def _left_out(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return True  # a comment
    marks = {element.tag, *(f".{name}" for name in _classes(element))}
    marks |= {"[hidden]"} if element.get("hidden") is not None else set()
    return not marks.isdisjoint(_LEFT_OUT)


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


def _text(element: Any) -> str:
    return "".join(piece.text for piece in _pieces(element))
