"""A large ledger in DuckDB: what breaks a rule is counted, the first told. floor: rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from policybook.errors import Finding, LedgerError, error, warning
from policybook.large import Streamed, connect, csv_finding
from policybook.ledgers import Ledger
from policybook.problems import TOLD

_SAMPLE = 100_000
"""So many records show whether a column's texts recur."""

Tell = Callable[[str, str], Finding]
"""A finding from place and cell."""


@dataclass(frozen=True)
class Rule:
    """What no cell of a column may be."""

    column: str
    broken: str  # in SQL
    tell: Tell
    raw: bool = False  # whether it is over the texts of a CSV, not over typed values


class Table:
    """A large ledger in a connection of its own."""

    def __init__(self, ledger: Ledger, records: Streamed) -> None:
        self.ledger = ledger
        self.records = records
        self._connection = connect()

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; :class:`LedgerError` when the file cannot be read."""
        import duckdb

        try:
            return self._connection.execute(sql, list(values)).fetchall()
        except duckdb.Error as problem:
            raise LedgerError(csv_finding(self.records.path, str(problem))) from None

    def count(self, rules: Iterable[str], source: str = "") -> list[int]:
        """How many records break each rule, in one pass."""
        counts = ", ".join(f"count_if({rule})" for rule in rules)
        if not counts:
            return []
        return list(self.query(f"SELECT {counts} FROM {source or self.records.scan}")[0])

    def count_values(self, column: str, rules: Iterable[str]) -> list[int]:
        """The same of rules over one column, each text of which is looked at once if it recurs."""
        name, scan = quoted_name(column), self.records.scan
        sample = f"(SELECT {name} FROM {scan} LIMIT {_SAMPLE})"
        ((all_of, different),) = self.query(
            f"SELECT count(*), count(DISTINCT {name}) FROM {sample}"
        )
        if different * 2 > all_of:
            return self.count(rules)
        counts = ", ".join(f"coalesce(sum(n) FILTER (WHERE {rule}), 0)" for rule in rules)
        values = f"(SELECT {name}, count(*) AS n FROM {scan} GROUP BY 1)"
        return list(map(int, self.query(f"SELECT {counts} FROM {values}")[0])) if counts else []

    def tell(self, rule: Rule, count: int) -> list[Finding]:
        """The first of the cells that break a rule, and how many more do."""
        if not count:
            return []
        first = self.records.first_line
        source = f"(SELECT file_row_number + {first} AS line, * FROM {self.records.scan})"
        if rule.raw:
            numbered = f"row_number() OVER () + {first - 1} AS line"
            source = f"(SELECT {numbered}, * FROM {self.records.raw})"
        rows = self.query(
            f"SELECT line, coalesce(CAST({quoted_name(rule.column)} AS VARCHAR), '') "
            f"FROM {source} WHERE {rule.broken} LIMIT {TOLD}"
        )
        path = self.records.path
        found = [rule.tell(f"{path} 第{line}行 {rule.column}列", cell) for line, cell in rows]
        if count > len(found):
            message = f"{found[0].code} 一类的问题还有 {count - len(found)} 处，没有列出。"
            more = error("ledger.more", f"{path} {rule.column}列", message, found[0].remedy)
            found.append(more if found[0].severity == "error" else warning(*_parts(more)))
        return found


def _parts(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code, finding.place, finding.message, finding.remedy


def quoted_name(name: str) -> str:
    """A column as SQL names it."""
    return f'"{name}"'
