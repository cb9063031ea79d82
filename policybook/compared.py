"""How a number moved since earlier editions, in words and numbers that are facts. floor: book."""

from __future__ import annotations

from collections.abc import Iterator

from policybook.book import Book
from policybook.claims import claim_word
from policybook.comparisons import AGAINST, EARLIER
from policybook.model import Fact

Piece = str | tuple[Fact, str]
"""Words, or a fact and the variant of it that is shown."""


def clauses(book: Book, statistic: str) -> Iterator[list[Piece]]:
    """比上季度减少3项、下降5.0%; 与上年同期持平: one for each earlier edition there is."""
    for kind, (_, name, _) in AGAINST.items():
        change = book.facts.get(f"{statistic}.{kind}_change")
        if change is not None:
            growth = book.facts.get(f"{statistic}.{kind}_growth")
            said = [*_clause(name, change, growth)]
            yield [*said, "，基数已修订"] if _revised(book, change) else said


def _clause(name: str, change: Fact, growth: Fact | None) -> Iterator[Piece]:
    if claim_word(change) == "持平":
        yield f"与{name}"
        yield (change, "word")
        return
    yield f"比{name}"
    yield (change, "word")
    yield (change, "size")
    if growth is not None:
        yield "、"
        yield (growth, "word")
        if claim_word(growth) != "持平":
            yield (growth, "size")


def _revised(book: Book, change: Fact) -> bool:
    """Whether the value compared with is not what was published then."""
    return any(
        book.ledgers[EARLIER].by_id[cell.record][1]["note"]
        for part in change.operands
        if part.ledger == EARLIER
        for cell in part.cells
    )
