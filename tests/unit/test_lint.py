"""Typed words beside facts: what the fact contradicts is found, what it bears out is not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from policybook.claims import shown
from policybook.errors import Finding
from policybook.lint import Stated, check_claims
from policybook.model import Fact
from tests.unit.conftest import made_up_fact


def checked(text: str, *facts: Fact, variant: str = "display") -> list[Finding]:
    """Findings of a made-up sentence in which each ``@`` stands for the next fact's number."""
    pieces = text.split("@")
    assert len(pieces) == len(facts) + 1
    filled, stated = pieces[0], []
    for fact, piece in zip(facts, pieces[1:], strict=True):
        said = shown(fact, variant, {})
        value = Fraction(fact.number) if variant in ("display", "number") else None
        stated.append(Stated(len(filled), len(filled) + len(said), fact, value))
        filled += said + piece
    return list(check_claims("book/made-up.html", filled, stated))


def words(text: str, *facts: Fact) -> list[str]:
    """The typed words that the facts contradict."""
    return [finding.message.split("”")[0].strip("“ ") for finding in checked(text, *facts)]


def change(value: str, decimals: int = 1) -> Fact:
    """A made-up change against the year before."""
    return made_up_fact("made.change", value, decimals=decimals, word="change")


def completion(value: str) -> Fact:
    """A made-up rate of completion."""
    return made_up_fact("made.rate", value, word="completion")


def share(value: str) -> Fact:
    """A made-up share."""
    return made_up_fact("made.share", value)


def spent(value: str, qualifier: str = "") -> Fact:
    """A made-up amount."""
    return made_up_fact("made.money", value, "亿元", 1, qualifier=qualifier)


def test_a_finding_says_where_and_what_to_do() -> None:
    """It has the page with the words around, the statistic as displayed, and the remedy."""
    (finding,) = checked("虚构投资同比增长@，全部虚构。", change("-0.052"))
    assert (finding.severity, finding.code) == ("error", "claim.word")
    assert finding.place == "book/made-up.html “虚构投资同比增长-5.2%，全部虚构。”"
    assert "“增长”与 made.change（虚构指标made.change -5.2%）不符" in finding.message
    assert "stat-word" in finding.remedy


@pytest.mark.parametrize(
    ("text", "value", "word"),
    [
        ("同比增长@", "-0.052", "增长"),
        ("提高了 @", "-0.052", "提高了"),
        ("增幅约@", "-0.052", "增幅约"),
        ("同比增长@", "0.0004", "增长"),
        ("同比增长@", "0", "增长"),
        ("同比下降@", "0.052", "下降"),
        ("减少了@", "0.052", "减少了"),
        ("同比下降@", "0.0004", "下降"),
        ("同比下降@", "-0.052", "下降"),
        ("降幅@", "-0.052", "降幅"),
        ("与上年持平为@", "0.0006", "持平"),
        ("@与上年持平", "-0.0006", "持平"),
        ("增长@实现翻番", "0.99", "翻番"),
    ],
)
def test_changes_are_held_against_the_number(text: str, value: str, word: str) -> None:
    """增长 of less than nothing, 下降 of a growth or beside a minus, 持平 of 0.1 % are found."""
    assert words(text, change(value)) == [word]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("同比增长@", "0.052"),
        ("同比增长@", "0.0006"),
        ("同比变动@", "-0.052"),
        ("同比为@", "0.0004"),
        ("与上年持平为@", "0.0004"),
        ("@与上年持平", "-0.0004"),
        ("增长的项目中变动为@", "-0.052"),
        ("上半年有所下降，全年增长@", "0.052"),
        ("增长@实现翻番", "1"),
        ("增长@，离翻番还远", "0.99"),
    ],
)
def test_true_changes_are_left_alone(text: str, value: str) -> None:
    """A word that the number bears out, or that does not touch it, is no finding."""
    assert words(text, change(value)) == []


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("水位回落@", "0.02", ["回落"]),
        ("水位上升@", "-0.02", ["上升"]),
        ("水位上升@", "0.02", []),
        ("水位持平为@", "0.02", ["持平"]),
        ("水位持平为@", "0.0004", []),
    ],
)
def test_levels_are_changes_too(text: str, value: str, found: list[str]) -> None:
    """A level that rises or falls back is held against the number in the same way."""
    assert words(text, replace(change(value), word="level")) == found


def test_a_fall_in_a_draft_has_no_minus() -> None:
    """下降5.2% of a change that is displayed as -5.2% says the same in words."""
    text, fact = "同比下降5.2%", change("-0.052")
    assert not list(check_claims("", text, [Stated(4, 8, fact, Fraction("5.2"))]))


