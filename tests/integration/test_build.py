"""Building: complete or not at all, the same bytes from the same inputs, nothing run in vain.

A made-up city stands for the project, so that an edition is built in seconds.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest

from policybook.edition import load_edition
from policybook.errors import Finding, PolicybookError
from policybook.model import Fact, fact_from_dict
from policybook.notebooks import evaluate_notebooks
from policybook.published import SUMS
from tests.integration.builds import Built, build, changed, replace, tree
from tests.integration.city import PERIODS, found_city, write_notebook

FIRST, SECOND = PERIODS


def refused(root: Path, *periods: str) -> list[Finding]:
    """The findings of a build that must not succeed."""
    with pytest.raises(PolicybookError) as caught:
        build(root, *periods)
    return caught.value.findings


def facts_of(root: Path, period: str = FIRST) -> dict[str, Fact]:
    """The published facts."""
    content = json.loads((root / f"_build/site/{period}/facts.json").read_text(encoding="utf-8"))
    return {entry["id"]: fact_from_dict(entry) for entry in content["facts"]}


def policybook(
    *arguments: str, umask: int = -1, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; ``umask``: -1 for that of the tests."""
    return subprocess.run(
        [sys.executable, "-m", "policybook", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
        umask=umask,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    """A city with two editions, built once; not to be changed."""
    root = found_city(tmp_path_factory.mktemp("city") / "root", PERIODS)
    return root, build(root, *PERIODS)


@pytest.fixture(scope="module")
def city(built: tuple[Path, Built]) -> Path:
    """The built city's folder; not to be changed."""
    return built[0]


@pytest.fixture
def mine(city: Path, tmp_path: Path) -> Path:
    """A copy of the built city, cache and site included, for a test that changes it."""
    return Path(shutil.copytree(city, tmp_path / "mine"))


def test_the_site_has_all_editions(built: tuple[Path, Built]) -> None:
    """Each edition is a folder of its own; the front page leads to the newest and lists both."""
    root, _ = built
    out = root / "_build" / "site"
    beside = ["editions.js", "index.html", "switcher.json"]
    assert sorted(path.name for path in out.iterdir()) == [*PERIODS, *beside]
    front = (out / "index.html").read_text(encoding="utf-8")
    assert f"url={SECOND}/index.html" in front
    assert all(f'href="{period}/index.html"' in front for period in PERIODS)
    switcher = json.loads((out / "switcher.json").read_text(encoding="utf-8"))
    assert [entry["version"] for entry in switcher] == [SECOND, FIRST]
    assert [entry["preferred"] for entry in switcher] == [True, False]
    assert facts_of(root, SECOND)["works.rate"].period == SECOND


def test_every_page_says_that_the_city_is_made_up(city: Path) -> None:
    """The title of the made-up city stands on all of its pages."""
    pages = [
        path
        for path in (city / "_build/site" / FIRST).rglob("*.html")
        if "http-equiv" not in path.read_text(encoding="utf-8")[:200]
    ]
    assert len(pages) > 8
    assert [p.name for p in pages if "虚构" not in p.read_text(encoding="utf-8")] == []


def test_pasted_markup_is_shown_as_text(built: tuple[Path, Built]) -> None:
    """A script or a role in a title is warned of, and shown as it was typed, on every page."""
    root, result = built
    marked = [finding for finding in result.findings if finding.code == "ledger.markup"]
    assert len(marked) == 2 * len(PERIODS)
    assert {finding.severity for finding in marked} == {"warning"}
    pages = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in (root / "_build/site" / FIRST).rglob("*.html")
    }
    assert [name for name, page in pages.items() if "<script>alert" in page] == []
    details = pages[f"_build/site/{FIRST}/book/details.html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;道路绿化</td>" in details
    assert "{stat}`works.total`河道清淤</td>" in details
    trace = pages[f"_build/site/{FIRST}/trace/works.done.html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;道路绿化" in trace


def test_kernels_compute_what_the_process_does(city: Path) -> None:
    """Facts out of papermill's kernels are those of the notebooks' cells run in one process."""
    edition = load_edition(city / "data", FIRST)
    computed = evaluate_notebooks(city / "notebooks", edition)
    published = facts_of(city)
    assert list(computed) == list(published)
    for name, fact in computed.items():
        used_on = published[name].used_on
        assert Fact(**{**fact.__dict__, "used_on": used_on}) == published[name]


@pytest.mark.parametrize("published", [True, False], ids=["published", "computed"])
def test_trace_tells_the_fact(mine: Path, published: bool) -> None:
    """`trace --json` is the fact of facts.json, from the site or computed anew."""
    expected = json.loads((mine / f"_build/site/{FIRST}/facts.json").read_text(encoding="utf-8"))
    if not published:
        shutil.rmtree(mine / "_build")
    run = policybook("trace", "works.rate", "--period", FIRST, "--root", str(mine), "--json")
    assert run.returncode == 0, run.stderr
    (fact,) = [entry for entry in expected["facts"] if entry["id"] == "works.rate"]
    told = json.loads(run.stdout)
    if not published:
        fact["used_on"] = told["used_on"] = []
    assert told == fact


def test_trace_is_never_stale(mine: Path) -> None:
    """A ledger changed after the build is traced from the ledger."""
    replace(mine / f"data/{FIRST}/visits.csv", "hall,议事厅来访,25", "hall,议事厅来访,26")
    run = policybook("trace", "visits.total", "--period", FIRST, "--root", str(mine), "--json")
    assert json.loads(run.stdout)["value"] == "86"


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same folder", "another folder"])
def test_trace_goes_by_content_not_by_time(mine: Path, tmp_path: Path, elsewhere: bool) -> None:
    """A ledger that differs is traced from the ledger, however old its file says it is."""
    data = shutil.copytree(mine / "data", tmp_path / "data") if elsewhere else mine / "data"
    replace(data / f"{FIRST}/visits.csv", "hall,议事厅来访,25", "hall,议事厅来访,26")
    for path in data.rglob("*.*"):
        os.utime(path, (0, 0))
    arguments = ("--period", FIRST, "--root", str(mine), "--data", str(data), "--json")
    run = policybook("trace", "visits.total", *arguments)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["value"] == "86"


@dataclass(frozen=True)
class Machine:
    """Where and how a build runs, as far as it must not matter."""

    folder: str
    jobs: str
    umask: int
    modified: int  # when the inputs say that they were changed
    environment: dict[str, str]


MACHINES = {
    "one job in Shanghai": Machine(
        "elsewhere/deeper",
        "1",
        0o077,
        315_532_800,
        {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
    ),
    "two jobs in Los Angeles": Machine(
        "别处 甲",
        "2",
        0o002,
        2_000_000_000,
        {
            "TZ": "America/Los_Angeles",
            "LC_ALL": "zh_CN.UTF-8",
            "LANGUAGE": "zh_CN:de",
            "PYTHONHASHSEED": "4294967295",
            "SOURCE_DATE_EPOCH": "86400",
        },
    ),
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_same_inputs_give_the_same_bytes(city: Path, tmp_path: Path, machine: Machine) -> None:
    """Another folder, time, zone, language, umask, number of jobs, no cache: the same digests."""
    root = found_city(tmp_path / machine.folder, PERIODS)
    for path in root.rglob("*"):
        os.utime(path, (machine.modified, machine.modified))
    out = tmp_path / "out"
    arguments = ("--root", str(root), "--out", str(out), "--jobs", machine.jobs, "--no-cache")
    run = policybook("build", FIRST, *arguments, umask=machine.umask, **machine.environment)
    assert run.returncode == 0, run.stderr
    here, there = out / FIRST, city / "_build" / "site" / FIRST
    assert int((here / SUMS).stat().st_mtime) > int((there / SUMS).stat().st_mtime)
    assert changed(tree(here), tree(there)) == []
    assert (here / SUMS).read_bytes() == (there / SUMS).read_bytes()


def test_no_path_of_the_machine_is_published(city: Path) -> None:
    """Nothing in a release names the folder that it was built in."""
    for path in (city / "_build/site").rglob("*"):
        assert not path.is_file() or str(city).encode() not in path.read_bytes(), path


def test_the_first_build_runs_every_notebook(built: tuple[Path, Built]) -> None:
    """Each notebook of each edition is run, and it is said why."""
    ran = [line for line in built[1].said if line.startswith("运行")]
    assert sorted(ran) == 2 * ["运行 01_policy_system（第一次）"] + 2 * [
        "运行 08_grassroots（第一次）"
    ]


def test_an_unchanged_edition_runs_no_notebook(mine: Path) -> None:
    """The second build takes both notebooks from the cache and gives the same bytes."""
    before = tree(mine / "_build" / "site")
    said = build(mine, FIRST).said
    assert sorted(line for line in said if "（" in line) == [
        "沿用 01_policy_system（输入没有变化）",
        "沿用 08_grassroots（输入没有变化）",
    ]
    assert changed(before, tree(mine / "_build" / "site")) == []


def test_a_changed_cell_reruns_what_uses_it(mine: Path) -> None:
    """Only the notebook that uses the changed ledger is run again, and its fact is new."""
    replace(mine / f"data/{FIRST}/visits.csv", "hall,议事厅来访,25", "hall,议事厅来访,26")
    said = build(mine, FIRST).said
    assert sorted(line for line in said if "（" in line) == [
        "沿用 01_policy_system（输入没有变化）",
        "运行 08_grassroots（台账 visits 有变化）",
    ]
    assert facts_of(mine)["visits.total"].display == "86余次"
    assert facts_of(mine, SECOND)["visits.total"].display == "85余次"


def test_bad_data_leaves_the_last_good_site(mine: Path) -> None:
    """A build that ledgers stop changes no byte of the site and leaves nothing behind."""
    replace(mine / f"data/{FIRST}/works.csv", "30,24,0.60", "30,廿四,0.60")
    before = tree(mine / "_build" / "site")
    (found,) = [one for one in refused(mine, FIRST) if one.severity == "error"]
    assert found.code == "ledger.type"
    assert found.place.endswith("works.csv 第3行 completed列")
    assert changed(before, tree(mine / "_build" / "site")) == []
    assert not list((mine / "_build/site").glob(".*"))


def test_one_bad_edition_does_not_spoil_another(mine: Path) -> None:
    """Of two editions the first is published, the bad second one stays as it was."""
    replace(mine / f"data/{FIRST}/visits.csv", "hall,议事厅来访,25", "hall,议事厅来访,27")
    replace(mine / f"data/{SECOND}/works.csv", "30,24,0.60", "30,36,0.60")
    before = tree(mine / "_build/site" / SECOND)
    (found,) = [one for one in refused(mine, *PERIODS) if one.severity == "error"]
    assert found.code == "relation.record"
    assert changed(before, tree(mine / "_build/site" / SECOND)) == []
    assert facts_of(mine)["visits.total"].display == "87余次"


def test_a_build_cut_off_while_swapping_is_mended(mine: Path) -> None:
    """A build that died between two renames left the old release under another name."""
    out = mine / "_build" / "site"
    before = tree(out / FIRST)
    (out / FIRST).rename(out / f".previous-{FIRST}")
    replace(mine / f"data/{FIRST}/works.csv", "30,24,0.60", "30,,廿四")
    assert refused(mine, FIRST)
    assert changed(before, tree(out / FIRST)) == []
    assert not list(out.glob(".*"))


def test_a_heading_with_marks_stops_the_build(mine: Path) -> None:
    """The audit workbook, made before the pages, calls a chapter as its page does."""
    page = mine / "book" / "details.md"
    text = page.read_text(encoding="utf-8")
    heading = text.partition("\n")[0]
    page.write_text(text.replace(heading, "# 更新*细目*", 1), encoding="utf-8")
    (finding,) = refused(mine, FIRST)
    assert finding.code == "site.heading"
    assert finding.place == "book/details.md"
    assert "“更新*细目*”，页面上成了“更新细目”" in finding.message


def test_an_unknown_name_in_a_page_stops_the_build(mine: Path) -> None:
    """Unknown statistics, figures, columns and words are named with file and line, all at once."""
    page = mine / "book" / "details.md"
    text = page.read_text(encoding="utf-8")
    text += "\n已更新{stat}`works.dones`，{stat-word}`works.planned`，{edition}`mayor`。\n"
    text += "\n```{chart} works-progres\n```\n\n```{records} works\n:columns: title,colour\n```\n"
    page.write_text(text, encoding="utf-8")
    line = text[: text.index("{stat}`works.dones`")].count("\n") + 1
    before = tree(mine / "_build" / "site")
    findings = refused(mine, FIRST)
    assert {finding.code for finding in findings} == {"site.warning"}
    said = "\n".join(f"{one.place} {one.message} {one.remedy}" for one in findings)
    assert re.search(rf"book/details\.md:{line}\b.*没有指标 works\.dones.*works\.done\b", said), (
        said
    )
    assert "没有图 works-progres" in said
    assert "没有列 colour" in said
    assert "没有期参数 mayor" in said
    assert "works.planned 没有声明 word" in said
    assert len(findings) == 5, said
    assert changed(before, tree(mine / "_build" / "site")) == []
    assert not list((mine / "_build/site").glob(".*"))


def test_a_failing_notebook_is_kept(mine: Path) -> None:
    """It is named with its cell, and kept as far as it ran; the site stays."""
    path = mine / "notebooks" / "08_grassroots.ipynb"
    write_notebook(path, "来访", {"total": "edition.visits.nobody.sum()"})
    before = tree(mine / "_build" / "site")
    (found,) = [one for one in refused(mine, FIRST) if one.severity == "error"]
    assert found.code == "notebook.failed"
    assert found.place == "notebooks/08_grassroots.ipynb 单元 total"
    kept = mine / "_build" / "broken" / FIRST / "08_grassroots.ipynb"
    assert str(kept) in found.remedy
    outputs = [cell.get("outputs") for cell in nbformat.read(kept, as_version=4).cells]
    assert "AttributeError" in str(outputs)
    assert changed(before, tree(mine / "_build" / "site")) == []


@pytest.mark.parametrize(
    ("change", "code", "place", "words"),
    [
        (
            lambda text: text.replace('data = \\"data\\"', 'data = \\"data\\"\\ncity = \\"x\\"'),
            "notebook.parameters",
            "notebooks/08_grassroots.ipynb 单元 parameters",
            "city",
        ),
        (
            lambda text: text.replace('period = \\"2031Q1\\"\\n', ""),
            "notebook.parameters",
            "notebooks/08_grassroots.ipynb 单元 parameters",
            "period",
        ),
        (lambda text: text[:200], "notebook.broken", "08_grassroots.ipynb", "JSON"),
        (
            lambda text: text.replace("visits.total", "visits.all"),
            "notebook.failed",
            "notebooks/08_grassroots.ipynb 单元 total",
            "visits.total",
        ),
        (
            lambda text: text.replace("edition.publish(", "print("),
            "publish.missing",
            "statistics.yml visits.total",
            "没有笔记本发布",
        ),
    ],
    ids=["unknown-parameter", "missing-parameter", "no-json", "unknown-statistic", "not-published"],
)
def test_a_notebook_that_does_not_fit_is_named(
    mine: Path, change: object, code: str, place: str, words: str
) -> None:
    """Parameters, form and statistics of a notebook are checked, whoever runs it."""
    path = mine / "notebooks" / "08_grassroots.ipynb"
    text = path.read_text(encoding="utf-8")
    assert callable(change)
    new = change(text)
    assert new != text
    path.write_text(new, encoding="utf-8")
    (found,) = [one for one in refused(mine, FIRST) if one.severity == "error"]
    assert found.code == code
    assert place in found.place
    assert words in f"{found.message}{found.remedy}"
    assert found.remedy


def test_a_broken_relation_between_facts_stops_the_build(mine: Path) -> None:
    """It is named with both sides and the cells they rest on."""
    sides = 'left: works.done\n  op: "="\n  right: works.planned'
    text = f"- id: as-planned\n  title: 全部更新\n  {sides}\n"
    (mine / "data" / FIRST / "relations.yml").write_text(text, encoding="utf-8")
    before = tree(mine / "_build" / "site")
    (found,) = [one for one in refused(mine, FIRST) if one.severity == "error"]
    assert found.code == "relation.broken"
    assert "79 = 95" in found.message
    assert f"data/{FIRST}/works.csv 第2行 completed列" in found.place
    assert changed(before, tree(mine / "_build" / "site")) == []


def test_serve_answers_on_this_machine_only(city: Path) -> None:
    """`serve --port 0` tells a loopback address, serves the site, and stops on Ctrl-C."""
    server = subprocess.Popen(
        [sys.executable, "-m", "policybook", "serve", "--root", str(city), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = urlsplit(server.stdout.readline().strip())
        assert address.hostname == "127.0.0.1"
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
        connection.request("GET", f"/{SECOND}/facts.json")
        content = json.loads(connection.getresponse().read())
        assert content["period"] == SECOND
        connection.request("GET", "/../../../_config.yml")
        assert connection.getresponse().status == 404
        connection.close()
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=30)
        assert server.returncode == 0
        assert "Traceback" not in errors
    finally:
        server.kill()
        server.communicate()
