"""Readings within a quarter: what is wrong with them, who has not handed in, and how fast."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policybook.check import check_data
from policybook.errors import ConfigError
from policybook.inputs import load_inputs
from policybook.progress import PROGRESS
from policybook.readings import MONTHLY, months_of
from policybook.rules import check_ledgers
from policybook.schema import load_schemas, parse_schema
from tests.unit.conftest import EVIDENCE, ID, PERIOD, SOURCE, TITLE, column
from tests.unit.test_progress import NAMES as TASK_NAMES
from tests.unit.test_progress import TASKS, task

READINGS: dict[str, Any] = {
    "title": "虚构读数台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("task", "任务", required=True),
        column("as_of", "读数日期", "date", required=True),
        column("completed", "完成数", "number", decimals=2),
        column("department", "报送部门"),
        column("items", "代表项数", "integer", required=True, minimum=1),
        EVIDENCE,
        SOURCE,
    ],
    "primaryKey": ["id"],
    "foreignKeys": [{"fields": ["task"], "reference": {"resource": "tasks", "fields": ["id"]}}],
    "carry": {"records": "none"},
    "reading": {
        "record": "task",
        "as_of": "as_of",
        "completed": "completed",
        "department": "department",
    },
}
NAMES = [field["name"] for field in READINGS["fields"]]
JANUARY, FEBRUARY, MARCH = "2030-01-31", "2030-02-28", "2030-03-31"


def reading(day: str, completed: str, **cells: str) -> dict[str, str]:
    """A made-up reading of the task ``roads``, handed in by the department of roads."""
    whose = cells.get("task", "roads")
    made_up = {
        "id": f"{whose}-{day}".replace("-", ""),
        "title": "虚构读数",
        "task": whose,
        "as_of": day,
        "completed": completed,
        "department": "路局",
        "items": "1",
        "evidence": "record",
        "source": "plan:二",
    }
    return {**made_up, **cells}


def whole(**cells: str) -> dict[str, str]:
    """The task ``roads`` at the end of the quarter: a fifth of it is done."""
    return task(**{"completed": "20", "as_of": MARCH, "department": "路局", **cells})


Written = Callable[..., Path]


@pytest.fixture
def handed_in(made_up_data: Path) -> Written:
    """The made-up city with tasks and readings of them."""

    def write(tasks: list[dict[str, str]], *readings: dict[str, str]) -> Path:
        for name, document, names, rows in (
            ("tasks", TASKS, TASK_NAMES, tasks),
            ("readings", READINGS, NAMES, list(readings)),
        ):
            schema = made_up_data / "schema" / f"{name}.json"
            schema.write_text(json.dumps(document), encoding="utf-8")
            lines = [",".join(names), *(",".join(row[one] for one in names) for row in rows)]
            ledger = made_up_data / PERIOD / f"{name}.csv"
            ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path = made_up_data / PERIOD / "period.yml"
        empty = path.read_text("utf-8").replace("empty_ledgers: []", "empty_ledgers: [readings]")
        path.write_text(empty, encoding="utf-8")
        return made_up_data

    return write


def codes(data: Path) -> list[str]:
    """What the check finds."""
    return [one.code for one in check_data(data, PERIOD).findings]


def test_readings_that_agree_are_no_finding(handed_in: Written) -> None:
    """They grow, the last is the task's own number, and a standstill is no fault."""
    days = [reading(JANUARY, "5"), reading(FEBRUARY, "5"), reading(MARCH, "20")]
    assert codes(handed_in([whole()], *days)) == []


@pytest.mark.parametrize(
    ("readings", "code"),
    [
        ([reading("2030-04-01", "20")], "reading.outside"),
        ([reading("2029-12-31", "5")], "reading.outside"),
        ([reading(JANUARY, "9"), reading(FEBRUARY, "8.99")], "reading.fell"),
        ([reading(MARCH, "20.01")], "reading.differs"),
        ([reading(MARCH, "19.99")], "reading.differs"),
        ([reading(FEBRUARY, "20.01")], "reading.differs"),
        ([reading(JANUARY, "5"), reading(JANUARY, "5", id="again")], "reading.twice"),
        ([reading(JANUARY, "5", department="水局")], "reading.department"),
    ],
    ids=["after", "before", "fell", "more", "less", "more before", "twice", "another's"],
)
def test_each_fault_is_found(handed_in: Written, readings: list[dict[str, str]], code: str) -> None:
    """One finding, which names the cell of the reading."""
    (found,) = check_data(handed_in([whole()], *readings), PERIOD).findings
    assert (found.code, found.severity) == (code, "error")
    assert "readings.csv 第" in found.place


