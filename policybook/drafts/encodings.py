"""Bytes of a text file as text, or the first place where they are none. floor: drafts.

Chinese text in UTF-8 often decodes as GB18030 too, into nonsense. So what is taken for
GB18030 must hold no run of bytes that are common Chinese characters in UTF-8.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from policybook.drafts.record import DraftError, refusal

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_HAN_RUN = re.compile(
    rb"(?:\xe2\x80[\x94-\xa6]|[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf]){2,}"
)
# The 3755 characters of the first level of GB 2312, and punctuation.
_COMMON = frozenset(
    "".join(
        bytes([lead, trail]).decode("gb2312", "ignore")
        for lead in range(0xB0, 0xD8)
        for trail in range(0xA1, 0xFF)
    )
    + "，。、；：？！“”‘’（）《》〈〉【】—…％　"
)
# Private use, and controls that no keyboard types.
_STRANGE = re.compile("[\ue000-\uf8ff\x80-\x9f]")
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,400}?(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]{1,40})""", re.I
)
# What a page may declare, by Python's name, and what browsers take it for.
_ENCODINGS = {
    "big5": "cp950",
    "big5hkscs": "big5hkscs",
    "cp950": "cp950",
    "gb18030": "gb18030",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}


def decode_text(path: Path, data: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or GB18030; line ends are kept as they are."""
    return _decode(path, data, ["utf-8", "gb18030"])


def decode_hypertext(path: Path, data: bytes) -> str:
    """A page's source: first as it declares itself, then as any text."""
    declared = _DECLARED.search(data[:4096])
    try:
        name = codecs.lookup(declared[1].decode("ascii", "replace")).name if declared else ""
    except LookupError:
        name = ""
    first = [_ENCODINGS[name]] if name in _ENCODINGS else []
    return _decode(path, data, [*first, "utf-8", "gb18030"])


def _decode(path: Path, data: bytes, encodings: list[str]) -> str:
    bom = next((mark for mark in _BOMS if data.startswith(mark)), b"")
    body = data[len(bom) :]
    if bom:
        encodings = [_BOMS[bom]]
    wide = encodings[0].startswith("utf-16")
    if b"\0" in body and not wide:
        raise _binary(path)
    bad: dict[str, int] = {}
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as problem:
            bad[encoding] = problem.start
            continue
        if "\0" in text:
            raise _binary(path)
        place = _nonsense(body, text, encoding)
        if place is None:
            return text
        bad[encoding] = place
        if encoding.startswith("utf"):
            break  # it decodes, and yet characters were lost before
    at = _first_bad(body, bad)
    before = body[:at].decode(encodings[0] if wide else "latin-1", "ignore")
    line = len(re.findall("\r\n?|\n", before)) + 1
    raise refusal(
        "encoding",
        f"{path} 第{line}行 第{len(bom) + at}字节（从 0 数起）",
        "文字编码混杂或已损坏，从这里起读不准。",
        "核对这一处的文字，再整份另存为 UTF-8 编码的文本，或提供 .docx 原稿。",
    )


def _binary(path: Path) -> DraftError:
    remedy = "确认给的是文本文件；若是 Word 文件，请另存为 .docx。"
    return refusal("binary", path, "文件里有空字节，不是文本。", remedy)


def _nonsense(body: bytes, text: str, encoding: str) -> int | None:
    """The byte where a text that decodes shows that it should not have."""
    signs = [text.find("\ufffd")]
    if not encoding.startswith("utf"):
        strange = _STRANGE.search(text)
        signs.append(strange.start() if strange else -1)
    places = [len(text[:sign].encode(encoding)) for sign in signs if sign >= 0]
    if not encoding.startswith("utf"):
        places += _utf_8_runs(body)
    return min(places, default=None)


def _utf_8_runs(body: bytes) -> list[int]:
    """Where bytes are Chinese in UTF-8 too clearly to be anything else; the first place."""
    for run in _HAN_RUN.finditer(body):
        common = [char in _COMMON for char in run[0].decode("utf-8")]
        if sum(common) >= 3 or (common == [True, True] and _stands_out(body, run)):
            return [run.start()]
    return []


def _stands_out(body: bytes, run: re.Match[bytes]) -> bool:
    """Whether two characters stand alone, or are rare ones where they are read as GB18030."""
    start, end = run.span()
    if (body[max(start - 1, 0) : start] + body[end : end + 1]).isascii():
        return True
    before = re.split(rb"[\x00-\x2f]", body[max(start - 400, 0) : start])[-1]
    try:
        before.decode("gb18030")
        reading = run[0].decode("gb18030")
    except UnicodeDecodeError:  # the run begins amid a character
        return False
    return sum(char not in _COMMON for char in reading) >= 2


def _first_bad(body: bytes, bad: dict[str, int]) -> int:
    if not {"utf-8", "gb18030"} <= set(bad):
        return list(bad.values())[-1]
    runs = _utf_8_runs(body)
    if runs and runs[0] < bad["utf-8"]:
        return bad["utf-8"]  # it began as UTF-8
    return min([bad["gb18030"], *runs])
