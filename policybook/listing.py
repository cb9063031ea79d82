"""All facts of a release in one flat table, for spreadsheets and for the index. floor: listing.

``facts.csv`` is for people and programs that want no nested JSON; ``facts-table.js`` has the same
rows for the page that lists all facts, which filters, sorts and saves them without a server.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from policybook.errors import Finding, error
from policybook.ledgers import Ledger, csv_text
from policybook.model import Fact
from policybook.published import RESTORE, Release, check_same, script_text

TABLE = "facts.csv"
SCRIPT = "facts-table.js"

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

Records = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Ledger → id → record."""

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?%?|-?\d+/\d+", re.ASCII)


def row_of(fact: Fact, records: Records) -> list[str]:
    """A fact's row, a text a column."""
    parts = (*fact.operands, *fact.missing)
    named = {
        records.get(part.ledger, {}).get(name, {}).get("department", "")
        for part in parts
        for name in part.records
    }
    several = {
        "ledgers": dict.fromkeys(part.ledger for part in parts),
        "departments": sorted(named - {""}),
        "documents": dict.fromkeys(one["id"] for one in fact.documents),
    }
    told = {
        **{name: getattr(fact, name, "") for name in COLUMNS},
        **{name: ";".join(values) for name, values in several.items()},
        "interval": (fact.interval or {}).get("display"),
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


def table_script(period: str, rows: list[list[str]], titles: Mapping[str, str]) -> str:
    """``facts-table.js``; ``titles``: what the ledgers are called."""
    content = {"period": period, "columns": COLUMNS, "rows": rows, "ledgers": dict(titles)}
    return script_text("policybookFactsTable", content)


def write_listing(
    folder: Path, period: str, facts: Iterable[Fact], ledgers: Mapping[str, Ledger]
) -> None:
    """Both files of a release, from its facts and its ledgers."""
    records = {name: {row["id"]: row for row in one.rows} for name, one in ledgers.items()}
    rows = [row_of(fact, records) for fact in facts]
    titles = {name: one.schema.title for name, one in ledgers.items()}
    (folder / TABLE).write_text(table_text(rows), encoding="utf-8", newline="")
    script = table_script(period, rows, titles)
    (folder / SCRIPT).write_text(script, encoding="utf-8", newline="")


def check_listing(release: Release) -> list[Finding]:
    """Both files against the facts and ledgers; of the table each cell, so that it is named."""
    records = release.records()
    rows = [row_of(fact, records) for fact in release.facts.values()]
    titles = {name: schema.title for name, schema in release.schemas.items()}
    findings = _wrong_cells(release, rows)
    right = table_text(rows)
    return [
        *(findings or check_same(release, TABLE, right, "facts.json")),
        *check_same(release, SCRIPT, table_script(release.period, rows, titles), "facts.json"),
    ]


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
