"""What departments send: headings, their units, groups and slips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policybook.sheets import SentFile
from tests.unit.sheets import EMPTY, HEADINGS, ROAD, SCHEMAS, SHEET, only, read, told, write_book

Sent = Callable[..., SentFile]


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    """Writes rows to a workbook and reads it."""

    def send(
        *rows: list[Any], title: str = SHEET, change: Callable[[Any], object] = lambda sheet: None
    ) -> SentFile:
        return read(write_book(tmp_path / "台账.xlsx", rows, title, change))

    return send


def headings(**other: str) -> list[Any]:
    """The headings, some of them written otherwise."""
    names = SCHEMAS["projects"].names
    return [other.get(name, title) for name, title in zip(names, HEADINGS, strict=True)]


@pytest.mark.parametrize(
    "heading",
    [
        "总投资（亿元）", "总投资(亿元)", "总投资【亿元】", "*总投资", "总投资*", "总 投 资",
        "总投资\n（单位：亿元）", "总投资（亿元）（必填）", "总投资：亿元", "总投资/亿元", "总投资亿元",
        "investment", "\u3000总投资\u200b", "总投资（亿元,选填）",
    ],
)  # fmt: skip
def test_headings_are_recognised(heading: str, sent: Sent) -> None:
    """Units, marks, blanks, brackets and line breaks do not hide a heading."""
    read = sent(headings(investment=heading), ROAD)
    assert read.records[0].values["investment"] == "12.5"
    assert read.findings == ()


@pytest.mark.parametrize(
    ("column", "heading", "code", "cell"),
    [
        ("investment", "总投资（万元）", "unit", "D1"),
        ("investment", "总投资(单位:元)", "unit", "D1"),
        ("investment", "总投资万元", "unit", "D1"),
        ("area", "占地（亩）", "unit", "E1"),
        ("rate", "完成率（%）", "unit", "G1"),
        ("investment", "总投次", "heading-misspelt", "D1"),
        ("investment", "总投资额（亿元）", "heading-misspelt", "D1"),
        ("title", "项目名称", "heading-misspelt", "B1"),
        ("area", "总投资", "heading-twice", "E1"),
        ("title", "甲", "column-missing", "第1行"),
        ("id", "序", "column-missing", "第1行"),
    ],
)
def test_a_wrong_heading_is_an_error(
    column: str, heading: str, code: str, cell: str, sent: Sent
) -> None:
    """Wrong unit, slip, column given twice or missing: told at the heading."""
    read = sent(headings(**{column: heading}), ROAD)
    assert told(read, "error") == [(f"ingest.{code}", cell)]


def test_a_slip_names_the_column_that_was_meant(sent: Sent) -> None:
    """The message says which heading it should be."""
    assert (
        "总投资"
        in only(sent(headings(investment="总投次"), ROAD), "ingest.heading-misspelt").message
    )


def test_a_column_with_a_wrong_unit_is_not_read(sent: Sent) -> None:
    """No number gets through that is ten thousand times too large."""
    assert "investment" not in sent(headings(investment="总投资（万元）"), ROAD).records[0].values


def test_unknown_columns_are_named(sent: Sent) -> None:
    """With content a column is warned of, by heading or by place; empty ones are ignored."""
    read = sent([*HEADINGS, "颜色", "", "空列"], [*ROAD, "红", "蓝"])
    assert told(read) == [("ingest.heading-unknown", "L1"), ("ingest.column-untitled", "M2")]


def test_words_in_brackets_are_noted(sent: Sent) -> None:
    """A heading's addition may change its meaning, and is told."""
    read = sent(headings(investment="总投资（含征地）"), ROAD)
    assert told(read, "error", "warning", "note") == [("ingest.heading-remark", "D1")]


def test_absent_columns_are_noted(sent: Sent) -> None:
    """Columns that may be left out are not in the values; one note lists them."""
    read = sent(["编号", "名称", "总投资"], ["road", "虚构道路", 12.5])
    assert list(read.records[0].values) == ["id", "title", "investment"]
    assert told(read, "error", "warning", "note") == [("ingest.column-absent", "第1行")]
    assert "占地" in only(read, "ingest.column-absent").message


def test_a_unit_above_the_table_counts(sent: Sent) -> None:
    """单位：万元 above a column in 亿元 is an error, unless the heading says 亿元."""
    line = ["填报单位：虚构局", *EMPTY[2:], "单位：万元"]
    assert told(sent(line, HEADINGS, ROAD), "error") == [("ingest.unit", "K1")]
    assert told(sent(line, headings(investment="总投资（亿元）"), ROAD), "error") == []


def test_grouped_headings_are_read(sent: Sent) -> None:
    """Two rows of headings, merged down and across, name columns alone or joined."""

    def change(sheet: Any) -> None:
        for span in ("A1:D1", "A2:A3", "B2:B3", "C2:D2"):
            sheet.merge_cells(span)

    read = sent(
        ["虚构项目表"],
        ["编号", "名称", "总", None],
        [None, None, "投资（亿元）", "占地"],
        ["road", "虚构道路", 12.5, 3],
        change=change,
    )
    assert read.records[0].values == {
        "id": "road", "title": "虚构道路", "investment": "12.5", "area": "3",
    }  # fmt: skip
    assert told(read) == []
    assert read.records[0].cells["investment"] == "C4"


def test_group_and_column_together_may_be_the_heading(sent: Sent) -> None:
    """总 over 投资 is 总投资, also when no single cell of the lower row is a heading."""

    def change(sheet: Any) -> None:
        for span in ("A1:A2", "B1:B2", "C1:D1"):
            sheet.merge_cells(span)

    read = sent(
        ["编号", "名称", "总", None],
        [None, None, "投资", "规模"],
        ["a", "虚构", 1, 2],
        change=change,
    )
    assert read.records[0].values["investment"] == "1"
    assert told(read) == [("ingest.heading-unknown", "D2")]


def test_headings_of_two_rows_need_no_merged_cells(sent: Sent) -> None:
    """A heading may stand one row above the others."""
    read = sent(
        ["编号", "名称", "规模", None],
        [None, None, "总投资", "占地"],
        ["road", "虚构道路", 12.5, 3],
    )
    assert read.records[0].values["area"] == "3"
    assert told(read, "error") == []
