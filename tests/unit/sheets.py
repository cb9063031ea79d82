"""Made-up schemas and workbooks for the tests of policybook.sheets. All of it is 虚构."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from policybook.errors import Finding
from policybook.schema import Schema, parse_schema
from policybook.sheets import SentFile, read_sent
from tests.unit.conftest import ID, TITLE, column

PROJECTS = parse_schema(
    "projects",
    {
        "title": "虚构项目台账",
        "description": "虚构，只供测试。",
        "fields": [
            ID,
            TITLE,
            column("kind", "类别", enum=["道路", "桥梁（大）"]),
            column("investment", "总投资", "number", unit="亿元", decimals=2),
            column("area", "占地", "number", unit="公顷", decimals=2),
            column("units", "台数", "integer", unit="台"),
            column("rate", "完成率", "number", decimals=4, printed=True),
            column("urgent", "加急", enum=["是", "否"]),
            column("begun", "开工日期", "date"),
            column("due", "预计完成", pattern=r"\d{4}-\d{2}"),
            column("note", "说明"),
        ],
    },
)
FUNDS = parse_schema(
    "funds",
    {
        "title": "虚构资金台账",
        "description": "虚构，只供测试。",
        "fields": [
            ID,
            TITLE,
            column("amount", "金额", "number", unit="万元", decimals=2, required=True),
            column("note", "说明"),
        ],
    },
)
PEOPLE = parse_schema(
    "people",
    {
        "title": "虚构人员台账",
        "description": "虚构，只供测试。",
        "fields": [ID, TITLE, column("phone", "电话"), column("note", "说明")],
    },
)
SCHEMAS: dict[str, Schema] = {one.name: one for one in (PROJECTS, FUNDS, PEOPLE)}
HEADINGS = [field.title for field in PROJECTS.fields]
SHEET = "虚构项目台账"
ROAD = ["road", "虚构道路", "道路", 12.5, 3, 4, 0.97, "是", "2024-08-22", "2024-10", "虚构"]
EMPTY: list[Any] = [None] * len(HEADINGS)


def record(**values: Any) -> list[Any]:
    """A row of projects with these values only; id and title are there."""
    row = {"id": "road", "title": "虚构道路", **values}
    return [row.get(field.name) for field in PROJECTS.fields]


def write_book(
    path: Path,
    rows: Sequence[Sequence[Any]],
    title: str = SHEET,
    change: Callable[[Any], object] = lambda sheet: None,
) -> Path:
    """A workbook of one sheet; ``change`` may do more to it."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    book.save(path)
    return path


def rewrite(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Changes the XML of one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode()
    assert change(text) != text
    parts[part] = change(text).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def cache_values(path: Path, values: dict[str, str], kind: str = "") -> Path:
    """Gives formula cells the values that a spreadsheet program would have saved."""

    def change(text: str) -> str:
        for cell, value in values.items():
            text = re.sub(
                rf'<c r="{cell}"([^>]*)><f>(.*?)</f><v ?/?>(</v>)?',
                rf'<c r="{cell}"\1{kind}><f>\2</f><v>{value}</v>',
                text,
            )
        return text

    return rewrite(path, "xl/worksheets/sheet1.xml", change)


def read(path: Path) -> SentFile:
    """The file as read; every finding says what to do."""
    sent = read_sent(path, SCHEMAS)
    for finding in sent.findings:
        assert finding.code.startswith("ingest.")
        assert finding.place.startswith(path.name)
        assert finding.message
        assert finding.remedy
    return sent


def told(sent: SentFile, *severities: str) -> list[tuple[str, str]]:
    """Code and place below the file's name of errors and warnings, or of these severities."""
    wanted = severities or ("error", "warning")
    return [
        (one.code, one.place.removeprefix(sent.name).strip().removeprefix(f"{SHEET}!"))
        for one in sent.findings
        if one.severity in wanted
    ]


def only(sent: SentFile, code: str) -> Finding:
    """The one finding of that code."""
    (finding,) = (one for one in sent.findings if one.code == code)
    return finding
