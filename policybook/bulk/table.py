"""A large ledger in DuckDB: what breaks a rule is counted, the first told. floor: rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from policybook.bulk.typed import quoted_name, typed_source
from policybook.errors import Finding, LedgerError, error, warning
from policybook.large import Streamed, connect, csv_finding
from policybook.ledgers import Ledger
from policybook.problems import TOLD

_SAMPLE = 10_000
"""So many records of a Parquet file show whether a column's texts recur."""

Tell = Callable[[str, str], Finding]
"""A finding from place and cell."""


@dataclass(frozen=True)
class Rule:
    """What no cell of a column may be.

    A rule over texts looks at their column alone, unless it has a screen of its own.
    """

    column: str
    broken: str  # in SQL
    tell: Tell
    cell: str = ""  # the text that is told, in SQL; the cell's own unless given
    screen: str = ""  # over all records at once: holds wherever one breaks the rule
    parts: tuple[Rule, ...] = ()  # the rules that this one stands for


class Table:
    """A large ledger in a connection of its own."""

    def __init__(self, ledger: Ledger, records: Streamed) -> None:
        self.ledger = ledger
        self.records = records
        self.source = typed_source(records)
        self._connection = connect()

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; :class:`LedgerError` when the file cannot be read."""
        import duckdb

        try:
            return self._connection.execute(sql, list(values)).fetchall()
        except duckdb.Error as problem:
            raise LedgerError(csv_finding(self.records.path, str(problem))) from None

    def broken(self, rules: Sequence[Rule]) -> list[Rule]:
        """The rules that some record may break, asked in one pass over the file.

        A screen may doubt what is right, and must never pass what is wrong.  Of columns whose
        texts recur each text is kept once, and looked at.
        """
        apart = self._recurring()
        asked = [rule for rule in rules if rule.screen or rule.column not in apart]
        parts = [f'{rule.screen or _any(rule)} AS "{place}"' for place, rule in enumerate(asked)]
        parts += [f"list(DISTINCT {quoted_name(name)}) AS {quoted_name(name)}" for name in apart]
        self.query(f"CREATE OR REPLACE TABLE found AS SELECT {', '.join(parts)} FROM {self.source}")
        places = [f'"{place}"' for place in range(len(asked))]
        broken = self._which(asked, places, "found")
        for column in apart:
            its = [rule for rule in rules if rule.column == column and not rule.screen]
            texts = f"(SELECT unnest({quoted_name(column)}) AS {quoted_name(column)} FROM found)"
            broken += self._which(its, list(map(_any, its)), texts)
        return [rule for rule in rules if rule in broken]

    def _which(self, rules: list[Rule], conditions: list[str], source: str) -> list[Rule]:
        if not rules:
            return []
        answers = self.query(f"SELECT {', '.join(conditions)} FROM {source}")[0]
        return [rule for rule, answer in zip(rules, answers, strict=True) if answer]

    def _recurring(self) -> list[str]:
        """The columns of texts that recur."""
        names = ", ".join(map(quoted_name, self.ledger.schema.names))
        if self.records.parquet:
            rows = self.query(f"SELECT {names} FROM {self.source} LIMIT {_SAMPLE}")
        else:
            rows = self.records.sample()
        columns = zip(self.ledger.schema.fields, zip(*rows, strict=True), strict=False)
        return [
            field.name
            for field, cells in columns
            if field.type == "string" and not field.unique and len(set(cells)) * 2 <= len(cells)
        ]

    def told(self, rules: Iterable[Rule]) -> list[Finding]:
        """The first of the cells that break each rule, and how many more do, in one pass."""
        each = [one for rule in rules for one in rule.parts or (rule,)]
        if not each:
            return []
        line = "file_row_number" if self.records.parquet else "row_number() OVER () - 1"
        numbered = f"(SELECT {line} + {self.records.first_line} AS line, * FROM {self.source})"
        asked = ["line"]
        parts = []
        for place, rule in enumerate(each):
            cell = rule.cell or f"CAST({quoted_name(rule.column)} AS VARCHAR)"
            asked.append(f"coalesce({cell}, '') AS cell{place}, {rule.broken} AS broken{place}")
            parts.append(
                f"count_if(broken{place}), min(line, {TOLD}) FILTER (WHERE broken{place}), "
                f"arg_min(cell{place}, line, {TOLD}) FILTER (WHERE broken{place})"
            )
        ((*answers,),) = self.query(
            f"SELECT {', '.join(parts)} FROM (SELECT {', '.join(asked)} FROM {numbered})"
        )
        found = zip(each, answers[::3], answers[1::3], answers[2::3], strict=True)
        return [one for rule, *broken in found if broken[0] for one in self._tell(rule, *broken)]

    def _tell(self, rule: Rule, count: int, lines: list[int], cells: list[str]) -> list[Finding]:
        path = self.records.path
        places = (f"{path} 第{line}行 {rule.column}列" for line in lines)
        found = list(map(rule.tell, places, cells))
        if count > len(found):
            message = f"{found[0].code} 一类的问题还有 {count - len(found)} 处，没有列出。"
            more = error("ledger.more", f"{path} {rule.column}列", message, found[0].remedy)
            found.append(more if found[0].severity == "error" else warning(*_parts(more)))
        return found


def _any(rule: Rule) -> str:
    return f"bool_or({rule.broken})"


def _parts(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code, finding.place, finding.message, finding.remedy
