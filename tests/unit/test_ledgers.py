"""Ledgers from CSV: encodings, shapes, line numbers, one canonical form."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.errors import Finding, LedgerError
from policybook.ledgers import Ledger, csv_text, read_ledger, read_ledgers
from policybook.schema import Schema
from tests.unit.conftest import PERIOD, WORKS_ROWS

HEADER = WORKS_ROWS.splitlines()[0]

Write = Callable[[str | bytes], Path]


@pytest.fixture
def written(works_file: Path) -> Write:
    """Writes the ledger file anew."""

    def write(content: str | bytes) -> Path:
        works_file.write_bytes(content.encode() if isinstance(content, str) else content)
        return works_file

    return write


def findings_of(path: Path, schema: Schema, may_be_empty: bool = False) -> list[Finding]:
    """The findings with which a ledger is refused; each names the file and a remedy."""
    with pytest.raises(LedgerError) as caught:
        read_ledger(path, schema, may_be_empty)
    for finding in caught.value.findings:
        assert finding.severity == "error"
        assert finding.place.startswith(str(path))
        assert finding.remedy
    return caught.value.findings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read(encoding: str, written: Write, works: Schema) -> None:
    """UTF-8 with or without a byte order mark needs no remark."""
    ledger, notes = read_ledger(written(WORKS_ROWS.encode(encoding)), works)
    assert ledger.rows[0]["title"] == "虚构道路"
    assert ledger.rows[0]["id"] == "road"
    assert notes == []


def test_gb18030_is_read_and_said(written: Write, works: Schema) -> None:
    """The encoding of many Chinese files is understood, and a note says so."""
    path = written(WORKS_ROWS.replace("虚构植树", "虚构䶮𠮷植树").encode("gb18030"))
    ledger, notes = read_ledger(path, works)
    assert ledger.by_id["trees"][1]["title"] == "虚构䶮𠮷植树"
    assert [(one.severity, one.code, one.place) for one in notes] == [
        ("note", "ledger.encoding", str(path))
    ]


def test_the_encoding_makes_no_difference(written: Write, works: Schema) -> None:
    """Whatever the file's encoding, the canonical text is the same."""
    texts = {
        read_ledger(written(WORKS_ROWS.encode(encoding)), works)[0].canonical
        for encoding in ("utf-8", "utf-8-sig", "gb18030")
    }
    assert texts == {WORKS_ROWS}


@pytest.mark.parametrize(
    "content",
    [b"id,title\n\xff\xff\xff", WORKS_ROWS.encode("utf-16"), WORKS_ROWS.encode() + b"\x81"],
    ids=["no text", "UTF-16", "cut off"],
)
def test_undecodable_bytes_are_refused(content: bytes, written: Write, works: Schema) -> None:
    """What is neither UTF-8 nor GB18030 is refused with the byte's place."""
    (finding,) = findings_of(written(content), works)
    assert finding.code == "ledger.encoding"
    assert "字节" in finding.place


def test_null_bytes_are_refused(written: Write, works: Schema) -> None:
    """A file with NUL in it is no CSV."""
    (finding,) = findings_of(written(WORKS_ROWS.replace("道路", "道\x00路", 1)), works)
    assert finding.code == "ledger.binary"


def test_a_missing_column_is_named(written: Write, works: Schema) -> None:
    """The column is named with its Chinese heading."""
    rows = list(csv.reader(io.StringIO(WORKS_ROWS)))
    text = csv_text(rows[0][:4] + rows[0][5:], [row[:4] + row[5:] for row in rows[1:]])
    path = written(text)
    (finding,) = findings_of(path, works)
    assert (finding.code, finding.place) == ("ledger.column-missing", f"{path} 第1行 completed列")
    assert "完成数" in finding.message


def test_an_unknown_column_is_named(written: Write, works: Schema) -> None:
    """The remedy lists the columns that there are."""
    text = "".join(f"{line},\n" for line in WORKS_ROWS.splitlines())
    path = written(text.replace("source,\n", "source,colour\n", 1))
    (finding,) = findings_of(path, works)
    assert (finding.code, finding.place) == ("ledger.column-unknown", f"{path} 第1行 colour列")
    assert "planned" in finding.remedy


def test_a_column_without_heading_is_named(written: Write, works: Schema) -> None:
    """An empty heading is an unknown column."""
    path = written("".join(f"{line},\n" for line in WORKS_ROWS.splitlines()))
    (finding,) = findings_of(path, works)
    assert (finding.code, finding.place) == ("ledger.column-unknown", f"{path} 第1行 空列")


