"""What the HTML pages of a release display, for checking. floor: pages."""

from __future__ import annotations

import re
from collections.abc import Collection
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
    """What one page shows of facts, ledgers and figures."""

    facts: list[tuple[str, str, str]] = field(default_factory=list)  # id, variant, text
    cells: list[tuple[str, str, str, str]] = field(
        default_factory=list
    )  # ledger, record, column, text
    figures: dict[str, list[list[str]]] = field(default_factory=dict)  # id → rows of text
    text: str = ""  # visible text; a block begins on a new line, the code of notebooks left out
    spans: list[Span] = field(default_factory=list)  # parts of it, by their end


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int  # in the visible text
    data: int  # how many pieces of text came before it
    unseen: bool
    ledger: str  # of the record that it is in, as far as it or an element around it says so
    record: str
    figure: str | None


_OUTSIDE = _Open("", {}, 0, 0, False, "", "", None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = Displayed()
        self.open: list[_Open] = []
        self.texts: list[str] = []  # all text, seen or not
        self.pieces: list[str] = []
        self.length = 0
        self.unseen = 0  # how many open elements are not to be seen

    def write(self, text: str) -> None:
        """Add to the visible text; blanks are collapsed as a browser does."""
        if self.unseen:
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
        if tag in _VOID:
            return
        around = self.open[-1] if self.open else _OUTSIDE
        element = _Open(
            tag,
            attributes,
            self.length,
            len(self.texts),
            _unseen(tag, attributes),
            attributes.get("data-ledger", around.ledger),
            attributes.get("data-record", around.record),
            attributes.get("data-figure", around.figure),
        )
        self.open.append(element)
        self.unseen += element.unseen
        if "data-figure" in attributes:
            self.shown.figures[attributes["data-figure"]] = []
        if tag == "tr" and element.figure is not None:
            self.shown.figures[element.figure].append([])

    def handle_data(self, data: str) -> None:
        self.write(data)
        self.texts.append(data)

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

    def close_element(self, element: _Open) -> None:
        attributes, tag = element.attributes, element.tag
        owners = _OWNERS.keys() & attributes.keys() if attributes else ()
        cell = tag in ("td", "th") and element.figure is not None
        if owners or cell or tag == "code":
            self.note(element, owners, "".join(self.texts[element.data :]))
        if tag == "article":
            self.mark(element.start, tag, "", "")
        if tag in _BLOCKS:
            self.write("\n")
        self.unseen -= element.unseen

    def note(self, element: _Open, owners: Collection[str], text: str) -> None:
        """What an element shows whose text something answers for."""
        attributes = element.attributes
        around = self.open[-1] if self.open else _OUTSIDE
        show = attributes.get("data-show", "display")
        fact = attributes.get("data-stat") or attributes.get("data-fact")
        if fact:
            self.shown.facts.append((fact, show, text))
        if "data-column" in attributes:
            place = (around.ledger, around.record)
            self.shown.cells.append((*place, attributes["data-column"], text))
        figure = around.figure
        rows = self.shown.figures[figure] if figure is not None else []
        if element.tag in ("td", "th") and figure is not None and rows:
            rows[-1].append(text)
            self.mark(element.start, "figure", figure, "")
        for name in owners:
            self.mark(element.start, _OWNERS[name], attributes[name], show)
        if element.tag == "code":
            self.mark(element.start, "code", text, "")


def _unseen(tag: str, attributes: dict[str, str]) -> bool:
    if tag in _UNSEEN:
        return True
    if not attributes:
        return False
    classes = attributes.get("class", "").split()
    return "hidden" in attributes or not _UNSEEN_CLASSES.isdisjoint(classes)


def read_page(html: str) -> Displayed:
    """What a page displays."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.shown.text = "".join(reader.pieces)
    return reader.shown
