"""The text of a Word file, as its reader sees it with all changes accepted. floor: drafts.

python-docx's own paragraphs leave out insertions, text boxes and notes, and do not leave out
hidden text; so the elements that it parses are walked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn

from policybook.drafts.archive import Archive
from policybook.drafts.fields import CELL, closing, counted, lift, opening, property_of
from policybook.drafts.names import has, is_on, name_of, path_of, value_of
from policybook.drafts.record import Mark

# Properties, and text that is not there once changes are accepted; of ruby the base is read.
_SKIPPED = frozenset(
    "w:pPr w:rPr w:sdtPr w:tblPr w:trPr w:tcPr w:sectPr w:del w:moveFrom w:rt".split()
)
_CHARACTERS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
    "m:den": "/",  # stands before the denominator: 1/2
    "m:sup": "^",
    "m:sub": "_",
}
_ELSEWHERE = ("w:altChunk", "w:subDoc")  # text in another file


@dataclass
class _Field:
    """A field that is open while a text is read."""

    part: str  # begin (its instruction is read) or separate (its result is)
    instruction: str = ""


class _Story:
    """A body, header, footer or note while it is read."""

    def __init__(self, root: Any, vanishing: frozenset[str]) -> None:
        self.vanishing = vanishing  # styles of hidden text
        self.lines: list[str] = []
        self.line: list[str] = []
        self.boxes: list[Any] = []
        self.notes: list[tuple[str, str]] = []  # kind and id, in the order of reference
        self.hidden = False
        self.fields: list[_Field] = []
        self.balanced = _balanced(root)
        self.blocks(root)

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables in their order, through whatever wraps them."""
        for element in parent.iterchildren():
            name = name_of(element)
            if name == "w:p":
                self.paragraph(element)
            elif name == "w:tbl":
                self.table(element)
            elif name == "mc:AlternateContent":
                self.alternative(element, self.blocks)
            elif name not in _SKIPPED:
                self.blocks(element)

    def paragraph(self, element: Any) -> None:
        """A line; where the paragraph's mark is deleted, the next paragraph goes on with it."""
        hidden = self.hidden
        properties = element.find(path_of("w:pPr"))
        if properties is None:
            self.inline(element)
            self.end_line()
            return
        self.hidden = hidden or value_of(properties, "w:pStyle") in self.vanishing
        self.inline(element)
        self.hidden = hidden
        if not any(has(properties, f"w:rPr/{gone}") for gone in ("w:del", "w:moveFrom")):
            self.end_line()

    def end_line(self) -> None:
        """The line is whole; the text boxes that hang on it follow."""
        self.lines.append("".join(self.line))
        self.line = []
        if not self.boxes:
            return
        boxes, fields = self.boxes, self.fields
        self.boxes, self.fields = [], []
        for box in boxes:
            self.blocks(box)
        self.fields = fields

    def table(self, element: Any) -> None:
        """A line for each row, with tabs between cells."""
        for row in _parts(element, "w:tr"):
            if not has(row, "w:trPr/w:del"):
                cells = _parts(row, "w:tc")
                self.lines.append("\t".join(map(self.cell, cells)))

    def cell(self, element: Any) -> str:
        """The text of a cell, a line for each of its paragraphs."""
        if has(element, "w:tcPr/w:cellDel"):
            return ""
        lines, self.lines = self.lines, []
        self.blocks(element)
        if self.line:
            self.end_line()
        lines, self.lines = self.lines, lines
        return "\n".join(lines).strip("\n")

    def alternative(self, element: Any, read: Callable[[Any], None]) -> None:
        """The same content written twice: the first way that says anything."""
        for choice in element.iterchildren():
            before = len(self.lines), len(self.line), len(self.boxes), len(self.fields)
            read(choice)
            if before != (len(self.lines), len(self.line), len(self.boxes), len(self.fields)):
                return

    def inline(self, parent: Any) -> None:
        """What stands within a line."""
        for element in parent.iterchildren():
            name = name_of(element)
            if name in ("w:t", "m:t"):
                self.say(element.text or "")
            elif name == "w:r":
                hidden = self.hidden
                self.hidden = self.vanishes(element)
                cell = value_of(element, "w:rPr/w:rStyle") == CELL
                self.marked(element, CELL if cell else "")
                self.hidden = hidden
            elif name == "w:fldSimple":
                instruction = element.get(qn("w:instr"), "")
                if not counted(instruction):
                    self.marked(element, property_of(instruction))
            elif name == "w:instrText" and self.fields:
                self.fields[-1].instruction += element.text or ""
            elif name == "w:fldChar":
                self.field(element.get(qn("w:fldCharType")))
            elif name == "w:txbxContent":
                self.boxes += [] if self.hidden else [element]
            elif name in ("w:footnoteReference", "w:endnoteReference"):
                note = (name[2:].removesuffix("Reference"), element.get(qn("w:id"), ""))
                self.notes += [] if self.hidden else [note]
            elif name == "w:sym":
                self.say(_symbol(element.get(qn("w:char"), "")))
            elif name == "mc:AlternateContent":
                self.alternative(element, self.inline)
            elif name not in _SKIPPED:
                self.say(_CHARACTERS.get(name, ""))
                self.inline(element)

    def say(self, text: str) -> None:
        """Text, unless it is hidden or an instruction of a field."""
        if not text or self.hidden:
            return
        unseen = any(one.part == "begin" or counted(one.instruction) for one in self.fields)
        if not (self.balanced and unseen):
            self.line.append(text)

    def marked(self, element: Any, name: str) -> None:
        """What stands within an element that says what it is."""
        self.say(opening(name) if name else "")
        self.inline(element)
        self.say(closing(name))

    def field(self, kind: str | None) -> None:
        """A field begins with its instruction, then has its result."""
        if kind == "begin":
            self.fields.append(_Field(kind))
        elif kind == "separate" and self.fields:
            self.fields[-1].part = kind
            name = property_of(self.fields[-1].instruction)
            self.say(opening(name) if name else "")
        elif kind == "end" and self.fields:
            closed = self.fields.pop()
            self.say(closing(property_of(closed.instruction) if closed.part == "separate" else ""))

    def vanishes(self, run: Any) -> bool:
        """Whether a run is hidden: by itself, else by its style, else by its paragraph's."""
        properties = run.find(path_of("w:rPr"))
        if properties is None:
            return self.hidden
        own = properties.find(path_of("w:vanish"))
        if own is not None:
            return is_on(own)
        return self.hidden or value_of(properties, "w:rStyle") in self.vanishing


