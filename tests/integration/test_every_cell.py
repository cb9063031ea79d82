"""Change a cell: the facts that change are those whose trace names it, for every numeric cell.

A changed cell is compared through the statistics alone, without a site.
The notebooks are run once; for each change, the expressions that they published are
computed anew for every statistic that uses the ledger.
That the others stay as they are, and that this shows the same as running the notebooks
again, is tested with all cells of a ledger changed at once.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pytest

from policybook.edition import Edition, load_edition
from policybook.errors import PolicybookError, PublishError
from policybook.ledgers import Ledger
from policybook.model import Fact
from policybook.notebooks import evaluate_notebooks
from policybook.relations import load_relations
from policybook.rules import check_ledgers
from policybook.schema import Field
from tests.conftest import PERIOD, ROOT

DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
SMALL = "activities branches funds mechanisms milestones opinions policies problems reports".split()
LARGE = ("projects", "tasks")
EXACT = Fraction(8, 10)
"""The share of filled cells that the facts alone must account for, without a check's help."""


@dataclass(frozen=True, eq=False)
class Call:
    """What a notebook published."""

    id: str
    expr: ir.Value
    otherwise: ir.Value | None
    ledgers: frozenset[str]  # that the expressions read

    def repeat(self, edition: Edition) -> None:
        """Publish the same in another edition."""
        edition.publish(self.id, self.expr, self.otherwise)


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
        calls = [call for call in self.calls if cell.ledger in call.ledgers]
        needed = {"documents", cell.ledger}.union(*(call.ledgers for call in calls))
        change = {(cell.ledger, cell.record, cell.column): cell.after}
        ledgers = {n: one for n, one in self.with_cells(change).items() if n in needed}
        edition = reopened(self.edition, ledgers)
        changed = set()
        for call in calls:
            try:
                call.repeat(edition)
                if edition.facts[call.id].value != self.facts[call.id].value:
                    changed.add(call.id)
            except PublishError as problem:
                changed.update(one.place.partition("（")[0] for one in problem.findings)
        return changed


class Recording(Edition):
    """An edition that keeps what is published in it."""

    def publish(self, id: str, expr: ir.Value, otherwise: ir.Value | None = None) -> None:
        """Publish, and keep the expression."""
        exprs = [one.op() for one in (expr, otherwise) if one is not None]
        ledgers = frozenset(t.name for op in exprs for t in op.find(ops.UnboundTable))
        call = Call(id, expr, otherwise, ledgers)
        self.__dict__.setdefault("calls", []).append(call)
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


@dataclass(frozen=True)
class Verdicts:
    """What the changes of many cells showed."""

    exact: tuple[NumericCell, ...]  # just the facts that name the cell changed
    checked: tuple[NumericCell, ...]  # not so, but a check of the ledgers names the cell
    wrong: tuple[str, ...]  # neither

    @property
    def exact_share(self) -> Fraction:
        """The share of exact ones among cells that are not empty."""
        filled = [cell for cell in (*self.exact, *self.checked) if cell.before]
        return Fraction(sum(bool(cell.before) for cell in self.exact), len(filled))


def judged(cells: Iterable[NumericCell], published: Published) -> Verdicts:
    """Each cell changed alone, facts and traces compared."""
    exact, checked, wrong = [], [], []
    for cell in cells:
        changed, named = published.changed(cell), published.named(cell)
        if changed == named:
            exact.append(cell)
        elif findings_naming(cell, published):
            checked.append(cell)
        else:
            untraced, unmoved = sorted(changed - named), sorted(named - changed)
            wrong.append(f"{cell}: changed untraced {untraced}, traced unchanged {unmoved}")
    return Verdicts(tuple(exact), tuple(checked), tuple(wrong))


def assert_exact(cells: Iterable[NumericCell], published: Published) -> None:
    """Every cell is accounted for, most by the facts alone."""
    verdicts = judged(cells, published)
    assert verdicts.wrong == ()
    assert verdicts.exact_share >= EXACT, f"only checked: {[str(c) for c in verdicts.checked]}"


# Classes, so that workers can share the work (pytest --dist loadscope).


class TestSmallLedgers:
    """The ledgers of some dozens of numeric cells."""

    @pytest.mark.parametrize("name", SMALL)
    def test_each_cell_moves_just_the_facts_that_name_it(
        self, name: str, published: Published
    ) -> None:
        """A changed or filled cell changes exactly the facts whose trace names it."""
        assert_exact(numeric_cells(published.edition.ledgers[name]), published)