def test_first_and_last_day_are_within(handed_in: Written) -> None:
    """A quarter begins and ends with a day of its own."""
    assert codes(handed_in([whole()], reading("2030-01-01", "0"), reading(MARCH, "20"))) == []


def test_order_is_that_of_days(handed_in: Written) -> None:
    """The order of rows in the file does not matter."""
    assert codes(handed_in([whole()], reading(MARCH, "20"), reading(JANUARY, "5"))) == []


def test_what_does_not_add_up_may_fall(handed_in: Written) -> None:
    """A number of a day goes up and down; on the task's own day it is still the same number."""
    now = whole(span="时点")
    assert codes(handed_in([now], reading(JANUARY, "30"), reading(FEBRUARY, "25"))) == []
    assert codes(handed_in([now], reading(MARCH, "30"))) == ["reading.differs"]


def test_a_reading_after_the_task_s_day_is_no_less(handed_in: Written) -> None:
    """Where the task was told earlier, what is read later has at least that much."""
    told = whole(as_of=FEBRUARY)
    assert codes(handed_in([told], reading(MARCH, "20"))) == []
    assert codes(handed_in([told], reading(MARCH, "19"))) == ["reading.differs"]


def test_a_reason_settles_a_reading(handed_in: Written) -> None:
    """What was reported too high before is explained for the cell that shows it."""
    data = handed_in([whole()], reading(JANUARY, "9"), reading(FEBRUARY, "8"))
    entry = "- ledger: readings\n  record: roads20300228\n  column: completed\n  reason: 前月多报\n"
    (data / PERIOD / "explanations.yml").write_text(entry, encoding="utf-8")
    (found,) = check_data(data, PERIOD).findings
    assert (found.code, found.severity) == ("reading.fell", "note")


@pytest.mark.parametrize("cells", [{"task": "nobody"}, {"as_of": "月底"}, {"completed": "多"}])
def test_what_other_rules_find_is_not_found_twice(
    handed_in: Written, cells: dict[str, str]
) -> None:
    """A key that leads nowhere and mistyped cells have their own findings."""
    found = codes(handed_in([whole()], {**reading(JANUARY, "5"), **cells}))
    assert len(found) == 1
    assert not found[0].startswith("reading.")


def monthly(data: Path) -> list[tuple[str, ...]]:
    """The derived ledger, by what matters."""
    names = ("department", "month", "state", "expected", "handed_in", "missing", "absent")
    rows = load_inputs(data, PERIOD).ledgers[MONTHLY].rows
    return [tuple(row[name] for name in names) for row in rows]


def test_who_has_not_handed_in(handed_in: Written) -> None:
    """Each department's tasks are expected each month; some, all or none of them are there."""
    tasks = [whole(), whole(id="lanes", title="虚构支路"), whole(id="pipes", department="水局")]
    readings = [
        reading(JANUARY, "5"),
        reading("2030-01-15", "3", task="lanes"),
        reading(FEBRUARY, "6"),
        reading(MARCH, "20", task="pipes", department="水局"),
        reading("2030-03-15", "20", task="pipes", department="水局"),
    ]
    assert monthly(handed_in(tasks, *readings)) == [
        ("水局", "2030-01", "未报", "1", "0", "1", "虚构任务"),
        ("路局", "2030-01", "已报", "2", "2", "0", ""),
        ("水局", "2030-02", "未报", "1", "0", "1", "虚构任务"),
        ("路局", "2030-02", "部分", "2", "1", "1", "虚构支路"),
        ("水局", "2030-03", "已报", "1", "1", "0", ""),
        ("路局", "2030-03", "未报", "2", "0", "2", "虚构任务；虚构支路"),
    ]


