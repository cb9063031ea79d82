"""Drafts as plain text: each rule of reading, and each reason to refuse one."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st

from policybook.drafts import Draft, DraftError, archive, read_draft

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
DOCUMENT = "word/document.xml"
SPACES = nsdecls("w", "r", "m") + (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def written(path: Path, data: bytes | str) -> Path:
    """A file with this content; text as UTF-8."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def refused(path: Path) -> tuple[str, str]:
    """Code, and place with message, of the one finding that reading ends with."""
    with pytest.raises(DraftError) as caught:
        read_draft(path)
    (finding,) = caught.value.findings
    assert finding.severity == "error"
    assert finding.remedy
    return finding.code, f"{finding.place} {finding.message}"


def packed(**parts: str) -> bytes:
    """A zip of parts; ``document`` and the like stand for their names in a Word file."""
    names = {"document": DOCUMENT, "relations": "word/_rels/document.xml.rels"}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(names.get(name, f"word/{name}.xml"), content)
    return file.getvalue()


def body(xml: str) -> str:
    """The main part around its paragraphs and tables."""
    return f"<w:document {SPACES}><w:body>{xml}</w:body></w:document>"


def paragraph(xml: str) -> str:
    """A paragraph around runs."""
    return f"<w:p>{xml}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


Read = Callable[..., str]


@pytest.fixture
def word(tmp_path: Path) -> Read:
    """Reads a Word file of these parts."""

    def read(xml: str, **parts: str) -> str:
        return read_draft(written(tmp_path / "稿.docx", packed(document=body(xml), **parts))).text

    return read


@pytest.fixture
def page(tmp_path: Path) -> Read:
    """Reads an HTML page."""

    def read(source: str) -> str:
        return read_draft(written(tmp_path / "稿.html", source)).text

    return read


@pytest.fixture
def scanned(tmp_path: Path) -> Read:
    """What of a Markdown text is scanned."""

    def read(source: str) -> str:
        draft = read_draft(written(tmp_path / "稿.md", source))
        assert draft.text == source
        assert len(draft.scanned) == len(source)
        return draft.scanned

    return read


# Files


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """No file, a folder, a pipe and an impossible name are all told without a traceback."""
    assert refused(tmp_path / "无.docx")[0] == "draft.missing"
    assert "文件夹" in refused(tmp_path)[1]
    os.mkfifo(tmp_path / "管道.txt")
    assert refused(tmp_path / "管道.txt")[0] == "draft.missing"
    assert refused(tmp_path / ("长" * 999))[0] == "draft.missing"
    assert refused(Path("a\0b.txt"))[0] == "draft.missing"


@pytest.mark.parametrize(
    "name",
    ["a.doc", "a.wps", "a.rtf", "a.xlsx", "a.pptx", "a.png", "a.JPG", "a.docm", "a.xyz", "a"],
)
def test_an_unknown_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    """Only Word, HTML, Markdown and plain text are read."""
    assert refused(written(tmp_path / name, "增长5%。"))[0] == "draft.kind"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", OLE + b"\0" * 600),
        ("a.docx", b"{\\rtf1 x}"),
        ("a.docx", b"\x89PNG\r\n\x1a\n\0"),
        ("a.txt", b"PK\x03\x04\x14\0"),
        ("a.txt", OLE),
        ("a.md", b"{\\rtf1\\ansi x}"),
        ("a.html", b"\xff\xd8\xff\xe0"),
    ],
)
def test_a_renamed_file_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    """The content is looked at too, whatever the name says."""
    code, message = refused(written(tmp_path / name, data))
    assert code == "draft.kind"
    assert "内容却是" in message


def test_a_workbook_called_docx_is_refused(tmp_path: Path) -> None:
    """A zip with sheets is no broken Word file but another kind."""
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as file:
        file.writestr("xl/workbook.xml", "<a/>")
    assert refused(tmp_path / "a.docx")[0] == "draft.kind"


