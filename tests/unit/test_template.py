"""The workbook to fill in: what stands in it, what Excel lets in, what survives. All made up."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.datavalidation import DataValidation

from policybook.config import read_parameters
from policybook.errors import ConfigError, LedgerError
from policybook.ledgers import read_ledgers
from policybook.schema import load_schemas, parse_schema
from policybook.sheets import looks
from policybook.sheets.amounts import number_text
from policybook.sheets.choices import CHOICES
from policybook.sheets.guide import DEPARTMENT, FILLED_ON, GUIDE, INSTRUCTIONS
from policybook.sheets.hints import field_words
from policybook.sheets.template import Carried, heading, number_format, write_template
from tests.unit.conftest import EVIDENCE, ID, TITLE, column

TITLE_OF_REPORT = "虚构市报告"
KINDS = [f"虚构的第{number}类工程和它的配套设施" for number in range(30)]
WORKS = parse_schema(
    "works",
    {
        "title": "虚构工程台账",
        "description": "一条是一项虚构工程。",
        "fields": [
            ID,
            TITLE,
            column("kind", "类别", enum=KINDS),
            {**column("planned", "计划数", "number", decimals=2, unit="公里"), "steady": True},
            {
                **column("completed", "完成数", "number", decimals=2, unit="公里", minimum=0),
                "cumulative": {"open": "是"},
            },
            column("previous", "上期完成数", "number", decimals=2, unit="公里"),
            column("rate", "完成率", "number", decimals=4, printed=True, minimum=-1),
            column("units", "台数", "integer", minimum=1, maximum=12),
            column("open", "在建", enum=["是", "否"]),
            column("until", "期限", pattern=r"\d{4}-\d{2}"),
            column("on", "日期", "date"),
            column("after", "前置工程"),
            column("road", "道路"),
            column("elsewhere", "别处"),
            EVIDENCE,
        ],
        "foreignKeys": [
            {"fields": "after", "reference": {"resource": "", "fields": "id"}},
            {"fields": "road", "reference": {"resource": "roads", "fields": "id"}},
            {"fields": "elsewhere", "reference": {"resource": "absent", "fields": "id"}},
        ],
        "carry": {
            "previous": {"previous": "completed"},
            "blank": ["completed", "on"],
        },
        "requires": [{"when": {"open": "否"}, "columns": ["on"]}],
    },
)
ROADS = parse_schema(
    "roads",
    {"title": "虚构道路台账", "description": "一条是一条虚构道路。", "fields": [ID, TITLE]},
)
EMPTY = dict.fromkeys(WORKS.names, "")
ROWS = (
    {
        **EMPTY,
        "id": "bridge-1",
        "title": "虚构桥梁",
        "kind": KINDS[0],
        "planned": "4116.09",
        "previous": "393",
        "rate": "0.97",
        "units": "3",
        "open": "是",
        "until": "2024-10",
        "road": "ring",
        "evidence": "record",
    },
    {**EMPTY, "id": "bridge-2", "title": "=1+1", "planned": "-0.5", "after": "bridge-1"},
)
BEFORE = {
    ("bridge-1", "completed"): "393",
    ("bridge-1", "on"): "2030-01-31",
    ("bridge-2", "on"): "",
}
CARRIED = (
    Carried(WORKS, ROWS, BEFORE),
    Carried(ROADS, ({"id": "ring", "title": "虚构环路"},), {}),
)


def written(path: Path, carried: tuple[Carried, ...] = CARRIED) -> Workbook:
    """The workbook after it was written and opened again."""
    write_template(path, "2030Q2", "2030Q1", TITLE_OF_REPORT, carried)
    return load_workbook(path)


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    """The made-up workbook, opened again."""
    return written(tmp_path / "台账-2030Q2.xlsx")


@pytest.fixture
def sheet(workbook: Workbook) -> Any:
    """The sheet of the made-up works."""
    return workbook[WORKS.title]


def under(sheet: Any, name: str, row: int = 2) -> Cell:
    """The cell of a column."""
    return sheet.cell(row, WORKS.names.index(name) + 1)


def validation(sheet: Any, name: str) -> DataValidation | None:
    """What Excel checks in a column."""
    place = under(sheet, name).coordinate
    found = [one for one in sheet.data_validations.dataValidation if place in one.sqref]
    assert len(found) <= 1
    return found[0] if found else None


def text_of(value: Any) -> str:
    """A cell's value as canonical text."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return number_text(value)
    return unescape(value) if isinstance(value, str) else value.date().isoformat()


def test_a_sheet_for_the_guide_and_each_ledger(workbook: Workbook) -> None:
    """The guide comes first, then the ledgers; the long lists are hidden."""
    visible = [one.title for one in workbook.worksheets if one.sheet_state == "visible"]
    assert visible == [GUIDE, "虚构工程台账", "虚构道路台账"]
    assert workbook[CHOICES].sheet_state == "hidden"
    assert workbook.active.title == GUIDE


