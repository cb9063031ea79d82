"""Drafts about the first edition: every number matched with the fact that its words speak of.

The drafts in ``drafts/`` are written for the tests in words of their own; each number is marked
``{{text|verdict|statistic}}``. What they have wrong or made up is marked so.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from policybook.drafts import Draft
from policybook.model import Fact
from policybook.pages import read_text
from policybook.published import read_release
from policybook.review import Reviewed, review
from policybook.review.verdicts import AGREE

DRAFTS = sorted(Path(__file__).with_name("drafts").glob("*.txt"))
MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Label(NamedTuple):
    """A marked number of a draft."""

    start: int
    text: str
    verdict: str
    statistic: str

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


class Known(NamedTuple):
    """The edition that drafts are compared with."""

    facts: dict[str, Fact]
    titles: dict[tuple[str, str], str]
    pages: dict[str, str]


@pytest.fixture(scope="module")
def edition(site: Path) -> Known:
    """Facts, names of records and narrative pages of the first edition."""
    release = read_release(site)
    titles = {
        (name, row["id"]): row.get("title", "")
        for name in release.texts
        for row in release.rows(name)
    }
    pages = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((site / "book").glob("*.html"))
    }
    return Known(dict(release.facts), titles, pages)


def parse(path: Path) -> tuple[str, list[Label]]:
    """A draft without its marks and its first line, and what the marks say."""
    marked = path.read_text(encoding="utf-8").partition("\n")[2]
    labels: list[Label] = []
    plain, end = "", 0
    for mark in MARK.finditer(marked):
        plain += marked[end : mark.start()]
        labels.append(Label(len(plain), *mark[1].split("|")))
        plain += labels[-1].text
        end = mark.end()
    return plain + marked[end:], labels


def reviewed(edition: Known, text: str) -> tuple[Reviewed, ...]:
    """What is said of each number of a text."""
    draft = Draft("draft.txt", "txt", text, text)
    return review(draft, "2024Q2", edition.facts, edition.titles).hits


def at(hits: tuple[Reviewed, ...], start: int, end: int) -> Reviewed:
    """What is said of the number at a place."""
    return next(one for one in hits if one.hit.start < end and one.hit.end > start)


def right(label: Label, said: Reviewed) -> bool:
    """Whether a number is judged as it is labelled; agreement is agreement, in any form."""
    if label.verdict in AGREE:
        return said.verdict in AGREE and label.statistic in said.statistics
    if label.verdict == "contradicts":
        return said.verdict == "contradicts" and said.statistics[0] == label.statistic
    return said.verdict == label.verdict


def judged(edition: Known) -> Iterator[tuple[Label, Reviewed]]:
    """Every marked number of every draft, and what is said of it."""
    for path in DRAFTS:
        text, labels = parse(path)
        hits = reviewed(edition, text)
        for label in labels:
            yield label, at(hits, label.start, label.end)


def share(results: list[bool]) -> float:
    """The share that is true."""
    return sum(results) / len(results)


def test_numbers_of_drafts_are_matched_with_their_facts(edition: Known) -> None:
    """Same, rounded and converted numbers find their fact; dates and names are exempt."""
    found = [(label, right(label, said)) for label, said in judged(edition)]
    assert len(found) > 250
    assert share([ok for label, ok in found if label.verdict == "same"]) >= 0.97
    assert share([ok for label, ok in found if label.verdict == "converted"]) == 1
    assert share([ok for label, ok in found if label.verdict == "rounded"]) >= 0.75
    assert share([ok for label, ok in found if label.verdict == "exempt"]) == 1


def test_wrong_numbers_of_drafts_are_contradicted(edition: Known) -> None:
    """A slip of a digit, of order, of the point or of 万 and 亿 is laid at the right fact."""
    found = [
        right(label, said) for label, said in judged(edition) if label.verdict == "contradicts"
    ]
    assert len(found) >= 30
    assert share(found) >= 0.85


def test_numbers_that_no_fact_covers_are_unknown(edition: Known) -> None:
    """A number equal to some fact's but about something else is not mixed up with it."""
    said = [said for label, said in judged(edition) if label.verdict == "unknown"]
    assert len(said) >= 30
    assert share([one.verdict == "unknown" for one in said]) >= 0.95


def test_no_right_number_is_contradicted(edition: Known) -> None:
    """What is labelled as agreeing is never called wrong."""
    assert [
        (label, said.message)
        for label, said in judged(edition)
        if label.verdict in AGREE and said.verdict == "contradicts"
    ] == []


def sentences(edition: Known) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    """The narrative's paragraphs, with the place of each fact in them."""
    for name, html in edition.pages.items():
        if name in ("statistics", "data-dictionary", "documents"):
            continue
        page = read_text(html)
        facts = [span for span in page.spans if span.owner == "fact" and span.show == "display"]
        start = 0
        for line in page.text.split("\n"):
            end = start + len(line)
            if "。" in line:
                yield (
                    line,
                    [
                        (one.start - start, one.end - start, one.key)
                        for one in facts
                        if start <= one.start and one.end <= end
                    ],
                )
            start = end + 1


def test_the_narrative_agrees_with_its_own_facts(edition: Known) -> None:
    """Of the numbers that roles print, nearly all find their own fact, and none is called wrong."""
    results, wrong = [], []
    for line, facts in sentences(edition):
        hits = reviewed(edition, line)
        for start, end, name in facts:
            said = at(hits, start, end)
            results.append(name in said.statistics and said.verdict in AGREE)
            if said.verdict == "contradicts":
                wrong.append((name, said.message))
    assert len(results) > 190
    assert share(results) >= 0.88
    assert wrong == []


def test_one_digit_changed_is_a_contradiction(edition: Known) -> None:
    """In every draft, each digit of each right number in turn: found, and laid at its fact."""
    choose = random.Random(1)
    results = []
    for path in DRAFTS:
        text, labels = parse(path)
        before = reviewed(edition, text)
        for label in labels:
            stated = at(before, label.start, label.end)
            if label.verdict != "same" or stated.statistics[:1] != (label.statistic,):
                continue
            for place in range(label.start, label.end):
                if text[place].isdigit():
                    digit = choose.choice([one for one in "0123456789" if one != text[place]])
                    changed = text[:place] + digit + text[place + 1 :]
                    said = at(reviewed(edition, changed), label.start, label.end)
                    results.append(
                        said.verdict == "contradicts" and said.statistics[0] == label.statistic
                    )
    assert len(results) > 200
    assert share(results) >= 0.9
