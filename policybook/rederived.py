"""Ledgers that the program made, made again from a release and compared. floor: listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policybook.errors import Finding, error
from policybook.ledgers import records_text
from policybook.pairings import PAIRINGS, pairing_rows
from policybook.published import RESTORE, Release, check_same

Row = Mapping[str, str]


def check_rederived(
    release: Release, name: str, rows: Sequence[Row], source: str, code: str
) -> list[Finding]:
    """A derived ledger of a release against the rows that it should have, cell by cell.

    ``source``: the files they were made from; ``code``: of the findings.
    """
    stated = {row.get("id", ""): row for row in release.rows(name)}
    found = [
        error(
            code,
            f"data/{name}.csv 记录 {row['id']} {column}列",
            f"写作“{stated.get(row['id'], {}).get(column)}”，由 {source} 应为“{right}”。",
            RESTORE,
        )
        for row in rows
        for column, right in row.items()
        if stated.get(row["id"], {}).get(column) != right
    ]
    right = records_text(release.schemas[name].names, rows)
    return found or check_same(release, f"data/{name}.csv", right, source)


def check_pairings(release: Release) -> list[Finding]:
    """Who is paired with whom, worked out again from the ledgers of a release."""
    if PAIRINGS not in release.schemas:
        return []
    paired = [schema for schema in release.schemas.values() if schema.pairing]
    rows = [row for one in paired for row in pairing_rows(one, release.rows(one.name))]
    source = "、".join(f"data/{one.name}.csv" for one in paired)
    return check_rederived(release, PAIRINGS, rows, source, "verify.pairing")