def test_the_guide_asks_who_fills_in(workbook: Workbook) -> None:
    """A highlighted cell waits right of each label, and the instructions and ledgers follow."""
    guide = workbook[GUIDE]
    cells = {cell.value: cell for cell in guide["A"] if cell.value}
    for label in (DEPARTMENT, FILLED_ON):
        answer = cells[label].offset(column=1)
        assert answer.value is None
        assert answer.fill.fgColor.rgb.endswith("FFF8DC")
    assert cells[FILLED_ON].offset(column=1).number_format == looks.DATE
    assert guide["A1"].value == TITLE_OF_REPORT
    assert "2030Q2" in guide["A2"].value
    assert set(INSTRUCTIONS) <= {cell.value for cell in guide["B"]}
    works = cells[WORKS.title]
    assert works.hyperlink.location == "'虚构工程台账'!A1"
    assert [works.offset(column=n).value for n in (1, 2)] == ["一条是一项虚构工程。", 2]


def test_headings_are_title_and_unit(sheet: Any) -> None:
    """Nothing is added to a heading; required columns differ by colour."""
    assert [cell.value for cell in sheet[1]] == [heading(field) for field in WORKS.fields]
    assert under(sheet, "planned", 1).value == "计划数（公里）"
    required = under(sheet, "title", 1).fill.fgColor.rgb
    assert required != under(sheet, "planned", 1).fill.fgColor.rgb
    assert required == under(sheet, "evidence", 1).fill.fgColor.rgb


def test_headings_explain_themselves(sheet: Any) -> None:
    """The comment on a heading is what the schema says of the column, in words."""
    for field in WORKS.fields:
        comment = under(sheet, field.name, 1).comment
        assert comment.text == field_words(WORKS, field)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("id", ["必填", "不得重复", "小写字母"]),
        ("completed", ["小数最多2位", "单位：公里", "不小于 0", "本期重新填写", "在建为是"]),
        ("previous", ["上期的完成数"]),
        ("planned", ["与上期不同"]),
        ("rate", ["如 97%", "不小于 -1"]),
        ("units", ["整数", "不小于 1，不大于 12"]),
        ("open", ["可选：是、否"]),
        ("until", ["年-月", "选填"]),
        ("on", ["日期", "在建为否时必填"]),
        ("after", ["下拉列表"]),
    ],
)
def test_what_a_heading_says(name: str, words: list[str]) -> None:
    """Type, unit, bounds, choices and what the quarter asks for are all said."""
    text = field_words(WORKS, WORKS.field(name))
    for word in words:
        assert word in text


def test_other_constraints_are_said_as_they_are() -> None:
    """A constraint without words of ours is not kept back."""
    document = {
        "title": "虚构",
        "description": "",
        "fields": [ID, TITLE, column("code", "代码", pattern="[A-Z]+", maxLength=5)],
    }
    schema = parse_schema("made-up", document)
    text = field_words(schema, schema.field("code"))
    assert "写法：[A-Z]+" in text
    assert "maxLength 5" in text


def test_boxes_are_big_enough() -> None:
    """A comment's box grows with its text, a Chinese character counting as two."""
    short, long = looks.boxed("上期：393"), looks.boxed("很长的说明" * 40)
    assert long.height > 5 * short.height
    assert looks.boxed("一" * 60).height > looks.boxed("a" * 60).height


def test_carried_records_stand_there(sheet: Any) -> None:
    """Every cell read back as canonical text is what was carried over."""
    for number, row in enumerate(ROWS, 2):
        assert {name: text_of(under(sheet, name, number).value) for name in WORKS.names} == row
    assert isinstance(under(sheet, "units").value, int)
    assert under(sheet, "previous").value == 393


def test_cells_to_fill_are_highlighted(sheet: Any) -> None:
    """A column to be filled anew is empty, yellow, and tells last quarter's value."""
    for name in ("completed", "on"):
        assert under(sheet, name).value is None
        assert under(sheet, name).fill.fgColor.rgb.endswith("FFF8DC")
    assert under(sheet, "planned").fill.fill_type is None
    assert under(sheet, "completed").comment.text == "上期（2030Q1）：393"
    assert under(sheet, "on", 3).comment.text == "上期（2030Q1）：空"
    assert under(sheet, "planned").comment is None


def test_text_never_becomes_a_formula(workbook: Workbook, sheet: Any) -> None:
    """No cell of the workbook is a formula, whatever its text begins with."""
    assert under(sheet, "title", 3).value == "=1+1"
    types = {cell.data_type for one in workbook for row in one.iter_rows() for cell in row}
    assert types <= {"s", "n", "d"}


