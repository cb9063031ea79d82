"""Building again: only what changed is made anew, and it is what a clean build gives."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policybook.errors import NotebookError, SiteError
from policybook.press import press
from tests.integration.builds import build, changed, replace, tree
from tests.integration.city import PERIODS, found_city

PERIOD = PERIODS[0]
ALWAYS = {
    "SHA256SUMS",
    "audit.xlsx",
    "coverage.js",
    "coverage.json",
    "data/datapackage.json",
    "facts.csv",
    "facts.js",
    "facts.json",
    "ledgers.sqlite",
    "report.docx",
    "ro-crate-metadata.json",
    "searchindex.js",
}
"""Files that speak of the whole edition."""

CATALOGUE_AND_NOTEBOOK = ("data/statistics.yml", "notebooks/01_policy_system.ipynb")

Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built city, cache and all; not to be changed."""
    root = found_city(tmp_path_factory.mktemp("city") / "root")
    build(root, PERIOD)
    return root


@pytest.fixture
def mine(city: Path) -> Iterator[Path]:
    """The built city itself, put back afterwards: what is kept is kept for its place."""
    backup = shutil.copytree(city, city.with_name("backup"))
    yield city
    shutil.rmtree(city)
    backup.rename(city)


def rebuilt(root: Path) -> tuple[list[str], list[str]]:
    """Build again; what was said, and the files that changed.  A clean build gives the same."""
    place = root / "_build" / "site" / PERIOD
    before = tree(place)
    said = build(root, PERIOD).said
    after = tree(place)
    build(root, PERIOD, cached=False)
    assert changed(after, tree(place)) == []
    return said, changed(before, after)


def pages(files: list[str]) -> set[str]:
    """The pages among changed files."""
    return {name for name in files if name.endswith(".html")}


def test_a_cell_changes_the_pages_that_rest_on_it(mine: Path) -> None:
    """One notebook runs; the pages with its numbers change, and no other."""
    replace(mine / f"data/{PERIOD}/visits.csv", "street,街道走访,60", "street,街道走访,61")
    said, files = rebuilt(mine)
    assert said[:2] == [
        "沿用 01_policy_system（输入没有变化）",
        "运行 08_grassroots（台账 visits 有变化）",
    ]
    assert pages(files) == {
        "book/details.html",  # lists all statistics
        "book/index.html",
        "notebooks/08_grassroots.html",
        "trace/visits.total.html",
    }
    assert set(files) - pages(files) <= {"data/visits.csv", *ALWAYS}


def test_a_word_of_prose_changes_its_page_only(mine: Path) -> None:
    """No notebook runs; beside the page, what is made from all pages changes."""
    replace(mine / "book/details.md", "本页内容为虚构。", "本页内容均为虚构。")
    said, files = rebuilt(mine)
    assert [line[:2] for line in said[:2]] == ["沿用", "沿用"]
    assert pages(files) == {"book/details.html"}
    assert set(files) - pages(files) <= {
        "SHA256SUMS",
        "report.docx",
        "ro-crate-metadata.json",
        "searchindex.js",
    }


def test_what_only_traces_show_changes_them(mine: Path) -> None:
    """Where in a document a record stands: Sphinx has no page to read or write for it."""
    replace(mine / f"data/{PERIOD}/visits.csv", "plan:六", "plan:七")
    assert pages(rebuilt(mine)[1]) == {"trace/visits.total.html"}


def test_a_statistic_that_is_gone_has_no_trace(mine: Path) -> None:
    """Its page is removed, and the search does not find it."""
    before = {name: (mine / name).read_bytes() for name in CATALOGUE_AND_NOTEBOOK}
    add_statistic(mine)
    build(mine, PERIOD)
    place = mine / "_build" / "site" / PERIOD
    assert "works.kinds" in (place / "searchindex.js").read_text(encoding="utf-8")
    for name, content in before.items():
        (mine / name).write_bytes(content)
    assert "trace/works.kinds.html" in rebuilt(mine)[1]
    assert not (place / "trace/works.kinds.html").exists()
    assert "works.kinds" not in (place / "searchindex.js").read_text(encoding="utf-8")


def add_statistic(root: Path) -> None:
    """Publish one more number."""
    catalogue = root / "data/statistics.yml"
    text = catalogue.read_text(encoding="utf-8")
    start = text.index("works.planned:")
    entry = text[start : text.index("works.done:")].replace("works.planned", "works.kinds")
    catalogue.write_text(text + entry.replace("计划更新", "更新种类"), encoding="utf-8")
    publish = 'edition.publish("works.kinds", edition.works.title.nunique())'
    replace(
        root / "notebooks/01_policy_system.ipynb",
        'edition.publish(\\"works.planned\\"',
        publish.replace('"', '\\"') + '\\n",\n    "edition.publish(\\"works.planned\\"',
    )


def change_heading(root: Path) -> None:
    """Another title in every page's table of contents."""
    replace(root / "book/details.md", "# 更新项目", "# 更新的项目")


