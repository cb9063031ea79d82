"""What a release tells of moves and results, against the ledgers it has. floor: due.

Where a record came from is known from the earlier editions alone, which a release has not: that
column is taken as it stands, and all that follows from it is worked out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policybook.config import parse_shown_date
from policybook.coverage import published_parameters
from policybook.errors import Finding, error
from policybook.moves import GONE, MOVES, RESULTS, Standing, moved, result_rows
from policybook.published import RESTORE, Release
from policybook.schema import Schema

Row = Mapping[str, str]


def check_moves(release: Release) -> list[Finding]:
    """Both ledgers, worked out again as far as the release alone allows."""
    if MOVES not in release.schemas or RESULTS not in release.schemas:
        return []
    parameters = published_parameters(release.folder)
    on = parse_shown_date(parameters["as_of"])
    assert on is not None
    records = {name: release.rows(name) for name in release.schemas}
    now = Standing(parameters["period"], on, release.schemas, records)
    return [one for schema in now.cycled for one in (*_moves(now, schema), *_results(now, schema))]


def _moves(now: Standing, schema: Schema) -> Iterator[Finding]:
    rule, named = schema.lifecycle, now.named_by(schema.name)
    assert rule is not None
    stated = _of(now, MOVES, schema)
    for row in now.rows(schema.name):
        known = stated.pop(row["id"], {})
        right = moved(schema, row, known.get("before", ""), row[rule.status], now, named)
        yield from _differences(MOVES, known, right, schema)
    for record, row in stated.items():
        if row["state"] != GONE:
            yield _wrong(MOVES, row["id"], "record", record, "", schema)


def _results(now: Standing, schema: Schema) -> Iterator[Finding]:
    stated = _of(now, RESULTS, schema)
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


def _of(now: Standing, name: str, schema: Schema) -> dict[str, Row]:
    return {row["record"]: row for row in now.rows(name) if row["ledger"] == schema.name}


def _differences(name: str, known: Row, right: Row, schema: Schema) -> Iterator[Finding]:
    for column, text in right.items():
        if known.get(column) != text:
            yield _wrong(name, right["id"], column, known.get(column, ""), text, schema)


def _wrong(name: str, record: str, column: str, stated: str, text: str, schema: Schema) -> Finding:
    place = f"data/{name}.csv 记录 {record} {column}列"
    message = f"写作“{stated}”，由 data/{schema.name}.csv 应为“{text}”。"
    return error("verify.moves", place, message, RESTORE)
