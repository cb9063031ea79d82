"""The demo city's branches and mechanisms over eight quarters: they move, and agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from policybook.check import check_data
from policybook.demo import write_demo
from policybook.demo.quarters import plan_quarters
from policybook.inputs import load_inputs
from policybook.pairings import PAIRINGS
from tests.unit.test_demo import Rows, read, steps


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city over eight quarters; not to be changed."""
    root = tmp_path_factory.mktemp("demo") / "city"
    write_demo(root, quarters=8, records=60, seed=7)
    return root


def test_stars_move_and_say_from_where(city: Path) -> None:
    """Some rise and some fall, by a star at a time, and each says what it had before."""
    moves = set()
    for before, after in steps(city, "branches"):
        assert after["previous"] == before["stars"]
        moves.add(int(after["stars"][0]) - int(before["stars"][0]))
    assert moves == {-1, 0, 1}
    assert {row["previous"] for row in read(city, "branches")[0]} == {""}


def pairs(city: Path) -> Iterator[Rows]:
    """The pairs of each quarter."""
    for quarter in plan_quarters(8):
        ledger = load_inputs(city / "data", str(quarter.period)).ledgers[PAIRINGS]
        yield [dict(row) for row in ledger.rows]


def test_pairs_follow_the_stars(city: Path) -> None:
    """In each quarter every weak branch has one strong one, loads are even, and pairs change."""
    seen = set()
    for rows, branches in zip(pairs(city), read(city, "branches"), strict=True):
        strong = {row["id"] for row in branches if row["stars"] == "8星"}
        weak = {row["id"] for row in branches if row["stars"] == "5星"}
        assert {row["weak"] for row in rows} == weak
        loads = [sum(row["strong"] == one for row in rows) for one in strong]
        assert max(loads) - min(loads) <= 1
        seen.add(tuple(sorted((row["weak"], row["strong"]) for row in rows)))
    assert len(seen) == 8


def test_what_is_counted_roughly_is_a_round_number(city: Path) -> None:
    """余 stands with tens; all else is counted."""
    rough = {row["at_least"]: row["count"] for rows in read(city, "activities") for row in rows}
    assert rough.keys() == {"是", "否"}
    for rows in read(city, "activities"):
        assert all(row["count"].endswith("0") for row in rows if row["at_least"] == "是")


def test_reports_are_in_time_or_late(city: Path) -> None:
    """All quarters before are in, this one is owed, and of eight some are late."""
    quarters = read(city, "reports")
    for number, rows in enumerate(quarters):
        assert [row["status"] for row in rows] == ["已报送"] * number + ["待报送"]
    late = {row["submitted_on"] > row["due"] for row in quarters[-1][:-1]}
    assert late == {True, False}


def test_letters_are_about_something_that_is_there(city: Path) -> None:
    """Each link is in its quarter's ledger; letters are answered in time and late, or open."""
    seen = set()
    ledgers = ("tasks", "projects", "problems", "opinions")
    there = {name: [{row["id"] for row in rows} for rows in read(city, name)] for name in ledgers}
    for place, rows in enumerate(read(city, "letters")):
        for row in rows:
            links = [name for name in ledgers if row[name]]
            assert len(links) <= 1
            assert all(row[name] in there[name][place] for name in links)
            seen.update(links)
            assert not row["answered_on"] or row["answered_on"] > row["issued_on"]
            seen.add("late" if row["answered_on"] > row["due"] else row["status"])
    assert seen == {*ledgers, "late", "待回复", "已回复"}


def test_every_change_of_plan_is_registered(city: Path) -> None:
    """Before and after are those of two quarters, decided in the second; the first has none."""
    projects = [{row["id"]: row for row in rows} for rows in read(city, "projects")]
    quarters = plan_quarters(8)
    for place, rows in enumerate(read(city, "adjustments")):
        told = {row["record"]: (row["before"], row["after"]) for row in rows}
        changed = {
            name: (projects[place - 1][name]["expected"], row["expected"])
            for name, row in projects[place].items()
            if place and projects[place - 1].get(name, {}).get("expected")
        }
        assert told == {name: two for name, two in changed.items() if two[0] != two[1]}
        for row in rows:
            decided = date.fromisoformat(row["decided_on"])
            assert quarters[place].first <= decided <= quarters[place].last
    assert read(city, "adjustments")[0] == []
    assert read(city, "adjustments")[-1]


def test_a_change_that_is_not_registered_is_found(tmp_path: Path) -> None:
    """Without its line the warning stands; with another value the adjustment is wrong."""
    root = tmp_path / "city"
    write_demo(root, quarters=2, records=60, seed=7)
    path = root / "data" / "2031Q2" / "adjustments.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)

    def found() -> list[tuple[str, str]]:
        said = check_data(root / "data", "2031Q2").findings
        return [(one.severity, one.code) for one in said if one.severity != "note"]

    assert found() == []
    path.write_text("".join([head, *rest]), encoding="utf-8")
    assert found() == [("warning", "change.steady")]
    after = first.split(",expected,")[1].split(",")[1]
    path.write_text("".join([head, first.replace(after, "2039-12-31"), *rest]), "utf-8")
    assert ("error", "adjust.after") in found()


def test_reviews_and_publicity_take_place(city: Path) -> None:
    """A summary in every quarter, and over eight quarters each form."""
    quarters = read(city, "evaluations")
    assert all("季度总结" in {row["kind"] for row in rows} for rows in quarters)
    kinds = {row["kind"] for rows in quarters for row in rows}
    assert kinds == {"季度总结", "专项评估", "新闻发布", "经验推广"}
