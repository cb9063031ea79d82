"""Columns are looked at in bulk, and what is found is what a look at each cell finds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policybook import ledgers, rules
from policybook.bulk import beyond_doubt
from policybook.columns import Records, split_columns
from policybook.errors import Finding, LedgerError
from policybook.large import Streamed
from policybook.ledgers import Ledger, read_ledger
from policybook.rules import check_ledgers
from policybook.schema import Schema, parse_schema
from tests.unit.conftest import DOCUMENTS, DOCUMENTS_ROWS, WORKS, WORKS_ROWS

SCHEMAS = {
    name: parse_schema(name, document)
    for name, document in (("works", WORKS), ("documents", DOCUMENTS))
}
GOOD = [line.split(",") for line in WORKS_ROWS.splitlines()[1:]]
COLUMNS = SCHEMAS["works"].names
CELLS = st.sampled_from(
    [
        "",
        "1",
        "2",
        "-1",
        "1.5",
        "1.555",
        "1.55555",
        "x",
        "1001",
        "road",
        "Road",
        "plan:一",
        "none:一",
    ]
    + ["record", "aggregate", "是", "也许", "2030-02-30", "2030-02-28", "=1", "+1", "@x", "-x"]
    + [
        "一\u200b二",
        "一\n二",
        "一,二",
        '一"二',
        "<b>",
        "{stat}`x`",
        "[a](b)",
        "javascript:x",
        "JAVAſCRIPT:",
    ]
    + [
        "一\u3000二",
        " 空 ",
        "\u3000",
        "１",
        "٣",
        "1e3",
        "inf",
        "9" * 16,
        "9" * 15,
        "\x07",
        "Ⅷ",
        "\x85",
    ]
) | st.text(max_size=3)
CHANGES = st.lists(
    st.tuples(st.integers(0, len(GOOD) - 1), st.sampled_from(COLUMNS), CELLS), max_size=4
)


@contextmanager
def cell_by_cell() -> Iterator[None]:
    """Every column is in doubt, and every record is read for itself."""

    def doubt(*_: object) -> bool:
        return False

    names = ("types_fit", "texts_fit", "constraints_fit")
    with (
        patch.object(ledgers, "split_columns", lambda *_: None),
        patch.multiple(rules, **dict.fromkeys(names, doubt)),
    ):
        yield


def works_text(changes: Sequence[tuple[int, str, str]]) -> str:
    """The made-up ledger with some cells changed, quoted where that is needed."""
    rows = [list(row) for row in GOOD]
    for index, column, text in changes:
        rows[index][COLUMNS.index(column)] = text
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([list(COLUMNS), *rows])
    return lines.getvalue()


def _at_home(finding: Finding, folder: str) -> Finding:
    """A finding without the folder that was made for it."""
    return replace(finding, place=finding.place.replace(folder, ""))


def found(text: str) -> tuple[list[Finding], str, list[int], list[dict[str, str]]]:
    """What is found in a ledger of works, and what was read of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "works.csv")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            works, told = read_ledger(path, SCHEMAS["works"])
        except LedgerError as problem:
            return [_at_home(one, folder) for one in problem.findings], "", [], []
        documents = Path(folder, "documents.csv")
        documents.write_text(DOCUMENTS_ROWS, encoding="utf-8")
        both = {"works": works, "documents": read_ledger(documents, SCHEMAS["documents"])[0]}
        told = [_at_home(one, folder) for one in told + check_ledgers(both, [])]
        return told, works.sha256, list(works.lines), list(works.rows)


@settings(max_examples=300)
@given(CHANGES)
def test_bulk_and_cell_by_cell_agree(changes: list[tuple[int, str, str]]) -> None:
    """The same findings in the same words and order, records, lines and digest."""
    text = works_text(changes)
    bulk = found(text)
    with cell_by_cell():
        assert found(text) == bulk


@settings(max_examples=200)
@given(st.text(alphabet='a1, "\n\r\u3000\x1c', max_size=30))
def test_any_text_is_read_alike(text: str) -> None:
    """Whatever is between commas, quotes and line ends, both ways of reading agree."""
    whole = WORKS_ROWS + text
    bulk = found(whole)
    with cell_by_cell():
        assert found(whole) == bulk


def test_good_ledgers_ask_pandera_nothing() -> None:
    """Where no column is in doubt no data frame is made."""
    with patch.object(rules, "_column", side_effect=AssertionError):
        assert found(WORKS_ROWS)[0] == []


def test_only_the_doubtful_column_is_looked_at() -> None:
    """One wrong cell does not send its neighbours to pandera."""
    with patch.object(rules, "_column", wraps=rules._column) as column:
        (finding,) = found(works_text([(0, "units", "1001")]))[0]
    assert finding.code == "ledger.range"
    assert [call.args[1].name for call in column.call_args_list] == ["units"]


@pytest.mark.parametrize(
    "text",
    [
        "id,title\n",
        "id,title\nx\n",
        "id,name\nx,y\n",
        "id,id\nx,y\n",
        "id,title\n,\n",
        'id,title\n"x',
    ]
    + ['id,title\n"x\ny",z\n'],
)
def test_what_has_to_be_told_is_not_split(text: str) -> None:
    """No record, other widths or headers, an empty record, a broken quote, one of two lines."""
    assert split_columns(text.encode(), ("id", "title")) is None


