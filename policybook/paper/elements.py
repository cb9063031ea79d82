"""The XML of paragraphs, fields, tables and pictures. floor: paper.

python-docx has neither fields nor bookmarks, and needs minutes for tables of this size; so the
elements are made here, in the order that the schema of WordprocessingML asks for.
"""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

WIDTH = 8844
"""Of the type area, in twentieths of a point: 156 mm."""
_PRESERVE = "{http://www.w3.org/XML/1998/namespace}space"


def node(tag: str, /, *children: Any, **attributes: str | int) -> Any:
    """``w:tag`` with attributes of the same namespace."""
    element = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    for child in children:
        element.append(child)
    return element


def run(text: str, style: str = "") -> Any:
    """A run of text, in a character style."""
    words = OxmlElement("w:t")
    words.text = text
    words.set(_PRESERVE, "preserve")
    properties = [node("rPr", node("rStyle", val=style))] if style else []
    return node("r", *properties, words)


def field(instruction: str, text: str) -> Any:
    """A field with the text that it shows until it is worked out again."""
    return node("fldSimple", run(text), instr=f" {instruction} ")


def bookmarked(number: int, name: str, element: Any) -> list[Any]:
    """An element that links can lead to."""
    return [node("bookmarkStart", id=number, name=name), element, node("bookmarkEnd", id=number)]


def link(element: Any, *, anchor: str = "", relation: str = "") -> Any:
    """A link to a bookmark, or to what a relationship names."""
    found = node("hyperlink", element, **({"anchor": anchor} if anchor else {}), history=1)
    if relation:
        found.set(qn("r:id"), relation)
    return found


def paragraph(style: str, content: list[Any], right: int = 0) -> Any:
    """A paragraph; ``right``: half characters left free on its right."""
    own = [node("ind", rightChars=right * 50, right=right * 158)] if right else []
    return node("p", node("pPr", node("pStyle", val=style), *own), *content)


def table(rows: list[list[Any]], widths: list[int]) -> Any:
    """A table of paragraphs whose first row is repeated on each page."""
    looks = node(
        "tblLook", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1
    )
    properties = node(
        "tblPr",
        node("tblStyle", val="ThreeLines"),
        node("tblW", w=sum(widths), type="dxa"),
        node("jc", val="center"),
        node("tblLayout", type="fixed"),
        looks,
    )
    grid = node("tblGrid", *(node("gridCol", w=width) for width in widths))
    return node(
        "tbl", properties, grid, *(_row(row, widths, not at) for at, row in enumerate(rows))
    )


def _row(cells: list[Any], widths: list[int], heads: bool) -> Any:
    properties = node("trPr", node("cantSplit"), *([node("tblHeader")] if heads else []))
    return node(
        "tr",
        properties,
        *(
            node("tc", node("tcPr", node("tcW", w=width, type="dxa")), cell)
            for cell, width in zip(cells, widths, strict=True)
        ),
    )
