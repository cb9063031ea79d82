"""Plans that were changed on purpose: cells with before, after and reason. floor: explanations.

A ledger whose schema has ``adjusting`` lists the cells of other ledgers that were changed in this
quarter.  It is checked against them: a changed plan that it names is no unexplained change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from policybook.declared import Adjusting
from policybook.errors import Finding, error
from policybook.ledgers import Ledger
from policybook.numbers import is_number

Cell = tuple[str, str, str]
"""Ledger, record, column."""


@dataclass(frozen=True)
class Adjustment:
    """A cell that was changed on purpose, and where that is told."""

    cell: Cell
    before: str
    after: str
    reason: str
    told_in: Ledger = field(repr=False)
    index: int  # of its record
    rule: Adjusting

    def place(self, column: str) -> str:
        """A cell of the record that tells of it."""
        return self.told_in.place(self.index, column)


def adjustments(ledgers: Mapping[str, Ledger]) -> list[Adjustment]:
    """Every adjustment that an edition's ledgers tell of."""
    return [
        Adjustment(
            (row[rule.ledger], row[rule.record], row[rule.column]),
            row[rule.before],
            row[rule.after],
            row[rule.reason],
            ledger,
            index,
            rule,
        )
        for ledger in ledgers.values()
        if (rule := ledger.schema.adjusting) and ledger.large is None
        for index, row in enumerate(ledger.rows)
    ]


def adjusted(ledgers: Mapping[str, Ledger]) -> dict[Cell, str]:
    """The reason of each cell that was changed on purpose."""
    return {one.cell: one.reason for one in adjustments(ledgers)}


def check_adjustments(now: Mapping[str, Ledger], before: Mapping[str, Ledger]) -> list[Finding]:
    """Whether each adjustment says what the ledgers say, now and in the earlier edition.

    ``before``: the earlier edition's ledgers; none where there is no earlier edition.
    """
    findings: list[Finding] = []
    seen: set[Cell] = set()
    for one in adjustments(now):
        faults = list(_faults(one, now, before))
        if one.cell in seen:
            faults.append(
                _fault(one, "twice", one.rule.record, "同一格在本期登记了两次调整。", "并为一条。")
            )
        seen.add(one.cell)
        findings += faults
    return findings


def _faults(
    one: Adjustment, now: Mapping[str, Ledger], before: Mapping[str, Ledger]
) -> Iterator[Finding]:
    name, record, column = one.cell
    rule = one.rule
    ledger = now.get(name)
    if ledger is None or ledger.schema.derived or ledger.large is not None:
        yield _fault(one, "ledger", rule.ledger, f"没有可以调整的台账 {name}。", "写台账的英文名。")
        return
    title = ledger.schema.title
    if column not in ledger.schema.names:
        yield _fault(one, "column", rule.column, f"{title}没有列 {column}。", "写列的英文名。")
        return
    if record not in ledger.by_id:
        yield _fault(one, "record", rule.record, f"{title}没有记录 {record}。", "写记录的编号。")
        return
    if same(one.before, one.after):
        yield _fault(one, "same", rule.after, "调整前后相同。", "没有调整的，删去这一条。")
    there = ledger.by_id[record][1][column]
    if not same(there, one.after):
        message = f"调整后写作“{one.after}”，{title}现为“{there}”。"
        yield _fault(one, "after", rule.after, message, "改正其中一处。")
    if name in before:
        known = before[name].by_id.get(record)
        if known is None:
            message = f"上期的{title}没有记录 {record}，无从调整。"
            yield _fault(one, "new", rule.record, message, "新增的记录不算调整，删去这一条。")
        elif not same(known[1].get(column, ""), one.before):
            message = f"调整前写作“{one.before}”，上期的{title}为“{known[1].get(column, '')}”。"
            yield _fault(one, "before", rule.before, message, "改为上期的值。")


def same(one: str, other: str) -> bool:
    """Whether two cells say the same; 200 and 200.00 do."""
    if is_number(one) and is_number(other):
        return Fraction(one) == Fraction(other)
    return one == other


def _fault(one: Adjustment, code: str, column: str, message: str, remedy: str) -> Finding:
    return error(f"adjust.{code}", one.place(column), message, remedy)