def test_only_a_change_can_be_denied_its_fall() -> None:
    """减少 beside an amount that is no change says what was taken away."""
    assert words("减少@", spent("12")) == []
    assert words("增加@", spent("0")) == []


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("近@", "0.9724", ["近"]),
        ("接近@", "0.97", ["接近"]),
        ("不足@", "0.9724", ["不足"]),
        ("低于 @", "0.9724", ["低于"]),
        ("近@", "0.968", []),
        ("不足@", "0.968", []),
        ("超过@", "0.968", ["超过"]),
        ("超过@", "0.97", ["超过"]),
        ("突破了@", "0.968", ["突破了"]),
        ("逾@", "0.968", ["逾"]),
        ("超@", "0.968", ["超"]),
        ("超过@", "0.9724", []),
        ("不超过@", "0.968", []),
        ("赶超@", "0.968", []),
        ("最近@", "0.9724", []),
        ("附近@", "0.9724", []),
        ("@多", "0.968", ["多"]),
        ("@余", "0.97", ["余"]),
        ("@多", "0.9724", []),
        ("@多重", "0.968", []),
        ("为@", "0.968", []),
    ],
)
def test_approximations_are_held_against_the_exact_value(
    text: str, value: str, found: list[str]
) -> None:
    """97.24 is not close to 97, and 96.8 shown as 97 does not exceed it."""
    assert words(text, share(value)) == found


def test_a_lower_bound_may_exceed_what_it_shows() -> None:
    """A fact that is at least what it shows may be said to exceed it, not to fall short of it."""
    assert words("超过@", spent("60", "余")) == []
    assert words("超过@", spent("60")) == ["超过"]
    assert words("不足@", spent("60", "余")) == ["不足"]


@pytest.mark.parametrize("variant", ["display", "number"])
def test_number_and_display_are_both_held_to_the_word(variant: str) -> None:
    """A number whose unit is typed after it counts like one with its unit."""
    unit = "亿元" if variant == "number" else ""
    assert len(checked(f"超过@{unit}", spent("199.96"), variant=variant)) == 1
    assert not checked(f"超过@{unit}", spent("200.04"), variant=variant)


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("已经过半为@", "0.48", ["过半"]),
        ("@已经过半", "0.48", ["过半"]),
        ("超过一半为@", "0.5", ["超过一半"]),
        ("半数以上@", "0.48", ["半数以上"]),
        ("已经过半为@", "0.503", []),
        ("尚未过半为@", "0.48", []),
        ("时间过半，任务完成@", "0.48", []),
        ("未过半为@", "0.503", ["未过半"]),
        ("不足一半为@", "0.5", ["不足一半"]),
        ("不到半数为@", "0.48", []),
    ],
)
def test_half_is_held_against_the_exact_share(text: str, value: str, found: list[str]) -> None:
    """过半 beside 48 % is found, in its own clause only."""
    assert words(text, share(value)) == found


def test_only_a_share_has_a_half() -> None:
    """过半 beside an amount speaks of something else."""
    assert words("过半投资为@", spent("0.4")) == []


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("超额完成@", "1", ["超额"]),
        ("超额完成@", "0.996", ["超额"]),
        ("超额完成@", "1.004", []),
        ("全部完成@", "0.996", ["全部完成"]),
        ("全部按期完成@", "0.996", ["全部按期完成"]),
        ("均已销号@", "0.996", ["均已销号"]),
        ("百分之百即@", "0.996", ["百分之百"]),
        ("全部完成@", "1", []),
        ("全部完成@", "1.17", []),
        ("尚未完成@", "1.17", ["尚未完成"]),
        ("尚未完成@", "1", ["尚未完成"]),
        ("没有完成@", "1", ["没有完成"]),
        ("未全部完成@", "1", ["未全部完成"]),
        ("尚未完成@", "0.996", []),
        ("完成@", "0.996", []),
        ("任务全部完成，其中按期@", "0.996", []),
    ],
)
def test_completion_is_held_against_the_exact_value(
    text: str, value: str, found: list[str]
) -> None:
    """100 % exactly is not more than the task, and 99.6 % shown as 100 % is not all of it."""
    assert words(text, completion(value)) == found


@pytest.mark.parametrize("text", ["超额完成@", "全部完成@", "尚未完成@", "持平为@", "翻番为@"])
def test_a_word_of_another_kind_of_fact_is_left_alone(text: str) -> None:
    """A share that is neither a completion nor a change cannot contradict such a word."""
    assert words(text, share("0.48")) == []


