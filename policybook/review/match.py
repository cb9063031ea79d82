"""Each quantity of a text with the fact that it states, or contradicts. floor: review.

A fact is chosen by the words around the number and not by its value alone: equal values of
different facts are kept apart, and a wrong digit beside the right words is a contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from policybook.review.compare import close, comparable, printed, verdict
from policybook.review.known import Known
from policybook.review.labels import Around, Labels
from policybook.scan import Hit

STATED = {1: 0.24, 2: 0.2, 3: 0.12, 4: 0.08}
"""So much of a label must stand near a number that is the fact's, by its count of digits."""
SLIPPED = {1: 0.26, 2: 0.23, 3: 0.18, 4: 0.14}
"""… near one that is the fact's but for a digit."""
DENIED = 0.62
"""… near one that is not the fact's at all. Measured on the documents of the first edition."""

_EQUAL, _CLOSE = 0.5, 0.25
_ALSO = 0.05
_CLEARLY = {1: 0.15, 2: 0.2, 3: 0.3, 4: 0.5}
"""A fact's own number gives way to words that speak so much more for another fact."""
_SURE = 0.4
"""Below it a number that could be another fact's own is not called a slip."""
_AGAIN = 0.1
_RESPECTIVELY = re.compile(r"[、和及与,，]{1,2}(?:分别)?")
_SENTENCE = re.compile(r"[。！？\n]")


@dataclass(frozen=True)
class Candidate:
    """A fact that a number could state."""

    place: int  # of the hit
    fact: Known
    fit: float  # of the words around it
    verdict: str  # same, rounded, converted; "" when the number is another
    close: bool
    length: int  # how many digits the number has: the more, the less likely by accident
    others: tuple[str, ...] = ()  # further facts that the same words and number state

    @property
    def score(self) -> float:
        """What decides between candidates."""
        return self.fit + (_EQUAL if self.verdict else _CLOSE if self.close else 0.0)

    @property
    def enough(self) -> bool:
        """Whether the words are near enough for what the number says."""
        if self.verdict:
            return self.fit >= STATED[self.length]
        return self.fit >= (SLIPPED[self.length] if self.close else DENIED)


def match(
    text: str, hits: Sequence[Hit], facts: Mapping[str, Known], labels: Labels
) -> dict[int, Candidate]:
    """The candidate of each hit that has one, by the hit's place in the list."""
    chosen: dict[int, Candidate] = {}
    around = Around(text, hits, labels)
    for group in _sentences(text, hits):
        seen = [
            candidate
            for place in group
            for candidate in _candidates(text, hits, place, facts, around)
        ]
        doubtful = {one.place for one in seen if one.verdict and not one.enough}
        candidates = [
            one
            for one in seen
            if one.enough and not (one.place in doubtful and not one.verdict and one.fit < _SURE)
        ]
        for place, one in _assign(text, hits, candidates).items():
            chosen[place] = replace(one, others=_also(one, candidates))
    return chosen


def _also(one: Candidate, candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Facts that a number states as well as the one chosen for it, by its words."""
    if not one.verdict:
        return ()
    return tuple(
        other.fact.id
        for other in candidates
        if other.place == one.place
        and other.fact.id != one.fact.id
        and other.verdict
        and other.fit >= one.fit - _ALSO
    )


def _assign(text: str, hits: Sequence[Hit], candidates: list[Candidate]) -> dict[int, Candidate]:
    """The numbers of one sentence, each with the best candidate that is left for it.

    First the numbers that are a fact's own, then slips: rather of a fact that is not stated in
    the sentence than of one that is, and never of the one stated just beside (2+4).
    """
    best: dict[int, float] = {}
    for one in candidates:
        best[one.place] = max(best.get(one.place, 0.0), one.fit)
    candidates.sort(key=lambda one: one.score, reverse=True)
    chosen: dict[int, Candidate] = {}
    stated: dict[str, Candidate] = {}

    def choose(one: Candidate) -> None:
        chosen[one.place] = one
        stated.setdefault(one.fact.id, one)

    for one in candidates:
        clear = one.fit < best[one.place] - _CLEARLY[one.length]
        if one.verdict and not clear and one.place not in chosen:
            choose(one)
    own = dict(stated)

    def slip(one: Candidate) -> float:
        return one.score - (_AGAIN if one.fact.id in own else 0.0)

    for one in sorted(candidates, key=slip, reverse=True):
        other = stated.get(one.fact.id)
        if one.place in chosen or (other and other is not own.get(one.fact.id)):
            continue
        if other is None or (
            (one.verdict or one.close) and not _adjacent(text, hits, one.place, other.place)
        ):
            choose(one)
    return chosen


def _adjacent(text: str, hits: Sequence[Hit], first: int, second: int) -> bool:
    """Whether two numbers stand side by side, as in 2+4."""
    low, high = sorted((first, second))
    return high - low == 1 and hits[high].start - hits[low].end <= 2


def _sentences(text: str, hits: Sequence[Hit]) -> Iterable[list[int]]:
    """The quantities of each sentence, by their places."""
    group: list[int] = []
    end = 0
    for place, hit in enumerate(hits):
        if group and _SENTENCE.search(text, end, hit.start):
            yield group
            group = []
        end = hit.end
        if hit.kind == "quantity":
            group.append(place)
    if group:
        yield group


def _candidates(
    text: str, hits: Sequence[Hit], place: int, facts: Mapping[str, Known], around: Around
) -> Iterable[Candidate]:
    hit = hits[place]
    factor = text[hit.start - 1 : hit.start] == "×" or text[hit.end : hit.end + 1] == "×"
    one = printed(hit)
    length = min(max(STATED), len(one.digits.replace(".", "").strip("0")) or 1)
    for name, fit in around.fit([place, *_answered(text, hits, place)]).items():
        if fit < STATED[length] / 2:
            continue
        fact = facts[name]
        if not comparable(one, fact) or (factor and "*" in fact.fact.expression):
            continue  # 2×100 is the product's factors, never the product
        said = verdict(one, fact)
        if said or fit >= SLIPPED[length]:
            slip = not said and close(one, fact)
            yield Candidate(place, fact, fit, said, slip, length)


def _answered(text: str, hits: Sequence[Hit], place: int) -> list[int]:
    """The earlier number that a number of a list with 分别 answers (…102个…46个，分别…58个、36个)."""
    first = place
    while first and _RESPECTIVELY.fullmatch(text[hits[first - 1].end : hits[first].start]):
        first -= 1
    last = place
    while last + 1 < len(hits) and _RESPECTIVELY.fullmatch(
        text[hits[last].end : hits[last + 1].start]
    ):
        last += 1
    lead = text[max(0, hits[first].start - 8) : hits[first].start]
    if "分别" not in lead:
        return []
    earlier = [
        other
        for other in range(max(0, first - 8), first)
        if hits[other].kind == "quantity"
        and not _SENTENCE.search(text, hits[other].end, hits[first].start)
    ]
    back = last - place
    return [earlier[-1 - back]] if len(earlier) > back else []
