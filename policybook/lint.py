"""Typed words that claim something, against the facts beside them. floor: lint."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from policybook.claims import shown_value
from policybook.errors import Finding, error
from policybook.model import Fact
from policybook.scan import scan

_REMEDY = "用选词的角色（stat-word、stat-half、stat-whole、stat-over、stat-rank）由数字选词，或改正这个词。"
_NEXT = r"(?:了|约|至今)?\s?$"
_RISE = re.compile(rf"(?:增长|增加|上升|提高|提升|上涨|扩大|攀升|回升|增幅){_NEXT}")
_FALL = re.compile(rf"(?:下降|减少|回落|降低|缩小|下滑|收窄|下跌|降幅){_NEXT}")
_NOT = r"(?<![不未没距离])(?<!没有)(?<!还有)"
_MORE = re.compile(rf"{_NOT}(?:超过|突破|超出|高于|多于|逾|(?<!赶)超)了?\s?$")
_LESS = re.compile(
    rf"(?:接近|将近|逼近|不足|不到|{_NOT}低于|{_NOT}少于|(?<![最附临邻远就亲贴])近)\s?$"
)
_CLAUSE = re.compile(r"[，。；：！？、\n]")  # a bracket goes with the word before it
_ELSEWHERE = re.compile(r"[。；！？\n]|其中")


@dataclass(frozen=True)
class Stated:
    """A fact in a text: where, and the number that is printed for it (in its unit)."""

    start: int
    end: int
    fact: Fact
    value: Fraction | None  # None where a word or an interval is printed


def check_claims(place: str, text: str, stated: Sequence[Stated]) -> Iterator[Finding]:
    """A finding for each typed claim that the fact beside it contradicts.

    ``place``: the page or document. Words that a role has chosen are themselves ``stated``,
    so that they are not taken for typed ones.
    """
    typed = list(text)
    for one in stated:
        typed[one.start : one.end] = "\0" * (one.end - one.start)
    plain = "".join(typed)
    for one in stated:
        for message in word_faults(plain, one):
            yield error("claim.word", f"{place} “{_around(text, one)}”", message, _REMEDY)
    yield from _thresholds(place, text, plain, stated)


def word_faults(plain: str, one: Stated) -> Iterator[str]:
    """What is wrong with the words around one number; ``plain``: the text as typed."""
    if one.value is None:
        return
    before, after = plain[max(0, one.start - 12) : one.start], plain[one.end : one.end + 12]
    clause = _CLAUSE.split(before)[-1] + "\0" + _CLAUSE.split(after)[0]
    for word, wrong in (*_beside(one, before, after), *_in_clause(one, clause)):
        yield f"“{word}”与 {one.fact.id}（{one.fact.label} {one.fact.display}）不符：{wrong}。"


def _around(text: str, one: Stated) -> str:
    return text[max(0, one.start - 16) : one.end + 16].strip().replace("\n", " ")


def _beside(one: Stated, before: str, after: str) -> Iterator[tuple[str, str]]:
    """Words that touch the number."""
    fact, value = one.fact, one.value
    assert value is not None
    exact = shown_value(fact)
    if found := _RISE.search(before):
        if value < 0:
            yield found[0], "数字是负的"
        elif value == 0 and (fact.unit == "%" or fact.word in ("change", "level")):
            yield found[0], "按显示的精度是持平"
    if found := _FALL.search(before):
        if value < 0:
            yield found[0], "数字已带负号，写成下降成了双重否定"
        elif fact.word in ("change", "level") and Decimal(fact.number) >= 0:
            yield found[0], "数字没有下降"
    if (found := _MORE.search(before)) and exact <= value and not fact.qualifier:
        yield found[0], "精确值并不大于所写的数"
    if (found := _LESS.search(before)) and exact >= value:
        yield found[0], "精确值并不小于所写的数"
    if (
        (found := re.match(r"[余多](?=[个项家户件名人条台套万亿亩吨元，。；、）]|$)", after))
        and exact <= value
        and not fact.qualifier
    ):
        yield found[0], "精确值并不大于所写的数"


_IN_CLAUSE: tuple[tuple[re.Pattern[str], Callable[[Fact], bool], str], ...] = (
    (
        re.compile(r"持平"),
        lambda fact: fact.word in ("change", "level") and Decimal(fact.number) != 0,
        "按显示的精度并非持平",
    ),
    (
        re.compile(rf"{_NOT}(?:过半|超半数|超过一半)|一半以上|半数以上|大半(?![年天个])"),
        lambda fact: fact.unit == "%" and 2 * Fraction(fact.value) <= 1,
        "没有超过一半",
    ),
    (
        re.compile(r"不足一半|不到一半|未过半|不足半数|不到半数"),
        lambda fact: fact.unit == "%" and 2 * Fraction(fact.value) >= 1,
        "已到或超过一半",
    ),
    (
        re.compile(rf"{_NOT}超额"),
        lambda fact: fact.word == "completion" and Fraction(fact.value) <= 1,
        "没有超过任务",
    ),
    (
        re.compile(
            rf"{_NOT}(?:全部|全面|全数|如数|均已|都已)(?:按期|如期)?(?:完成|整改|销号|建成|清零|办结)"
            r"|完成全部|百分之百"
        ),
        lambda fact: fact.word == "completion" and Fraction(fact.value) < 1,
        "没有全部完成",
    ),
    (
        re.compile(r"(?:尚未|还未|没有|未能|未)(?:全部)?完成(?![的任工事])"),
        lambda fact: fact.word == "completion" and Fraction(fact.value) >= 1,
        "已经完成",
    ),
    (
        re.compile(rf"{_NOT}(?:翻(?:了)?(?:一)?番|翻(?:了)?(?:一)?倍)"),
        lambda fact: fact.word == "change" and Fraction(fact.value) < 1,
        "没有翻番",
    ),
)


def _in_clause(one: Stated, clause: str) -> Iterator[tuple[str, str]]:
    """Words in the same clause as the number."""
    for pattern, contradicts, wrong in _IN_CLAUSE:
        if (found := pattern.search(clause)) and contradicts(one.fact):
            yield found[0], wrong


def _thresholds(place: str, text: str, plain: str, stated: Sequence[Stated]) -> Iterator[Finding]:
    """超过200亿元（199.8亿元）: a typed threshold, and a fact of its unit close by."""
    for hit in scan(plain) if stated else ():
        before = plain[max(0, hit.start - 6) : hit.start]
        more, less = _MORE.search(before), _LESS.search(before)
        if hit.kind != "quantity" or hit.value is None or not (more or less):
            continue
        for one in stated:
            gap = plain[hit.end : one.start] if one.start >= hit.end else plain[one.end : hit.start]
            if len(gap) > 10 or _ELSEWHERE.search(gap) or hit.unit != one.fact.unit:
                continue
            exact = shown_value(one.fact)
            if (more and exact <= hit.value) or (less and exact >= hit.value):
                word = (more or less or [""])[0]
                yield error(
                    "claim.word",
                    f"{place} “{_around(text, one)}”",
                    f"“{word}{hit.text}”与 {one.fact.id}（{one.fact.label} {one.fact.display}）不符。",
                    _REMEDY,
                )
