"""A policy matrix that fills up: policies enter as drafts and are issued later. floor: demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from policybook.demo.chance import Chance
from policybook.demo.city import (
    DEPARTMENTS,
    MARK,
    MATRIX,
    POLICY_KINDS,
    POLICY_ORIGINS,
    POLICY_SUBJECTS,
    STRATEGY,
)
from policybook.demo.quarters import FIRST, Quarter
from policybook.demo.tasks import Row

STOCK = 5
"""Policies that are there when the matrix is made."""
LATE = 3
"""So many quarters the last strategy waits for its first policy."""
ENTRY = "政策矩阵"


@dataclass
class Policy:
    """A policy as it stands; it changes when it is issued."""

    id: str
    title: str
    kind: str
    parent: str
    section: str
    department: str
    origin: str
    source: str
    entered_on: date | None
    issued_on: date | None = None


class PolicyMatrix:
    """All policies of the city, under an opinion and its strategies."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._policies: list[Policy] = []

    def advance(self, quarter: Quarter) -> list[Row]:
        """The quarter's ledger: some drafts are issued, and some policies enter."""
        first = not self._policies
        for one in self._policies:
            if one.issued_on is None and self._chance.happens(55):
                one.issued_on = quarter.day(self._chance.between(5, 88))
        count = STOCK if first else self._chance.between(1, 2)
        for _ in range(count):
            self._enter(quarter, first)
        entries = list(_entries(quarter))
        return entries + [_row(one) for one in self._policies]

    def _enter(self, quarter: Quarter, first: bool) -> None:
        number = len(self._policies) + 1
        waiting = (quarter.year - FIRST.year) * 4 + quarter.number - FIRST.quarter < LATE
        entry = self._chance.pick(MATRIX[:-1] if waiting else MATRIX)
        section = self._chance.pick(entry.sections)
        kind, subject = self._chance.pick(POLICY_KINDS), self._chance.pick(POLICY_SUBJECTS)
        place = f"report-{quarter.code}:政策表第{number}项"
        policy = Policy(
            f"policy-{number:03d}",
            f"{section}{subject}{kind}（演示{number:03d}）",
            kind,
            entry.id,
            section,
            self._chance.pick(DEPARTMENTS),
            self._chance.pick(POLICY_ORIGINS),
            place,
            None if first else quarter.day(self._chance.between(5, 88)),
        )
        if first and number % 2:
            policy.issued_on = quarter.first - timedelta(self._chance.between(30, 300))
            policy.origin = ""  # the stock is taken without it
        self._policies.append(policy)


def _entries(quarter: Quarter) -> Iterator[Row]:
    for entry in MATRIX:
        yield {
            "id": entry.id,
            "title": f"{entry.title}（演示）",
            "kind": entry.kind,
            "section": ENTRY,
            "status": "已出台",
            "issued_on": f"{FIRST.year - 1}-03-01",
            "origin": "上级印发" if entry.kind == STRATEGY else "本市印发",
            "progress": "；".join(entry.progress),
            "source": f"report-{quarter.code}:政策矩阵",
            "note": MARK,
        }


def _row(one: Policy) -> Row:
    return {
        "id": one.id,
        "title": one.title,
        "kind": one.kind,
        "parent": one.parent,
        "section": one.section,
        "status": "已出台" if one.issued_on else "制定中",
        "issued_on": one.issued_on.isoformat() if one.issued_on else "",
        "entered_on": one.entered_on.isoformat() if one.entered_on else "",
        "origin": one.origin,
        "department": one.department,
        "source": one.source,
        "note": MARK,
    }