@pytest.mark.parametrize(
    "row", [" a,b,c", "a ,b,c", "a, b,c", "a,b ,c", "a,b, c", "a,b,c ", "a,b,c"]
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_spaces_around_a_cell_are_not_its_own(row: str, end: str) -> None:
    """Wherever in a record they stand; a text that has some is not the canonical one."""
    split = split_columns(f"x,y,z\n{row}{end}".encode(), ("x", "y", "z"))
    assert split is not None
    assert split[0].columns == {"x": ["a"], "y": ["b"], "z": ["c"]}
    assert split[0].content == (b"" if " " in row else b"x,y,z\na,b,c\n")


def test_records_are_a_sequence() -> None:
    """They can be counted, named by number and cut like any."""
    records = Records({"id": ["a", "b", "c"]})
    assert len(records) == 3
    assert records[1] == {"id": "b"}
    assert [row["id"] for row in records[1:]] == ["b", "c"]


@pytest.mark.parametrize("sampled", [True, False], ids=["texts recur", "texts do not recur"])
@settings(max_examples=20)
@given(changes=CHANGES)
def test_duckdb_and_cell_by_cell_agree(sampled: bool, changes: list[tuple[int, str, str]]) -> None:
    """A long ledger is first asked of DuckDB, which never passes what a look at cells finds."""
    text = works_text(changes)
    with TemporaryDirectory() as folder:
        path = Path(folder, "works.csv")
        path.write_text(text, encoding="utf-8", newline="")

        def told(screened: int) -> list[Finding]:
            try:
                works = read_ledger(path, SCHEMAS["works"])[0]
            except LedgerError as problem:
                return problem.findings
            documents = Path(folder, "documents.csv")
            documents.write_text(DOCUMENTS_ROWS, encoding="utf-8")
            both = {"works": works, "documents": read_ledger(documents, SCHEMAS["documents"])[0]}
            sample = Streamed.sample if sampled else lambda _: []
            with (
                patch.object(rules, "SCREENED", screened),
                patch.object(Streamed, "sample", sample),
            ):
                return check_ledgers(both, [])

        assert told(0) == told(len(text) + 1)


def screened(text: str, sampled: bool, schema: Schema = SCHEMAS["works"]) -> bool:
    """Whether DuckDB finds nothing wrong in a ledger of works."""
    with TemporaryDirectory() as folder:
        path, documents = Path(folder, "works.csv"), Path(folder, "documents.csv")
        path.write_text(text, encoding="utf-8", newline="")
        documents.write_text(DOCUMENTS_ROWS, encoding="utf-8")
        works = Ledger(schema, path, Streamed(path, schema), ())
        both = {"works": works, "documents": read_ledger(documents, SCHEMAS["documents"])[0]}
        sample = Streamed.sample if sampled else lambda _: []
        with patch.object(Streamed, "sample", sample):
            return beyond_doubt(works, both)


FAULTS = [(4, "id", text) for text in ("", "Road", "bridge")]
FAULTS += [(0, "title", text) for text in ("", "=1", "一\u200b二", "一\n二", "<b>", "javascript:x")]
FAULTS += [(0, "planned", text) for text in ("x", "1.555", "1e3", "-1", "9" * 15)]
FAULTS += [(0, "units", text) for text in ("1.5", "1001", "+1", "9" * 16)]
FAULTS += [(0, "items", text) for text in ("", "0", "2")]
FAULTS += [(0, "on", "2030-02-30"), (0, "on", "30-01-31"), (0, "after", "none")]
FAULTS += [(0, "evidence", ""), (0, "evidence", "是"), (0, "at_least", "也许")]
FAULTS += [(0, "source", text) for text in ("", "plan", "none:一", "-plan:一")]


def test_no_fault_passes_the_screen() -> None:
    """Not one that is the only one in its ledger, whether or not texts seem to recur."""
    assert screened(WORKS_ROWS, sampled=True)
    assert screened(WORKS_ROWS, sampled=False)
    for fault in FAULTS:
        text = works_text([fault])
        assert found(text)[0] != [], fault
        assert not screened(text, sampled=True), fault
        assert not screened(text, sampled=False), fault


def test_what_the_screen_does_not_know_it_does_not_pass() -> None:
    """A constraint that DuckDB is not asked about is left to those who look at each cell."""
    fields = [{**one, "constraints": {"minLength": 1}} for one in WORKS["fields"]]
    schema = parse_schema("works", {**WORKS, "fields": fields})
    assert not screened(WORKS_ROWS, sampled=True, schema=schema)


def test_a_long_good_ledger_is_not_split() -> None:
    """Where DuckDB finds nothing wrong no cell is made."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "works.csv")
        path.write_text(WORKS_ROWS, encoding="utf-8")
        documents = Path(folder, "documents.csv")
        documents.write_text(DOCUMENTS_ROWS, encoding="utf-8")
        works = read_ledger(path, SCHEMAS["works"])[0]
        both = {"works": works, "documents": read_ledger(documents, SCHEMAS["documents"])[0]}
        with patch.object(rules, "SCREENED", 0):
            assert check_ledgers(both, []) == []
        assert "columns" not in works.rows.__dict__


@pytest.mark.parametrize("length", [900, 1100])
def test_cells_too_long_for_csv_are_told_as_ever(length: int) -> None:
    """What the csv module refuses is refused whichever way a file is read."""
    text = works_text([(0, "title", "长" * length)])
    limit = csv.field_size_limit(1000)
    try:
        bulk = found(text)
        with cell_by_cell():
            assert found(text) == bulk
    finally:
        csv.field_size_limit(limit)
    assert [one.code for one in bulk[0]] == ["ledger.csv"] * (length > 1000)