def test_a_chosen_word_is_not_taken_for_a_typed_one() -> None:
    """全部完成 that a role chose from its own fact is not held against its neighbour."""
    done, late = completion("1"), replace(completion("0.996"), id="late.rate")
    text = "全部完成100%"
    number = Stated(4, 8, late, Fraction(100))
    assert [one.code for one in check_claims("", text, [number])] == ["claim.word"]
    assert not list(check_claims("", text, [Stated(0, 4, done, None), number]))


def test_a_chosen_word_is_itself_not_checked() -> None:
    """What prints a word or a formula has no number for the words beside it to contradict."""
    assert not checked(
        "虚构投资增长@", replace(change("-0.052"), formula="虚构"), variant="formula"
    )
    assert not checked("已经全部@", completion("0.996"), variant="word")


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("超过200亿元（@）", "199.8", ["超过200亿元"]),
        ("超过200亿元（@）", "200", ["超过200亿元"]),
        ("突破二百亿元，达到@", "199.8", ["突破二百亿元"]),
        ("为@，超过200亿元", "199.8", ["超过200亿元"]),
        ("不足200亿元（@）", "200.1", ["不足200亿元"]),
        ("近200亿元（@）", "200", ["近200亿元"]),
        ("超过200亿元（@）", "200.1", []),
        ("超过200亿元（@）", "200.04", []),
        ("不足200亿元（@）", "199.8", []),
        ("接近200亿元（@）", "199.96", []),
        ("不超过200亿元（@）", "199.8", []),
        ("计划200亿元（@）", "199.8", []),
        ("超过200亿元。另有@", "12", []),
        ("超过200亿元\n@", "12", []),
        ("超过200亿元是全市的总数而东区仅有@", "12", []),
        ("超过200万元（@）", "199.8", []),
        ("超过200家（@）", "199.8", []),
    ],
)
def test_typed_thresholds_are_held_against_the_fact_beside(
    text: str, value: str, found: list[str]
) -> None:
    """超过200亿元 beside 199.8亿元 is found; other units, sentences and far facts are not meant."""
    assert words(text, spent(value)) == found


def test_a_threshold_in_per_cent_is_held_against_a_ratio() -> None:
    """The exact ratio decides, even where it is displayed as the threshold itself."""
    assert words("超过97%（@）", share("0.968")) == ["超过97%"]
    assert words("超过97%（@）", share("0.9724")) == []


def test_each_fact_is_held_to_its_own_word() -> None:
    """In one sentence only the number beside the wrong word is found."""
    east, west = change("0.052"), replace(change("-0.031"), id="west.change")
    (finding,) = checked("虚构东区增长@，虚构西区增长@。", east, west)
    assert "west.change" in finding.message
    assert not checked("虚构东区增长@，虚构西区变动@。", east, west)


@pytest.mark.parametrize("text", ["", "超过200亿元，全部完成，同比增长5%。"])
def test_words_without_a_fact_are_not_judged(text: str) -> None:
    """Where no fact is stated there is nothing to contradict; the gate asks for origins."""
    assert checked(text) == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("整改率不低于@", share("0.9724")),
        ("整改率未超过@", share("0.968")),
        ("投资不低于200亿元（@）", spent("200.1")),
        ("投资未超过200亿元（@）", spent("199.8")),
        ("没有过半，只有@", share("0.48")),
        ("未超额完成@", completion("1")),
        ("尚未全部完成@", completion("0.996")),
        ("没有翻番只增长@", change("0.5")),
        ("大半年来完成@", share("0.48")),
        ("完成@余下的再办", share("0.9724")),
    ],
    ids=["least", "most", "at-least", "at-most", "half", "over", "all", "twice", "year", "rest"],
)
def test_a_negated_claim_is_no_claim(text: str, fact: Fact) -> None:
    """不低于, 未超过 and 没有过半 say the contrary of the words in them."""
    assert checked(f"虚构的{text}。", fact) == []


def test_a_threshold_speaks_of_its_own_number() -> None:
    """What comes after 其中 is another number than the one that passed the threshold."""
    whole, part = spent("201.3"), replace(spent("12"), id="made.part")
    assert checked("虚构投资@，超过200亿元，其中省级@。", whole, part) == []


@pytest.mark.parametrize(
    ("text", "fact", "word"),
    [
        ("任务全部完成（@）", completion("0.996"), "全部完成"),
        ("与上年持平（@）", change("0.0006", 2), "持平"),
        ("数量翻一倍，增长@", change("0.5"), ""),
    ],
    ids=["all", "level", "elsewhere"],
)
def test_a_bracket_goes_with_the_word_before_it(text: str, fact: Fact, word: str) -> None:
    """A number in brackets is what the words before them claim; beyond a comma it is not."""
    assert words(f"虚构的{text}。", fact) == ([word] if word else [])
