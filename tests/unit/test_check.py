"""Each rule of the check fires, with code, file, line, column and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ibis import _

from policybook.check import check_data, check_relations
from policybook.edition import load_edition
from policybook.errors import Finding
from policybook.ledgers import read_ledgers
from policybook.relations import Relation
from policybook.rules import check_ledgers, check_references
from policybook.schema import load_schemas
from tests.unit.conftest import PERIOD, WORKS_ROWS

Change = Callable[[str, str], Path]


def findings_of(data: Path) -> list[Finding]:
    """What the check of the made-up ledgers finds; each finding has a remedy."""
    findings = check_data(data, PERIOD).findings
    for finding in findings:
        assert finding.message
        assert finding.remedy
    return findings


def test_good_ledgers_have_no_finding(made_up_data: Path) -> None:
    """The made-up ledgers keep all rules."""
    checked = check_data(made_up_data, PERIOD)
    assert checked.findings == []
    assert not checked.blocked
    assert list(checked.required().ledgers) == ["documents", "works"]


BROKEN: dict[str, tuple[str, str, str, int, str]] = {
    "text in a number": ("200,150", "二百,150", "ledger.type", 2, "planned"),
    "a comma in a number": ("200,150", '"2,000",150', "ledger.type", 2, "planned"),
    "a unit": ("200,150", "200公里,150", "ledger.type", 2, "planned"),
    "per cent": (",1.17,", ",117%,", "ledger.type", 6, "rate"),
    "full-width digits": ("200,150", "２００,150", "ledger.type", 2, "planned"),
    "an exponent": ("200,150", "2e2,150", "ledger.type", 2, "planned"),
    "not a number": ("200,150", "nan,150", "ledger.type", 2, "planned"),
    "too many decimals": ("40.5,10.5", "40.505,10.5", "ledger.type", 3, "planned"),
    "too large": ("200,150", "123456789012345,150", "ledger.type", 2, "planned"),
    "a decimal for an integer": (",3,否", ",3.0,否", "ledger.type", 2, "units"),
    "an impossible date": ("2030-01-31", "2030-02-30", "ledger.type", 2, "on"),
    "a date in another form": ("2030-01-31", "2030/1/31", "ledger.type", 2, "on"),
    "a compact date": ("2030-01-31", "20300131", "ledger.type", 2, "on"),
    "below zero": ("200,150", "200,-150", "ledger.minimum", 2, "completed"),
    "out of range": (",3,否", ",1001,否", "ledger.range", 2, "units"),
    "nothing where something must be": ("虚构植树", "", "ledger.required", 5, "title"),
    "no items": (",1,aggregate,plan:四", ",,aggregate,plan:四", "ledger.required", 5, "items"),
    "no choice": (",是,", ",也许,", "ledger.enum", 5, "at_least"),
    "an id in capitals": ("trees,", "Trees,", "ledger.pattern", 5, "id"),
    "a source without place": ("plan:四", "plan", "ledger.pattern", 5, "source"),
    "an unknown document": ("plan:四", "law:四", "ledger.document", 5, "source"),
    "an unknown key": (",road,", ",street,", "ledger.key", 3, "after"),
    "a record of several": (",1,record,plan:一", ",2,record,plan:一", "ledger.items", 2, "items"),
    "a formula": ("虚构植树", "=cmd()", "ledger.formula", 5, "title"),
    "another formula": ("虚构植树", "@SUM(A1)", "ledger.formula", 5, "title"),
    "a line break": ("虚构植树", '"虚构\n植树"', "ledger.control", 5, "title"),
    "an invisible character": ("虚构植树", "虚构\u200b植树", "ledger.control", 5, "title"),
    "a control character": ("虚构植树", "虚构\x1b植树", "ledger.control", 5, "title"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_cell_is_found(name: str, changed_works: Change) -> None:
    """The finding has the rule's code and names file, line and column."""
    old, new, code, line, column = BROKEN[name]
    data = changed_works(old, new)
    (finding,) = findings_of(data)
    assert (finding.severity, finding.code) == ("error", code)
    assert finding.place == f"{data / PERIOD / 'works.csv'} 第{line}行 {column}列"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{stat}`a.b`", "[a](b)"])
def test_markup_is_a_warning(text: str, changed_works: Change) -> None:
    """What looks like code is shown as it is, and said."""
    (finding,) = findings_of(changed_works("虚构植树", text))
    assert (finding.severity, finding.code) == ("warning", "ledger.markup")
    assert finding.place.endswith("第5行 title列")


def test_a_duplicate_id_is_found_in_both_rows(changed_works: Change) -> None:
    """Either of two records may be the wrong one."""
    found = findings_of(changed_works("trees,", "coal,"))
    assert {finding.code for finding in found} == {"ledger.duplicate"}
    assert [finding.place.partition(" ")[2] for finding in found] == ["第5行 id列", "第6行 id列"]


def test_all_broken_cells_are_told_at_once(works_file: Path, made_up_data: Path) -> None:
    """The office mends a file in one go, not fault by fault."""
    text = WORKS_ROWS.replace("200,150", "x,-1").replace("虚构植树", "").replace("plan:五", "no:五")
    works_file.write_text(text, encoding="utf-8")
    codes = sorted(finding.code for finding in findings_of(made_up_data))
    assert codes == ["ledger.document", "ledger.minimum", "ledger.required", "ledger.type"]