def word_text(path: Path, data: bytes) -> tuple[str, tuple[Mark, ...]]:
    """Body, then notes, then headers and footers; a line for each paragraph; and its marks."""
    archive = Archive(path, data)
    name = archive.main()
    root = archive.tree(name)
    related = archive.related(name)
    if any(next(root.iter(qn(outside)), None) is not None for outside in _ELSEWHERE):
        raise archive.broken("正文有一部分存在内嵌的另一个文件里，读不全")
    try:
        return lift("\n".join(_texts(archive, root, related)))
    except RecursionError as problem:
        raise archive.broken("内容嵌套太深") from problem


def _texts(archive: Archive, root: Any, related: dict[str, tuple[str, str]]) -> list[str]:
    styles = [part for kind, part in related.values() if kind == "styles" and archive.holds(part)]
    vanishing = _vanishing(archive.tree(styles[0])) if styles else frozenset()
    body = _Story(root, vanishing)
    texts = ["\n".join(body.lines)]
    for kind in ("footnote", "endnote"):
        notes = {
            note.get(qn("w:id")): note
            for part_kind, part in related.values()
            if part_kind == f"{kind}s" and archive.holds(part)
            for note in archive.tree(part).iterchildren(qn(f"w:{kind}"))
        }
        wanted = dict.fromkeys(number for noted, number in body.notes if noted == kind)
        found = [notes[number] for number in wanted if number in notes]
        texts += ["\n".join(_Story(note, vanishing).lines) for note in found]
    edges: list[str] = []
    for kind in ("header", "footer"):
        for reference in root.iter(qn(f"w:{kind}Reference")):
            _, part = related.get(reference.get(qn("r:id"), ""), ("", ""))
            if archive.holds(part):
                edges.append("\n".join(_Story(archive.tree(part), vanishing).lines))
    return texts + [edge for edge in dict.fromkeys(edges) if edge.strip()]


def _vanishing(root: Any) -> frozenset[str]:
    """Ids of the styles that hide text, by themselves or by what they are based on."""
    styles = {style.get(qn("w:styleId")): style for style in root.iterchildren(qn("w:style"))}

    def hides(name: str, depth: int = 0) -> bool:
        style = styles.get(name)
        if style is None or depth > 20:
            return False
        own = style.find(path_of("w:rPr/w:vanish"))
        return is_on(own) if own is not None else hides(value_of(style, "w:basedOn"), depth + 1)

    return frozenset(name for name in styles if name and hides(name))


def _balanced(root: Any) -> bool:
    """Whether each field that begins also ends; else what is an instruction cannot be told."""
    kinds = [field.get(qn("w:fldCharType")) for field in root.iter(qn("w:fldChar"))]
    return kinds.count("begin") == kinds.count("end")


def _parts(element: Any, wanted: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, also inside content controls."""
    for child in element.iterchildren():
        name = name_of(child)
        if name == wanted:
            yield child
        elif name not in _SKIPPED:
            yield from _parts(child, wanted)


def _symbol(code: str) -> str:
    """A character of a symbol font; a box where only that font knows it."""
    try:
        char = chr(int(code, 16))
    except (ValueError, OverflowError):
        return "□"
    return "□" if "\ud800" <= char <= "\uf8ff" else char
