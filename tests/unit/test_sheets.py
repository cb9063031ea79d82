"""What departments send: single values, from workbooks and as a pure function."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import MAC_EPOCH

from policybook.sheets.cleaning import clean
from policybook.sheets.values import read_value
from tests.unit.sheets import (
    HEADINGS,
    PROJECTS,
    ROAD,
    SHEET,
    cache_values,
    only,
    read,
    record,
    told,
    write_book,
)


def test_a_clean_table_needs_no_remark(tmp_path: Path) -> None:
    """A sheet as we ask for it gives canonical text and addresses, and no finding."""
    sent = read(write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD]))
    (road,) = sent.records
    assert list(road.values.values()) == [
        "road", "虚构道路", "道路", "12.5", "3", "4", "0.97", "是", "2024-08-22", "2024-10", "虚构",
    ]  # fmt: skip
    assert (road.ledger, road.sheet, road.cells["due"]) == ("projects", SHEET, "J2")
    assert (sent.findings, sent.normalised, sent.department) == ((), (), "")
    assert len(sent.sha256) == 64


KEPT_OTHERWISE = [
    ("investment", "１２．５", "12.5", "number-form"),
    ("investment", "1,234.5", "1234.5", "thousands"),
    ("investment", "1，234.5", "1234.5", "thousands"),
    ("investment", " 12.5\u3000", "12.5", "number-form"),
    ("investment", "12.5亿元", "12.5", "unit-stripped"),
    ("investment", "12.5 亿 元", "12.5", "unit-stripped"),
    ("investment", "12.0", "12", "number-form"),
    ("investment", "+5", "5", "number-form"),
    ("investment", "-0", "0", "number-form"),
    ("investment", "007", "7", "number-form"),
    ("investment", "−5", "-5", "number-form"),
    ("investment", "1.2E+04", "12000", "exponent"),
    ("investment", 0.1 + 0.2, "0.3", "rounded"),
    ("rate", "97%", "0.97", "percent-text"),
    ("rate", "９７.24％", "0.9724", "percent-text"),
    ("rate", "100%", "1", "percent-text"),
    *[
        (column, text, "", "placeholder")
        for column in ("investment", "begun")
        for text in ("-", "—", "/", "无", "暂无", "N/A", "待定", "……")
    ],
    ("begun", "2024年8月2日", "2024-08-02", "date-text"),
    ("begun", "2024/8/22", "2024-08-22", "date-text"),
    ("begun", "2024.8.22", "2024-08-22", "date-text"),
    ("begun", "2024-8-22", "2024-08-22", "date-text"),
    ("begun", "20240822", "2024-08-22", "date-text"),
    ("begun", "２０２４－０８－２２", "2024-08-22", "date-text"),
    ("begun", "2024-08-22 00:00:00", "2024-08-22", "date-text"),
    ("begun", "2024-08-22 10:30", "2024-08-22", "time"),
    ("begun", datetime(2024, 8, 22, 10, 30), "2024-08-22", "time"),
    ("begun", 45526, "2024-08-22", "date-serial"),
    ("begun", 45526.5, "2024-08-22", "date-serial"),
    ("begun", 20240822, "2024-08-22", "date-text"),
    ("due", datetime(2024, 10, 5), "2024-10", "month"),
    ("due", "2024年1月", "2024-01", "month"),
    ("title", "虚构\n道路", "虚构道路", "text"),
    ("title", "made\r\nup", "made up", "text"),
    ("title", "\u00a0虚构\u200b道路\ufeff", "虚构道路", "text"),
    ("title", "虚构\t道路", "虚构 道路", "text"),
    ("title", 12.0, "12", "number-as-text"),
    ("title", 7, "7", "number-as-text"),
    ("kind", "道 路", "道路", "option"),
    ("kind", "桥梁(大)", "桥梁（大）", "option"),
    ("urgent", True, "是", "boolean-text"),
    ("urgent", "FALSE", "否", "boolean-text"),
]


@pytest.mark.parametrize(
    ("column", "raw", "value", "code"), KEPT_OTHERWISE, ids=lambda one: repr(one)
)
def test_a_value_is_normalised_with_a_note(column: str, raw: Any, value: str, code: str) -> None:
    """What can be read in one way only is kept in our form, and a note says so."""
    reading = read_value(PROJECTS.field(column), raw)
    assert (reading.value, reading.severity, reading.code) == (value, "note", f"ingest.{code}")
    assert f"“{value}”" in reading.message or not value


SILENT = [
    ("investment", 12, "12"),
    ("investment", 12.0, "12"),
    ("investment", 1e20, "100000000000000000000"),
    ("investment", 1.5e-7, "0.00000015"),
    ("investment", -0.05, "-0.05"),
    ("investment", "12.50", "12.50"),
    ("investment", "12.345", "12.345"),
    ("units", 3.5, "3.5"),
    ("begun", datetime(2024, 8, 22), "2024-08-22"),
    ("begun", date(2024, 8, 22), "2024-08-22"),
    ("begun", "2024-08-22", "2024-08-22"),
    ("title", "  虚构道路 ", "虚构道路"),
    ("title", "虚构\u3000道路", "虚构\u3000道路"),
    ("title", "=1+1", "=1+1"),
    ("title", "无", "无"),
    ("kind", "铁路", "铁路"),
    ("due", "2024.1", "2024.1"),
    ("due", "2024-13", "2024-13"),
]


@pytest.mark.parametrize(("column", "raw", "value"), SILENT, ids=lambda one: repr(one))
def test_a_value_in_order_is_kept_silently(column: str, raw: Any, value: str) -> None:
    """What is in order, or is for the ledger's own checks to judge, is said nothing of."""
    reading = read_value(PROJECTS.field(column), raw)
    assert (reading.value, reading.severity) == (value, None)


