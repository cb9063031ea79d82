"""What a role prints of a fact: its number, interval or claim word. floor: claims."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from policybook.model import Fact

NUMBERS = ("display", "number")
"""The variants that are the fact's number, with and without its unit."""


def claim_word(fact: Fact) -> str:
    """增长, 下降 or 持平 for a change; 超额完成, 完成 or 尚未完成 for a completion rate.

    持平 is decided at displayed precision; completion on the exact value, since
    99.6 % shown as 100 % is not complete.
    ``ValueError`` when the catalogue gives the statistic no ``word``.
    """
    if fact.word == "change":
        shown = Decimal(fact.number)
        return "增长" if shown > 0 else "下降" if shown < 0 else "持平"
    if fact.word == "completion":
        value = Fraction(fact.value)
        return "超额完成" if value > 1 else "完成" if value == 1 else "尚未完成"
    raise ValueError(f"指标 {fact.id} 没有声明 word，不能选词。")


def shown(fact: Fact, variant: str) -> str:
    """What a role variant prints; ``ValueError`` when the fact has no such text."""
    if variant == "display":
        return fact.display
    if variant == "number":
        return fact.number
    if variant == "formula":
        return fact.formula
    if variant == "interval":
        if fact.interval is None:
            raise ValueError(f"指标 {fact.id} 没有区间：它不是倒推的数。")
        return fact.interval["display"]
    return claim_word(fact)
