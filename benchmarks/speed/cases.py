"""What is measured: each case runs its programs in turn, round after round.

A first, untimed round warms files and caches, has the memory looked at and the results checked.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.speed.bench import Bench, Result
from benchmarks.speed.forms import HERE, NOTEBOOKS
from benchmarks.speed.measure import Run, run
from benchmarks.speed.outcome import (
    cells_told,
    check_change,
    file_times,
    named,
    notebooks_run,
    say_correct,
)
from benchmarks.speed.programs import (
    BIN,
    JUPYTER_BOOK,
    OURS,
    PEERS,
    PLAIN,
    PROGRAMS,
    Program,
    file_digests,
    quiet_environment,
    wrong_values,
)
from benchmarks.speed.workload import (
    CHANGED,
    PERIOD,
    change_cell,
    compute,
    statistics,
)

RELEASE = f"_build/site/{PERIOD}"
WORDS = ("进度", "成效", "情况", "动态", "概况", "状况", "全貌", "脉络", "实情")
"""What stands in the sentence of the changed page, one after the other; first 进展."""
QUICK = 5  # so many times the rounds, for commands of less than a second


def cold(bench: Bench) -> Result:
    """Everything from an empty cache."""
    result, ledgers = Result("cold build"), bench.ledgers()
    values = compute(ledgers)
    for turn in range(bench.rounds + 1):
        for program in PROGRAMS:
            project = bench.project(program)
            program.lay_out(project, ledgers)
            one = program.build(project, look=not turn)
            if turn:
                result.add(program.name, one)
                continue
            result.peaks[program.name] = one.peak
            wrong = program.wrong_pages(project, values)
            if program.name != JUPYTER_BOOK:
                wrong += wrong_values(program.name, project, values)
            if wrong:
                raise SystemExit(f"{program.name} shows something else: {wrong}")
    result.notes.append("all programs show the same values in every sentence")
    result.notes.append(cells_told(bench.project(PROGRAMS[0]) / RELEASE))
    return result


def notebooks(bench: Bench) -> Result:
    """Our notebooks stage against all the computing in one plain process."""
    result, ledgers = Result("notebooks stage"), bench.ledgers()
    ours, peer = PROGRAMS[0], PROGRAMS[1]
    root, script = bench.work / "stage-root", bench.work / "plain"
    ours.lay_out(root, ledgers)
    peer.lay_out(script, ledgers)
    stage = bench.work / "stage"
    driver = [str(BIN / "python"), str(HERE / "stage.py")]
    for turn in range(bench.rounds + 1):
        shutil.rmtree(stage, ignore_errors=True)
        run(
            [*driver, "prepare", str(root), str(stage)],
            bench.work,
            environment=quiet_environment(BIN),
        )
        for name, command, folder, path in (
            (OURS, [*driver, "run", str(stage)], bench.work, BIN),
            (PLAIN, [str(PEERS / "bin/python"), "plain.py"], script, PEERS / "bin"),
        ):
            one = run(command, folder, environment=quiet_environment(path), look=not turn)
            if turn:
                result.add(name, one)
            else:
                result.peaks[name] = one.peak
                _check_stage(bench, name, one, script)
    return result


def _check_stage(bench: Bench, name: str, one: Run, script: Path) -> None:
    if name == OURS:
        wanted = f"{len(statistics())} facts, {len(NOTEBOOKS)} figures"
        wrong = [] if wanted in one.said else [one.said]
    else:
        wrong = wrong_values(PLAIN, script, compute(bench.ledgers()))
        drawn = {path.name for path in (script / "figures").iterdir()}
        wrong += sorted({f"{name}.{kind}" for name in NOTEBOOKS for kind in ("svg", "png")} - drawn)
    if wrong:
        raise SystemExit(f"the notebooks stage of {name} gives something else: {wrong}")


def unchanged(bench: Bench) -> Result:
    """Built again with nothing changed."""
    result = Result("nothing changed")
    values = bench.built()
    release = bench.project(PROGRAMS[0]) / RELEASE
    before, times = file_digests(release), file_times(release)
    _take_turns(bench, result, lambda program, project, turn: None)
    result.require(file_digests(release) == before, f"all {len(before)} files kept their bytes")
    kept = sum(times[name] == when for name, when in file_times(release).items())
    result.notes.append(f"{kept} of {len(times)} files also kept their time of modification")
    say_correct(bench, result, values)
    return result


def cell(bench: Bench) -> Result:
    """One number of one record changed; another value each round, which no cache can have."""
    result = Result("one cell changed")
    bench.built()
    project = bench.project(PROGRAMS[0])
    before, original = file_digests(project / RELEASE), bench.ledgers()
    values = compute(original)

    def change(program: Program, project: Path, turn: int) -> None:
        program.change(project, change_cell(original, 7000 + turn))

    def look(one: Run) -> None:
        after = compute(change_cell(original, 7000))
        check_change(result, one, before, file_digests(project / RELEASE), values, after)

    _take_turns(bench, result, change, look)
    say_correct(bench, result, compute(change_cell(original, 7000 + bench.rounds)))
    return result


def prose(bench: Bench) -> Result:
    """One word of the narrative changed on one page."""
    result = Result("one word of prose")
    program, project = PROGRAMS[0], bench.project(PROGRAMS[0])
    program.lay_out(project, bench.ledgers())
    program.build(project)
    page = project / f"book/{CHANGED}.md"
    original = page.read_text(encoding="utf-8")
    before = file_digests(project / RELEASE)
    for turn in range(bench.rounds + 1):
        word = WORDS[turn % len(WORDS)]
        page.write_text(original.replace("进展", word, 1), encoding="utf-8")
        one = program.build(project, look=not turn, terminal=not turn)
        if turn:
            result.add(OURS, one)
            continue
        result.peaks[OURS] = one.peak
        after = file_digests(project / RELEASE)
        files = {name for name in {**before, **after} if before.get(name) != after.get(name)}
        result.notes.append(f"files changed: {named(files)}")
        pages = {name for name in files if name.endswith(".html")}
        wanted = {f"book/{CHANGED}.html"}
        result.require(pages == wanted, f"of the pages only {named(wanted)}")
        result.require(not notebooks_run(one), "no notebook ran")
    return result


def quick_help(bench: Bench) -> Result:
    """``policybook --help``."""
    return _quick(bench, "--help", ["policybook", "--help"], bench.work)


def quick_trace(bench: Bench) -> Result:
    """``policybook trace`` of a statistic of a built project."""
    program, project = PROGRAMS[0], bench.project(PROGRAMS[0])
    if not (project / RELEASE).is_dir():
        program.lay_out(project, bench.ledgers())
        program.build(project)
    return _quick(bench, "trace", ["policybook", "trace", f"{CHANGED}.rate"], project)


def _quick(bench: Bench, case: str, command: list[str], folder: Path) -> Result:
    result = Result(case)
    for turn in range(QUICK * bench.rounds + 1):
        one = run(command, folder, environment=quiet_environment(BIN), look=not turn)
        if turn:
            result.add(OURS, one)
        else:
            result.peaks[OURS] = one.peak
    return result


def editions(bench: Bench) -> Result:
    """The demo city with more and more editions, built for the time and again for the memory.

    A machine may grow slower by a fifth within the minutes that many editions take, so each
    minute they stand still while the smallest city is built once more.
    """
    result = Result("editions")
    first, *more = bench.editions

    def timed(count: int, meanwhile: Callable[[], None] | None = None) -> None:
        one = _build_city(bench, count, meanwhile=meanwhile)
        result.add(str(count), one)
        print(f"  {count} editions: {one.wall / count:.2f} s an edition", file=sys.stderr)

    timed(first)
    for count in more:
        timed(count, lambda: timed(first))
    for count in bench.editions:
        result.peaks[str(count)] = _build_city(bench, count, look=True).peak
    return result


def _build_city(
    bench: Bench, count: int, look: bool = False, meanwhile: Callable[[], None] | None = None
) -> Run:
    folder = bench.work / f"editions-{count}"
    environment = quiet_environment(BIN)
    demo = ["policybook", "demo", str(folder), "--quarters", str(count)]
    run(demo, bench.work, environment=environment)
    command = ["policybook", "build", "--root", str(folder)]
    one = run(command, bench.work, environment=environment, look=look, meanwhile=meanwhile)
    shutil.rmtree(folder)
    return one


def _take_turns(
    bench: Bench,
    result: Result,
    before: Callable[[Program, Path, int], None],
    look: Callable[[Run], None] | None = None,
) -> None:
    for turn in range(bench.rounds + 1):
        for program in PROGRAMS:
            project = bench.project(program)
            before(program, project, turn)
            ours = program.name == OURS
            one = program.build(project, look=not turn, terminal=ours and not turn)
            if turn:
                result.add(program.name, one)
                continue
            result.peaks[program.name] = one.peak
            if look and ours:
                look(one)


CASES: dict[str, Callable[[Bench], Result]] = {
    "cold": cold,
    "notebooks": notebooks,
    "unchanged": unchanged,
    "cell": cell,
    "prose": prose,
    "help": quick_help,
    "trace": quick_trace,
    "editions": editions,
}
