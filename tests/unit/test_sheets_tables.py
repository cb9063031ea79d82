"""What departments send: tables, rows and subtotals of workbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from policybook.sheets import SentFile
from tests.unit.sheets import (
    EMPTY,
    HEADINGS,
    ROAD,
    SHEET,
    only,
    read,
    record,
    told,
    write_book,
)

Sent = Callable[..., SentFile]


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    """Writes rows to a workbook and reads it."""

    def send(
        *rows: list[Any], title: str = SHEET, change: Callable[[Any], object] = lambda sheet: None
    ) -> SentFile:
        return read(write_book(tmp_path / "台账.xlsx", rows, title, change))

    return send


def ids(sent: SentFile) -> list[str]:
    """The ids of all records in order."""
    return [one.values["id"] for one in sent.records]


def test_lines_around_a_table_are_skipped(sent: Sent) -> None:
    """Titles, sections, notes and signatures are noted and are no records."""
    read = sent(
        ["虚构项目台账"],
        ["填报单位：虚构局", None, None, "单位：亿元"],
        HEADINGS,
        ["一、虚构道路"],
        ROAD,
        EMPTY,
        [None, "二、虚构桥梁"],
        record(id="bridge"),
        ["注：全部虚构。"],
        ["填表人：虚构", None, "联系电话：", 12345678],
        [None, "2024年8月1日"],
    )
    assert ids(read) == ["road", "bridge"]
    assert told(read) == []
    assert [place for _, place in told(read, "note")] == [
        f"第{row}行" for row in (1, 2, 4, 7, 9, 10, 11)
    ]


def test_numbers_above_the_headings_are_warned_of(sent: Sent) -> None:
    """A record that stands above the headings does not vanish in a note."""
    assert told(sent(ROAD, HEADINGS, record(id="b"))) == [("ingest.rows-above", "第1行")]


def test_cells_merged_downwards_hold_for_each_row(sent: Sent) -> None:
    """Each row has the value and its anchor's address; a number is warned of."""
    rows = [HEADINGS, ROAD, record(id="b", kind=None), record(id="c")]

    def change(sheet: Any) -> None:
        sheet.merge_cells("C2:C4")
        sheet.merge_cells("D3:D4")
        sheet["D3"] = 7

    read = sent(*rows, change=change)
    assert [one.values["kind"] for one in read.records] == ["道路"] * 3
    assert {one.cells["kind"] for one in read.records} == {"C2"}
    assert [one.values["investment"] for one in read.records] == ["12.5", "7", "7"]
    assert told(read, "note", "warning") == [
        ("ingest.merged", "C2"),
        ("ingest.merged", "D3"),
        ("ingest.merged-number", "D3"),
    ]
    assert [(one.cell, one.raw, one.value) for one in read.normalised] == [
        ("C2", "道路", "道路"),
        ("D3", "7", "7"),
    ]


def test_a_tall_record_is_one_record(sent: Sent) -> None:
    """Rows that hold nothing but the lower half of merged cells are blank."""

    def change(sheet: Any) -> None:
        for column in "ABCDEFGHIJK":
            sheet.merge_cells(f"{column}2:{column}3")

    read = sent(HEADINGS, ROAD, EMPTY, record(id="b"), change=change)
    assert (ids(read), read.findings) == (["road", "b"], ())


def test_cells_merged_across_are_an_error(sent: Sent) -> None:
    """It cannot be told which column a wide cell belongs to."""
    read = sent(HEADINGS, ROAD, change=lambda sheet: sheet.merge_cells("D2:E2"))
    assert told(read) == [("ingest.merged-across", "D2")]


def test_right_subtotals_are_skipped(sent: Sent) -> None:
    """小计 covers the rows since the last one, 合计 all records; neither is a record."""
    read = sent(
        HEADINGS,
        record(id="a", investment=0.1),
        record(id="b", investment="0.2"),
        record(id=None, title="小 计", investment=0.3),
        record(id="c", investment=5),
        record(id=None, title="小计", investment=5),
        record(id=None, title="其中：虚构", investment=4),
        record(id="合计", title=None, investment="5.3"),
    )
    assert ids(read) == ["a", "b", "c"]
    assert told(read) == []
    codes = [code for code, _ in told(read, "note")]
    assert codes == ["ingest.subtotal-skipped"] * 4


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ([("a", "", 1), ("", "小计", 2)], ["D3"]),
        ([("a", "", 1), ("", "总计", 2)], ["D3"]),
        ([("a", "", 1), ("", "小计", 1), ("b", "", 2), ("", "虚构局小计", 3)], ["D5"]),
        ([("a", "", 1), ("", "小计", 9), ("b", "", 2), ("", "合计", 3)], ["D3"]),
        ([("", "合计", 4), ("a", "", 1), ("b", "", 2)], ["D2"]),
        ([("", "小计", 1), ("a", "", 1), ("", "小计", 5), ("b", "", 2), ("c", "", 4)], ["D4"]),
    ],
)
def test_a_wrong_subtotal_is_warned_of(
    rows: list[tuple[str, str, int]], cells: list[str], sent: Sent
) -> None:
    """The printed sum is compared exactly, whether it stands below or above its rows."""
    table = [
        record(id=name or None, title=title or "虚构", investment=number)
        for name, title, number in rows
    ]
    read = sent(HEADINGS, *table)
    assert told(read) == [("ingest.subtotal", cell) for cell in cells]


def test_a_wrong_subtotal_tells_both_numbers(sent: Sent) -> None:
    """The message has the printed number and the sum; ratios are not added up."""
    read = sent(
        HEADINGS,
        record(id="a", investment=0.1, rate=0.5),
        record(id="b", investment=0.2, rate=0.5),
        record(id=None, title="合计", investment=0.31, rate=0.5),
    )
    message = only(read, "ingest.subtotal").message
    assert "0.31" in message
    assert "0.3，" in message or "0.3（" in message


