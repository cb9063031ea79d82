"""What the HTML pages of a release display, for checking. floor: pages."""

from __future__ import annotations

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


@dataclass
class Displayed:
    """What one page shows of facts, ledgers and figures."""

    facts: list[tuple[str, str, str]] = field(default_factory=list)  # id, variant, text
    cells: list[tuple[str, str, str, str]] = field(
        default_factory=list
    )  # ledger, record, column, text
    figures: dict[str, list[list[str]]] = field(default_factory=dict)  # id → rows of text


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = Displayed()
        self.open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(_Open(tag, {name: value or "" for name, value in attrs}))
            if "data-figure" in self.open[-1].attributes:
                self.shown.figures[self.open[-1].attributes["data-figure"]] = []
            figure = self.around("data-figure")
            if tag == "tr" and figure is not None:
                self.shown.figures[figure].append([])

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            element = self.open.pop()
            self.close_element(element)
            if element.tag == tag:
                break

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


def read_page(html: str) -> Displayed:
    """What a page displays."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.shown
