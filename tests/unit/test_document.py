"""`policybook.paper`: chapters read from HTML, fields, bookmarks, widths, the signature."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from zipfile import ZipFile

import pytest
from docx.oxml.ns import qn
from lxml import html

from policybook.paper.chapters import _blocks, _pieces
from policybook.paper.compose import _Writer, closing, dated, opening, property_name
from policybook.paper.elements import WIDTH
from policybook.paper.package import add_properties, file_bytes, new_document
from policybook.paper.record import Block, Grid, Paragraph, Piece
from policybook.paper.widths import column_widths

PARAMETERS = {
    "period": "2031Q1",
    "version": "初版",
    "released_on": "尚未正式发布（草稿）",
    "committee": "某市人大常委会",
    "issuer": "某市人民政府",
    "reporting_date": "2031年3月31日",
}
STAT = '<a class="stat" data-stat="a.rate" href="x">97%</a>'


def element(text: str) -> Any:
    """The element that a piece of HTML is."""
    return html.fragment_fromstring(text)


def blocks(text: str) -> list[Block]:
    """The blocks of an article."""
    release: Any = None  # asked for figures only
    return list(_blocks(element(f"<article>{text}</article>"), release))


def xml(*pieces: Piece) -> Any:
    """A paragraph as it is written, and the writer that wrote it."""
    release: Any = None  # asked for pictures only
    writer = _Writer(release, new_document())
    return writer.element(Paragraph("BodyText", pieces)), writer


def test_a_sentence_is_cut_at_its_numbers() -> None:
    """Numbers keep their statistic, blanks are those of a browser, the rest is one stretch."""
    found = _pieces(element(f"<p>\n 整改率<em>为</em>{STAT}，\n <b>尚</b>可。\n</p>"))
    assert found == (Piece("整改率为"), Piece("97%", "a.rate"), Piece("， 尚可。"))


def test_what_only_a_screen_can_use_is_left_out() -> None:
    """Links to sections, meters, scripts, downloads, the account of the gate, what is hidden."""
    page = (
        '<h2>进度<a class="headerlink" href="#a">¶</a></h2><script>1</script><!-- 2 -->'
        '<div class="coverage"><p>191 个</p></div><p hidden>3</p><p class="chart-files">CSV</p>'
        '<div class="meter"><span>4</span></div><p></p><p>留下</p>'
    )
    assert [(one.style, one.text) for one in blocks(page) if isinstance(one, Paragraph)] == [
        ("Heading2", "进度"),
        ("BodyText", "留下"),
    ]


def test_blocks_keep_their_order_and_their_kind() -> None:
    """Lists, admonitions, nested sections and bare text become paragraphs where they stand."""
    page = (
        '<section><h3>一级</h3><div class="admonition"><p class="admonition-title">备注</p>'
        "<p>甲</p></div><ul><li>乙</li><li><p>丙</p></li></ul><div>丁</div></section>"
    )
    found = [(one.style, one.text) for one in blocks(page) if isinstance(one, Paragraph)]
    assert found == [
        ("Heading3", "一级"),
        ("BodyStrong", "备注"),
        *[("BodyText", text) for text in "甲乙丙丁"],
    ]


def test_a_record_table_is_a_table_of_cells() -> None:
    """Its caption is numbered, its numbers stand right, its cells are marked as such."""
    page = (
        '<table class="records" data-ledger="funds"><caption>资金台账</caption>'
        '<tr><th>名称</th><th class="number">金额</th><th>出处</th></tr><tr data-record="a">'
        '<td data-column="title">下达</td><td data-column="amount" class="number">40</td>'
        '<td><span data-source="report:三">报告 · 三</span></td></tr></table>'
    )
    caption, grid = blocks(page)
    assert isinstance(caption, Paragraph)
    assert [(one.text, one.count) for one in caption.pieces] == [
        *[("表", ""), ("", "表"), ("\u3000", ""), ("资金台账", "")]
    ]
    assert isinstance(grid, Grid)
    assert [cell.style for cell in grid.rows[0]] == ["TableHead"] * 3
    assert grid.rows[1] == (
        Paragraph("TableText", (Piece("下达", cell=True),)),
        Paragraph("TableNumber", (Piece("40", cell=True),)),
        Paragraph("TableText", (Piece("报告 · 三", cell=True),)),
    )


def test_tiles_are_a_table() -> None:
    """What is counted, its number, and all that is said of it."""
    page = (
        f'<div class="tiles"><div class="tile"><div class="tile-label">整改率</div>'
        f'<div class="tile-value">{STAT}</div><div class="tile-note">累计</div>'
        '<div class="tile-note">文件合计</div></div></div>'
    )
    grid = blocks(page)[1]
    assert isinstance(grid, Grid)
    assert [cell.text for cell in grid.rows[1]] == ["整改率", "97%", "累计；文件合计"]


def test_a_number_is_a_field_and_its_first_place_a_bookmark() -> None:
    """The field names the statistic and how it is shown; the property has the same text."""
    long = "a." + "b" * 60
    pieces = [Piece("97%", "a.rate"), Piece("97", "a.rate", "number"), Piece("1", long)]
    element, writer = xml(*pieces, Piece("a_rate", "a_rate"))
    instructions = [one.get(qn("w:instr")) for one in element.iter(qn("w:fldSimple"))]
    assert instructions == [
        f' DOCPROPERTY "{name}" ' for name in ("a.rate", "a.rate|number", long, "a_rate")
    ]
    names = [one.get(qn("w:name")) for one in element.iter(qn("w:bookmarkStart"))]
    assert names == ["s0001_a_rate", f"s0002_a_{'b' * 32}", "s0003_a_rate"]
    assert writer.properties == {
        "a.rate": "97%",
        "a.rate|number": "97",
        long: "1",
        "a_rate": "a_rate",
    }


def test_what_is_counted_and_linked() -> None:
    """Captions count by a field; a row leads back to the first place of its number."""
    element, writer = xml(
        Piece("", count="图"), Piece("", count="表"), Piece("", count="图"), Piece("8", "a.b")
    )
    assert [one.text for one in element.xpath("w:fldSimple/w:r/w:t | */w:fldSimple/w:r/w:t")] == [
        *"1128"
    ]
    (back,) = writer.parts(Piece("甲", place="a.b"))
    assert back.get(qn("w:anchor")) == "s0001_a_b"
    (nowhere,) = writer.parts(Piece("乙", place="a.c"))
    assert nowhere.tag == qn("w:r")


def test_the_property_of_a_number() -> None:
    """The statistic alone names its display; any other text has its variant after a bar."""
    assert property_name("a.rate", "display") == "a.rate"
    assert property_name("a.rate", "over:90%") == "a.rate|over:90%"


@pytest.mark.parametrize(
    ("texts", "check"),
    [
        ([["名", "数"], ["甲", "29.9亿元"]], lambda widths: widths[1] > widths[0]),
        ([["名", "说"], ["2024-08-22", "长" * 300]], lambda widths: 1300 < widths[0] < 1600),
        ([["长" * 90, "长" * 60], ["甲", "乙"]], lambda widths: abs(widths[0] - widths[1]) < 9),
    ],
    ids=["short", "one long", "two long"],
)
def test_columns_fill_the_type_area(texts: list[list[str]], check: Any) -> None:
    """Short columns keep their longest text on a line, long ones share what is left."""
    rows = tuple(tuple(Paragraph("TableText", (Piece(one),)) for one in row) for row in texts)
    widths = column_widths(Grid(rows))
    assert sum(widths) == WIDTH
    assert check(widths), widths


def test_the_opening_and_the_signature() -> None:
    """Title, edition, addressee; the date begins two characters right of the issuer's name."""
    assert [one.text for one in opening("某报告", PARAMETERS)] == [
        *["某报告", "2031Q1\u3000初版\u3000尚未正式发布（草稿）", "某市人大常委会："]
    ]
    issuer, date = [one for one in closing(PARAMETERS, "说明") if one.style == "Signature"]
    assert (issuer.text, date.text) == ("某市人民政府", "2031年3月31日")
    begins = [one.right + sum(1 + (c > "\x7f") for c in one.text) for one in (issuer, date)]
    assert begins[0] - begins[1] == 4
    assert min(issuer.right, date.right) == 4
    assert dated(PARAMETERS) == datetime(2031, 3, 31)


def test_an_edition_without_a_date_is_a_draft() -> None:
    """It is signed 草稿, bears no date, and the file's own date is a fixed one."""
    draft = {**PARAMETERS, "reporting_date": "待定"}
    *_, signed, note = closing(draft, "说明")
    assert (signed.text, note.text) == ("（草稿）", "（说明）")
    assert dated(draft) == dated(draft) == datetime(2000, 1, 1)


def test_properties_are_a_part_of_the_file() -> None:
    """Texts are written as XML wants them, and packed without the time of packing."""
    document = new_document()
    add_properties(document, {"a.b": "<1 & 2>"})
    data = file_bytes(document)
    with ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("docProps/custom.xml").decode("utf-8")
        assert "custom-properties" in archive.read("_rels/.rels").decode("utf-8")
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert 'pid="2" name="a.b"><vt:lpwstr>&lt;1 &amp; 2&gt;</vt:lpwstr>' in text
