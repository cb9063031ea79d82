"""Completion held against the time gone: the line, the rule, and what cannot be judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.check import check_data
from policybook.errors import ConfigError
from policybook.inputs import load_inputs
from policybook.pace import parse_pace
from policybook.progress import PROGRESS, Year, progress_rows, season_shares
from policybook.rules import check_ledgers
from policybook.schema import Schema, load_schemas, parse_schema
from tests.unit.conftest import EVIDENCE, ID, PERIOD, SOURCE, TITLE, column

YEAR = Year(date(2030, 1, 1), date(2030, 12, 31), date(2030, 3, 31))
PACE = {
    "planned": "planned",
    "completed": "completed",
    "behind": "10",
    "ahead": "12.5",
    "as_of": "as_of",
    "printed": "rate",
    "term": "term",
    "season": "season",
}
TASKS: dict[str, Any] = {
    "title": "虚构任务台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("department", "责任部门"),
        column("planned", "计划数", "number", decimals=2, minimum=0),
        {**column("completed", "完成数", "number", decimals=2), "cumulative": {"span": "累计"}},
        column("rate", "所印完成率", "number", decimals=4, printed=True),
        column("as_of", "数据时点", "date"),
        column("span", "时段"),
        column("term", "计划期限"),
        column("season", "分季计划"),
        column("items", "代表项数", "integer", required=True, minimum=1),
        EVIDENCE,
        SOURCE,
    ],
    "primaryKey": ["id"],
    "pace": PACE,
}
NAMES = [field["name"] for field in TASKS["fields"]]


def task(**cells: str) -> dict[str, str]:
    """A record of which half is completed on 1 July, when 182 of 365 days are gone."""
    made_up = {
        "id": "roads",
        "title": "虚构任务",
        "planned": "100",
        "completed": "50",
        "as_of": "2030-07-01",
        "span": "累计",
        "items": "1",
        "evidence": "record",
        "source": "plan:一",
    }
    return {**dict.fromkeys(NAMES, ""), **made_up, **cells}


def schema(**pace: str) -> Schema:
    """The made-up schema with another rule."""
    return parse_schema("tasks", {**TASKS, "pace": {**PACE, **pace}})


def judged(**cells: str) -> dict[str, str]:
    """How a record stands."""
    (row,) = progress_rows(schema(), [task(**cells)], YEAR)
    return row


@pytest.fixture
def planned(made_up_data: Path) -> Callable[..., Path]:
    """The made-up city with a ledger of tasks."""

    def write(*rows: dict[str, str], name: str = "tasks") -> Path:
        path = made_up_data / "schema" / f"{name}.json"
        path.write_text(json.dumps(TASKS), encoding="utf-8")
        lines = [",".join(NAMES), *(",".join(row[one] for one in NAMES) for row in rows)]
        ledger = made_up_data / PERIOD / f"{name}.csv"
        ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return made_up_data

    return write


def test_the_line_is_the_share_of_days_gone() -> None:
    """First and last day count: a day is 1/365 at its end, and the year's last is all of it."""
    assert YEAR.line(date(2030, 1, 1), "") == Fraction(1, 365)
    assert YEAR.line(date(2030, 12, 31), "") == 1
    assert Year(date(2032, 1, 1), date(2032, 12, 31), YEAR.as_of).line(
        date(2032, 2, 29), ""
    ) == Fraction(60, 366)


def test_a_plan_by_quarters_has_its_own_line() -> None:
    """At a quarter's end its shares are due, within it they are spread over its days."""
    season = "10；20；30；40"
    ends = [date(2030, 3, 31), date(2030, 6, 30), date(2030, 9, 30), date(2030, 12, 31)]
    assert [YEAR.line(day, season) * 100 for day in ends] == [10, 30, 60, 100]
    assert YEAR.line(date(2030, 4, 1), season) == Fraction(10, 100) + Fraction(20, 100 * 91)


