"""The marked copy: what is marked and listed, and that nothing else is lost. All made up."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from policybook.errors import Finding, PolicybookError, error, note, warning
from policybook.sheets import marked
from policybook.sheets.archive import unpack
from policybook.sheets.looks import MARKS
from policybook.sheets.marked import LISTED, write_marked

SHEET = "虚构 ‘台账’"
COLOURS = {severity: fill.fgColor.rgb for severity, fill in MARKS.items()}
ERROR = error("ingest.number", "a.xlsx", "“约5”不是数字。", "填准确数。")
WARNING = warning("ledger.jump", "a.xlsx", "比上期大十倍。", "核对。")
NOTE = note("ingest.rounded", "a.xlsx", "按 15 位读入。", "不必处理。")

Findings = dict[tuple[str, str], list[Finding]]
Mark = Callable[[Findings], Any]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A made-up workbook with everything that has to survive."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(["编号", "名称", "数", "日期"])
    sheet.append(["a", "虚构", "约5", datetime(2030, 1, 31)])
    sheet["D2"].number_format = "yyyy-mm-dd"
    sheet["C3"] = "=1+1"
    sheet["B3"] = CellRichText("虚", TextBlock(InlineFont(b=True), "构"))
    sheet["C4"], sheet["C4"].number_format, sheet["C4"].font = 0.97, "0.0#%", Font(name="黑体")
    sheet["A5"] = "合并"
    sheet.merge_cells("A5:B6")
    sheet["B2"].comment = Comment("王某：核过。", "王某")
    sheet["A2"].comment = Comment("长" * 300, "王某")
    sheet["A1"].fill = PatternFill("solid", fgColor="123456")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.freeze_panes = "C2"
    hidden = book.create_sheet("暗表")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "暗"
    hidden.sheet_view.tabSelected = True
    book.active = 1
    path = tmp_path / "虚构台账.xlsx"
    book.save(path)
    return path


@pytest.fixture
def mark(source: Path, tmp_path: Path) -> Mark:
    """Marks the made-up workbook and opens the copy."""

    def run(findings: Findings) -> Any:
        out = tmp_path / "out.xlsx"
        write_marked(source, findings, out)
        return load_workbook(out, rich_text=True)

    return run


def listed(book: Any, title: str = LISTED) -> list[tuple[Any, ...]]:
    """The lines of the list, without its heading."""
    rows = [tuple(cell.value for cell in row) for row in book[title].iter_rows()]
    start = next(number for number, row in enumerate(rows) if row[0] == "级别")
    return rows[start + 1 :]


def remarks(book: Any) -> str:
    """What stands above the list."""
    rows = [row[0].value for row in book[LISTED].iter_rows()]
    return "\n".join(text for text in rows[: rows.index("级别")] if text)


@pytest.mark.parametrize("finding", [ERROR, WARNING, NOTE], ids=lambda one: one.severity)
def test_a_cell_is_coloured_by_severity(finding: Finding, mark: Mark) -> None:
    """Colour and comment stand on the cell itself."""
    cell = mark({(SHEET, "C2"): [finding]})[SHEET]["C2"]
    assert cell.fill.fgColor.rgb == COLOURS[finding.severity]
    assert cell.comment.text == f"[{finding.code}] {finding.message} 处理：{finding.remedy}"
    assert cell.comment.author == "policybook"
    assert cell.value == "约5"


def test_the_gravest_colours_and_all_are_said(mark: Mark) -> None:
    """Of several findings the gravest gives the colour, whatever their order."""
    cell = mark({(SHEET, "C2"): [NOTE, WARNING, ERROR]})[SHEET]["C2"]
    assert cell.fill.fgColor.rgb == COLOURS["error"]
    for one in (NOTE, WARNING, ERROR):
        assert one.message in cell.comment.text


def test_a_comment_that_was_there_stays(mark: Mark) -> None:
    """What somebody has written comes first, ours after it."""
    sheet = mark({(SHEET, "B2"): [ERROR]})[SHEET]
    assert sheet["B2"].comment.text.startswith("王某：核过。\n\n[ingest.number]")


def test_boxes_show_their_whole_text(mark: Mark, tmp_path: Path) -> None:
    """Boxes grow with their text, those of others too, whose size openpyxl does not read."""
    mark({(SHEET, "C2"): [ERROR]})
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        drawings = [
            archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml")
        ]
    heights = [
        int(part.partition("px")[0]) for text in drawings for part in text.split("height:")[1:]
    ]
    assert max(heights) > 200


def test_nothing_else_is_lost(mark: Mark) -> None:
    """Values, formulas, rich text, formats, merges, comments and hidden parts are as before."""
    book = mark({(SHEET, "C2"): [ERROR]})
    sheet = book[SHEET]
    assert book.sheetnames == [LISTED, SHEET, "暗表"]
    assert book["暗表"].sheet_state == "hidden"
    assert sheet["C3"].value == "=1+1"
    assert isinstance(sheet["B3"].value, CellRichText)
    assert sheet["D2"].value == datetime(2030, 1, 31)
    assert (sheet["C4"].value, sheet["C4"].number_format) == (0.97, "0.0#%")
    assert sheet["C4"].font.name == "黑体"
    assert sheet["A1"].fill.fgColor.rgb.endswith("123456")
    assert [str(one) for one in sheet.merged_cells.ranges] == ["A5:B6"]
    assert sheet["B2"].comment.author == "王某"
    assert sheet.row_dimensions[4].hidden
    assert sheet.column_dimensions["D"].hidden
    assert sheet.freeze_panes == "C2"


def test_it_opens_at_the_list(mark: Mark) -> None:
    """One sheet only is selected: two would be edited at once."""
    book = mark({(SHEET, "C2"): [ERROR]})
    assert book.active.title == LISTED
    assert [one.title for one in book if one.sheet_view.tabSelected] == [LISTED]


def test_the_list_tells_everything(mark: Mark) -> None:
    """Severity, place as a link, content, message, remedy and code stand in a line."""
    book = mark({(SHEET, "C2"): [ERROR], (SHEET, "D2"): [NOTE], (SHEET, "C3"): [WARNING]})
    assert listed(book) == [
        ("错误", SHEET, "C2", "约5", ERROR.message, ERROR.remedy, ERROR.code),
        ("提醒", SHEET, "C3", "=1+1", WARNING.message, WARNING.remedy, WARNING.code),
        ("说明", SHEET, "D2", "2030-01-31", NOTE.message, NOTE.remedy, NOTE.code),
    ]
    sheet = book[LISTED]
    links = {cell.value: cell.hyperlink.location for (cell,) in sheet["C7:C9"]}
    assert links == {address: f"'{SHEET}'!{address}" for address in ("C2", "C3", "D2")}
    assert sheet.freeze_panes == "A7"
    assert sheet.auto_filter.ref == "A6:G9"
    assert "虚构台账.xlsx：错误 1 处，提醒 1 处，说明 1 处" in remarks(book)


def test_the_list_is_sorted(mark: Mark) -> None:
    """By severity, then sheet, row and column as numbers."""
    places = [("暗表", "A1"), (SHEET, "C10"), (SHEET, "AA2"), (SHEET, "D2"), ("没有", "A1")]
    book = mark({**{place: [ERROR] for place in places}, (SHEET, "A1"): [NOTE]})
    assert [row[1:3] for row in listed(book)] == [
        (SHEET, "D2"),
        (SHEET, "AA2"),
        (SHEET, "C10"),
        ("暗表", "A1"),
        ("没有", "A1"),
        (SHEET, "A1"),
    ]


def test_no_finding_no_line(mark: Mark) -> None:
    """A workbook without findings gets an empty list."""
    book = mark({})
    assert listed(book) == []
    assert "错误 0 处" in remarks(book)


def test_a_merged_cell_is_marked_at_its_first(mark: Mark) -> None:
    """What is found anywhere in a merged range stands on the cell that shows it."""
    book = mark({(SHEET, "B6"): [ERROR], (SHEET, "A5"): [WARNING]})
    cell = book[SHEET]["A5"]
    assert cell.fill.fgColor.rgb == COLOURS["error"]
    assert ERROR.message in cell.comment.text
    assert WARNING.message in cell.comment.text
    assert [row[2:4] for row in listed(book)] == [("B6", "合并"), ("A5", "合并")]
    assert book[LISTED]["C7"].hyperlink.location == f"'{SHEET}'!A5"


@pytest.mark.parametrize(
    ("sheet", "address"),
    [
        ("没有", "A1"),
        (SHEET, "第5行"),
        (SHEET, ""),
        (SHEET, "A0"),
        (SHEET, "A1048577"),
        (SHEET, "XFE1"),
        (SHEET, "A1:B2"),
        ("", ""),
    ],
)
def test_a_place_that_is_no_cell_is_listed(sheet: str, address: str, mark: Mark) -> None:
    """It stands in the list without a link."""
    book = mark({(sheet, address): [ERROR]})
    assert [row[:3] for row in listed(book)] == [("错误", sheet or None, address or None)]
    assert book[LISTED]["C7"].hyperlink is None


def test_the_last_cell_of_a_sheet_is_a_cell(mark: Mark) -> None:
    """A cell far from the table is marked as well."""
    book = mark({(SHEET, "XFD1048576"): [ERROR]})
    assert book[SHEET]["XFD1048576"].fill.fgColor.rgb == COLOURS["error"]


def test_a_chart_sheet_has_no_cells(source: Path, tmp_path: Path) -> None:
    """A finding on a sheet that is only a chart is listed."""
    book = load_workbook(source)
    chart = book.create_chartsheet("虚构图")
    chart.add_chart(BarChart())
    chart.sheetViews.sheetView[0].tabSelected = True
    book.save(source)
    write_marked(source, {("虚构图", "A1"): [ERROR]}, tmp_path / "out.xlsx")
    copy = load_workbook(tmp_path / "out.xlsx")
    assert listed(copy)[0][1] == "虚构图"
    assert not copy["虚构图"].sheetViews.sheetView[0].tabSelected


def test_a_second_list_gets_a_free_name(mark: Mark, tmp_path: Path) -> None:
    """A copy that is marked again keeps its first list."""
    mark({(SHEET, "C2"): [ERROR]})
    again = tmp_path / "again.xlsx"
    write_marked(tmp_path / "out.xlsx", {(SHEET, "C2"): [NOTE]}, again)
    book = load_workbook(again)
    assert book.sheetnames[:2] == ["核查发现2", LISTED]
    assert [row[0] for row in listed(book, "核查发现2")] == ["说明"]


texts = st.text(st.characters(codec="utf-8"), max_size=30)


@given(st.sampled_from(["=", "+", "-", "@", "#N/A", ""]), texts)
def test_no_text_becomes_a_formula_or_breaks_the_file(start: str, text: str) -> None:
    """Whatever is found, controls among it, the copy opens and its texts are texts."""
    said = error("a.b", "place", start + text, text)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("编号,名称\n", encoding="utf-8")
        write_marked(path, {("", "A2"): [said]}, Path(folder) / "out.xlsx")
        book = load_workbook(Path(folder) / "out.xlsx")
    types = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert types <= {"s", "n"}


def test_a_csv_becomes_a_workbook(tmp_path: Path) -> None:
    """Cells stand as text in the rows of the file's lines, blank lines and quotes included."""
    path = tmp_path / "虚构.csv"
    path.write_bytes('编号,名称,数\r\n\r\na,"虚\r\n构",007\r\nb,=1+1,约5\r\n'.encode("gb18030"))
    write_marked(path, {("", "C5"): [ERROR]}, tmp_path / "out.xlsx")
    book = load_workbook(tmp_path / "out.xlsx")
    sheet = book["虚构"]
    assert [sheet[place].value for place in ("A1", "A3", "C3", "B5")] == [
        "编号",
        "a",
        "007",
        "=1+1",
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert sheet["C5"].fill.fgColor.rgb == COLOURS["error"]
    assert listed(book)[0][2:4] == ("C5", "约5")
    assert book[LISTED]["C7"].hyperlink.location == "'虚构'!C5"
    assert "CSV" in remarks(book)


def test_other_delimiters_are_seen(tmp_path: Path) -> None:
    """A file that is divided by tabs becomes columns as well."""
    path = tmp_path / "a.tsv"
    path.write_text("编号\t名称\na\t虚构，甲\n", encoding="utf-8")
    write_marked(path, {}, tmp_path / "out.xlsx")
    assert load_workbook(tmp_path / "out.xlsx")["a"]["B2"].value == "虚构，甲"


def test_what_excel_cannot_hold_is_shown(tmp_path: Path) -> None:
    """A control character in a CSV is shown as �, and the list says so."""
    path = tmp_path / "a[1].csv"
    path.write_text("编号\na\x01b\n", encoding="utf-8")
    write_marked(path, {("", "A2"): [ERROR]}, tmp_path / "out.xlsx")
    book = load_workbook(tmp_path / "out.xlsx")
    assert book["a_1_"]["A2"].value == "a\ufffdb"
    assert "�" in remarks(book)


def test_macros_are_left_out_and_this_is_said(source: Path, tmp_path: Path) -> None:
    """A workbook with macros is copied as plain .xlsx."""
    path = tmp_path / "a.xlsm"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/vbaProject.bin", b"made up")
    write_marked(path, {(SHEET, "C2"): [ERROR]}, tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert not [name for name in archive.namelist() if "vba" in name]
        assert b"macroEnabled" not in archive.read("[Content_Types].xml")
    assert "不含宏" in remarks(load_workbook(tmp_path / "out.xlsx"))


def test_formulas_are_said_to_be_computed_anew(mark: Mark) -> None:
    """Their results are not in the copy until it is opened."""
    assert "公式" in remarks(mark({}))


def test_what_openpyxl_drops_is_said(
    mark: Mark, monkeypatch: pytest.MonkeyPatch, source: Path
) -> None:
    """A warning of openpyxl becomes a remark in Chinese."""

    def load(content: io.BytesIO, **options: Any) -> Any:
        warnings.warn("Data Validation extension is not supported", stacklevel=1)
        return load_workbook(content, **options)

    assert "本副本没有" not in remarks(mark({}))
    monkeypatch.setattr(marked, "load_workbook", load)
    assert "本副本没有" in remarks(mark({}))


def test_a_heavy_workbook_loses_the_looks_of_empty_cells(
    mark: Mark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook formatted to its last row is copied without these cells, and this is said."""
    monkeypatch.setattr(marked, "_HEAVY", 100)
    book = mark({(SHEET, "C2"): [ERROR]})
    assert "原件很大" in remarks(book)
    assert book[SHEET]["C2"].value == "约5"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"no archive", "ingest.broken"),
        ("a.csv", b"a\x00b", "ingest.nul"),
        ("b.csv", b'a,"b\n', "ingest.csv"),
    ],
)
def test_an_unreadable_source(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    """What cannot be read is refused with a finding, and nothing is written."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PolicybookError) as caught:
        write_marked(path, {}, tmp_path / "out.xlsx")
    assert [one.code for one in caught.value.findings] == [code]
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_damaged_workbook(source: Path, tmp_path: Path) -> None:
    """An archive whose sheets are no XML is refused with a finding."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if name.startswith("xl/worksheets/s") else old.read(name))
    unpack(path.read_bytes(), path.name)  # the archive itself is sound
    with pytest.raises(PolicybookError) as caught:
        write_marked(path, {}, tmp_path / "out.xlsx")
    assert [one.code for one in caught.value.findings] == ["ingest.broken"]


def test_the_source_can_be_replaced(source: Path) -> None:
    """The copy is complete before it takes the place of a file, and leaves no other."""
    write_marked(source, {(SHEET, "C2"): [ERROR]}, source)
    assert [one.name for one in source.parent.iterdir()] == [source.name]
    assert load_workbook(source).sheetnames[0] == LISTED
