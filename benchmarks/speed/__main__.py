"""How long policybook takes, beside the programs that people would use without it.

    python -m benchmarks.speed [--only CASE...] [--rounds N] [--records N] [--editions [N...]]
                               [--uncompiled] [--json FILE] [--keep FOLDER]

All programs make the same report: 8 notebooks over 8 ledgers of 500 records, 20 statistics and a
figure each, 8 pages with about 150 values; what they show is compared before anything is timed.
Each run is a whole process; programs take turns, the median counts. The memory is that which the
process and its children share out among them (PSS), seen every 50 ms of an untimed round.
The other programs are pinned in ``peers.txt`` and installed into ``_build/peers`` the first time:
papermill's API and then Jupyter Book with execution off; Jupyter Book executing with its own cache
and ``glue``; Snakemake, two jobs at a time. Where they can, their pages are filled from the values
before Sphinx reads them and only written when they changed, which makes them quickest and right.
With ``--uncompiled`` they find no bytecode of Python's, as where an installer leaves none and the
machine keeps none (``uv pip install`` under ``PYTHONDONTWRITEBYTECODE``): it more than doubles
their time.  The goals were set beside programs in that state; ours compiles its own at set-up.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.bench import Bench, Result
from benchmarks.speed.cases import CASES
from benchmarks.speed.programs import (
    JUPYTER_BOOK,
    OURS,
    PAPERMILL,
    PLAIN,
    SNAKEMAKE,
    leave_uncompiled,
    ready,
)
from benchmarks.speed.workload import RECORDS

NAMES = (OURS, PAPERMILL, JUPYTER_BOOK, SNAKEMAKE, PLAIN)


@dataclass(frozen=True)
class Goal:
    """So many times another program's time; or so many seconds, where none is named."""

    most: float
    against: str = ""

    def told(self) -> str:
        """The goal in short."""
        return f"≤ {self.most:g} × {self.against}" if self.against else f"≤ {self.most:g} s"


GOALS: dict[str, tuple[Goal, ...]] = {
    "cold": (
        Goal(0.25, PAPERMILL),
        *(Goal(1, one) for one in (PAPERMILL, JUPYTER_BOOK, SNAKEMAKE)),
    ),
    "notebooks": (Goal(1.5, PLAIN),),
    "unchanged": (Goal(0.25, SNAKEMAKE),),
    "cell": (Goal(0.35, SNAKEMAKE),),
    "help": (Goal(0.3),),
    "trace": (Goal(0.5),),
}
EDITIONS = (1, 4, 16, 64)
GROWTH = 1.1
"""An edition among many may take so many times what one alone takes."""


def medians(result: Result) -> dict[str, float]:
    """Seconds of each program."""
    return {name: statistics.median(one.wall for one in runs) for name, runs in result.runs.items()}


def judge(case: str, result: Result) -> Iterator[tuple[str, str, bool]]:
    """Each goal of a case with what was reached and whether that meets it."""
    seconds = medians(result)
    if case == "editions":
        each = {count: wall / int(count) for count, wall in seconds.items()}
        first, *more = each
        for count in more:
            growth = each[count] / each[first]
            yield f"{count}: ≤ {GROWTH:g} × {first}", f"{growth:.2f}", growth <= GROWTH
        return
    for goal in GOALS.get(case, ()):
        reached = seconds[OURS] / (seconds[goal.against] if goal.against else 1)
        yield goal.told(), f"{reached:.2f}", reached <= goal.most and result.met


def print_table(results: dict[str, Result]) -> None:
    """Seconds and memory by program (* stale pages), ratios and goals, then what was found."""
    print("\nmedian seconds / processor seconds (MiB)")
    print(" " * 18 + "".join(f"{name:>22}" for name in NAMES))
    for result in results.values():
        seconds = medians(result)
        shown = [_shown(result, seconds, name) for name in NAMES]
        print(f"{result.case:18}" + "".join(f"{text:>22}" for text in shown))
        if result.case == "editions":
            for count, wall in seconds.items():
                each = wall / int(count)
                peak = result.peaks[count] / 2**20
                print(f"  {count:>2} editions: {each:.2f} s an edition, {peak:.0f} MiB")
    print(f"\n{'case':18}{'goal':28}{'reached':>10}  met")
    for case, result in results.items():
        for goal, reached, met in judge(case, result):
            print(f"{result.case:18}{goal:28}{reached:>10}  {'yes' if met else 'NO'}")
    for result in results.values():
        for note in result.notes:
            print(f"{result.case}: {note}")


def _shown(result: Result, seconds: dict[str, float], name: str) -> str:
    if name not in seconds:
        return "" if name != OURS or result.case != "editions" else "below"
    stale = "*" if name in result.wrong else ""
    busy = statistics.median(one.cpu for one in result.runs[name])
    return f"{stale}{seconds[name]:.2f} / {busy:.2f} ({result.peaks[name] / 2**20:.0f})"


def raw(case: str, result: Result) -> dict[str, object]:
    """A case as JSON has it."""
    return {
        "wall_seconds": {name: [one.wall for one in runs] for name, runs in result.runs.items()},
        "cpu_seconds": {name: [one.cpu for one in runs] for name, runs in result.runs.items()},
        "peak_bytes": result.peaks,
        "goals": [
            {"goal": goal, "reached": reached, "met": met}
            for goal, reached, met in judge(case, result)
        ],
        "notes": result.notes,
    }


@contextmanager
def folder(keep: Path | None) -> Iterator[Path]:
    """Where the projects are made: one that goes away again, or the one to keep."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="policybook-speed-") as made:
        yield Path(made)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    usual = [name for name in CASES if name != "editions"]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=list(CASES), metavar="CASE", help=f"{usual}")
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds of each case")
    parser.add_argument(
        "--editions", nargs="*", type=int, metavar="N", help=f"also N editions, {EDITIONS}: long"
    )
    parser.add_argument("--records", type=int, default=RECORDS, help="records of each ledger")
    parser.add_argument("--uncompiled", action="store_true", help="the others without bytecode")
    parser.add_argument("--json", type=Path, help="write all measurements into this file")
    parser.add_argument("--keep", type=Path, help="make the projects here, and leave them")
    chosen = parser.parse_args(arguments)
    also = [] if chosen.editions is None else ["editions"]
    asked = (chosen.only or usual) + also
    editions = tuple(chosen.editions or EDITIONS)
    names = [name for name in CASES if name in asked]
    ready()
    if chosen.uncompiled:
        leave_uncompiled()
    results: dict[str, Result] = {}
    with folder(chosen.keep) as work:
        for name in names:
            print(f"{name} (load {os.getloadavg()[0]:.1f})", file=sys.stderr, flush=True)
            bench = Bench(work, chosen.rounds, chosen.records, editions)
            results[name] = CASES[name](bench)
    print_table(results)
    if chosen.json:
        content = {name: raw(name, result) for name, result in results.items()}
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        chosen.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
