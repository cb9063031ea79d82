"""What departments send: kinds of files, CSV, and records from several files."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles import PatternFill

from policybook.sheets import archive, merge, read_sent, sent
from tests.unit.sheets import (
    HEADINGS,
    ROAD,
    SCHEMAS,
    SHEET,
    read,
    record,
    rewrite,
    told,
    write_book,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CSV = "编号,名称,总投资（亿元）,开工日期\nroad,虚构道路,12.5,2024-08-22\nbridge,虚构桥梁,,\n"
PART = "xl/worksheets/sheet1.xml"


def zipped(**members: bytes) -> bytes:
    """A zip archive; ``__`` in a name is a folder."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("台账.xls", OLE + b"\0" * 600, "old-format"),
        ("台账.et", OLE + b"\0" * 600, "old-format"),
        ("台账.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("台账.xlsx", b"", "empty"),
        ("台账.csv", b" \n\n", "empty"),
        ("台账.xlsx", b"PK\x03\x04 cut off", "broken"),
        ("台账.xlsx", b"<html>", "broken"),
        ("台账.docx", zipped(word__document=b"<x/>"), "kind"),
        ("台账.xlsb", zipped(xl__workbook=b"", **{"xl/workbook.bin": b""}), "old-format"),
        ("台账.xlsx", zipped(xl__x=b"", **{"[Content_Types].xml": b"<x/>"}), "broken"),
        ("台账.pdf", b"%PDF", "kind"),
        ("台账", b"text", "kind"),
        ("台账.csv", "编号\0".encode(), "nul"),
        ("台账.csv", b"\xff\xff\xff\x81", "encoding"),
        ("台账.csv", "甲,乙\n丙,丁\n".encode(), "no-ledger"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(
    name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    """Whatever is handed in, a finding says what it is and what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    sent = read(path)
    assert sent.records == ()
    assert told(sent) == [(f"ingest.{code}", "")]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A name without a file, or that of a folder."""
    assert told(read(tmp_path / "台账.xlsx")) == [("ingest.missing", "")]
    assert told(read(tmp_path)) == [("ingest.missing", "")]


def test_huge_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a large file nor one that unpacks to a large one is loaded."""
    path = write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD])
    bomb = tmp_path / "炸弹.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<x/>")
        file.writestr("xl/workbook.xml", b"\0" * (archive.LARGEST + 1))
    assert told(read(bomb)) == [("ingest.too-large", "")]
    monkeypatch.setattr(sent, "_LARGEST", 100)
    assert told(read(path)) == [("ingest.too-large", "")]


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    """A zip with a password is told apart from a broken one."""
    path = write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD])
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.find(mark)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(mark, place + 4)
    path.write_bytes(content)
    assert told(read(path)) == [("ingest.encrypted", "")]


def test_declarations_in_xml_are_refused(tmp_path: Path) -> None:
    """Entities that could grow without end are not expanded."""
    path = write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD])
    rewrite(path, PART, lambda text: '<!DOCTYPE x [<!ENTITY a "b">]>' + text)
    assert told(read(path)) == [("ingest.broken", "")]


def test_merged_whole_columns_are_refused(tmp_path: Path) -> None:
    """A merged range of millions of cells would fill the memory."""
    path = write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD])
    merged = '</sheetData><mergeCells><mergeCell ref="A5:XFD1048576"/></mergeCells>'
    rewrite(path, PART, lambda text: text.replace("</sheetData>", merged))
    assert told(read(path)) == [("ingest.merged-huge", "")]


def test_macro_workbooks_and_wrong_names_are_read(tmp_path: Path) -> None:
    """What a file is shows in its content; a wrong name is noted."""
    write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD]).rename(tmp_path / "台账.xlsm")
    assert read(tmp_path / "台账.xlsm").findings == ()
    (tmp_path / "台账.xlsm").rename(tmp_path / "台账.xls")
    sent = read(tmp_path / "台账.xls")
    assert len(sent.records) == 1
    assert told(sent, "note") == [("ingest.extension", "")]


def test_phantom_rows_cost_nothing(tmp_path: Path) -> None:
    """Formats and links down to the last row, and a stray cell there, are read in seconds."""

    def change(text: str) -> str:
        rows = "".join(
            f'<row r="{n}" ht="15" customHeight="1"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>'
            for n in range(3, 1_048_576)
        )
        stray = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
        links = '<hyperlinks><hyperlink ref="A3:A1048576" location="B1"/></hyperlinks>'
        return text.replace("</sheetData>", f"{rows}{stray}</sheetData>{links}")

    def paint(sheet: object) -> None:
        sheet["A1"].fill = PatternFill("solid", fgColor="FFFF00")  # type: ignore[index]

    path = write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD], change=paint)
    rewrite(path, PART, change)
    start = time.monotonic()
    sent = read(path)
    assert time.monotonic() - start < 30
    assert len(sent.records) == 1
    assert told(sent) == [
        ("ingest.column-untitled", "XFD1048576"),
        ("ingest.id-missing", "A1048576"),
    ]


@pytest.mark.parametrize(
    ("encoding", "code"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("gb18030", "ingest.encoding"),
        ("utf-16", "ingest.encoding"),
    ],
)
def test_encodings_of_csv_are_read(encoding: str, code: str, tmp_path: Path) -> None:
    """What is not UTF-8 is noted; the records are the same."""
    path = tmp_path / "台账.csv"
    path.write_bytes(CSV.encode(encoding))
    sent = read(path)
    road, bridge = sent.records
    assert (road.values["title"], road.values["investment"], road.sheet) == ("虚构道路", "12.5", "")
    assert (bridge.cells["id"], bridge.values["begun"]) == ("A3", "")
    notes = [one for one in told(sent, "note") if one[0] != "ingest.column-absent"]
    assert notes == ([(code, "")] if code else [])


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_delimiters_are_found_by_the_headings(delimiter: str, tmp_path: Path) -> None:
    """Tab and semicolon are noted; commas within the text do not mislead."""
    path = tmp_path / "台账.csv"
    text = CSV.replace(",", delimiter).replace("虚构桥梁", "虚构桥梁,一,二,三,四")
    path.write_text(f"虚构,台账,甲,乙,丙\n{text}", encoding="utf-8")
    sent = read(path)
    assert sent.records[1].values["title"] == "虚构桥梁,一,二,三,四"
    assert ("ingest.delimiter", "") in told(sent, "note")
    assert told(sent) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("虚构桥梁", '"虚构', "csv", "第3行"),
        ("虚构桥梁", '"虚"构', "csv", "第3行"),
        ("虚构桥梁", "虚构,桥梁", "width", "第3行"),
        ("bridge,虚构桥梁,,", "bridge,虚构桥梁", "width", "第3行"),
        ("12.5", "约12.5", "approximate", "C2"),
        ("12.5", "12.5万元", "unit-value", "C2"),
        ("bridge", "road", "id-twice", "A3"),
        ("bridge", "", "id-missing", "A3"),
        ("12.5", "#N/A", "error-value", "C2"),
    ],
)
def test_faults_in_csv_have_their_place(
    old: str, new: str, code: str, place: str, tmp_path: Path
) -> None:
    """Cells of a CSV are named by column and line."""
    path = tmp_path / "台账.csv"
    path.write_text(CSV.replace(old, new), encoding="utf-8")
    assert told(read(path), "error") == [(f"ingest.{code}", place)]


def test_lines_of_csv_are_those_of_the_file(tmp_path: Path) -> None:
    """Blank lines and line breaks within quotes do not move the numbers."""
    path = tmp_path / "台账.csv"
    path.write_text(CSV.replace("虚构道路", '"虚构\n道路"').replace("\nbri", "\n\nbri"), "utf-8")
    sent = read(path)
    assert [one.cells["id"] for one in sent.records] == ["A2", "A5"]
    assert sent.records[0].values["title"] == "虚构道路"


@given(st.binary(max_size=300), st.sampled_from([".csv", ".xlsx", ".txt", ".tsv"]))
def test_no_content_raises(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    """Any bytes end in findings."""
    path = tmp_path_factory.getbasetemp() / f"虚构{ending}"
    path.write_bytes(content)
    assert read_sent(path, SCHEMAS).findings


def two(tmp_path: Path, one: list[object], other: list[object]) -> tuple[Path, Path]:
    """Two workbooks of one record each."""
    return (
        write_book(tmp_path / "甲.xlsx", [HEADINGS, one]),
        write_book(tmp_path / "乙.xlsx", [HEADINGS, other]),
    )


def test_equal_records_agree(tmp_path: Path) -> None:
    """The same values from two files are one record with two origins and one note."""
    other = [*ROAD[:3], "12.50", *ROAD[4:]]
    merged = merge([read(path) for path in two(tmp_path, ROAD, other)], SCHEMAS)
    (row,) = merged.rows["projects"]
    assert row["investment"] == "12.5"
    assert [(one.code, one.place) for one in merged.findings] == [
        ("ingest.same", f"乙.xlsx {SHEET}!A2")
    ]
    assert [one.workbook for one in merged.origins] == ["甲.xlsx", "乙.xlsx"]


def test_files_complete_each_other(tmp_path: Path) -> None:
    """An empty cell takes the other file's value, and each origin has its own columns."""
    one, other = record(investment=12.5), record(units=4)
    merged = merge([read(path) for path in two(tmp_path, one, other)], SCHEMAS)
    (row,) = merged.rows["projects"]
    assert (row["investment"], row["units"], row["note"]) == ("12.5", "4", "")
    first, second = merged.origins
    assert first.cells["investment"] == "D2"
    assert "units" not in first.cells
    assert second.cells == {"id": "A2", "title": "B2", "units": "F2"}
    assert first.cells["note"] == "K2"


def test_different_values_clash(tmp_path: Path) -> None:
    """Both cells and both values are named."""
    one, other = record(investment=12.5), record(investment=12.6)
    merged = merge([read(path) for path in two(tmp_path, one, other)], SCHEMAS)
    (finding,) = merged.findings
    assert (finding.severity, finding.code) == ("error", "ingest.clash")
    assert finding.place == f"乙.xlsx {SHEET}!D2"
    for part in ("12.5", "12.6", f"甲.xlsx {SHEET}!D2"):
        assert part in finding.message


def test_records_keep_their_order(tmp_path: Path) -> None:
    """Rows have all columns in the order in which records first appear; other ledgers none."""
    files = [read(path) for path in two(tmp_path, record(id="b"), record(id="a"))]
    merged = merge([*files, files[0]], SCHEMAS)
    assert [row["id"] for row in merged.rows["projects"]] == ["b", "a"]
    assert tuple(merged.rows["projects"][0]) == SCHEMAS["projects"].names
    assert list(merged.rows) == ["projects"]
