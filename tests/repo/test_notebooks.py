"""How notebooks are kept: stripped, alike, with readable ids, and made of prose and calls."""

from __future__ import annotations

import ast
import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.repo.tree import project_files

Notebook = dict[str, Any]

NUMBERS = range(1, 11)
READABLE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RANDOM_ID = re.compile(r"(?=.*[0-9])[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
FILE_NAME = re.compile(r"[0-9]{2}_[a-z0-9_]+\.ipynb")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# What the grammar of expressions needs: nothing, one, and a share's other part. Quantities
# with a meaning have a name in policybook.numbers.
PLAIN_NUMBERS = {0, 1}
LOGIC = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.Try,
    ast.With,
    ast.comprehension,
)


def source_of(cell: dict[str, Any]) -> str:
    """A cell's text, which nbformat keeps as one string or as lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def unstripped_cells(notebook: Notebook) -> list[str]:
    """Code cells that keep something of a run."""
    return [
        f"cell {cell.get('id')}: has been run"
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"] is not None)
    ]


def metadata_faults(notebook: Notebook) -> list[str]:
    """Metadata of the notebook or its cells beyond what all notebooks have."""
    faults = []
    if (notebook["nbformat"], notebook["nbformat_minor"]) != (4, 5):
        faults.append("is not of nbformat 4.5")
    if notebook["metadata"] != METADATA:
        faults.append(f"metadata is {notebook['metadata']}, not {METADATA}")
    for cell in notebook["cells"]:
        if set(cell["metadata"]) - {"tags"}:
            faults.append(f"cell {cell.get('id')}: metadata {sorted(cell['metadata'])}")
    return faults


def id_faults(notebook: Notebook) -> list[str]:
    """Cells without an id, with one that says nothing, or with another cell's."""
    faults = []
    seen: set[str] = set()
    for number, cell in enumerate(notebook["cells"], 1):
        name = cell.get("id", "")
        if not READABLE_ID.fullmatch(name) or RANDOM_ID.fullmatch(name):
            faults.append(f"cell {number}: id {name!r} is not readable")
        elif name in seen:
            faults.append(f"cell {number}: id {name!r} is taken")
        seen.add(name)
    return faults


def parameter_faults(notebook: Notebook) -> list[str]:
    """Anything but one code cell tagged ``parameters`` that sets ``period`` and ``data``."""
    tagged = [
        cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(tagged) != 1:
        return [f"has {len(tagged)} cells tagged parameters"]
    cell = tagged[0]
    faults = []
    if cell.get("id") != "parameters" or cell["cell_type"] != "code":
        faults.append("the cell tagged parameters is no code cell of that id")
    statements = ast.parse(source_of(cell)).body
    names = [
        statement.targets[0].id
        for statement in statements
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
    ]
    if names != ["period", "data"] or len(statements) != len(names):
        faults.append(f"the parameters are {names}, not period and data")
    return faults


def logic_faults(notebook: Notebook) -> list[str]:
    """Definitions, branches, loops and typed numbers in code cells."""
    faults = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse(source_of(cell))):
            if isinstance(node, LOGIC):
                faults.append(f"cell {cell['id']}: {type(node).__name__}")
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, int | float | complex)
                and not isinstance(node.value, bool)
                and node.value not in PLAIN_NUMBERS
            ):
                faults.append(f"cell {cell['id']}: the number {node.value}")
    return faults


def prose_faults(notebook: Notebook) -> list[str]:
    """Code without a sentence before it that says what is computed and why."""
    faults = []
    told = False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            told = True
        elif not told and cell.get("id") not in ("parameters", "setup"):
            faults.append(f"cell {cell.get('id')}: no prose before it")
    return faults


RULES = (
    unstripped_cells,
    metadata_faults,
    id_faults,
    parameter_faults,
    logic_faults,
    prose_faults,
)


@pytest.fixture(scope="module")
def notebooks(root: Path) -> dict[str, Notebook]:
    """The project's notebooks by file name."""
    paths = [path for path in project_files(root) if path.endswith(".ipynb")]
    return {
        Path(path).name: json.loads((root / path).read_text(encoding="utf-8"))
        for path in paths
        if path.startswith("notebooks/")
    }


