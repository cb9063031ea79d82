"""History: which editions are compared with, and what is said of bases and of counts that fell."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from policybook import history
from policybook.comparisons import earlier_editions
from policybook.edition import open_inputs
from policybook.errors import ConfigError, LedgerError
from policybook.history import check_falls, with_history
from policybook.inputs import Inputs, load_inputs
from policybook.model import Fact
from policybook.notebooks import evaluate_notebooks
from policybook.period import Period, parse_period
from policybook.register import Published, Released, add_release
from tests.integration.city import write_notebook
from tests.unit.conftest import PARAMETERS, PERIOD, STATISTIC

NEXT = "2030Q2"
CELLS = {
    "roads": 'roads = edition.works.filter(_.kind == "道路")',
    "planned": 'edition.publish("roads.planned", roads.planned.sum())',
    "left": 'edition.publish("roads.left", roads.planned.sum() - roads.completed.sum())',
    "old": 'edition.publish("roads.old", roads.completed.sum())',
    "new": 'edition.publish("roads.new", roads.completed.sum())',
}
CORRECTION = """\
- revision: 1
  what: 虚构道路的计划数
  ledger: works
  record: road
  column: planned
  before: "200"
  after: "180"
  expect: "200"
  reason: 虚构的更正
  approved_by: 虚构的人
  date: 2030-05-01
"""
Declare = Callable[..., None]


@pytest.fixture
def data(made_up_data: Path) -> Path:
    """The made-up data with a second quarter, and a notebook beside them."""
    (made_up_data.parent / "notebooks").mkdir()
    write_notebook(made_up_data.parent / "notebooks/01_made_up.ipynb", "虚构的计算", CELLS)
    add_quarter(made_up_data, NEXT)
    return made_up_data


@pytest.fixture
def declare(data: Path) -> Declare:
    """Writes the catalogue: of each statistic further lines of its entry."""

    def write(**lines: str) -> None:
        wanted = {"planned": "", "left": "", "old": "", "new": "", **lines}
        text = "".join(
            STATISTIC.format(id=f"roads.{name}", unit="公里", decimals=0) + more
            for name, more in wanted.items()
        )
        (data / "statistics.yml").write_text(text, encoding="utf-8")

    write(planned="  compare: [quarter, year]\n")
    return write


def add_quarter(data: Path, quarter: str) -> None:
    """A quarter like the first."""
    shutil.copytree(data / PERIOD, data / quarter)
    text = PARAMETERS.replace(PERIOD, quarter)
    (data / quarter / "period.yml").write_text(text, encoding="utf-8")


def correct(data: Path, text: str = CORRECTION) -> None:
    """Corrections of the first quarter."""
    (data / "corrections").mkdir(exist_ok=True)
    (data / "corrections" / f"{PERIOD}.yml").write_text(text, encoding="utf-8")


def edit(data: Path, quarter: str, old: str, new: str) -> None:
    """Another text in a quarter's ledger."""
    path = data / quarter / "works.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def inputs_of(data: Path, quarter: str = NEXT) -> Inputs:
    """A quarter's inputs with its history."""
    return with_history(data.parent, data, load_inputs(data, quarter))


def facts_of(data: Path, quarter: str = NEXT) -> Mapping[str, Fact]:
    """A quarter's facts with their comparisons."""
    return evaluate_notebooks(
        data.parent / "notebooks", open_inputs(data, inputs_of(data, quarter))
    )


def base_of(inputs: Inputs) -> dict[str, str]:
    """The one earlier value of the inputs."""
    (row,) = inputs.ledgers["earlier"].rows
    return row


def released(data: Path, edition: str, **values: tuple[str, str]) -> None:
    """A release entered with these values."""
    found = {f"roads.{name}": Published(*value) for name, value in values.items()}
    add_release(data, Released(edition, "2030-04-20", "ab", "", ""), found)


def test_the_newest_of_each_quarter_is_compared_with(data: Path) -> None:
    """A re-issue stands for its quarter; an edition is compared with no later one."""
    correct(data)
    again = f"{PERIOD}-r1"
    assert list(map(str, earlier_editions(data, parse_period(NEXT)))) == [again]
    assert earlier_editions(data, parse_period(PERIOD)) == []
    assert earlier_editions(data, parse_period(again)) == []
    assert list(map(str, earlier_editions(data, parse_period(f"{NEXT}-r1")))) == [again]