def change_title(root: Path) -> None:
    """A record's title, which a figure and several pages show."""
    replace(root / f"data/{PERIOD}/works.csv", "路灯更新", "路灯换新")


def drop_use(root: Path) -> None:
    """One page fewer that uses a statistic: its trace page names them."""
    replace(root / "book/index.md", "，已更新{stat}`works.done`", "")


def change_order(root: Path) -> None:
    """Another order of pages: other neighbours."""
    replace(
        root / "_toc.yml",
        "  - file: notebooks/01_policy_system\n  - file: notebooks/08_grassroots\n",
        "  - file: notebooks/08_grassroots\n  - file: notebooks/01_policy_system\n",
    )


def change_parameter(root: Path) -> None:
    """A parameter of the edition."""
    replace(
        root / f"data/{PERIOD}/period.yml", "reporting_date: 2031-01-10", "reporting_date: null"
    )


@pytest.mark.parametrize(
    "change",
    [add_statistic, change_heading, change_title, drop_use, change_order, change_parameter],
)
def test_whatever_changes_the_pages_are_those_of_a_clean_build(change: Change, mine: Path) -> None:
    """New pages, titles, figures, uses, neighbours and parameters: byte for byte."""
    change(mine)
    assert pages(rebuilt(mine)[1])


def test_after_a_failure_nothing_of_it_is_left(mine: Path) -> None:
    """A page that stops the build is mended: what was kept is not gone on with."""
    replace(mine / "book/details.md", "本页内容为虚构。", "{stat}`works.nothing`")
    with pytest.raises(SiteError):
        build(mine, PERIOD)
    replace(mine / "book/details.md", "{stat}`works.nothing`", "本页内容为虚构。")
    replace(mine / "book/index.md", "另见", "也见")
    assert pages(rebuilt(mine)[1]) == {"book/index.html"}


def test_a_notebook_that_fails_spoils_no_pages(mine: Path) -> None:
    """Jupyter Book had got ready, but had not begun: what is kept is gone on with."""
    notebook = mine / "notebooks/08_grassroots.ipynb"
    before, kept = notebook.read_bytes(), mine / "_build/cache/pages" / PERIOD
    made = {path: path.stat().st_mtime_ns for path in kept.rglob("*.html")}
    replace(notebook, "edition.publish(", "edition.publish_nothing(")
    with pytest.raises(NotebookError):
        build(mine, PERIOD)
    notebook.write_bytes(before)
    replace(mine / "book/index.md", "另见", "也见")
    assert pages(rebuilt(mine)[1]) == {"book/index.html"}
    again = {path: path.stat().st_mtime_ns for path in kept.rglob("*.html")}
    assert kept / "_build/html/book/index.html" in changed_files(made, again)
    assert kept / "_build/html/book/details.html" not in changed_files(made, again)


def changed_files(before: dict[Path, int], after: dict[Path, int]) -> list[Path]:
    """The files with another time."""
    return [path for path in after if before.get(path) != after[path]]


def test_a_folder_in_use_is_left_alone(mine: Path) -> None:
    """Another build is going on with the kept folder: this one makes its pages elsewhere."""
    replace(mine / "book/index.md", "另见", "也见")
    kept = mine / "_build/cache/pages" / PERIOD
    before = tree(kept)
    with kept.with_name(f"{PERIOD}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert pages(rebuilt(mine)[1]) == {"book/index.html"}
    assert tree(kept) == before


def test_what_lies_where_it_is_started_is_no_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder or a file that is called like a package, such as this one, stops nothing."""
    (tmp_path / "policybook").mkdir()
    (tmp_path / "docutils.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with press() as ready:
        said, _ = ready.process.communicate("\n")
        assert (said, ready.process.returncode) == ("", 0)


def test_nothing_changed_is_not_built(mine: Path) -> None:
    """The folder in place stays, files and times alike, and its findings are told again."""
    first = build(mine, PERIOD)
    place = mine / "_build/site" / PERIOD
    times = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    again = build(mine, PERIOD)
    assert again.said == [f"{PERIOD} 没有变化，仍在 {place}"]
    assert again.findings == first.findings
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == times


def edit_page(root: Path) -> None:
    """Somebody writes into the published folder."""
    replace(root / f"_build/site/{PERIOD}/index.html", "<", " <")


def add_file(root: Path) -> None:
    """Somebody puts a file into the published folder."""
    (root / f"_build/site/{PERIOD}/note.txt").touch()


def edit_ledger(root: Path) -> None:
    """A ledger gets another number."""
    replace(root / f"data/{PERIOD}/visits.csv", "street,街道走访,60", "street,街道走访,61")


@pytest.mark.parametrize("change", [edit_page, add_file, edit_ledger, change_heading])
def test_any_change_is_built(change: Change, mine: Path) -> None:
    """Of what is built from, and of what was built."""
    change(mine)
    assert build(mine, PERIOD).said[-1].startswith(f"{PERIOD} 已生成")