REFUSED = [
    ("investment", "(5)", "parentheses"),
    ("investment", "（5.5）", "parentheses"),
    ("investment", "12.5万元", "unit-value"),
    ("investment", "12.5亿", "unit-value"),
    ("area", "3亩", "unit-value"),
    ("investment", "12,5", "comma"),
    ("investment", "1,2345", "comma"),
    ("investment", "0,123", "comma"),
    ("investment", "约3000", "approximate"),
    ("investment", "3000余", "approximate"),
    ("investment", "3000左右", "approximate"),
    ("investment", "3000多亿元", "approximate"),
    ("investment", "3-5", "range"),
    ("investment", "3～5亿元", "range"),
    ("investment", "三百", "chinese-number"),
    ("investment", "十二亿元", "chinese-number"),
    ("investment", "97%", "percent"),
    ("investment", "1.2.3", "number"),
    ("investment", "12²", "number"),
    ("investment", "①", "number"),
    ("investment", "1 234", "number"),
    ("investment", "1e99", "number"),
    ("investment", "9" * 40, "number"),
    ("investment", "余额", "number"),
    ("investment", float("inf"), "number"),
    ("investment", True, "boolean"),
    ("investment", datetime(2024, 8, 22), "number-date"),
    ("investment", time(10, 30), "time-only"),
    ("investment", timedelta(hours=30), "time-only"),
    ("investment", "#REF!", "error-value"),
    ("title", "#DIV/0!", "error-value"),
    ("title", True, "boolean"),
    ("begun", "24-8-22", "date"),
    ("begun", "8/22/2024", "date"),
    ("begun", "2024年8月", "date-incomplete"),
    ("begun", "2024-08", "date-incomplete"),
    ("begun", "2024-02-30", "date-impossible"),
    ("begun", "2024年13月1日", "date-impossible"),
    ("begun", "2024/8-22", "date"),
    ("begun", 12, "date"),
    ("begun", 90000.5, "date"),
]


