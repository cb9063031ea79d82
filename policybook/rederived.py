"""Progress and hand-ins of a release, worked out again from its own ledgers. floor: due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policybook.config import parse_shown_date
from policybook.coverage import published_parameters
from policybook.errors import Finding, error
from policybook.ledgers import records_text
from policybook.progress import PROGRESS, Year, progress_of
from policybook.published import RESTORE, Release, check_same
from policybook.readings import MONTHLY, monthly_of

Row = Mapping[str, str]


def check_rederived(release: Release) -> list[Finding]:
    """``progress`` and ``monthly`` against the ledgers they rest on, and the rules in schemas."""
    told = published_parameters(release.folder)
    first, last, as_of = (parse_shown_date(told[n]) for n in ("year_start", "year_end", "as_of"))
    assert first is not None
    assert last is not None
    assert as_of is not None
    schemas = {name: one for name, one in release.schemas.items() if not one.derived}
    records = {name: release.rows(name) for name in schemas}
    year = Year(first, last, as_of)
    found = _compare(release, PROGRESS, progress_of(schemas, records, year))
    return found + _compare(release, MONTHLY, monthly_of(schemas, records, told["period"]))


def _compare(release: Release, name: str, rows: list[dict[str, str]]) -> list[Finding]:
    if name not in release.schemas:
        missing = error("verify.missing", f"data/{name}.csv", "发布里没有这份台账。", RESTORE)
        return [missing] if rows else []
    right = records_text(release.schemas[name].names, rows)
    source = "data/ 里所据的台账"
    return list(_wrong_cells(release, name, rows, source)) or check_same(
        release, f"data/{name}.csv", right, source
    )


def _wrong_cells(
    release: Release, name: str, rows: Iterable[Row], source: str
) -> Iterable[Finding]:
    stated = {row.get("id", ""): row for row in release.rows(name)}
    for row in rows:
        for column, right in row.items():
            there = stated.get(row["id"], {}).get(column)
            if there != right:
                yield error(
                    "verify.derived",
                    f"data/{name}.csv 记录 {row['id']} {column}列",
                    f"写作“{there}”，由{source}应为“{right}”。",
                    RESTORE,
                )
