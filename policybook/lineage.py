"""From a formula to its operands: values, records and cells. floor: lineage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from policybook.counted import AT_LEAST, count_cells, first_cells
from policybook.engines import Engine
from policybook.expression import Formula, Reduction
from policybook.ledgers import Ledger
from policybook.model import EVIDENCE, Cell, Operand
from policybook.numbers import EXACT
from policybook.operands import value_text
from policybook.queries import ENGINES, Places, compile_records, compile_reduction
from policybook.rollup import Rollup


@dataclass(frozen=True)
class Source:
    """What lineage is traced in: typed tables and the texts they came from."""

    engine: Engine
    ledgers: Mapping[str, Ledger]
    places: Places
    _rollups: dict[str, Rollup] = field(default_factory=dict)
    _records: dict[str, list[str]] = field(default_factory=dict)

    def rollup(self, name: str) -> Rollup:
        """A large ledger, added up when it is first asked for."""
        records = self.ledgers[name].large
        assert records is not None
        if name not in self._rollups:
            self._rollups[name] = Rollup(self.ledgers[name], records, self.engine)
        return self._rollups[name]

    def records(self, ledger: str, query: str) -> list[str]:
        """The ids that a query for records gives, in the order of the ledger's file."""
        if query not in self._records:
            known = self.ledgers[ledger].by_id
            found = (name for (name,) in self.engine.query(query))
            self._records[query] = sorted(found, key=lambda name: known[name][0])
        return self._records[query]


def trace(formula: Formula, source: Source) -> tuple[Operand, ...]:
    """Each reduction's value and the cells it depends on.

    Empty cells are named too: filling one would change the value.
    """
    return tuple(_operand(reduction, source) for reduction in formula.reductions)


def _operand(reduction: Reduction, source: Source) -> Operand:
    ledger, counted = source.ledgers[reduction.ledger], None
    if ledger.large is None:
        value, cells = _listed(reduction, source, ledger)
    else:
        rollup = source.rollup(reduction.ledger)
        value, counted = count_cells(reduction, rollup)
        cells = first_cells(reduction, rollup, counted.records)
    return Operand(
        name=reduction.name,
        reduction=reduction.kind,
        ledger=reduction.ledger,
        column=reduction.column,
        value=value_text(value),
        conditions=reduction.conditions,
        sql={name: compile_reduction(reduction.op, name, source.places) for name in ENGINES},
        records=tuple(cell.record for cell in cells),
        cells=cells,
        counted=counted,
    )


def _listed(reduction: Reduction, source: Source, ledger: Ledger) -> tuple[Any, tuple[Cell, ...]]:
    """An operand's value, and the cell of each of its records, in the order of the file."""
    engine = source.engine
    ((value,),) = engine.query(compile_reduction(reduction.op, engine.dialect, source.places))
    query = compile_records(reduction.relation, engine.dialect)
    cells = _cells(ledger, source.records(ledger.name, query), reduction.column)
    return value, tuple(cells)


def _cells(ledger: Ledger, records: Iterable[str], column: str) -> Iterator[Cell]:
    file, known, origins = ledger.published, ledger.by_id, ledger.origins
    for record in records:
        line, row = known[record]
        yield Cell(
            file=file,
            row=line,
            column=column,
            record=record,
            value=row[column],
            evidence=row.get("evidence", "record"),
            source=row.get("source", record),
            origin=origins[record].get(column, "") if record in origins else "",
        )


def weakest(operands: Iterable[Operand], printed: bool, alone: bool) -> str:
    """The evidence of a fact: that of its weakest cell.

    ``printed``: a rate stands as a document prints it, its base unknown.
    The rate itself is then "as printed", anything worked out from it "implied".
    """
    if printed:
        return "as printed" if alone else "implied"
    found = {name for part in operands for name in _evidence(part)}
    return max(found, key=EVIDENCE.index, default=EVIDENCE[0])


def _evidence(part: Operand) -> Iterable[str]:
    """The evidence of the filled cells."""
    if part.counted is not None:
        return (grade.evidence for grade in part.counted.grades)
    return (cell.evidence for cell in part.cells if cell.value)


def look_through(operands: Iterable[Operand]) -> Fraction | None:
    """The share of the value that rests on record rows (穿透率).

    For a formula the smallest share of its operands: a ratio is no better known
    than its worse side. None where nothing was added up.
    """
    shares = [share for part in operands if (share := _record_share(part)) is not None]
    return min(shares, default=None)


def _record_share(part: Operand) -> Fraction | None:
    weights = _weights(part)
    total = sum(weights.values(), Fraction(0))
    return weights.get("record", Fraction(0)) / total if total else None


def _weights(part: Operand) -> dict[str, Fraction]:
    """What the filled cells of each evidence weigh: their values in a sum, else their number."""
    if part.counted is not None:
        return {grade.evidence: Fraction(grade.amount) for grade in part.counted.grades}
    weights: dict[str, Decimal] = {}
    for cell in part.cells:
        if cell.value:
            weight = Decimal(cell.value).copy_abs() if part.reduction == "sum" else _ONE
            weights[cell.evidence] = EXACT.add(weights.get(cell.evidence, _NONE), weight)
    return {evidence: Fraction(weight) for evidence, weight in weights.items()}


_NONE, _ONE = Decimal(0), Decimal(1)


def lower_bounds(operands: Iterable[Operand], ledgers: Mapping[str, Ledger]) -> list[str]:
    """The operands that add up a measure stated as "at least" (余).

    How many items a record stands for is known, and so are dates and kinds.
    """
    return [
        part.name
        for part in operands
        if part.reduction == "sum" and part.column != "items"
        if (part.counted is not None and part.counted.at_least)
        or any(
            cell.value and ledgers[part.ledger].by_id[cell.record][1].get(AT_LEAST) == "是"
            for cell in (() if part.counted else part.cells)
        )
    ]
