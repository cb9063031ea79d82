"""A ledger's life cycle: its states in order, the moves allowed between editions. floor: schema.

Declared in a Table Schema as ``lifecycle``; the words of a state are those that the list itself
uses, and each stands for one of four stages, so that lists with words of their own can be read
side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STAGES = ("列入", "推进", "待核", "销号")
"""On the list, being worked on, solved and waiting for verification, cleared."""
CLEARED = STAGES[-1]
KEPT = ("category", "upward", "responsible", "project", "funds", "statistics")
"""What the derived ledgers can take over from a record, beside its id and title."""


@dataclass(frozen=True)
class State:
    """One word of the status column."""

    word: str
    stage: str  # one of STAGES
    next: tuple[str, ...]  # words that a record may have in the next edition
    date: str = ""  # column with the day on which it was reached; "" where none is kept
    groups: tuple[str, ...] = ()  # lists that use the word; () for all

    @property
    def rank(self) -> int:
        """Its stage's place."""
        return STAGES.index(self.stage)

    def on_list(self, group: str) -> bool:
        """Whether a list uses the word."""
        return not self.groups or group in self.groups


@dataclass(frozen=True)
class Lifecycle:
    """The states that a record goes through, and the columns that prove it."""

    status: str
    group: str  # the column that says which list a record stands on; "" for one list
    listed: str  # the day from which its age counts
    proof: str  # what a cleared record was cleared by
    begins: tuple[str, ...]  # words that a record may have in its first edition
    ages: tuple[int, ...]  # upper ends of the classes of age, in days
    keep: dict[str, str]  # column of the derived ledgers ← column of this one
    states: tuple[State, ...]

    def state(self, word: str) -> State | None:
        """The state of that word; ``None`` for another word, and for none."""
        return next((one for one in self.states if one.word == word), None)

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        named = [self.status, self.group, self.listed, self.proof, *self.keep.values()]
        return [one for one in (*named, *self.dates) if one]

    @property
    def dates(self) -> list[str]:
        """The columns of dates in the order in which they are reached."""
        ranked = sorted(self.states, key=lambda one: one.rank)
        return list(dict.fromkeys(one.date for one in ranked if one.date))

    def required(self, state: State) -> tuple[str, ...]:
        """The columns that a record in a state must fill: no stage is reached past another."""
        if not state.date:
            return ()
        dates = tuple(self.dates[: self.dates.index(state.date) + 1])
        return (*dates, self.proof) if state.stage == CLEARED else dates

    def age(self, days: int) -> str:
        """The class of age of so many days."""
        lower = 0
        for upper in self.ages:
            if days <= upper:
                return f"{lower + 1}至{upper}天" if lower else f"{upper}天以内"
            lower = upper
        return f"{lower}天以上"


def parse_lifecycle(entry: Mapping[str, Any]) -> Lifecycle:
    """The property as it stands in a schema; ``KeyError`` or ``TypeError`` when it is not one."""
    states = tuple(
        State(
            one["word"],
            one["stage"],
            tuple(one["next"]),
            one.get("date", ""),
            tuple(one.get("groups", ())),
        )
        for one in entry["states"]
    )
    rest = {name: entry[name] for name in entry if name not in ("states", "begins", "ages")}
    found = Lifecycle(
        **{"group": "", "keep": {}} | rest,
        begins=tuple(entry["begins"]),
        ages=tuple(entry["ages"]),
        states=states,
    )
    words = [one.word for one in states]
    named = {*found.begins, *(word for one in states for word in one.next)}
    strange = [one.stage for one in states if one.stage not in STAGES]
    strange += [*sorted(named - set(words)), *sorted(found.keep.keys() - set(KEPT))]
    if strange or len(set(words)) < len(words) or sorted(found.ages) != list(found.ages):
        raise KeyError(f"lifecycle 的写法 {'、'.join(strange) or '、'.join(words)}")
    return found