@given(
    st.dates(date(2030, 1, 1), date(2030, 12, 30)),
    st.sampled_from(["", "25；25；25；25", "0；0；100；0", "12.5；37.5；30；20"]),
)
def test_a_line_never_falls(day: date, season: str) -> None:
    """A day later no less is due, and never more than all."""
    now, later = (YEAR.line(one, season) for one in (day, day + timedelta(days=1)))
    assert 0 <= now <= later <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25；25；50",
        "25；25；25；26",
        "25；25；25；-25；50",
        "25；-25；50；50",
        "一；二；三；四",
    ],
)
def test_other_seasons_are_no_plan(text: str) -> None:
    """Four shares that are all of it together, or none."""
    assert season_shares(text) is None


@pytest.mark.parametrize(
    ("planned", "completed", "standing"),
    [
        ("365", "145.5", "正常"),
        ("365", "145.49", "滞后"),
        ("365", "145.51", "正常"),
        ("365", "182", "正常"),
        ("36500", "22762.5", "正常"),
        ("36500", "22762.51", "超前"),
        ("100", "0", "滞后"),
        ("100", "100", "超前"),
        ("100", "400", "超前"),
    ],
)
def test_the_rule_is_exact_at_its_bounds(planned: str, completed: str, standing: str) -> None:
    """Just ten points below and twelve and a half above are 正常, a hundredth of a unit more not."""
    assert judged(planned=planned, completed=completed)["standing"] == standing


def test_tolerances_are_those_of_the_schema() -> None:
    """Another rule, another judgement of the same record; the rule stands in the row."""
    rows = [task(completed="45")]
    (strict,) = progress_rows(schema(behind="4.5", ahead="0"), rows, YEAR)
    assert (strict["standing"], strict["behind"], strict["ahead"]) == ("滞后", "4.5", "0")
    assert judged(completed="45")["standing"] == "正常"


def test_what_is_read_is_rounded_half_up() -> None:
    """Rate and line to four places, the gap in points to two, of the exact values."""
    row = judged(planned="3", completed="1")
    assert (row["rate"], row["line"], row["gap"]) == ("0.3333", "0.4986", "-16.53")
    assert (row["line_basis"], row["basis"]) == ("按日均摊", "期限未载明，按年度计划")
    assert judged(season="10；20；30；40")["line_basis"] == "分季计划"
    assert judged(term="全年")["basis"] == "年度计划"


@pytest.mark.parametrize(
    ("cells", "standing", "rate"),
    [
        ({"planned": ""}, "无计划数", ""),
        ({"planned": "0"}, "无计划数", ""),
        ({"completed": ""}, "无完成数", ""),
        ({"term": "非全年"}, "非年度计划", "0.5"),
        ({"term": "非全年", "planned": ""}, "无计划数", ""),
        ({"span": "时点"}, "非累计数", "0.5"),
        ({"as_of": ""}, "时点不在年内", "0.5"),
        ({"as_of": "2029-12-31"}, "时点不在年内", "0.5"),
        ({"as_of": "2031-01-01"}, "时点不在年内", "0.5"),
        ({"as_of": "七月"}, "时点不在年内", "0.5"),
        ({"planned": "一百"}, "无计划数", ""),
    ],
)
def test_what_cannot_be_judged_says_why(cells: dict[str, str], standing: str, rate: str) -> None:
    """It has no line and no gap, so that nothing is concluded from nothing."""
    row = judged(**cells)
    assert (row["standing"], row["rate"], row["line"], row["gap"]) == (standing, rate, "", "")


