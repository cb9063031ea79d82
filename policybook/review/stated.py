"""Numbers of which the document itself says what they are. floor: review.

A field that names its statistic is the strongest evidence there is: its number is compared with
that statistic and no other, so that one edited by hand within the field contradicts it.
A number that is marked as a ledger's cell states no statistic, but it has to be in the ledgers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from policybook.claims import NUMBERS, shown
from policybook.drafts import Draft, Mark
from policybook.drafts.fields import CELL
from policybook.ledgers import Ledger
from policybook.marked import EDITION
from policybook.review.known import Known
from policybook.review.match import Candidate
from policybook.scan import Hit

_PERIOD = "期号"


def marks_of(draft: Draft, hits: Sequence[Hit]) -> dict[int, Mark]:
    """The mark within which each hit lies, by the hit's place; an edition's name is one too."""
    found: dict[int, Mark] = {}
    editions = [Mark(*name.span(), _PERIOD) for name in EDITION.finditer(draft.text)]
    marks = sorted([*draft.marks, *editions], key=lambda mark: mark.start)
    first = 0
    for place, hit in enumerate(hits):
        while first < len(marks) and marks[first].end <= hit.start:
            first += 1
        for mark in marks[first:]:
            if mark.start > hit.start:
                break
            if hit.numeral_end <= mark.end:
                found[place] = mark
    return found


def stated(
    draft: Draft, marks: Mapping[int, Mark], facts: Mapping[str, Known]
) -> Iterator[tuple[int, Candidate]]:
    """Hits within a field that names a statistic of the edition, each with that one."""
    own = {name: one.fact for name, one in facts.items()}
    for place, mark in marks.items():
        name, _, show = mark.name.partition("|")
        if name not in facts:
            continue
        try:
            right = shown(own[name], show or "display", own)
        except ValueError:
            continue  # another program's name for a property
        same = draft.text[mark.start : mark.end] == right
        yield place, Candidate(place, facts[name], 1.0, "same" if same else "", False, 1)


def exempt(draft: Draft, mark: Mark | None, cells: Collection[str]) -> tuple[str, str] | None:
    """Verdict and message of a number that states no statistic by its mark; None for others."""
    if mark is None or mark.name not in (CELL, _PERIOD):
        return None
    if mark.name == _PERIOD:
        return "exempt", _PERIOD
    if draft.text[mark.start : mark.end] in cells:
        return "exempt", "台账单元格"
    return "contradicts", "文中标作台账单元格，本期台账里没有这样的一格。"


def cell_texts(ledgers: Mapping[str, Ledger]) -> frozenset[str]:
    """What cells say, and how pages show a record's source: its document's short title, place."""
    short = {row["id"]: row["short"] for row in ledgers["documents"].rows}
    held = (ledger for ledger in ledgers.values() if ledger.large is None)
    texts = {text for ledger in held for row in ledger.rows for text in row.values()}
    for text in [text for text in texts if text.partition(":")[0] in short]:
        document, _, place = text.partition(":")
        texts.add(f"{short[document]} · {place}" if place else short[document])
    return frozenset(texts)


def is_number(mark: Mark | None) -> bool:
    """Whether what a mark names is the statistic's number, and not its formula or a word."""
    return mark is None or (mark.name.partition("|")[2] or "display") in NUMBERS
