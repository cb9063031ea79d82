"""Which department has handed in which ledger (报送情况). floor: submissions.

``data/<period>/submissions.csv``: written by ``policybook new``, kept up by ``ingest``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from policybook.errors import ConfigError, Finding, error, warning
from policybook.ledgers import SUBMISSIONS, csv_text

PENDING, RECEIVED, NOTHING = "待报", "已报", "无变化"
STATUSES = (PENDING, RECEIVED, NOTHING)
_COLUMNS = ("department", "ledger", "status", "workbook")


@dataclass(frozen=True)
class Submission:
    """A ledger that a department owes, and whether it came."""

    department: str  # "" where the ledgers name none
    ledger: str
    status: str
    workbook: str  # the file it came in


def read_submissions(folder: Path) -> tuple[Submission, ...]:
    """What an edition's departments owe; none without a file; :class:`ConfigError` if broken."""
    path = folder / SUBMISSIONS
    if not path.is_file():
        return ()
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise _broken(f"{path}", str(problem)) from None
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise _broken(f"{path} 第1行", f"列应为 {'、'.join(_COLUMNS)}")
    filled = {number: row for number, row in enumerate(rows[1:], start=2) if any(row)}
    for number, row in filled.items():
        if len(row) != len(_COLUMNS):
            raise _broken(f"{path} 第{number}行", f"有{len(row)}格，应有{len(_COLUMNS)}格")
        if row[2] not in STATUSES:
            raise _broken(f"{path} 第{number}行", f"状态只能是{'、'.join(STATUSES)}")
    return tuple(Submission(*row) for row in filled.values())


def _broken(place: str, message: str) -> ConfigError:
    return ConfigError(error("submission.broken", place, f"{message}。", "按列名和可选状态改正。"))


def submissions_text(submissions: Iterable[Submission]) -> str:
    """The file's content."""
    return csv_text(_COLUMNS, map(astuple, submissions))


def check_submissions(folder: Path, titles: dict[str, str]) -> list[Finding]:
    """A warning for each ledger that a department still owes: allowed in a draft only."""
    path = folder / SUBMISSIONS
    return [
        warning(
            "submission.pending",
            f"{path} {one.department or '（未分部门）'} {titles.get(one.ledger, one.ledger)}",
            "待报：还没有交来。草稿可以带着它生成，发布不可以。",
            "收齐后运行 policybook ingest；确无变化的，把状态改为“无变化”。",
        )
        for one in read_submissions(folder)
        if one.status == PENDING
    ]
