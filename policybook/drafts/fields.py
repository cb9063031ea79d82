"""What a Word file itself says of its numbers: fields that name a statistic, cells. floor: drafts.

While a text is read, what is so marked stands between signs that no XML can hold; afterwards
the signs are taken out, and the places of what stood between them are told.
"""

from __future__ import annotations

import re

from policybook.drafts.record import Mark

CELL = "LedgerCell"
"""The character style of a ledger's cell."""
_OPEN, _NAMED, _CLOSE = "\x01", "\x02", "\x03"
_SIGNS = re.compile(f"{_OPEN}([^{_NAMED}]*){_NAMED}|{_CLOSE}")
_PROPERTY = re.compile(r'\s*DOCPROPERTY\s+(?:"([^"]+)"|(\S+))')
_COUNTED = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|PAGEREF|SEQ)\b")


def opening(name: str) -> str:
    """What stands before a marked text."""
    return f"{_OPEN}{name}{_NAMED}"


def closing(name: str) -> str:
    """What stands after it; nothing where nothing was opened."""
    return _CLOSE if name else ""


def property_of(instruction: str) -> str:
    """The document property that a field shows; "" for other fields."""
    found = _PROPERTY.match(instruction)
    return (found[1] or found[2]) if found else ""


def counted(instruction: str) -> bool:
    """Whether a field counts pages or captions: nobody wrote what it shows."""
    return bool(_COUNTED.match(instruction))


def lift(text: str) -> tuple[str, tuple[Mark, ...]]:
    """The text without signs, and the marked parts of it, the inner one before the outer."""
    pieces: list[str] = []
    marks: list[Mark] = []
    opened: list[tuple[str, int]] = []
    length = end = 0
    for sign in _SIGNS.finditer(text):
        pieces.append(text[end : sign.start()])
        length += len(pieces[-1])
        end = sign.end()
        if sign[0] != _CLOSE:
            opened.append((sign[1], length))
        elif opened:
            name, start = opened.pop()
            if name == CELL and marks and marks[-1].name == CELL and marks[-1].end == start:
                start = marks.pop().start  # a cell of several runs, as other programs save it
            if length > start:
                marks.append(Mark(start, length, name))
    pieces.append(text[end:])
    return "".join(pieces), tuple(marks)
