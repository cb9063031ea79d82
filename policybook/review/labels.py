"""How well the words around a number fit each statistic's label. floor: review.

Words are pairs of characters, each weighted by how few labels have it (Spärck Jones 1972,
inverse document frequency) and by how close it stands to the number.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from policybook.model import Fact
from policybook.scan import Hit

BEFORE, AFTER = 70, 48
"""So many characters around a number are read."""
_MORE = 0.15
"""Words of the records add at most so much of a label to it."""
_FEW = 4
_UNIT = "/"
"""Marks a unit among the words: the rarer a unit, the more it says."""
_CLAUSE, _SENTENCE, _NUMBER = 0.8, 0.5, 0.8
"""What is left of a word's weight beyond a comma, a full stop, another number."""
_FADE_BEFORE, _FADE_AFTER, _FADE_LED_ON = 0.98, 0.97, 0.95
"""What is left of a word's weight with each character: before, after, before the next number."""
_END = re.compile(r"[。！？，；：\n]")
_SIGNS = re.compile(r"[\s“”\"'‘’《》〈〉（）()、,，。；;：:！？·—–\-]+")


class Labels:
    """An index from pairs of characters to the statistics whose labels have them."""

    def __init__(
        self, facts: Sequence[Fact], titles: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        """``titles``: what each record is called, by ledger and id."""
        terms = {fact.id: _terms(fact) for fact in facts}
        extra = {fact.id: _titles(fact, titles or {}) for fact in facts}
        owners: dict[str, list[str]] = defaultdict(list)
        for name, pairs in terms.items():
            for pair in pairs:
                owners[pair].append(name)
        rarity = {pair: math.log(1 + len(terms) / len(names)) for pair, names in owners.items()}
        self._whole = {
            name: sum(rarity[pair] * share for pair, share in pairs.items())
            for name, pairs in terms.items()
        }
        self._postings: dict[str, list[tuple[str, float, bool]]] = {
            pair: [(name, rarity[pair], True) for name in names] for pair, names in owners.items()
        }
        for name, pairs in extra.items():
            for pair in pairs.keys() - terms[name].keys():
                share = rarity.get(pair, math.log(1 + len(terms))) * pairs[pair]
                self._postings.setdefault(pair, []).append((name, share, False))

    def fit(self, text: str, hits: Sequence[Hit], places: Sequence[int]) -> dict[str, float]:
        """For each statistic that shares a word: how much of its label stands near, 0 to 1.

        ``places``: the number's hit, and the one that it answers in a list with 分别.
        """
        near = {_UNIT + hits[places[0]].unit.removeprefix("大"): 1.0}
        for place in places:
            hit = hits[place]
            before = text[max(0, hit.start - BEFORE) : hit.start]
            after = text[hit.end : hit.end + AFTER]
            _read(before[::-1], _edges(hits, place, -1), near, backwards=True)
            _read(after, _edges(hits, place, 1), near, backwards=False)
        found: dict[str, float] = defaultdict(float)
        more: dict[str, float] = defaultdict(float)
        for pair, weight in near.items():
            for name, share, own in self._postings.get(pair, ()):
                if own:
                    found[name] += share * weight
                else:
                    more[name] += share * weight
        return {
            name: (value + min(more[name], _MORE * self._whole[name])) / self._whole[name]
            for name, value in found.items()
        }


def _terms(fact: Fact) -> dict[str, float]:
    return dict.fromkeys([*_pairs(fact.label), _UNIT + fact.unit], 1.0)


def _titles(fact: Fact, titles: Mapping[tuple[str, str], str]) -> dict[str, float]:
    """Words of the records that a fact rests on, where they are few."""
    records = {(part.ledger, record) for part in fact.operands for record in part.records}
    if len(records) > _FEW:
        return {}
    return dict.fromkeys(
        (pair for record in records for pair in _pairs(titles.get(record, ""))), 0.5
    )


def _pairs(text: str) -> Iterator[str]:
    for word in _SIGNS.split(text):
        for place in range(len(word) - 1):
            yield word[place : place + 2]


def _edges(hits: Sequence[Hit], place: int, step: int) -> set[int]:
    """Distances from a number at which other numbers stand."""
    hit, found = hits[place], set()
    other = place + step
    while 0 <= other < len(hits):
        distance = hit.start - hits[other].end if step < 0 else hits[other].start - hit.end
        if distance > max(BEFORE, AFTER):
            break
        if hits[other].kind == "quantity":
            found.add(distance)
        other += step
    return found


def _read(text: str, numbers: set[int], near: dict[str, float], *, backwards: bool) -> None:
    """Pairs of characters with the weight of their place, outward from the number."""
    weight, fade = 1.0, _FADE_BEFORE
    if not backwards:
        # What leads to another number is said of that one, beyond the noun that is counted here.
        clause = _END.search(text)
        led_on = any(distance < (clause.start() if clause else len(text)) for distance in numbers)
        fade = _FADE_LED_ON if led_on else _FADE_AFTER
    previous = ""
    for distance, character in enumerate(text):
        if distance in numbers:
            weight *= _NUMBER
        if character == "\n":
            break
        if character in "。！？":
            weight *= _SENTENCE
        elif character in "，；：":
            weight *= _CLAUSE
        if _SIGNS.match(character):
            continue  # a pair may span a quotation mark or an enumeration comma
        if previous:
            pair = character + previous if backwards else previous + character
            if near.get(pair, 0.0) < weight:
                near[pair] = weight
        previous = character
        weight *= fade