def test_a_record_may_be_called_a_total(sent: Sent) -> None:
    """With an id, even a badly written one, a row is a record whatever its title says."""
    read = sent(HEADINGS, record(title="虚构道路（合计）"), record(id="B 1", title="投资合计"))
    assert ids(read) == ["road", "B 1"]


def test_a_row_without_id_is_an_error(sent: Sent) -> None:
    """A record that forgot its id is told at the id's cell, not taken for a note."""
    rows = [HEADINGS, ROAD, record(id=None), record(id=None, title="虚构（合计）", units=3)]
    rows.append([None, "虚构道路"])
    rows.append([None, None, None, 12.5])
    read = sent(*rows, record(id=None, title="单位：虚构", investment="5"))
    assert ids(read) == ["road"]
    assert told(read) == [("ingest.id-missing", f"A{row}") for row in range(3, 8)]


def test_an_id_given_twice_is_an_error(sent: Sent) -> None:
    """Both cells are named."""
    read = sent(HEADINGS, ROAD, record(id="b"), record())
    assert told(read) == [("ingest.id-twice", "A4")]
    assert f"台账.xlsx {SHEET}!A2" in only(read, "ingest.id-twice").message


def test_hidden_rows_columns_and_sheets_are_named(tmp_path: Path) -> None:
    """What cannot be seen is read and warned of."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    for row in (HEADINGS, ROAD, record(id="b"), record(id="c"), record(id="d")):
        sheet.append(row)
    for row in (2, 3, 4):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions.group("D", "E", hidden=True)
    more = book.create_sheet("虚构资金台账")
    more.append(["编号", "名称", "金额（万元）", "说明"])
    more.append(["f", "虚构资金", 3, ""])
    more.sheet_state = "veryHidden"
    book.save(tmp_path / "台账.xlsx")
    sent = read(tmp_path / "台账.xlsx")
    assert ids(sent) == ["road", "b", "c", "d", "f"]
    assert told(sent) == [
        ("ingest.hidden-rows", "第2行"),
        ("ingest.hidden-column", "D1"),
        ("ingest.hidden-column", "E1"),
        ("ingest.hidden-sheet", "虚构资金台账"),
    ]
    assert "2–4" in only(sent, "ingest.hidden-rows").message


def test_two_tables_in_a_sheet_are_read(sent: Sent) -> None:
    """A second row of headings begins another table, of another ledger or the same."""
    read = sent(
        HEADINGS,
        ROAD,
        EMPTY,
        ["二、虚构资金"],
        ["编号", "名称", "金额", "说明"],
        ["f", "虚构资金", 3],
        HEADINGS,
        record(id="bridge"),
    )
    assert [(one.ledger, one.values["id"]) for one in read.records] == [
        ("projects", "road"),
        ("funds", "f"),
        ("projects", "bridge"),
    ]
    assert told(read) == []
    assert read.records[1].cells["amount"] == "C6"


def test_the_sheet_title_tells_equal_ledgers_apart(sent: Sent) -> None:
    """Headings that several ledgers have need the title; without it they are not read."""
    rows = [["编号", "名称", "说明"], ["a", "虚构", ""]]
    assert sent(*rows, title="虚构人员").records[0].ledger == "people"
    assert sent(*rows, title=SHEET).records[0].ledger == "projects"
    doubtful = sent(*rows, title="Sheet1")
    assert doubtful.records == ()
    assert told(doubtful) == [("ingest.ledger-ambiguous", "Sheet1!第1行")]


def test_sheets_without_a_ledger_are_told(tmp_path: Path) -> None:
    """A few cells are noted, many warned of, a ledger's own title without headings is an error."""
    book = Workbook()
    book.worksheets[0].title = SHEET
    book.worksheets[0].append(["甲", "乙"])
    book.create_sheet("空")
    book.create_sheet("少").append(["甲"])
    for _ in range(3):
        book.worksheets[2].append(["甲"])
    many = book.create_sheet("多")
    for row in range(10):
        many.append([row, row, row])
    book.save(tmp_path / "台账.xlsx")
    sent = read(tmp_path / "台账.xlsx")
    assert [(one.severity, one.code, one.place) for one in sent.findings] == [
        ("error", "ingest.heading-missing", f"台账.xlsx {SHEET}"),
        ("note", "ingest.sheet-skipped", "台账.xlsx 空"),
        ("note", "ingest.sheet-skipped", "台账.xlsx 少"),
        ("warning", "ingest.sheet-skipped", "台账.xlsx 多"),
        ("error", "ingest.no-ledger", "台账.xlsx"),
    ]


def test_the_instructions_name_the_department(tmp_path: Path) -> None:
    """Of our own template's first sheet only 填报部门 is read, and nothing is said of it."""
    book = Workbook()
    guide = book.worksheets[0]
    guide.title = "填写说明"
    guide.append(["虚构市台账"])
    guide.append(["填报部门：", " 虚构局 "])
    sheet = book.create_sheet(SHEET)
    sheet.append(HEADINGS)
    sheet.append(ROAD)
    book.save(tmp_path / "台账.xlsx")
    sent = read(tmp_path / "台账.xlsx")
    assert (sent.department, sent.findings) == ("虚构局", ())


def test_headings_alone_are_noted(sent: Sent) -> None:
    """A department may have nothing to report in a ledger."""
    read = sent(HEADINGS)
    assert told(read, "error", "warning", "note") == [("ingest.no-records", "第1行")]
