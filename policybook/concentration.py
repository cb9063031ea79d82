"""Where the money is concentrated: the ledger ``concentration``. floor: derived.

A ledger whose schema divides what it keeps apart (``apart.groups``) gives a row for each measure
and group, with its rank.  Only where every record is itemised: a printed total says nothing of how
it is made up, and a rank beside it would be invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from policybook.derived import Row, Standing
from policybook.numbers import is_number, plain
from policybook.schema import Field, Schema

CONCENTRATION = "concentration"
ITEMISED = "record"

Records = Mapping[str, Iterable[Row]]
"""The records of each ledger by its name."""


def concentration_of(standing: Standing) -> list[dict[str, str]]:
    """The rows of ``concentration``: by ledger, measure and column, the largest group first."""
    return [
        row
        for schema in standing.ruled("apart")
        if (rule := schema.apart)
        for measure in rule.measures
        for column in rule.groups
        for row in _ranked(schema, schema.field(measure), schema.field(column), standing.records)
    ]


def _ranked(
    schema: Schema, measure: Field, column: Field, records: Records
) -> Iterator[dict[str, str]]:
    """One measure divided by one column, apart for what may not be mixed with it."""
    assert schema.apart is not None
    others = [name for name in schema.apart.by if name != column.name]
    parts: dict[tuple[str, ...], list[Row]] = {}
    for row in records[schema.name]:
        parts.setdefault(tuple(row[name] for name in others), []).append(row)
    titles = {row["id"]: row["title"] for row in records.get(column.references, ())}
    for number, (part, rows) in enumerate(sorted(parts.items()), start=1):
        if any(row["evidence"] != ITEMISED for row in rows):
            continue
        sums = _sums(measure, column, rows)
        total, before = sum(sums.values(), Decimal(0)), Decimal(0)
        largest_first = sorted(sums, key=lambda group: (-sums[group], group))
        told = "·".join([measure.title, *part])
        code = f"{schema.name}-{measure.name}-{column.name}" + (f"-{number}" if others else "")
        for rank, group in enumerate(largest_first, start=1):
            name = titles.get(group, group)
            yield {
                "id": f"{code}-{rank}",
                "title": f"{told}：{name}",
                "ledger": schema.name,
                "measure": told,
                "by": column.title,
                "group": group,
                "name": name,
                "amount": plain(sums[group]),
                "unit": measure.unit,
                "rank": str(rank),
                "largest": "是" if rank == 1 else "否",
                "half": "是" if before * 2 < total else "否",
                "items": "1",
                "evidence": ITEMISED,
                "source": next(row["source"] for row in rows if row[column.name] == group),
                "note": "",
            }
            before += sums[group]


def _sums(measure: Field, column: Field, rows: Iterable[Row]) -> dict[str, Decimal]:
    """The sum of each group that has any; mistyped cells count as empty ones."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        group, text = row[column.name], row[measure.name]
        if group and is_number(text) and Decimal(text) > 0:
            sums[group] = sums.get(group, Decimal(0)) + Decimal(text)
    return sums
