"""Facts and figures of a release recomputed by their own queries, in two engines. floor: recompute.

A release is not trusted: its queries run only as single SELECT statements over its
own CSV files, with no access to anything else.
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

from policybook.engines import connect_duckdb, connect_sqlite, sqlite_exact
from policybook.errors import Finding, LedgerError, error
from policybook.model import Fact, Figure, Operand
from policybook.numbers import EXACT, evaluate, exact_text, plain
from policybook.operands import operand_exact, queried_text
from policybook.published import RESTORE, Release
from policybook.queries import asked_of, combined_query

Query = Callable[[str], list[tuple[Any, ...]]]


def check_queries(release: Release) -> list[Finding]:
    """Facts and figures recomputed by their published queries in both engines."""
    findings: list[Finding] = []
    for fact in release.facts.values():
        findings += _named(f"facts.json {fact.id}", _add_up(fact))
    for engine, opened in (("duckdb", _duckdb), ("sqlite", _sqlite)):
        try:
            query = opened(release)
        except (LedgerError, sqlite3.Error, csv.Error, KeyError) as problem:
            findings.append(
                error(
                    "verify.ledger", f"data/（{engine}）", f"台账装不进数据库：{problem}", RESTORE
                )
            )
            continue
        for fact in release.facts.values():
            findings += _named(f"facts.json {fact.id}", _recompute(fact, engine, query))
        for figure in release.figures.values():
            findings += _named(
                f"facts.json 图 {figure.id}", _redraw(release, figure, engine, query)
            )
    return findings


def _named(place: str, found: Iterator[Finding]) -> list[Finding]:
    """What a check finds; what stops it is found too: nothing in a release is trusted."""
    findings: list[Finding] = []
    try:
        findings.extend(found)
    except Exception as problem:
        message = f"核验不下去：{type(problem).__name__} {problem}。"
        findings.append(error("verify.broken", place, message, RESTORE))
    return findings


def _duckdb(release: Release) -> Query:
    import duckdb

    connection = connect_duckdb(release.texts, release.schemas)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")

    def query(sql: str) -> list[tuple[Any, ...]]:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise ValueError("不是单一的 SELECT 查询")
        return connection.execute(statements[0]).fetchall()

    return query


def _sqlite(release: Release) -> Query:
    connection = connect_sqlite(release.texts, release.schemas)
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
    )

    def query(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(map(sqlite_exact, row)) for row in connection.execute(sql)]

    return query


def _attempt(query: Query, sql: str) -> list[tuple[Any, ...]] | str:
    import duckdb

    try:
        return query(sql)
    except (duckdb.Error, sqlite3.Error, sqlite3.Warning, ValueError, TypeError) as problem:
        return str(problem).splitlines()[0]


def _other_questions(fact: Fact, engine: str) -> Iterator[Finding]:
    """Queries that ask something else than they say, even where the answer is the same."""
    place = f"facts.json {fact.id}"
    if fact.sql[engine] != combined_query({part.name: part.sql[engine] for part in fact.operands}):
        yield error("verify.query", place, f"{engine} 的合并查询与各分项查询不是同一条。", RESTORE)
    for part in (*fact.operands, *fact.missing):
        asked = asked_of(part.sql[engine], engine)
        stated = (part.reduction, part.column, part.ledger)
        if asked != stated:
            message = f"{engine} 的分项查询 {part.name} 求的是 {asked}，写明的是 {stated}。"
            yield error("verify.query", f"{place}；{_files(part)}", message, RESTORE)


def _add_up(fact: Fact) -> Iterator[Finding]:
    """Operands against the cells they name, without any query."""
    for part in (*fact.operands, *fact.missing):
        by_cells = _from_cells(part)
        if by_cells != part.value:
            place = f"facts.json {fact.id}；{_files(part)}"
            message = f"所列单元格得 {part.name} = {by_cells}，公布的是 {part.value}。"
            yield error("verify.operand", place, message, RESTORE)


def _recompute(fact: Fact, engine: str, query: Query) -> Iterator[Finding]:
    place = f"facts.json {fact.id}"
    yield from _other_questions(fact, engine)
    rows = _attempt(query, fact.sql[engine])
    if isinstance(rows, str):
        yield error("verify.query", place, f"{engine} 运行不了公布的查询：{rows}", RESTORE)
        return
    for part in fact.missing:
        again = _single(_attempt(query, part.sql[engine]))
        if again is not None:
            message = f"{engine} 的分项查询得到 {again}，公布的是没有数据。"
            yield error("verify.operand", f"{place}；{_files(part)}", message, RESTORE)
    values = rows[0] if rows else ()
    if len(values) != len(fact.operands):
        yield error(
            "verify.query",
            place,
            f"{engine} 的查询给出 {len(values)} 项，算式有 {len(fact.operands)} 项。",
            RESTORE,
        )
        return
    # Operands are not asked for one by one too: the query is theirs, as has just been checked.
    found = {}
    for part, value in zip(fact.operands, values, strict=True):
        if queried_text(value) != part.value:
            yield error(
                "verify.operand",
                f"{place}；{_files(part)}",
                f"{engine} 重算得 {part.name} = {queried_text(value)}，公布的是 {part.value}。",
                RESTORE,
            )
        found[part.name] = value
    try:
        exact = {name: operand_exact(queried_text(value) or "") for name, value in found.items()}
        again_value = exact_text(evaluate(fact.expression, exact))
    except (ValueError, KeyError, ZeroDivisionError) as problem:
        yield error("verify.fact", place, f"算式 {fact.expression} 算不出：{problem}。", RESTORE)
        return
    if again_value != fact.value:
        files = "；".join(_files(part) for part in fact.operands)
        yield error(
            "verify.fact",
            f"{place}；{files}",
            f"{engine} 重算得 {again_value}，公布的是 {fact.value}。",
            RESTORE,
        )


def _single(rows: list[tuple[Any, ...]] | str) -> Any:
    return rows if isinstance(rows, str) else rows[0][0] if rows else "无结果"


def _from_cells(part: Operand) -> str | None:
    texts = [cell.value for cell in part.cells if cell.value]
    if part.reduction == "sum":
        if not texts and part.column != "items":
            return None
        return exact_text(Fraction(reduce(EXACT.add, map(Decimal, texts), Decimal(0))))
    if part.reduction == "nunique":
        return str(len(set(texts)))
    return min(texts, default=None) if part.reduction == "min" else max(texts, default=None)


def _files(part: Operand) -> str:
    return f"data/{part.ledger}.csv {part.column}列"


def _redraw(release: Release, figure: Figure, engine: str, query: Query) -> Iterator[Finding]:
    place = f"figures/{figure.id}.csv"
    path = release.folder / place
    rows = _attempt(query, figure.sql[engine])
    if isinstance(rows, str):
        yield error(
            "verify.query",
            f"facts.json 图 {figure.id}",
            f"{engine} 运行不了公布的查询：{rows}",
            RESTORE,
        )
        return
    computed = [[_cell_text(value) for value in row] for row in rows]
    for name in figure.current:
        fact = release.facts[name]
        computed.append([fact.period, fact.label, plain(Decimal(fact.number))])
    published = [list(row) for row in figure.rows]
    if computed != published:
        yield error(
            "verify.figure",
            f"facts.json 图 {figure.id}",
            f"图的数据与 {engine} 查询结果不符：{_difference(published, computed)}",
            RESTORE,
        )
    if not path.is_file():
        yield error("verify.missing", place, "文件缺失。", RESTORE)
    else:
        beside = list(
            csv.reader(io.StringIO(path.read_text(encoding="utf-8", errors="replace"), newline=""))
        )
        if beside != [list(figure.columns), *computed]:
            yield error(
                "verify.figure",
                place,
                f"图的数据与 {engine} 查询结果不符：{_difference(beside[1:], computed)}",
                RESTORE,
            )


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)


def _difference(one: list[list[str]], other: list[list[str]]) -> str:
    for number, (left, right) in enumerate(zip(one, other, strict=False), start=1):
        if left != right:
            return f"第{number}条为 {'，'.join(left)}；应为 {'，'.join(right)}。"
    return f"有 {len(one)} 条，应为 {len(other)} 条。"
