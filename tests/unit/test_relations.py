"""Declared relations: read strictly, tested exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from policybook.errors import ConfigError, Finding
from policybook.relations import Relation, check_facts, check_records, load_relations

GOOD = '- {id: parts, title: 合计, left: a.b + a.c, op: "=", right: "3"}\n'

Write = Callable[[str], Path]


@pytest.fixture
def relations_file(tmp_path: Path) -> Write:
    """Writes a file of relations."""

    def write(text: str) -> Path:
        path = tmp_path / "relations.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def over_facts(left: str, op: str, right: str) -> Relation:
    """A relation between facts."""
    return Relation("parts", "合计", left, op, right)


def over_records(left: str, op: str, right: str, **where: str) -> Relation:
    """A rule over a ledger's records."""
    return Relation("parts", "合计", left, op, right, ledger="works", where=tuple(where.items()))


def facts_checked(relation: Relation, **values: str) -> list[Finding]:
    """Findings of one relation between facts whose ids have an underscore for the dot."""
    named = {name.replace("_", "."): Fraction(text) for name, text in values.items()}
    return check_facts([relation], named, lambda name: f"data/works.csv 第2行 {name}列")


def test_relations_of_several_files_come_together(relations_file: Write, tmp_path: Path) -> None:
    """An edition's own relations follow the common ones; a file of it need not be there."""
    own = tmp_path / "own.yml"
    own.write_text(GOOD.replace("parts", "more"), encoding="utf-8")
    path = relations_file(GOOD)
    assert [one.id for one in load_relations(path, own, tmp_path / "none.yml")] == ["parts", "more"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD.replace('"="', '"=="'), "relation.op"),
        (GOOD + GOOD, "relation.twice"),
        (GOOD.replace("op:", "operator:"), "config.keys"),
        ("- parts\n", "config.shape"),
        (GOOD.replace('right: "3"', 'right: "3", ledger: works, where: 道路'), "relation.where"),
    ],
    ids=["operator", "twice", "key", "shape", "where"],
)
def test_wrong_relations_are_refused(text: str, code: str, relations_file: Write) -> None:
    """A relation that cannot be understood stops the check with its place."""
    path = relations_file(text)
    with pytest.raises(ConfigError) as caught:
        load_relations(path)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert finding.place.startswith(f"{path} 第")
    assert finding.remedy


def test_the_shared_file_is_required(tmp_path: Path) -> None:
    """Without relations there is an empty list, not no file."""
    with pytest.raises(ConfigError, match=r"config\.missing"):
        load_relations(tmp_path / "relations.yml")


@pytest.mark.parametrize(
    ("op", "below", "equal", "above"),
    [
        ("=", False, True, False),
        ("<=", True, True, False),
        ("<", True, False, False),
        (">=", False, True, True),
        (">", False, False, True),
    ],
)
def test_operators(op: str, below: bool, equal: bool, above: bool) -> None:
    """Each comparison is exact: a third and a third and a third are one."""
    relation = over_facts("a.b * 3", op, "1")
    third = Fraction(1, 3)
    tiny = Fraction(1, 10**30)
    held = [relation.holds({"a.b": value}) for value in (third - tiny, third, third + tiny)]
    assert held == [below, equal, above]


def test_a_broken_relation_names_facts_and_cells() -> None:
    """The finding has both sides as numbers and the cells of every fact."""
    (finding,) = facts_checked(over_facts("a.b + a.c", "=", "a.d"), a_b="1", a_c="2", a_d="4")
    assert finding.code == "relation.broken"
    assert finding.severity == "error"
    for name in ("a.b", "a.c", "a.d"):
        assert f"{name}（data/works.csv 第2行 {name}列）" in finding.place
    assert "3 = 4" in finding.message
    assert finding.remedy


def test_a_kept_relation_is_no_finding() -> None:
    """Nothing is said of what holds, nor of rules over records."""
    assert facts_checked(over_facts("a.b + a.c", "=", "3"), a_b="1", a_c="2") == []
    assert facts_checked(over_records("x", "=", "y")) == []


