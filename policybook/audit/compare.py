"""The workbook of a release against the one that its facts and ledgers give. floor: audit.

Where the bytes differ cells are compared: another version of openpyxl may write the same
otherwise.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula

from policybook.audit.workbook import published_workbook
from policybook.coverage import COVERAGE
from policybook.errors import Finding, PolicybookError, error
from policybook.published import AUDIT, RESTORE, Release
from policybook.sheets.archive import unpack

Fault = tuple[str, str]
"""Where in the workbook, and what is wrong."""

_PARTS = (
    *("[Content_Types].xml", "_rels/", "docProps/", "xl/_rels/", "xl/styles.xml", "xl/theme/"),
    *("xl/workbook.xml", "xl/worksheets/", "xl/sharedStrings.xml"),
)
"""What a workbook without macros, pictures and ties to other files is made of."""
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CALCULATION = ("calcMode", "fullCalcOnLoad", "fullPrecision", "iterate")


def check_audit(release: Release) -> list[Finding]:
    """``audit.xlsx`` cell by cell: values, formulas, formats, comments, links and names."""
    path = release.folder / AUDIT
    needed = [path, release.folder / COVERAGE]
    if not all(one.is_file() for one in needed) or release.schemas.keys() - release.texts.keys():
        return []  # already found by check_files
    try:
        right = published_workbook(release)
    except PolicybookError as problem:
        said = "；".join(f"{one.place}：{one.message}" for one in problem.findings)
        message = f"由 facts.json 和 data/ 写不出审计底稿：{said}"
        return [error("verify.audit", AUDIT, message, RESTORE)]
    found = path.read_bytes()
    if found == right:
        return []
    try:
        faults = [*_faults(right, found)]
    except PolicybookError as problem:
        faults = [("", f"打不开：{problem.findings[0].message}")]
    except Exception as problem:  # nothing in a release is trusted
        faults = [("", f"读不下去：{type(problem).__name__} {problem}。")]
    return [
        error("verify.audit", f"{AUDIT} {place}".strip(), message, RESTORE)
        for place, message in faults
    ]


def _faults(right: bytes, found: bytes) -> Iterator[Fault]:
    ours, theirs = (openpyxl.load_workbook(unpack(one, AUDIT)[0]) for one in (right, found))
    yield from _settings(ours, theirs)
    for name in ours.sheetnames:
        if name in theirs.sheetnames:
            yield from _sheet(ours[name], theirs[name])
    yield from _links(right, found)
    yield from _stored(found)
    with zipfile.ZipFile(io.BytesIO(found)) as archive:
        for part in archive.namelist():
            if not part.startswith(_PARTS):
                yield part, "多出的部件。"


def _settings(ours: Any, theirs: Any) -> Iterator[Fault]:
    yield from _differ("", "工作表", ours.sheetnames, theirs.sheetnames)
    right_names, names = _names(ours), _names(theirs)
    for name, cells in right_names.items() | names.items():
        if right_names.get(name) != cells:
            right = right_names.get(name, "没有这个名称")
            yield f"名称 {name}", f"指 {cells}，应为 {right}。"
    for name in right_names.keys() - names.keys():
        yield f"名称 {name}", "没有这个名称。"
    for name in _CALCULATION:
        right, stated = getattr(ours.calculation, name), getattr(theirs.calculation, name)
        yield from _differ("", f"计算设置 {name}", right, stated)
    yield from _differ("", "日期起点", ours.epoch, theirs.epoch)


def _names(workbook: Any) -> dict[str, str]:
    """Defined names; those of one sheet alone hide the others there."""
    return {
        **{name: one.attr_text for name, one in workbook.defined_names.items()},
        **{
            f"{sheet.title}!{name}": one.attr_text
            for sheet in workbook
            for name, one in sheet.defined_names.items()
        },
    }


def _sheet(ours: Any, theirs: Any) -> Iterator[Fault]:
    title = ours.title
    yield from _differ(title, "显示状态", ours.sheet_state, theirs.sheet_state)
    yield from _differ(title, "隐藏的行和列", _hidden(ours), _hidden(theirs))
    yield from _differ(title, "有内容的范围", ours.dimensions, theirs.dimensions)
    for row in ours.iter_rows():
        for cell in row:
            other = theirs[cell.coordinate]
            place = f"{title}!{cell.coordinate}"
            for what, read in _READ.items():
                yield from _differ(place, what, read(cell), read(other))


def _content(cell: Any) -> object:
    value = cell.value
    return f"{{{value.text}}} {value.ref}" if isinstance(value, ArrayFormula) else value


_READ: dict[str, Callable[[Any], object]] = {
    "内容": _content,
    "类型": lambda cell: cell.data_type,
    "格式": lambda cell: cell.number_format,
    "批注": lambda cell: cell.comment.text if cell.comment else "",
}
"""What is compared of a cell."""


def _hidden(sheet: Any) -> list[str]:
    dimensions = [*sheet.row_dimensions.items(), *sheet.column_dimensions.items()]
    return [str(name) for name, one in dimensions if one.hidden]


def _differ(place: str, what: str, right: object, found: object) -> Iterator[Fault]:
    if right != found:
        yield place, f"{what}为“{_said(found)}”，由 facts.json 和 data/ 应为“{_said(right)}”。"


def _said(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _links(right: bytes, found: bytes) -> Iterator[Fault]:
    ours, theirs = _targets(right), _targets(found)
    for place in sorted(ours.keys() | theirs.keys()):
        stated = theirs.get(place, "没有链接")
        yield from _differ(place, "链接", ours.get(place, "没有链接"), stated)


def _targets(content: bytes) -> dict[str, str]:
    """Where each linked cell leads, by sheet and cell."""
    # openpyxl would make a cell for each that a link covers: of a whole sheet, billions.
    return {
        f"{title}!{one.attrib['ref']}": leads.get(one.get(_RELATION, ""), "")
        + one.get("location", "")
        for title, sheet, leads in _sheets(content)
        for one in sheet.iter(f"{_SHEET}hyperlink")
    }


def _stored(content: bytes) -> Iterator[Fault]:
    """Formulas with a result, which some programs show instead of computing it."""
    for title, sheet, _ in _sheets(content):
        for cell in sheet.iter(f"{_SHEET}c"):
            if cell.find(f"{_SHEET}f") is None:
                continue
            result = "".join(
                text for part in cell if part.tag != f"{_SHEET}f" for text in part.itertext()
            )
            if result:
                place = f"{title}!{cell.get('r')}"
                yield place, f"存着计算结果“{result}”，应在打开时才算出。"


def _sheets(content: bytes) -> Iterator[tuple[str, ElementTree.Element, dict[str, str]]]:
    """Each sheet's title and XML, and the targets that it relates to."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = _relations(archive, "xl/workbook.xml")
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        for sheet in book.iter(f"{_SHEET}sheet"):
            part = posixpath.join("xl", parts[sheet.attrib[_RELATION]]).lstrip("/")
            tree = ElementTree.fromstring(archive.read(part))
            yield sheet.attrib["name"], tree, _relations(archive, part)


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels"
    if path not in archive.namelist():
        return {}
    related = ElementTree.fromstring(archive.read(path))
    return {one.attrib["Id"]: one.attrib["Target"] for one in related}
