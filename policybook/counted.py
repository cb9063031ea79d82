"""Operands over large ledgers: what they rest on is counted by DuckDB. floor: lineage.

One query has all that evidence, look-through rate, documents and departments are made of,
and the operand's own value; a second one the first of its records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from policybook.expression import Reduction
from policybook.model import Cell, Counted, Grade
from policybook.numbers import exact_text, to_exact
from policybook.queries import compile_records
from policybook.rollup import Rollup

LISTED = 20
"""So many records of a large ledger are listed, in the order of its file."""
AT_LEAST = "at_least"
"""The column that says a printed count is a lower bound."""

Value = Any
"""What an engine answers: int, Decimal, str, date or None."""


def count_cells(reduction: Reduction, rollup: Rollup) -> tuple[Value, Counted]:
    """An operand's value, and what it rests on."""
    names = rollup.ledger.schema.names
    number = reduction.kind == "sum"
    evidence = "evidence" if "evidence" in names else "'record'"
    department = "department" if "department" in names else "NULL"
    parts = (
        _of_sums(reduction, rollup) if rollup.covers(reduction) else _of_cells(reduction, rollup)
    )
    rows = rollup.engine.query(
        f"SELECT {evidence}, {parts.document}, {department}, {parts.records}, {parts.filled}, "
        f"{_bound(parts) if AT_LEAST in names else 0}, {parts.value}, {parts.weight} "
        f"FROM {parts.relation} GROUP BY ALL"
    )
    grades: dict[str, tuple[int, Fraction]] = {}
    for grade, _, _, _, filled, _, _, weight in rows:
        cells, amount = grades.get(grade or "record", (0, Fraction(0)))
        added = to_exact(weight or 0) if number else Fraction(int(filled or 0))
        grades[grade or "record"] = cells + int(filled or 0), amount + added
    records = sum(int(row[3]) for row in rows)
    counted = Counted(
        records=records,
        empty=records - sum(cells for cells, _ in grades.values()),
        grades=tuple(
            Grade(name, cells, exact_text(amount))
            for name, (cells, amount) in sorted(grades.items())
            if cells
        ),
        at_least=any(row[5] for row in rows),
        documents=_named(row[1] for row in rows if row[4]),
        departments=_named(row[2] for row in rows),
        query=compile_records(reduction.relation, "duckdb"),
    )
    return _value(reduction, [row[6] for row in rows if row[6] is not None], rollup), counted


@dataclass(frozen=True)
class _Parts:
    """What is asked of a relation for one operand, in SQL."""

    relation: str
    document: str
    records: str
    filled: str
    value: str
    weight: str


def _of_cells(reduction: Reduction, rollup: Rollup) -> _Parts:
    column = f'"{reduction.column}"'
    return _Parts(
        rollup.chosen(reduction),
        rollup.document,
        "count(*)",
        f"count({column})",
        "NULL" if reduction.kind == "nunique" else f"{reduction.kind}({column})",
        f"sum(abs({column}))" if reduction.kind == "sum" else "NULL",
    )


def _of_sums(reduction: Reduction, rollup: Rollup) -> _Parts:
    column, kind = reduction.column, reduction.kind
    kept = column in rollup.kept
    part = f'"{column}"' if kept else f'"{kind} {column}"'
    filled = f'sum("records ") FILTER (WHERE "{column}" IS NOT NULL)'
    return _Parts(
        rollup.summed(reduction),
        '"document "',
        'sum("records ")',
        filled if kept else f'sum("filled {column}")',
        "NULL" if kind == "nunique" else f"{kind}({part})",
        f'sum("weight {column}")' if kind == "sum" else "NULL",
    )


def _bound(parts: _Parts) -> str:
    """Whether there are filled cells that are stated as a lower bound."""
    return f"max({AT_LEAST} = '是') AND coalesce({parts.filled}, 0) > 0"


def _named(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def _value(reduction: Reduction, parts: list[Value], rollup: Rollup) -> Value:
    """The parts' value; kinds in different parts may be the same, and are counted anew."""
    if reduction.kind == "nunique":
        known = rollup.covers(reduction) and reduction.column in rollup.kept
        relation = rollup.summed(reduction) if known else rollup.chosen(reduction)
        query = f'SELECT count(DISTINCT "{reduction.column}") FROM {relation}'
        return rollup.engine.query(query)[0][0]
    if not parts:
        return 0 if reduction.column == "items" else None  # no record of a kind is a count of 0
    if reduction.kind == "sum":
        return sum(map(to_exact, parts), Fraction(0))
    return (min if reduction.kind == "min" else max)(parts)


def first_cells(reduction: Reduction, rollup: Rollup, records: int) -> tuple[Cell, ...]:
    """The cells of the first of an operand's records."""
    names = rollup.ledger.schema.names
    evidence = "evidence" if "evidence" in names else "'record'"
    source = "source" if "source" in names else "id"
    rows: list[tuple[Any, ...]] = []
    for relation in rollup.first(reduction, records):
        rows = rollup.engine.query(
            f'SELECT file_row_number, id, CAST("{reduction.column}" AS VARCHAR), {evidence}, '
            f"{source} FROM {relation} LIMIT {LISTED}"
        )
        if len(rows) == min(records, LISTED):
            break
    return tuple(
        Cell(
            file=rollup.ledger.published,
            row=rollup.records.first_line + place,
            column=reduction.column,
            record=record,
            value=value or "",
            evidence=grade or "record",
            source=document or "",
        )
        for place, record, value, grade, document in rows
    )
