"""Whether a number that is printed states a fact's value. floor: review."""

from __future__ import annotations

import re
from fractions import Fraction

from policybook.claims import shown_value
from policybook.model import Fact
from policybook.numbers import round_half_up
from policybook.review.units import comparable, unit_of
from policybook.scan import Hit

_LEADING_ZERO = re.compile(r"[0０][0-9０-９]")
_AT_LEAST = ("余", "多", "超", "逾", "以上", "过", "突破", "高于", "不少于", "不低于", "上", "至少")
_BELOW = ("近", "不足", "不到", "接近", "逼近", "低于", "少于", "以下", "以内")
_ABOUT = ("约", "左右", "上下", "几", "数", "来")


def verdict(hit: Hit, fact: Fact) -> str:
    """``same``, ``rounded``, ``converted``, or "" when the number is another one."""
    if hit.value is None or not comparable(hit.unit, fact.unit) or _LEADING_ZERO.match(hit.text):
        return ""
    ours, theirs = unit_of(fact.unit).size, unit_of(hit.unit).size
    if not hit.unit:
        theirs = ours
    number = Fraction(fact.number) * ours / theirs
    exact = shown_value(fact) * ours / theirs
    name = "same" if ours == theirs else "converted"
    if hit.value == number:
        return name
    if fact.qualifier:
        return ""  # a lower bound has no exact value that another number could be rounded from
    places = _places(hit.text)
    if Fraction(round_half_up(exact, places)) == hit.value and hit.value:
        return "rounded"
    return "rounded" if _approximates(hit, exact) else ""


def _places(text: str) -> int:
    digits = text.replace("．", ".").partition(".")[2]
    return len(digits) - len(digits.lstrip("0123456789０１２３４５６７８９"))


def _step(value: Fraction, places: int) -> Fraction:
    """One unit of the last digit that is not a trailing zero: 4100 is meant to the hundred."""
    if places:
        return Fraction(1, 10**places)
    step = 1
    while value and value.denominator == 1 and value % (step * 10) == 0:
        step *= 10
    return Fraction(step)


def _approximates(hit: Hit, exact: Fraction) -> bool:
    """Whether 超4100, 近4200 or 约4100 is a fair way to say 4116.09."""
    assert hit.value is not None
    step = _step(hit.value, _places(hit.text))
    word = hit.approximation
    if any(word.startswith(one) or word.endswith(one) for one in _AT_LEAST):
        return hit.value < exact < hit.value + step
    if any(word.startswith(one) or word.endswith(one) for one in _BELOW):
        return hit.value - step < exact < hit.value
    if any(one in word for one in _ABOUT):
        return abs(exact - hit.value) <= step / 2
    return False


def close(hit: Hit, fact: Fact) -> bool:
    """Whether the digits are those of the fact but for one: a slip of the pen."""
    if hit.value is None:
        return False
    shown = fact.number.lstrip("-")
    written = _digits(hit)
    if len(written) != len(shown):
        return False
    return sum(left != right for left, right in zip(written, shown, strict=True)) == 1


def _digits(hit: Hit) -> str:
    """The digits as they are written, so that 07 for 97 is one digit off."""
    text = hit.text.replace(",", "").replace("，", "").translate(_HALF_WIDTH)
    found = "".join(character for character in text if character in "0123456789.")
    if found:
        return found
    value = hit.value
    return str(value) if value is not None else ""


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．", "0123456789.")
