"""How well the words around a number fit each statistic's label. floor: review.

Words are pairs of characters, each weighted by how few labels have it (Spärck Jones 1972,
inverse document frequency) and by how close it stands to the number.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from policybook.model import Fact
from policybook.scan import Hit

BEFORE, AFTER = 70, 48
"""So many characters around a number are read."""
MORE = 0.15
"""Words of the records that a fact rests on add at most so much of its label."""
LEAST = 0.03
"""So much of a label must stand near a number at all."""
_FEW = 4
_UNIT = "/"
"""Marks a unit among the words: the rarer a unit, the more it says."""
_CLAUSE, _SENTENCE, _NUMBER = 0.8, 0.5, 0.8
"""What is left of a word's weight beyond a comma, a full stop, another number."""
_FADE_BEFORE, _FADE_AFTER, _FADE_LED_ON = 0.98, 0.97, 0.95
"""What is left of it with each character: before, after, before the next number."""
_SIGNS = re.compile(r"[\s“”\"'‘’《》〈〉（）()、,，。；;：:！？·—–\-]+")
_NO_WORD = dict.fromkeys(
    map(ord, " \t\r\n\u3000\0“”\"'‘’《》〈〉（）()、,，。；;：:！？·—–-"), "\0"
)


class Labels:
    """An index from pairs of characters to the statistics whose labels have them."""

    def __init__(
        self, facts: Sequence[Fact], titles: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        """``titles``: what each record is called, by ledger and id."""
        self.ids = [fact.id for fact in facts]
        own = [dict.fromkeys([*_pairs(fact.label), _UNIT + fact.unit]) for fact in facts]
        owners: dict[str, list[int]] = defaultdict(list)
        for place, pairs in enumerate(own):
            for pair in pairs:
                owners[pair].append(place)
        rarity = {pair: math.log(1 + len(own) / len(places)) for pair, places in owners.items()}
        whole = [sum(rarity[pair] for pair in pairs) for pairs in own]
        # Statistics by their place in ids, with the share that a pair has of each one's label.
        self.own = {
            pair: [(place, rarity[pair] / whole[place]) for place in places]
            for pair, places in owners.items()
        }
        self.more: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, fact in enumerate(facts):
            for pair in sorted(_titles(fact, titles or {}) - own[place].keys()):
                share = rarity.get(pair, math.log(1 + len(own))) / 2
                self.more[pair].append((place, share / whole[place]))


def _titles(fact: Fact, titles: Mapping[tuple[str, str], str]) -> set[str]:
    """Words of the records that a fact rests on, where they are few."""
    records = {(part.ledger, record) for part in fact.operands for record in part.records}
    if len(records) > _FEW:
        return set()
    return {pair for record in records for pair in _pairs(titles.get(record, ""))}


def _pairs(text: str) -> Iterator[str]:
    for word in _SIGNS.split(text):
        for place in range(len(word) - 1):
            yield word[place : place + 2]


class Around:
    """A text prepared once, so that the words around each of its numbers are found at once."""

    def __init__(self, text: str, hits: Sequence[Hit], labels: Labels) -> None:
        self.hits, self.labels = hits, labels
        self.lines = [found.start() for found in re.finditer(r"\n", text)]
        self.clauses = [found.start() for found in re.finditer("[，；：]", text)]
        self.sentences = [found.start() for found in re.finditer("[。！？]", text)]
        self.numbers = [hit.start for hit in hits if hit.kind == "quantity"]
        left = [0.0] * (len(text) + 1)
        for marks, weight in (
            (self.clauses, _CLAUSE),
            (self.sentences, _SENTENCE),
            (self.numbers, _NUMBER),
        ):
            for place in marks:
                left[place + 1] += math.log(weight)
        # Logarithm of what the marks and numbers up to a place leave of a weight.
        self.left = list(accumulate(left))
        kept = [place for place, sign in enumerate(text.translate(_NO_WORD)) if sign != "\0"]
        words = "".join(map(text.__getitem__, kept))
        known = labels.own.keys() | labels.more.keys()
        self.pairs = [  # place of the second character, pair
            (kept[place + 1], words[place : place + 2])
            for place in range(len(words) - 1)
            if words[place : place + 2] in known
        ]
        self.places = [place for place, _ in self.pairs]

    def fit(self, places: Sequence[int]) -> dict[str, float]:
        """For each statistic that shares a word: how much of its label stands near, 0 to 1.

        ``places``: the number's hit, and the one that it answers in a list with 分别.
        """
        near = {_UNIT + self.hits[places[0]].unit.removeprefix("大"): 1.0}
        for place in places:
            self._read_before(self.hits[place], near)
            self._read_after(self.hits[place], near)
        labels = self.labels
        found, more = [0.0] * len(labels.ids), [0.0] * len(labels.ids)
        for pair, weight in near.items():
            for one, share in labels.own.get(pair, ()):
                found[one] += share * weight
            for one, share in labels.more.get(pair, ()):
                more[one] += share * weight
        return {
            labels.ids[one]: value + min(more[one], MORE)
            for one, value in enumerate(found)
            if value > LEAST
        }

    def _read_before(self, hit: Hit, near: dict[str, float]) -> None:
        line = bisect_left(self.lines, hit.start)
        start = max(hit.start - BEFORE, self.lines[line - 1] + 1 if line else 0)
        for place in range(
            bisect_left(self.places, start + 1), bisect_left(self.places, hit.start)
        ):
            at, pair = self.pairs[place]
            fade = _FADE_BEFORE ** (hit.start - at - 1)
            weight = fade * math.exp(self.left[hit.start] - self.left[at])
            if near.get(pair, 0.0) < weight:
                near[pair] = weight

    def _read_after(self, hit: Hit, near: dict[str, float]) -> None:
        line = bisect_left(self.lines, hit.end)
        end = min(hit.end + AFTER, self.lines[line] if line < len(self.lines) else hit.end + AFTER)
        mark = min(self._next(self.clauses, hit.end, end), self._next(self.sentences, hit.end, end))
        # What leads to another number is said of that one, beyond the noun that is counted here.
        led_on = self._next(self.numbers, hit.end, end) < mark
        fade = _FADE_LED_ON if led_on else _FADE_AFTER
        for place in range(bisect_left(self.places, hit.end + 1), bisect_left(self.places, end)):
            at, pair = self.pairs[place]
            weight = fade ** (at - hit.end - 1) * math.exp(self.left[at] - self.left[hit.end])
            if near.get(pair, 0.0) < weight:
                near[pair] = weight

    @staticmethod
    def _next(marks: Sequence[int], start: int, end: int) -> int:
        place = bisect_right(marks, start - 1)
        return marks[place] if place < len(marks) and marks[place] < end else end
