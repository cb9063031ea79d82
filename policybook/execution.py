"""Parameterised notebooks executed by papermill. floor: execution.

Each runs in a forked child with the edition's ledgers already read; where a fork is missing,
in a kernel of its own, with the same outputs.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from typing import Any

import nbformat

from policybook.cache import NotebookCache
from policybook.children import FORKS, run
from policybook.edition import open_staged, prepared
from policybook.errors import ChildError, Finding, NotebookError, PolicybookError, error
from policybook.notebooks import find_notebooks, read_notebook
from policybook.staged import Staged, read_staged
from policybook.workers import Job, Workers, pack

PARAMETERS = "parameters"
Task = Callable[[], str]
_PRELOADED = (
    *("duckdb", "ibis.backends.sql.compilers"),
    *("ipykernel.debugger", "matplotlib_inline.backend_inline"),
)
"""What every notebook would import by itself, later."""


def run_notebooks(
    folder: Path,
    parameters: Mapping[str, str],
    jobs: int,
    cache: NotebookCache,
    broken: Path,
    forks: bool = FORKS,
    workers: Workers | None = None,
    queries: Path | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> dict[str, Any]:
    """Executed notebooks by name, run by papermill in ``folder`` (which holds ``data/``).

    ``broken``: where a failing notebook is kept for inspection.
    ``workers``: those who run them in place of this machine.
    ``queries``: the folder in which what they ask is kept.
    ``meanwhile``: done in this process while the last of them are at work in others.
    Raises :class:`NotebookError` with the findings of all failing notebooks.
    """
    done: dict[str, Any] = {}
    missing: list[Path] = []
    for path in find_notebooks(folder / "notebooks"):
        read_notebook(path)
        done[path.stem] = cache.get(path, parameters)
        if done[path.stem] is None:
            missing.append(path)
    findings: list[Finding] = []
    execute = _in_kernels
    if forks:
        execute = partial(_in_children, queries=queries, meanwhile=meanwhile)
    if workers:
        execute = partial(_on_workers, workers)
    results = execute(missing, parameters, folder, broken, jobs) if missing else ()
    for path, result in zip(missing, results, strict=True):
        try:
            executed = nbformat.reads(result(), as_version=4)
        except PolicybookError as problem:
            findings += problem.findings
        except ChildError as problem:
            message, remedy = f"{problem}。", "多半是内存不够：用 --jobs 1 再试。"
            findings.append(error("notebook.killed", f"notebooks/{path.name}", message, remedy))
        else:
            cache.put(path, parameters, executed)
            done[path.stem] = executed
    if findings:
        raise NotebookError(findings)
    return done


@cache
def preload() -> None:
    """Load what every notebook needs: processes forked from this one need not."""
    from policybook.charts import rehearse
    from policybook.inprocess import register

    register()
    for name in _PRELOADED:
        importlib.import_module(name)
    rehearse()


def _in_children(
    paths: Sequence[Path],
    parameters: Mapping[str, str],
    folder: Path,
    broken: Path,
    jobs: int,
    queries: Path | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Iterator[Task]:
    preload()
    staged = read_staged(folder / "data", parameters["period"])
    tasks = [
        partial(_execute_forked, staged, p, parameters, folder, broken, queries) for p in paths
    ]
    for child in run(tasks, jobs, meanwhile):
        yield child.result


def _execute_forked(
    staged: Staged,
    path: Path,
    parameters: Mapping[str, str],
    folder: Path,
    broken: Path,
    queries: Path | None,
) -> str:
    from policybook.inprocess import ENGINE
    from policybook.queries import remembering

    kept = queries and queries / f"{path.stem}.json"
    with prepared(open_staged(staged)), remembering(kept):
        return _execute(path, parameters, broken, engine_name=ENGINE, cwd=str(folder))


def _in_kernels(
    paths: Sequence[Path], parameters: Mapping[str, str], folder: Path, broken: Path, jobs: int
) -> Iterator[Task]:
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        done = [pool.submit(_execute_apart, p, parameters, folder, broken) for p in paths]
        yield from (future.result for future in done)


def _execute_apart(path: Path, parameters: Mapping[str, str], folder: Path, broken: Path) -> str:
    from jupyter_core.utils import ensure_event_loop
    from traitlets.config import Config

    with (
        closing(ensure_event_loop()),  # each thread has its own
        tempfile.TemporaryDirectory(prefix="pb-") as sockets,
    ):
        # Unix sockets of its own: no port is opened, and kernels side by side do not meet.
        transport = {"transport": "ipc", "ip": f"{sockets}/kernel"}
        return _execute(
            path,
            parameters,
            broken,
            # Not papermill's cwd: it changes that of all threads, and not back in order.
            resources={"metadata": {"path": str(folder)}},
            config=Config({"KernelManager": transport}),
            # A kernel's own log, not its cells': it complains of being shut down.
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )


def _on_workers(
    workers: Workers,
    paths: Sequence[Path],
    parameters: Mapping[str, str],
    folder: Path,
    broken: Path,
    jobs: int,
) -> Iterator[Task]:
    content = pack({name: folder / name for name in ("data", "notebooks")})
    places = (("broken", str(broken)), ("", str(folder)))
    given = [
        Job(partial(_execute_there, path.name, dict(parameters)), places, "broken")
        for path in paths
    ]
    yield from workers.run(given, content)


def _execute_there(name: str, parameters: Mapping[str, str], folder: Path) -> str:
    execute = _in_children if FORKS else _in_kernels
    paths = [folder / "notebooks" / name]
    return next(result() for result in execute(paths, parameters, folder, folder / "broken", 1))


def _execute(path: Path, parameters: Mapping[str, str], broken: Path, **options: Any) -> str:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    check_parameters(path, parameters)
    with tempfile.TemporaryDirectory(prefix="pb-") as written:
        output = Path(written, path.name)
        try:
            executed = papermill.execute_notebook(
                str(path),
                str(output),
                parameters=dict(parameters),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                request_save_on_cell_execute=False,
                **options,
            )
            return str(nbformat.writes(tidy(executed)))
        except PapermillExecutionError as problem:
            broken.mkdir(parents=True, exist_ok=True)
            kept = broken / path.name
            kept.write_bytes(output.read_bytes())
            raise _cell_failed(path, problem, kept) from None


def _cell_failed(path: Path, problem: Any, kept: Path) -> NotebookError:
    cells = nbformat.read(path, as_version=4).cells
    index = problem.cell_index - 1  # papermill puts its own cell in front
    name = cells[index].id if 0 <= index < len(cells) else str(problem.cell_index)
    return NotebookError(
        error(
            "notebook.failed",
            f"notebooks/{path.name} 单元 {name}",
            f"{problem.ename}: {problem.evalue}",
            f"改正该单元或所指的台账；运行到出错处的笔记本在 {kept}。",
        )
    )


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
    return notebook
