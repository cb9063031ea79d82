"""Notebooks: found, read, evaluated in this process, their facts collected. floor: notebooks."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import CodeType
from typing import Any

import nbformat
import orjson

from policybook.catalogue import Statistic
from policybook.edition import Edition, prepared
from policybook.errors import Finding, NotebookError, PolicybookError, error
from policybook.model import Fact, Figure, fact_from_dict, figure_from_dict
from policybook.outputs import FACT_KEY, FIGURE_KEY, PNG, SVG
from policybook.period import parse_period


def find_notebooks(folder: Path) -> list[Path]:
    """The chapters' notebooks in order; :class:`NotebookError` when there is none."""
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise NotebookError(
            error(
                "notebook.none", folder, "没有计算笔记本。", "文件名形如 01_policy_system.ipynb。"
            )
        )
    return found


def chapter_of(notebook: str) -> str:
    """``02_state_council_16`` is the chapter ``state-council-16``."""
    return notebook.partition("_")[2].replace("_", "-")


def read_notebook(path: Path) -> Any:
    """A notebook as nbformat 4; :class:`NotebookError` when it is not one."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as problem:  # nbformat raises many kinds
        raise NotebookError(
            error("notebook.broken", path, f"不是可读的笔记本：{problem}", "从版本库恢复。")
        ) from None


def evaluate_notebooks(folder: Path, edition: Edition) -> dict[str, Fact]:
    """Every fact of an edition, the notebooks' cells run in this process.

    For checks and tests: no kernel, no page. The site itself comes from
    :func:`policybook.execution.run_notebooks`; a test holds both against each other.
    """
    for path in find_notebooks(folder):
        before = set(edition.facts)
        cell = "?"
        cells = _compiled(path, path.stat().st_mtime_ns)
        try:
            with prepared(edition):
                namespace: dict[str, Any] = {"__name__": path.stem}
                for cell, code in cells:
                    exec(code, namespace)
                    for name in set(edition.facts) - before:
                        fact = edition.facts[name]
                        edition.facts[name] = replace(fact, notebook=path.stem, cell=cell)
                    before = set(edition.facts)
        except PolicybookError as problem:
            raise NotebookError(
                [_placed(finding, path.stem, cell) for finding in problem.findings]
            ) from None
        except (Exception, SystemExit) as problem:
            message = f"运行出错：{type(problem).__name__}: {problem}"
            raise NotebookError(
                error("notebook.failed", f"{path} 单元 {cell}", message, "改正该单元。")
            ) from problem
    check_coverage(edition.facts, edition.catalogue, edition.parameters.period)
    return edition.facts


@functools.lru_cache(maxsize=64)
def _compiled(path: Path, _modified: int) -> list[tuple[str, CodeType]]:
    found = []
    for cell in read_notebook(path).cells:
        if cell.cell_type == "code":
            try:
                code = compile(cell.source, f"{path.name}[{cell.id}]", "exec")
            except SyntaxError as problem:
                place, message = (
                    f"{path} 单元 {cell.id}",
                    f"第{problem.lineno}行写法有误：{problem.msg}",
                )
                raise NotebookError(
                    error("notebook.failed", place, message, "改正该单元。")
                ) from None
            found.append((cell.id, code))
    return found


def _placed(finding: Finding, notebook: str, cell: str) -> Finding:
    return replace(finding, place=f"notebooks/{notebook}.ipynb 单元 {cell}：{finding.place}")


def check_coverage(
    facts: Mapping[str, Fact], catalogue: Mapping[str, Statistic], period: str
) -> None:
    """Every statistic in effect is published, by its own chapter; else :class:`NotebookError`."""
    quarter = parse_period(period)
    findings = [
        error(
            "publish.missing",
            f"data/statistics.yml {name}",
            "指标在目录里，却没有笔记本发布它。",
            f"在 {catalogue[name].chapter} 的笔记本里发布，或从目录删去。",
        )
        for name in catalogue
        if name not in facts and catalogue[name].effective(quarter)
    ]
    findings += [
        error(
            "publish.chapter",
            f"notebooks/{fact.notebook}.ipynb 单元 {fact.cell}",
            f"指标 {fact.id} 属于 {fact.chapter}，却在这里发布。",
            "移到该章，或改目录的 chapter。",
        )
        for fact in facts.values()
        if chapter_of(fact.notebook) != fact.chapter
    ]
    if findings:
        raise NotebookError(findings)


def collect(notebooks: Mapping[str, Any]) -> tuple[dict[str, Fact], dict[str, Figure]]:
    """Facts and figures from the output metadata of executed notebooks.

    Raises :class:`NotebookError` when two notebooks publish the same id.
    """
    facts: dict[str, Fact] = {}
    figures: dict[str, Figure] = {}
    findings: list[Finding] = []

    def add(kept: dict[str, Any], one: Any) -> None:
        if one.id in kept:
            findings.append(
                error(
                    "publish.twice",
                    f"notebooks/{one.notebook}.ipynb 单元 {one.cell}",
                    f"{one.id} 已由 {kept[one.id].notebook} 发布。",
                    "删去一处。",
                )
            )
        kept[one.id] = one

    for name, cell, output in _outputs(notebooks):
        if FACT_KEY in output.metadata:
            fact = fact_from_dict(orjson.loads(output.metadata[FACT_KEY]))
            add(facts, replace(fact, notebook=name, cell=cell))
        if FIGURE_KEY in output.metadata:
            figure = figure_from_dict(output.metadata[FIGURE_KEY])
            svg, png = output.data[SVG], output.data[PNG]
            add(figures, replace(figure, notebook=name, cell=cell, svg=svg, png=png))
    if findings:
        raise NotebookError(findings)
    return facts, figures


def _outputs(notebooks: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    for name, notebook in notebooks.items():
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                if output.output_type == "display_data":
                    yield name, cell.id, output
