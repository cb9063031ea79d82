"""The demo city: complete, lawful in every quarter, and the same from the same seed."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from policybook.check import check_edition
from policybook.demo import LEAST_RECORDS, MOST_QUARTERS, TEMPLATE, write_demo
from policybook.demo.chance import Chance
from policybook.demo.city import TOLD_BY
from policybook.demo.quarters import plan_quarters
from policybook.errors import Finding, UsageError
from policybook.inputs import load_inputs
from policybook.period import find_periods
from policybook.progress import PROGRESS
from policybook.readings import MONTHLY
from policybook.schema import load_schemas

Rows = list[dict[str, str]]

CLOSED = {
    "projects": ("stage", "竣工"),
    "problems": ("status", "已销号"),
    "opinions": ("status", "已答复"),
    "letters": ("status", "已回复"),
    "tasks": ("settled", "是"),
    "funds": ("settled", "是"),
}
"""Ledgers whose records leave after the quarter in which a column has a value."""
ORDER = {
    "projects": ("储备", "前期", "开工", "在建", "竣工"),
    "opinions": ("待办", "办理中", "已答复"),
    "letters": ("待回复", "已回复"),
}
"""Stages and statuses, which only go forward."""


def read(root: Path, ledger: str) -> list[Rows]:
    """A ledger's rows, quarter by quarter."""
    quarters = []
    for period in find_periods(root / "data"):
        with (root / "data" / str(period) / f"{ledger}.csv").open(encoding="utf-8") as file:
            quarters.append(list(csv.DictReader(file)))
    return quarters


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a project."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def by_id(rows: Rows) -> dict[str, dict[str, str]]:
    """Rows by their ids, none of which occurs twice."""
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def steps(root: Path, ledger: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Every record of a quarter beside the same record of the next."""
    quarters = [by_id(rows) for rows in read(root, ledger)]
    for before, after in itertools.pairwise(quarters):
        for name in before.keys() & after.keys():
            yield before[name], after[name]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city over eight quarters; not to be changed."""
    root = tmp_path_factory.mktemp("demo") / "city"
    write_demo(root, quarters=8, records=120, seed=7)
    return root


def faults(root: Path, period: object) -> list[Finding]:
    """What the check of an edition finds, the notes on changes that have a reason apart."""
    return [
        one
        for one in check_edition(root, root / "data", str(period))
        if (one.severity, one.code) != ("note", "change.steady")
    ]


def test_every_edition_passes_its_check(tmp_path: Path) -> None:
    """Ledgers, relations and notebooks of a small city have neither error nor warning."""
    root = tmp_path / "city"
    write_demo(root, quarters=2, records=40)
    periods = find_periods(root / "data")
    assert [str(period) for period in periods] == ["2031Q1", "2031Q2"]
    for period in periods:
        assert faults(root, period) == []


@pytest.mark.parametrize("seed", [2, 3])
def test_the_smallest_city_passes_its_check(tmp_path: Path, seed: int) -> None:
    """No rate lacks its base even with the fewest records allowed, years after the beginning."""
    root = tmp_path / "city"
    write_demo(root, quarters=12, records=LEAST_RECORDS, seed=seed)
    for period in find_periods(root / "data")[::5]:
        assert faults(root, period) == []


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """A seed decides every byte, and another seed gives other ledgers."""
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        write_demo(tmp_path / name, quarters=3, records=30, seed=seed)
    one, two, other = (contents(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert one.keys() == other.keys()
    ledgers = ("tasks", "readings", "projects", "problems", "funds", "opinions")
    assert all(one[f"data/2031Q2/{x}.csv"] != other[f"data/2031Q2/{x}.csv"] for x in ledgers)


def test_more_quarters_leave_the_first_ones_alone(tmp_path: Path) -> None:
    """A longer run tells the same story, only further."""
    write_demo(tmp_path / "short", quarters=3, records=30)
    write_demo(tmp_path / "long", quarters=6, records=30)
    short, long = contents(tmp_path / "short"), contents(tmp_path / "long")
    del short["data/documents.csv"]
    assert short.items() <= long.items()


def test_the_first_draws_are_these() -> None:
    """The stream of draws is pinned, since it must not differ between machines or versions."""
    chance = Chance(1, "demo")
    assert [chance.below(1000) for _ in range(6)] == FIRST_DRAWS
    assert all(0 <= chance.below(3) < 3 for _ in range(100))


FIRST_DRAWS = [576, 103, 45, 860, 235, 430]


def test_an_occupied_folder_is_refused(tmp_path: Path) -> None:
    """Nothing of anybody's is written over, and nothing is left behind."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for name in ("full", "file"):
        with pytest.raises(UsageError) as caught:
            write_demo(tmp_path / name, quarters=1, records=20)
        assert caught.value.findings[0].code == "demo.folder"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """An empty folder does as well as a new one, and no temporary one stays beside it."""
    (tmp_path / "city").mkdir()
    write_demo(tmp_path / "city", quarters=1, records=20)
    assert (tmp_path / "city" / "_toc.yml").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing breaks off, there is no half of a city."""

    def broken(*_: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr("policybook.demo._period", broken)
    with pytest.raises(OSError, match="disk full"):
        write_demo(tmp_path / "city", quarters=1, records=20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("quarters", "records", "code"),
    [
        (0, 20, "demo.quarters"),
        (MOST_QUARTERS + 1, 20, "demo.quarters"),
        (1, LEAST_RECORDS - 1, "demo.records"),
    ],
    ids=["no quarter", "too many quarters", "too few records"],
)
def test_numbers_out_of_range_are_refused(
    tmp_path: Path, quarters: int, records: int, code: str
) -> None:
    """The finding says which option is wrong and what it may be."""
    with pytest.raises(UsageError) as caught:
        write_demo(tmp_path / "city", quarters, records)
    assert caught.value.findings[0].code == code
    assert list(tmp_path.iterdir()) == []


def test_the_longest_run_can_be_written(tmp_path: Path) -> None:
    """Sixteen years keep the size of the ledgers, and the periods stay in order."""
    write_demo(tmp_path / "city", quarters=MOST_QUARTERS, records=LEAST_RECORDS)
    sizes = [len(rows) for rows in read(tmp_path / "city", "projects")]
    assert len(sizes) == MOST_QUARTERS
    assert all(LEAST_RECORDS // 4 <= size <= LEAST_RECORDS for size in sizes)


def test_the_template_has_no_record() -> None:
    """What is copied are schemas, catalogue, notebooks and pages; all records are generated."""
    assert list(TEMPLATE.rglob("*.csv")) == []
    assert {path.name for path in TEMPLATE.iterdir()} == {
        *("data", "book", "notebooks", "_config.yml", "_toc.yml", "README.md")
    }


def test_the_city_says_that_it_is_made_up(city: Path) -> None:
    """Every page has the announcement; titles, issuers and documents say 虚构."""
    announcement = "演示：本站的城市、部门、项目和数字全部是随机生成的，与任何真实地方无关。"
    assert f'announcement: "{announcement}"' in (city / "_config.yml").read_text("utf-8")
    for period in find_periods(city / "data"):
        lines = (city / "data" / str(period) / "period.yml").read_text("utf-8").splitlines()
        named = [line for line in lines if line.startswith(("title", "city", "issuer"))]
        assert len(named) == 3
        assert all("虚构" in line for line in named)
    with (city / "data" / "documents.csv").open(encoding="utf-8") as file:
        titles = [row["title"] for row in csv.DictReader(file)]
    assert all("虚构" in title for title in titles if title != "公历")


def test_all_records_are_itemised(city: Path) -> None:
    """Each row stands for one record, so that every number can be seen through."""
    for ledger in ("tasks", "readings", "projects", "problems", "funds", "opinions", "milestones"):
        for rows in read(city, ledger):
            assert {(row["items"], row["evidence"]) for row in rows} == {("1", "record")}


@pytest.mark.parametrize(
    ("ledger", "columns"),
    [
        ("tasks", ["completed"]),
        ("projects", ["paid"]),
        ("funds", ["approved", "issued", "spent"]),
    ],
    ids=["tasks", "projects", "funds"],
)
def test_what_adds_up_never_falls(city: Path, ledger: str, columns: list[str]) -> None:
    """Under one id a cumulative number only grows."""
    pairs = list(steps(city, ledger))
    assert pairs
    for before, after in pairs:
        for column in columns:
            assert Decimal(after[column]) >= Decimal(before[column]), (before["id"], column)


def test_investment_of_a_year_starts_anew(city: Path) -> None:
    """Within a year its investment only grows and its plan stands, once work has begun."""
    quarters = [by_id(rows) for rows in read(city, "projects")]
    for number, (before, after) in enumerate(itertools.pairwise(quarters), 1):
        for name in before.keys() & after.keys():
            old, new = before[name], after[name]
            if number % 4:
                assert Decimal(new["paid_year"]) >= Decimal(old["paid_year"])
                if Decimal(old["planned_year"]):
                    assert new["planned_year"] == old["planned_year"]
            else:
                paid = Decimal(new["paid"]) - Decimal(old["paid"])
                assert Decimal(new["paid_year"]) == paid


def test_tasks_begin_anew_each_year(city: Path) -> None:
    """A year's tasks have ids of their own, a plan that stands, and the last quarter's number."""
    quarters = read(city, "tasks")
    for number, rows in enumerate(quarters):
        year = str(2031 + number // 4)
        assert all(row["id"].endswith(f"-{year}") for row in rows)
        if number % 4 == 0:
            assert {row["previous"] for row in rows} == {""}
    for before, after in steps(city, "tasks"):
        assert after["planned"] == before["planned"]
        assert after["previous"] == before["completed"]
    assert {row["task"] for row in quarters[0]} == {row["task"] for row in quarters[-1]}


@pytest.mark.parametrize("ledger", list(CLOSED))
def test_what_is_closed_leaves_and_stays_away(city: Path, ledger: str) -> None:
    """A closed record stands in the ledger once, and its id never comes back."""
    column, closed = CLOSED[ledger]
    gone: set[str] = set()
    for rows in read(city, ledger):
        ids = by_id(rows)
        assert not gone & ids.keys()
        gone |= {name for name, row in ids.items() if row[column] == closed}
    assert gone


@pytest.mark.parametrize("ledger", list(ORDER))
def test_stages_only_go_forward(city: Path, ledger: str) -> None:
    """No record falls back to an earlier stage."""
    column, _ = CLOSED[ledger]
    for before, after in steps(city, ledger):
        assert ORDER[ledger].index(after[column]) >= ORDER[ledger].index(before[column])


@pytest.mark.parametrize("ledger", list(CLOSED))
def test_what_is_open_is_not_lost(city: Path, ledger: str) -> None:
    """A record that is not closed stands in the next quarter's ledger too."""
    column, closed = CLOSED[ledger]
    quarters = [by_id(rows) for rows in read(city, ledger)]
    for earlier, later in itertools.pairwise(quarters):
        still = {name for name, row in earlier.items() if row[column] != closed}
        assert still <= later.keys()


def dated(ledger: str, column: str, value: str, day: str) -> Callable[[Path], None]:
    """A test that records with a value, and no others, have a day within the quarter."""

    def check(root: Path) -> None:
        quarters = plan_quarters(8)
        seen = 0
        for quarter, rows in zip(quarters, read(root, ledger), strict=True):
            for row in rows:
                assert bool(row[day]) == (row[column] == value)
                if row[day]:
                    assert quarter.first <= date.fromisoformat(row[day]) <= quarter.last
                    seen += 1
        assert seen

    return check


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(dated("problems", "status", "已销号", "cleared_on"), id="problems"),
        pytest.param(dated("projects", "stage", "竣工", "completed_on"), id="projects"),
        pytest.param(dated("opinions", "status", "已答复", "replied_on"), id="opinions"),
        pytest.param(dated("letters", "status", "已回复", "answered_on"), id="letters"),
    ],
)
def test_what_closes_is_dated_in_its_quarter(city: Path, check: Callable[[Path], None]) -> None:
    """Clearing, finishing and replying have a day of the quarter in which they are told."""
    check(city)


def test_what_is_cleared_is_proved(city: Path) -> None:
    """Each cleared problem has a proof and the month of its day, and was raised before."""
    for rows in read(city, "problems"):
        for row in rows:
            cleared = row["status"] == "已销号"
            assert bool(row["proof"]) == cleared
            assert row["cleared_month"] == row["cleared_on"][:7]
            dates = [row[f"{name}_on"] for name in ("raised", "advanced", "solved", "cleared")]
            assert [one for one in dates if one] == sorted(one for one in dates if one)
            assert not cleared or all(dates)


def test_problems_move_as_their_list_allows(city: Path) -> None:
    """Each way that the life cycle knows is gone at least once, and no other."""
    moves = {(before["status"], after["status"]) for before, after in steps(city, "problems")}
    rule = load_schemas(city / "data")["problems"].lifecycle
    assert rule is not None
    assert moves == {(state.word, after) for state in rule.states for after in state.next}


def test_problems_name_what_shows_them_solved(city: Path) -> None:
    """Money of the department that lacks it, and a statistic; both are there in each quarter."""
    for problems, funds in zip(read(city, "problems"), read(city, "funds"), strict=True):
        owners = {row["id"]: row["department"] for row in funds}
        linked = [row for row in problems if row["funds"]]
        assert linked
        assert all(owners[row["funds"]] == row["department"] for row in linked)
        assert {row["statistics"] for row in problems} == {"", *TOLD_BY.values()}


def test_what_is_new_is_raised_in_its_quarter(city: Path) -> None:
    """新增 says just what its name says."""
    for quarter, rows in zip(plan_quarters(8), read(city, "problems"), strict=True):
        for row in rows:
            raised = date.fromisoformat(row["raised_on"])
            assert raised <= quarter.last
            assert (raised >= quarter.first) == (row["status"] == "新增")


def test_an_open_problem_holds_its_project(city: Path) -> None:
    """No project is finished while one of its problems is open."""
    for projects, problems in zip(read(city, "projects"), read(city, "problems"), strict=True):
        finished = {row["id"] for row in projects if row["stage"] == "竣工"}
        open_ones = {row["project"] for row in problems if row["status"] != "已销号"}
        assert not finished & open_ones


def test_the_story_has_ups_and_downs(city: Path) -> None:
    """The second year goes better than the first, some fall behind, and some go over the plan."""
    year_ends = [standings(city, period) for period in ("2031Q4", "2032Q4")]
    slow, quick = (sum(row["standing"] == "滞后" for row in rows) for rows in year_ends)
    assert slow > 2 * quick
    assert {row["outcome"] for row in year_ends[1]} == {"未完成", "完成", "超额"}
    assert any(row["delayed"] == "是" for row in read(city, "projects")[-1])
    assert any(row["overdue"] == "是" for row in read(city, "problems")[-1])
    behind = [row["district"] for rows in year_ends for row in rows if row["standing"] == "滞后"]
    assert behind.count("石榴区") > 3 * behind.count("白鹭区")


def standings(root: Path, period: str) -> Rows:
    """How the tasks of an edition stand against the time gone."""
    rows = load_inputs(root / "data", period).ledgers[PROGRESS].rows
    return [row for row in rows if row["ledger"] == "tasks"]


def test_most_departments_hand_in_their_readings(city: Path) -> None:
    """Each month of each quarter is read; some are missing, in part or altogether, most are not."""
    seen: list[str] = []
    for period in find_periods(city / "data"):
        rows = load_inputs(city / "data", str(period)).ledgers[MONTHLY].rows
        assert {row["month"] for row in rows} == {
            f"{period.year}-{3 * period.quarter - back:02d}" for back in range(3)
        }
        seen += [row["state"] for row in rows]
    assert set(seen) == {"已报", "部分", "未报"}
    assert seen.count("已报") > len(seen) / 2 > seen.count("部分") > seen.count("未报")


def test_investments_are_many_small_and_few_large(city: Path) -> None:
    """Half of the projects have far less than the mean, as sums of money do."""
    values = sorted(Decimal(row["investment"]) for row in read(city, "projects")[0])
    assert values[len(values) // 2] * 13 < sum(values) * 10 / len(values)
    assert values[-1] > 4 * values[len(values) // 2]
