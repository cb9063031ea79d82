"""Explanations: a change is settled by a reason that names it, and by no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policybook.check import check_data
from policybook.errors import ConfigError, Finding
from policybook.explanations import Explanation, Explanations, load_explanations
from tests.unit.conftest import PARAMETERS, PERIOD

REASON = "虚构的理由"
EARLIER, NEXT = "2029Q4", "2030Q2"
PROPERTIES = {
    "carry": {
        "records": "open",
        "closed": {"kind": ["完工"]},
        "previous": {"rate": "rate"},
    },
    "requires": [{"when": {"kind": "桥梁"}, "columns": ["after", "on"]}],
    "completion": {"planned": "planned", "completed": "completed", "may_exceed": "at_least"},
}
FIELDS: dict[str, dict[str, object]] = {
    "planned": {"steady": True},
    "completed": {"cumulative": {"evidence": "record"}},
}
Change = Callable[[str, str], list[Finding]]


def copied(data: Path, old: str, new: str) -> None:
    """A quarter whose ledgers are another's."""
    shutil.copytree(data / old, data / new)
    text = PARAMETERS.replace(PERIOD, new)
    (data / new / "period.yml").write_text(text, encoding="utf-8")


@pytest.fixture
def two_quarters(made_up_data: Path) -> Path:
    """The made-up data with rules for changes, and the same ledgers in a second quarter."""
    path = made_up_data / "schema" / "works.json"
    schema = {**json.loads(path.read_text(encoding="utf-8")), **PROPERTIES}
    for field in schema["fields"]:
        field.update(FIELDS.get(field["name"], {}))
    path.write_text(json.dumps(schema), encoding="utf-8")
    copied(made_up_data, PERIOD, NEXT)
    return made_up_data


@pytest.fixture
def change(two_quarters: Path) -> Change:
    """Replaces a piece of text in the second quarter's ledger; what its check then says."""

    def changed(old: str, new: str) -> list[Finding]:
        path = two_quarters / NEXT / "works.csv"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        return check_data(two_quarters, NEXT).findings

    return changed


def explain(folder: Path, text: str) -> None:
    """An edition's explanations."""
    (folder / "explanations.yml").write_text(text, encoding="utf-8")


def test_two_quarters_alike_have_no_findings(two_quarters: Path) -> None:
    """Nothing changed, nothing is asked."""
    assert check_data(two_quarters, NEXT).findings == []


