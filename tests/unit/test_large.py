"""Large ledgers: read, checked and computed by DuckDB, with the findings and facts of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis import _

from policybook import large as large_module
from policybook import rollup as rollup_module
from policybook.check import check_data
from policybook.edition import Edition, load_edition
from policybook.errors import EngineError, Finding, LedgerError, PublishError
from policybook.inputs import check_publishable, load_inputs
from policybook.ledgers import read_ledger
from policybook.model import Fact, fact_as_dict, fact_from_dict
from policybook.problems import TOLD
from policybook.rules import check_ledgers
from policybook.schema import Schema, load_schemas
from tests.unit.conftest import PERIOD, WORKS_ROWS
from tests.unit.test_screening import GOOD, SCHEMAS, works_text


@pytest.fixture(autouse=True)
def _low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger of more than 150 bytes is large; the documents are not."""
    monkeypatch.setattr(large_module, "LARGE_BYTES", 150)


def to_parquet(path: Path, select: str = "*") -> Path:
    """The file of works as Parquet instead, with the schema's types."""
    schema = load_schemas(path.parent.parent)["works"]
    columns = ", ".join(f"'{field.name}': '{field.duckdb}'" for field in schema.fields)
    into = path.with_suffix(".parquet")
    duckdb.connect().execute(
        f"COPY (SELECT {select} FROM read_csv('{path}', columns = {{{columns}}}, header = true, "
        f"auto_detect = false, nullstr = '')) TO '{into}'"
    )
    path.unlink()
    return into


def codes(data: Path) -> list[tuple[str, str]]:
    """Code and place, without folders, of what is found in the made-up edition."""
    return [(one.code, Path(one.place).name) for one in check_data(data, PERIOD).findings]


def findings_of(call: Callable[[], Any]) -> list[Finding]:
    """The findings with which something is refused."""
    with pytest.raises(LedgerError) as caught:
        call()
    return caught.value.findings


def test_a_large_file_is_not_held(works_file: Path, works: Schema) -> None:
    """It has its digest, its number and its records one after the other, but none by number."""
    ledger, _ = read_ledger(works_file, works)
    assert ledger.large is not None
    assert len(ledger.rows) == 5
    assert [row["id"] for row in ledger.rows] == ["road", "bridge", "lanes", "trees", "coal"]
    assert next(iter(ledger.rows)) == dict(zip(works.names, GOOD[0], strict=True))
    assert [f.code for f in findings_of(lambda: ledger.rows[0])] == ["ledger.large"]
    assert [f.code for f in findings_of(lambda: ledger.by_id)] == ["ledger.large"]
    assert ledger.published == "data/works.csv"


