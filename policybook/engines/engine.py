"""What computing asks of an engine. floor: engines."""

from __future__ import annotations

from typing import Any, Protocol


class Engine(Protocol):
    """Ledgers as typed tables of their own names, wherever they are, and answers from there."""

    @property
    def dialect(self) -> str:
        """The SQL it understands, as :mod:`policybook.expression` calls it."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one query as plain values: int, Decimal, str, date or None."""
