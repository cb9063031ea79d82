"""Numerals in characters as exact numbers. floor: scan.

Whole numbers are converted by cn2an; its decimals are floats, so what follows 点 is read here.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from policybook.scan.lexicon import CHINESE

DIGITS = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "两": "2",
}
MAGNITUDES = {
    "十": 10,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
}

_LONGEST = 40
_NUMERAL = re.compile(f"[{CHINESE}]+(?:点[〇零一二三四五六七八九]+)?")


@lru_cache(maxsize=4096)
def chinese_value(text: str) -> Fraction | None:
    """``二十三`` is 23, ``十二点五`` is 25/2; None when the characters form no number.

    A magnitude alone (百, 千, 万) is one of it, and 两三 or 七八 is the lower of the two.
    """
    if len(text) > _LONGEST or not _NUMERAL.fullmatch(text):
        return None
    whole, _, decimals = text.partition("点")
    if whole in MAGNITUDES:
        return Fraction(MAGNITUDES[whole])
    if len(whole) > 1 and all(character in DIGITS for character in whole):
        return _digits_in_a_row(whole)
    value = Fraction(DIGITS[whole]) if whole in DIGITS else _converted(whole)
    if value is None:
        return None
    places = "".join(DIGITS[character] for character in decimals)
    return value + Fraction(int(places), 10 ** len(places)) if places else value


def _converted(whole: str) -> Fraction | None:
    from cn2an import cn2an  # slow to import; a digit alone does without

    try:
        return Fraction(cn2an(whole.replace("〇", "零"), "normal"))
    except (ValueError, KeyError):  # KeyError: 一亿一, which it takes for spoken
        return None


def _digits_in_a_row(text: str) -> Fraction | None:
    """两三 (two or three) is the lower; 二〇二四 is a year or a number, 三三 is nothing."""
    first, second = int(DIGITS[text[0]]), int(DIGITS[text[1]])
    if len(text) == 2 and (second == first + 1 or text == "三五"):
        return Fraction(first)
    return None


def number_value(text: str) -> Fraction | None:
    """A numeral in digits (``1,234.5``) or in characters, exact."""
    if text[0] in "0123456789":
        return Fraction(text.replace(",", "").replace("，", ""))
    return chinese_value(text)
