"""Findings written back into copies of the workbooks they speak of. floor: marking."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from policybook.errors import Finding
from policybook.period import Period
from policybook.provenance import WORKBOOKS
from policybook.sheets.marked import write_marked


def mark_workbooks(data: Path, period: Period, findings: Sequence[Finding], out: Path) -> None:
    """A marked copy of each workbook that was handed in for a quarter."""
    folder = data / str(period.first) / WORKBOOKS
    mark_files(sorted(path for path in folder.glob("*") if path.is_file()), findings, out)


def mark_files(paths: Iterable[Path], findings: Sequence[Finding], out: Path) -> None:
    """A marked copy of each file of which a finding speaks, under the file's own name."""
    for path in paths:
        marks = cells_of(path.name, findings)
        if marks and path.is_file():
            out.mkdir(parents=True, exist_ok=True)
            write_marked(path, marks, out / f"{path.stem}.xlsx")


def cells_of(workbook: str, findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """The findings at each cell (sheet, address) of a workbook."""
    pattern = re.compile(rf"{re.escape(workbook)} (?:(?P<sheet>[^!、；（]+)!)?(?P<cell>[A-Z]+\d+)")
    marks: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        for found in pattern.finditer(finding.place):
            marks.setdefault((found["sheet"] or "", found["cell"]), []).append(finding)
    return marks