ROAD = "road,虚构道路,道路,200,150,"
CHANGES = {
    "vanished": ("bridge,虚构桥梁,桥梁,40.5,", "span,虚构桥梁,桥梁,40.5,", "bridge", ""),
    "steady": (ROAD, "road,虚构道路,道路,201,150,", "road", "planned"),
    "fell": (ROAD, "road,虚构道路,道路,200,149,", "road", "completed"),
    "previous": (",1.17,", ",1.18,", "coal", "rate"),
    "unit": ("绿化,,60,", "绿化,,6000,", "trees", "completed"),
    "jump": ("绿化,,60,", "绿化,,390,", "trees", "completed"),
    "over": ("道路,100,100,", "道路,100,101,", "lanes", "completed"),
    "rate": (",1.17,", ",5.17,", "coal", "rate"),
    "proof": ("2030-03-31,road,", "2030-03-31,,", "bridge", "after"),
    "date": (",2030-03-31,", ",,", "bridge", "on"),
}
CODES = {
    **{name: f"change.{name}" for name in ("vanished", "steady", "fell", "previous")},
    **{name: f"plausible.{name}" for name in ("unit", "jump", "over", "rate")},
    **dict.fromkeys(("proof", "date"), "ledger.proof"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_kind_of_change_is_settled_by_its_reason(
    name: str, two_quarters: Path, change: Change
) -> None:
    """Found in the quarter's folder; a note with the reason once that names the cell."""
    old, new, record, column = CHANGES[name]
    code = CODES[name]
    found = [one for one in change(old, new) if one.code == code]
    assert [one.severity == "note" for one in found] == [False]
    cell = f", column: {column}" if column else ""
    explain(two_quarters / NEXT, f"- {{ledger: works, record: {record}{cell}, reason: {REASON}}}\n")
    (settled,) = [one for one in check_data(two_quarters, NEXT).findings if one.code == code]
    assert settled.severity == "note"
    assert settled.place == found[0].place
    assert settled.message == f"{found[0].message}理由：{REASON}"


def test_a_reopened_record_is_settled_too(two_quarters: Path, change: Change) -> None:
    """Closed two quarters ago, left out since, and open again."""
    copied(two_quarters, PERIOD, EARLIER)
    path = two_quarters / EARLIER / "works.csv"
    path.write_text(
        path.read_text("utf-8").replace(ROAD, ROAD.replace(",道路,", ",完工,")), "utf-8"
    )
    path = two_quarters / PERIOD / "works.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(",road,1,", ",,1,").replace(text.splitlines()[1] + "\n", ""), "utf-8"
    )
    found = [one for one in change(ROAD, ROAD) if one.code == "change.reopened"]
    assert [(one.severity, "kind列" in one.place) for one in found] == [("error", True)]
    explain(two_quarters / NEXT, f"- {{ledger: works, record: road, reason: {REASON}}}\n")
    codes = {(one.severity, one.code) for one in check_data(two_quarters, NEXT).findings}
    assert codes == {("note", "change.reopened")}


def test_a_reason_of_another_quarter_settles_nothing(two_quarters: Path, change: Change) -> None:
    """Reasons stand with the edition whose readers need them."""
    explain(two_quarters / PERIOD, f"- {{ledger: works, record: road, reason: {REASON}}}\n")
    found = change(ROAD, "road,虚构道路,道路,201,150,")
    assert [(one.severity, one.code) for one in found] == [("warning", "change.steady")]


def test_a_first_quarter_has_nothing_to_explain(two_quarters: Path) -> None:
    """There is no edition before it."""
    assert check_data(two_quarters, PERIOD).findings == []


def test_both_kinds_are_read(tmp_path: Path) -> None:
    """Of a record, of a cell of it, and of a statistic's base."""
    assert load_explanations(tmp_path) == Explanations()
    explain(tmp_path, "")
    assert load_explanations(tmp_path) == Explanations()
    explain(
        tmp_path,
        f"- {{ledger: works, record: 2030, reason: {REASON}}}\n"
        f"- {{ledger: works, record: road, column: planned, reason: ' {REASON} '}}\n"
        f"- {{statistic: a.b, against: 2029Q4, reason: {REASON}}}\n",
    )
    one, two, three = (f"{tmp_path / 'explanations.yml'} 第{number}条" for number in (1, 2, 3))
    assert load_explanations(tmp_path).entries == (
        Explanation(REASON, "works", "2030", place=one),
        Explanation(REASON, "works", "road", "planned", place=two),
        Explanation(REASON, statistic="a.b", against="2029Q4", place=three),
    )


@pytest.mark.parametrize("record", ["0140", "1:30", "on", "1_000", "2030-01-31", "1e3", "=", "<<"])
def test_texts_are_read_as_they_stand(record: str, tmp_path: Path) -> None:
    """YAML would make a number, a truth value or a date of them."""
    explain(tmp_path, f"- {{ledger: works, record: {record}, column: on, reason: {REASON}}}\n")
    (one,) = load_explanations(tmp_path).entries
    assert (one.record, one.column) == (record, "on")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5", "config.list"),
        ("true", "config.list"),
        ("{ledger: works}", "config.list"),
        ("- {ledger: works, record: [road], reason: 虚构}", "config.text"),
        ("- {ledger: works, record: road, ledger: works, reason: 虚构}", "config.yaml"),
    ],
    ids=["number", "truth", "mapping", "list as text", "key twice"],
)
def test_another_shape_is_refused(text: str, code: str, tmp_path: Path) -> None:
    """A list of mappings of texts, and nothing else."""
    explain(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_explanations(tmp_path)
    assert [one.code for one in caught.value.findings] == [code]


def test_what_explains_nothing_is_said(two_quarters: Path, change: Change) -> None:
    """A reason with a misspelt ledger, or of what did not change, would reach no reader."""
    explain(
        two_quarters / NEXT,
        f"- {{ledger: works, record: road, column: planned, reason: {REASON}}}\n"
        f"- {{ledger: wroks, record: road, reason: {REASON}}}\n"
        f"- {{statistic: a.b, against: 1999Q9, reason: {REASON}}}\n",
    )
    change(ROAD, "road,虚构道路,道路,201,150,")
    inputs = check_data(two_quarters, NEXT).inputs
    assert inputs is not None
    found = inputs.explanations.unused()
    assert [(one.severity, one.code, one.place[-3:]) for one in found] == [
        ("warning", "explanation.unused", "第2条"),
        ("warning", "explanation.unused", "第3条"),
    ]
    assert "wroks" in found[0].message
    assert "a.b 1999Q9" in found[1].message


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Each entry with its number."""
    explain(
        tmp_path,
        "- {ledger: works, record: '', reason: 虚构}\n"
        "- {statistic: a.b, against: 2029Q4, reason: 虚构}\n"
        "- {statistic: a.b, against: 2029Q4, ledger: works, reason: 虚构}\n",
    )
    with pytest.raises(ConfigError) as caught:
        load_explanations(tmp_path)
    assert [(one.code, one.place[-3:]) for one in caught.value.findings] == [
        ("explanation.empty", "第1条"),
        ("config.keys", "第3条"),
    ]


def test_a_broken_file_is_a_finding_of_the_check(two_quarters: Path) -> None:
    """It blocks: whether changes are explained is then not known."""
    explain(two_quarters / NEXT, "- road\n")
    checked = check_data(two_quarters, NEXT)
    assert checked.blocked
    assert [one.code for one in checked.findings] == ["config.shape"]


GIVEN = (
    Explanation("甲", "works", "road", "planned"),
    Explanation("乙", "works", "bridge"),
    Explanation("丙", statistic="a.b", against="2029Q4"),
)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (("works", "road", "planned"), "甲"),
        (("works", "road", "completed"), ""),
        (("works", "road", ""), ""),
        (("works", "bridge", "planned"), "乙"),
        (("works", "bridge", ""), "乙"),
        (("visits", "bridge", ""), ""),
    ],
    ids=["cell", "another cell", "whole", "cell of record", "record", "another ledger"],
)
def test_a_reason_is_for_what_it_names(cell: tuple[str, str, str], reason: str) -> None:
    """A record's reason holds for its cells; a cell's neither for others nor for the record."""
    assert Explanations(GIVEN).of_cell(*cell) == reason


@pytest.mark.parametrize(
    ("base", "reason"),
    [(("a.b", "2029Q4"), "丙"), (("a.b", "2029Q3"), ""), (("a.c", "2029Q4"), "")],
    ids=["base", "another quarter", "another statistic"],
)
def test_a_base_has_its_own_reason(base: tuple[str, str], reason: str) -> None:
    """By statistic and quarter; the reason of a record is none of a base's."""
    assert Explanations(GIVEN).of_base(*base) == reason
