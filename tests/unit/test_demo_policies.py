"""The made-up policy matrix over the quarters: what enters, what is issued, which gaps close."""

from __future__ import annotations

import csv
import itertools
from datetime import date
from pathlib import Path

import pytest

from policybook.check import check_data
from policybook.demo import write_demo
from policybook.demo.quarters import plan_quarters
from policybook.inputs import load_inputs
from policybook.matrix import COVERAGE
from policybook.period import find_periods

QUARTERS = 8


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city over eight quarters; not to be changed."""
    root = tmp_path_factory.mktemp("demo") / "city"
    write_demo(root, quarters=QUARTERS, records=40, seed=3)
    return root


def read(root: Path) -> list[dict[str, dict[str, str]]]:
    """The ledger of policies by id, quarter by quarter."""
    quarters = []
    for period in find_periods(root / "data"):
        with (root / "data" / str(period) / "policies.csv").open(encoding="utf-8") as file:
            quarters.append({row["id"]: row for row in csv.DictReader(file)})
    return quarters


def test_a_policy_is_issued_once_and_stays(city: Path) -> None:
    """Drafts become issued in the quarter that their date names, and nothing goes back."""
    issued = 0
    pairs = itertools.pairwise(zip(plan_quarters(QUARTERS), read(city), strict=True))
    for (_, before), (quarter, now) in pairs:
        for name, row in before.items():
            if row["status"] == "已出台":
                assert now[name] == {**row, "source": now[name]["source"]}
            elif now[name]["status"] == "已出台":
                assert quarter.first <= date.fromisoformat(now[name]["issued_on"]) <= quarter.last
                issued += 1
    assert issued


def test_what_enters_is_dated_and_has_an_origin(city: Path) -> None:
    """After the first quarter, which takes stock, a new policy says since when and whence."""
    quarters = read(city)
    assert any(not row["origin"] for row in quarters[0].values())
    for quarter, (before, now) in zip(
        plan_quarters(QUARTERS)[1:], itertools.pairwise(quarters), strict=True
    ):
        new = [row for name, row in now.items() if name not in before]
        assert new
        assert all(row["origin"] for row in new)
        days = [date.fromisoformat(row["entered_on"]) for row in new]
        assert all(quarter.first <= day <= quarter.last for day in days)


def test_a_new_policy_without_its_origin_is_found(city: Path, tmp_path: Path) -> None:
    """The check of a later edition names the cells that a new policy leaves empty."""
    root = tmp_path / "city"
    write_demo(root, quarters=2, records=40, seed=3)
    path = root / "data" / "2031Q2" / "policies.csv"
    first, second = read(root)
    new = next(row for name, row in second.items() if name not in first)
    text = path.read_text(encoding="utf-8")
    emptied = text.replace(f"{new['entered_on']},{new['origin']}", ",")
    assert emptied != text
    path.write_text(emptied, encoding="utf-8")
    found = check_data(root / "data", "2031Q2").findings
    codes = [one.code for one in found if one.severity != "note"]
    assert codes == ["change.newcomer"] * 2


def test_the_last_strategy_is_a_gap_until_its_first_policy(city: Path) -> None:
    """Nothing is said of it in the first quarters; later it has policies."""
    states = [
        load_inputs(city / "data", str(period)).ledgers[COVERAGE].by_id["strategy-counties-6"][1]
        for period in find_periods(city / "data")
    ]
    assert [row["state"] for row in states[:3]] == ["空缺"] * 3
    assert states[-1]["state"] == "有政策"