@pytest.mark.parametrize(
    ("left", "code"),
    [("a.z", "relation.unknown"), ("a.b +", "relation.formula"), ("a.b / 0", "relation.formula")],
)
def test_unworkable_relations_are_findings(left: str, code: str) -> None:
    """An unknown fact, a slip in the formula and a division by zero are told, not raised."""
    (finding,) = facts_checked(over_facts(left, "=", "1"), a_b="1")
    assert (finding.code, finding.place) == (code, "data/relations.yml parts")


ROWS = [
    ("works.csv 第2行 x、y列", {"id": "road", "kind": "道路", "x": "3", "y": "2"}),
    ("works.csv 第3行 x、y列", {"id": "lanes", "kind": "道路", "x": "", "y": "2"}),
    ("works.csv 第4行 x、y列", {"id": "trees", "kind": "绿化", "x": "9", "y": "2"}),
]


def records_checked(
    relation: Relation, placed: Sequence[tuple[str, dict[str, str]]]
) -> list[Finding]:
    """The findings of a rule over records, each with its place."""
    rows = [row for _, row in placed]
    return list(check_records(relation, rows, lambda index: placed[index][0]))


def test_rules_look_at_each_record() -> None:
    """Rows with an empty side are passed over."""
    found = records_checked(over_records("x", "<=", "y"), ROWS)
    assert [finding.place for finding in found] == [
        "works.csv 第2行 x、y列",
        "works.csv 第4行 x、y列",
    ]
    assert {finding.code for finding in found} == {"relation.record"}
    assert "3 <= 2" in found[0].message
    assert "road" in found[0].message


def test_rules_look_at_chosen_records_only() -> None:
    """A condition chooses the records of which the rule speaks."""
    (finding,) = records_checked(over_records("x", "<=", "y", kind="绿化"), ROWS)
    assert finding.place == "works.csv 第4行 x、y列"


@pytest.mark.parametrize("left", ["x +", "x / (y - 2)"])
def test_unworkable_rules_are_findings(left: str) -> None:
    """A slip in a rule's formula is told with the record, not raised."""
    found = records_checked(over_records(left, "<=", "y"), ROWS[:1])
    assert [finding.code for finding in found] == ["relation.formula"]
    assert found[0].place.startswith("works.csv 第2行")
    assert "parts" in found[0].message


@pytest.mark.parametrize(
    ("total", "parts", "holds"),
    [
        ("4.1", ("1.3", "2.7"), True),  # 1.34 + 2.74 = 4.08
        ("4.2", ("1.3", "2.7"), False),
        ("4", ("1.3", "2.7"), True),
        ("5", ("1", "3"), False),
    ],
    ids=["within rounding", "beyond it", "a whole number", "whole numbers are exact"],
)
def test_rounded_parts_may_miss_their_total(
    total: str, parts: tuple[str, str], holds: bool
) -> None:
    """Only as far as the rounding of their printed digits explains it."""
    relation = Relation("sum", "分项相加", "a + b", "=", "total", ledger="works", rounding=True)
    row = {"id": "road", "a": parts[0], "b": parts[1], "total": total}
    assert (records_checked(relation, [("works.csv 第2行", row)]) == []) is holds


@pytest.mark.parametrize(
    ("op", "holds"), [("<=", True), ("<", True), (">=", True), (">", True)], ids=str
)
def test_rounded_values_may_stand_either_way(op: str, holds: bool) -> None:
    """1.34 printed as 1.3 may be more or less than 1.26 printed as 1.3."""
    relation = Relation("order", "次序", "a", op, "b", ledger="works", rounding=True)
    row = {"id": "road", "a": "1.3", "b": "1.3"}
    assert (records_checked(relation, [("works.csv 第2行", row)]) == []) is holds


def test_rounding_is_for_records(tmp_path: Path) -> None:
    """Between facts there is round(x, n)."""
    path = tmp_path / "relations.yml"
    path.write_text(
        "- {id: a, title: b, left: x.y, op: '=', right: x.z, rounding: true}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"relation\.rounding"):
        load_relations(path)
