"""`report.docx`: what it holds, how it looks in LibreOffice, what review and verify say of it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from typer.testing import CliRunner

from policybook.claims import shown
from policybook.cli import app
from policybook.errors import Finding
from policybook.pages import read_page
from policybook.paper import check_document, published_document
from policybook.paper.compose import property_name
from policybook.published import DOCUMENT, Release, read_release
from policybook.release import write_sums
from policybook.verify import verify_release
from tests.conftest import PERIOD

FIELD = re.compile(r' DOCPROPERTY "([^"]+)" ')
CHECKING = ("statistics", "method", "data-dictionary", "documents")
"""Pages for checking, which are no chapters of the report."""

Change = Callable[[str], str]


def part(path: Path, name: str) -> str:
    """A part of a Word file as text."""
    with ZipFile(path) as archive:
        return archive.read(name).decode("utf-8")


def body(path: Path) -> Any:
    """The body of a Word file."""
    return Document(str(path)).element.body


def fields(path: Path) -> list[tuple[str, str]]:
    """The numbers of a document: name of the property, text."""
    found = []
    for field in body(path).iter(qn("w:fldSimple")):
        named = FIELD.fullmatch(field.get(qn("w:instr")))
        if named:
            found.append((named[1], "".join(word.text for word in field.iter(qn("w:t")))))
    return found


def narrative(release: Path) -> list[Path]:
    """The pages that the document is made from."""
    return [page for page in sorted(release.glob("book/*.html")) if page.stem not in CHECKING]


def changed(path: Path, name: str, change: Change, out: Path | None = None) -> Path:
    """The file with one of its parts changed; the other parts as they were."""
    with ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    text = parts[name].decode("utf-8")
    new = change(text)
    if new == text:
        pytest.fail("nothing was changed")
    parts[name] = new.encode("utf-8")
    out = out or path
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    return out


def reviewed(root: Path, path: Path) -> tuple[int, dict[str, Any]]:
    """Exit status and answer of `policybook review`."""
    arguments = ["review", str(path), "--period", PERIOD, "--json", "--root", str(root)]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture(scope="module")
def report(site: Path) -> Path:
    """The published document."""
    return site / DOCUMENT


@pytest.fixture(scope="module")
def published(site: Path) -> Release:
    """The release around it."""
    return read_release(site)


@pytest.fixture(scope="module")
def pdf(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as LibreOffice prints it."""
    folder = tmp_path_factory.mktemp("printed")
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(report)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "report.pdf"


def test_every_number_of_the_chapters_is_a_field(site: Path, report: Path) -> None:
    """What a narrative page shows of a fact stands in the document as a field with that text."""
    there = set(fields(report))
    wanted = {
        (property_name(name, show), text)
        for page in narrative(site)
        for name, show, text in read_page(page.read_text("utf-8")).facts
    }
    assert len(wanted) > 150
    assert wanted <= there


def test_fields_show_facts_and_properties(report: Path, published: Release) -> None:
    """Each field's text is the fact's, and the document property of its name says the same."""
    own = fields(report)
    for name, text in own:
        fact, _, show = name.partition("|")
        assert text == shown(published.facts[fact], show or "display", published.facts)
    properties = re.findall(
        r'name="([^"]+)"><vt:lpwstr>([^<]*)</vt:lpwstr>', part(report, "docProps/custom.xml")
    )
    assert dict(properties) == dict(own)
    assert len(properties) == len(dict(own))


def test_the_appendix_has_every_number(report: Path, published: Release) -> None:
    """A row a statistic, in the order of the text: formula, cells, trace page, a way back."""
    root = body(report)
    *_, last = root.iter(qn("w:tbl"))
    rows = list(last.iter(qn("w:tr")))[1:]
    names = [
        FIELD.fullmatch(next(row.iter(qn("w:fldSimple"))).get(qn("w:instr")))[1] for row in rows
    ]
    assert names == list(dict.fromkeys(name.partition("|")[0] for name, _ in fields(report)))
    bookmarks = {mark.get(qn("w:name")) for mark in root.iter(qn("w:bookmarkStart"))}
    assert len(bookmarks) == len(rows)
    assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", name, re.ASCII) for name in bookmarks)
    for name, row in zip(names, rows, strict=True):
        text = "".join(word.text for word in row.iter(qn("w:t")))
        fact = published.facts[name]
        assert fact.label in text
        assert fact.formula in text
        assert f"trace/{name}.html" in text
        (place,) = [
            link.get(qn("w:anchor"))
            for link in row.iter(qn("w:hyperlink"))
            if link.get(qn("w:anchor"))
        ]
        assert place in bookmarks
    targets = set(
        re.findall(r'Target="(trace/[^"]+)"', part(report, "word/_rels/document.xml.rels"))
    )
    assert targets == {f"trace/{name}.html" for name in names}
    assert all((published.folder / target).is_file() for target in targets)


