"""Moves and results over made-up quarters, and what of them is not allowed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policybook import inputs as inputs_module
from policybook import large as large_module
from policybook.check import check_data
from policybook.corrections import find_editions
from policybook.errors import Finding
from policybook.inputs import load_inputs
from policybook.moves import MOVES, RESULTS
from policybook.register import Released, add_release
from policybook.rules import check_ledgers
from tests.unit.conftest import ID, PARAMETERS, PERIOD, SOURCE, TITLE, column
from tests.unit.test_lifecycle import PROBLEMS

QUARTERS = (PERIOD, "2030Q2", "2030Q3", "2030Q4", "2031Q1")
NAMES = [field["name"] for field in PROBLEMS["fields"]]
DATES = {
    "listed_on": "2030-01-01",
    "advanced_on": "2030-01-11",
    "solved_on": "2030-01-21",
    "cleared_on": "2030-01-31",
}
WORDS = ("新增", "推进", "已解决", "已销号")
ASKED: dict[str, Any] = {
    "title": "虚构意见台账",
    "description": "只供测试，全部虚构。",
    "fields": [ID, TITLE, {**column("about", "相关问题"), "references": "problems"}, SOURCE],
    "primaryKey": ["id"],
}
Row = dict[str, str]
Write = Callable[..., Path]


def problem(status: str, name: str = "road", **cells: str) -> Row:
    """A record in a state, with the dates and the proof that the state requires."""
    reached = WORDS.index(status) + 1 if status in WORDS else 0
    dates = dict(list(DATES.items())[:reached])
    made_up = {
        "id": name,
        "title": f"虚构问题{name}",
        "list": "市级清单",
        "status": status,
        "proof": "虚构验收单" if status == "已销号" else "",
        "office": "虚构局",
        "upward": "是",
        "items": "1",
        "evidence": "record",
        "source": "plan:一",
    }
    return {**dict.fromkeys(NAMES, ""), **made_up, **dates, **cells}


@pytest.fixture
def write(made_up_data: Path) -> Write:
    """Writes the list of one quarter after the other: their records, oldest quarter first."""

    def of(*quarters: list[Row], schema: dict[str, Any] = PROBLEMS) -> Path:
        path = made_up_data / "schema" / "problems.json"
        path.write_text(json.dumps(schema), encoding="utf-8")
        for name, rows in zip(QUARTERS, quarters, strict=False):
            folder = made_up_data / name
            if not folder.exists():
                shutil.copytree(made_up_data / PERIOD, folder)
                text = PARAMETERS.replace(PERIOD, name)
                (folder / "period.yml").write_text(text, encoding="utf-8")
            lines = [",".join(NAMES), *(",".join(row[one] for one in NAMES) for row in rows)]
            (folder / "problems.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return made_up_data

    return of


def derived(data: Path, name: str, quarter: int = -1) -> dict[str, Row]:
    """A quarter's derived ledger by record: of the newest, unless another is named."""
    editions = find_editions(data)
    ledger = load_inputs(data, str(editions[quarter])).ledgers[name]
    return {row["record"]: row for row in ledger.rows}


def found(data: Path) -> list[Finding]:
    """What the check of the newest quarter finds."""
    return check_data(data, str(find_editions(data)[-1])).findings


def of_states(data: Path) -> list[str]:
    """The codes of what it finds of states and moves."""
    return [one.code for one in found(data) if one.code.startswith(("state.", "change."))]


@pytest.mark.parametrize(
    ("before", "now", "move", "stage"),
    [
        ("新增", "推进", "推进", "推进"),
        ("新增", "已解决", "待核", "待核"),
        ("推进", "推进", "未动", "推进"),
        ("推进", "已解决", "待核", "待核"),
        ("已解决", "已销号", "销号", "销号"),
        ("已解决", "推进", "退回", "推进"),
        ("", "推进", "补状态", "推进"),
        ("", "", "未动", "未载明"),
        ("推进", "", "未载明", "未载明"),
    ],
)
def test_a_record_moves_from_state_to_state(
    write: Write, before: str, now: str, move: str, stage: str
) -> None:
    """Both states stand side by side, the move in one word."""
    row = derived(write([problem(before)], [problem(now)]), MOVES)["road"]
    assert (row["before"], row["state"]) == (before or "未载明", now or "未载明")
    assert (row["move"], row["stage"]) == (move, stage)
    assert row["open"] == ("否" if now == "已销号" else "是")