def test_three_years_are_looked_back(data: Path) -> None:
    """Twelve quarters and no more; those that are missing are passed over."""
    for quarter in ("2027Q1", "2027Q2", "2029Q3"):
        add_quarter(data, quarter)
    found = list(map(str, earlier_editions(data, parse_period(NEXT))))
    assert found == ["2027Q2", "2029Q3", PERIOD]


def test_a_released_edition_remembers_its_bases(data: Path) -> None:
    """A correction issued later is not what it was compared with."""
    correct(data)
    add_release(data, Released(NEXT, "2030-07-20", "ab", PERIOD, ""), {})
    assert earlier_editions(data, parse_period(NEXT)) == [parse_period(PERIOD)]


def test_without_comparisons_there_is_no_history(data: Path, declare: Declare) -> None:
    """Earlier editions are not even read, so that a broken one does no harm."""
    declare()
    edit(data, PERIOD, "road,虚构道路", '"')
    inputs = load_inputs(data, NEXT)
    assert with_history(data.parent, data, inputs) is inputs


def test_a_broken_earlier_edition_is_found(data: Path, declare: Declare) -> None:
    """Its own finding, at its own file: a comparison is not left out in silence."""
    edit(data, PERIOD, "road,虚构道路", '"')
    with pytest.raises(LedgerError) as caught:
        inputs_of(data)
    assert all(PERIOD in one.place for one in caught.value.findings)


def test_a_base_is_computed_from_its_ledgers(data: Path, declare: Declare) -> None:
    """With its digits as shown, its period and its evidence; nothing to note."""
    inputs = inputs_of(data)
    assert base_of(inputs) == {
        "id": "2030Q1-roads.planned",
        "title": "虚构指标roads.planned",
        "statistic": "roads.planned",
        "period": PERIOD,
        "value": "300",
        "numerator": "",
        "denominator": "",
        "shown": "300",
        "unit": "公里",
        "items": "1",
        "evidence": "remainder",
        "source": f"前期报告:{PERIOD}",
        "note": "",
    }
    assert "earlier" in inputs.schemas
    assert inputs.not_compared == ()


def test_a_re_issue_as_base_brings_its_note(data: Path, declare: Declare) -> None:
    """The corrected value is the base, and readers are told what was published and why."""
    correct(data)
    released(data, PERIOD, planned=("300", "300公里"))
    row = base_of(inputs_of(data))
    assert (row["period"], row["value"]) == (f"{PERIOD}-r1", "280")
    assert row["note"] == "基数已修订：当时公布 300公里，现为 280公里。理由：虚构的更正"
    assert facts_of(data)["roads.planned.quarter_change"].value == "20"


def test_only_a_correction_that_touches_a_base_explains_it(data: Path, declare: Declare) -> None:
    """A correction of the re-issue is no cover for another change of its ledgers."""
    correct(data, CORRECTION.replace("planned", "completed").replace("200", "150"))
    released(data, PERIOD, planned=("300", "300公里"))
    released(data, f"{PERIOD}-r1", planned=("300", "300公里"))
    assert base_of(inputs_of(data))["note"] == ""
    edit(data, PERIOD, "虚构道路,道路,200,", "虚构道路,道路,190,")
    with pytest.raises(LedgerError) as caught:
        inputs_of(data)
    (found,) = caught.value.findings
    assert (found.code, found.place) == ("compare.revised", f"roads.planned {PERIOD}-r1")
    assert "当时公布 300公里，现为 290公里" in found.message


def test_a_re_issue_is_held_to_what_it_was_published_with(data: Path, declare: Declare) -> None:
    """Its correction explains 280, as published, and not 270."""
    correct(data)
    released(data, PERIOD, planned=("300", "300公里"))
    released(data, f"{PERIOD}-r1", planned=("280", "280公里"))
    assert base_of(inputs_of(data))["note"].endswith("理由：虚构的更正")
    edit(data, PERIOD, "（未列名）,道路,100,", "（未列名）,道路,90,")
    with pytest.raises(LedgerError, match="当时公布 280公里，现为 270公里"):
        inputs_of(data)


