"""An edition's ledgers and facts against schemas, rules and relations. floor: check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from policybook.adjustments import check_adjustments
from policybook.catalogue import Statistic, load_catalogue
from policybook.changes import check_changes, check_plausibility
from policybook.comparisons import earlier_editions
from policybook.deadlines import check_deadlines
from policybook.edition import open_inputs
from policybook.errors import Finding, LedgerError, PolicybookError, any_error, note
from policybook.history import check_falls, with_history
from policybook.inputs import Inputs, load_inputs, read_inputs
from policybook.keeping import COMPUTED
from policybook.ledgers import HEADER_LINES, Ledger
from policybook.model import Cell, Fact
from policybook.notebooks import evaluate_notebooks
from policybook.period import parse_period
from policybook.progress import check_progress
from policybook.project import cache_of
from policybook.readings import check_readings
from policybook.relations import Relation, check_facts, load_relations
from policybook.rules import check_ledgers, check_references
from policybook.states import check_states
from policybook.submissions import check_submissions

_CELLS_NAMED = 100
"""So many cells of a statistic are named in a finding."""


@dataclass(frozen=True)
class CheckedData:
    """An edition's ledgers after their check; empty where they could not be read."""

    findings: list[Finding]
    inputs: Inputs | None
    relations: list[Relation]
    catalogue: Mapping[str, Statistic]

    @property
    def blocked(self) -> bool:
        """Whether any finding is an error."""
        return any_error(self.findings)

    def required(self) -> Inputs:
        """The inputs; :class:`LedgerError` with the findings when any is an error."""
        if self.blocked or self.inputs is None:
            raise LedgerError(self.findings)
        return self.inputs


def check_data(data: Path, period: str) -> CheckedData:
    """Ledgers, schemas and rules of one edition, without computing; never raises for bad ones."""
    try:
        inputs = load_inputs(data, period)
        relations = load_relations(data / "relations.yml", inputs.folder / "relations.yml")
        catalogue = load_catalogue(data / "statistics.yml")
        findings = inputs.findings + check_ledgers(inputs.ledgers, relations)
        if any_error(findings) and any(one.large for one in inputs.ledgers.values()):
            return CheckedData(findings, inputs, relations, catalogue)  # to be put right first
        findings += check_references(inputs.ledgers, catalogue)
        findings += check_against_earlier(data, inputs)
        return CheckedData(findings, inputs, relations, catalogue)
    except PolicybookError as problem:
        return CheckedData(problem.findings, None, [], {})


def check_against_earlier(data: Path, inputs: Inputs) -> list[Finding]:
    """Plausibility, what departments still owe, and changes since the earlier edition."""
    titles = {name: schema.title for name, schema in inputs.schemas.items()}
    findings = check_submissions(inputs.folder, titles)
    findings += check_plausibility(inputs.ledgers, inputs.explanations)
    findings += check_deadlines(inputs.ledgers, inputs.parameters.as_of, inputs.explanations)
    findings += check_progress(inputs.ledgers)
    findings += check_readings(inputs.ledgers, inputs.parameters.period, inputs.explanations)
    findings += check_states(inputs.ledgers, inputs.parameters.as_of, inputs.explanations)
    edition = parse_period(inputs.parameters.period)
    editions = earlier_editions(data, edition)
    if not editions:
        return findings + check_adjustments(inputs.ledgers, {})
    closed: dict[str, set[str]] = {}
    for earlier in editions:
        before = {
            name: ledger
            for name, ledger in read_inputs(data, str(earlier)).ledgers.items()
            if ledger.large is None
        }
        for name, ledger in before.items():
            carry = ledger.schema.carry
            closed.setdefault(name, set()).update(
                row["id"] for row in ledger.rows if carry.is_closed(row)
            )
    known = {name: frozenset(ids) for name, ids in closed.items()}
    pair = (edition, editions[-1])
    held = {name: ledger for name, ledger in inputs.ledgers.items() if ledger.large is None}
    findings += [_not_compared(one) for one in inputs.ledgers.values() if one.large is not None]
    findings += check_adjustments(inputs.ledgers, before)
    return findings + check_changes(held, before, known, pair, inputs.explanations)


def _not_compared(ledger: Ledger) -> Finding:
    message = "大台账不与上期逐条比较；两期的指标照常比较。"
    return note("change.large", ledger.path, message, "用自己的工具比较两期的文件。")


def check_edition(root: Path, data: Path, period: str) -> list[Finding]:
    """All checks of one edition, relations between its facts included."""
    checked = check_data(data, period)
    try:
        inputs = checked.required()
    except LedgerError as problem:
        return problem.findings
    kept = cache_of(root) / COMPUTED
    try:
        inputs = with_history(root, data, inputs, kept)
        facts = evaluate_notebooks(root / "notebooks", open_inputs(data, inputs))
    except PolicybookError as problem:
        return checked.findings + problem.findings
    return checked.findings + check_computed(root, data, inputs, checked.relations, facts, kept)


def check_computed(
    root: Path,
    data: Path,
    inputs: Inputs,
    relations: Iterable[Relation],
    facts: Mapping[str, Fact],
    kept: Path | None = None,
) -> list[Finding]:
    """Facts against the edition before, the declared relations between them, and explanations
    that neither this nor the check of the ledgers had use for."""
    findings = check_falls(root, data, inputs, facts, kept) + inputs.explanations.unused()
    return findings + check_relations(relations, facts, inputs.ledgers)


def check_relations(
    relations: Iterable[Relation], facts: Mapping[str, Fact], ledgers: Mapping[str, Ledger]
) -> list[Finding]:
    """The declared relations between facts; findings name the cells of the files handed in."""

    def place(cell: Cell) -> str:
        ledger = ledgers[Path(cell.file).stem]
        if ledger.large is not None:
            return cell.place
        return ledger.place(ledger.by_id[cell.record][0] - HEADER_LINES - 1, cell.column)

    def cells(name: str) -> str:
        named = facts[name].cells()
        more = f"等{len(named)}格" if len(named) > _CELLS_NAMED else ""
        return "、".join(map(place, named[:_CELLS_NAMED])) + more

    values = {name: Fraction(fact.value) for name, fact in facts.items()}
    return check_facts(relations, values, cells)
