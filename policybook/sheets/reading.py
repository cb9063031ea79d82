"""One cell's text as we keep it, and what is to be said of it. floor: sheets."""

from __future__ import annotations

from dataclasses import dataclass

from policybook.errors import Finding, Severity

KEEP = "不必处理；核对一下即可。"


@dataclass(frozen=True)
class Reading:
    """A canonical text, with a remark unless it stands in the file like this."""

    value: str
    severity: Severity | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""

    def finding(self, place: str) -> Finding:
        """The remark at its place; only for a reading that has one."""
        assert self.severity is not None
        return Finding(self.severity, self.code, place, self.message, self.remedy)


def changed(value: str, code: str, raw: str, why: str) -> Reading:
    """A value that is kept otherwise than it was written."""
    message = f"“{raw}”{why}，读作“{value}”。" if value else f"“{raw}”{why}，按空格处理。"
    return Reading(value, "note", code, message, KEEP)


def refused(raw: str, code: str, why: str, remedy: str) -> Reading:
    """A value that cannot be read; its text is kept for the checks that follow."""
    return Reading(raw, "error", code, f"“{raw}”{why}。", remedy)