def test_where_a_record_without_an_earlier_state_comes_from(write: Write) -> None:
    """No earlier edition, not on the list, among those not named, or a total itself."""
    rest = problem("", "rest", items="7", evidence="remainder")
    data = write([problem("推进"), rest])
    assert {row["before"] for row in derived(data, MOVES).values()} == {"无上期", "合计数"}
    other = problem("新增", "lamp", list="别的清单")
    data = write([problem("推进"), rest], [problem("推进"), problem("推进", "pipe"), other, rest])
    rows = derived(data, MOVES)
    assert {name: row["before"] for name, row in rows.items()} == {
        "road": "推进",
        "pipe": "未列名",
        "lamp": "未列入",
        "rest": "合计数",
    }
    assert [rows[name]["move"] for name in ("pipe", "lamp", "rest")] == ["补列名", "新列入", "合计"]


def test_what_is_no_longer_listed_is_told(write: Write) -> None:
    """An open record that vanished keeps its row, a cleared one left before."""
    gone, done = problem("推进", "gone"), problem("已销号", "done")
    rows = derived(write([problem("新增"), gone, done], [problem("推进")]), MOVES)
    assert rows.keys() == {"road", "gone"}
    assert (rows["gone"]["before"], rows["gone"]["state"]) == ("推进", "不再列入")
    assert rows["gone"]["open"] == "否"


@pytest.mark.parametrize(
    ("cells", "days", "age"),
    [
        ({}, "31", "31至90天"),
        ({"listed_on": "2029-10-01"}, "123", "90天以上"),
        ({"listed_on": ""}, "", "未载明"),
        ({"listed_on": "元月"}, "", "未载明"),
        ({"listed_on": "2031-01-01"}, "", "未载明"),
    ],
)
def test_age_counts_to_the_day_of_the_edition(
    write: Write, cells: Row, days: str, age: str
) -> None:
    """From the day of listing; nothing is guessed where there is no such day."""
    row = derived(write([problem("推进", **cells)]), MOVES)["road"]
    assert (row["days"], row["age"], row["on"]) == (days, age, "2030-02-01")


def test_a_cleared_record_has_the_time_it_took(write: Write) -> None:
    """From listing to clearing, not to the day of the edition; with its day, proof and office."""
    data = write([problem("已解决")], [problem("已销号")])
    move, result = derived(data, MOVES)["road"], derived(data, RESULTS)["road"]
    assert move["days"] == result["days"] == "30"
    assert (result["edition"], result["cleared"]) == ("2030Q2", "2030-01-31")
    assert (result["solved"], result["proof"]) == ("2030-01-21", "虚构验收单")
    assert (result["responsible"], result["upward"]) == ("虚构局", "是")


def test_results_are_those_of_the_year(write: Write) -> None:
    """Those cleared in its earlier editions too, though no longer listed; none of another year."""
    quarters = [[problem("已销号", f"p{number}"), problem("推进")] for number in range(5)]
    data = write(*quarters)
    editions = [
        {name: row["edition"] for name, row in derived(data, RESULTS, place).items()}
        for place in range(5)
    ]
    assert editions[0] == {"p0": "2030Q1"}
    assert editions[3] == {f"p{place}": QUARTERS[place] for place in range(4)}
    assert editions[4] == {"p4": "2031Q1"}


def test_what_is_opened_again_is_no_result(write: Write) -> None:
    """Nor is it one twice when it is cleared a second time."""
    done, again = problem("已销号"), problem("推进")
    assert derived(write([done], [again]), RESULTS) == {}
    assert derived(write([done], [again], [done]), RESULTS)["road"]["edition"] == "2030Q3"
    assert derived(write([done], [done]), RESULTS)["road"]["edition"] == PERIOD


def test_a_list_of_totals_has_no_results(write: Write) -> None:
    """A total that says cleared names nothing that could be looked up."""
    total = problem("已销号", items="15", evidence="aggregate")
    data = write([total])
    assert derived(data, RESULTS) == {}
    assert derived(data, MOVES)["road"]["before"] == "合计数"


def test_records_that_name_a_problem_are_told(write: Write) -> None:
    """An opinion says which problems it is about; nobody says it a second time."""
    data = write([problem("推进"), problem("推进", "pipe")])
    (data / "schema" / "asked.json").write_text(json.dumps(ASKED), encoding="utf-8")
    text = "id,title,about,source\none,虚构意见一,road；pipe,plan:一\ntwo,虚构意见二,road,plan:一\n"
    (data / PERIOD / "asked.csv").write_text(text, encoding="utf-8")
    rows = derived(data, MOVES)
    assert {name: row["named_by"] for name, row in rows.items()} == {
        "road": "one；two",
        "pipe": "one",
    }