def test_a_pdf_is_refused(tmp_path: Path) -> None:
    """A PDF is not read; one without fonts is called a scan, and one that hides them is not."""
    text = written(tmp_path / "a.pdf", b"%PDF-1.7\n1 0 obj <</Font <</F1 2 0 R>>>>")
    assert refused(text)[0] == "draft.pdf"
    assert "扫描件，" not in refused(text)[1]
    assert "扫描件，" in refused(written(tmp_path / "b.pdf", b"%PDF-1.4\n<</XObject 3 0 R>>"))[1]
    assert "扫描件，" not in refused(written(tmp_path / "c.pdf", b"%PDF-1.5\n<</Type /ObjStm>>"))[1]
    assert refused(written(tmp_path / "d.txt", b"%PDF-1.4\n"))[0] == "draft.pdf"


def test_an_encrypted_word_file_is_refused(tmp_path: Path) -> None:
    """A password is told apart from damage, in both ways to set one."""
    data = OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    assert refused(written(tmp_path / "a.docx", data))[0] == "draft.encrypted"
    plain = bytearray(packed(document=body("")))
    directory = plain.index(b"PK\x01\x02")
    plain[directory + 8] |= 1
    assert refused(written(tmp_path / "b.docx", bytes(plain)))[0] == "draft.encrypted"


@pytest.mark.parametrize(
    "data",
    [
        b"no zip",
        packed(document=body(paragraph(run("字"))))[:-60],
        packed(other="<a/>"),
        packed(document=body("")[:-5]),
        packed(document=""),
        packed(document=body(paragraph("<w:r><w:t>&#0;</w:t></w:r>"))),
        packed(document=body('<w:altChunk r:id="rId1"/>')),
        packed(document=f"<!DOCTYPE a [<!ENTITY b 'c'>]>{body(paragraph(run('&b;')))}"),
        packed(document=body("<w:sdt>" * 900 + "</w:sdt>" * 900)),
    ],
    ids="text cut no-document cut-xml no-xml bad-xml elsewhere entity deep".split(),
)
def test_a_broken_word_file_is_refused(tmp_path: Path, data: bytes) -> None:
    """What is no whole Word file, or cannot be read whole, is told without a traceback."""
    assert refused(written(tmp_path / "a.docx", data))[0] == "draft.broken"


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    """Bytes that changed inside a part, or an unusual compression, are damage."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr(DOCUMENT, body(paragraph(run("完成16项"))))
    data = file.getvalue().replace("16项".encode(), "61项".encode())
    assert refused(written(tmp_path / "a.docx", data))[0] == "draft.broken"
    with zipfile.ZipFile(tmp_path / "b.docx", "w", zipfile.ZIP_BZIP2) as target:
        target.writestr(DOCUMENT, body(""))
    assert refused(tmp_path / "b.docx")[0] == "draft.broken"


def test_no_entity_is_resolved(tmp_path: Path) -> None:
    """A Word file cannot read another file."""
    secret = written(tmp_path / "密.txt", "机密")
    declared = f"<!DOCTYPE a [<!ENTITY b SYSTEM '{secret.as_uri()}'>]>"
    data = packed(document=declared + body(paragraph(run("&b;"))))
    code, message = refused(written(tmp_path / "a.docx", data))
    assert code == "draft.broken"
    assert "DTD" in message


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    """A file over 20 MB is not read, whatever it holds."""
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(20_000_001)
    assert refused(tmp_path / "a.txt")[0] == "draft.size"


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    """Parts that unpack to over 100 MB are refused by the directory, before unpacking."""
    with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(DOCUMENT, body(paragraph(run("字"))))
        for number in range(2):
            file.writestr(f"word/media/{number}.bin", bytes(51_000_000))
    assert refused(tmp_path / "a.docx")[0] == "draft.size"


def test_a_zip_bomb_that_lies_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part never unpacks past what the directory says, even where the checksum fits."""
    content = bytes(50_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(DOCUMENT, content)
    data = bytearray(file.getvalue())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 16, zlib.crc32(content[:90]))
    struct.pack_into("<I", data, at + 24, 90)
    asked: list[int] = []
    unpack = zipfile.ZipExtFile.read

    def read(self: zipfile.ZipExtFile, size: int | None = -1) -> bytes:
        asked.append(-1 if size is None else size)
        return unpack(self, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", read)
    assert refused(written(tmp_path / "a.docx", bytes(data)))[0] == "draft.broken"
    assert asked
    assert all(0 < size <= 1 << 16 for size in asked)


def test_too_large_a_part_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One part of XML may be large only so far as its tree fits into memory."""
    monkeypatch.setattr(archive, "XML_LIMIT", 1000)
    data = packed(document=body(paragraph(run("字" * 1000))))
    assert refused(written(tmp_path / "a.docx", data))[0] == "draft.size"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b""),
        ("a.txt", b"\xef\xbb\xbf \r\n"),
        ("a.html", b"<p hidden>x</p><!-- y -->"),
        ("a.docx", packed(document=body("<w:p/>"))),
        ("a.md", "　\n".encode()),
    ],
)
def test_an_empty_document_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    """A document without a word says so, and is not reviewed as faultless."""
    path = written(tmp_path / name, data)
    assert refused(path)[0] == "draft.empty"


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """The folder of a draft holds the same files afterwards, with the same bytes."""
    data = packed(document=body(paragraph(run("字"))))
    written(tmp_path / "a.docx", data)
    assert read_draft(tmp_path / "a.docx") == Draft("a.docx", "docx", "字", "字")
    assert [file.name for file in tmp_path.iterdir()] == ["a.docx"]
    assert (tmp_path / "a.docx").read_bytes() == data


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("suffix", ["txt", "md", "html"])
def test_chinese_encodings_are_read(tmp_path: Path, encoding: str, suffix: str) -> None:
    """UTF-8 with its mark and without, UTF-16 with it, and GB18030 give the same text."""
    text = "中小学整改率为97%，小学“学”字。"
    draft = read_draft(written(tmp_path / f"稿.{suffix}", text.encode(encoding)))
    assert (draft.name, draft.kind, draft.text) == (f"稿.{suffix}", suffix, text)


def test_big_endian_is_read(tmp_path: Path) -> None:
    """UTF-16 is read in both orders of bytes."""
    path = written(tmp_path / "a.txt", b"\xfe\xff" + "增长".encode("utf-16-be"))
    assert read_draft(path).text == "增长"


def test_line_ends_are_kept(tmp_path: Path) -> None:
    """Offsets are those of the file's own text, whatever system wrote it."""
    for name in ("a.txt", "a.md"):
        assert read_draft(written(tmp_path / name, "一\r\n二\r三\n")).text == "一\r\n二\r三\n"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffd")).filter(
        lambda text: text.strip() and not text.startswith(("\ufeff", "{\\rtf"))
    )
)
def test_any_text_is_read_as_it_is(text: str) -> None:
    """Text in UTF-8 is read character for character, and all of it is scanned."""
    with TemporaryDirectory() as folder:
        draft = read_draft(written(Path(folder) / "稿.txt", text))
    assert draft.text == text
    assert draft.scanned == text


