"""Reasons for what changed since an earlier edition (变动说明). floor: explanations.

``data/<period>/explanations.yml``: a change of a record, or of a base that was published
otherwise, is settled by a reason, which readers see.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from policybook.config import check_keys, read_yaml
from policybook.errors import ConfigError, Finding, error, note

FILE = "explanations.yml"


@dataclass(frozen=True)
class Explanation:
    """Why a record, a cell of it, or a statistic's earlier value is not what it was."""

    reason: str
    ledger: str = ""
    record: str = ""
    column: str = ""  # "" for the whole record
    statistic: str = ""
    against: str = ""  # the earlier quarter


def load_explanations(folder: Path) -> tuple[Explanation, ...]:
    """An edition's explanations; none without a file; :class:`ConfigError` for a broken one."""
    path = folder / FILE
    if not path.is_file():
        return ()
    findings: list[Finding] = []
    found: list[Explanation] = []
    for number, entry in enumerate(read_yaml(path) or [], start=1):
        place = f"{path} 第{number}条"
        try:
            one = isinstance(entry, dict) and "statistic" in entry
            required = ("statistic", "against") if one else ("ledger", "record")
            values = check_keys(entry, place, ("reason", *required), () if one else ("column",))
            texts = {key: str(value or "").strip() for key, value in values.items()}
            if not all(texts[key] for key in ("reason", *required)):
                remedy = "每条写明所指和理由。"
                raise ConfigError(error("explanation.empty", place, "有空着的项。", remedy))
            found.append(Explanation(**texts))
        except ConfigError as problem:
            findings += problem.findings
    if findings:
        raise ConfigError(findings)
    return tuple(found)


def settled(found: Finding, reason: str) -> Finding:
    """The finding, or a note that repeats the reason when there is one."""
    if not reason:
        return found
    return note(found.code, found.place, f"{found.message}理由：{reason}", "变动已说明，读者可见。")


def reason_for(explanations: tuple[Explanation, ...], ledger: str, record: str, column: str) -> str:
    """The reason given for a change of a cell; "" when there is none."""
    for one in explanations:
        if (one.ledger, one.record) == (ledger, record) and one.column in ("", column):
            return one.reason
    return ""


def base_reason(explanations: tuple[Explanation, ...], statistic: str, against: str) -> str:
    """The reason given for a base that is not what was published; "" when there is none."""
    for one in explanations:
        if (one.statistic, one.against) == (statistic, against):
            return one.reason
    return ""
