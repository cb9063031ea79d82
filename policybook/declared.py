"""Rules about a whole ledger that its schema declares. floor: schema."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Requirement:
    """Columns that a record must fill once it has certain values."""

    when: dict[str, str]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Completion:
    """The columns of plan and completion, and the one that allows more than the plan."""

    planned: str
    completed: str
    may_exceed: str  # 是: completion may be over 100 %


@dataclass(frozen=True)
class Deadline:
    """The columns that say when a record is due, and when it was done; "" for none.

    Due is ``received`` and so many ``months``; a date in ``due`` is then the one that a document
    prints, and otherwise the due date itself.
    """

    done: str  # when it was answered or cleared …
    status: str  # … which this column then says …
    word: str  # … by this value
    responsible: str
    due: str
    received: str = ""
    months: str = ""
    parent: str = ""  # the record that it shares its dates with, where it has none itself

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        return [one for name, one in vars(self).items() if one and name != "word"]


@dataclass(frozen=True)
class Pairing:
    """The columns by which strong records are paired with weak ones; "" for none.

    Who is strong and who is weak stands in ``stars``; same domain goes before same district.
    """

    stars: str
    strong: str  # the value of ``stars`` of who helps …
    weak: str  # … and of who is helped
    domain: str
    district: str = ""
    leader: str = ""  # the linked leader

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        return [one for name, one in vars(self).items() if one and name not in ("strong", "weak")]


@dataclass(frozen=True)
class Adjusting:
    """The columns of a ledger whose records say which cell was changed, from what to what."""

    ledger: str
    record: str
    column: str
    before: str
    after: str
    reason: str

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        return list(vars(self).values())


@dataclass(frozen=True)
class Apart:
    """Measures that are never added together.

    One sum holds one of ``measures``, over records that agree in each column of ``by``.
    So what was applied for and what was approved cannot end up in the same number.
    """

    measures: tuple[str, ...]
    by: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # columns by which each measure is divided and ranked

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        return [*self.measures, *self.by, *self.groups]


@dataclass(frozen=True)
class Matrix:
    """How policies form a matrix: entries down, tasks across."""

    column: str  # the column of the ledger, and of ``ledgers``, that says where a record belongs
    entry: str  # its value in an entry of the matrix, such as an opinion or a national strategy
    tasks: tuple[str, ...]  # its values that are tasks, in the order in which they are shown
    parent: str  # the policy that a policy serves; its chain ends at an entry
    progress: str  # the column in which an entry lists where its progress is told
    results: tuple[str, ...]  # kinds that are the outcome of a policy and none themselves
    drafting: str  # the status of a policy that is not issued yet
    ledgers: tuple[str, ...]  # whose records are progress

    @property
    def columns(self) -> list[str]:
        """The columns it speaks of."""
        return [self.column, self.parent, self.progress, "kind", "status"]
