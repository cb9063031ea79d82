"""Notebooks in forked children against notebooks in kernels: the same outputs, byte for byte."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from policybook.errors import NotebookError
from policybook.execution import tidy
from policybook.inprocess import ENGINE
from policybook.inputs import load_inputs, notebook_parameters
from policybook.period import parse_period
from policybook.stage import stage_data
from tests.conftest import PERIOD, ROOT
from tests.integration.executed import executed

CELLS = """\
period = "2024Q2"
data = "data"
---
import sys
print("out"); print("err", file=sys.stderr); print("more")
---
6 * 7
---
from IPython.display import HTML, clear_output, display, update_display
display(HTML("<b>bold</b>"))
display("first", display_id="one")
---
update_display("second", display_id="one")
---
for number in range(3):
    clear_output(wait=True)
    print(number)
---
import matplotlib.pyplot as plt
plt.plot([1, 2, 3]);
---
figure, axes = plt.subplots()
axes.plot([3, 1]);
---
import pandas
pandas.DataFrame({"a": [1, 2]})
---
%%capture kept
print("kept for later")
---
kept.show()
---
!echo from a program
---
import os, time
os.system("echo from a shell")
time.sleep(1)  # a kernel takes it in when it comes to it, perhaps after the cell's value
---
import asyncio
await asyncio.sleep(0)
---
import logging
logging.warning("logged")
---
_, In[3], os.path.basename(os.getcwd()), __name__
---
print("no line end", end="")
"""


def write_notebook(folder: Path, cells: str) -> None:
    """A made-up chapter of these cells; the first has the parameters."""
    found = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells.split("\n---\n")])
    found.cells[0].metadata["tags"] = ["parameters"]
    found.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    found.metadata["kernelspec"]["language"] = "python"
    for number, cell in enumerate(found.cells):
        cell.id = f"cell-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(found, folder / "01_made_up.ipynb")


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """The published edition's data and notebooks, staged."""
    folder = tmp_path / "stage"
    inputs = load_inputs(ROOT / "data", PERIOD)
    stage_data(folder, ROOT, ROOT / "data", parse_period(PERIOD), inputs)
    return folder


def run_apart(stage: Path, way: str) -> str:
    """A stage's notebook run by a process without pytest; its own numbers left out."""
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    out = stage / way
    out.mkdir()
    command = [sys.executable, "-m", "tests.integration.executed", str(stage), way, str(out)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    text = (out / "01_made_up.ipynb").read_text(encoding="utf-8")
    return re.sub(r"ipykernel_\d+|0x[0-9a-f]+", "…", text)


def test_children_and_kernels_give_the_same_outputs(stage: Path) -> None:
    """Streams, displays, figures, magics, programs and awaited cells: byte for byte."""
    shutil.rmtree(stage / "notebooks")
    write_notebook(stage / "notebooks", CELLS)
    one, other = (run_apart(stage, way) for way in ("child", "kernel"))
    assert one == other, "\n".join(difflib.unified_diff(other.splitlines(), one.splitlines()))
    for shown in ("bold", "from a program", "from a shell", "kept for later", "image/png"):
        assert shown in one


def test_no_debugger_is_loaded(stage: Path) -> None:
    """ipykernel would load one, which takes as long as itself, for nobody."""
    shutil.rmtree(stage / "notebooks")
    look = "import sys\nprint('debugger', sys.modules['debugpy'])"
    write_notebook(stage / "notebooks", f"{CELLS.split('---')[0]}---\n{look}")
    assert "debugger None" in run_apart(stage, "child")


def test_the_published_notebooks_come_out_the_same(stage: Path) -> None:
    """Facts and figures of one chapter do not depend on how its notebook is run."""
    for path in sorted((stage / "notebooks").glob("*.ipynb"))[1:]:
        path.unlink()
    assert executed(stage, True) == executed(stage, False)


def test_papermill_finds_the_engine_by_itself(stage: Path) -> None:
    """``papermill --engine policybook`` runs a published notebook as a build does."""
    first, *others = sorted((stage / "notebooks").glob("*.ipynb"))
    for path in others:
        path.unlink()
    out = stage / "alone.ipynb"
    command = [sys.executable, "-m", "papermill", "--engine", ENGINE, f"{first}", f"{out}"]
    for name, value in notebook_parameters(PERIOD).items():
        command += ["-p", name, value]
    subprocess.run(command, cwd=stage, check=True, capture_output=True)
    alone = tidy(nbformat.read(out, as_version=4))
    assert alone == executed(stage, True)[first.stem]


@pytest.mark.parametrize("forks", [True, False], ids=["child", "kernel"])
def test_a_failing_cell_is_named_and_its_notebook_kept(stage: Path, forks: bool) -> None:
    """Either way the finding names notebook and cell, and the run up to there can be read."""
    shutil.rmtree(stage / "notebooks")
    write_notebook(stage / "notebooks", f"{CELLS.split('---')[0]}---\nseen = 1\nseen / 0")
    with pytest.raises(NotebookError) as caught:
        executed(stage, forks)
    (finding,) = caught.value.findings
    assert finding.place == "notebooks/01_made_up.ipynb 单元 cell-1"
    assert finding.message == "ZeroDivisionError: division by zero"
    kept = nbformat.read(stage / "broken" / "01_made_up.ipynb", as_version=4)
    assert "seen / 0" in kept.cells[-1].source


def test_a_child_that_is_killed_is_a_finding(stage: Path) -> None:
    """A notebook whose process ends without an answer, such as for want of memory, is named."""
    shutil.rmtree(stage / "notebooks")
    kill = "import os\nos.kill(os.getpid(), 9)"
    write_notebook(stage / "notebooks", f"{CELLS.split('---')[0]}---\n{kill}")
    with pytest.raises(NotebookError) as caught:
        executed(stage, True)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("notebook.killed", "notebooks/01_made_up.ipynb")
