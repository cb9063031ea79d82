"""Whether the numbers that a sentence prints agree with one another as printed. floor: arithmetic.

Only declared relations are tried: equations between facts, and the formula of a fact whose
operands are themselves facts. Numbers of different grains are never compared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from policybook.claims import shown_value
from policybook.model import Fact
from policybook.numbers import Interval, evaluate, evaluate_interval, names_in, round_half_up
from policybook.relations import Relation

NOTE = "注：各数已分别取舍到所示位数，按所示的数计算，与所列合计或比率略有出入。"
"""The standard note where rounding shows."""


@dataclass(frozen=True)
class Tie:
    """An equation between facts: ``result`` equals ``expression`` over dotted names."""

    result: str
    expression: str

    def names(self) -> set[str]:
        """The facts it speaks of."""
        return {self.result, *names_in(self.expression)}


@dataclass(frozen=True)
class Disagreement:
    """Printed numbers that do not agree with one another."""

    tie: Tie
    printed: str  # 1.2 + 2.3 = 3.5，所示为 3.6
    rounding: bool  # whether rounding explains it, so that the note is enough


def ties(relations: Iterable[Relation], facts: Mapping[str, Fact]) -> list[Tie]:
    """The equations that are declared, or that a fact's own formula states."""
    found = [
        tie
        for relation in relations
        if not relation.ledger and relation.op == "="
        for tie in _sides(relation)
    ]
    return list(dict.fromkeys([*found, *_formulas(facts)]))


def _sides(relation: Relation) -> Iterator[Tie]:
    for result, expression in (
        (relation.left, relation.right),
        (relation.right, relation.left),
    ):
        if names_in(result) == [result] and len(names_in(expression)) > 1:
            yield Tie(result, expression)


def _formulas(facts: Mapping[str, Fact]) -> Iterator[Tie]:
    """A rate and its two values: the same query gave an operand of one and the other fact."""
    plain: dict[str, list[str]] = {}
    for fact in facts.values():
        if fact.expression == "a":
            plain.setdefault(fact.operands[0].sql["duckdb"], []).append(fact.id)
    for fact in facts.values():
        operands = [plain.get(part.sql["duckdb"]) for part in fact.operands]
        if len(operands) > 1 and all(operands):
            letters = [part.name for part in fact.operands]
            for same in product(*filter(None, operands)):
                names = dict(zip(letters, same, strict=True))
                yield Tie(fact.id, _renamed(fact.expression, names))


def _renamed(expression: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\b[a-z]\b", lambda found: names.get(found[0], found[0]), expression)


def disagreements(
    printed: Collection[str], declared: Iterable[Tie], facts: Mapping[str, Fact]
) -> list[Disagreement]:
    """The equations between printed facts that do not hold for the numbers as printed."""
    there = set(printed)
    return [
        found
        for tie in declared
        if tie.names() <= there and (found := _compare(tie, facts)) is not None
    ]


def _compare(tie: Tie, facts: Mapping[str, Fact]) -> Disagreement | None:
    names = names_in(tie.expression)
    result = facts[tie.result]
    try:
        shown = {name: _ratio(facts[name], Fraction(facts[name].number)) for name in names}
        value = evaluate(tie.expression, shown)
        span = evaluate_interval(tie.expression, {name: _interval(facts[name]) for name in names})
    except ZeroDivisionError:
        return None
    scaled = value * 100 if result.unit == "%" else value
    if Fraction(round_half_up(scaled, result.decimals)) == Fraction(result.number):
        return None
    text = tie.expression
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, facts[name].display)
    computed = round_half_up(scaled, result.decimals)
    stated = _interval(result)
    return Disagreement(
        tie,
        f"{text} = {computed:f}{result.unit}，所示为 {result.display}",
        span.low <= stated.high and stated.low <= span.high,
    )


def _ratio(fact: Fact, number: Fraction) -> Fraction:
    return number / 100 if fact.unit == "%" else number


def _interval(fact: Fact) -> Interval:
    """Where a fact lies as far as its printed digits tell; a number printed whole is exact."""
    number = Fraction(fact.number)
    if shown_value(fact) == number:
        return Interval(_ratio(fact, number), _ratio(fact, number))
    half = Fraction(1, 2 * 10**fact.decimals)
    return Interval(_ratio(fact, number - half), _ratio(fact, number + half))
