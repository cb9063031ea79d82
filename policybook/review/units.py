"""Units as people write them: what they measure, and how large they are. floor: review."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

_MAGNITUDES = {"万亿": 10**12, "亿": 10**8, "万": 10**4}
_BASES: dict[str, tuple[str, Fraction]] = {
    "%": ("ratio", Fraction(1)),
    "‰": ("ratio", Fraction(1, 10)),
    "成": ("ratio", Fraction(10)),
    "个百分点": ("points", Fraction(1)),
    "百分点": ("points", Fraction(1)),
    "倍": ("times", Fraction(1)),
    "元": ("money", Fraction(1)),
    "元人民币": ("money", Fraction(1)),
    "美元": ("dollar", Fraction(1)),
    "亩": ("area", Fraction(1)),
    "公顷": ("area", Fraction(15)),  # State Council order of 1984-02-27: 1 公顷 = 15 市亩
    "平方公里": ("area", Fraction(1500)),
    "平方米": ("floor", Fraction(1)),
    "瓦": ("power", Fraction(1)),
    "千瓦": ("power", Fraction(1000)),
    "kW": ("power", Fraction(1000)),
    "兆瓦": ("power", Fraction(10**6)),
    "MW": ("power", Fraction(10**6)),
    "吉瓦": ("power", Fraction(10**9)),
    "GW": ("power", Fraction(10**9)),
    "吨": ("mass", Fraction(1)),
    "公斤": ("mass", Fraction(1, 1000)),
    "斤": ("mass", Fraction(1, 2000)),
    "公里": ("length", Fraction(1000)),
    "千米": ("length", Fraction(1000)),
    "km": ("length", Fraction(1000)),
    "里": ("length", Fraction(500)),
    "米": ("length", Fraction(1)),
    "小时": ("hours", Fraction(1)),
    "个小时": ("hours", Fraction(1)),
    "天": ("days", Fraction(1)),
    "个工作日": ("workdays", Fraction(1)),
    "工作日": ("workdays", Fraction(1)),
    "蒸吨": ("steam", Fraction(1)),
    "日": ("days", Fraction(1)),
    "个月": ("months", Fraction(1)),
    "月": ("months", Fraction(1)),
    "年": ("years", Fraction(1)),
    "周年": ("years", Fraction(1)),
    "": ("", Fraction(1)),
}


class Unit(NamedTuple):
    """What a unit measures and its size in the base unit of that."""

    measures: str  # money, area, ratio …; count for 个, 项, 户 …; "" where none is written
    size: Fraction


@lru_cache(maxsize=1024)
def unit_of(text: str) -> Unit:
    """亿元 is money of 10⁸; what is no measure counts (个, 项, 家次)."""
    for magnitude, factor in _MAGNITUDES.items():
        if text.startswith(magnitude):
            measures, size = _BASES.get(text[len(magnitude) :], ("count", Fraction(1)))
            return Unit(measures or "count", size * factor)
    return Unit(*_BASES.get(text, ("count", Fraction(1))))
