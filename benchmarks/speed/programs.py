"""The programs that make the report: their projects, commands, values and pages."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmarks.speed.forms import HERE, NOTEBOOKS, write_executing, write_ledgers, write_peers
from benchmarks.speed.measure import Run, run
from benchmarks.speed.ours import write_ours
from benchmarks.speed.workload import CHANGED, PERIOD, THEMES, Ledgers, Value, filled, narrative

ROOT = HERE.parents[1]
BIN = Path(sys.executable).parent
PEERS = ROOT / "_build" / "peers"
REQUIREMENTS = HERE / "peers.txt"
OURS, PAPERMILL, JUPYTER_BOOK, SNAKEMAKE = "policybook", "papermill", "jupyter-book", "snakemake"
PLAIN = "plain script"
PEER_SWITCHES: dict[str, str] = {}
"""Switches of Python's that the other programs run with."""
_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]*>|\s", re.DOTALL)


@dataclass(frozen=True)
class Program:
    """A program and the project that it builds."""

    name: str
    command: str  # for the shell, in the project's folder
    write: Callable[[Path, Ledgers], None]  # lays the project out
    ledgers: str  # folder of the CSV files
    pages: str  # of a chapter's page, built
    path: Path  # of the programs

    def lay_out(self, project: Path, ledgers: Ledgers) -> None:
        """The project anew: nothing built, nothing cached."""
        shutil.rmtree(project, ignore_errors=True)
        self.write(project, ledgers)

    def change(self, project: Path, ledgers: Ledgers) -> None:
        """Write the one ledger that changes."""
        write_ledgers(project / self.ledgers, ledgers, CHANGED)

    def build(self, project: Path, *, look: bool = False, terminal: bool = False) -> Run:
        """Run the command."""
        environment = quiet_environment(self.path)
        return run(self.command, project, environment=environment, look=look, terminal=terminal)

    def wrong_pages(self, project: Path, values: Mapping[str, Value]) -> list[str]:
        """Chapters whose page does not say what it has to, in every sentence."""
        wrong = []
        for chapter in THEMES:
            page = project / self.pages.format(chapter=chapter)
            text = html.unescape(_UNSEEN.sub("", page.read_text(encoding="utf-8")))
            sentences = [one for paragraph in narrative(chapter) for one in paragraph]
            if not all(filled(one, values) in text for one in sentences):
                wrong.append(chapter)
        return wrong


PROGRAMS = (
    Program(
        OURS,
        f"policybook build {PERIOD}",
        write_ours,
        f"data/{PERIOD}",
        f"_build/site/{PERIOD}/book/{{chapter}}.html",
        BIN,
    ),
    Program(
        PAPERMILL,
        "python run.py && jupyter-book build -q site",
        write_peers,
        "data",
        "site/_build/html/pages/{chapter}.html",
        PEERS / "bin",
    ),
    Program(
        JUPYTER_BOOK,
        "jupyter-book build -q site",
        write_executing,
        "data",
        "site/_build/html/pages/{chapter}.html",
        PEERS / "bin",
    ),
    Program(
        SNAKEMAKE,
        "snakemake --cores 2 --scheduler greedy --quiet all",
        write_peers,
        "data",
        "site/_build/html/pages/{chapter}.html",
        PEERS / "bin",
    ),
)


def quiet_environment(path: Path) -> dict[str, str]:
    """The user's, with these programs first and none of Python's own switches but the peers'."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    switches = PEER_SWITCHES if path == PEERS / "bin" else {}
    return {**kept, **switches, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}", "TZ": "UTC"}


def leave_uncompiled() -> None:
    """Let the other programs find no bytecode and keep none, as after an install without it."""
    PEER_SWITCHES["PYTHONDONTWRITEBYTECODE"] = "1"
    PEER_SWITCHES["PYTHONPYCACHEPREFIX"] = str(PEERS / "no-bytecode")


def ready() -> None:
    """Bytecode of policybook compiled, the other programs installed as ``peers.txt`` has them."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", ROOT / "policybook"], check=True)
    mark = PEERS / "installed"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return
    print(f"installing {REQUIREMENTS.relative_to(ROOT)} into {PEERS.relative_to(ROOT)}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", PEERS], check=True)
    pip = [str(PEERS / "bin" / "python"), *"-m pip install -qq --disable-pip-version-check".split()]
    subprocess.run([*pip, "--compile", "--no-deps", "-r", str(REQUIREMENTS)], check=True)
    mark.write_text(wanted, encoding="utf-8")


def wrong_values(program: str, project: Path, values: Mapping[str, Value]) -> list[str]:
    """Statistics of which a program kept another value than ours, exactly or to 12 digits."""
    if program == OURS:
        path = project / f"_build/site/{PERIOD}/facts.json"
        facts = json.loads(path.read_text(encoding="utf-8"))["facts"]
        found = {one["id"]: (Fraction(one["value"]), one["display"]) for one in facts}
        wanted = {name: (value.exact, value.display) for name, value in values.items()}
        return [name for name in {**wanted, **found} if found.get(name) != wanted.get(name)]
    numbers: dict[str, float] = {}
    for name in ["all"] if program == PLAIN else NOTEBOOKS:
        kept = json.loads((project / f"values/{name}.json").read_text(encoding="utf-8"))
        numbers |= kept["numbers"]
    return [
        name
        for name, value in values.items()
        if abs(numbers.get(name, 0.0) - value.exact) > 1e-12 * value.exact
    ]


def file_digests(folder: Path) -> dict[str, str]:
    """The digest of every file of a folder, by its path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
