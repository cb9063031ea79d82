"""Chinese search: pairs of characters."""

from __future__ import annotations

import pytest

from policybook.search import BigramChinese, distinct_words


@pytest.fixture
def language() -> BigramChinese:
    """The search language as Sphinx makes it."""
    return BigramChinese({})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("隐患整改率", ["隐患", "患整", "整改", "改率"]),
        ("率", ["率"]),
        ("safety.hazards_rate", ["safety.hazards_rate"]),
        ("整改 隐患，ABC", ["整改", "隐患", "abc"]),
        ("占97.2%，S43高速", ["占", "97.2%", "s43", "高速"]),
        ("", []),
        ("，。！", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str], language: BigramChinese) -> None:
    """Chinese as overlapping pairs, Latin words and numbers as they are."""
    assert language.split(text) == words


def test_every_phrase_of_a_text_is_found(language: BigramChinese) -> None:
    """All pairs of any phrase are among those of the text that it stands in."""
    text = "燃煤锅炉替代完成率不含未列名项目"
    found = set(language.split(text))
    for start in range(len(text) - 1):
        for end in range(start + 2, len(text) + 1):
            assert set(language.split(text[start:end])) <= found


def test_words_are_kept_as_they_are(language: BigramChinese) -> None:
    """Pairs have no stem, and no word is thought too common."""
    assert language.stem("整改") == "整改"
    assert language.word_filter("的是")
    assert not language.word_filter("")


def test_the_words_of_several_texts_are_told_once(language: BigramChinese) -> None:
    """In their first order; split again, they are the same words."""
    words = distinct_words(["隐患整改", "整改率 S43", "s43率"])
    assert words == ["隐患", "患整", "整改", "改率", "s43", "率"]
    assert language.split(" ".join(words)) == words
