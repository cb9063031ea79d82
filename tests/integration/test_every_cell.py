"""Change a cell: the facts that change are those whose trace names it, for every numeric cell.

A changed cell is compared through the statistics alone, without a site.
The notebooks are run once; for each change, the expressions that they published are
computed anew for every statistic that uses the ledger.
That the others stay as they are, and that this shows the same as running the notebooks
again, is tested with all cells of a ledger changed at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pytest

from policybook.check import check_ledgers
from policybook.edition import Edition, load_edition
from policybook.errors import PolicybookError, PublishError
from policybook.ledgers import Ledger
from policybook.model import Fact
from policybook.notebooks import evaluate_notebooks
from policybook.relations import load_relations
from policybook.schema import Field
from tests.conftest import PERIOD, ROOT

DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
FILLED = 261
"""Numeric cells of the edition that are not empty."""
LEDGERS = (
    "activities branches documents funds mechanisms milestones opinions policies problems "
    "projects tasks"
).split()
LARGE = ("projects", "tasks")

Call = tuple[str, ir.Value, ir.Value | None]
"""What a notebook published: id, expression, fall-back."""


@dataclass(frozen=True)
class NumericCell:
    """One numeric cell of a ledger, and a plausible other value for it."""

    ledger: str
    record: str
    field: Field
    before: str
    after: str

    @property
    def column(self) -> str:
        """Its column."""
        return self.field.name

    def __str__(self) -> str:
        return f"{self.ledger} {self.record} {self.column}: {self.before or 'empty'}→{self.after}"


@dataclass(frozen=True)
class Published:
    """The edition as it is, its facts, and the expressions they came from."""

    edition: Edition
    facts: Mapping[str, Fact]
    calls: tuple[Call, ...]

    def with_cells(self, changes: Mapping[tuple[str, str, str], str]) -> dict[str, Ledger]:
        """The ledgers with some cells (ledger, record, column) replaced."""
        ledgers = dict(self.edition.ledgers)
        for (name, record, column), text in changes.items():
            ledger = ledgers[name]
            rows = tuple(
                {**row, column: text} if row["id"] == record else row for row in ledger.rows
            )
            ledgers[name] = replace(ledger, rows=rows)
        return ledgers

    def uses(self, call: Call) -> set[str]:
        """The ledgers that a published expression reads."""
        exprs = [expr for expr in call[1:] if isinstance(expr, ir.Value)]
        return {table.name for expr in exprs for table in expr.op().find(ops.UnboundTable)}

    def named(self, cell: NumericCell) -> set[str]:
        """The statistics whose trace names a cell."""
        file = self.edition.ledgers[cell.ledger].published
        return {
            fact.id
            for fact in self.facts.values()
            for one in fact.cells()
            if (one.file, one.record, one.column) == (file, cell.record, cell.column)
        }

    def changed(self, cell: NumericCell) -> set[str]:
        """The statistics whose exact value a change to the cell alters, or makes impossible."""
        calls = [call for call in self.calls if cell.ledger in self.uses(call)]
        needed = {"documents", cell.ledger}.union(*(self.uses(call) for call in calls))
        change = {(cell.ledger, cell.record, cell.column): cell.after}
        ledgers = {n: one for n, one in self.with_cells(change).items() if n in needed}
        edition = reopened(self.edition, ledgers)
        changed = set()
        for name, expr, otherwise in calls:
            try:
                edition.publish(name, expr, otherwise)
                if edition.facts[name].value != self.facts[name].value:
                    changed.add(name)
            except PublishError as problem:
                assert all(name in finding.place for finding in problem.findings), str(problem)
                changed.add(name)
        return changed


class Recording(Edition):
    """An edition that keeps what is published in it."""

    def publish(self, id: str, expr: ir.Value, otherwise: ir.Value | None = None) -> None:
        """Publish, and keep the expression."""
        self.__dict__.setdefault("calls", []).append((id, expr, otherwise))
        super().publish(id, expr, otherwise)


def reopened(
    edition: Edition, ledgers: Mapping[str, Ledger], kind: type[Edition] = Edition
) -> Edition:
    """The same edition over other ledgers."""
    return kind(edition.parameters, edition.schemas, dict(ledgers), edition.catalogue, quiet=True)


def another(field: Field, text: str) -> str:
    """A plausible value that is not the one there."""
    if field.printed:
        return str(Decimal(text or "0.8") + Decimal("0.01"))
    return str(Decimal(text) + 1) if text else "7"


def numeric_cells(ledger: Ledger) -> Iterator[NumericCell]:
    """Every numeric cell, empty ones too, in the order of the file."""
    for row in ledger.rows:
        for field in ledger.schema.fields:
            if field.numeric:
                text = row[field.name]
                yield NumericCell(ledger.name, row["id"], field, text, another(field, text))


@pytest.fixture(scope="module")
def published() -> Published:
    """The real edition, its notebooks run once."""
    original = load_edition(DATA, PERIOD)
    recording = reopened(original, original.ledgers, Recording)
    facts = evaluate_notebooks(NOTEBOOKS, recording)
    return Published(recording, facts, tuple(recording.__dict__["calls"]))


def findings_naming(cell: NumericCell, published: Published) -> list[str]:
    """The codes of errors with which the check of the ledgers names a changed cell."""
    ledgers = published.with_cells({(cell.ledger, cell.record, cell.column): cell.after})
    ledger = ledgers[cell.ledger]
    line = ledger.lines[[row["id"] for row in ledger.rows].index(cell.record)]
    relations = load_relations(DATA / "relations.yml", DATA / PERIOD / "relations.yml")
    found = []
    for finding in check_ledgers(ledgers, relations):
        file_and_line, _, columns = finding.place.rpartition(" ")
        if (
            finding.severity == "error"
            and file_and_line == f"{ledger.path} 第{line}行"
            and cell.column in columns.removesuffix("列").split("、")
        ):
            found.append(finding.code)
    return found


def differences(cells: list[NumericCell], published: Published) -> list[str]:
    """Cells whose change is neither shown by just the facts that name it nor named by a check."""
    found = []
    for cell in cells:
        changed, named = published.changed(cell), published.named(cell)
        if changed != named and not findings_naming(cell, published):
            untraced, unmoved = sorted(changed - named), sorted(named - changed)
            found.append(f"{cell}: changed but not traced {untraced}, traced only {unmoved}")
    return found


def exact_share(cells: list[NumericCell], published: Published) -> int:
    """How many of the cells the facts alone account for."""
    return sum(published.changed(cell) == published.named(cell) for cell in cells)