@pytest.mark.parametrize(("column", "raw", "code"), REFUSED, ids=lambda one: repr(one)[:20])
def test_a_doubtful_value_is_refused_and_kept(column: str, raw: Any, code: str) -> None:
    """What could mean several things is an error, and its text goes on to later checks."""
    reading = read_value(PROJECTS.field(column), raw)
    assert (reading.severity, reading.code) == ("error", f"ingest.{code}")
    assert reading.value
    assert isinstance(raw, bool) or reading.value in (raw, str(raw), repr(raw), f"{raw}")


@pytest.mark.parametrize(
    ("column", "raw", "form", "value", "code"),
    [
        ("rate", 97, "General", "97", "ratio"),
        ("rate", "97.24", "General", "97.24", "ratio"),
        ("title", datetime(2024, 3, 1), "yyyy-mm-dd", "2024-03-01", "date-in-text"),
        ("title", 1234567890123456, "General", "1234567890123456", "long-number"),
        ("begun", datetime(2024, 8, 1), 'yyyy"年"m"月"', "2024-08-01", "date-month"),
    ],
)
def test_a_likely_slip_is_warned_of(
    column: str, raw: Any, form: str, value: str, code: str
) -> None:
    """A value that is valid and yet unlikely is kept with a warning."""
    reading = read_value(PROJECTS.field(column), raw, form)
    assert (reading.value, reading.severity, reading.code) == (value, "warning", f"ingest.{code}")


def test_a_number_format_counts() -> None:
    """Percent formats are ratios, refused in other columns; formats of zeros keep the zeros."""
    assert read_value(PROJECTS.field("rate"), 0.97, "0%").severity is None
    refused = read_value(PROJECTS.field("investment"), 0.97, "0.00%")
    assert (refused.code, refused.value) == ("ingest.percent", "97%")
    assert read_value(PROJECTS.field("title"), 7, "000").value == "007"


def test_dates_since_1904_are_read(tmp_path: Path) -> None:
    """A workbook of the old Macintosh epoch gives the days that it shows."""
    book = Workbook()
    book.epoch = MAC_EPOCH
    sheet = book.worksheets[0]
    sheet.append(HEADINGS)
    sheet.append(record(begun=datetime(2024, 8, 22)))
    sheet.append(record(id="bridge", begun=44064))
    book.save(tmp_path / "台账.xlsx")
    sent = read(tmp_path / "台账.xlsx")
    assert [one.values["begun"] for one in sent.records] == ["2024-08-22"] * 2
    assert told(sent, "note") == [("ingest.date-serial", "Sheet!I3")]


def test_every_value_is_told_at_its_cell(tmp_path: Path) -> None:
    """Findings and normalised values name sheet and cell."""
    rows = [HEADINGS, record(investment="约3000", units="1,200", rate="97%", begun="8/22/2024")]
    sent = read(write_book(tmp_path / "台账.xlsx", rows))
    assert told(sent, "error", "note") == [
        ("ingest.approximate", "D2"),
        ("ingest.thousands", "F2"),
        ("ingest.percent-text", "G2"),
        ("ingest.date", "I2"),
    ]
    assert sent.findings[0].place == "台账.xlsx 虚构项目台账!D2"
    assert [(n.workbook, n.sheet, n.cell, n.raw, n.value) for n in sent.normalised] == [
        ("台账.xlsx", SHEET, "F2", "1,200", "1200"),
        ("台账.xlsx", SHEET, "G2", "97%", "0.97"),
    ]
    assert sent.records[0].values["investment"] == "约3000"


def test_formulas_give_their_saved_values(tmp_path: Path) -> None:
    """A saved value is taken with a note, also an empty one; the formula is told."""
    rows = [HEADINGS, record(investment="=2*6.25", note='=""')]
    path = write_book(tmp_path / "台账.xlsx", rows)
    sent = read(cache_values(cache_values(path, {"D2": "12.5"}), {"K2": ""}, ' t="str"'))
    assert sent.records[0].values["investment"] == "12.5"
    assert told(sent, "error", "warning", "note") == [("ingest.formula", "D2")]
    assert "=2*6.25" in only(sent, "ingest.formula").message
    assert sent.normalised[0].raw == "=2*6.25"


