"""Parameterised notebooks: run by papermill, or their cells in this process. floor: notebooks."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import CodeType
from typing import Any

import nbformat

from policybook.cache import NotebookCache
from policybook.catalogue import Statistic
from policybook.edition import Edition, prepared
from policybook.errors import Finding, NotebookError, PolicybookError, error
from policybook.model import Fact, Figure, fact_from_dict, figure_from_dict
from policybook.outputs import FACT_KEY, FIGURE_KEY, PNG, SVG
from policybook.period import parse_period

PARAMETERS = "parameters"


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
    :func:`run_notebooks`; a test holds both against each other.
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


def run_notebooks(
    folder: Path,
    parameters: Mapping[str, str],
    jobs: int,
    cache: NotebookCache,
    broken: Path,
) -> dict[str, Any]:
    """Executed notebooks by name, run by papermill in ``folder`` (which holds ``data/``).

    ``broken``: where a failing notebook is kept for inspection.
    Raises :class:`NotebookError` with the findings of all failing notebooks.
    """
    paths = find_notebooks(folder / "notebooks")

    def run(path: Path) -> Any:
        read_notebook(path)
        found = cache.get(path, parameters)
        if found is None:
            found = tidy(_execute(path, parameters, folder, broken))
            cache.put(path, parameters, found)
        return found

    findings: list[Finding] = []
    done: dict[str, Any] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = {path.stem: pool.submit(run, path) for path in paths}
        for name, future in futures.items():
            try:
                done[name] = future.result()
            except PolicybookError as problem:
                findings += problem.findings
    if findings:
        raise NotebookError(findings)
    return done


def _execute(path: Path, parameters: Mapping[str, str], folder: Path, broken: Path) -> Any:
    import papermill
    from jupyter_core.utils import ensure_event_loop
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    check_parameters(path, parameters)
    output = folder / "executed" / path.name
    output.parent.mkdir(exist_ok=True)
    try:
        with (
            closing(ensure_event_loop()),  # each thread has its own
            tempfile.TemporaryDirectory(prefix="pb-") as sockets,
        ):
            # Unix sockets of its own: no port is opened, and kernels side by side do not meet.
            transport = {"transport": "ipc", "ip": f"{sockets}/kernel"}
            return papermill.execute_notebook(
                str(path),
                str(output),
                parameters=dict(parameters),
                # Not papermill's cwd: it changes that of all threads, and not back in order.
                resources={"metadata": {"path": str(folder)}},
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                config=Config({"KernelManager": transport}),
                # A kernel's own log, not its cells': it complains of being shut down.
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            )
    except PapermillExecutionError as problem:
        broken.mkdir(parents=True, exist_ok=True)
        kept = broken / path.name
        kept.write_bytes(output.read_bytes())
        cell = nbformat.read(path, as_version=4).cells
        index = problem.cell_index - 1  # papermill puts its own cell in front
        name = cell[index].id if 0 <= index < len(cell) else str(problem.cell_index)
        raise NotebookError(
            error(
                "notebook.failed",
                f"notebooks/{path.name} 单元 {name}",
                f"{problem.ename}: {problem.evalue}",
                f"改正该单元或所指的台账；运行到出错处的笔记本在 {kept}。",
            )
        ) from None


def check_parameters(path: Path, parameters: Mapping[str, str]) -> None:
    """The notebook's parameters are exactly those given.

    papermill only logs an unknown one and runs with the default.
    """
    import papermill

    try:
        declared = set(papermill.inspect_notebook(str(path)))
    except ValueError as problem:  # such as a notebook that names no language
        place, remedy = f"notebooks/{path.name}", "元数据照别的笔记本写。"
        raise NotebookError(error("notebook.broken", place, f"{problem}", remedy)) from None
    for name in sorted(declared ^ set(parameters)):
        kind = "没有给出" if name in declared else "笔记本里没有"
        raise NotebookError(
            error(
                "notebook.parameters",
                f"notebooks/{path.name} 单元 {PARAMETERS}",
                f"参数 {name} {kind}。",
                f"参数应为：{'、'.join(sorted(parameters))}。",
            )
        )


def tidy(notebook: Any) -> Any:
    """An executed notebook without timings, random ids or paths: same inputs, same bytes."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
    return nbformat.reads(nbformat.writes(notebook), as_version=4)  # as the cache gives it


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
            add(facts, replace(fact_from_dict(output.metadata[FACT_KEY]), notebook=name, cell=cell))
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
