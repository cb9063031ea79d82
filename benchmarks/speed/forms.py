"""The report written down as a project of each program.

The notebooks of all programs have the same cells in the same order; what is in them is written
for policybook over Ibis tables, for the others over pandas frames.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat

from benchmarks.speed.workload import (
    FIGURE,
    THEMES,
    Ledgers,
    Measure,
    Statistic,
    ledger_text,
    ledgers_of,
    narrative,
    statistics,
)

HERE = Path(__file__).parent
NOTEBOOKS = {f"{place:02d}_{chapter}": chapter for place, chapter in enumerate(THEMES, 1)}
A_CELL = 5  # statistics
TITLE = "虚构市季度报告（虚构）"
OPENING = f"# {TITLE}\n\n本报告为测量速度而虚构，各章如下。\n\n"


def write_peers(root: Path, ledgers: Ledgers) -> None:
    """For papermill with Jupyter Book, and for Snakemake: pages filled from the values."""
    for name in ("report.py", "fill.py", "run.py", "Snakefile"):
        _copy(HERE / "peers" / name, root / name)
    write_ledgers(root / "data", ledgers)
    reads = {name: ledgers_of(chapter) for name, chapter in NOTEBOOKS.items()}
    write(root / "notebooks.json", json.dumps(reads))
    for name, chapter in NOTEBOOKS.items():
        cells = {**_pandas_cells(chapter, "data"), "save": "report.save(values)"}
        write_notebook(root / f"notebooks/{name}.ipynb", chapter, 'values = "values.json"', cells)
        write(root / f"pages/{chapter}.md", page(chapter, "{{{{ {id} }}}}".format))
    _write_book(root / "site", "pages", "off")
    write(root / "plain.py", plain_script())


def write_executing(root: Path, ledgers: Ledgers) -> None:
    """For Jupyter Book executing the notebooks itself: pages take the values by ``glue``."""
    write_ledgers(root / "data", ledgers)
    _copy(HERE / "peers" / "report.py", root / "site/notebooks/report.py")
    for name, chapter in NOTEBOOKS.items():
        cells = {**_pandas_cells(chapter, "../../data"), "glue": "report.glue_all()"}
        write_notebook(root / f"site/notebooks/{name}.ipynb", chapter, "", cells)
        role = f"{{{{glue:text}}}}`../notebooks/{name}.ipynb::{{id}}:s`"
        write(root / f"site/pages/{chapter}.md", page(chapter, role.format))
    _write_book(root / "site", "pages", "cache")


def plain_script() -> str:
    """All chapters' statistics and figures in one process, without notebooks and pages."""
    lines = ["import matplotlib", "", 'matplotlib.use("agg")']
    for name, chapter in NOTEBOOKS.items():
        cells = _pandas_cells(chapter, "data")
        lines += [f"\n# {THEMES[chapter]}", *cells.values()]
        lines += [f'report.save_figure(figure, "figures/{name}")']
    return "\n".join([*lines, 'report.save("values/all.json")', ""])


def write_ledgers(folder: Path, ledgers: Ledgers, only: str = "") -> None:
    """The ledgers as CSV files, or only that one."""
    for name, rows in ledgers.items():
        if only in ("", name):
            write(folder / f"{name}.csv", ledger_text(rows))


def _pandas_cells(chapter: str, data: str) -> dict[str, str]:
    reads = [f'{one} = pd.read_csv("{data}/{one}.csv")' for one in ledgers_of(chapter)]
    cells = {"setup": "\n".join(["import pandas as pd", "import report", "", *reads])}

    def publish(one: Statistic) -> str:
        value = _pandas(one.top) + (f" / {_pandas(one.bottom)}" if one.bottom else "")
        return f'report.publish("{one.id}", "{one.label}", {value}, "{one.unit}")'

    cells |= in_cells(chapter, publish)
    title = FIGURE.format(name=THEMES[chapter])
    amounts = f'{chapter}.groupby("district")["amount"].sum().sort_values(ascending=False)'
    cells["figure"] = f'figure = report.draw({amounts}, "{title}", "万元", "部门报表")'
    return cells


def _pandas(measure: Measure) -> str:
    if not measure.where:
        chosen = f'{measure.ledger}["{measure.column}"]'
    else:
        tests = [f'({measure.ledger}["{name}"] == "{text}")' for name, text in measure.where]
        chosen = f'{measure.ledger}.loc[{" & ".join(tests)}, "{measure.column}"]'
    return f"{chosen}.{'nunique' if measure.distinct else 'sum'}()"


def in_cells(chapter: str, publish: Callable[[Statistic], str]) -> dict[str, str]:
    """A chapter's statistics as cells of five lines."""
    lines = [publish(one) for one in statistics() if one.chapter == chapter]
    starts = range(0, len(lines), A_CELL)
    return {f"lines-{start}": "\n".join(lines[start : start + A_CELL]) for start in starts}


def write_notebook(path: Path, chapter: str, parameters: str, cells: Mapping[str, str]) -> None:
    """A notebook without outputs."""
    make = nbformat.v4.new_code_cell
    title = f"# {THEMES[chapter]}的计算\n\n本页说明各项数字怎样由台账算出。"
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(title, id="title"),
            make(parameters, id="parameters", metadata={"tags": ["parameters"]}),
            *(make(source, id=name) for name, source in cells.items()),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    write(path, nbformat.writes(notebook) + "\n")


def page(chapter: str, shown: Callable[..., str]) -> str:
    """A chapter's page: a sentence on a line, each value as the program writes it."""
    text = "\n\n".join("\n".join(paragraph) for paragraph in narrative(chapter))
    text = re.sub(r"\{([a-z_.]+)\}", lambda found: shown(id=found[1]), text)
    return f"# {THEMES[chapter]}\n\n{text}\n"


def _write_book(site: Path, pages: str, execute: str) -> None:
    links = "".join(f"- [{name}]({pages}/{chapter}.md)\n" for chapter, name in THEMES.items())
    write(site / "index.md", OPENING + links)
    files = [f"{pages}/{chapter}" for chapter in THEMES]
    files += [f"notebooks/{name}" for name in NOTEBOOKS]
    write(site / "_toc.yml", toc("index", files))
    config = (
        f'title: {TITLE}\nauthor: ""\nonly_build_toc_files: true\nexecute:\n'
        f'  execute_notebooks: "{execute}"\nsphinx:\n  config:\n    language: zh_CN\n'
    )
    write(site / "_config.yml", config)


def toc(first: str, files: list[str]) -> str:
    """The order of the pages."""
    chapters = "".join(f"  - file: {name}\n" for name in files)
    return f"format: jb-book\nroot: {first}\nchapters:\n{chapters}"


def write(path: Path, text: str) -> None:
    """A file, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