def test_lines_are_those_of_the_file(works_file: Path, made_up_data: Path) -> None:
    """Blank lines before a broken cell are counted."""
    lines = WORKS_ROWS.replace("3309", "三千").splitlines()
    works_file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    (finding,) = findings_of(made_up_data)
    assert finding.place.endswith("第11行 completed列")


RULES = """\
- {id: within, title: 不超过计划, ledger: works, left: completed, op: "<=", right: planned}
"""


def test_a_broken_rule_names_the_cells(changed_works: Change) -> None:
    """A record that breaks a declared rule is found with both columns."""
    data = changed_works("200,150", "200,201")
    (data / "relations.yml").write_text(RULES, encoding="utf-8")
    (finding,) = findings_of(data)
    assert finding.code == "relation.record"
    assert finding.place.endswith("works.csv 第2行 completed、planned列")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("ledger: works", "ledger: work", "台账 work"),
        ("right: planned", "right: plan", "列 plan"),
        ("title:", "where: {sort: 道路}, title:", "列 sort"),
    ],
    ids=["ledger", "column", "condition"],
)
def test_a_rule_that_could_never_fire_is_found(
    old: str, new: str, what: str, made_up_data: Path
) -> None:
    """A slip in a ledger's or column's name does not switch the rule off."""
    (made_up_data / "relations.yml").write_text(RULES.replace(old, new), encoding="utf-8")
    (finding,) = findings_of(made_up_data)
    assert (finding.code, finding.place) == ("relation.unknown", "data/relations.yml within")
    assert what in finding.message


def test_an_edition_relation_may_say_more(made_up_data: Path) -> None:
    """The edition's own relations are read beside the common ones."""
    (made_up_data / PERIOD / "relations.yml").write_text(RULES, encoding="utf-8")
    assert [one.id for one in check_data(made_up_data, PERIOD).relations] == ["within"]


def test_a_broken_relation_names_the_cells_handed_in(works_file: Path, made_up_data: Path) -> None:
    """Lines are those of the file as it was handed in, blank lines and all."""
    works_file.write_text(WORKS_ROWS.replace("bridge,", "\nbridge,"), encoding="utf-8")
    edition = load_edition(made_up_data, PERIOD)
    roads = edition.works.filter(_.kind == "道路")
    edition.publish("roads.planned", roads.planned.sum())
    relation = Relation("few", "不多", "roads.planned", "<", "100", file="data/relations.yml")
    (finding,) = check_relations([relation], edition.facts, edition.ledgers)
    assert finding.code == "relation.broken"
    assert finding.place == (
        f"data/relations.yml few：roads.planned（{works_file} 第2行 planned列、"
        f"{works_file} 第5行 planned列）"
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("2030Q1/period.yml", "config.missing"),
        ("relations.yml", "config.missing"),
        ("documents.csv", "ledger.missing"),
        ("2030Q1/works.csv", "ledger.missing"),
    ],
)
def test_a_missing_file_is_a_finding(name: str, code: str, made_up_data: Path) -> None:
    """No file's absence is a traceback."""
    (made_up_data / name).unlink()
    (finding,) = findings_of(made_up_data)
    assert finding.code == code
    assert Path(name).name in finding.place


def test_documents_are_shared_by_all_editions(made_up_data: Path) -> None:
    """A documents file inside an edition would be ignored, so it is found."""
    (made_up_data / PERIOD / "documents.csv").write_text("id,title,issued\n", encoding="utf-8")
    assert [finding.code for finding in findings_of(made_up_data)] == ["ledger.unknown"]


def test_gb18030_is_noted_and_goes_on(works_file: Path, made_up_data: Path) -> None:
    """Another encoding is no error."""
    works_file.write_bytes(WORKS_ROWS.encode("gb18030"))
    checked = check_data(made_up_data, PERIOD)
    assert [(one.severity, one.code) for one in checked.findings] == [("note", "ledger.encoding")]
    assert not checked.blocked


def test_lists_of_ids_are_looked_up(made_up_data: Path, changed_works: Change) -> None:
    """Each id of a cell that lists several must be known."""
    path = made_up_data / "schema" / "works.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"name": "after"', '"name": "after", "references": "works"'))
    data = changed_works(",road,", ",road；lanes；street；alley,")
    schemas = load_schemas(data)
    assert schemas["works"].field("after").references == "works"
    ledgers, _ = read_ledgers(data, data / PERIOD, schemas)
    found = check_references(ledgers, ["roads.rate"])
    assert {(one.code, one.place.rpartition(" ")[2]) for one in found} == {
        ("ledger.key", "after列")
    }
    assert ["street" in found[0].message, "alley" in found[1].message] == [True, True]


def test_rules_need_no_file(made_up_data: Path) -> None:
    """Rules are checked on ledgers in memory as well."""
    ledgers = check_data(made_up_data, PERIOD).required().ledgers
    rule = Relation("few", "不多", "items", "<", "7", ledger="works")
    assert [finding.code for finding in check_ledgers(ledgers, [rule])] == ["relation.record"]