def test_binary_content_is_refused(tmp_path: Path) -> None:
    """Empty bytes are no text, except in UTF-16."""
    assert refused(written(tmp_path / "a.txt", b"abc\0def"))[0] == "draft.binary"
    assert refused(written(tmp_path / "b.md", "增长".encode("utf-32")))[0] == "draft.binary"
    assert refused(written(tmp_path / "c.html", "增a".encode("utf-16-le")))[0] == "draft.binary"


HALF = "本市全年完成整改任务，进展顺利。\n"
OTHER = "下半年继续推进各项重点工程建设。\n"


@pytest.mark.parametrize(
    ("data", "line", "offset"),
    [
        (HALF.encode() + OTHER.encode("gb18030"), 2, len(HALF.encode())),
        (HALF.encode("gb18030") + OTHER.encode(), 2, len(HALF.encode("gb18030"))),
        (b"1\r2\r\n" + HALF.strip().encode() + OTHER.encode("gb18030"), 3, 5 + 48),
        ("增长，".encode("gb18030") + "资金".encode() + "去年。".encode("gb18030"), 1, 6),
        ("增长 ".encode("gb18030") + "资金".encode() + b" 5\n", 1, 5),
        ("完成\ufffd项".encode(), 1, 6),
        ("好\n完成\ufffd项".encode("gb18030"), 2, 7),
        ("好的\n\ue5e5".encode("gb18030"), 2, 5),
        ("好\x85".encode("gb18030"), 1, 2),
        (b"\xef\xbb\xbf" + "好".encode("gb18030"), 1, 3),
        (b"\xff\xfe" + "好\n".encode("utf-16-le") + b"\x00\xd8", 2, 6),
        ("好\n".encode("gb18030") + b"\xff", 2, 3),
        ("好的事情\n".encode() + b"\xff", 2, 13),
    ],
    ids="utf8-gb gb-utf8 no-break inside word lost lost-gb private c1 mark utf16 cut cut8".split(),
)
def test_mixed_encodings_are_refused(tmp_path: Path, data: bytes, line: int, offset: int) -> None:
    """A text that reads only in part names the first line and byte that do not fit."""
    code, message = refused(written(tmp_path / "a.txt", data))
    assert code == "draft.encoding"
    assert f"第{line}行 第{offset}字节" in message