def test_a_released_edition_keeps_its_bases(write: Write) -> None:
    """It moved from the editions that it was released with, whatever was put in between since."""
    data = write([problem("推进")], [problem("已解决")], [problem("已销号")])
    assert derived(data, MOVES)["road"]["before"] == "已解决"
    add_release(data, Released("2030Q3", "2030-10-01", "0" * 64, PERIOD, "", ""), {})
    assert derived(data, MOVES)["road"]["before"] == "推进"


def test_only_the_year_is_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The editions of the year, or the last one where the year begins; so builds stay linear."""
    data = write(*([problem("推进")] for _ in QUARTERS))
    read: list[str] = []
    once = inputs_module.read_inputs

    def noted(data: Path, period: str) -> Any:
        read.append(period)
        return once(data, period)

    monkeypatch.setattr(inputs_module, "read_inputs", noted)
    load_inputs(data, "2030Q4")
    assert read == ["2030Q4", "2030Q1", "2030Q2", "2030Q3"]
    read.clear()
    load_inputs(data, "2031Q1")
    assert read == ["2031Q1", "2030Q4"]
    (data / "schema" / "problems.json").unlink()
    for quarter in QUARTERS:
        (data / quarter / "problems.csv").unlink()
    read.clear()
    assert MOVES not in load_inputs(data, "2030Q4").ledgers
    assert read == ["2030Q4"]


def test_a_large_list_is_left_out(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not compared record by record, neither as this edition's nor as the earlier one's."""
    data = write([problem("推进")], [problem("已解决")])
    small = (data / "2030Q2" / "problems.csv").stat().st_size
    with (data / PERIOD / "problems.csv").open("a", encoding="utf-8") as file:
        file.writelines(
            ",".join(problem("推进", f"p{n}")[one] for one in NAMES) + "\n" for n in range(60)
        )
    monkeypatch.setattr(large_module, "LARGE_BYTES", 10 * small)
    assert derived(data, MOVES)["road"]["before"] == "无上期"
    assert MOVES not in load_inputs(data, PERIOD).ledgers


def test_the_derived_ledgers_keep_their_rules(write: Write) -> None:
    """What the program makes is as typed as what is handed in, which no build asks."""
    first = [problem("推进"), problem("新增", "pipe"), problem("推进", "gone")]
    data = write(first, [problem("已销号"), problem("推进", "pipe"), problem("", "lamp")])
    ledgers = load_inputs(data, "2030Q2").ledgers
    assert ledgers[RESULTS].rows
    filled_in = {
        name: replace(one, schema=replace(one.schema, document={}))
        if name in (MOVES, RESULTS)
        else one
        for name, one in ledgers.items()
    }
    assert check_ledgers(filled_in, []) == []


@pytest.mark.parametrize("name", [MOVES, RESULTS])
def test_the_names_are_taken(write: Write, name: str) -> None:
    """A ledger of one's own cannot be called like a derived one."""
    data = write([problem("推进")])
    (data / "schema" / f"{name}.json").write_text(json.dumps(ASKED), encoding="utf-8")
    text = "id,title,about,source\none,虚构意见一,road,plan:一\n"
    (data / PERIOD / f"{name}.csv").write_text(text, encoding="utf-8")
    assert [one.code for one in found(data)] == ["schema.name"]


def test_a_lawful_way_is_no_finding(write: Write) -> None:
    """From 新增 to 已销号, once sent back, with a new record each quarter."""
    data = write(
        [problem("新增")],
        [problem("已解决"), problem("新增", "pipe")],
        [problem("推进"), problem("推进", "pipe")],
        [problem("已解决"), problem("推进", "pipe")],
        [problem("已销号"), problem("推进", "pipe")],
    )
    for quarter in QUARTERS:
        assert check_data(data, quarter).findings == []


WRONG_MOVES = {
    "clearing without verification": ("推进", "已销号"),
    "new though it was listed": ("推进", "新增"),
    "new though its state was not known": ("", "新增"),
    "still new": ("新增", "新增"),
    "cleared at once": (None, "已销号"),
    "first listed as worked on": (None, "推进"),
    "its state is gone": ("已解决", ""),
}


