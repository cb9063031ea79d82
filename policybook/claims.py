"""What a role prints of a fact: its number, interval or a word that it bears out. floor: claims.

A word that carries a claim (增长, 超额完成, 过半, 超过, 排第几位) is chosen from facts, never typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from policybook.model import Fact
from policybook.numbers import exact_text

NUMBERS = ("display", "number", "size")
"""The variants that are the fact's number: with its unit, without it, with it but no sign."""
NEAR = Fraction(95, 100)
"""From this share of a threshold on, a value below it comes close to it (接近)."""

_DIRECTIONS = {"change": ("增长", "下降"), "level": ("上升", "回落"), "amount": ("增加", "减少")}
_THRESHOLD = re.compile(r"(-?\d+(?:\.\d+)?)(.*)")


def shown_value(fact: Fact) -> Fraction:
    """The exact value as it is displayed: a ratio times 100."""
    value = Fraction(fact.value)
    return value * 100 if fact.unit == "%" else value


def claim_word(fact: Fact) -> str:
    """The word that the catalogue's ``word`` asks for.

    ``change``: 增长, 下降 or 持平; ``level``: 上升, 回落 or 持平; ``amount``: 增加, 减少 or 持平;
    ``completion``: 超额完成, 完成 or 尚未完成. 持平 is decided at displayed precision; completion
    on the exact value, since 99.6 % shown as 100 % is not complete.
    ``ValueError`` when the catalogue gives the statistic no ``word``.
    """
    if fact.word in _DIRECTIONS:
        up, down = _DIRECTIONS[fact.word]
        shown = Decimal(fact.number)
        return up if shown > 0 else down if shown < 0 else "持平"
    if fact.word == "completion":
        value = Fraction(fact.value)
        return "超额完成" if value > 1 else "完成" if value == 1 else "尚未完成"
    raise ValueError(f"指标 {fact.id} 没有声明 word，不能选词。")


def half_word(fact: Fact) -> str:
    """过半, 正好一半 or 未过半, of a share."""
    value = _share(fact)
    return "过半" if 2 * value > 1 else "正好一半" if 2 * value == 1 else "未过半"


def whole_word(fact: Fact) -> str:
    """全部, 大部分, 部分 or 尚无, of a share."""
    value = _share(fact)
    if value >= 1:
        return "全部"
    return "大部分" if 2 * value > 1 else "部分" if value > 0 else "尚无"


def _share(fact: Fact) -> Fraction:
    if fact.unit != "%":
        raise ValueError(f"指标 {fact.id} 不是比率，不能说过半或全部。")
    return Fraction(fact.value)


def threshold_word(fact: Fact, threshold: str) -> str:
    """超过, 达到, 接近 or 不足 a threshold in the fact's own unit (``200亿元``)."""
    found = _THRESHOLD.fullmatch(threshold)
    if not found or found[2] != fact.unit:
        raise ValueError(f"界限“{threshold}”应是数字加指标 {fact.id} 的单位“{fact.unit}”。")
    value, limit = shown_value(fact), Fraction(found[1])
    if value > limit:
        return f"超过{threshold}"
    if value == limit:
        return f"达到{threshold}"
    return f"{'接近' if value >= limit * NEAR else '不足'}{threshold}"


def rank_word(fact: Fact, names: str, facts: Mapping[str, Fact]) -> str:
    """排第N位 or 并列第N位 among the named statistics, from the greatest exact value down."""
    group = [fact.id, *names.split()]
    unknown = [name for name in group if name not in facts]
    if unknown:
        raise ValueError(f"排位用到没有的指标 {'、'.join(unknown)}。")
    others = [facts[name] for name in dict.fromkeys(group) if name != fact.id]
    if not others or any(other.unit != fact.unit for other in others):
        raise ValueError(f"指标 {fact.id} 只能与同单位的其他指标排位。")
    value = Fraction(fact.value)
    place = 1 + sum(Fraction(other.value) > value for other in others)
    tied = any(Fraction(other.value) == value for other in others)
    return f"{'并列' if tied else '排'}第{exact_text(Fraction(place))}位"


_WORDS: Mapping[str, Callable[[Fact, str, Mapping[str, Fact]], str]] = {
    "display": lambda fact, _, facts: fact.display,
    "number": lambda fact, _, facts: fact.number,
    "size": lambda fact, _, facts: fact.display.removeprefix("-"),
    "formula": lambda fact, _, facts: fact.formula,
    "word": lambda fact, _, facts: claim_word(fact),
    "half": lambda fact, _, facts: half_word(fact),
    "whole": lambda fact, _, facts: whole_word(fact),
    "over": lambda fact, threshold, facts: threshold_word(fact, threshold),
    "rank": lambda fact, names, facts: rank_word(fact, names, facts),
}


def trace_texts(fact: Fact) -> dict[str, str]:
    """What a trace page tells of a fact, by name: fields, queries, operands, files' digests."""
    fields = ("id", "period", "span", "definition", "words", "notebook", "cell", "expression")
    return {
        **{name: str(getattr(fact, name)) for name in (*fields, "value")},
        **fact.sql,
        **{part.name: part.value for part in fact.operands if part.value is not None},
        **{source["file"]: source["sha256"] for source in fact.sources},
    }


def shown(fact: Fact, variant: str, facts: Mapping[str, Fact]) -> str:
    """What a role variant prints (``over:200亿元``, ``rank:a.b c.d``).

    ``ValueError`` when the fact has no such text.
    """
    name, _, argument = variant.partition(":")
    if name == "interval":
        if fact.interval is None:
            raise ValueError(f"指标 {fact.id} 没有区间：它不是倒推的数。")
        return fact.interval["display"]
    if name not in _WORDS:
        if variant not in (texts := trace_texts(fact)):
            raise ValueError(f"没有写法 {name}。")
        return texts[variant]
    return _WORDS[name](fact, argument, facts)
