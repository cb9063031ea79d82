"""What is found in one file, at its places. floor: sheets."""

from __future__ import annotations

from dataclasses import dataclass, field

from policybook.errors import Finding, error, note, warning
from policybook.provenance import Normalised, cell_place
from policybook.sheets.reading import KEEP, Reading
from policybook.sheets.record import row_place


@dataclass
class Told:
    """Collects findings and normalised values while a sheet is read."""

    workbook: str
    sheet: str
    findings: list[Finding] = field(default_factory=list)
    normalised: list[Normalised] = field(default_factory=list)

    def at(self, address: str) -> str:
        """The place of a cell."""
        return cell_place(self.workbook, self.sheet, address)

    def line(self, row: int) -> str:
        """The place of a whole row."""
        return row_place(self.workbook, self.sheet, row)

    def error(self, code: str, place: str, message: str, remedy: str) -> None:
        """Adds what blocks."""
        self.findings.append(error(code, place, message, remedy))

    def warning(self, code: str, place: str, message: str, remedy: str) -> None:
        """Adds what somebody has to look at."""
        self.findings.append(warning(code, place, message, remedy))

    def note(self, code: str, place: str, message: str, remedy: str = KEEP) -> None:
        """Adds what was done."""
        self.findings.append(note(code, place, message, remedy))

    def change(self, address: str, code: str, raw: str, value: str, message: str) -> None:
        """Adds a value that does not stand in the file as we keep it."""
        self.note(code, self.at(address), message)
        self.normalised.append(Normalised(self.workbook, self.sheet, address, code, raw, value))

    def remark(self, address: str, raw: str, reading: Reading) -> None:
        """Adds what a value's reading has to say."""
        if reading.severity is None:
            return
        self.findings.append(reading.finding(self.at(address)))
        if reading.severity == "note":
            self.normalised.append(
                Normalised(self.workbook, self.sheet, address, reading.code, raw, reading.value)
            )
