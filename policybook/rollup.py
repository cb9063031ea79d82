"""A large ledger added up once by the columns that records are chosen by. floor: lineage.

Most statistics choose records by columns of few different texts: kind, district, stage.  One
pass over the file adds everything up for each combination of these, exactly; the statistics
are then worked out from some thousand sums instead of some million records.
What is chosen or counted otherwise is asked of the file: once of a CSV as it is, and when
that happens again of a typed copy.
"""

from __future__ import annotations

from collections.abc import Iterator

from policybook.engines import Engine
from policybook.engines.tables import asked_there
from policybook.expression import Reduction
from policybook.large import Streamed
from policybook.ledgers import Ledger
from policybook.queries import compile_relation
from policybook.schema import Field

FEW = 100
"""A column of no more different texts is one that records are chosen by."""
_COMBINED = 50_000
"""So many combinations at most are added up apart."""
_BEGINNING = 10_000
"""So many records of a file are held: in them stand the first of most that are chosen."""
_OFTEN = 1_000
"""Where fewer than one record in so many is chosen, the first may be far into the file."""


class Rollup:
    """One large ledger as its statistics ask for it."""

    def __init__(self, ledger: Ledger, records: Streamed, engine: Engine) -> None:
        self.ledger = ledger
        self.records = records
        self.engine = engine
        self.document = _document(ledger)
        self._read = False  # whether the CSV was read for a single question
        self._total: int | None = None
        self._view(self._numbered, records.numbered)
        self.engine.query(
            f'CREATE TABLE "{self._beginning}" AS FROM "{self._numbered}" LIMIT {_BEGINNING}'
        )
        self.kept = self._columns()
        if self.kept:
            self._add_up()

    @property
    def _table(self) -> str:
        return f"{self.ledger.name} rollup"

    @property
    def _numbered(self) -> str:
        return f"{self.ledger.name} numbered"

    @property
    def _beginning(self) -> str:
        return f"{self.ledger.name} beginning"

    def _columns(self) -> tuple[str, ...]:
        """The columns to choose by, those of the fewest texts first."""
        fields = [f for f in self.ledger.schema.fields if not f.numeric and not f.unique]
        if self.records.parquet:
            counts = ", ".join(f'approx_count_distinct("{f.name}")' for f in fields)
            query = f"SELECT {counts}, approx_count_distinct({self.document})"
            found = list(self.engine.query(f'{query} FROM "{self.ledger.name}"')[0])
        else:
            found = self._sampled(fields)
        *numbers, documents = found
        most = _COMBINED // max(documents, 1)
        chosen: list[str] = []
        for number, field in sorted(zip(numbers, fields, strict=True), key=lambda one: one[0]):
            most //= max(number, 1)
            if number > FEW or not most:
                break
            chosen.append(field.name)
        needed = {"evidence", "department", "at_least"} & set(self.ledger.schema.names)
        return tuple(chosen) if needed <= set(chosen) and documents <= FEW else ()

    def _sampled(self, fields: list[Field]) -> list[int]:
        names = self.ledger.schema.names
        columns = dict(zip(names, zip(*self.records.sample(), strict=True), strict=False))
        sources = {(text or "").partition(":")[0] for text in columns.get("source", ())}
        return [len(set(columns.get(field.name, ()))) for field in fields] + [len(sources)]

    def _add_up(self) -> None:
        parts = [f'"{name}"' for name in self.kept]
        columns = [*parts, f'{self.document} AS "document "', 'count(*) AS "records "']
        for field in self.ledger.schema.fields:
            name = f'"{field.name}"'
            if field.name in self.kept:
                continue
            columns.append(f'count({name}) AS "filled {field.name}"')
            if field.numeric:
                columns.append(f'sum({name}) AS "sum {field.name}"')
                columns.append(f'sum(abs({name})) AS "weight {field.name}"')
            elif field.type == "date":
                columns.append(f'min({name}) AS "min {field.name}"')
                columns.append(f'max({name}) AS "max {field.name}"')
        self.engine.query(
            f'CREATE TABLE "{self._table}" AS SELECT {", ".join(columns)} '
            f'FROM "{self.ledger.name}" GROUP BY ALL'
        )
        ((total,),) = self.engine.query(f'SELECT sum("records ") FROM "{self._table}"')
        self._total = int(total or 0)

    def covers(self, reduction: Reduction) -> bool:
        """Whether the sums tell apart the records that a reduction chooses."""
        return bool(self.kept) and set(reduction.conditions) <= set(self.kept)

    def summed(self, reduction: Reduction) -> str:
        """The sums of the records that a reduction chooses, as a relation in SQL."""
        relation = compile_relation(reduction.relation)
        return f"({asked_there(relation, 'duckdb', {self.ledger.name: self._table})})"

    def chosen(self, reduction: Reduction) -> str:
        """The records that a reduction chooses, as a relation in SQL."""
        if self._read:
            self._copy()
        self._read = True
        return f"({compile_relation(reduction.relation)})"

    def first(self, reduction: Reduction, records: int) -> Iterator[str]:
        """Where to look for the first of so many chosen records, the nearest place first.

        In a CSV the first of a few are far apart, and are looked for in the typed copy.
        """
        relation = compile_relation(reduction.relation)
        yield f"({asked_there(relation, 'duckdb', {self.ledger.name: self._beginning})})"
        if self._total is not None and records * _OFTEN < self._total:
            self._copy()
        yield f"({asked_there(relation, 'duckdb', {self.ledger.name: self._numbered})})"

    def _copy(self) -> None:
        """Ask the typed copy from now on."""
        if not self.records.parquet:
            self._view(self.ledger.name, self.records.scan)
            self._view(self._numbered, self.records.scan)

    def _view(self, name: str, source: str) -> None:
        self.engine.query(f'CREATE OR REPLACE VIEW "{name}" AS FROM {source}')


def _document(ledger: Ledger) -> str:
    """The document that a record's source names, in SQL."""
    return "split_part(source, ':', 1)" if "source" in ledger.schema.names else "''"
