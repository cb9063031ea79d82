"""A release's report as a Word file: the same bytes from the same release. floor: paper.

Every number is a field that names its statistic; the number itself is a property of the
document, so that any program that updates fields shows the same. The first place of each
statistic is a bookmark, to which the appendix leads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Twips

from policybook.config import parse_shown_date
from policybook.coverage import published_parameters
from policybook.paper.appendix import TITLE, appendix
from policybook.paper.chapters import front_page, notice, read_chapters, title
from policybook.paper.elements import WIDTH, bookmarked, field, link, node, paragraph, run, table
from policybook.paper.package import add_properties, describe, file_bytes, new_document
from policybook.paper.record import Block, Grid, Paragraph, Picture, Piece
from policybook.paper.widths import column_widths, half_characters
from policybook.published import DOCUMENT, Release

PROPERTY = "DOCPROPERTY"
"""The instruction of a number's field: what follows is the statistic, and how it is shown."""

_UNDATED = datetime(2000, 1, 1)
_NO_LETTER = re.compile(r"[^A-Za-z0-9]")


def write_document(release: Release, edition: Mapping[str, str]) -> None:
    """``report.docx`` of a release that has its pages; ``edition``: what is published of it."""
    (release.folder / DOCUMENT).write_bytes(_document(release, edition))


def published_document(release: Release) -> bytes:
    """The document of a complete release."""
    return _document(release, published_parameters(release.folder))


def _document(release: Release, edition: Mapping[str, str]) -> bytes:
    front = front_page(release.folder)
    name, said = title(front), notice(front)
    body = [*opening(name, edition), *read_chapters(release), *closing(edition, said)]
    return composed(release, body, name, edition["issuer"], said, dated(edition))


def composed(
    release: Release, body: Sequence[Block], name: str, author: str, said: str, made: datetime
) -> bytes:
    """A document of that title: its body, and the appendix of the numbers in it.

    ``said``: what stands on each page; ``made``: when the file says it was made.
    """
    shown = dict.fromkeys(piece.fact for piece in _pieces(body) if piece.fact)
    writer = _Writer(release, new_document())
    writer.write([*body, *appendix(release, shown)])
    add_properties(writer.document, writer.properties)
    describe(writer.document, name, author, said, made)
    return file_bytes(writer.document)


def opening(name: str, parameters: Mapping[str, str]) -> Iterator[Paragraph]:
    """Title, which edition this is, and whom it is for."""
    edition = "\u3000".join(parameters[key] for key in ("period", "version", "released_on"))
    yield Paragraph("Title", (Piece(name),))
    yield Paragraph("Subtitle", (Piece(edition),))
    yield Paragraph("Addressee", (Piece(f"{parameters['committee']}："),))


def closing(parameters: Mapping[str, str], said: str) -> Iterator[Paragraph]:
    """What is attached, who issues the report and when, and what the site says of itself."""
    yield Paragraph("BodyText")
    yield Paragraph("Attachment", (Piece(f"附件：{TITLE}"),))
    yield Paragraph("BodyText")
    issuer, on = parameters["issuer"], parameters["reporting_date"]
    signed = on if parse_shown_date(on) else "（草稿）"
    # Without a seal the date begins two characters to the right of the name; the longer of both
    # ends two characters before the margin.
    name, day = half_characters(issuer), half_characters(signed)
    yield Paragraph("Signature", (Piece(issuer),), right=max(4, day + 8 - name))
    yield Paragraph("Signature", (Piece(signed),), right=max(4, name - day))
    yield Paragraph("Note", (Piece(f"（{said}）"),))


def dated(parameters: Mapping[str, str]) -> datetime:
    """When the document says it was made: the reporting date, never the clock."""
    found = parse_shown_date(parameters["reporting_date"])
    return datetime(found.year, found.month, found.day) if found else _UNDATED


def property_name(fact: str, show: str) -> str:
    """``safety.hazards_rate`` for the display, ``safety.hazards_rate|number`` for another text."""
    return fact if show == "display" else f"{fact}|{show}"


def _pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.pieces
        elif isinstance(block, Grid):
            yield from (piece for row in block.rows for cell in row for piece in cell.pieces)


class _Writer:
    """Blocks on their way into a document; counts what is numbered through it."""

    def __init__(self, release: Release, document: Document) -> None:
        self.release, self.document = release, document
        self.counts: Counter[str] = Counter()
        self.places: dict[str, str] = {}  # statistic → bookmark of its first place
        self.properties: dict[str, str] = {}

    def write(self, blocks: Iterable[Block]) -> None:
        """Append the blocks before the section's properties, which end the body."""
        section = self.document.element.body[-1]
        for block in blocks:
            section.addprevious(self.element(block))

    def element(self, block: Block) -> Any:
        if isinstance(block, Picture):
            return paragraph("Picture", [self.picture(block)])
        if isinstance(block, Paragraph):
            return self.paragraph(block)
        rows = [[self.paragraph(cell) for cell in row] for row in block.rows]
        return table(rows, column_widths(block))

    def paragraph(self, block: Paragraph) -> Any:
        content = [part for piece in block.pieces for part in self.parts(piece)]
        return paragraph(block.style, content, block.right)

    def parts(self, piece: Piece) -> list[Any]:
        """The elements of a stretch of text."""
        if piece.fact:
            return self.number(piece)
        if piece.count:
            self.counts[piece.count] += 1
            text = str(self.counts[piece.count])
            return [field(f"SEQ {piece.count} \\* ARABIC", text)]
        if piece.target:
            kind = RELATIONSHIP_TYPE.HYPERLINK
            relation = self.document.part.relate_to(piece.target, kind, is_external=True)
            return [link(run(piece.text, "Hyperlink"), relation=relation)]
        if piece.place in self.places:
            return [link(run(piece.text, "Hyperlink"), anchor=self.places[piece.place])]
        return [run(piece.text, "LedgerCell" if piece.cell else "")]

    def number(self, piece: Piece) -> list[Any]:
        """A field; the first place of its statistic is a bookmark too."""
        name = property_name(piece.fact, piece.show)
        self.properties[name] = piece.text
        element = field(f'{PROPERTY} "{name}"', piece.text)
        if piece.fact in self.places:
            return [element]
        number = len(self.places) + 1
        # A bookmark's name has letters, digits and _, forty at most; the number keeps it apart.
        place = f"s{number:04d}_{_NO_LETTER.sub('_', piece.fact)}"[:40]
        self.places[piece.fact] = place
        return bookmarked(number, place, element)

    def picture(self, block: Picture) -> Any:
        path = self.release.folder / "figures" / f"{block.figure}.png"
        inline = self.document.part.new_pic_inline(str(path), width=Twips(WIDTH))
        inline.docPr.set("descr", block.alt)
        return node("r", node("drawing", inline))
