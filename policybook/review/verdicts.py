"""What is said of each number of a draft. floor: review."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from multiprocessing import get_all_start_methods, get_context
from typing import Any

from policybook.drafts import Draft, Mark
from policybook.exemptions import CLASSES
from policybook.lint import Stated, word_faults
from policybook.model import Fact
from policybook.numbers import exact_text
from policybook.review.compare import printed, verdict
from policybook.review.known import Known, known
from policybook.review.labels import Labels
from policybook.review.match import Candidate, match
from policybook.review.stated import exempt, is_number, marks_of, stated
from policybook.scan import Hit, moved, scan, sentence

VERDICTS = {
    "same": "相同",
    "rounded": "取舍后相同",
    "converted": "换算后相同",
    "earlier": "前期的数",
    "contradicts": "矛盾",
    "exempt": "不是统计数字",
    "unknown": "对不上",
}
"""What each verdict is called."""
PART = 45_000
"""Characters of a part: a longer draft is read by several processes at once."""
AGREE = ("same", "rounded", "converted")


@dataclass(frozen=True)
class Reviewed:
    """One numeral of a draft and what is said of it; offsets are those of the draft's text."""

    hit: Hit
    verdict: str  # one of VERDICTS
    statistics: tuple[str, ...]  # the fact that it states or contradicts, then others it states
    sentence: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """As in ``--json``."""
        hit = self.hit
        return {
            "start": hit.start,
            "end": hit.end,
            "text": hit.text,
            "class": hit.kind,
            "value": None if hit.value is None else exact_text(hit.value),
            "unit": hit.unit,
            "approximation": hit.approximation,
            "verdict": self.verdict,
            "statistic": self.statistics[0] if self.statistics else None,
            "statistics": list(self.statistics),
            "sentence": self.sentence,
            "message": self.message,
        }


@dataclass(frozen=True)
class Review:
    """A draft as reviewed."""

    draft: Draft
    period: str
    hits: tuple[Reviewed, ...]

    def coverage(self) -> dict[str, int]:
        """How many quantities there are, and how many numerals have each verdict."""
        counts = Counter(one.verdict for one in self.hits)
        quantities = sum(one.hit.kind == "quantity" for one in self.hits)
        return {"quantities": quantities, **{name: counts[name] for name in VERDICTS}}

    def as_dict(self) -> dict[str, Any]:
        """As in ``--json``, its numerals apart."""
        return {
            "document": self.draft.name,
            "period": self.period,
            "coverage": self.coverage(),
        }


def review(
    draft: Draft,
    period: str,
    facts: Mapping[str, Fact],
    titles: Mapping[tuple[str, str], str],
    earlier: Sequence[Mapping[str, Fact]] = (),
    cells: Collection[str] = (),
) -> Review:
    """Every numeral of a draft with its verdict.

    ``titles``: what each record is called, by ledger and id.
    ``earlier``: the facts of earlier editions, the newest first.
    ``cells``: what the cells of the ledgers say.
    """
    reader = _Reader(
        {name: known(facts[name]) for name in facts},
        Labels(list(facts.values()), titles),
        earlier,
        frozenset(cells),
    )
    parts = list(in_parts(draft, PART))
    if len(parts) > 1 and "fork" in get_all_start_methods():
        global _reader
        _reader = reader  # what a fork has without being sent it
        with ProcessPoolExecutor(mp_context=get_context("fork"), initializer=gc.disable) as pool:
            read = list(pool.map(_read_part, parts))
    else:
        read = [reader.read(*part) for part in parts]
    return Review(draft, period, tuple(one for part in read for one in part))


def in_parts(draft: Draft, size: int) -> Iterator[tuple[Draft, int]]:
    """A draft cut between lines, with the place of each part: no match reaches over a line."""
    start = 0
    while start < len(draft.text) or not start:
        end = draft.scanned.find("\n", start + size) + 1 or len(draft.text)
        part = slice(start, end)
        marks = tuple(
            replace(mark, start=mark.start - start, end=mark.end - start)
            for mark in draft.marks
            if start <= mark.start and mark.end <= end
        )
        text, scanned = draft.text[part], draft.scanned[part]
        yield replace(draft, text=text, scanned=scanned, marks=marks), start
        start = end or 1


def _read_part(part: tuple[Draft, int]) -> list[Reviewed]:
    assert _reader is not None
    return _reader.read(*part)


@dataclass(frozen=True)
class _Reader:
    """What every part of a draft is compared with."""

    facts: Mapping[str, Known]
    labels: Labels
    earlier: Sequence[Mapping[str, Fact]]
    cells: frozenset[str]

    def read(self, draft: Draft, start: int) -> list[Reviewed]:
        """The numerals of a part; their places are those of the whole, ``start`` being its own."""
        hits = scan(draft.scanned)
        marks = marks_of(draft, hits)
        chosen = match(draft.scanned, hits, self.facts, self.labels)
        chosen.update(stated(draft, marks, self.facts))
        numbers = {place: one for place, one in chosen.items() if is_number(marks.get(place))}
        claims = _claims(draft, hits, numbers)
        found = (
            self.reviewed(draft, hit, marks.get(place), chosen.get(place), claims.get(place, ""))
            for place, hit in enumerate(hits)
        )
        return [replace(one, hit=moved(one.hit, start)) if start else one for one in found]

    def reviewed(
        self,
        draft: Draft,
        hit: Hit,
        mark: Mark | None,
        candidate: Candidate | None,
        claim: str,
    ) -> Reviewed:
        """What is said of one numeral."""
        around = sentence(draft.text, hit.start)

        def said(name: str, message: str, statistics: tuple[str, ...] = ()) -> Reviewed:
            return Reviewed(hit, name, statistics, around, message)

        marked = exempt(draft, mark, self.cells)
        if marked:
            return said(*marked)
        if hit.kind != "quantity" and (candidate is None or candidate.verdict):
            return said("exempt", CLASSES[hit.kind])
        if candidate is None:
            return said("unknown", "本期没有文字和数值都相合的指标。")
        fact = candidate.fact.fact
        names = (fact.id, *candidate.others)
        stated = f"{fact.label} {fact.display}"
        if claim:
            return said("contradicts", claim, names)
        if candidate.verdict:
            dropped = fact.qualifier and fact.qualifier not in hit.text and not hit.approximation
            note = f"；原数是下限，文中漏写“{fact.qualifier}”" if dropped else ""
            return said(candidate.verdict, f"{stated}{note}", names)
        for edition in self.earlier:
            then = edition.get(fact.id)
            if then and hit.value is not None and verdict(printed(hit), known(then)):
                message = f"这是 {then.period} 的数（{then.display}）；本期 {stated}"
                return said("earlier", message, (fact.id,))
        return said("contradicts", f"本期 {stated}，文中写作“{hit.text}”", (fact.id,))


_reader: _Reader | None = None


def _claims(draft: Draft, hits: Sequence[Hit], chosen: Mapping[int, Candidate]) -> dict[int, str]:
    """Words beside a number that its fact contradicts (下降 beside a growth), by the hit's place."""
    found: dict[int, str] = {}
    for place, one in chosen.items():
        hit, fact = hits[place], one.fact.fact
        if not one.verdict or hit.value is None:
            continue
        unit = printed(hit).unit
        size = unit.size / one.fact.unit.size if unit.measures else Fraction(1)
        around = slice(max(0, hit.start - 40), hit.end + 40)
        shift = around.start
        stated = Stated(hit.start - shift, hit.end - shift, fact, hit.value * size)
        fault = next(word_faults(draft.scanned[around], stated), "")
        if fault:
            found[place] = fault
    return found
