"""Claim words and what roles print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ibis import _

from policybook.claims import (
    claim_word,
    half_word,
    rank_word,
    shown,
    shown_value,
    threshold_word,
    whole_word,
)
from policybook.edition import Edition
from policybook.model import Fact
from tests.unit.conftest import made_up_fact

LENGTHS = {
    name: made_up_fact(name, value, "公里")
    for name, value in {
        "east.road": "40.4",
        "west.road": "40.1",
        "south.road": "25",
        "north.road": "25",
    }.items()
}
"""The roads of a made-up city; the first two are both shown as 40公里."""


@pytest.fixture
def rate(edition: Edition) -> Fact:
    """A published rate."""
    coal = edition.works.filter(_.id == "coal")
    edition.publish("coal.rate", coal.rate.sum())
    return edition.facts["coal.rate"]


@pytest.mark.parametrize(
    ("word", "up", "down"), [("change", "增长", "下降"), ("level", "上升", "回落")]
)
@pytest.mark.parametrize(
    ("value", "decimals", "sign"),
    [
        ("0.91", 0, 1),
        ("-0.05", 0, -1),
        ("0", 0, 0),
        ("0.004", 0, 0),
        ("-0.004", 0, 0),
        ("0.005", 0, 1),
        ("-0.005", 0, -1),
        ("0.0004", 1, 0),
        ("-0.0004", 1, 0),
        ("0.0004", 2, 1),
    ],
)
def test_changes_are_worded_as_displayed(
    word: str, up: str, down: str, value: str, decimals: int, sign: int
) -> None:
    """What is shown as 0 % or 0.0 % neither grew nor fell, whatever its exact value is."""
    fact = made_up_fact("made.up", value, decimals=decimals, word=word)
    assert claim_word(fact) == {1: up, 0: "持平", -1: down}[sign]


@pytest.mark.parametrize(
    ("value", "number", "word"),
    [
        ("1.17", "117", "超额完成"),
        ("1", "100", "完成"),
        ("0.996", "100", "尚未完成"),
        ("1.004", "100", "超额完成"),
        ("249/250", "100", "尚未完成"),
        ("0", "0", "尚未完成"),
    ],
)
def test_completion_is_worded_as_it_is(value: str, number: str, word: str) -> None:
    """99.6 % shown as 100 % is not complete."""
    fact = made_up_fact("made.up", value, word="completion")
    assert (fact.number, claim_word(fact)) == (number, word)


def test_no_word_without_a_declaration(rate: Fact) -> None:
    """A statistic that is neither a change nor a completion has no word."""
    with pytest.raises(ValueError, match=r"coal\.rate"):
        claim_word(rate)


def test_a_ratio_is_compared_as_it_is_displayed() -> None:
    """The exact value of a ratio is taken times 100, that of a length is not."""
    assert shown_value(made_up_fact("made.up", "0.9724")) == Fraction("97.24")
    assert shown_value(made_up_fact("made.up", "1/3", "公里")) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("value", "half", "whole"),
    [
        ("1.17", "过半", "全部"),
        ("1", "过半", "全部"),
        ("0.996", "过半", "大部分"),
        ("0.501", "过半", "大部分"),
        ("0.5", "正好一半", "部分"),
        ("0.499", "未过半", "部分"),
        ("0.001", "未过半", "部分"),
        ("0", "未过半", "尚无"),
    ],
)
def test_shares_are_worded_as_they_are(value: str, half: str, whole: str) -> None:
    """Half and all are decided on the exact value, not on 50 % or 100 % as displayed."""
    fact = made_up_fact("made.up", value)
    assert (half_word(fact), whole_word(fact)) == (half, whole)


@pytest.mark.parametrize("chosen", [half_word, whole_word])
def test_only_a_share_has_a_half(chosen: Callable[[Fact], str]) -> None:
    """A number of kilometres is half of nothing, so the word is refused."""
    with pytest.raises(ValueError, match=r"east\.road 不是比率"):
        chosen(LENGTHS["east.road"])


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("200.1", "超过200亿元"),
        ("200.04", "超过200亿元"),
        ("200", "达到200亿元"),
        ("199.96", "接近200亿元"),
        ("190", "接近200亿元"),
        ("189.99", "不足200亿元"),
        ("0", "不足200亿元"),
    ],
)
def test_thresholds_are_worded_exactly(value: str, word: str) -> None:
    """199.96 shown as 200.0 only comes close, and 接近 begins at 95 % of the threshold."""
    assert threshold_word(made_up_fact("made.up", value, "亿元", 1), "200亿元") == word


@pytest.mark.parametrize(
    ("value", "threshold", "word"),
    [("0.968", "97%", "接近97%"), ("0.9724", "97%", "超过97%"), ("0.975", "97.5%", "达到97.5%")],
)
def test_a_ratio_has_thresholds_in_per_cent(value: str, threshold: str, word: str) -> None:
    """A threshold is written as the reader sees the ratio: in per cent."""
    assert threshold_word(made_up_fact("made.up", value), threshold) == word


@pytest.mark.parametrize("threshold", ["200万元", "200", "200亿元多", "约200亿元", "亿元", ""])
def test_a_threshold_of_another_unit_is_refused(threshold: str) -> None:
    """亿元 are compared with 亿元 only, and the message says which unit it should be."""
    with pytest.raises(ValueError, match=r"made\.up 的单位“亿元”"):
        threshold_word(made_up_fact("made.up", "200.1", "亿元", 1), threshold)


@given(st.fractions(min_value=0, max_value=1000), st.integers(1, 1000))
def test_each_value_has_one_threshold_word(value: Fraction, limit: int) -> None:
    """The word agrees with the exact comparison for any value and any threshold."""
    fact = made_up_fact("made.up", f"{value.numerator}/{value.denominator}", "公里")
    word = threshold_word(fact, f"{limit}公里").removesuffix(f"{limit}公里")
    assert (word == "超过", word == "达到") == (value > limit, value == limit)
    assert word in ("超过", "达到", "接近", "不足")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("east.road", "排第1位"),
        ("west.road", "排第2位"),
        ("south.road", "并列第3位"),
        ("north.road", "并列第3位"),
    ],
)
def test_ranks_go_by_exact_values(name: str, place: str) -> None:
    """40.1 ranks behind 40.4 though both are shown as 40, and equal values share a place."""
    assert rank_word(LENGTHS[name], " ".join(LENGTHS), LENGTHS) == place


def test_the_places_after_a_tie_are_left_out() -> None:
    """After two firsts comes the third, and a name given twice is ranked once."""
    names = "south.road north.road south.road"
    shortest = made_up_fact("made.up", "3", "公里")
    facts = {**LENGTHS, "made.up": shortest}
    assert rank_word(shortest, names, facts) == "排第3位"
    assert rank_word(LENGTHS["south.road"], "north.road made.up", facts) == "并列第1位"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("west.road no.road not.road", r"没有的指标 no\.road、not\.road"),
        ("west.road spent.money", "同单位的其他指标"),
        ("east.road", "同单位的其他指标"),
        ("", "同单位的其他指标"),
    ],
    ids=["unknown", "unit", "itself", "nobody"],
)
def test_ranks_need_others_of_the_same_unit(names: str, message: str) -> None:
    """A rank among unknown statistics, among other units or among nobody is refused."""
    facts = {**LENGTHS, "spent.money": made_up_fact("spent.money", "3", "亿元")}
    with pytest.raises(ValueError, match=message):
        rank_word(facts["east.road"], names, facts)


def test_variants_of_a_fact(rate: Fact) -> None:
    """Display, bare number, formula, interval and word; an interval only where there is one."""
    assert shown(rate, "display", {}) == "117%"
    assert shown(rate, "number", {}) == "117"
    assert shown(rate, "formula", {}) == rate.formula
    assert shown(replace(rate, word="completion"), "word", {}) == "超额完成"
    with pytest.raises(ValueError, match="没有区间"):
        shown(rate, "interval", {})
    implied = replace(rate, interval={"low": "1", "high": "2", "display": "100–200%"})
    assert shown(implied, "interval", {}) == "100–200%"


@pytest.mark.parametrize(
    ("variant", "text"),
    [
        ("half", "过半"),
        ("whole", "大部分"),
        ("over:90%", "超过90%"),
        ("rank:west.rate", "排第2位"),
    ],
)
def test_chosen_words_are_variants(variant: str, text: str) -> None:
    """A role names the word it wants, with its threshold or its rivals after a colon."""
    facts = {
        name: made_up_fact(name, value) for name, value in (("a.rate", "0.91"), ("west.rate", "1"))
    }
    assert shown(facts["a.rate"], variant, facts) == text


@pytest.mark.parametrize("variant", ["halves", "", "over", "over:90", "rank", "rank:no.rate"])
def test_unworkable_variants_are_refused(variant: str) -> None:
    """An unknown variant, and one whose threshold or rivals do not fit, prints nothing."""
    fact = made_up_fact("a.rate", "0.91")
    with pytest.raises(ValueError, match=r"没有写法|界限|排位|同单位"):
        shown(fact, variant, {"a.rate": fact})


def test_trace_pages_tell_more_of_a_fact(rate: Fact) -> None:
    """Fields, queries, operands and digests of files, each by its name."""
    part = rate.operands[0]
    assert shown(rate, "id", {}) == rate.id
    assert shown(rate, "sqlite", {}) == rate.sql["sqlite"]
    assert shown(rate, part.name, {}) == part.value
    source = rate.sources[0]
    assert shown(rate, source["file"], {}) == source["sha256"]
