"""The tasks of 2024 against the year gone, worked out again from what the report prints."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from policybook.inputs import load_inputs
from policybook.progress import PROGRESS
from policybook.readings import MONTHLY
from tests.conftest import PERIOD, ROOT

GONE = Fraction((date(2024, 8, 22) - date(2024, 1, 1)).days + 1, 366)


@pytest.fixture(scope="module")
def progress() -> dict[str, dict[str, str]]:
    """The real edition's ledger of progress by record."""
    ledger = load_inputs(ROOT / "data", PERIOD).ledgers[PROGRESS]
    return {row["record"]: row for row in ledger.rows}


@pytest.mark.parametrize(
    ("record", "completed", "planned", "standing"),
    [
        ("boilers", 21, 36, "正常"),
        ("old-estates", 227, 229, "超前"),
        ("elder-stations", 58, 102, "正常"),
        ("mutual-aid-homes", 36, 46, "超前"),
    ],
)
def test_printed_pairs_are_held_against_the_days(
    record: str, completed: int, planned: int, standing: str, progress: dict[str, dict[str, str]]
) -> None:
    """Completed over planned less the days gone by 22 August, ten points being the bound."""
    row = progress[record]
    gap = (Fraction(completed, planned) - GONE) * 100
    assert abs(Fraction(row["gap"]) - gap) <= Fraction(1, 200)
    assert row["standing"] == standing
    assert ("超前" if gap > 10 else "滞后" if gap < -10 else "正常") == standing
    assert row["basis"] == "期限未载明，按年度计划"


def test_nothing_else_is_judged(progress: dict[str, dict[str, str]]) -> None:
    """Only those four and the printed 117 % of a contract for 2024 have a standing."""
    judged = {name for name, row in progress.items() if row["line"]}
    pairs = {"boilers", "old-estates", "elder-stations", "mutual-aid-homes"}
    assert judged == pairs | {"coal-contracts"}
    assert progress["coal-contracts"]["basis"] == "所印比率"
    assert progress["safety-hazards"]["standing"] == "非年度计划"
    assert progress["three-norths-phase-6"]["standing"] == "非年度计划"
    assert progress["saline-land"]["standing"] == "无完成数"
    assert progress["forest-tending"]["standing"] == "无计划数"


def test_nobody_is_said_to_owe_a_reading() -> None:
    """No document names who is responsible for a task, so that nobody can be late."""
    rows = load_inputs(ROOT / "data", PERIOD).ledgers[MONTHLY].rows
    assert [row["month"] for row in rows] == ["2024-04", "2024-05", "2024-06"]
    assert {row["state"] for row in rows} == {"部门未载明"}
    assert {row["handed_in"] for row in rows} == {"0"}
