"""Workbooks and CSV files of departments, read into records. floor: sheets."""

from policybook.provenance import Normalised, Origin
from policybook.sheets.merging import merge
from policybook.sheets.record import Merged, SentFile, SheetRecord
from policybook.sheets.sent import read_sent

__all__ = [
    "Merged",
    "Normalised",
    "Origin",
    "SentFile",
    "SheetRecord",
    "merge",
    "read_sent",
]
