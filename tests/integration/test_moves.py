"""From problem list to results list: published, told on the pages, verified."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policybook.demo import write_demo
from policybook.moves import MOVES, RESULTS
from policybook.pages import read_page, read_text
from policybook.release import write_sums
from policybook.verify import verify_release
from tests.conftest import PERIOD
from tests.integration.builds import build
from tests.integration.office import copy_project, rows_of, run

NEWEST = "2031Q3"
PAGE = "book/problem-list.html"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city's third quarter; not to be changed."""
    root = tmp_path_factory.mktemp("demo") / "city"
    write_demo(root, quarters=3, records=60, seed=4)
    build(root, NEWEST)
    return root / "_build" / "site" / NEWEST


@pytest.fixture
def touched(published: Path, tmp_path: Path) -> Path:
    """A copy of it for a test that changes something."""
    return Path(shutil.copytree(published, tmp_path / published.name))


def fact(folder: Path, name: str) -> str:
    """What a release publishes of a statistic."""
    facts = json.loads((folder / "facts.json").read_text("utf-8"))["facts"]
    (value,) = [one["value"] for one in facts if one["id"] == name]
    return str(value)


def test_results_are_those_of_each_quarter_of_the_year(published: Path) -> None:
    """All that were cleared so far stand on the page, with day, time taken and proof."""
    data = published.parents[2] / "data"
    cleared = {
        row["id"]: quarter
        for quarter in ("2031Q1", "2031Q2", NEWEST)
        for row in rows_of(data / quarter / "problems.csv")
        if row["status"] == "已销号"
    }
    results = rows_of(published / f"data/{RESULTS}.csv")
    assert {row["record"]: row["edition"] for row in results} == cleared
    assert len(set(cleared.values())) == 3
    assert fact(published, "problems.results") == str(len(cleared))
    shown = read_page((published / "book/problems.html").read_text("utf-8")).cells
    proofs = {text for ledger, _, column, text in shown if (ledger, column) == (RESULTS, "proof")}
    assert proofs == {row["proof"] for row in results}


def test_what_came_in_is_what_moved_or_stayed(published: Path) -> None:
    """Each record moved in one way, and the statistics of moves count each of them."""
    rows = rows_of(published / f"data/{MOVES}.csv")
    counts = {
        "problems.raised": "新列入",
        "problems.advanced": "推进",
        "problems.reported_solved": "待核",
        "problems.returned": "退回",
        "problems.unmoved": "未动",
        "problems.cleared": "销号",
    }
    told = [int(fact(published, name)) for name in counts]
    assert told == [sum(row["move"] == move for row in rows) for move in counts.values()]
    assert sum(told) == len(rows) == int(fact(published, "problems.total"))


def test_the_flow_has_its_table(published: Path) -> None:
    """Every band stands in it, and the file beside it, and adds up to the list."""
    figures = json.loads((published / "facts.json").read_text("utf-8"))["figures"]
    (flow,) = [one for one in figures if one["id"] == "problem-flow"]
    assert [row[:2] for row in flow["rows"]][:2] == [["未列入", "新增"], ["新增", "推进"]]
    assert str(sum(int(row[2]) for row in flow["rows"])) == fact(published, "problems.total")
    assert (published / "figures/problem-flow.svg").is_file()


def test_an_untouched_release_is_verified(published: Path) -> None:
    """Its moves follow from its list, though the earlier editions are not in it."""
    assert verify_release(published) == []


def other(path: Path, record: str, column: str, text: str) -> None:
    """Another text in a cell of a published ledger."""
    names = path.read_text("utf-8").splitlines()[0].split(",")
    lines = []
    for line in path.read_bytes().decode("utf-8").splitlines(keepends=True):
        cells = line.rstrip("\r\n").split(",")
        if cells[0] == record:
            cells[names.index(column)] = text
            line = ",".join(cells) + line[len(line.rstrip("\r\n")) :]
        lines.append(line)
    path.write_bytes("".join(lines).encode("utf-8"))


def first(release: Path, ledger: str, **cells: str) -> dict[str, str]:
    """The first record with these values."""
    rows = rows_of(release / f"data/{ledger}.csv")
    return next(row for row in rows if all(row[name] == text for name, text in cells.items()))


