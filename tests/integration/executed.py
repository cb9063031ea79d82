"""Run the notebooks of a stage as a program of its own: python -m tests.integration.executed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat

from policybook.cache import NotebookCache
from policybook.execution import run_notebooks
from policybook.inputs import notebook_parameters
from tests.conftest import PERIOD


def executed(stage: Path, forks: bool) -> dict[str, Any]:
    """Every notebook of a stage, run one way or the other, nothing kept."""
    cache = NotebookCache(None, {}, {}, lambda message: None)
    given = notebook_parameters(PERIOD)
    return run_notebooks(stage, given, 2, cache, stage / "broken", forks=forks)


if __name__ == "__main__":
    for name, notebook in executed(Path(sys.argv[1]), sys.argv[2] == "child").items():
        nbformat.write(notebook, Path(sys.argv[3]) / f"{name}.ipynb")