@pytest.fixture
def good() -> Notebook:
    """A notebook that keeps every rule."""

    def code(name: str, source: str, **metadata: Any) -> dict[str, Any]:
        return {
            "id": name,
            "cell_type": "code",
            "metadata": metadata,
            "source": source,
            "outputs": [],
            "execution_count": None,
        }

    title = {
        "id": "title",
        "cell_type": "markdown",
        "metadata": {},
        "source": ["# 隐患\n", "查清。"],
    }
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": copy.deepcopy(METADATA),
        "cells": [
            title,
            code("parameters", 'period = "2024Q2"\ndata = "data"', tags=["parameters"]),
            code("hazards-found", "edition.publish('safety.hazards_found', tasks.planned.sum())"),
        ],
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_notebooks_keep_the_rule(notebooks: dict[str, Notebook], rule: Any) -> None:
    """No notebook of the project breaks the rule."""
    faults = [f"{name}: {fault}" for name, book in notebooks.items() for fault in rule(book)]
    assert faults == []


def test_there_is_one_notebook_a_chapter(notebooks: dict[str, Notebook]) -> None:
    """The notebooks are named and numbered as the chapters they compute."""
    assert len(notebooks) == len(NUMBERS)
    assert [name for name in notebooks if not FILE_NAME.fullmatch(name)] == []
    assert sorted(int(name[:2]) for name in notebooks) == list(NUMBERS)


def test_all_code_is_written_once(notebooks: dict[str, Notebook]) -> None:
    """Apart from parameters and set-up, no two notebooks share a code cell."""
    seen: dict[str, str] = {}
    shared = []
    for name, book in notebooks.items():
        for cell in book["cells"]:
            if cell["cell_type"] == "code" and cell["id"] not in ("parameters", "setup"):
                first = seen.setdefault(source_of(cell), f"{name} {cell['id']}")
                if first != f"{name} {cell['id']}":
                    shared.append(f"{first} = {name} {cell['id']}")
    assert shared == []


def test_a_good_notebook_keeps_every_rule(good: Notebook) -> None:
    """The rules fire on nothing that is as it should be."""
    assert [fault for rule in RULES for fault in rule(good)] == []


def test_a_run_is_found(good: Notebook) -> None:
    """An output or an execution count is named with its cell."""
    good["cells"][2]["execution_count"] = 3
    assert unstripped_cells(good) == ["cell hazards-found: has been run"]
    good["cells"][2].update(execution_count=None, outputs=[{"output_type": "stream"}])
    assert unstripped_cells(good) == ["cell hazards-found: has been run"]


def test_foreign_metadata_is_found(good: Notebook) -> None:
    """Another kernel, another format and an editor's traces in a cell are all named."""
    good["metadata"]["kernelspec"]["name"] = "office"
    good["nbformat_minor"] = 4
    good["cells"][0]["metadata"]["collapsed"] = True
    assert len(metadata_faults(good)) == 3


@pytest.mark.parametrize("name", ["", "Hazards", "a1b2c3d4", "cell_1", "title"])
def test_a_bad_id_is_found(good: Notebook, name: str) -> None:
    """A missing, random, unreadable or repeated id is named."""
    good["cells"][2]["id"] = name
    assert len(id_faults(good)) == 1


def test_a_second_parameters_cell_is_found(good: Notebook) -> None:
    """Papermill would use one cell and never mention the other."""
    good["cells"][2]["metadata"] = {"tags": ["parameters"]}
    assert parameter_faults(good) == ["has 2 cells tagged parameters"]


@pytest.mark.parametrize("source", ["period = '2024Q2'", "data = 'd'\nperiod = 'p'\nx = f()"])
def test_other_parameters_are_found(good: Notebook, source: str) -> None:
    """A missing, an extra and a computed parameter are all faults."""
    good["cells"][1]["source"] = source
    assert len(parameter_faults(good)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def f(): ...",
        "f = lambda x: x",
        "[f(x) for x in y]",
        "edition.publish('a.b', tasks.planned.sum() + 24184)",
        "edition.publish('a.b', tasks.planned.sum() * 0.97)",
        "if period: f()",
    ],
)
def test_logic_in_a_notebook_is_found(good: Notebook, source: str) -> None:
    """A definition, a loop, a branch and a typed number are each a fault."""
    good["cells"][2]["source"] = source
    assert len(logic_faults(good)) == 1


def test_code_without_prose_is_found(good: Notebook) -> None:
    """A notebook that begins with a computation does not say why."""
    del good["cells"][0]
    assert prose_faults(good) == ["cell hazards-found: no prose before it"]