def test_every_figure_and_table_of_the_chapters_is_there(
    site: Path, report: Path, published: Release
) -> None:
    """Pictures with their alternative text and caption, record tables with all their cells."""
    images = [image for page in narrative(site) for image in _images(page)]
    assert len(images) == len(published.figures)
    drawn = body(report).iter("{*}docPr")
    assert sorted(one.get("descr") for one in drawn) == sorted(alt for _, alt in images)
    with ZipFile(report) as archive:
        pictures = {archive.read(n) for n in archive.namelist() if n.startswith("word/media/")}
    assert pictures == {(site / "figures" / f"{name}.png").read_bytes() for name, _ in images}
    captions = [p.text for p in Document(str(report)).paragraphs if p.style.style_id == "Caption"]
    assert len([one for one in captions if one.startswith("图")]) == len(images)
    cells = [run.text for run in _styled(report, "LedgerCell")]
    shown_cells = [
        text
        for page in narrative(site)
        for _, _, _, text in read_page(page.read_text("utf-8")).cells
        if text
    ]
    assert len(shown_cells) > 300
    assert not [text for text in shown_cells if text not in cells]


def _images(page: Path) -> list[tuple[str, str]]:
    text = page.read_text("utf-8")
    return re.findall(r'<img class="chart" src="../figures/([\w-]+)\.svg" alt="([^"]*)"', text)


def _styled(path: Path, style: str) -> list[Any]:
    document = Document(str(path))
    cells = [cell for table in document.tables for cell in table._cells]
    runs = [run for part in (document, *cells) for run in _runs(part)]
    return [run for run in runs if run.style.style_id == style]


def _runs(part: Any) -> list[Any]:
    return [run for paragraph in part.paragraphs for run in paragraph.runs]


def test_the_page_is_that_of_an_official_document(report: Path) -> None:
    """A4 with the margins of GB/T 9704, and page numbers on the outer sides."""
    document = Document(str(report))
    section = document.sections[0]
    one = Mm(1) // 10
    for length, millimetres in (
        (section.page_width, 210),
        (section.page_height, 297),
        (section.top_margin, 37),
        (section.left_margin, 28),
        (section.page_width - section.left_margin - section.right_margin, 156),
        (section.page_height - section.top_margin - section.bottom_margin, 225),
    ):
        assert abs(length - Mm(millimetres)) < one
    assert document.settings.odd_and_even_pages_header_footer
    assert section.footer.paragraphs[0].style.style_id == "FooterOdd"
    assert section.even_page_footer.paragraphs[0].style.style_id == "FooterEven"


def test_libreoffice_prints_lines_of_28_characters(pdf: Path) -> None:
    """A4 sheets, 22 lines of 28 characters where there is text alone, numbers as on the site."""
    content = pdf.read_bytes()
    pages = [lines for lines in map(_lines, _pages(content)) if lines]
    whole = [lines for lines in pages if {size for size, _, _ in lines} == {9, 16, 14}]
    texts = [{y: count for size, y, count in lines if size == 16} for lines in whole]
    full = [lines for lines in texts if len(lines) == 22]
    assert full, [len(lines) for lines in texts]
    assert max(map(len, texts)) == 22
    for lines in full:
        places = sorted(lines)
        pitches = [high - low for low, high in pairwise(places)]
        assert all(abs(pitch - 28.95) < 0.11 for pitch in pitches)
    lengths = Counter(count for lines in full for count in lines.values())
    assert lengths.most_common(1)[0][0] == 28
    boxes = set(re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", content))
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}


