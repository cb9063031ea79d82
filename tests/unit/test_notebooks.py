"""Notebooks: parameters, tidiness, and how facts leave them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from policybook.edition import Edition
from policybook.errors import Finding, NotebookError
from policybook.execution import check_parameters, tidy
from policybook.model import Fact, Figure, fact_as_dict
from policybook.notebooks import (
    chapter_of,
    check_coverage,
    collect,
    evaluate_notebooks,
    find_notebooks,
    read_notebook,
)
from policybook.outputs import FACT_KEY, FIGURE_KEY, PNG, SVG
from tests.unit.conftest import PERIOD

SETUP = "from policybook.edition import open_edition\nedition = open_edition(period, data)"
PARAMETERS = f'period = "{PERIOD}"\ndata = "data"'
PUBLISH = """\
works = edition.works
for name in ("roads.planned", "roads.rate", "roads.count", "trees.planted"):
    edition.publish(name, works.items.sum())
for name in ("coal.rate", "coal.task", "works.days", "works.kinds"):
    edition.publish(name, works.items.sum())
"""

Write = Callable[..., Path]


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """A folder for notebooks."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    return folder


@pytest.fixture
def notebook(notebooks: Path) -> Write:
    """Writes a notebook: parameters, then the given cells."""

    def write(*cells: str, name: str = "01_made_up", parameters: str = PARAMETERS) -> Path:
        found = v4.new_notebook(cells=[v4.new_code_cell(source) for source in (parameters, *cells)])
        found.cells[0].metadata["tags"] = ["parameters"]
        found.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        found.metadata["language_info"] = {"name": "python"}
        for cell, name_of in zip(found.cells, ("parameters", "setup", "one", "two"), strict=False):
            cell.id = name_of
        path = notebooks / f"{name}.ipynb"
        nbformat.write(found, path)
        return path

    return write


def finding_of(caught: pytest.ExceptionInfo[NotebookError]) -> Finding:
    """The one finding of an error; it has a remedy."""
    (finding,) = caught.value.findings
    assert finding.remedy
    return finding


def test_notebooks_are_found_in_order(notebook: Write, notebooks: Path) -> None:
    """Only numbered notebooks are chapters."""
    for name in ("02_b", "01_a", "draft", "3_c"):
        notebook(name=name)
    assert [path.stem for path in find_notebooks(notebooks)] == ["01_a", "02_b"]
    assert chapter_of("02_state_council_16") == "state-council-16"


def test_no_notebook_is_refused(notebooks: Path) -> None:
    """A folder without notebooks publishes nothing."""
    with pytest.raises(NotebookError) as caught:
        find_notebooks(notebooks)
    assert finding_of(caught).code == "notebook.none"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}'])
def test_a_broken_notebook_is_refused(content: str, tmp_path: Path) -> None:
    """What is no notebook is named, not raised as it comes."""
    path = tmp_path / "01_broken.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NotebookError) as caught:
        read_notebook(path)
    finding = finding_of(caught)
    assert (finding.code, finding.place) == ("notebook.broken", str(path))


def test_the_right_parameters_are_accepted(notebook: Write) -> None:
    """Exactly the declared parameters pass."""
    check_parameters(notebook(), {"period": PERIOD, "data": "data"})


@pytest.mark.parametrize(
    ("declared", "given", "message"),
    [
        (PARAMETERS, {"period": PERIOD}, "参数 data 没有给出"),
        (PARAMETERS, {"period": PERIOD, "data": "d", "city": "x"}, "参数 city 笔记本里没有"),
        (f'period = "{PERIOD}"', {"period": PERIOD, "data": "d"}, "参数 data 笔记本里没有"),
    ],
    ids=["missing", "unknown", "undeclared"],
)
def test_wrong_parameters_are_refused(
    declared: str, given: dict[str, str], message: str, notebook: Write
) -> None:
    """An unknown or a missing parameter stops the run before it starts."""
    with pytest.raises(NotebookError, match=message) as caught:
        check_parameters(notebook(parameters=declared), given)
    finding = finding_of(caught)
    assert finding.code == "notebook.parameters"
    assert finding.place == "notebooks/01_made_up.ipynb 单元 parameters"


def executed(seconds: str, run: str) -> Any:
    """A notebook as papermill leaves it, with what differs from run to run."""
    cells = [v4.new_code_cell(f"period = '{PERIOD}'"), v4.new_code_cell("1 + 1")]
    for cell, tags in zip(cells, (["injected-parameters"], []), strict=True):
        cell.metadata = nbformat.from_dict(
            {
                "tags": tags,
                "papermill": {"duration": seconds, "start_time": run},
                "execution": {"iopub.execute_input": run},
            }
        )
        cell.outputs = [v4.new_output("display_data", {"text/plain": "2"}, metadata={"kept": 1})]
    cells[0].id, cells[1].id = f"random-{run}", "sum"
    found = v4.new_notebook(cells=cells)
    found.metadata = nbformat.from_dict(
        {
            "papermill": {"duration": seconds, "input_path": f"/tmp/{run}/in.ipynb"},
            "language_info": {"version": "3.11.7"},
        }
    )
    return found