@pytest.mark.parametrize("case", WRONG_MOVES)
def test_a_move_that_is_not_allowed_is_found(write: Write, case: str) -> None:
    """At the cell of the state, until somebody gives the reason."""
    before, now = WRONG_MOVES[case]
    other = problem("推进", "other")
    earlier = [other] if before is None else [problem(before), other]
    data = write(earlier, [other, problem(now)])
    (one,) = found(data)
    assert (one.code, one.severity) == ("state.move", "error")
    assert one.place.endswith("problems.csv 第3行 status列")
    reason = "- ledger: problems\n  record: road\n  column: status\n  reason: 虚构的理由。\n"
    (data / "2030Q2" / "explanations.yml").write_text(reason, encoding="utf-8")
    (one,) = found(data)
    assert (one.code, one.severity) == ("state.move", "note")


def test_a_first_state_is_told_in_the_words_of_its_list(write: Write) -> None:
    """Other lists begin with other words."""
    data = write([problem("推进")], [problem("推进"), problem("推进", "late")])
    (one,) = found(data)
    assert one.message.endswith("初次列入的应为新增。")


def test_what_has_no_way_on_stays(write: Write) -> None:
    """A word that nothing may follow says so."""
    data = write([problem("待领", list="上级清单")], [problem("待领", list="上级清单")])
    assert found(data) == []
    schema = json.loads(json.dumps(PROBLEMS))
    schema["lifecycle"]["states"][-1]["next"] = []
    data = write(*([problem("待领", list="上级清单")] for _ in range(2)), schema=schema)
    (one,) = found(data)
    assert one.message.endswith("待领之后不再变动。")


def test_a_cleared_record_that_goes_on_is_found_once(write: Write) -> None:
    """As reopened, which also knows of editions before the last."""
    done, other = problem("已销号"), problem("推进", "other")
    assert of_states(write([done, other], [problem("推进"), other])) == ["change.reopened"]
    data = write([done, other], [other], [problem("推进"), other])
    assert of_states(data) == ["change.reopened"]


def test_a_record_named_later_is_not_new(write: Write) -> None:
    """It may have been among those not named; on a list that was named in full it may not."""
    rest = problem("", "rest", items="7", evidence="remainder")
    late = problem("推进", "late")
    assert of_states(write([problem("推进"), rest], [problem("推进"), late, rest])) == []
    assert of_states(write([problem("推进")], [problem("推进"), late])) == ["state.move"]


FAULTS = {
    "no date of its state": ({"solved_on": ""}, "ledger.proof", "solved_on"),
    "a stage was passed over": ({"advanced_on": ""}, "ledger.proof", "advanced_on"),
    "out of order": ({"advanced_on": "2029-12-31"}, "state.order", "listed_on、advanced_on"),
    "a later state's date": ({"cleared_on": "2030-01-31"}, "state.ahead", "status、cleared_on"),
    "after the edition": ({"solved_on": "2030-02-02"}, "state.later", "solved_on"),
    "another list's word": ({"status": "待领", "solved_on": ""}, "state.word", "status"),
    "nobody's word": ({"status": "办结"}, "state.word", "status"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_state_and_its_dates_agree(write: Write, case: str) -> None:
    """Each rule names ledger, line and columns, and blocks until somebody gives the reason."""
    cells, code, columns = FAULTS[case]
    data = write([{**problem("已解决"), **cells}])
    one = next(one for one in found(data) if one.code == code)
    assert one.severity == "error"
    assert one.place.endswith(f"problems.csv 第2行 {columns}列")
    reason = "- ledger: problems\n  record: road\n  reason: 虚构的理由。\n"
    (data / PERIOD / "explanations.yml").write_text(reason, encoding="utf-8")
    assert {one.severity for one in found(data)} == {"note"}


def test_clearing_needs_its_proof(write: Write) -> None:
    """A date alone is none."""
    (one,) = found(write([problem("已销号", proof="")]))
    assert one.code == "ledger.proof"


def test_a_deadline_is_told_once(write: Write) -> None:
    """Where due dates tell by the same column that something is done, they alone do."""
    deadline = {
        "due": "advanced_on",
        "done": "cleared_on",
        "status": "status",
        "word": "已销号",
        "responsible": "office",
    }
    rows = [problem("推进", cleared_on="2030-01-31")]
    assert [one.code for one in found(write(rows))] == ["state.ahead"]
    schema = {**PROBLEMS, "deadline": deadline}
    assert [one.code for one in found(write(rows, schema=schema))] == ["due.status"]