def test_a_page_is_read_as_it_declares_itself(tmp_path: Path) -> None:
    """A page's own charset comes first, unless its bytes say otherwise."""
    # The bytes of 小学 are UTF-8 too, of Cyrillic letters.
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    assert (
        read_draft(written(tmp_path / "a.html", meta.encode() + b"\xd0\xa1\xd1\xa7")).text == "小学"
    )
    assert read_draft(written(tmp_path / "b.html", f"{meta}增长得很快")).text == "增长得很快"
    declared = b"<meta charset='utf-8'>" + "增长".encode("gb18030")
    assert read_draft(written(tmp_path / "c.html", declared)).text == "增长"
    unknown = '<meta charset="x-none">增长'
    assert read_draft(written(tmp_path / "d.html", unknown)).text == "增长"
    taiwan = b"<meta charset=big5>" + "經濟".encode("big5")
    assert read_draft(written(tmp_path / "e.html", taiwan)).text == "經濟"
    xml = b'<?xml version="1.0" encoding="GBK"?>' + b"\xd0\xa1"
    assert read_draft(written(tmp_path / "f.xhtml", xml)).text == "小"


# Word


def test_a_word_file_of_the_library_is_read(tmp_path: Path) -> None:
    """Headings, paragraphs and tables come in their order, headers and footers last and once."""
    document = docx.Document()
    document.add_heading("工作报告", 0)
    document.add_paragraph("完成").add_run("16项").bold = True
    table = document.add_table(2, 2)
    for cell, text in zip([*table.rows[0].cells, *table.rows[1].cells], "项数一3", strict=True):
        cell.text = text
    table.rows[1].cells[1].add_paragraph("另2")
    document.add_paragraph("第一\n条\t完", style="List Number")
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    section = document.add_section()
    section.header.is_linked_to_previous = False
    section.header.paragraphs[0].text = "页眉"
    document.save(str(tmp_path / "稿.docx"))
    draft = read_draft(tmp_path / "稿.docx")
    assert draft.kind == "docx"
    assert draft.scanned == draft.text
    assert [line for line in draft.text.split("\n") if line] == [
        "工作报告",
        "完成16项",
        "项\t数",
        "一\t3",
        "另2",
        "第一",
        "条\t完",
        "页眉",
        "页脚",
    ]


def test_characters_of_their_own_elements_are_read(word: Read) -> None:
    """Tabs, breaks and hyphens are text; a symbol that only its font knows leaves a box."""
    xml = (
        "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>2</w:t><w:noBreakHyphen/><w:t>3</w:t>"
        '<w:softHyphen/><w:sym w:font="Symbol" w:char="F0B3"/><w:sym w:char="2265"/><w:sym/></w:r>'
    )
    assert word(paragraph(f"<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>{xml}")) == "甲\t乙\n2-3□≥□"


def test_formulas_keep_their_fractions(word: Read) -> None:
    """One half is not read as twelve, nor ten cubed as a hundred and three."""
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    cube = (
        "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>3</m:t></m:r></m:sup></m:sSup>"
    )
    assert word(paragraph(f"<m:oMath>{half}{cube}</m:oMath>")) == "1/210^3"


