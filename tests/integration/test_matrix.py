"""The policy matrix and the funds of Hohhot: what the documents say, and what they lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from policybook.inputs import load_inputs
from policybook.matrix import COVERAGE
from policybook.schema import load_schemas
from tests.conftest import PERIOD, ROOT

DATA = ROOT / "data"
DEMO = ROOT / "policybook" / "demo" / "template" / "data"


@pytest.fixture(scope="module")
def states() -> dict[tuple[str, str], str]:
    """The state of each cell by entry and task."""
    rows = load_inputs(DATA, PERIOD).ledgers[COVERAGE].rows
    return {(row["entry"], row["task"]): row["state"] for row in rows}


def test_one_of_the_four_strategies_has_nothing(states: dict[tuple[str, str], str]) -> None:
    """Two have a work plan, one has progress alone, and the north-east has neither."""
    whole = {entry: state for (entry, task), state in states.items() if task == "整体"}
    assert {entry: state for entry, state in whole.items() if entry.startswith("strategy-")} == {
        "strategy-western-development": "有政策",
        "strategy-northeast-revitalisation": "空缺",
        "strategy-yellow-river": "有政策",
        "strategy-three-norths": "只有进展",
    }


def test_two_tasks_have_progress_and_no_policy(states: dict[tuple[str, str], str]) -> None:
    """Energy has projects and farming has titles; neither has a policy by name."""
    found = {task for (entry, task), state in states.items() if not entry and state == "只有进展"}
    assert found == {"能源和战略资源", "农畜产品基地"}


def test_what_no_document_assigns_is_no_gap(states: dict[tuple[str, str], str]) -> None:
    """Only the opinion of the State Council is told task by task."""
    told = {entry for (entry, task), state in states.items() if task == "向北开放"}
    assigned = {e for (e, task), state in states.items() if task == "向北开放" and e} - {
        e for (e, _), state in states.items() if state == "未载明"
    }
    assert len(told) == 7
    assert assigned == {"opinion-state-council"}


@pytest.mark.parametrize("data", [DATA, DEMO], ids=["Hohhot", "the made-up city"])
def test_funds_are_kept_apart(data: Path) -> None:
    """Every amount of the ledger of funds is named by the rule, so that none can be mixed."""
    funds = load_schemas(data)["funds"]
    assert funds.apart is not None
    amounts = {field.name for field in funds.fields if field.numeric and field.name != "items"}
    assert set(funds.apart.measures) == amounts
