"""Claim words and what roles print."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ibis import _

from policybook.claims import claim_word, shown
from policybook.edition import Edition
from policybook.model import Fact


@pytest.fixture
def rate(edition: Edition) -> Fact:
    """A published rate."""
    coal = edition.works.filter(_.id == "coal")
    edition.publish("coal.rate", coal.rate.sum())
    return edition.facts["coal.rate"]


@pytest.mark.parametrize(
    ("value", "number", "word"),
    [
        ("0.91", "91", "增长"),
        ("-0.05", "-5", "下降"),
        ("0", "0", "持平"),
        ("0.004", "0", "持平"),
        ("-0.004", "0", "持平"),
        ("0.005", "1", "增长"),
    ],
)
def test_changes_are_worded_as_displayed(value: str, number: str, word: str, rate: Fact) -> None:
    """What is shown as 0 % neither grew nor fell."""
    assert claim_word(replace(rate, word="change", value=value, number=number)) == word


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
def test_completion_is_worded_as_it_is(value: str, number: str, word: str, rate: Fact) -> None:
    """99.6 % shown as 100 % is not complete."""
    assert claim_word(replace(rate, word="completion", value=value, number=number)) == word


def test_no_word_without_a_declaration(rate: Fact) -> None:
    """A statistic that is neither a change nor a completion has no word."""
    with pytest.raises(ValueError, match=r"coal\.rate"):
        claim_word(rate)


def test_variants_of_a_fact(rate: Fact) -> None:
    """Display, bare number, interval and word; an interval only where there is one."""
    assert shown(rate, "display", {}) == "117%"
    assert shown(rate, "number", {}) == "117"
    assert shown(replace(rate, word="completion"), "word") == "超额完成"
    with pytest.raises(ValueError, match="没有区间"):
        shown(rate, "interval", {})
    implied = replace(rate, interval={"low": "1", "high": "2", "display": "100–200%"})
    assert shown(implied, "interval", {}) == "100–200%"
