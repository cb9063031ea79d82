"""What is read from the files of departments, as records. floor: sheets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from policybook.errors import Finding
from policybook.provenance import Normalised, Origin, cell_place


@dataclass(frozen=True)
class SheetRecord:
    """One record of a ledger as a sheet gives it."""

    ledger: str  # the schema's name
    values: dict[str, str]  # the columns that the table has → canonical text
    cells: dict[str, str]  # the same columns → address, the anchor's where cells are merged
    sheet: str  # its title; "" for CSV


@dataclass(frozen=True)
class SentFile:
    """A workbook or CSV as handed in."""

    name: str  # without folder
    sha256: str
    department: str  # 填报部门 of the instructions sheet, or ""
    records: tuple[SheetRecord, ...]
    normalised: tuple[Normalised, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Merged:
    """The records of several files together."""

    rows: dict[str, tuple[dict[str, str], ...]]  # ledger → all columns, by first appearance
    origins: tuple[Origin, ...]
    findings: tuple[Finding, ...]

    @cached_property
    def by_id(self) -> dict[tuple[str, str], dict[str, str]]:
        """The row of each ledger and id."""
        return {(name, row["id"]): row for name, rows in self.rows.items() for row in rows}


def sheet_place(workbook: str, sheet: str) -> str:
    """A whole sheet, for findings: ``台账.xlsx 资金台账``."""
    return f"{workbook} {sheet}" if sheet else workbook


def row_place(workbook: str, sheet: str, row: int) -> str:
    """A whole row, for findings: ``台账.xlsx 资金台账!第5行``."""
    return cell_place(workbook, sheet, f"第{row}行")
