"""All facts of a release in one flat table: ``facts.csv``, for spreadsheets. floor: listing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from policybook.errors import Finding, error
from policybook.ledgers import csv_text
from policybook.model import Fact
from policybook.published import RESTORE, Release, check_same

TABLE = "facts.csv"

COLUMNS = (
    "id",
    "label",
    "value",  # exact: integer, decimal or p/q
    "number",
    "display",
    "unit",
    "period",
    "span",
    "interval",
    "evidence",
    "look_through",  # exact
    "chapter",
    "ledgers",
    "departments",
    "documents",
    "words",
    "formula",
    "definition",
    "trace",  # page, from the release's folder
)
"""What is told of each fact; several ledgers, departments or documents are separated by ;."""

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?%?|-?\d+/\d+", re.ASCII)


def row_of(fact: Fact) -> list[str]:
    """A fact's row, a text a column."""
    told = {
        **{name: getattr(fact, name, "") for name in COLUMNS},
        "interval": (fact.interval or {}).get("display"),
        "ledgers": ";".join(dict.fromkeys(part.ledger for part in (*fact.operands, *fact.missing))),
        "departments": ";".join(fact.departments),
        "documents": ";".join(dict.fromkeys(one["id"] for one in fact.documents)),
        "trace": f"trace/{fact.id}.html",
    }
    return [str(told[name] or "") for name in COLUMNS]


def harmless(text: str) -> str:
    """A cell that a spreadsheet will not run as a formula: a text that begins like one is quoted.

    A negative number begins so too, but is one, and stays.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def table_text(rows: Iterable[list[str]]) -> str:
    """``facts.csv``."""
    return csv_text(COLUMNS, (map(harmless, row) for row in rows))


def write_listing(folder: Path, facts: Iterable[Fact]) -> None:
    """The file of a release."""
    (folder / TABLE).write_text(table_text(map(row_of, facts)), encoding="utf-8", newline="")


def check_listing(release: Release) -> list[Finding]:
    """The file against the facts, each cell, so that it is named."""
    rows = [row_of(fact) for fact in release.facts.values()]
    return _wrong_cells(release, rows) or check_same(release, TABLE, table_text(rows), "facts.json")


def _wrong_cells(release: Release, rows: list[list[str]]) -> list[Finding]:
    path = release.folder / TABLE
    if not path.is_file():
        return []  # already found by check_files
    text = path.read_bytes().decode("utf-8", errors="replace")
    there = {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline="")) if "id" in row}
    findings = []
    for row in rows:
        stated = there.get(row[0], {})
        for name, cell in zip(COLUMNS, map(harmless, row), strict=True):
            if stated.get(name) != cell:
                message = f"写作“{stated.get(name)}”，由 facts.json 应为“{cell}”。"
                findings.append(
                    error("verify.table", f"{TABLE} {row[0]} {name}列", message, RESTORE)
                )
    return findings