def test_two_runs_are_the_same_bytes() -> None:
    """Timings, random ids and paths are gone; ids, tags and outputs stay."""
    one, other = (tidy(executed(str(run), f"run-{run}")) for run in (1, 2))
    assert nbformat.writes(one) == nbformat.writes(other)
    text = nbformat.writes(one)
    for trace in ("papermill", "duration", "run-1", "random", "/tmp", "3.11"):
        assert trace not in text
    assert [cell.id for cell in one.cells] == ["injected-parameters", "sum"]
    assert one.cells[0].metadata == {"tags": ["injected-parameters"]}
    assert one.cells[1].metadata == {}
    assert one.cells[1].outputs[0].metadata == {"kept": 1}


@pytest.fixture
def fact(edition: Edition) -> Fact:
    """A fact as it was published."""
    edition.publish("roads.count", edition.works.items.sum())
    return edition.facts["roads.count"]


@pytest.fixture
def figure(edition: Edition) -> Figure:
    """A figure as it was published."""
    table = edition.works.select("title").order_by("title")
    edition.figure("chart", table, print, title="图", unit="项", alt="说明", source="虚构")
    return edition.figures["chart"]


def with_outputs(*metadata: dict[str, Any]) -> Any:
    """An executed notebook of one cell with these outputs."""
    cell = v4.new_code_cell("…", id="publishing")
    cell.outputs = [
        v4.new_output(
            "display_data", {SVG: "<svg/>", PNG: "AA=="}, metadata=json.loads(json.dumps(one))
        )
        for one in metadata
    ]
    cell.outputs.append(v4.new_output("stream", text="…"))
    return v4.new_notebook(cells=[v4.new_markdown_cell("…"), cell])


def test_facts_and_figures_are_collected(fact: Fact, figure: Figure) -> None:
    """What left a notebook knows its notebook and cell."""
    outputs = with_outputs(
        {FACT_KEY: json.dumps(fact_as_dict(fact))}, {FIGURE_KEY: asdict(figure)}, {"other": 1}
    )
    facts, figures = collect({"01_made_up": outputs})
    assert facts == {fact.id: replace(fact, notebook="01_made_up", cell="publishing")}
    assert (figures["chart"].svg, figures["chart"].png) == ("<svg/>", "AA==")
    assert (figures["chart"].notebook, figures["chart"].cell) == ("01_made_up", "publishing")


def test_two_notebooks_may_not_publish_the_same(fact: Fact, figure: Figure) -> None:
    """The second of two facts or figures of one id is refused with both places."""
    outputs = with_outputs({FACT_KEY: json.dumps(fact_as_dict(fact))}, {FIGURE_KEY: asdict(figure)})
    with pytest.raises(NotebookError) as caught:
        collect({"01_made_up": outputs, "02_again": outputs})
    assert [finding.code for finding in caught.value.findings] == ["publish.twice"] * 2
    for finding, name in zip(caught.value.findings, ("roads.count", "chart"), strict=True):
        assert finding.place == "notebooks/02_again.ipynb 单元 publishing"
        assert finding.message == f"{name} 已由 01_made_up 发布。"


def test_cells_run_in_this_process(notebook: Write, notebooks: Path, edition: Edition) -> None:
    """Without a kernel the facts know their notebook and cell."""
    notebook(SETUP, PUBLISH)
    facts = evaluate_notebooks(notebooks, edition)
    assert set(facts) == set(edition.catalogue)
    assert {(one.notebook, one.cell) for one in facts.values()} == {("01_made_up", "one")}


def test_a_failing_publication_is_placed(
    notebook: Write, notebooks: Path, edition: Edition
) -> None:
    """The finding of a publication gets the notebook's and the cell's name."""
    notebook(SETUP, PUBLISH, 'edition.publish("roads.count", works.items.sum())')
    with pytest.raises(NotebookError) as caught:
        evaluate_notebooks(notebooks, edition)
    finding = finding_of(caught)
    assert finding.code == "publish.twice"
    assert finding.place == "notebooks/01_made_up.ipynb 单元 two：roads.count"


def test_any_other_failure_is_placed(notebook: Write, notebooks: Path, edition: Edition) -> None:
    """A slip in a cell is a finding with the cell, not a traceback."""
    path = notebook(SETUP, "edition.work.items.sum()")
    with pytest.raises(NotebookError) as caught:
        evaluate_notebooks(notebooks, edition)
    finding = finding_of(caught)
    assert (finding.code, finding.place) == ("notebook.failed", f"{path} 单元 one")
    assert "AttributeError" in finding.message


def test_every_statistic_must_be_published(
    notebook: Write, notebooks: Path, edition: Edition
) -> None:
    """What the catalogue declares and no notebook publishes is told."""
    notebook(SETUP, PUBLISH.replace('"roads.count", ', ""))
    with pytest.raises(NotebookError) as caught:
        evaluate_notebooks(notebooks, edition)
    finding = finding_of(caught)
    assert (finding.code, finding.place) == ("publish.missing", "data/statistics.yml roads.count")


def test_a_statistic_belongs_to_its_chapter(fact: Fact, edition: Edition) -> None:
    """A fact published in another chapter than the catalogue says is told."""
    catalogue = {fact.id: edition.catalogue[fact.id]}
    check_coverage({fact.id: replace(fact, notebook="01_made_up")}, catalogue, PERIOD)
    with pytest.raises(NotebookError) as caught:
        check_coverage({fact.id: replace(fact, notebook="02_other", cell="one")}, catalogue, PERIOD)
    finding = finding_of(caught)
    assert finding.code == "publish.chapter"
    assert finding.place == "notebooks/02_other.ipynb 单元 one"
