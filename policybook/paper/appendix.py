"""The appendix of a document: where each of its numbers comes from. floor: paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policybook.model import EVIDENCE_TEXT, Cell, Fact, Operand
from policybook.paper.record import Block, Grid, Paragraph, Piece
from policybook.published import Release

TITLE = "统计数字溯源表"
_HEADS = ("序号", "统计数字", "算式和证据等级", "台账和单元格", "溯源页")
_SHARES = (7, 24, 24, 24, 21)
_CELLS = 3
"""So many cells of a number are named; its trace page names all."""
_SAID = (
    "正文的统计数字按首次出现的次序列出。点统计数字的名称，回到正文首次出现处；"
    "点溯源页，打开同一发布文件夹里的网页，全部记录、单元格和来源文件都在那里。"
)


def appendix(release: Release, names: Iterable[str]) -> Iterator[Block]:
    """A row for each statistic, in the order in which the document first shows them."""
    yield Paragraph("AttachmentMark", (Piece("附件"),))
    yield Paragraph("AttachmentTitle", (Piece(TITLE),))
    yield Paragraph("Source", (Piece(_SAID),))
    heads = tuple(Paragraph("TableHead", (Piece(text),)) for text in _HEADS)
    facts = [release.facts[name] for name in names if name in release.facts]
    yield Grid((heads, *(_row(release, fact) for fact in facts)), _SHARES)


def _row(release: Release, fact: Fact) -> tuple[Paragraph, ...]:
    page = f"trace/{fact.id}.html"
    evidence = EVIDENCE_TEXT[fact.evidence][0]
    return (
        Paragraph("TableCount"),
        _text(Piece(fact.label, place=fact.id), Piece("："), Piece(fact.display, fact.id)),
        _text(Piece(fact.formula, fact.id, "formula"), Piece(f"（{evidence}）")),
        _text(Piece(_cells(release, fact))),
        _text(Piece(page, target=page)),
    )


def _text(*pieces: Piece) -> Paragraph:
    return Paragraph("TableText", pieces)


def _cells(release: Release, fact: Fact) -> str:
    """The cells that the number rests on, a part of the formula after the other."""
    named = dict.fromkeys(
        _place(release, part, cell)
        for part in (*fact.operands, *fact.missing)
        for cell in part.cells
    )
    if not named:
        return "没有符合条件的记录"
    shown = list(named)[:_CELLS]
    return "；".join(shown) + ("等" if len(named) > len(shown) else "")


def _place(release: Release, part: Operand, cell: Cell) -> str:
    schema = release.schemas[part.ledger]
    return f"{schema.title}第{cell.row}行“{schema.field(cell.column).title}”"
