"""Every numeral of a Chinese text, and what it is. floor: scan."""

from __future__ import annotations

import re
from collections.abc import Callable

from policybook.scan.hit import Hit
from policybook.scan.lexicon import CHINESE
from policybook.scan.marks import LEXICON, MARKS, NO_RANK, QUOTED, RANKING
from policybook.scan.numerals import number_value
from policybook.scan.quantities import blank, find_numbers, find_parts, join_ranges

_SAME = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
    | {"．": ".", "％": "%", "－": "-", "−": "-", "○": "〇", "\u00a0": " ", "\u3000": " "}
    | {"萬": "万", "億": "亿", "兩": "两"}
)
"""Full-width and other spellings of one character by one, so that places stay the same."""
_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_IN_CAPITALS = re.compile("[壹贰叁肆伍陆柒捌玖拾佰仟万亿零]{2,}")
_NUMERALS = re.compile(f"[{CHINESE}]+")
_TAKEN = "\0"
_REGIONS, _STOPS = tuple("市省区县国州盟旗镇"), tuple("，。；、）")


def normal(text: str) -> str:
    """The text with one spelling for each sign of a numeral, character for character."""
    return _IN_CAPITALS.sub(lambda found: found[0].translate(_CAPITALS), text.translate(_SAME))


def scan(text: str) -> list[Hit]:
    """Every numeral of ``text`` in order, none overlapping another.

    What counts something is a ``quantity``; the other kinds are listed in
    :data:`policybook.scan.hit.KINDS`. Words in which the character counts nothing
    (统一, 进一步) are passed over.
    """
    plain = normal(text)
    hits: list[Hit] = []

    def take(kind: str) -> Callable[[re.Match[str]], str]:
        def taken(found: re.Match[str]) -> str:
            name = kind or found.lastgroup or ""
            if name != "uncounted":
                hits.append(_mark(text, plain, name, found))
            return _TAKEN * (found.end() - found.start())

        return taken

    taken = plain
    for kind, pattern in MARKS:
        taken = pattern.sub(take(kind), taken)
    parts = find_parts(text, taken)
    taken = blank(taken, ((part.start, part.end) for part in parts))
    hits += parts
    taken = LEXICON.sub(take(""), taken)
    taken = QUOTED.sub(lambda found: _quoted(text, taken, found, hits), taken)
    hits += find_numbers(text, taken)
    return join_ranges(text, sorted(hits, key=lambda hit: hit.start))


def _mark(text: str, plain: str, kind: str, found: re.Match[str]) -> Hit:
    start, end = found.span()
    before = plain[max(0, start - 14) : start]
    alone = plain[end : end + 1].isspace() and before[-1:].isspace()  # a cell of a table
    among = before[-1:] in _REGIONS and plain[end : end + 1] in _STOPS  # 全市第一，
    place = among or alone or found[0][-1:] in ("位", "名")  # 第2位 is a rank wherever it stands
    if kind == "ordinal" and found[0][0] == "第" and (place or RANKING.search(before)):
        numeral = re.match(rf"第\s?(\d+|[{CHINESE}]+)(.?)", found[0])
        assert numeral is not None
        value = number_value(numeral[1])
        if value is not None and not NO_RANK.match(plain[start + numeral.end(1) :]):
            stop = start + numeral.end(1)
            return Hit(start, end, stop, text[start:end], "quantity", value, numeral[2], "")
    return Hit(start, end, end, text[start:end], kind, None, "", "")


def _quoted(text: str, taken: str, found: re.Match[str], hits: list[Hit]) -> str:
    """Numerals in characters between short quotation marks or in a title are names.

    Not after 等, where a number sums up a list (…等“六个工作机制”).
    """
    start = found.start()
    if found[1] and taken[start - 1 : start] == "等":
        return found[0]
    whole = found[0]
    if "分之" in whole or "倍" in whole:
        return whole

    def name(numeral: re.Match[str]) -> str:
        first, last = start + numeral.start(), start + numeral.end()
        if taken[first - 1 : first].isdigit() or taken[first - 1 : first] in "余多":
            return numeral[0]
        hits.append(Hit(first, last, last, text[first:last], "name", None, "", ""))
        return _TAKEN * len(numeral[0])

    return _NUMERALS.sub(name, whole)
