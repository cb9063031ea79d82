"""The cache of executed notebooks: its key, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from policybook.cache import NotebookCache, ledgers_used, shared_digests
from policybook.program import program_digest, program_digests
from tests.unit.conftest import PERIOD

LEDGERS = {"documents": "d1", "works": "w1", "funds": "f1"}
PARAMETERS = {"period": PERIOD, "data": "data"}
SETUP = "from policybook.edition import open_edition\nedition = open_edition(period, data)"

Notebook = Callable[..., Path]


def notebook_of(*cells: str) -> Any:
    """A notebook of these code cells, ids fixed."""
    found = v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells])
    for number, cell in enumerate(found.cells):
        cell.id = f"cell-{number}"
    return found


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    """Writes a notebook of these code cells."""

    def write(*cells: str) -> Path:
        path = tmp_path / "01_made_up.ipynb"
        nbformat.write(notebook_of(*cells), path)
        return path

    return write


@pytest.fixture
def said() -> list[str]:
    """What the cache has said."""
    return []


@pytest.fixture
def cache(tmp_path: Path, said: list[str]) -> NotebookCache:
    """An empty cache of a made-up edition."""
    return NotebookCache(tmp_path / "cache", LEDGERS, {"指标目录": "c1", "程序": "p1"}, said.append)


def test_a_hit_is_the_kept_run_and_said(
    cache: NotebookCache, notebook: Notebook, said: list[str]
) -> None:
    """With equal inputs the kept run comes back, and the message says why."""
    path = notebook(SETUP, "edition.works")
    run = notebook_of("done")
    assert cache.get(path, PARAMETERS) is None
    cache.put(path, PARAMETERS, run)
    assert cache.get(path, PARAMETERS) == run
    assert said == ["运行 01_made_up（第一次）", "沿用 01_made_up（输入没有变化）"]


CHANGES: dict[str, tuple[Callable[[NotebookCache], NotebookCache], str]] = {
    "a ledger it reads": (
        lambda cache: replace(cache, ledgers={**LEDGERS, "works": "w2"}),
        "台账 works 有变化",
    ),
    "the documents": (
        lambda cache: replace(cache, ledgers={**LEDGERS, "documents": "d2"}),
        "台账 documents 有变化",
    ),
    "the catalogue": (
        lambda cache: replace(cache, shared={**cache.shared, "指标目录": "c2"}),
        "指标目录 有变化",
    ),
    "the program": (
        lambda cache: replace(cache, shared={**cache.shared, "程序": "p2"}),
        "程序 有变化",
    ),
    "something more to depend on": (
        lambda cache: replace(cache, shared={**cache.shared, "依赖版本": "v1"}),
        "依赖版本 有变化",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_input_is_in_the_key(
    name: str, cache: NotebookCache, notebook: Notebook, said: list[str]
) -> None:
    """A change of one input is a miss that names it."""
    change, message = CHANGES[name]
    path = notebook(SETUP, "edition.works")
    cache.put(path, PARAMETERS, notebook_of("done"))
    assert change(cache).get(path, PARAMETERS) is None
    assert said == [f"运行 01_made_up（{message}）"]


def test_the_notebook_and_its_parameters_are_in_the_key(
    cache: NotebookCache, notebook: Notebook, said: list[str]
) -> None:
    """Another text or another period is another run; prose counts as well."""
    cache.put(notebook(SETUP, "edition.works"), PARAMETERS, notebook_of("done"))
    path = notebook(SETUP, "edition.works  # reworded")
    assert cache.get(path, PARAMETERS) is None
    assert cache.get(path, {**PARAMETERS, "period": "2030Q2"}) is None
    assert said == ["运行 01_made_up（笔记本 有变化）", "运行 01_made_up（第一次）"]


def test_other_ledgers_are_not_in_the_key(cache: NotebookCache, notebook: Notebook) -> None:
    """A change of a ledger that the notebook does not read is a hit."""
    path = notebook(SETUP, "edition.works")
    cache.put(path, PARAMETERS, notebook_of("done"))
    assert replace(cache, ledgers={**LEDGERS, "funds": "f2"}).get(path, PARAMETERS) is not None


def test_a_cleared_cache_is_said(
    cache: NotebookCache, notebook: Notebook, said: list[str], tmp_path: Path
) -> None:
    """Nothing changed, but the run is gone."""
    path = notebook(SETUP, "edition.works")
    cache.put(path, PARAMETERS, notebook_of("done"))
    for kept in (tmp_path / "cache").glob("*.ipynb"):
        kept.unlink()
    assert cache.get(path, PARAMETERS) is None
    assert said == ["运行 01_made_up（缓存已清）"]


def test_no_folder_keeps_nothing(
    cache: NotebookCache, notebook: Notebook, said: list[str], tmp_path: Path
) -> None:
    """Without a cache every run is a run."""
    path, none = notebook(SETUP), replace(cache, folder=None)
    none.put(path, PARAMETERS, notebook_of("done"))
    assert none.get(path, PARAMETERS) is None
    assert not (tmp_path / "cache").exists()
    assert said == ["运行 01_made_up（不用缓存）"]


def test_nothing_half_written_is_left(
    cache: NotebookCache, notebook: Notebook, tmp_path: Path
) -> None:
    """Only complete files stand in the cache."""
    cache.put(notebook(SETUP), PARAMETERS, notebook_of("done"))
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == [".ipynb", ".json"]


USES: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "one ledger": ((SETUP, "edition.works.items.sum()"), ["documents", "works"]),
    "none": ((SETUP, "edition.publish('a.b', 1)"), ["documents"]),
    "two cells": ((SETUP, "a = edition.works", "b = edition.funds"), sorted(LEDGERS)),
    "by getattr": ((SETUP, "getattr(edition, name)"), sorted(LEDGERS)),
    "an attribute that is no ledger": ((SETUP, "edition.ledgers['works']"), sorted(LEDGERS)),
    "under another name": ((SETUP, "e = edition", "e.works"), sorted(LEDGERS)),
    "handed on": ((SETUP, "read(edition)"), sorted(LEDGERS)),
    "opened under another name": (("e = open_edition(period, data)", "e.works"), sorted(LEDGERS)),
    "opened in passing": (("open_edition(period, data).works",), sorted(LEDGERS)),
    "by way of exec": ((SETUP, "exec(code)"), sorted(LEDGERS)),
    "a magic command": ((SETUP, "%run other.py"), sorted(LEDGERS)),
}


@pytest.mark.parametrize("name", USES)
def test_ledgers_used_are_never_too_few(name: str, notebook: Notebook) -> None:
    """The ledgers that cells name, and all of them when that is not plain to see."""
    cells, expected = USES[name]
    assert ledgers_used(notebook(*cells), LEDGERS) == expected


SHARED = {
    "schema/works.json": "台账结构",
    "statistics.yml": "指标目录",
    f"{PERIOD}/period.yml": "期参数",
    "requirements.txt": "依赖版本",
}


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """A process begins, with the package in some folder: it digests its program once."""

    def begin(package: Path) -> None:
        monkeypatch.setattr("policybook.program.PACKAGE", package)
        program_digest.cache_clear()

    yield begin
    program_digest.cache_clear()


@pytest.mark.parametrize("name", SHARED)
def test_what_all_notebooks_depend_on_is_digested(
    name: str, made_up_data: Path, begun: Callable[[Path], None]
) -> None:
    """A change of a shared file changes its own digest and no other."""
    begun(made_up_data / "empty")
    before = shared_digests(made_up_data, made_up_data, made_up_data / PERIOD)
    with (made_up_data / name).open("a", encoding="utf-8") as file:
        file.write(" ")
    after = shared_digests(made_up_data, made_up_data, made_up_data / PERIOD)
    assert [part for part in before if before[part] != after[part]] == [SHARED[name]]


def test_the_program_is_digested(made_up_data: Path, begun: Callable[[Path], None]) -> None:
    """A change of the package's code is a change of every key, for the next process."""
    begun(made_up_data)
    before = shared_digests(made_up_data, made_up_data, made_up_data / PERIOD)["程序"]
    (made_up_data / "deep").mkdir()
    (made_up_data / "deep" / "new.py").write_text("x = 1\n", encoding="utf-8")
    begun(made_up_data)
    assert shared_digests(made_up_data, made_up_data, made_up_data / PERIOD)["程序"] != before


def test_a_broken_file_is_a_miss(cache: NotebookCache, notebook: Notebook, said: list[str]) -> None:
    """What cannot be read is run again."""
    path = notebook(SETUP, "edition.works")
    cache.put(path, PARAMETERS, notebook_of("done"))
    assert cache.folder is not None
    (kept,) = cache.folder.glob("*.ipynb")
    kept.write_text("{", encoding="utf-8")
    assert cache.get(path, PARAMETERS) is None
    assert said == ["运行 01_made_up（缓存的文件读不出来）"]


def test_sqlite_for_browsers_is_digested(
    made_up_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages made without it are not used again once it is there."""
    digests = []
    for digest in ("", "there"):
        monkeypatch.setattr("policybook.program.sqlite_digest", lambda digest=digest: digest)
        digests.append(program_digests(made_up_data))
    before, after = digests
    assert [part for part in before if before[part] != after[part]] == ["浏览器中的 SQLite"]