def test_a_formula_without_value_is_an_error(tmp_path: Path) -> None:
    """A workbook that was never calculated has no values to read."""
    sent = read(write_book(tmp_path / "台账.xlsx", [HEADINGS, record(investment="=2*6.25")]))
    assert told(sent) == [("ingest.formula-uncached", "D2")]


def test_a_failed_formula_is_an_error(tmp_path: Path) -> None:
    """An error value is no number, wherever it comes from."""
    path = write_book(tmp_path / "台账.xlsx", [HEADINGS, record(investment="=A1/0")])
    sent = read(cache_values(path, {"D2": "#DIV/0!"}, ' t="e"'))
    assert told(sent) == [("ingest.error-value", "D2")]


def test_a_link_to_another_workbook_is_warned_of(tmp_path: Path) -> None:
    """Its value may be older than the workbook it comes from."""
    path = write_book(tmp_path / "台账.xlsx", [HEADINGS, record(investment="=[1]Sheet1!A1")])
    assert told(read(cache_values(path, {"D2": "3"}))) == [("ingest.external", "D2")]


def test_struck_and_commented_cells_are_told(tmp_path: Path) -> None:
    """A struck value is warned of, a comment noted; both are read."""

    def change(sheet: Any) -> None:
        sheet["D2"].font = Font(strike=True)
        sheet["E2"].comment = Comment("虚构批注", "虚构")

    sent = read(write_book(tmp_path / "台账.xlsx", [HEADINGS, ROAD], change=change))
    assert told(sent, "warning", "note") == [("ingest.struck", "D2"), ("ingest.comment", "E2")]
    assert "虚构批注" in only(sent, "ingest.comment").message


texts = st.text(st.characters(codec="utf-8"), max_size=15)
amounts = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4)


@given(st.sampled_from(PROJECTS.fields), texts | st.integers() | st.floats() | st.booleans())
def test_any_value_can_be_read(column: Any, raw: Any) -> None:
    """No value raises; what is kept is one line without invisible characters."""
    reading = read_value(column, raw)
    assert reading.severity in (None, "note", "warning", "error")
    assert clean(reading.value) == (reading.value, False)


@given(texts)
def test_what_was_read_is_read_again_as_it_is(raw: str) -> None:
    """Canonical text is canonical: a second reading finds nothing to change."""
    for column in PROJECTS.fields:
        reading = read_value(column, raw)
        if reading.severity != "error":
            again = read_value(column, reading.value)
            assert again.value == reading.value
            assert again.severity != "note"


@given(amounts)
def test_numbers_keep_their_value(number: Decimal) -> None:
    """Plain, with thousands, with unit, full-width, as exponent: the same number."""
    column = PROJECTS.field("investment")
    wide = str(number).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"})
    for text in (f"{number:f}", f"{number:,f}", f"{number:f}亿元", wide, f"{number:e}"):
        assert Decimal(read_value(column, text).value) == number


@given(st.floats(-1e12, 1e12))
def test_number_cells_keep_fifteen_digits(number: float) -> None:
    """A number cell's text is what Excel shows of it, without exponent."""
    text = read_value(PROJECTS.field("investment"), number).value
    assert "e" not in text.lower()
    assert (
        Decimal(text) == Decimal(f"{Decimal(repr(number)):.15g}")
        or abs(Decimal(text) - Decimal(repr(number))) <= abs(Decimal(repr(number))) / 10**14
    )


@given(st.dates(date(1900, 3, 1), date(2199, 12, 31)))
def test_dates_keep_their_day(day: date) -> None:
    """Every way to write a day gives the same day."""
    column = PROJECTS.field("begun")
    shown = (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        day.isoformat(),
    )
    assert {read_value(column, text).value for text in shown} == {day.isoformat()}