def _pages(content: bytes) -> Iterator[str]:
    """What a PDF draws on each page."""
    for found in re.finditer(rb"stream\r?\n", content):
        with suppress(zlib.error):
            drawn = zlib.decompressobj().decompress(content[found.end() :])
            if b" Tf" in drawn:
                yield drawn.decode("latin-1")


def _lines(drawn: str) -> list[tuple[int, float, int]]:
    """Size, height and characters of each line; LibreOffice writes two digits a character."""
    counts: Counter[tuple[int, float]] = Counter()
    size, height = 0, 0.0
    for found in re.finditer(r"([\d.]+) T[dm]\b|/F\d+ (\d+)(?:\.\d+)? Tf|<([0-9A-F]+)>", drawn):
        if found[1]:
            height = float(found[1])
        elif found[2]:
            size = int(found[2])
        else:
            counts[size, height] += len(found[3]) // 2
    return [(size, height, count) for (size, height), count in counts.items()]


def test_review_finds_every_number_matched(root: Path, report: Path) -> None:
    """Nothing unknown, nothing wrong; what states no statistic is a cell, a date, a name."""
    status, content = reviewed(root, report)
    coverage = content["coverage"]
    assert status == 0
    assert coverage["unknown"] == coverage["contradicts"] == coverage["earlier"] == 0
    assert coverage["same"] > 500
    left = [hit for hit in content["hits"] if hit["class"] == "quantity" and not hit["statistic"]]
    assert {hit["message"] for hit in left} <= {"台账单元格", "期号"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<w:t xml:space="preserve">24184项</w:t>', ">24185项<", "隐患问题"),
        ('<w:t xml:space="preserve">97%</w:t>', ">三分之一<", "隐患整改率"),
        ("24184 ÷ 24871 = 97.24%", "24184 ÷ 24871 = 99.24%", "隐患整改率"),
    ],
    ids=["a digit", "other words", "a formula"],
)
def test_a_number_edited_by_hand_is_a_contradiction(
    root: Path, report: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Within its field a number is compared with the statistic that the field names."""
    new = re.sub("^>|<$", lambda sign: old[:29] if sign[0] == ">" else old[-6:], new)
    path = changed(
        report, "word/document.xml", lambda text: text.replace(old, new, 1), tmp_path / "a.docx"
    )
    status, content = reviewed(root, path)
    wrong = [hit for hit in content["hits"] if hit["verdict"] == "contradicts"]
    assert status == 1
    assert wrong
    assert all(said in hit["message"] for hit in wrong)


def test_a_cell_edited_by_hand_is_a_contradiction(root: Path, report: Path, tmp_path: Path) -> None:
    """What is marked as a ledger's cell has to stand in the ledgers."""
    mark = '<w:rStyle w:val="LedgerCell"/></w:rPr><w:t xml:space="preserve">34.4<'
    path = changed(
        report,
        "word/document.xml",
        lambda text: text.replace(mark, mark.replace("34.4", "34.7"), 1),
        tmp_path / "a.docx",
    )
    status, content = reviewed(root, path)
    (wrong,) = [hit for hit in content["hits"] if hit["verdict"] == "contradicts"]
    assert (status, wrong["text"]) == (1, "34.7")
    assert "台账单元格" in wrong["message"]


def test_the_same_release_gives_the_same_bytes(report: Path, published: Release) -> None:
    """Made again, the file is the same to the last byte, and names no machine and no clock."""
    again = published_document(published)
    assert again == report.read_bytes()
    with ZipFile(io.BytesIO(again)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    own = Document(str(report)).core_properties
    assert own.author == own.last_modified_by == "呼和浩特市人民政府"
    assert str(own.modified.date()) == str(own.created.date()) == "2024-08-22"


TAMPERED: dict[str, tuple[str, Change, str]] = {
    "a number": (
        "word/document.xml",
        lambda text: text.replace(">24184项<", ">24185项<", 1),
        "24185项",
    ),
    "a statistic": (
        "word/document.xml",
        lambda text: text.replace("y.hazards_found&quot;", "y.hazards_fixed&quot;", 1),
        "域或单元格标记",
    ),
    "a sentence": (
        "word/document.xml",
        lambda text: text.replace("没有改完", "即将改完", 1),
        "即将改完",
    ),
    "a property": (
        "docProps/custom.xml",
        lambda text: text.replace(">24184项<", ">24185项<", 1),
        "docProps/custom.xml",
    ),
    "a hidden style": (
        "word/styles.xml",
        lambda text: text.replace('<w:sz w:val="24"/>', '<w:vanish/><w:sz w:val="24"/>', 1),
        "落实举措走到哪一步",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_found_without_digests(release: Path, what: str) -> None:
    """Whatever the digests say, the document has to be what the release displays."""
    name, change, said = TAMPERED[what]
    changed(release / DOCUMENT, name, change)
    assert _found(release, said)


def test_verify_names_the_place(release: Path) -> None:
    """`policybook verify` says which line of the document is not what the page says."""
    name, change, _ = TAMPERED["a number"]
    changed(release / DOCUMENT, name, change)
    write_sums(release)
    findings = [one for one in verify_release(release) if one.code != "verify.crate"]  # its digest
    (finding,) = findings
    assert finding.code == "verify.document"
    assert re.fullmatch(rf"{DOCUMENT} 第\d+行", finding.place)
    assert "24185项" in finding.message
    assert "24184项" in finding.message


def test_another_picture_is_found(release: Path) -> None:
    """A figure's picture in the document is the published one, byte for byte."""
    path = release / DOCUMENT
    with ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    first, second = sorted(name for name in parts if name.startswith("word/media/"))[:2]
    parts[first] = parts[second]
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    assert _found(release, first)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04"], ids=["nothing", "a broken file"])
def test_a_broken_document_is_found(release: Path, content: bytes) -> None:
    """What cannot be read as a Word file is named."""
    (release / DOCUMENT).write_bytes(content)
    assert _found(release, "读不出")


def test_a_missing_document_is_found(release: Path) -> None:
    """A release without its document is not complete."""
    (release / DOCUMENT).unlink()
    write_sums(release)
    findings = [one for one in verify_release(release) if one.code != "verify.crate"]
    assert [(one.code, one.place) for one in findings] == [("verify.missing", DOCUMENT)]


def _found(release: Path, said: str) -> bool:
    findings: list[Finding] = check_document(read_release(release))
    assert {one.code for one in findings} == {"verify.document"}
    return any(said in f"{one.place} {one.message}" for one in findings)


def export(*arguments: object) -> tuple[int, str]:
    """`policybook export`: exit status, what it says."""
    result = CliRunner().invoke(app, ["export", *map(str, arguments)])
    return result.exit_code, result.stdout + result.stderr


def test_export_takes_a_file_out(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is the published file, under a name that says what it is, and never over another."""
    monkeypatch.chdir(tmp_path)
    status, said = export(PERIOD, "--to", "docx", "--site", site.parent)
    (path,) = tmp_path.iterdir()
    assert (status, path.name) == (0, f"呼和浩特市“政策落地工程”实施情况-{PERIOD}.docx")
    assert path.name in said
    assert path.read_bytes() == (site / DOCUMENT).read_bytes()
    path.write_bytes(b"mine")
    status, said = export(PERIOD, "--to", "docx", "--site", site.parent)
    assert (status, path.read_bytes()) == (2, b"mine")
    assert "export.exists" in said


def test_export_takes_the_workbook_of_the_root(tmp_path: Path) -> None:
    """--to xlsx takes audit.xlsx; the site is the root's own unless --site names another."""
    release = tmp_path / "_build" / "site" / PERIOD
    release.mkdir(parents=True)
    out = tmp_path / "a.xlsx"
    status, said = export(PERIOD, "--to", "xlsx", "--root", tmp_path, "--out", out)
    assert status == 2
    assert "export.file" in said
    (release / "audit.xlsx").write_bytes(b"workbook")
    assert export(PERIOD, "--to", "xlsx", "--root", tmp_path, "--out", out)[0] == 0
    assert out.read_bytes() == b"workbook"


@pytest.mark.parametrize(
    ("period", "form", "code"),
    [
        ("2024Q3", "docx", "export.edition"),
        ("2024Q5", "docx", "period.form"),
        (PERIOD, "pdf", "--to"),
    ],
)
def test_export_of_what_is_not_there(tmp_path: Path, period: str, form: str, code: str) -> None:
    """An edition that was not built, a name that is none, a form that is not offered: exit 2."""
    status, said = export(period, "--to", form, "--root", tmp_path)
    assert status == 2
    assert code in said