def test_changes_are_read_as_accepted(word: Read) -> None:
    """Insertions and the places text moved to are read, deletions and its old places are not."""
    gone = "<w:r><w:delText>60</w:delText></w:r><w:r><w:t>6</w:t></w:r>"
    xml = paragraph(
        run("完成") + f"<w:del>{gone}</w:del><w:ins>{run('70')}</w:ins>"
        f"<w:moveFrom>{run('旧')}</w:moveFrom><w:moveTo>{run('项')}</w:moveTo>"
    )
    row = "<w:tr>{}<w:tc>{}</w:tc></w:tr>"
    deleted = row.format("<w:trPr><w:del/></w:trPr>", paragraph(run("删")))
    cell = f"<w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph(run('删'))}</w:tc></w:tr>"
    kept = row.format("", paragraph(run("留")))
    assert word(f"{xml}<w:tbl>{deleted}{cell}{kept}</w:tbl>") == "完成70项\n\n留"


def test_a_deleted_paragraph_mark_joins_lines(word: Read) -> None:
    """The paragraph after a deleted mark goes on with the same line."""
    mark = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
    assert word(paragraph(mark + run("完成")) + paragraph(run("3项"))) == "完成3项"
    alone = f"<w:tbl><w:tr><w:tc>{paragraph(mark + run('甲'))}</w:tc></w:tr></w:tbl>"
    assert word(alone + paragraph(run("乙"))) == "甲\n乙"


def test_fields_are_read_by_their_results(word: Read) -> None:
    """Instructions of fields, nested ones too, are not text; their results are."""
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    begin, separate, end = (field.format(kind) for kind in ("begin", "separate", "end"))
    code = "<w:r><w:instrText>IF 9</w:instrText></w:r>"
    xml = f"{begin}{code}{begin}{separate}{run('8')}{end}{separate}{run('5')}{end}{run('项')}"
    simple = f'<w:fldSimple w:instr="REF a">{run("7")}</w:fldSimple>'
    assert word(paragraph(xml + simple)) == "5项7"
    assert word(paragraph(f"{begin}{run('没有结束')}") + paragraph(run("下段"))) == "没有结束\n下段"


def test_numbers_of_pages_are_not_read(word: Read) -> None:
    """Nobody wrote what a field that counts pages shows, in either way of writing fields."""
    simple = f'<w:fldSimple w:instr=" PAGE ">{run("7")}</w:fldSimple>'
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    begin, separate, end = (field.format(kind) for kind in ("begin", "separate", "end"))
    code = "<w:r><w:instrText> NUMPAGES </w:instrText></w:r>"
    xml = f"{simple}{run('—')}{begin}{code}{separate}{run('8')}{end}"
    assert word(paragraph(xml)) == "—"


def test_fields_name_what_they_show(tmp_path: Path) -> None:
    """A number knows the document property of its field, and that it is a ledger's cell."""
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    begin, separate, end = (field.format(kind) for kind in ("begin", "separate", "end"))
    code = '<w:r><w:instrText> DOCPROPERTY "a.b|number" </w:instrText></w:r>'
    simple = f'<w:fldSimple w:instr=" DOCPROPERTY a.c ">{run("7项")}</w:fldSimple>'
    style = '<w:rStyle w:val="LedgerCell"/>'
    cell = run("“6", style) + run("项”", style)
    cells = "".join(f"<w:tc>{paragraph(one)}</w:tc>" for one in (cell, simple))
    row = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    line = paragraph(run("共") + begin + code + separate + run("85") + end + run("项"))
    path = written(tmp_path / "a.docx", packed(document=body(line + row)))
    draft = read_draft(path)
    assert draft.text == "共85项\n“6项”\t7项"
    marked = {(draft.text[one.start : one.end], one.name) for one in draft.marks}
    assert marked == {("85", "a.b|number"), ("“6项”", "LedgerCell"), ("7项", "a.c")}


def test_wrapped_text_is_read(word: Read) -> None:
    """Hyperlinks, content controls, smart tags and the base of ruby are text."""
    xml = paragraph(
        f"<w:hyperlink>{run('网')}</w:hyperlink><w:smartTag>{run('站')}</w:smartTag>"
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run('3')}</w:sdtContent></w:sdt><!-- 注 -->"
        f"<w:r><w:ruby><w:rt>{run('ge')}</w:rt><w:rubyBase>{run('个')}</w:rubyBase></w:ruby></w:r>"
    )
    row = f"<w:sdt><w:sdtContent><w:tr><w:tc>{xml}</w:tc></w:tr></w:sdtContent></w:sdt>"
    block = f"<w:sdt><w:sdtContent>{xml}<w:tbl>{row}</w:tbl></w:sdtContent></w:sdt>"
    assert word(block) == "网站3个\n网站3个"


