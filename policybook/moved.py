"""What a release tells of moves and results, against the ledgers it has. floor: due.

Where a record came from is known from the earlier editions alone, which a release has not: that
column is taken as it stands, and all that follows from it is worked out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policybook.derived import Standing
from policybook.errors import Finding, error
from policybook.moves import GONE, MOVES, RESULTS, moved, result_rows
from policybook.published import RESTORE, Release
from policybook.rederived import published_standing
from policybook.schema import Schema

Row = Mapping[str, str]


def check_moves(release: Release) -> list[Finding]:
    """Both ledgers, worked out again as far as the release alone allows."""
    if MOVES not in release.schemas or RESULTS not in release.schemas:
        return []
    now = published_standing(release)
    return [
        one
        for schema in now.ruled("lifecycle")
        for one in (
            *_moves(now, schema, _stated(release, MOVES, schema)),
            *_results(now, schema, _stated(release, RESULTS, schema)),
        )
    ]


def _stated(release: Release, name: str, schema: Schema) -> dict[str, Row]:
    return {row["record"]: row for row in release.rows(name) if row["ledger"] == schema.name}


def _moves(now: Standing, schema: Schema, stated: dict[str, Row]) -> Iterator[Finding]:
    rule, named = schema.lifecycle, now.named_by(schema.name)
    assert rule is not None
    for row in now.rows(schema.name):
        known = stated.pop(row["id"], {})
        right = moved(schema, row, known.get("before", ""), row[rule.status], now, named)
        yield from _differences(MOVES, known, right, schema)
    for record, row in stated.items():
        if row["state"] != GONE:
            yield _wrong(MOVES, row["id"], "record", record, "", schema)


def _results(now: Standing, schema: Schema, stated: dict[str, Row]) -> Iterator[Finding]:
    for right in result_rows(schema, [now]):
        known = stated.pop(right["record"], {})
        if not _earlier(known, now):
            yield from _differences(RESULTS, known, right, schema)
    for row in stated.values():
        if not _earlier(row, now):
            yield _wrong(RESULTS, row["id"], "edition", row["edition"], "本年以前各期", schema)


def _earlier(row: Row, now: Standing) -> bool:
    edition = row.get("edition", "")
    return edition[:4] == now.period[:4] and edition[:6] < now.period[:6]


def _differences(name: str, known: Row, right: Row, schema: Schema) -> Iterator[Finding]:
    for column, text in right.items():
        if known.get(column) != text:
            yield _wrong(name, right["id"], column, known.get(column, ""), text, schema)


def _wrong(name: str, record: str, column: str, stated: str, text: str, schema: Schema) -> Finding:
    place = f"data/{name}.csv 记录 {record} {column}列"
    message = f"写作“{stated}”，由 data/{schema.name}.csv 应为“{text}”。"
    return error("verify.moves", place, message, RESTORE)
