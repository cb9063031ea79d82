"""What the HTML pages of a release display, for checking. floor: pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
_BLOCKS = frozenset(
    "address article aside blockquote br caption dd details div dl dt figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot"
    " th thead title tr ul".split()
)
_UNSEEN = frozenset(["script", "style", "template", "noscript"])
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
    """What one page shows of facts, ledgers and figures."""

    facts: list[tuple[str, str, str]] = field(default_factory=list)  # id, variant, text
    cells: list[tuple[str, str, str, str]] = field(
        default_factory=list
    )  # ledger, record, column, text
    figures: dict[str, list[list[str]]] = field(default_factory=dict)  # id → rows of text
    text: str = ""  # visible text; a block begins on a new line, the code of notebooks left out
    spans: list[Span] = field(default_factory=list)  # parts of it, by their end


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int  # in the visible text
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = Displayed()
        self.open: list[_Open] = []
        self.pieces: list[str] = []
        self.length = 0
        self.unseen = 0  # how many open elements are not to be seen

    def write(self, text: str) -> None:
        """Add to the visible text; blanks are collapsed as a browser does."""
        if self.unseen:
            return
        before = self.pieces[-1][-1:] if self.pieces else "\n"
        text = re.sub(r"[ \t\r\n\f]+", " ", text) if text != "\n" else text
        if before in " \n":
            text = text.lstrip(" ") if text != "\n" or before == " " else ""
        if text:
            self.pieces.append(text)
            self.length += len(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.write("\n")
        if tag == "img" and attributes.get("alt"):
            self.write("\n")
            start = self.length
            self.write(attributes["alt"])
            self.mark(start, "alt", attributes.get("src", ""), "")
            self.write("\n")
        if tag not in _VOID:
            self.open.append(_Open(tag, attributes, self.length))
            self.unseen += _unseen(self.open[-1])
            if "data-figure" in self.open[-1].attributes:
                self.shown.figures[self.open[-1].attributes["data-figure"]] = []
            figure = self.around("data-figure")
            if tag == "tr" and figure is not None:
                self.shown.figures[figure].append([])

    def handle_data(self, data: str) -> None:
        self.write(data)
        for element in self.open:
            element.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            element = self.open.pop()
            self.close_element(element)
            if element.tag == tag:
                break

    def mark(self, start: int, owner: str, key: str, show: str) -> None:
        """A part of the visible text up to here has an owner."""
        if self.length > start:
            self.shown.spans.append(Span(start, self.length, owner, key, show))

    def around(self, name: str) -> str | None:
        for element in reversed(self.open):
            if name in element.attributes:
                return element.attributes[name]
        return None

    def close_element(self, element: _Open) -> None:
        text = "".join(element.text)
        attributes = element.attributes
        fact = attributes.get("data-stat") or attributes.get("data-fact")
        if fact:
            self.shown.facts.append((fact, attributes.get("data-show", "display"), text))
        if "data-column" in attributes:
            place = (self.around("data-ledger") or "", self.around("data-record") or "")
            self.shown.cells.append((*place, attributes["data-column"], text))
        figure = self.around("data-figure")
        if element.tag in ("td", "th") and figure is not None and self.shown.figures[figure]:
            self.shown.figures[figure][-1].append(text)
            self.mark(element.start, "figure", figure, "")
        for name in _OWNERS.keys() & attributes.keys():
            show = attributes.get("data-show", "display")
            self.mark(element.start, _OWNERS[name], attributes[name], show)
        if element.tag in ("code", "article"):
            self.mark(element.start, element.tag, text if element.tag == "code" else "", "")
        if element.tag in _BLOCKS:
            self.write("\n")
        self.unseen -= _unseen(element)


def _unseen(element: _Open) -> bool:
    classes = element.attributes.get("class", "").split()
    hidden = element.tag in _UNSEEN or "hidden" in element.attributes
    return hidden or not {"cell", "headerlink"}.isdisjoint(classes)


def read_page(html: str) -> Displayed:
    """What a page displays."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.shown.text = "".join(reader.pieces)
    return reader.shown