def test_empty_cells_keep_their_place(word: Read) -> None:
    """Columns stay aligned, and a table inside a cell is read there."""
    cell = "<w:tc>{}</w:tc>"
    inner = f"<w:tbl><w:tr>{cell.format(paragraph(run('3')))}</w:tr></w:tbl><w:p/>"
    row = "".join([cell.format("<w:p/>"), cell.format(inner), cell.format(paragraph(run("4")))])
    assert word(f"{paragraph(run('表'))}<w:tbl><w:tr>{row}</w:tr></w:tbl>") == "表\n\t3\t4"


def test_text_boxes_are_read_once(word: Read) -> None:
    """Word writes a text box twice; it is read once, after the paragraph it hangs on."""
    box = f"<w:txbxContent>{paragraph(run('框内3项'))}</w:txbxContent>"
    both = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        f"<wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f"<v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert word(paragraph(run("前") + both + run("后"))) == "前后\n框内3项"
    old = both.replace(f"<wps:txbx>{box}</wps:txbx>", "")
    assert word(paragraph(run("前") + old)) == "前\n框内3项"
    blocks = (
        f"<mc:AlternateContent><mc:Choice>{paragraph(run('新'))}</mc:Choice>"
        f"<mc:Fallback>{paragraph(run('旧'))}</mc:Fallback></mc:AlternateContent>"
    )
    assert word(blocks) == "新"


def test_hidden_text_is_left_out(word: Read) -> None:
    """Text hidden by itself, by its style or by its paragraph's style is not read."""
    styles = (
        f"<w:styles {SPACES}><w:style w:styleId='H'><w:rPr><w:vanish/></w:rPr></w:style>"
        "<w:style w:styleId='J'><w:basedOn w:val='H'/></w:style>"
        "<w:style w:styleId='K'><w:basedOn w:val='K'/></w:style></w:styles>"
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{RELATION}/styles" Target="styles.xml"/></Relationships>'
    )
    shown = run("见", '<w:vanish w:val="0"/>')
    xml = paragraph(
        run("甲") + run("隐", "<w:vanish/>") + run("隐", "<w:rStyle w:val='J'/>") + shown
    ) + paragraph(f"<w:pPr><w:pStyle w:val='H'/></w:pPr>{run('隐')}{shown}")
    last = paragraph(run("乙", "<w:rStyle w:val='K'/>"))
    assert word(xml + last, styles=styles, relations=relations) == "甲见\n见\n乙"


def test_notes_are_read_last(word: Read) -> None:
    """Footnotes and endnotes that the text refers to come after it, in its order."""
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{RELATION}/footnotes" Target="/word/footnotes.xml"/>'
        f'<Relationship Id="b" Type="{RELATION}/endnotes" Target="endnotes.xml"/>'
        f'<Relationship Id="c" Type="{RELATION}/image" Target="NULL"/>'
        f'<Relationship Id="d" Type="{RELATION}/hyperlink" Target="x" TargetMode="External"/>'
        "</Relationships>"
    )
    notes = "".join(
        f'<w:footnote w:id="{number}">{paragraph(run(text))}</w:footnote>'
        for number, text in [(-1, "线"), (1, "注一"), (2, "注二"), (3, "无人引用")]
    )
    endnote = f'<w:endnote w:id="1">{paragraph(run("尾注"))}</w:endnote>'
    mark = '<w:r><w:{}Reference w:id="{}"/></w:r>'
    xml = run("文") + mark.format("endnote", 1) + mark.format("footnote", 2)
    text = word(
        paragraph(xml + mark.format("footnote", 1)) + paragraph(run("末")),
        footnotes=f"<w:footnotes {SPACES}>{notes}</w:footnotes>",
        endnotes=f"<w:endnotes {SPACES}>{endnote}</w:endnotes>",
        relations=relations,
    )
    assert text == "文\n末\n注二\n注一\n尾注"