def test_numbers_keep_their_text(tmp_path: Path) -> None:
    """What an Excel number would not give back stays text: many digits, a last 0, words."""
    exact = ["0.97", "-12.5", "0", "999999999999999", "1234567.89"]
    kept = ["5.910", "1234567890.1234567", "9007199254740993", "约5", "1_000", "1e3"]
    rows = tuple(
        {**EMPTY, "id": f"n{n}", "title": "虚构", "planned": text}
        for n, text in enumerate(exact + kept)
    )
    sheet = written(tmp_path / "a.xlsx", (Carried(WORKS, rows, {}),))[WORKS.title]
    cells = [under(sheet, "planned", n) for n in range(2, len(rows) + 2)]
    assert [text_of(cell.value) for cell in cells] == exact + kept
    assert [cell.data_type for cell in cells] == ["n"] * len(exact) + ["s"] * len(kept)


def test_dates_are_dates(tmp_path: Path) -> None:
    """A date is Excel's own; a day that Excel numbers differently, or no day, stays text."""
    texts = ["2030-01-31", "1900-02-28", "2030-02-31", "20300131"]
    rows = tuple(
        {**EMPTY, "id": f"d{n}", "title": "虚构", "on": text} for n, text in enumerate(texts)
    )
    sheet = written(tmp_path / "a.xlsx", (Carried(WORKS, rows, {}),))[WORKS.title]
    cells = [under(sheet, "on", n) for n in range(2, len(rows) + 2)]
    assert [text_of(cell.value) for cell in cells] == texts
    assert [cell.is_date for cell in cells] == [True, False, False, False]
    assert cells[0].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("id", "@"),
        ("until", "@"),
        ("planned", "General"),
        ("units", "0"),
        ("rate", "0.0#%"),
        ("on", "yyyy-mm-dd"),
    ],
)
def test_formats(name: str, form: str, sheet: Any) -> None:
    """Carried cells, ruled lines and the column below them have the column's format."""
    letter = under(sheet, name).column_letter
    assert sheet.column_dimensions[letter].number_format == form
    assert under(sheet, name).number_format == form
    assert under(sheet, name, len(ROWS) + 2).number_format == form


@pytest.mark.parametrize(("decimals", "form"), [(2, "0%"), (3, "0.0%"), (5, "0.0##%")])
def test_ratios_show_their_places(decimals: int, form: str) -> None:
    """A ratio's percent has two places fewer than the ratio."""
    assert number_format(replace(WORKS.field("rate"), decimals=decimals)) == form


@pytest.mark.parametrize(
    ("name", "kind", "first", "second"),
    [
        ("open", "list", '"是,否"', None),
        ("kind", "list", "'选项'!$A$2:$A$31", None),
        ("after", "list", "'虚构工程台账'!$A$2:$A$503", None),
        ("road", "list", "'虚构道路台账'!$A$2:$A$502", None),
        ("units", "whole", "1", "12"),
        ("completed", "decimal", "0", "100000000000000"),
        ("planned", "decimal", "-100000000000000", "100000000000000"),
        ("on", "date", "36526", "73415"),
    ],
)
def test_what_excel_lets_in(name: str, kind: str, first: str, second: str, sheet: Any) -> None:
    """Lists, numbers and dates are checked while they are typed, and the message is Chinese."""
    rule = validation(sheet, name)
    assert rule is not None
    assert (rule.type, rule.formula1, rule.formula2) == (kind, first, second)
    assert str(rule.sqref).endswith(str(len(ROWS) + 1 + 500))
    assert rule.errorStyle in (None, "stop")
    assert rule.allowBlank
    assert rule.showErrorMessage
    assert rule.errorTitle == "填写有误"
    assert rule.error.startswith(WORKS.field(name).title)
    assert len(rule.error) <= 255


@pytest.mark.parametrize("name", ["title", "elsewhere"])
def test_what_excel_does_not_check(name: str, sheet: Any) -> None:
    """Free text, and ids of a ledger that is not in the workbook, are left to the check."""
    assert validation(sheet, name) is None


def test_the_serial_numbers_of_dates(tmp_path: Path) -> None:
    """The numbers in the check of dates are the first and last day allowed."""
    book = Workbook()
    for cell, number in (("A1", 36526), ("A2", 73415)):
        book.active[cell] = number
        book.active[cell].number_format = looks.DATE
    book.save(tmp_path / "a.xlsx")
    sheet = load_workbook(tmp_path / "a.xlsx").active
    days = [sheet["A1"].value.date(), sheet["A2"].value.date()]
    assert days == [date(2000, 1, 1), date(2100, 12, 31)]


