"""What stands in each cell of the policy matrix: the ledger ``coverage``. floor: derived.

A ledger whose schema has a ``matrix`` gives a row for each entry and task, and one for the whole
entry; the same once more for all entries together.  Gaps are rows too, so that they are counted,
traced and verified like anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policybook.declared import Matrix
from policybook.derived import Row, Standing
from policybook.schema import split_ids

COVERAGE = "coverage"
COVERED, PROGRESS, GAP, UNSTATED = "有政策", "只有进展", "空缺", "未载明"
"""States of a cell; the last where the documents do not say which task an entry serves."""
WHOLE, ALL = "整体", "合计"
"""The column that goes by no task, and the kind of the row that is of all entries."""


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix with the records that stand in it."""

    entry: Row | None  # None: all entries
    task: str
    policies: tuple[Row, ...]
    results: tuple[Row, ...]  # titles and the like that a policy has brought
    progress: tuple[tuple[str, Row], ...]  # ledger and record
    told: bool  # whether progress is told, be it in a record or not
    mapped: bool  # whether anything of the entry is assigned to a task

    @property
    def state(self) -> str:
        """What the cell comes to."""
        if self.policies:
            return COVERED
        if self.results or self.progress or self.told:
            return PROGRESS
        return GAP if self.mapped or self.task == WHOLE else UNSTATED


Records = Mapping[str, Iterable[Row]]
"""The records of each ledger by its name."""


def matrix_cells(ledger: str, rule: Matrix, records: Records) -> Iterator[Cell]:
    """The matrix row by row: its entries in their order, then all of them together."""
    policies = list(records[ledger])
    roots = _roots(policies, rule)
    progress = [(name, row) for name in rule.ledgers for row in records.get(name, ())]
    for entry in (row for row in policies if row[rule.column] == rule.entry):
        own = [row for row in policies if roots[row["id"]] == entry["id"] and row is not entry]
        sections = split_ids(entry[rule.progress])
        there = [pair for pair in progress if pair[1][rule.column] in sections]
        yield from _cells(rule, entry, own, there, sections)
    entries = {row["id"] for row in policies if row[rule.column] == rule.entry}
    own = [
        row
        for row in policies
        if row["id"] not in entries
        and (roots[row["id"]] in entries or row[rule.column] in rule.tasks)
    ]
    sections = [one for row in policies for one in split_ids(row[rule.progress])]
    yield from _cells(rule, None, own, progress, sections)


def _roots(policies: Iterable[Row], rule: Matrix) -> dict[str, str]:
    """The last policy on the way up from each; a circle ends where it began."""
    parents = {row["id"]: row[rule.parent] for row in policies}

    def root(name: str) -> str:
        seen = {name}
        while parents.get(name) and parents[name] not in seen:
            name = parents[name]
            seen.add(name)
        return name

    return {name: root(name) for name in parents}


def _cells(
    rule: Matrix,
    entry: Row | None,
    own: list[Row],
    progress: list[tuple[str, Row]],
    sections: list[str],
) -> Iterator[Cell]:
    assigned = {row[rule.column] for row in own} | set(sections)
    mapped = entry is None or not assigned.isdisjoint(rule.tasks)
    for task in (*rule.tasks, WHOLE):
        here = [row for row in own if task in (row[rule.column], WHOLE)]
        results = tuple(row for row in here if row["kind"] in rule.results)
        yield Cell(
            entry,
            task,
            tuple(row for row in here if row["kind"] not in rule.results),
            results,
            tuple(pair for pair in progress if task in (pair[1][rule.column], WHOLE)),
            bool(sections) if task == WHOLE else task in sections,
            mapped,
        )


def coverage_of(standing: Standing) -> list[dict[str, str]]:
    """The rows of ``coverage``."""
    return [
        _row(rule, cell, entries)
        for schema in standing.ruled("matrix")
        if (rule := schema.matrix)
        for entries in [
            [row for row in standing.rows(schema.name) if row[rule.column] == rule.entry]
        ]
        if entries
        for cell in matrix_cells(schema.name, rule, standing.records)
    ]


def cell_id(rule: Matrix, cell: Cell) -> str:
    """A cell's record in ``coverage``."""
    place = [*rule.tasks, WHOLE].index(cell.task) + 1
    return f"{cell.entry['id'] if cell.entry else 'all'}-{place}"


def _row(rule: Matrix, cell: Cell, entries: list[Row]) -> dict[str, str]:
    entry = cell.entry or entries[0]
    drafting = [row for row in cell.policies if row["status"] == rule.drafting]
    return {
        "id": cell_id(rule, cell),
        "title": f"{cell.entry['title'] if cell.entry else '整个矩阵'}：{cell.task}",
        "entry": cell.entry["id"] if cell.entry else "",
        "kind": cell.entry["kind"] if cell.entry else ALL,
        "task": cell.task,
        "state": cell.state,
        "policies": str(len(cell.policies)),
        "drafting": str(len(drafting)),
        "progress": str(len(cell.results) + len(cell.progress)),
        "items": "1",
        "evidence": entry["evidence"],
        "source": entry["source"],
        "note": "",
    }
