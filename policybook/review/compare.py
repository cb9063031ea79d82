"""Whether a number that is printed states a fact's value. floor: review."""

from __future__ import annotations

import re
from fractions import Fraction

from policybook.numbers import round_half_up
from policybook.review.known import Known
from policybook.review.units import Unit, unit_of
from policybook.scan import Hit

_LEADING_ZERO = re.compile(r"[0０][0-9０-９]")
_AT_LEAST = ("余", "多", "超", "逾", "以上", "过", "突破", "高于", "不少于", "不低于", "上", "至少")
_BELOW = ("近", "不足", "不到", "接近", "逼近", "低于", "少于", "以下", "以内")
_ABOUT = ("约", "左右", "上下", "几", "数", "来")
_RATIO = Unit("ratio", Fraction(100))
_FRACTION = re.compile(r"半|分之|/")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．", "0123456789.")


def measure(hit: Hit) -> Unit:
    """What a number is said in; a part (三分之一, 过半) is a ratio."""
    if not hit.unit and _FRACTION.search(hit.text):
        return _RATIO
    return unit_of(hit.unit)


def comparable(hit: Hit, fact: Known) -> bool:
    """Whether a number can state the fact at all; one without a unit can state any."""
    return not hit.text.startswith("第") and measure(hit).measures in ("", fact.unit.measures)


def verdict(hit: Hit, fact: Known) -> str:
    """``same``, ``rounded``, ``converted``, or "" when the number is another one."""
    if hit.value is None or _LEADING_ZERO.match(hit.text):
        return ""
    theirs = measure(hit)
    rough = float(hit.value) * float(theirs.size if theirs.measures else fact.unit.size)
    if abs(rough - fact.rough) > 0.5 * max(abs(rough), abs(fact.rough)):
        return ""
    scale = Fraction(1) if not theirs.measures else fact.unit.size / theirs.size
    if hit.value == fact.number * scale:
        return "same" if scale == 1 else "converted"
    if fact.fact.qualifier:
        return ""  # a lower bound has no exact value that another number could be rounded from
    exact = fact.exact * scale
    if Fraction(round_half_up(exact, _places(hit))) == hit.value:
        return "rounded"
    return "rounded" if _approximates(hit, exact) else ""


def digits_of(hit: Hit) -> str:
    """The digits as they are written, so that 07 for 97 is one digit off."""
    text = hit.text.translate(_HALF_WIDTH)
    found = "".join(character for character in text if character in "0123456789.")
    return found or ("" if hit.value is None else str(hit.value))


def close(hit: Hit, fact: Known) -> bool:
    """Whether the digits look like a slip of the pen for the fact's.

    One of them is another, their order or the decimal point is, or 万 stands for 亿.
    """
    written = digits_of(hit)
    bare, right = written.replace(".", ""), fact.digits.replace(".", "")
    if len(bare) == len(right) > 1 and sorted(bare) == sorted(right):
        return True
    if len(written) != len(fact.digits):
        return False
    return sum(left != digit for left, digit in zip(written, fact.digits, strict=True)) == 1


def _places(hit: Hit) -> int:
    if hit.value is not None and hit.value.denominator == 1 and "." not in hit.text:
        return 0
    return len(digits_of(hit).partition(".")[2])


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
    word = hit.approximation
    if not word or hit.value is None:
        return False
    if "半" in hit.text:  # 过半 says no more than that
        return exact > hit.value if word == "过" or word in _AT_LEAST else exact < hit.value
    step = _step(hit.value, _places(hit))
    if any(word.startswith(one) or word.endswith(one) for one in _AT_LEAST):
        return hit.value < exact < hit.value + step
    if any(word.startswith(one) or word.endswith(one) for one in _BELOW):
        return hit.value - step < exact < hit.value
    return any(one in word for one in _ABOUT) and abs(exact - hit.value) <= step / 2