def test_values_with_commas_are_not_split(tmp_path: Path) -> None:
    """A list whose values have commas stands on the hidden sheet, short as it is."""
    document = {
        "title": "虚构",
        "description": "",
        "fields": [ID, TITLE, column("kind", "类别", enum=["a,b", "c"])],
    }
    schema = parse_schema("made-up", document)
    book = written(tmp_path / "a.xlsx", (Carried(schema, (), {}), CARRIED[0]))
    assert [cell.value for cell in book[CHOICES]["A"]][:3] == ["虚构", "a,b", "c"]
    assert book[CHOICES]["B2"].value == KINDS[0]


def test_it_is_laid_out_for_screen_and_paper(sheet: Any) -> None:
    """Heading and title stay in view and on each page; a page has the full width."""
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:O3"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert not sheet.protection.sheet
    widths = {
        name: sheet.column_dimensions[under(sheet, name).column_letter].width for name in EMPTY
    }
    assert widths["kind"] > 1.9 * len(KINDS[0]) > widths["units"]


def test_properties_say_who_made_it(workbook: Workbook) -> None:
    """Creator and title are set."""
    assert workbook.properties.creator == "policybook"
    assert TITLE_OF_REPORT in workbook.properties.title


def test_a_ledger_without_records(tmp_path: Path) -> None:
    """Nothing carried over leaves headings and empty lines."""
    sheet = written(tmp_path / "a.xlsx", (Carried(ROADS, (), {}),))[ROADS.title]
    assert [cell.value for cell in sheet[1]] == ["编号", "名称"]
    assert sheet["A2"].value is None
    assert sheet["A2"].border.left.style == "thin"


@pytest.mark.parametrize(
    "title",
    ["", "长" * 32, "甲/乙", "[甲]", "甲'乙", GUIDE, CHOICES, ROADS.title],
    ids=["none", "long", "slash", "bracket", "apostrophe", "guide", "choices", "twice"],
)
def test_titles_that_name_no_sheet(title: str, tmp_path: Path) -> None:
    """Excel could not open such a workbook: the schema is named instead."""
    odd = Carried(replace(WORKS, title=title), (), {})
    with pytest.raises(ConfigError) as caught:
        write_template(tmp_path / "a.xlsx", "2030Q2", "2030Q1", "虚构", (CARRIED[1], odd))
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("template.title", "schema/works.json title")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\ufffeb", "a\rb", "长" * 32768], ids=["NUL", "no character", "CR", "long"]
)
def test_text_that_no_cell_holds(text: str, tmp_path: Path) -> None:
    """A text that would come back otherwise is named by ledger, record and column."""
    row = {**ROWS[0], "title": text}
    with pytest.raises(LedgerError) as caught:
        written(tmp_path / "a.xlsx", (Carried(WORKS, (row,), {}),))
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("template.text", "虚构工程台账 bridge-1 名称")
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full leaves the file that was there, and no other."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"before")

    def fail(self: Workbook, target: Path) -> None:
        Path(target).write_bytes(b"half")
        raise OSError("full")

    monkeypatch.setattr(Workbook, "save", fail)
    with pytest.raises(OSError, match="full"):
        write_template(path, "2030Q2", "2030Q1", "虚构", CARRIED)
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]
    assert path.read_bytes() == b"before"


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
numbers = st.from_regex(r"(0|-?[1-9][0-9]{0,12})(\.[0-9]{1,4})?", fullmatch=True)
escapes = st.text(alphabet="_x0041" + string.ascii_letters, max_size=20)
days = st.dates().map(date.isoformat)


@settings(max_examples=60)
@given(texts | escapes, numbers, days)
def test_any_record_reads_back(text: str, number: str, day: str) -> None:
    """Whatever stands in a ledger is, read back from the workbook, the same text."""
    row = {**EMPTY, "id": "a", "title": text, "until": number, "planned": number, "on": day}
    with TemporaryDirectory() as folder:
        sheet = written(Path(folder) / "a.xlsx", (Carried(WORKS, (row,), {}),))[WORKS.title]
    assert {name: text_of(under(sheet, name).value) for name in WORKS.names} == row


def test_the_first_edition_is_carried_over(tmp_path: Path) -> None:
    """Every ledger of the repository's first edition survives the workbook, cell by cell."""
    data = Path(__file__).parents[2] / "data"
    schemas = load_schemas(data)
    empty = read_parameters(data / "2024Q2" / "period.yml", "2024Q2").empty_ledgers
    ledgers, _ = read_ledgers(data, data / "2024Q2", schemas, empty)
    carried = tuple(Carried(one.schema, one.rows, {}) for one in ledgers.values())
    book = written(tmp_path / "a.xlsx", carried)
    for ledger in ledgers.values():
        rows = book[ledger.schema.title].iter_rows(
            min_row=2, max_row=len(ledger.rows) + 1, values_only=True
        )
        assert [tuple(map(text_of, row)) for row in rows] == [
            tuple(row[name] for name in ledger.schema.names) for row in ledger.rows
        ]
