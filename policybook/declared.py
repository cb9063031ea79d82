"""What a Table Schema declares of pairs and of changed plans. floor: schema."""

from __future__ import annotations

from dataclasses import dataclass


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