def test_a_column_given_twice_is_named(written: Write, works: Schema) -> None:
    """Which of two columns counts cannot be guessed."""
    lines = WORKS_ROWS.splitlines()
    path = written("\n".join([f"{lines[0]},planned", *(f"{line},1" for line in lines[1:])]))
    (finding,) = findings_of(path, works)
    assert (finding.code, finding.place) == ("ledger.column-twice", f"{path} 第1行 planned列")


def test_columns_may_stand_in_any_order(written: Write, works: Schema) -> None:
    """The canonical form has the schema's order."""
    rows = list(csv.reader(io.StringIO(WORKS_ROWS)))
    path = written(csv_text(rows[0][::-1], [row[::-1] for row in rows[1:]]))
    assert read_ledger(path, works)[0].canonical == WORKS_ROWS


def test_every_row_of_a_wrong_width_is_named(written: Write, works: Schema) -> None:
    """A cell too many or too few is found with its line."""
    lines = WORKS_ROWS.splitlines()
    lines[2] += ",more"
    lines[4] = lines[4].rpartition(",")[0]
    path = written("\n".join(lines))
    found = [(finding.code, finding.place) for finding in findings_of(path, works)]
    assert found == [("ledger.width", f"{path} 第3行"), ("ledger.width", f"{path} 第5行")]


@pytest.mark.parametrize("content", ["", "\n\n", f"{HEADER}\n", f"{HEADER}\n,,,,\n \n"])
def test_an_empty_ledger_is_refused(content: str, written: Write, works: Schema) -> None:
    """Nothing, blank lines or a header alone are no ledger."""
    (finding,) = findings_of(written(content), works)
    assert finding.code == "ledger.empty"
    assert "empty_ledgers" in finding.remedy


def test_a_declared_empty_ledger_is_read(written: Write, works: Schema) -> None:
    """A header alone is fine where the edition says so; its columns are still checked."""
    ledger, _ = read_ledger(written(f"{HEADER}\n"), works, may_be_empty=True)
    assert ledger.rows == ()
    (finding,) = findings_of(written(f"{HEADER},colour\n"), works, may_be_empty=True)
    assert finding.code == "ledger.column-unknown"


@pytest.mark.parametrize("cell", ['"虚构', '"虚"构'], ids=["left open", "closed too early"])
def test_broken_quotes_are_refused(cell: str, written: Write, works: Schema) -> None:
    """A quote that does not close, or not at the cell's end, is found with its line."""
    path = written(WORKS_ROWS.replace("虚构桥梁", cell))
    (finding,) = findings_of(path, works)
    assert finding.code == "ledger.csv"
    assert "行" in finding.place


def test_a_missing_file_is_refused(tmp_path: Path, works: Schema) -> None:
    """A ledger that is not there is named in Chinese."""
    (finding,) = findings_of(tmp_path / "works.csv", works)
    assert finding.code == "ledger.missing"
    assert works.title in finding.message


def test_blank_lines_do_not_move_line_numbers(written: Write, works: Schema) -> None:
    """A record's line is that of the file as an editor shows it."""
    lines = WORKS_ROWS.splitlines()
    text = "\n".join([lines[0], "", lines[1], ",,,,,,,,,,,,", "  ", lines[2]]) + "\n"
    ledger, _ = read_ledger(written(text), works)
    assert [row["id"] for row in ledger.rows] == ["road", "bridge"]
    assert ledger.lines == (3, 6)
    assert [line for line, _ in ledger.by_id.values()] == [2, 3]


def test_windows_line_ends_and_spaces_go(written: Write, works: Schema) -> None:
    """CR LF and blanks around cells leave no trace in the canonical form."""
    text = WORKS_ROWS.replace("\n", "\r\n").replace(",虚构道路,", ",  虚构道路　,")
    ledger, _ = read_ledger(written(text), works)
    assert ledger.canonical == WORKS_ROWS


def test_the_digest_is_that_of_the_published_text(ledgers: dict[str, Ledger]) -> None:
    """What a trace gives as digest is the published file's."""
    ledger = ledgers["works"]
    assert ledger.sha256 == hashlib.sha256(ledger.canonical.encode()).hexdigest()
    assert ledger.published == "data/works.csv"


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6))
def test_canonical_text_reads_back(rows: list[list[str]]) -> None:
    """Any cells, quotes and line breaks among them, survive being written and read."""
    text = csv_text(["a", "b", "c"], rows)
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [["a", "b", "c"], *rows]


def test_all_ledgers_are_read_and_all_faults_told(
    made_up_data: Path, written: Write, schemas: dict[str, Schema]
) -> None:
    """The findings of all files come at once, and a stray file is one."""
    written(f"{HEADER}\n")
    (made_up_data / "documents.csv").unlink()
    (made_up_data / PERIOD / "stray.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(LedgerError) as caught:
        read_ledgers(made_up_data, made_up_data / PERIOD, schemas)
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["ledger.missing", "ledger.empty", "ledger.unknown"]
