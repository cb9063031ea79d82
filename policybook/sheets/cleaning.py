"""Blanks, invisible characters and full-width forms of a cell's text. floor: sheets."""

from __future__ import annotations

import re
import unicodedata

# Only the forms of ASCII: NFKC would also make 1 of ① and 122 of 12².
_HALF_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= {0x3000: " ", 0x2212: "-", 0x2010: "-", 0x2011: "-"}
_BREAKS = "\r\n\v\f\x85\u2028\u2029"
_BREAK = re.compile(rf"\s*[{_BREAKS}]\s*")


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def clean(text: str) -> tuple[str, bool]:
    """The text on one line, and whether more than plain blanks around it had to go.

    An ideographic space within the text stays, since Chinese names are spaced with it.
    """
    plain = text.strip(" ")
    if plain.isprintable():
        return plain, False
    shown = "".join(char for char in plain if not _invisible(char)).strip()
    line = _BREAK.sub(_join, shown)
    line = "".join(" " if char.isspace() and char != "\u3000" else char for char in line)
    return line, line != plain


def squeeze(text: str) -> str:
    """The text without any blanks, in half-width forms: for comparing words."""
    return half_width("".join(clean(text)[0].split()))


def _invisible(char: str) -> bool:
    if char in _BREAKS or char == "\t":
        return False
    return unicodedata.category(char) in ("Cc", "Cf")


def _join(match: re.Match[str]) -> str:
    """Chinese goes on without a blank where a line breaks."""
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return " " if before.isascii() and after.isascii() else ""
