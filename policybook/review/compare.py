"""Whether a number that is printed states a fact's value. floor: review."""

from __future__ import annotations

import re
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Printed:
    """A quantity as it is printed, ready to be compared with facts."""

    hit: Hit
    value: Fraction
    unit: Unit  # a part (三分之一, 过半) is a ratio
    size: float  # in base units, or in the fact's unit where none is written
    digits: str  # as written, so that 07 for 97 is one digit off


def printed(hit: Hit) -> Printed:
    """A quantity of a draft, its value and digits worked out once."""
    assert hit.value is not None
    unit = _RATIO if not hit.unit and _FRACTION.search(hit.text) else unit_of(hit.unit)
    text = hit.text.translate(_HALF_WIDTH)
    digits = "".join(character for character in text if character in "0123456789.")
    size = float(hit.value) * (float(unit.size) if unit.measures else 1.0)
    return Printed(hit, hit.value, unit, size, digits or str(hit.value))


def comparable(one: Printed, fact: Known) -> bool:
    """Whether a number can state the fact at all; one without a unit can state any."""
    return one.unit.measures in ("", fact.unit.measures) and not one.hit.text.startswith("第")


def verdict(one: Printed, fact: Known) -> str:
    """``same``, ``rounded``, ``converted``, or "" when the number is another one."""
    rough = one.size if one.unit.measures else one.size * fact.size
    if abs(rough - fact.rough) > 0.5 * max(abs(rough), abs(fact.rough)):
        return ""  # far from it, without exact arithmetic
    if _LEADING_ZERO.match(one.hit.text):
        return ""
    scale = Fraction(1) if not one.unit.measures else fact.unit.size / one.unit.size
    if one.value == fact.number * scale:
        return "same" if scale == 1 else "converted"
    if fact.fact.qualifier:
        return ""  # a lower bound has no exact value that another number could be rounded from
    exact = fact.exact * scale
    if Fraction(round_half_up(exact, _places(one))) == one.value:
        return "rounded"
    return "rounded" if _approximates(one, exact) else ""


def close(one: Printed, fact: Known) -> bool:
    """Whether the digits look like a slip of the pen for the fact's.

    One of them is another, their order or the decimal point is, or 万 stands for 亿.
    """
    written, right = one.digits, fact.digits
    if abs(len(written) - len(right)) > 1:
        return False
    pairs = zip(written, right, strict=False)
    if len(written) == len(right) and sum(left != digit for left, digit in pairs) == 1:
        return True
    bare = sorted(written.replace(".", ""))
    return len(bare) > 1 and bare == sorted(right.replace(".", ""))


def _places(one: Printed) -> int:
    return len(one.digits.partition(".")[2]) if "." in one.hit.text.translate(_HALF_WIDTH) else 0


def _step(value: Fraction, places: int) -> Fraction:
    """One unit of the last digit that is not a trailing zero: 4100 is meant to the hundred."""
    if places:
        return Fraction(1, 10**places)
    step = 1
    while value and value.denominator == 1 and value % (step * 10) == 0:
        step *= 10
    return Fraction(step)


def _approximates(one: Printed, exact: Fraction) -> bool:
    """Whether 超4100, 近4200 or 约4100 is a fair way to say 4116.09."""
    hit, word = one.hit, one.hit.approximation
    if not word:
        return False
    if "半" in hit.text:  # 过半 says no more than that
        return exact > one.value if word == "过" or word in _AT_LEAST else exact < one.value
    step = _step(one.value, _places(one))
    if any(word.startswith(part) or word.endswith(part) for part in _AT_LEAST):
        return one.value < exact < one.value + step
    if any(word.startswith(part) or word.endswith(part) for part in _BELOW):
        return one.value - step < exact < one.value
    return any(part in word for part in _ABOUT) and abs(exact - one.value) <= step / 2