def test_a_base_of_a_trend_needs_its_reason_too(data: Path, declare: Declare) -> None:
    """Readers see it in a figure, though no comparison rests on it."""
    add_quarter(data, "2030Q4")
    released(data, PERIOD, planned=("310", "310公里"))
    with pytest.raises(LedgerError, match=r"compare\.revised") as caught:
        inputs_of(data, "2030Q4")
    assert [one.place for one in caught.value.findings] == [f"roads.planned {PERIOD}"]
    (data / "2030Q4" / "explanations.yml").write_text(
        f"- {{statistic: roads.planned, against: {PERIOD}, reason: 虚构的理由}}\n", "utf-8"
    )
    notes = {
        row["period"]: row["note"] for row in inputs_of(data, "2030Q4").ledgers["earlier"].rows
    }
    assert notes[PERIOD] == "基数已修订：当时公布 310公里，现为 300公里。理由：虚构的理由"
    assert notes[NEXT] == ""


def test_a_reason_of_the_edition_comes_first(data: Path, declare: Declare) -> None:
    """What the edition says of its base is told instead of the correction's own reason."""
    correct(data)
    released(data, PERIOD, planned=("300", "300公里"))
    (data / NEXT / "explanations.yml").write_text(
        f"- {{statistic: roads.planned, against: {PERIOD}, reason: 虚构的理由}}\n", "utf-8"
    )
    assert base_of(inputs_of(data))["note"].endswith("理由：虚构的理由")


def test_a_base_as_it_was_published_has_no_note(data: Path, declare: Declare) -> None:
    """Neither when it was released, nor when it was never released."""
    released(data, PERIOD, planned=("300", "300公里"))
    assert base_of(inputs_of(data))["note"] == ""


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("  effective_from: 2030Q2\n", "口径已经改变，与以前不可比"),
        ("  effective_from: 2030Q2\n  succeeds: roads.old\n", "口径已经改变，与以前不可比"),
        ("  effective_from: 2030Q2\n  comparable: true\n", "口径已经改变，与以前不可比"),
        ("  effective_from: 2030Q2\n  succeeds: roads.old\n  comparable: true\n", ""),
    ],
    ids=["new", "not comparable", "succeeds nothing", "comparable"],
)
def test_a_new_definition_is_compared_when_it_is_declared(
    lines: str, reason: str, data: Path, declare: Declare
) -> None:
    """Only with the statistic it succeeds and only when both are comparable."""
    declare(new=f"  compare: [quarter]\n{lines}", old="  effective_to: 2030Q1\n")
    inputs = inputs_of(data)
    assert [one.reason for one in inputs.not_compared] == ([reason] if reason else [])
    facts = facts_of(data)
    assert ("roads.new.quarter_change" in facts) is (not reason)
    assert "roads.old" not in facts


def test_a_predecessor_must_have_been_in_effect(data: Path, declare: Declare) -> None:
    """The definition between is not known to be comparable with the one before it."""
    declare(
        new="  compare: [quarter]\n  effective_from: 2030Q2\n"
        "  succeeds: roads.old\n  comparable: true\n",
        old="  effective_from: 2030Q2\n",
    )
    (blocked,) = inputs_of(data).not_compared
    assert blocked.reason == "那时的口径与本指标所接续的不是同一个"


def test_only_wanted_comparisons_are_said_to_be_missing(data: Path, declare: Declare) -> None:
    """A statistic compared with the year says nothing of the quarter before."""
    lines = "  compare: [year]\n  effective_from: 2030Q2\n"
    declare(new=lines)
    assert inputs_of(data).not_compared == ()


def falls(data: Path) -> list[tuple[str, str, str]]:
    """The counts said to have fallen: severity, code, statistic."""
    inputs = load_inputs(data, NEXT)
    facts = evaluate_notebooks(data.parent / "notebooks", open_inputs(data, inputs))
    found = check_falls(data.parent, data, inputs, facts)
    return [(one.severity, one.code, one.place.partition(" ")[0]) for one in found]


