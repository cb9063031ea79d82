"""What came out of a build: what ran, which files changed, whether the pages are right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks.speed.bench import Bench, Result
from benchmarks.speed.forms import NOTEBOOKS
from benchmarks.speed.measure import Run
from benchmarks.speed.programs import OURS, PROGRAMS
from benchmarks.speed.workload import CHANGED, Value, ledgers_of, statistics

_RAN = re.compile(r"运行 (\w+)")


def notebooks_run(one: Run) -> set[str]:
    """The notebooks that policybook says it ran, on a terminal."""
    return set(_RAN.findall(one.said))


def cells_told(release: Path) -> str:
    """How much there is to trace: our time goes with it, no other program traces anything."""
    facts = json.loads((release / "facts.json").read_text(encoding="utf-8"))["facts"]
    cells = sum(len(part["cells"]) for fact in facts for part in fact["operands"])
    return (
        f"{len(facts)} statistics rest on {cells / len(facts):.0f} cells each, all traced by ours"
    )


def check_change(
    result: Result,
    one: Run,
    before: dict[str, str],
    after: dict[str, str],
    values: dict[str, Value],
    changed: dict[str, Value],
) -> None:
    """Which notebooks ran and which pages changed, against those that depend on the cell."""
    reading = {name for name, chapter in NOTEBOOKS.items() if CHANGED in ledgers_of(chapter)}
    ran = notebooks_run(one)
    result.require(ran == reading, f"run were {named(ran)}, exactly those that read the ledger")
    moved = {one for one in values if values[one].display != changed[one].display}
    needed = {f"trace/{one.id}.html" for one in statistics() if CHANGED in one.ledgers}
    # The changed column is also what the ledger's own chapter draws.
    chapters = {name.partition(".")[0] for name in moved} | {CHANGED}
    needed |= {f"book/{chapter}.html" for chapter in chapters} | {"book/statistics.html"}
    allowed = needed | {f"notebooks/{name}.html" for name in reading}
    pages = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    pages = {name for name in pages if name.endswith(".html")}
    kinds = sorted({name.partition("/")[0] for name in pages})
    counts = ", ".join(f"{sum(name.startswith(kind) for name in pages)} {kind}" for kind in kinds)
    result.notes.append(f"{len(moved)} statistics are shown otherwise; pages changed: {counts}")
    result.require(
        needed <= pages, f"every page that depends on it changed, but {named(needed - pages)}"
    )
    result.require(pages <= allowed, f"no other page changed, but {named(pages - allowed)}")


def say_correct(bench: Bench, result: Result, values: dict[str, Value]) -> None:
    """Whether each program shows what the ledgers say now."""
    for program in PROGRAMS:
        wrong = program.wrong_pages(bench.project(program), values)
        state = f"STALE or wrong on {named(wrong)}" if wrong else "correct"
        result.notes.append(f"{program.name}: {state}")
        if wrong:
            result.wrong.add(program.name)
            result.met = result.met and program.name != OURS


def file_times(folder: Path) -> dict[str, int]:
    """When each file of a folder was written, by its path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in files}


def named(names: Iterable[str]) -> str:
    """Names in order."""
    return ", ".join(sorted(names)) or "none"
