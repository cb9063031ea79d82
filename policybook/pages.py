"""What the HTML pages of a release display, for checking. floor: pages.

lxml parses them: its tokenizer is the one of HTML5 (libxml2 2.14), as in browsers, and a page of
many cells takes it a third of the time of ``html.parser``, with which ``verify.py`` reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

_BLOCKS = frozenset(
    "address article aside blockquote br caption dd details div dl dt figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot"
    " th thead title tr ul".split()
)
_UNSEEN = frozenset(["script", "style", "template", "noscript"])
_UNSEEN_CLASSES = frozenset(["cell", "headerlink"])
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_OWNERS = {
    "data-stat": "fact",
    "data-fact": "fact",
    "data-edition": "edition",
    "data-column": "cell",
    "data-relation": "relation",
    "data-count": "count",
    "data-source": "source",
    "data-source-of": "source",
    "data-caption": "caption",
    "data-coverage": "coverage",
    "data-origin": "origin",
    "data-correction": "correction",
    "data-explanation": "explanation",
}
"""What answers for the text of an element that has the attribute."""


@dataclass(frozen=True)
class Span:
    """A part of a page's visible text, and what answers for it."""

    start: int
    end: int
    owner: str  # a value of _OWNERS; figure, code, alt, article
    key: str  # the attribute's value: which fact, column, figure …
    show: str  # data-show


@dataclass
class Displayed:
    """What one page shows of facts, ledgers and figures, in the page's order."""

    facts: list[tuple[str, str, str]] = field(default_factory=list)  # id, variant, text
    cells: list[tuple[str, str, str, str]] = field(
        default_factory=list
    )  # ledger, record, column, text
    figures: list[tuple[str, list[list[str]]]] = field(default_factory=list)  # id, rows of text


@dataclass
class Visible:
    """A page's visible text: a block begins on a new line, the code of notebooks is left out."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)  # parts of it, by their end


_MARKED = etree.XPath("//*[@data-stat or @data-fact or @data-column or @data-figure]")


def read_page(html: str) -> Displayed:
    """What a page displays. ``ValueError`` when it is no page."""
    shown = Displayed()
    around: dict[etree._Element, tuple[str, str]] = {}
    for element in _MARKED(_parse(html)):
        fact = element.get("data-stat") or element.get("data-fact")
        if fact:
            shown.facts.append((fact, element.get("data-show", "display"), _text(element)))
        column = element.get("data-column")
        if column is not None:
            place = _place(element.getparent(), around)
            shown.cells.append((*place, column, _text(element)))
        figure = element.get("data-figure")
        if figure is not None:
            rows = [list(map(_text, row.iter("td", "th"))) for row in element.iter("tr")]
            shown.figures.append((figure, rows))
    return shown


def _parse(html: str) -> etree._Element:
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(html.encode(), parser)
    except etree.ParseError as problem:
        raise ValueError(str(problem)) from None
    if root is None:
        raise ValueError("Document is empty")
    return root


def _text(element: etree._Element) -> str:
    return "".join(element.itertext()) if len(element) else element.text or ""


def _place(
    element: etree._Element | None, known: dict[etree._Element, tuple[str, str]]
) -> tuple[str, str]:
    """The ledger and the record that an element's content is of, as far as it is said."""
    if element is None:
        return "", ""
    if element not in known:
        ledger, record = element.get("data-ledger"), element.get("data-record")
        if ledger is None or record is None:
            outer = _place(element.getparent(), known)
            ledger = outer[0] if ledger is None else ledger
            record = outer[1] if record is None else record
        known[element] = ledger, record
    return known[element]


class _Reader:
    """The visible text as far as it is read."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.unseen = 0  # how many open elements are not to be seen
        self.spans: list[Span] = []
        self.open: list[tuple[int, str | None]] = []  # where each began, the figure it is of

    def write(self, text: str | None) -> None:
        """Add to the visible text; blanks are collapsed as a browser does."""
        if self.unseen or not text:
            return
        before = self.pieces[-1][-1:] if self.pieces else "\n"
        if text == "\n":
            text = "" if before == "\n" else text
        else:
            text = _BLANKS.sub(" ", text)
            if before in " \n":
                text = text.lstrip(" ")
        if text:
            self.pieces.append(text)
            self.length += len(text)

    def mark(self, start: int, owner: str, key: str, show: str = "") -> None:
        """A part of the visible text up to here has an owner."""
        if self.length > start:
            self.spans.append(Span(start, self.length, owner, key, show))

    def start(self, element: etree._Element) -> None:
        """An element begins."""
        if element.tag in _BLOCKS:
            self.write("\n")
        if element.tag == "img" and element.get("alt"):
            self.write("\n")
            start = self.length
            self.write(element.get("alt"))
            self.mark(start, "alt", element.get("src", ""))
            self.write("\n")
        figure = element.get("data-figure", self.open[-1][1] if self.open else None)
        self.open.append((self.length, figure))
        self.unseen += _unseen(element)
        self.write(element.text)

    def end(self, element: etree._Element) -> None:
        """An element ends: what answers for its text is noted."""
        start, figure = self.open.pop()
        given = element.attrib
        for name, owner in _OWNERS.items() if given else ():
            if name in given:
                self.mark(start, owner, given[name], given.get("data-show", "display"))
        if element.tag in ("td", "th") and figure is not None:
            self.mark(start, "figure", figure)
        elif element.tag == "code":
            self.mark(start, "code", _text(element))
        elif element.tag == "article":
            self.mark(start, "article", "")
        if element.tag in _BLOCKS:
            self.write("\n")
        self.unseen -= _unseen(element)
        self.write(element.tail)


def _unseen(element: etree._Element) -> bool:
    classes = element.get("class", "").split()
    hidden = element.tag in _UNSEEN or "hidden" in element.attrib
    return hidden or not _UNSEEN_CLASSES.isdisjoint(classes)


def read_text(html: str) -> Visible:
    """A page's visible text. ``ValueError`` when it is no page."""
    reader = _Reader()
    for event, element in etree.iterwalk(_parse(html), events=("start", "end")):
        getattr(reader, event)(element)
    return Visible("".join(reader.pieces), reader.spans)