def other_state(release: Path) -> str:
    """A problem that is worked on is said to be cleared."""
    name = first(release, MOVES, state="推进")["id"]
    other(release / f"data/{MOVES}.csv", name, "state", "已销号")
    return f"{MOVES}.csv 记录 {name} state列"


def other_origin(release: Path) -> str:
    """It came from another state, but the move is what it was."""
    name = first(release, MOVES, before="推进", state="推进")["id"]
    other(release / f"data/{MOVES}.csv", name, "before", "新增")
    return f"{MOVES}.csv 记录 {name} move列"


def other_list(release: Path) -> str:
    """The list has another day of clearing, the results have the old one."""
    row = first(release, "problems", status="已销号")
    other(release / "data/problems.csv", row["id"], "cleared_on", "2031-08-31")
    return f"{RESULTS}.csv 记录 problems-{row['id']} cleared列"


def taken_out(release: Path) -> str:
    """A result is left out."""
    row = first(release, RESULTS, edition=NEWEST)
    path = release / f"data/{RESULTS}.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(one for one in lines if not one.startswith(row["id"] + ",")), "utf-8")
    return f"{RESULTS}.csv 记录 {row['id']} id列"


def put_in(release: Path) -> str:
    """A result that no list of the year has."""
    row = first(release, RESULTS, edition="2031Q1")
    other(release / f"data/{RESULTS}.csv", row["id"], "edition", "2030Q4")
    return f"{RESULTS}.csv 记录 {row['id']} edition列"


def made_up(release: Path) -> str:
    """A move of a record that is not on the list."""
    row = first(release, MOVES, state="推进")
    other(release / f"data/{MOVES}.csv", row["id"], "record", "nobody")
    return f"{MOVES}.csv 记录 {row['id']} record列"


@pytest.mark.parametrize(
    "tamper", [other_state, other_origin, other_list, taken_out, put_in, made_up]
)
def test_a_move_that_was_touched_is_found(touched: Path, tamper: Callable[[Path], str]) -> None:
    """With digests made anew, too."""
    place = tamper(touched)
    write_sums(touched)
    found = verify_release(touched)
    assert any(one.code == "verify.moves" and place in one.place for one in found)


def test_the_first_edition_says_what_is_missing_and_who_supplies_it(site: Path) -> None:
    """Neither states nor days are made up: the results list is there, and empty."""
    html = (site / PAGE).read_text("utf-8")
    text = read_text(html).text
    assert "由谁提供" in text
    assert "本期还没有可以列出的成果" in text
    assert fact(site, "problems.results") == "0"
    rows = [row for row in rows_of(site / f"data/{MOVES}.csv") if row["list"] == "市级问题清单"]
    assert {(row["state"], row["age"], row["responsible"]) for row in rows} == {
        ("未载明", "未载明", "")
    }
    assert rows_of(site / f"data/{RESULTS}.csv") == []


def test_each_list_stands_at_its_own_grain(site: Path) -> None:
    """The lists keep their own words; none is added to the city's."""
    lists: dict[str, dict[str, int]] = {}
    for row in rows_of(site / f"data/{MOVES}.csv"):
        states = lists.setdefault(row["list"], {})
        states[row["state"]] = states.get(row["state"], 0) + int(row["items"])
    assert lists == {
        "市级问题清单": {"未载明": 60},
        "自治区重点问题清单": {"已整改": 15, "整改中": 5, "未认领": 21},
        "各类隐患问题": {"已整改": 24184, "整改中": 687},
    }
    assert fact(site, "problems.total") == "60"


def test_the_upward_problems_are_those_the_opinion_names(site: Path) -> None:
    """All of them, and of none is the outcome known."""
    names = ("problems.upward", "problems.upward_asked", "problems.upward_untold")
    assert {fact(site, name) for name in names} == {"22"}


@pytest.mark.parametrize("record", ["hazards-fixed", "hazards-fixing"])
def test_hazards_are_one_number_in_two_ledgers(tmp_path: Path, record: str) -> None:
    """Another one in the list of problems than in the tasks stops the build."""
    root = copy_project(tmp_path)
    other(root / f"data/{PERIOD}/problems.csv", record, "items", "700")
    result = run(root, "check", PERIOD)
    assert result.exit_code == 1
    assert "hazards-list" in result.output
