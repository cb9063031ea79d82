"""Corrections, provenance, explanations, submissions and the register: read, applied, refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from policybook.book import Book
from policybook.corrections import (
    Correction,
    apply_corrections,
    find_editions,
    load_corrections,
)
from policybook.edition import Edition
from policybook.errors import ConfigError, LedgerError
from policybook.explanations import load_explanations
from policybook.inputs import load_inputs
from policybook.ledgers import Ledger
from policybook.period import parse_period
from policybook.provenance import (
    HandedIn,
    Normalised,
    Origin,
    Provenance,
    check_provenance,
    read_provenance,
    values_digest,
    write_provenance,
)
from policybook.register import (
    Published,
    Released,
    add_release,
    read_register,
    read_values,
)
from policybook.submissions import PENDING, Submission, check_submissions, submissions_text
from tests.unit.conftest import PERIOD

ENTRY = """\
- revision: {revision}
  what: 虚构道路的完成数
  ledger: works
  record: road
  column: completed
  before: "{before}"
  after: "{after}"
  expect: "{expect}"
  reason: 虚构的理由
  approved_by: 虚构的人
  date: 2030-05-01
"""
Write = Callable[[str], Path]


@pytest.fixture
def corrected(made_up_data: Path) -> Write:
    """Writes the corrections of the made-up quarter; the data folder."""

    def write(text: str) -> Path:
        folder = made_up_data / "corrections"
        folder.mkdir(exist_ok=True)
        (folder / f"{PERIOD}.yml").write_text(text, encoding="utf-8")
        return made_up_data

    return write


FIRST = ENTRY.format(revision=1, before="150", after="140", expect="150")
SECOND = ENTRY.format(revision=2, before="140", after="145", expect="150")


def test_corrections_make_editions(corrected: Write) -> None:
    """Each re-issue has its own corrections and those before; the quarter has none."""
    data = corrected(FIRST + SECOND)
    assert list(map(str, find_editions(data))) == [PERIOD, f"{PERIOD}-r1", f"{PERIOD}-r2"]
    completed = [
        load_inputs(data, name).ledgers["works"].by_id["road"][1]["completed"]
        for name in (PERIOD, f"{PERIOD}-r1", f"{PERIOD}-r2")
    ]
    assert completed == ["150", "140", "145"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (FIRST.replace('expect: "150"', 'expect: "149"'), "correction.expect"),
        (FIRST.replace('before: "150"', 'before: "149"'), "correction.before"),
        (FIRST.replace("record: road", "record: nowhere"), "correction.unknown"),
    ],
    ids=["source fixed", "other value before", "no such record"],
)
def test_a_correction_that_does_not_fit_is_refused(text: str, code: str, corrected: Write) -> None:
    """Its place and the ledger's cell are named."""
    with pytest.raises(LedgerError) as caught:
        load_inputs(corrected(text), f"{PERIOD}-r1")
    assert [one.code for one in caught.value.findings] == [code]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("revision: 1", "revision: 0", "correction.value"),
        ("revision: 1", "revision: 100", "correction.value"),
        ("revision: 1", "revision: true", "correction.value"),
        ("revision: 1", "revision: 1.0", "correction.value"),
        ("date: 2030-05-01", "date: 2030-5-1", "correction.value"),
        ("date: 2030-05-01", "date: 2030-02-30", "correction.value"),
        ("column: completed", "column: id", "correction.value"),
        ("record: road", "record: [road]", "config.text"),
        ("date: 2030-05-01", "date: 五月", "correction.value"),
        ("reason: 虚构的理由", "reason:", "correction.value"),
        ('after: "140"', 'after: "150"', "correction.value"),
        ("what: 虚构道路的完成数", "that: 虚构道路", "config.keys"),
    ],
    ids=[
        "revision",
        "revision too great",
        "revision no number",
        "revision no integer",
        "date in another form",
        "no such day",
        "id",
        "list",
        "date",
        "no reason",
        "no change",
        "no what",
    ],
)
def test_an_unfinished_correction_is_refused(
    old: str, new: str, code: str, corrected: Write
) -> None:
    """Each correction says what, why, who and when."""
    assert old in FIRST
    data = corrected(FIRST.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_corrections(data, replace(parse_period(PERIOD), revision=9))
    assert [one.code for one in caught.value.findings] == [code]


@pytest.mark.parametrize("after", ["0140", "1:30", "1234567890123456.78", "1.10", "on"])
def test_values_are_read_as_they_stand(after: str, corrected: Write) -> None:
    """Without quotes YAML would make 96, 90, …456.8, 1.1 and a truth value of them."""
    data = corrected(FIRST.replace('after: "140"', f"after: {after}"))
    (one,) = load_corrections(data, replace(parse_period(PERIOD), revision=1))
    assert one.after == after


@pytest.mark.parametrize(
    "empty", ["", " null", " ~", ' ""'], ids=["nothing", "null", "~", "quotes"]
)
def test_a_cell_may_be_emptied(empty: str, corrected: Write) -> None:
    """However YAML writes nothing."""
    data = corrected(FIRST.replace(' "140"', empty))
    ledger = load_inputs(data, f"{PERIOD}-r1").ledgers["works"]
    assert ledger.by_id["road"][1]["completed"] == ""


@pytest.mark.parametrize("text", ["5", "true", "revision: 1"], ids=["number", "truth", "mapping"])
def test_corrections_are_a_list(text: str, corrected: Write) -> None:
    """Anything else is named as such."""
    with pytest.raises(ConfigError, match=r"config\.list"):
        load_inputs(corrected(text), f"{PERIOD}-r1")


@pytest.mark.parametrize("name", ["2030Q2.yml", "2030Q1.yaml", "2030q1.yml", "2030Q1-r1.yml"])
def test_corrections_of_no_quarter_are_found(name: str, corrected: Write) -> None:
    """They would never be applied, and nobody would be told."""
    data = corrected(FIRST)
    (data / "corrections" / f"{PERIOD}.yml").rename(data / "corrections" / name)
    with pytest.raises(ConfigError) as caught:
        find_editions(data)
    assert [(one.code, Path(one.place).name) for one in caught.value.findings] == [
        ("correction.quarter", name)
    ]


@pytest.mark.parametrize("numbers", [(2,), (1, 3)], ids=["no first", "gap"])
def test_a_re_issue_is_not_left_out(numbers: tuple[int, ...], corrected: Write) -> None:
    """Re-issues are released one after the other: the third would never be."""
    values = ["150", "140", "145"]
    entries = [
        ENTRY.format(revision=number, before=values[n], after=values[n + 1], expect="150")
        for n, number in enumerate(numbers)
    ]
    with pytest.raises(ConfigError, match=r"correction\.gap"):
        find_editions(corrected("".join(entries)))


def test_a_re_issue_has_no_folder_of_its_own(made_up_data: Path) -> None:
    """Its data are the quarter's, corrected."""
    (made_up_data / f"{PERIOD}-r1").mkdir()
    with pytest.raises(ConfigError, match=r"correction\.folder"):
        find_editions(made_up_data)


def test_nothing_is_corrected_in_place(ledgers: dict[str, Ledger]) -> None:
    """The ledgers that were read stay as they are."""
    one = Correction(1, "", "works", "road", "completed", "150", "1", "150", "", "", "2030-05-01")
    assert apply_corrections(ledgers, [one])["works"].by_id["road"][1]["completed"] == "1"
    assert ledgers["works"].by_id["road"][1]["completed"] == "150"


def handed_in(folder: Path, ledgers: dict[str, Ledger]) -> Provenance:
    """A made-up workbook from which one ledger came, kept in the folder."""
    (folder / "workbooks").mkdir()
    (folder / "workbooks" / "虚构 表.xlsx").write_bytes(b"made up")
    origins = tuple(
        Origin("works", row["id"], "虚构 表.xlsx", "工程", cells, values_digest(row, cells))
        for number, row in enumerate(ledgers["works"].rows, start=3)
        if (cells := {c: f"{chr(65 + n)}{number}" for n, c in enumerate(row)})
    )
    sent = HandedIn("虚构 表.xlsx", hashlib.sha256(b"made up").hexdigest(), "虚构局")
    note = Normalised("虚构 表.xlsx", "工程", "E3", "ingest.digits", "１５０", "150")
    return Provenance((sent,), origins, (note,))


def test_provenance_comes_back_as_written(made_up_data: Path, ledgers: dict[str, Ledger]) -> None:
    """Files, cells and what was normalised; findings then name the cell handed in."""
    folder = made_up_data / PERIOD
    written = handed_in(folder, ledgers)
    write_provenance(folder, written)
    back = read_provenance(folder)
    assert (back.handed_in, back.origins, back.normalised) == (
        written.handed_in,
        written.origins,
        written.normalised,
    )
    assert back.raw == {"虚构 表.xlsx 工程!E3": "１５０"}
    inputs = load_inputs(made_up_data, PERIOD)
    assert inputs.findings == []
    place = inputs.ledgers["works"].place(0, "completed")
    assert place.startswith("虚构 表.xlsx 工程!E3（")


def test_edited_ledgers_and_workbooks_are_found(
    made_up_data: Path, ledgers: dict[str, Ledger], works_file: Path
) -> None:
    """Nothing is changed after it was taken in: neither the ledger nor what was handed in."""
    folder = made_up_data / PERIOD
    given = handed_in(folder, ledgers)
    write_provenance(folder, given)
    works_file.write_text(works_file.read_text("utf-8").replace("200,150", "200,151"), "utf-8")
    assert [one.code for one in load_inputs(made_up_data, PERIOD).findings] == [
        "provenance.changed"
    ]
    (folder / "workbooks" / "虚构 表.xlsx").write_bytes(b"other")
    assert check_provenance(folder, ledgers, given)[0].code == "provenance.workbook"
    (folder / "workbooks" / "虚构 表.xlsx").unlink()
    assert check_provenance(folder, ledgers, given)[0].code == "provenance.missing"


@pytest.mark.parametrize("name", ["workbooks.csv", "origins.csv", "normalised.csv"])
def test_broken_provenance_is_refused(
    name: str, made_up_data: Path, ledgers: dict[str, Ledger]
) -> None:
    """A file that is not in the form we write is named."""
    folder = made_up_data / PERIOD
    write_provenance(folder, handed_in(folder, ledgers))
    (folder / "provenance" / name).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=name.replace(".", r"\.")):
        read_provenance(folder)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {ledger: works, record: road}", "config.keys"),
        ("- {ledger: works, record: road, reason: }", "explanation.empty"),
        ("- {statistic: a.b, reason: 虚构}", "config.keys"),
        ("- road", "config.keys"),
    ],
    ids=["no reason", "empty reason", "no quarter", "no mapping"],
)
def test_unfinished_explanations_are_refused(text: str, code: str, tmp_path: Path) -> None:
    """Each says of what, and why."""
    (tmp_path / "explanations.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_explanations(tmp_path)
    found = [one.code for one in caught.value.findings]
    assert found in ([code], ["config.shape"])


def test_what_is_owed_is_a_warning(tmp_path: Path) -> None:
    """Only what has not come; a status of another word is refused."""
    owed = [Submission("虚构局", "works", PENDING, ""), Submission("", "works", "已报", "a.xlsx")]
    path = tmp_path / "submissions.csv"
    path.write_text(submissions_text(owed), encoding="utf-8")
    (found,) = check_submissions(tmp_path, {"works": "虚构工程台账"})
    assert (found.severity, found.code) == ("warning", "submission.pending")
    assert "虚构局 虚构工程台账" in found.place
    path.write_text(submissions_text(owed).replace("待报", "快了"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"submission\.broken"):
        check_submissions(tmp_path, {})


def test_the_register_comes_back_as_entered(tmp_path: Path) -> None:
    """Releases in order, with the values that readers saw; a broken file is refused."""
    one = Released("2030Q1", "2030-04-20", "ab", "", "")
    two = Released("2030Q1-r1", "2030-05-20", "cd", "", '虚构的说明，带逗号,和引号"')
    add_release(tmp_path, one, {"a.b": Published("1/3", "33%")})
    add_release(tmp_path, two, {"a.b": Published("1/2", "50%")})
    assert list(read_register(tmp_path).values()) == [one, two]
    assert read_values(tmp_path, "2030Q1") == {"a.b": Published("1/3", "33%")}
    assert read_values(tmp_path, "2030Q2") == {}
    (tmp_path / "releases.csv").write_text("edition\n2030Q1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"register\.broken"):
        read_register(tmp_path)


@pytest.mark.parametrize(
    ("record", "column", "touched"),
    [
        ("road", "completed", True),
        ("road", "planned", False),
        ("coal", "completed", False),
        ("coal", "kind", True),
    ],
    ids=["added up", "another column", "another record", "chooses records"],
)
def test_a_correction_touches_what_it_can_move(
    record: str, column: str, touched: bool, edition: Edition
) -> None:
    """A cell that is added up; a cell that could have brought its record in or left it out."""
    works = edition.works
    edition.publish("roads.planned", works.filter(works.kind == "道路").completed.sum())
    one = Correction(1, "", "works", record, column, "1", "2", "1", "", "", "2030-05-01")
    assert one.touches(edition.facts["roads.planned"]) is touched
    book = SimpleNamespace(corrections=(one,))
    shown = Book.corrections_of(cast(Book, book), edition.facts["roads.planned"])
    assert shown == [one] * touched