def test_strict_word_files_are_read(tmp_path: Path) -> None:
    """The strict variant of the format has other namespaces and the same text."""
    usual = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    strict = body(paragraph(run("增长"))).replace(
        usual, "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    assert read_draft(written(tmp_path / "a.docx", packed(document=strict))).text == "增长"


def test_an_inserted_paragraph_of_the_library_is_read(tmp_path: Path) -> None:
    """Elements added to a document of python-docx are found where they stand."""
    document = docx.Document()
    document.add_paragraph("前")
    inserted = f"<w:ins {SPACES}>{run('加')}</w:ins>"
    document.paragraphs[0]._p.append(parse_xml(inserted))
    document.save(str(tmp_path / "a.docx"))
    assert read_draft(tmp_path / "a.docx").text.strip() == "前加"


# HTML


def test_what_a_page_hides_is_left_out(page: Read) -> None:
    """Scripts, styles, templates, comments, the head but its title, and hidden elements."""
    source = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>题 &amp; 名</title>
      <style>p{}</style><script>if (a<b) "<!--"</script><link href="x"></head><body>
      <template>1<p>2</p></template><noscript>3</noscript><!-- 4 > --><p hidden>5<b>6</b></p>
      <div style="display: none">7<div>8</div></div><![if x]><![foo[<p>正文</p>
      <svg><title>9</title></svg><table><tr><td hidden>10</td><td>甲</td></table></body></html>"""
    assert page(source).split("\n") == ["题 & 名", "正文", "甲"]


def test_blocks_stand_on_lines_of_their_own(page: Read) -> None:
    """Paragraphs, items, headings and breaks end a line, with and without end tags."""
    source = "<h1>一</h1>二<p>三<p>四<br>五<ul><li>六<li>七</ul><div><div>八</div></div>九<hr>十"
    assert page(source) == "一\n二\n三\n四\n五\n六\n七\n八\n九\n十"
    assert page("<p hidden>无<p>有<ul><li hidden>无<li>有</ul>") == "有\n有"
    assert page("<pre>一\n 二\r\n三</pre>四\n 五") == "一\n二\n三\n四五"


def test_spaces_are_those_of_a_browser(page: Read) -> None:
    """Spaces collapse, and neither tags nor line ends part Chinese characters."""
    assert page("<p> 增长<b>5</b><i>%</i>，\n   <span>共</span>\n<span>3</span> 项 </p>") == (
        "增长5%， 共 3 项".replace("， ", "，")
    )
    assert page("<p>two\n  words　全角&nbsp;&#x4E2D;&lt;b&gt;</p>") == "two words　全角\xa0中<b>"
    assert page("5 < 6，7>8 & 9 <甲>") == "5 < 6，7>8 & 9 <甲>"


def test_cells_stand_between_tabs(page: Read) -> None:
    """A row is a line; lines inside a cell stay lines, and tables inside cells are read there."""
    rows = "<tr><th>项<th>数<tr><td></td><td><p>3</p></td></tr><tbody><tr><td>甲<td>乙</tbody>"
    assert (
        page(f"前<table><caption>表</caption>{rows}</table>后") == "前\n表\n项\t数\n\t3\n甲\t乙\n后"
    )
    inner = "<table><tr><td>1</td><td>2</td></tr></table>"
    assert (
        page(f"<table><tr><td>{inner}</td><td><p>a</p><p>b</p></td></tr></table>") == "1\t2\ta\nb"
    )
    assert page("<div><table><tr><td>一</div></td><td>二</table>三<td>四</td>") == "一\t二\n三四"
    assert page("<table><tr>外<td>内</table>") == "外\n内"


def test_pictures_are_read_by_their_alt_text(page: Read) -> None:
    """What stands for a picture is a line of its own."""
    source = "增<img alt='图：3&nbsp;项' src=x>长<img src=y><img alt='' ><img hidden alt=无>"
    assert page(source) == "增\n图：3\xa0项\n长"


def test_untidy_tags_lose_nothing(page: Read) -> None:
    """Wrong end tags, quotes inside values and unfinished tags leave the text there."""
    assert page('<p title="a>b" hidden-not>一</b></div></p>二') == "一\n二"
    assert page("<p class=it's>一</p><b hidden><i>无</b>二") == "一\n二"
    assert page("<p>一<a href='x>二</p>三<b>四") == "一二\n三四"
    assert page("一<b>二</b> <c 三") == "一二 <c 三"
    assert page(f"一&#{'9' * 5000};") == "一\ufffd"
    assert page("一<!-- 没有结束 <p>二</p>") == "一"


@pytest.mark.parametrize(
    "unit",
    [
        "<a ",
        "<a b='",
        "<!-- >",
        "<!",
        "<table><tr><td>",
        "<b>",
        "</p>",
        "<p hidden>",
        "\n",
        "<![a[",
    ],
)
def test_hostile_pages_do_not_hang(page: Read, unit: str) -> None:
    """Half a megabyte of unfinished or nested tags is read in a moment."""
    assert page("字" + unit * (500_000 // len(unit))).startswith("字")


# Markdown


@pytest.mark.parametrize(
    ("source", "prose"),
    [
        ("---\na: 1\n---\n文", "文"),
        ("---\n文 1", "文1"),
        ("# 标题 2\n\n1. 增长**5%**\n- [ ] 甲\n> 引 3", "标题2增长5%甲引3"),
        ("文\n```python\nx = 1\n```\n后", "文后"),
        ("```\n~~~\n1\n````\n后", "后"),
        ("~~~\n没有结束 1", ""),
        ("```{note} 题 5\n:class: x6\n正文 7。\n```\n8", "题5正文7。8"),
        (":::{tip}\n正文 7\n```{chart} a9\n:b: 1\n```\n:::", "正文7"),
        ("共{stat}`a.b1`，`` c`2 ``和`3", "共，和`3"),
        ('见[甲 1](http://a.b/2 "三")和<https://x.y/3>、https://a.cn/b4。后', "见甲1和、。后"),
        ("![图 1](a_(2).png)[^3]\n\n[^3]: 注 4\n\n[a]: b5", "图1注4"),
        ('前<!-- 1\n2 -->后<b class="c3">五</b><script>4\n</script>尾', "前后五尾"),
        ("前 <!-- 没有\n\n结束<!--", "前<!--没有结束<!--"),
        ("前\n <!-- 没有\n\n结束", "前"),
        ("写作`<!--`的注释 3", "写作的注释3"),
        ("- ```\n  码 1\n  ```\n后", "后"),
        ("| 项 | 3 |\n|:--|--:|\n(a-1)=\n+++ 2\n% 注 4", "项3"),
        ("x<y 且 y>1，5\\*6，a_b_c", "x<y且y>1，5*6，a_b_c"),
        ("    缩进的正文 3", "缩进的正文3"),
    ],
)
def test_only_prose_is_scanned(scanned: Read, source: str, prose: str) -> None:
    """Markup, code, roles, links and comments become spaces, and prose stays."""
    read = scanned("文。\n\n" + source if not prose else source)
    assert "".join(read.split()).removeprefix("" if prose else "文。") == prose


def test_places_stay_the_same(scanned: Read) -> None:
    """What is scanned stands where it stood, lines included."""
    assert scanned("**甲**\r\n`1`乙\r\n") == "  甲  \r\n   乙\r\n"


@given(
    st.text(st.sampled_from("`~:{}[]()<>!-#*_|\\ \n\r\t1a甲/.^=+%"), min_size=1).map(
        lambda text: text + "文"
    )
)
def test_scanned_markdown_is_as_long(text: str) -> None:
    """Every character of Markdown is kept, or is a space in its place; line ends are kept."""
    with TemporaryDirectory() as folder:
        draft = read_draft(written(Path(folder) / "稿.md", text))
    assert draft.text == text
    assert len(draft.scanned) == len(text)
    assert all(
        new in (old, " ") and (old == new or old not in "\r\n")
        for old, new in zip(text, draft.scanned, strict=True)
    )


@pytest.mark.parametrize(
    "unit", ["`", "`` ` ", "](", "[^", "<a ", "a<!--", " ", "*", "\n> ", "|- "]
)
def test_hostile_markdown_does_not_hang(scanned: Read, unit: str) -> None:
    """Half a megabyte of unfinished markup is scanned in a moment."""
    assert scanned("字" + unit * (500_000 // len(unit))).startswith("字")
