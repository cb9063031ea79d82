"""Ledgers that the program derived, derived again from a release and compared. floor: due."""

from __future__ import annotations

from policybook.config import parse_shown_date
from policybook.coverage import published_parameters
from policybook.derived import Standing
from policybook.deriving import derive
from policybook.errors import Finding, error
from policybook.ledgers import records_text
from policybook.published import RESTORE, Release, check_same


def published_standing(release: Release) -> Standing:
    """How the edition stands by what is published; :class:`ValueError` without its dates."""
    told = published_parameters(release.folder)
    days = [parse_shown_date(told[name]) for name in ("year_start", "year_end", "as_of")]
    first, last, on = (day for day in days if day is not None)
    schemas = {name: one for name, one in release.schemas.items() if not one.derived}
    records = {name: release.rows(name) for name in schemas if name in release.texts}
    return Standing(told["period"], (first, last), on, schemas, records)


def check_derived(release: Release) -> list[Finding]:
    """Each derived ledger cell by cell; the moves since an earlier edition stand in ``moved``."""
    findings = []
    for name, rows in derive(published_standing(release)).items():
        if name not in release.schemas:
            missing = "发布里没有这份台账。"
            findings.append(error("verify.missing", f"data/{name}.csv", missing, RESTORE))
            continue
        stated = {row.get("id", ""): row for row in release.rows(name)}
        wrong = [
            error(
                "verify.derived",
                f"data/{name}.csv 记录 {row['id']} {column}列",
                f"写作“{stated.get(row['id'], {}).get(column)}”，由所据的台账应为“{right}”。",
                RESTORE,
            )
            for row in rows
            for column, right in row.items()
            if stated.get(row["id"], {}).get(column) != right
        ]
        text = records_text(release.schemas[name].names, rows)
        findings += wrong or check_same(release, f"data/{name}.csv", text, "所据的台账")
    return findings