def test_parquet_is_large_however_small(
    works_file: Path, works: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its records are counted from 1, its file keeps its name."""
    monkeypatch.setattr(large_module, "LARGE_BYTES", 2**20)
    ledger, _ = read_ledger(to_parquet(works_file), works)
    assert ledger.large is not None
    assert ledger.published == "data/works.parquet"
    assert ledger.place(0, "planned").endswith("works.parquet 第1行 planned列")
    assert [row["planned"] for row in ledger.rows] == ["200.00", "40.50", "100.00", "", ""]


@pytest.mark.parametrize("parquet", [False, True], ids=["CSV", "Parquet"])
def test_a_good_ledger_has_no_findings(parquet: bool, made_up_data: Path, works_file: Path) -> None:
    """The made-up ledger is as good when it counts as large."""
    if parquet:
        to_parquet(works_file)
    assert codes(made_up_data) == []


CELLS = ["", "1", "-1", "1.5", "1.555", "1001", "x", "road", "Road", "none:一", "plan:一", "record"]
CELLS += [
    "2030-02-30",
    "2030-02-28",
    "=1",
    "+1",
    "@x",
    "一\u200b二",
    "<b>",
    "javascript:x",
    "aggregate",
]
CELLS += ["是", "也许", "一,二", '一"二', "9" * 16, "0001", "٣", "２"]
CHANGES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(SCHEMAS["works"].names), st.sampled_from(CELLS)),
    max_size=3,
)


@settings(max_examples=40)
@given(CHANGES)
def test_large_and_ordinary_have_the_same_findings(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, str, str]]
) -> None:
    """Code, place and words for whatever is wrong; a cell of a wrong type is told once."""
    folder = tmp_path_factory.mktemp("works")
    (folder / "works.csv").write_text(works_text(changes), encoding="utf-8")
    (folder / "documents.csv").write_text("id,title,issued\nplan,虚构计划,\n", encoding="utf-8")

    def found(limit: int) -> set[tuple[str, str, str]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(large_module, "LARGE_BYTES", limit)
            both = {n: read_ledger(folder / f"{n}.csv", SCHEMAS[n])[0] for n in SCHEMAS}
            told = check_ledgers(both, [])
            mistyped = {one.place for one in told if one.code == "ledger.type"}
            return {
                (one.code, one.place, _plain(one.message))
                for one in told
                if one.code == "ledger.type" or one.place not in mistyped
            }

    assert found(60) == found(2**20)


def _plain(message: str) -> str:
    """A message with the numbers of a typed copy as they are typed: -1.00 is -1."""
    return message.replace(".00 ", " ").replace(".0000 ", " ")


def test_the_first_are_told_and_the_rest_counted(made_up_data: Path, works_file: Path) -> None:
    """Of many equal faults some are told, and how many more there are."""
    rows = [f"w{i},虚构,道路,1,1,,1,否,,,1,未知,plan:一" for i in range(50)]
    works_file.write_text("\n".join([WORKS_ROWS.splitlines()[0], *rows, ""]), encoding="utf-8")
    found = [one for one in check_data(made_up_data, PERIOD).findings if one.code != "note"]
    assert [one.code for one in found] == ["ledger.enum"] * TOLD + ["ledger.more"]
    assert "还有 30 处" in found[-1].message
    assert found[0].place.endswith("works.csv 第2行 evidence列")


def test_of_rules_over_records_the_first_are_told(made_up_data: Path, works_file: Path) -> None:
    """A rule that all records of a large ledger break, and one that all are unlikely by."""
    rows = [f"w{i},虚构,道路,1,2,7,1,否,,,1,record,plan:一" for i in range(50)]
    works_file.write_text("\n".join([WORKS_ROWS.splitlines()[0], *rows, ""]), encoding="utf-8")
    rule = "- {id: within, title: 不超过计划, ledger: works, left: completed, op: '<=', "
    (made_up_data / "relations.yml").write_text(f"{rule}right: planned}}\n", encoding="utf-8")
    found = check_data(made_up_data, PERIOD).findings
    assert [one.code for one in found] == ["relation.record"] * TOLD + ["ledger.more"]
    (made_up_data / "relations.yml").write_text("[]\n", encoding="utf-8")
    found = check_data(made_up_data, PERIOD).findings
    assert [one.code for one in found] == ["plausible.rate"] * TOLD + ["ledger.more"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xef\xbb\xbf" + WORKS_ROWS.encode(), "ledger.encoding"),
        (WORKS_ROWS.replace("\n", "\r\n").encode(), "ledger.encoding"),
        (WORKS_ROWS.encode("gb18030"), "ledger.csv"),
        (WORKS_ROWS.replace("id,title", "title,id", 1).encode(), "ledger.column-order"),
        (WORKS_ROWS.replace("id,title", "id,name", 1).encode(), "ledger.column-missing"),
        (WORKS_ROWS.replace("coal,", "coal,,", 1).encode(), "ledger.csv"),
        (WORKS_ROWS.replace("虚构煤炭", '"虚构煤炭', 1).encode(), "ledger.csv"),
        (WORKS_ROWS.replace("虚构煤炭", " 虚构煤炭", 1).encode(), "ledger.space"),
        (WORKS_ROWS.replace("虚构煤炭", "虚构\r煤炭", 1).encode(), "ledger.csv"),
    ],
    ids=["mark", "CRLF", "GB18030", "order", "column", "width", "quote", "space", "CR"],
)
def test_a_large_csv_is_published_as_it_is(
    content: bytes, code: str, made_up_data: Path, works_file: Path
) -> None:
    """So what would be put right in an ordinary one is an error."""
    works_file.write_bytes(content)
    assert code in [found for found, _ in codes(made_up_data)]


@pytest.mark.parametrize(
    ("select", "code"),
    [
        ("* REPLACE (CAST(planned AS DOUBLE) AS planned)", "ledger.type"),
        ("* REPLACE (CAST(planned AS DECIMAL(18,3)) AS planned)", "ledger.type"),
        ('* REPLACE (CAST("on" AS VARCHAR) AS "on")', "ledger.type"),
        (
            "* REPLACE (coalesce(kind, '') AS kind, coalesce(\"after\", '') AS \"after\")",
            "ledger.type",
        ),
        ("* REPLACE (CAST(1e15 AS BIGINT) AS units)", "ledger.type"),
        ("* REPLACE (DATE '12000-01-01' AS \"on\")", "ledger.type"),
        ("* EXCLUDE (kind)", "ledger.column-missing"),
    ],
    ids=["float", "decimals", "text", "empty text", "magnitude", "far date", "column"],
)
def test_parquet_types_must_hold_what_the_schema_says(
    select: str, code: str, made_up_data: Path, works_file: Path
) -> None:
    """Floats are not exact, and an empty text is no empty cell."""
    to_parquet(works_file, select)
    assert code in [found for found, _ in codes(made_up_data)]


def test_what_is_no_parquet_is_told(made_up_data: Path, works_file: Path) -> None:
    """A file of that name that DuckDB cannot read is a finding."""
    works_file.unlink()
    works_file.with_suffix(".parquet").write_bytes(b"PAR")
    assert [code for code, _ in codes(made_up_data)] == ["ledger.parquet"]


def test_one_ledger_has_one_file(made_up_data: Path, works_file: Path) -> None:
    """A CSV beside a Parquet file could say something else."""
    text = works_file.read_text(encoding="utf-8")
    to_parquet(works_file)
    works_file.write_text(text, encoding="utf-8")
    assert "ledger.two-files" in [code for code, _ in codes(made_up_data)]


def schema_with(data: Path, name: str, **constraints: Any) -> None:
    """Change a column's constraints in the schema of works."""
    path = data / "schema" / "works.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    for field in document["fields"]:
        if field["name"] == name:
            field["constraints"] |= constraints
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_good_csv_is_read_once_and_not_copied(made_up_data: Path) -> None:
    """One pass finds that nothing is wrong; only what is, is looked for in a typed copy."""
    ledgers = load_inputs(made_up_data, PERIOD).ledgers
    assert check_ledgers(ledgers, []) == []
    assert ledgers["works"].large is not None
    assert "typed" not in ledgers["works"].large.__dict__


def test_texts_that_occur_twice_are_found_beside_empty_ones(
    made_up_data: Path, works_file: Path
) -> None:
    """Empty cells are no text: neither equal to each other nor one more of the different ones."""
    schema_with(made_up_data, "kind", unique=True)
    text = works_file.read_text(encoding="utf-8").replace("绿化", "").replace("能源", "")
    works_file.write_text(text, encoding="utf-8")
    twice = [("ledger.duplicate", f"works.csv 第{line}行 kind列") for line in (2, 4)]
    assert codes(made_up_data) == twice
    works_file.write_text(text.replace(",道路,", ",,", 1), encoding="utf-8")
    assert codes(made_up_data) == []


def test_constraints_that_nobody_looks_at_are_told(made_up_data: Path) -> None:
    """No check is lost without a word."""
    schema_with(made_up_data, "kind", minLength=2)
    schema_with(made_up_data, "on", minimum="2030-01-01")
    found = [one.place.split()[-1] for one in check_data(made_up_data, PERIOD).findings]
    assert found == ["kind列", "on列"]


def test_lists_of_ids_are_looked_up(made_up_data: Path, works_file: Path) -> None:
    """Each id of a list in a large ledger, and each id that an ordinary one has of it."""
    path = made_up_data / "schema" / "works.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["fields"][2]["references"] = "works"
    path.write_text(json.dumps(document), encoding="utf-8")
    text = works_file.read_text(encoding="utf-8")
    for kind in ("道路", "绿化", "能源"):
        text = text.replace(f",{kind},", ",road；bridge,")
    works_file.write_text(text.replace("road；bridge", "road；none", 1), encoding="utf-8")
    found = [one for one in check_data(made_up_data, PERIOD).findings if one.code == "ledger.key"]
    assert [one.message for one in found] == [
        "虚构工程台账里没有“none”。",
        "虚构工程台账里没有“桥梁”。",
    ]


EXPRESSIONS: dict[str, Callable[[Edition], Any]] = {
    "roads.planned": lambda e: e.works.filter(_.kind == "道路").planned.sum(),
    "roads.count": lambda e: e.works.filter(_.kind == "道路")["items"].sum(),
    "roads.rate": lambda e: (
        e.works.filter(_.kind == "道路").completed.sum() / e.works.planned.sum()
    ),
    "trees.planted": lambda e: e.works.filter(_.kind == "绿化").completed.sum(),
    "works.kinds": lambda e: e.works.kind.nunique(),
    "works.days": lambda e: e.works.filter(_.kind != "x").on.max() - e.works.on.min(),
    "coal.task": lambda e: (
        e.works.filter(_.title == "虚构煤炭")["items"].sum()
        + e.works.filter(_.on.isnull()).title.nunique()
        + e.works.filter(_.title == "没有")["items"].sum()
    ),
}


def facts(data: Path) -> dict[str, Fact]:
    """The made-up statistics as published."""
    edition = load_edition(data, PERIOD)
    for name, expression in EXPRESSIONS.items():
        edition.publish(name, expression(edition))
    return edition.facts


@pytest.fixture(params=["CSV", "copied CSV", "Parquet"])
def of_any_kind(request: pytest.FixtureRequest, made_up_data: Path, works_file: Path) -> Path:
    """The made-up data with a large ledger of either kind."""
    if request.param == "Parquet":
        to_parquet(works_file)
    return made_up_data


@pytest.mark.parametrize("few", [100, 2, 0], ids=["added up", "by some columns", "asked each"])
def test_large_and_ordinary_have_the_same_facts(
    few: int, of_any_kind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values, evidence, look-through rate and departments do not depend on where records lie."""
    monkeypatch.setattr(rollup_module, "FEW", few)
    monkeypatch.setattr(rollup_module, "_BEGINNING", few)  # all records, some, or none
    large = facts(of_any_kind)
    (of_any_kind / PERIOD / "works.csv").write_text(WORKS_ROWS, encoding="utf-8")
    (of_any_kind / PERIOD / "works.parquet").unlink(missing_ok=True)
    monkeypatch.setattr(large_module, "LARGE_BYTES", 2**20)
    for name, ordinary in facts(of_any_kind).items():
        same = ("value", "display", "qualifier", "evidence", "look_through", "departments", "sql")
        for part in (*same, "words"):
            assert getattr(large[name], part) == getattr(ordinary, part), (name, part)
        assert {d["id"] for d in large[name].documents} == {d["id"] for d in ordinary.documents}
        for one, other in zip(large[name].operands, ordinary.operands, strict=True):
            assert one.counted is not None
            assert one.counted.records == len(other.records)
            assert one.counted.empty == sum(not cell.value for cell in other.cells)
            assert one.records == other.records
            assert other.counted is None


def test_counted_operands_survive_facts_json(made_up_data: Path) -> None:
    """What is counted is read back as it was; ordinary operands do not mention it."""
    fact = facts(made_up_data)["roads.rate"]
    assert fact_from_dict(json.loads(json.dumps(fact_as_dict(fact)))) == fact
    plain = replace(fact, operands=tuple(replace(one, counted=None) for one in fact.operands))
    assert "counted" not in fact_as_dict(plain)["operands"][0]


def test_many_records_are_listed_by_their_first(made_up_data: Path, works_file: Path) -> None:
    """A trace shows the first cells in the file's order, their number, and the query for all."""
    rows = [f"w{i},虚构{i},道路,{i}.5,1,,1,否,,,1,record,plan:一" for i in range(3000)]
    works_file.write_text("\n".join([WORKS_ROWS.splitlines()[0], *rows, ""]), encoding="utf-8")
    edition = load_edition(made_up_data, PERIOD)
    edition.publish("roads.planned", edition.works.planned.sum())
    (part,) = edition.facts["roads.planned"].operands
    assert part.counted is not None
    assert (part.counted.records, part.counted.filled) == (3000, 3000)
    assert [cell.row for cell in part.cells] == list(range(2, 22))
    assert part.value == "4500000"
    assert edition.facts["roads.planned"].formula.startswith("3000 格合计")
    edition.publish("roads.count", edition.works.filter(_.title == "虚构2999")["items"].sum())
    (part,) = edition.facts["roads.count"].operands
    assert [(cell.row, cell.record) for cell in part.cells] == [(3001, "w2999")]


def test_printed_rates_stay_with_ordinary_ledgers(made_up_data: Path) -> None:
    """The interval that rounding leaves cannot be worked out without each cell."""
    edition = load_edition(made_up_data, PERIOD)
    with pytest.raises(PublishError, match=r"publish\.large-printed"):
        edition.publish("coal.rate", edition.works.rate.sum())


def test_large_ledgers_are_computed_by_duckdb(
    made_up_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another engine says so instead of loading millions of records."""
    monkeypatch.setenv("POLICYBOOK_ENGINE", "postgresql://nobody@localhost/none")
    with pytest.raises(EngineError, match=r"engine\.large"):
        load_edition(made_up_data, PERIOD)


def test_large_ledgers_are_not_published_yet(made_up_data: Path) -> None:
    """The build stops before anything is made, and says what can be done."""
    inputs = load_inputs(made_up_data, PERIOD)
    found = findings_of(lambda: check_publishable(inputs.ledgers))
    assert [one.code for one in found] == ["ledger.too-large"]


def test_large_ledgers_are_not_compared_record_by_record(
    made_up_data: Path, works_file: Path
) -> None:
    """With an earlier edition there is a note that says so."""
    later = made_up_data / "2030Q2"
    later.mkdir()
    for path in works_file.parent.iterdir():
        text = path.read_text(encoding="utf-8").replace(PERIOD, "2030Q2")
        (later / path.name).write_text(text, encoding="utf-8")
    found = check_data(made_up_data, "2030Q2").findings
    assert [(one.severity, one.code) for one in found] == [("note", "change.large")]