def test_without_departments_nobody_is_blamed(handed_in: Written) -> None:
    """Where no department is printed, what is expected is counted, and of nobody."""
    rows = monthly(handed_in([whole(department="")]))
    assert rows == [("", f"2030-0{month}", "部门未载明", "1", "0", "1", "") for month in (1, 2, 3)]


def test_a_reading_without_a_number_is_not_handed_in(handed_in: Written) -> None:
    """An empty cell is no reading."""
    assert monthly(handed_in([whole()], reading(JANUARY, "")))[0][2] == "未报"


def test_monthly_is_a_ledger_like_any_other(handed_in: Written) -> None:
    """Its rows keep the rules of its schema; its evidence is the weakest of the tasks."""
    data = handed_in([whole(), whole(id="rest", evidence="aggregate")], reading(JANUARY, "5"))
    ledgers = load_inputs(data, PERIOD).ledgers
    ledger = ledgers[MONTHLY]
    handed = parse_schema(MONTHLY, {**ledger.schema.document, "derived": False})
    typed = type(ledger)(handed, ledger.path, ledger.rows, ledger.lines)
    assert check_ledgers({**ledgers, MONTHLY: typed}, []) == []
    assert {row["evidence"] for row in ledger.rows} == {"aggregate"}


def test_a_reading_is_judged_on_its_own_day(handed_in: Written) -> None:
    """By the rule and the plan of its task; one of an unknown task is not judged."""
    data = handed_in(
        [whole()], reading(JANUARY, "0"), reading(MARCH, "20"), reading(MARCH, "1", task="nobody")
    )
    rows = load_inputs(data, PERIOD).ledgers[PROGRESS].rows
    told = [(row["ledger"], row["month"], row["rate"], row["standing"]) for row in rows]
    assert told == [
        ("tasks", "2030-03", "0.2", "正常"),
        ("readings", "2030-01", "0", "正常"),
        ("readings", "2030-03", "0.2", "正常"),
    ]


def test_an_unknown_grade_of_evidence_is_a_finding(handed_in: Written) -> None:
    """The program's own ledgers are made before the rules are asked, and must not stumble."""
    data = handed_in([whole(evidence="rumour")], reading(JANUARY, "5"))
    assert codes(data) == ["ledger.enum"]
    assert load_inputs(data, PERIOD).ledgers[MONTHLY].rows[0]["evidence"] == "rumour"


def test_a_reading_is_no_better_known_than_its_plan(handed_in: Written) -> None:
    """Its completion is a record, the plan it is held against a printed total."""
    data = handed_in([whole(evidence="aggregate")], reading(JANUARY, "5"))
    rows = load_inputs(data, PERIOD).ledgers[PROGRESS].rows
    assert {row["evidence"] for row in rows} == {"aggregate"}


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("2030Q1", ["2030-01", "2030-02", "2030-03", "2030-04"]),
        ("2030Q4-r1", ["2030-10", "2030-11", "2030-12", "2031-01"]),
    ],
)
def test_a_quarter_has_three_months(period: str, months: list[str]) -> None:
    """And the month after them, with which it is over; a re-issue has those of its quarter."""
    assert [f"{day:%Y-%m}" for day in months_of(period)] == months


@pytest.mark.parametrize(
    ("tasks", "readings"),
    [
        (TASKS, {**READINGS, "foreignKeys": []}),
        ({**TASKS, "pace": None}, READINGS),
        ({**TASKS, "pace": {**TASKS["pace"], "as_of": ""}}, READINGS),
    ],
    ids=["no key", "no pace", "no day"],
)
def test_readings_are_of_a_ledger_that_has_a_pace(
    made_up_data: Path, tasks: dict[str, Any], readings: dict[str, Any]
) -> None:
    """Without a key to such a ledger there is nothing that they could be readings of."""
    for name, document in (("tasks", tasks), ("readings", readings)):
        path = made_up_data / "schema" / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_schemas(made_up_data)
    assert [one.code for one in caught.value.findings] == ["schema.reading"]
