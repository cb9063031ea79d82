"""An office's quarter as a script: the real 2024Q2, then a made-up 2024Q3 in a copy.

The values of the third quarter are invented for the test and never leave its folder.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
from typer.testing import CliRunner, Result

from policybook.cli import app
from policybook.ledgers import SUBMISSIONS
from policybook.schema import load_schemas
from policybook.submissions import NOTHING, Submission, submissions_text
from tests.conftest import ROOT

OLD, NEW = "2024Q2", "2024Q3"
WORKBOOK = "填好的台账.xlsx"
REPORTED = {
    "report-made": date(2024, 11, 20),
    "meeting-end": date(2024, 11, 22),
}


def copy_project(folder: Path) -> Path:
    """The project as it is committed, in a folder of its own."""
    for name in ("data", "notebooks", "book"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".*"))
    for name in ("_config.yml", "_toc.yml", "requirements.txt"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def run(root: Path, *command: str) -> Result:
    """A command of ``policybook`` on that project."""
    return CliRunner().invoke(app, [*command, "--root", str(root)])


def rows_of(path: Path) -> list[dict[str, str]]:
    """A ledger's records."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def fill_in(root: Path, changes: Mapping[tuple[str, str, str], object]) -> Path:
    """The quarter's workbook filled in: blanks as last quarter, then some changes.

    ``changes``: (ledger, record, column) → what is typed into the cell.
    """
    data = root / "data"
    schemas = load_schemas(data)
    workbook = openpyxl.load_workbook(data / NEW / f"台账-{NEW}.xlsx")
    for name, schema in schemas.items():
        if name == "documents":
            continue
        sheet = workbook[schema.title]
        before = {row["id"]: row for row in rows_of(data / OLD / f"{name}.csv")}
        for cells in sheet.iter_rows(min_row=2):
            record = str(cells[0].value or "")
            for place, column in enumerate(schema.names):
                if column == "as_of":
                    value: object = date(2024, 9, 30)
                elif column in schema.carry.blank:
                    value = before.get(record, {}).get(column, "")
                    value = float(str(value)) if value else None
                else:
                    value = cells[place].value
                value = changes.get((name, record, column), value)
                if record:
                    cells[place].value = value  # type: ignore[assignment]
    path = root / WORKBOOK
    workbook.save(path)
    return path


def set_parameters(root: Path, **values: str) -> None:
    """Lines of the new quarter's ``period.yml``."""
    path = root / "data" / NEW / "period.yml"
    lines = [
        f"{key}: {values[key]}" if (key := line.partition(":")[0]) in values else line
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def say_nothing_new(root: Path, *ledgers: str) -> None:
    """Departments say of these ledgers that there is nothing to hand in."""
    path = root / "data" / NEW / SUBMISSIONS
    rows = rows_of(path)
    for row in rows:
        if row["ledger"] in ledgers:
            row["status"] = NOTHING
    path.write_text(submissions_text(Submission(**row) for row in rows), encoding="utf-8")
