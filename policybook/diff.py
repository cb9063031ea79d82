"""Two editions compared: facts, the records behind each change, the sentences. floor: diff."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from policybook.claims import shown
from policybook.model import Fact
from policybook.numbers import display_text, number_text
from policybook.trace import edition_facts

KINDS = {"changed": "变动", "new": "新增", "gone": "不再有"}
_ROLE = re.compile(r"\{(stat(?:-[a-z]+)?|compared)\}`([^`]+)`")


@dataclass(frozen=True)
class CellChange:
    """A cell behind a change."""

    ledger: str
    record: str
    column: str
    before: str | None  # None: the record was not there
    after: str | None


@dataclass(frozen=True)
class FactChange:
    """A statistic that is not the same in both editions."""

    kind: str  # a key of KINDS
    id: str
    label: str
    before: str  # as displayed; "" when new
    after: str
    difference: str  # after less before, as displayed
    cells: tuple[CellChange, ...]  # behind a change; a fact that is new rests on all its own
    sentences: tuple[str, ...]  # of the newer edition, with page


def compare_editions(root: Path, data: Path, old: str, new: str) -> list[FactChange]:
    """Every statistic that changed, is new or gone; in the order of the editions' facts."""
    before, after = edition_facts(root, data, old), edition_facts(root, data, new)
    printed = _sentences(root / "book", after)
    found = []
    for name in {**after, **before}:
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None:
            if (one.value, one.display) == (other.value, other.display):
                continue
            kind = "changed"
        else:
            kind = "gone" if other is None else "new"
        fact = other or one
        assert fact is not None
        found.append(
            FactChange(
                kind,
                name,
                fact.label,
                one.display if one else "",
                other.display if other else "",
                _difference(one, other),
                tuple(_cells(one, other)) if kind == "changed" else (),
                tuple(printed.get(name, ())),
            )
        )
    return found


def _difference(one: Fact | None, other: Fact | None) -> str:
    if one is None or other is None or one.unit != other.unit:
        return ""
    change = Fraction(other.value) - Fraction(one.value)
    decimals = max(one.decimals, other.decimals)
    unit = "个百分点" if other.unit == "%" else other.unit
    number = number_text(change * 100 if other.unit == "%" else change, "", decimals)
    return f"{'+' if Fraction(number) > 0 else ''}{display_text(number, unit, '')}"


def _cells(one: Fact | None, other: Fact | None) -> Iterator[CellChange]:
    """The cells that are not the same on both sides."""
    sides = [_values(one), _values(other)]
    for place in {**sides[0], **sides[1]}:
        before, after = sides[0].get(place), sides[1].get(place)
        if before != after:
            yield CellChange(*place, before, after)


def _values(fact: Fact | None) -> dict[tuple[str, str, str], str]:
    if fact is None:
        return {}
    return {
        (part.ledger, cell.record, cell.column): cell.value
        for part in (*fact.operands, *fact.missing)
        for cell in part.cells
    }


def _sentences(book: Path, facts: Mapping[str, Fact]) -> dict[str, list[str]]:
    """The lines of the narrative that print each statistic, roles filled in, with their page."""

    def filled(match: re.Match[str]) -> str:
        name, _, argument = match[2].partition(" ")
        variant = match[1].removeprefix("stat").removeprefix("-") or "display"
        if name not in facts or match[1] == "compared":
            return ""
        try:
            return shown(facts[name], f"{variant}:{argument}" if argument else variant, facts)
        except ValueError:
            return ""

    found: dict[str, list[str]] = {}
    for path in sorted(book.glob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            names = [match[2].partition(" ")[0] for match in _ROLE.finditer(line)]
            for name in dict.fromkeys(names):
                sentence = f"{path.name}：{_ROLE.sub(filled, line).strip()}"
                found.setdefault(name, []).append(sentence)
    return found
