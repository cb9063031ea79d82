"""What can go wrong, in one shape for people and machines. floor: errors.

Everything that fails on bad input raises :class:`PolicybookError` with findings;
a finding names file, place and remedy, in Chinese, because ledger users read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

SEVERITIES: dict[Severity, str] = {"error": "错误", "warning": "提醒", "note": "说明"}
"""What each severity is called, gravest first."""


@dataclass(frozen=True)
class Finding:
    """One result of a check (核查发现)."""

    severity: Severity
    code: str  # stable, dotted: ledger.type
    place: str  # file, sheet, cell or row and column; or page and sentence
    message: str  # what is wrong
    remedy: str  # what to do about it

    def as_dict(self) -> dict[str, str]:
        """The five fields under their own names, for ``--json``."""
        return asdict(self)

    def __str__(self) -> str:
        return f"[{self.code}] {self.place}：{self.message} 处理：{self.remedy}"


class PolicybookError(Exception):
    """Root of all errors a user can cause; carries at least one finding."""

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = [findings] if isinstance(findings, Finding) else list(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class UsageError(PolicybookError):
    """Wrong use: an unknown period, folder or statistic (exit status 2)."""


class ConfigError(PolicybookError):
    """A YAML or schema file that cannot be understood."""


class LedgerError(PolicybookError):
    """Ledgers that break their schema, keys or relations."""


class PublishError(PolicybookError):
    """A notebook publishes what cannot be computed or traced exactly."""


class FigureError(PolicybookError):
    """A figure whose table or text does not fit."""


class NotebookError(PolicybookError):
    """A notebook that fails, or whose parameters do not fit."""


class AuditError(PolicybookError):
    """A statistic that no spreadsheet formula can recompute."""


class EngineError(PolicybookError):
    """An engine that cannot be reached, or that refuses."""


class ClusterError(PolicybookError):
    """Machines that cannot be reached, that are lost, or that have another program."""


class SiteError(PolicybookError):
    """The book does not build without a warning."""


class ChildError(RuntimeError):
    """A process at work for this one ended without an answer: killed, or out of memory."""


def any_error(findings: Iterable[Finding]) -> bool:
    """Whether any finding blocks."""
    return any(finding.severity == "error" for finding in findings)


def error(code: str, place: object, message: str, remedy: str) -> Finding:
    """A finding that blocks."""
    return Finding("error", code, str(place), message, remedy)


def warning(code: str, place: object, message: str, remedy: str) -> Finding:
    """A finding that is listed but does not block."""
    return Finding("warning", code, str(place), message, remedy)


def note(code: str, place: object, message: str, remedy: str) -> Finding:
    """A finding that only tells what was done."""
    return Finding("note", code, str(place), message, remedy)