def test_a_count_that_fell_is_found_until_it_is_explained(data: Path, declare: Declare) -> None:
    """A sum that fell is an error; what is left over may fall; a reason makes it a note."""
    assert falls(data) == []
    edit(data, NEXT, "虚构道路,道路,200,", "虚构道路,道路,190,")
    assert falls(data) == [("error", "change.fell", "roads.planned")]
    (data / NEXT / "explanations.yml").write_text(
        f"- {{statistic: roads.planned, against: {PERIOD}, reason: 虚构的理由}}\n", "utf-8"
    )
    assert falls(data) == [("note", "change.fell", "roads.planned")]


def test_counts_start_anew_in_a_new_year(data: Path, declare: Declare) -> None:
    """The last quarter of another year is no measure of this one."""
    add_quarter(data, "2029Q4")
    shutil.rmtree(data / PERIOD)
    edit(data, NEXT, "虚构道路,道路,200,", "虚构道路,道路,190,")
    assert falls(data) == []


def test_a_broken_explanation_is_refused(data: Path, declare: Declare) -> None:
    """Before anything is compared."""
    (data / NEXT / "explanations.yml").write_text("- roads.planned\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.shape"):
        inputs_of(data)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The earlier editions whose facts are really computed, by a process that knows none yet."""
    done: list[str] = []
    real = history._facts

    def counted(root: Path, data: Path, edition: Period) -> Mapping[str, Fact]:
        done.append(str(edition))
        return real(root, data, edition)

    monkeypatch.setattr(history, "_facts", counted)
    monkeypatch.setattr(history, "_known", {})
    return done


@pytest.fixture
def history_from(
    data: Path, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Inputs]:
    """The newest quarter's inputs in a process of its own, with facts kept in some folder."""

    def inputs(kept: Path) -> Inputs:
        monkeypatch.setattr(history, "_known", {})
        return with_history(data.parent, data, load_inputs(data, NEXT), kept)

    return inputs


def test_facts_of_earlier_editions_are_kept(
    data: Path, tmp_path: Path, computed: list[str], history_from: Callable[[Path], Inputs]
) -> None:
    """The next process need not compute them, and compares with the same."""
    first = history_from(tmp_path / "kept")
    second = history_from(tmp_path / "kept")
    assert computed == [PERIOD]
    assert base_of(second) == base_of(first) == base_of(inputs_of(data))


def test_only_what_is_compared_is_kept(
    tmp_path: Path, computed: list[str], history_from: Callable[[Path], Inputs]
) -> None:
    """Cells, documents and queries would make a build of many editions need ever more memory."""
    history_from(tmp_path / "kept")
    (facts,) = history._known.values()
    assert computed == [PERIOD]
    assert facts
    for fact in facts.values():
        assert fact.value
        assert not any((fact.cells(), fact.documents, fact.sources, fact.sql))


def test_kept_facts_go_by_what_they_are_computed_from(
    data: Path, tmp_path: Path, computed: list[str], history_from: Callable[[Path], Inputs]
) -> None:
    """Not by a later quarter; by a cell of their own, though its file is as old as before."""
    kept = tmp_path / "kept"
    history_from(kept)
    edit(data, NEXT, "road,虚构道路", "road,另一条虚构道路")
    history_from(kept)
    assert computed == [PERIOD]
    path = data / PERIOD / "works.csv"
    state = path.stat()
    edit(data, PERIOD, "road,虚构道路", "road,另一条虚构道路")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    history_from(kept)
    assert computed == [PERIOD, PERIOD]


def test_kept_facts_that_cannot_be_read_are_computed(
    data: Path, tmp_path: Path, computed: list[str], history_from: Callable[[Path], Inputs]
) -> None:
    """Half a file stops nothing, nor does a place where nothing can be kept."""
    history_from(tmp_path / "kept")
    (path,) = (tmp_path / "kept").iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    history_from(tmp_path / "kept")
    (tmp_path / "file").touch()
    assert base_of(history_from(tmp_path / "file" / "kept"))
    assert computed == [PERIOD] * 3
