"""What a document is made of: paragraphs, tables and pictures. floor: paper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A stretch of text within a paragraph, and what it is."""

    text: str
    fact: str = ""  # the statistic that it shows …
    show: str = "display"  # … and which of its texts
    cell: bool = False  # a ledger's cell
    count: str = ""  # what is counted through the document: 图, 表
    target: str = ""  # a file that it leads to, from the release's folder
    place: str = ""  # a statistic: it leads to the first place that shows this one


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in one of the styles of ``templates/paper/word/styles.xml``."""

    style: str
    pieces: tuple[Piece, ...] = ()
    right: int = 0  # what is left free on the right, in half characters

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Picture:
    """A figure's picture."""

    figure: str
    alt: str


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells, the first row its heading."""

    rows: tuple[tuple[Paragraph, ...], ...]
    shares: tuple[int, ...] = ()  # of the width, a column; by its texts where there are none


Block = Paragraph | Picture | Grid
