"""The notebooks stage of policybook alone, as a process: stage.py prepare ROOT STAGE | run STAGE

``run`` is what is timed: Python, the package and all notebooks, uncached, to facts and figures.
"""

from __future__ import annotations

import sys
from pathlib import Path

PERIOD = "2031Q2"
JOBS = 2


def prepare(root: Path, stage: Path) -> None:
    """What a build has laid out before it runs the notebooks."""
    from policybook.inputs import load_inputs
    from policybook.period import parse_period
    from policybook.stage import stage_data

    data = root / "data"
    stage_data(stage, root, data, parse_period(PERIOD), load_inputs(data, PERIOD))


def execute(stage: Path) -> None:
    """Run the notebooks and print how many facts and figures they gave."""
    from policybook.cache import NotebookCache
    from policybook.execution import run_notebooks
    from policybook.inputs import notebook_parameters
    from policybook.notebooks import collect

    cache = NotebookCache(None, {}, {}, lambda message: None)
    done = run_notebooks(stage, notebook_parameters(PERIOD), JOBS, cache, stage / "broken")
    facts, figures = collect(done)
    print(f"{len(facts)} facts, {len(figures)} figures")


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    if what == "prepare":
        prepare(*(Path(path).resolve() for path in paths))
    else:
        execute(*(Path(path).resolve() for path in paths))
