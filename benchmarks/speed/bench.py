"""What a case measures with, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.speed.measure import Run
from benchmarks.speed.programs import PROGRAMS, Program
from benchmarks.speed.workload import (
    CHANGED,
    Ledgers,
    Value,
    compute,
    ledger_text,
    make_ledgers,
)


@dataclass
class Result:
    """The measurements of a case, by program."""

    case: str
    runs: dict[str, list[Run]] = field(default_factory=dict)
    peaks: dict[str, int] = field(default_factory=dict)  # bytes
    wrong: set[str] = field(default_factory=set)  # programs whose pages came out stale
    notes: list[str] = field(default_factory=list)
    met: bool = True  # whether what had to be so, besides the time, was so

    def add(self, program: str, one: Run) -> None:
        """A timed run."""
        self.runs.setdefault(program, []).append(one)

    def require(self, holds: bool, note: str) -> None:
        """Something that has to be so."""
        self.notes.append(f"{note}: {'yes' if holds else 'NO'}")
        self.met = self.met and holds


@dataclass(frozen=True)
class Bench:
    """Where the projects lie, how large they are, and how many rounds are timed."""

    work: Path
    rounds: int
    records: int  # of each ledger

    def ledgers(self) -> Ledgers:
        """The report's ledgers as they are at first."""
        return make_ledgers(self.records)

    def project(self, program: Program) -> Path:
        """A program's project."""
        return self.work / program.name

    def built(self) -> dict[str, Value]:
        """Every program's project built from the first ledgers; the values to be shown."""
        ledgers = self.ledgers()
        for program in PROGRAMS:
            project = self.project(program)
            ledger = project / program.ledgers / f"{CHANGED}.csv"
            page = project / program.pages.format(chapter=CHANGED)
            text = ledger.read_text(encoding="utf-8") if page.is_file() else ""
            if text != ledger_text(ledgers[CHANGED]):
                program.lay_out(project, ledgers)
                program.build(project)
        return compute(ledgers)