class TestProjects:
    """The ledger of projects."""

    def test_each_cell_moves_just_the_facts_that_name_it(self, published: Published) -> None:
        """A changed or filled cell changes exactly the facts whose trace names it."""
        assert_exact(numeric_cells(published.edition.ledgers["projects"]), published)


class TestTasks:
    """The ledger of tasks."""

    def test_each_cell_moves_just_the_facts_that_name_it(self, published: Published) -> None:
        """A changed or filled cell changes exactly the facts whose trace names it."""
        assert_exact(numeric_cells(published.edition.ledgers["tasks"]), published)


class TestTheMeasure:
    """Whether the tests above measure what they say."""

    def test_no_numeric_cell_is_left_out(self, published: Published) -> None:
        """Every numeric column of every ledger file is among the cells that are changed."""
        expected = {}
        for path in sorted((DATA / "schema").glob("*.json")):
            folder = DATA if path.stem == "documents" else DATA / PERIOD
            with (folder / f"{path.stem}.csv").open(encoding="utf-8", newline="") as file:
                records = sum(1 for _ in csv.DictReader(file))
            fields = json.loads(path.read_text(encoding="utf-8"))["fields"]
            numbers = sum(field["type"] in ("integer", "number") for field in fields)
            if numbers and records:
                expected[path.stem] = records * numbers
        ledgers = published.edition.ledgers
        assert sorted(expected) == sorted([*SMALL, *LARGE])
        assert {name: len(list(numeric_cells(ledgers[name]))) for name in expected} == expected

    @pytest.mark.parametrize("names", [["tasks"], ["projects"], [*SMALL, *LARGE]], ids=" ".join)
    def test_recomputing_is_running_the_notebooks(
        self, names: list[str], published: Published
    ) -> None:
        """With all their cells changed, notebooks and recorded expressions give equal facts."""
        changes = {
            (cell.ledger, cell.record, cell.column): cell.after
            for name in names
            for cell in numeric_cells(published.edition.ledgers[name])
        }
        ledgers = published.with_cells(changes)
        facts = evaluate_notebooks(NOTEBOOKS, reopened(published.edition, ledgers))
        again = reopened(published.edition, ledgers)
        for call in published.calls:
            call.repeat(again)
            if not call.ledgers & set(names):
                assert facts[call.id].value == published.facts[call.id].value
        values = {name: fact.value for name, fact in facts.items()}
        assert values == {name: fact.value for name, fact in again.facts.items()}

    def test_a_gap_in_a_trace_is_found(self, published: Published) -> None:
        """A fact whose trace leaves a cell out, or names one too many, is told."""
        boilers = cell_of(published, "tasks", "boilers", "planned")
        facts = dict(published.facts)
        facts["ecology.boilers_rate"] = replace(facts["ecology.boilers_rate"], operands=())
        facts["safety.hazards_found"] = replace(
            facts["safety.hazards_found"], operands=facts["ecology.boilers_planned"].operands
        )
        verdicts = judged([boilers], replace(published, facts=facts))
        assert verdicts.wrong == (
            "tasks boilers planned: 36→37: changed untraced ['ecology.boilers_rate'], "
            "traced unchanged ['safety.hazards_found']",
        )

    def test_a_checked_cell_is_told_apart(self, published: Published) -> None:
        """Where a check of the ledgers names the cell, that is its verdict."""
        items = cell_of(published, "mechanisms", "review", "items")
        verdicts = judged([items], replace(published, calls=()))
        assert (verdicts.checked, verdicts.wrong) == ((items,), ())
        assert "ledger.items" in findings_naming(items, published)
        boilers = replace(cell_of(published, "tasks", "boilers", "completed"), after="37")
        assert findings_naming(boilers, published) == ["relation.record"]

    @pytest.mark.parametrize(("text", "code"), [("0", "publish.zero"), ("", "publish.no-data")])
    def test_a_lost_base_names_statistic_and_cell(
        self, text: str, code: str, published: Published
    ) -> None:
        """A base that is zero or gone fails with the statistic, the cell and a remedy."""
        place = ("tasks", "boilers", "planned")
        edition = reopened(published.edition, published.with_cells({place: text}))
        with pytest.raises(PolicybookError) as caught:
            evaluate_notebooks(NOTEBOOKS, edition)
        (finding,) = caught.value.findings
        assert finding.code == code
        assert "ecology.boilers" in finding.place
        assert "data/tasks.csv 第5行 planned列" in finding.place
        assert finding.remedy


def cell_of(published: Published, ledger: str, record: str, column: str) -> NumericCell:
    """One cell of the edition."""
    cells = numeric_cells(published.edition.ledgers[ledger])
    return next(cell for cell in cells if (cell.record, cell.column) == (record, column))