@pytest.mark.parametrize(
    ("printed", "standing"),
    [("1.17", "超前"), ("0.5", "正常"), ("0.1", "滞后"), ("0.40", "所印比率难定")],
)
def test_a_printed_rate_is_judged_by_all_that_it_may_be(printed: str, standing: str) -> None:
    """Its base is not known: both ends of what was rounded must agree, and the row says so."""
    row = judged(planned="", completed="3309", rate=printed)
    assert (row["standing"], row["basis"]) == (standing, "所印比率")
    assert judged(rate="1.17")["basis"] != "所印比率"


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"completed": "99.99"}, "未完成"),
        ({"completed": "100"}, "完成"),
        ({"completed": "100.01"}, "超额"),
        ({"completed": ""}, ""),
        ({"planned": "", "rate": "1.17"}, "超额"),
        ({"planned": "", "rate": "1.00"}, ""),
    ],
)
def test_the_plan_is_reached_exactly(cells: dict[str, str], outcome: str) -> None:
    """Less, all of it, or more; a printed 100 % may be either."""
    assert judged(**cells)["outcome"] == outcome


def test_without_a_column_the_edition_s_day_counts() -> None:
    """A ledger without its own days is judged on the day for which the edition tells states."""
    plain = {name: PACE[name] for name in ("planned", "completed", "behind", "ahead")}
    rule = parse_schema("tasks", {**TASKS, "pace": plain})
    (row,) = progress_rows(rule, [task(as_of="2030-12-31")], YEAR)
    assert (row["as_of"], row["line"], row["basis"]) == ("2030-03-31", "0.2466", "年度计划")


def test_progress_is_a_ledger_like_any_other(planned: Callable[..., Path]) -> None:
    """Its rows keep the rules of its schema and stand among the ledgers, none without a pace."""
    data = planned(task(), task(id="bridges", planned=""))
    inputs = load_inputs(data, PERIOD)
    ledger = inputs.ledgers[PROGRESS]
    assert [row["id"] for row in ledger.rows] == ["tasks-roads", "tasks-bridges"]
    handed_in = parse_schema(PROGRESS, {**ledger.schema.document, "derived": False})
    typed = type(ledger)(handed_in, ledger.path, ledger.rows, ledger.lines)
    assert check_ledgers({**inputs.ledgers, PROGRESS: typed}, []) == []
    assert check_data(data, PERIOD).findings == []


def test_no_pace_no_ledger(made_up_data: Path) -> None:
    """A city without such a rule has no ledger of progress."""
    assert PROGRESS not in load_inputs(made_up_data, PERIOD).ledgers


def test_its_name_is_taken(planned: Callable[..., Path]) -> None:
    """A ledger that is handed in may not be called so where the program makes one."""
    planned(task())
    with pytest.raises(ConfigError) as caught:
        load_inputs(planned(task(), name=PROGRESS), PERIOD)
    assert caught.value.findings[0].code == "schema.name"


def test_a_season_that_is_no_plan_is_found(planned: Callable[..., Path]) -> None:
    """It names the cell; the record is then judged by days."""
    data = planned(task(season="25；25；25；26"))
    (found,) = check_data(data, PERIOD).findings
    assert found.code == "pace.season"
    assert "season" in found.place
    assert load_inputs(data, PERIOD).ledgers[PROGRESS].rows[0]["line_basis"] == "按日均摊"


@pytest.mark.parametrize(
    "change",
    [
        {"behind": 10},
        {"behind": "ten"},
        {"ahead": "-1"},
        {"ahead": "1e2"},
        {"slow": "10"},
        {"planned": "plan"},
    ],
)
def test_a_broken_rule_is_refused(made_up_data: Path, change: dict[str, object]) -> None:
    """Numbers of JSON, other words, unknown properties and columns: the schema is broken."""
    path = made_up_data / "schema" / "tasks.json"
    path.write_text(json.dumps({**TASKS, "pace": {**PACE, **change}}), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_schemas(made_up_data)
    assert [one.code for one in caught.value.findings] == ["schema.broken"]


def test_tolerances_are_exact() -> None:
    """A text of decimals becomes the fraction that it says."""
    rule = parse_pace({**PACE, "behind": "0.1"})
    assert rule.behind == Fraction(1, 10)
    assert rule.columns == ["planned", "completed", "as_of", "rate", "term", "season"]
