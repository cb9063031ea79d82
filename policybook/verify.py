"""``policybook verify``: a published folder checked from itself alone. floor: verify.

Nothing outside the folder is read, and nothing in it is trusted: its queries are run
only as single SELECT statements over its own CSV files, in DuckDB and in SQLite.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policybook.claims import shown
from policybook.engines import connect_duckdb, connect_sqlite
from policybook.errors import Finding, LedgerError, UsageError, error
from policybook.lineage import operand_exact, value_text
from policybook.model import Fact, Figure, Operand, fact_from_dict, figure_from_dict
from policybook.numbers import display_text, evaluate, exact_text, number_text, plain
from policybook.pages import read_page
from policybook.relations import Relation
from policybook.release import SUMS, digests
from policybook.schema import Schema, parse_schema
from policybook.wording import in_numbers

if TYPE_CHECKING:
    import duckdb

_RESTORE = "发布的文件不应改动：从原发布处重新取得，或更正数据后重新发布。"
Query = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Release:
    """A published folder as read for checking."""

    folder: Path
    facts: Mapping[str, Fact]
    figures: Mapping[str, Figure]
    relations: tuple[Relation, ...]
    schemas: Mapping[str, Schema]
    texts: Mapping[str, str]  # data/*.csv

    def rows(self, ledger: str) -> list[dict[str, str]]:
        """A ledger's records as text."""
        return list(csv.DictReader(io.StringIO(self.texts[ledger], newline="")))


def verify_release(folder: Path) -> list[Finding]:
    """Everything in a release that does not agree with everything else in it.

    Raises :class:`UsageError` when the folder is not a release.
    """
    if not (folder / SUMS).is_file():
        raise UsageError(error("verify.folder", folder, "不是发布的文件夹：没有 SHA256SUMS。", "指向如 _build/site/2024Q2 的文件夹。"))
    findings = check_sums(folder)
    try:
        release = read_release(folder)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        message = f"读不出发布的内容：{type(problem).__name__} {problem}。"
        return [*findings, error("verify.facts", "facts.json、data/datapackage.json", message, _RESTORE)]
    findings += check_cells(release)
    findings += check_queries(release)
    findings += check_texts(release)
    findings += check_relations(release)
    findings += check_pages(release)
    findings += check_database(release)
    return findings


def read_release(folder: Path) -> Release:
    """The facts, schemas and ledgers of a release."""
    content = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    package = json.loads((folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    schemas = {one["name"]: parse_schema(one["name"], one["schema"]) for one in package["resources"]}
    texts = {
        name: path.read_bytes().decode("utf-8", errors="replace")
        for name in schemas
        if (path := folder / "data" / f"{name}.csv").is_file()
    }
    relations = []
    for entry in content["relations"]:
        values = {key: value for key, value in entry.items() if key != "filled"}
        relations.append(Relation(**{**values, "where": ()}))
    return Release(
        folder,
        {entry["id"]: fact_from_dict(entry) for entry in content["facts"]},
        {entry["id"]: figure_from_dict(entry) for entry in content["figures"]},
        tuple(relations),
        schemas,
        texts,
    )


def check_sums(folder: Path) -> list[Finding]:
    """Every file against its published digest: changed, missing, added."""
    findings = []
    stated: dict[str, str] = {}
    for line in (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        stated[name] = digest
    actual = digests(folder)
    for name in sorted({*stated, *actual}):
        if name not in actual:
            findings.append(error("verify.missing", name, "文件缺失。", _RESTORE))
        elif name not in stated:
            findings.append(error("verify.extra", name, "多出一个没有登记的文件。", _RESTORE))
        elif stated[name] != actual[name]:
            findings.append(error("verify.hash", name, "内容与发布时的 sha256 不符。", _RESTORE))
    return findings


def check_cells(release: Release) -> list[Finding]:
    """The cells that facts name, against the ledgers."""
    findings: dict[str, list[str]] = {}
    messages: dict[str, str] = {}
    lines = {
        ledger: {row.get("id", ""): (number, row) for number, row in enumerate(release.rows(ledger), start=2)}
        for ledger in release.texts
    }
    for fact in release.facts.values():
        for cell in fact.cells():
            ledger = Path(cell.file).stem
            number, row = lines.get(ledger, {}).get(cell.record, (0, {}))
            now = row.get(cell.column)
            if now != cell.value or number != cell.row:
                place = f"{cell.file} 第{cell.row}行 {cell.column}列"
                there = "没有这条记录" if now is None else f"台账现为“{now}”"
                messages[place] = f"发布时为“{cell.value}”，{there}（记录 {cell.record}）"
                findings.setdefault(place, []).append(fact.id)
    return [
        error("verify.cell", place, f"{messages[place]}；涉及统计数字 {'、'.join(ids)}。", _RESTORE)
        for place, ids in findings.items()
    ]


def check_queries(release: Release) -> list[Finding]:
    """Facts and figures recomputed by their published queries in both engines."""
    findings: list[Finding] = []
    for engine, opened in (("duckdb", _duckdb), ("sqlite", _sqlite)):
        try:
            query = opened(release)
        except (LedgerError, sqlite3.Error) as problem:
            findings.append(error("verify.ledger", f"data/（{engine}）", f"台账装不进数据库：{problem}", _RESTORE))
            continue
        for fact in release.facts.values():
            findings += _recompute(fact, engine, query)
        for figure in release.figures.values():
            findings += _redraw(release, figure, engine, query)
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
        return [tuple(map(_exact_scalar, row)) for row in connection.execute(sql)]

    return query


def _exact_scalar(value: Any) -> Any:
    """SQLite's real as the decimal it was divided from: shortest text that reads back the same."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _attempt(query: Query, sql: str) -> list[tuple[Any, ...]] | str:
    import duckdb

    try:
        return query(sql)
    except (duckdb.Error, sqlite3.Error, sqlite3.Warning, ValueError, TypeError) as problem:
        return str(problem).splitlines()[0]


def _recompute(fact: Fact, engine: str, query: Query) -> Iterator[Finding]:
    place = f"facts.json {fact.id}"
    rows = _attempt(query, fact.sql[engine])
    if isinstance(rows, str):
        yield error("verify.query", place, f"{engine} 运行不了公布的查询：{rows}", _RESTORE)
        return
    values = rows[0] if rows else ()
    if len(values) != len(fact.operands):
        yield error("verify.query", place, f"{engine} 的查询给出 {len(values)} 项，算式有 {len(fact.operands)} 项。", _RESTORE)
        return
    found = {}
    for part, value in zip(fact.operands, values, strict=True):
        alone = _attempt(query, part.sql[engine])
        for name, again in (("合并查询", value), ("分项查询", alone if isinstance(alone, str) else alone[0][0])):
            if _operand_text(again) != part.value:
                files = _files(part)
                yield error("verify.operand", f"{place}；{files}", f"{engine} 的{name}得到 {part.name} = {_operand_text(again)}，公布的是 {part.value}。", _RESTORE)
        found[part.name] = value
    try:
        exact = {name: operand_exact(_operand_text(value) or "") for name, value in found.items()}
        again_value = exact_text(evaluate(fact.expression, exact))
    except (ValueError, KeyError, ZeroDivisionError) as problem:
        yield error("verify.fact", place, f"算式 {fact.expression} 算不出：{problem}。", _RESTORE)
        return
    if again_value != fact.value:
        files = "；".join(_files(part) for part in fact.operands)
        yield error("verify.fact", f"{place}；{files}", f"{engine} 重算得 {again_value}，公布的是 {fact.value}。", _RESTORE)


def _operand_text(value: Any) -> str | None:
    return value if isinstance(value, str) else value_text(value)


def _files(part: Operand) -> str:
    return f"data/{part.ledger}.csv {part.column}列"


def _redraw(release: Release, figure: Figure, engine: str, query: Query) -> Iterator[Finding]:
    place = f"figures/{figure.id}.csv"
    path = release.folder / place
    rows = _attempt(query, figure.sql[engine])
    if isinstance(rows, str):
        yield error("verify.query", f"facts.json 图 {figure.id}", f"{engine} 运行不了公布的查询：{rows}", _RESTORE)
        return
    computed = [[_cell_text(value) for value in row] for row in rows]
    published = [list(row) for row in figure.rows]
    if computed != published:
        yield error("verify.figure", f"facts.json 图 {figure.id}", f"图的数据与 {engine} 查询结果不符：{_difference(published, computed)}", _RESTORE)
    if path.is_file():
        beside = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8", errors="replace"), newline="")))
        if beside != [list(figure.columns), *computed]:
            yield error("verify.figure", place, f"图的数据与 {engine} 查询结果不符：{_difference(beside[1:], computed)}", _RESTORE)


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)


def _difference(one: list[list[str]], other: list[list[str]]) -> str:
    for number, (left, right) in enumerate(zip(one, other, strict=False), start=1):
        if left != right:
            return f"第{number}条为 {'，'.join(left)}；应为 {'，'.join(right)}。"
    return f"有 {len(one)} 条，应为 {len(other)} 条。"


def check_texts(release: Release) -> list[Finding]:
    """Displayed number, display and formula of each fact against its exact value."""
    findings = []
    for fact in release.facts.values():
        try:
            value = Fraction(fact.value)
        except (ValueError, ZeroDivisionError):
            findings.append(error("verify.fact", f"facts.json {fact.id}", f"数值“{fact.value}”不是数。", _RESTORE))
            continue
        number = number_text(value, fact.unit, fact.decimals)
        display = display_text(number, fact.unit, fact.qualifier)
        formula = in_numbers(fact.expression, fact.operands, value, fact.unit, fact.decimals, display)
        for name, stated, right in (("number", fact.number, number), ("display", fact.display, display), ("formula", fact.formula, formula)):
            if stated != right:
                findings.append(error("verify.fact", f"facts.json {fact.id} {name}", f"写作“{stated}”，由数值应得“{right}”。", _RESTORE))
    return findings


def check_relations(release: Release) -> list[Finding]:
    """The published relations between facts."""
    try:
        values = {name: Fraction(fact.value) for name, fact in release.facts.items()}
    except (ValueError, ZeroDivisionError):
        return []  # already found by check_texts
    findings = []
    for relation in release.relations:
        try:
            if not relation.holds(values):
                findings.append(error("verify.relation", f"facts.json 关系 {relation.id}", f"不成立：{relation.title}（{relation.filled(values)}）。", _RESTORE))
        except (KeyError, ValueError, ZeroDivisionError) as problem:
            findings.append(error("verify.relation", f"facts.json 关系 {relation.id}", f"算不出：{problem}。", _RESTORE))
    return findings


def check_pages(release: Release) -> list[Finding]:
    """Every number, ledger cell and figure table that a page displays."""
    findings = []
    rows = {name: {row.get("id", ""): row for row in release.rows(name)} for name in release.texts}
    for path in sorted(release.folder.rglob("*.html")):
        page = path.relative_to(release.folder).as_posix()
        displayed = read_page(path.read_text(encoding="utf-8", errors="replace"))
        findings += _page_facts(release, page, displayed.facts)
        for ledger, record, column, text in displayed.cells:
            right = rows.get(ledger, {}).get(record, {}).get(column)
            if right != text:
                findings.append(error("verify.page", f"{page} 台账 {ledger} 记录 {record} {column}列", f"页面写作“{text}”，data/{ledger}.csv 为“{right}”。", _RESTORE))
        for name, table in displayed.figures.items():
            figure = release.figures.get(name)
            if figure is None or table != [list(figure.headings), *map(list, figure.rows)]:
                findings.append(error("verify.page", f"{page} 图 {name} 的数据表", "页面上的表与图的数据不符。", _RESTORE))
    return findings


def _page_facts(release: Release, page: str, facts: Iterable[tuple[str, str, str]]) -> Iterator[Finding]:
    for name, variant, text in facts:
        fact = release.facts.get(name)
        if fact is None:
            yield error("verify.page", f"{page} {name}", "facts.json 里没有这个统计数字。", _RESTORE)
            continue
        try:
            right = shown(fact, variant)
        except ValueError as problem:
            right = str(problem)
        if text != right:
            yield error("verify.page", f"{page} {name}", f"页面写作“{text}”，应为“{right}”（{fact.label}）。", _RESTORE)


def check_database(release: Release) -> list[Finding]:
    """``ledgers.sqlite`` against the CSV files."""
    path = release.folder / "ledgers.sqlite"
    if not path.is_file():
        return []  # already found by check_sums
    findings = []
    try:
        theirs = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        ours = connect_sqlite(release.texts, release.schemas)
        for name in release.texts:
            table = f'SELECT * FROM "{name}" ORDER BY "id"'
            if theirs.execute(table).fetchall() != ours.execute(table).fetchall():
                findings.append(error("verify.database", f"ledgers.sqlite 表 {name}", f"与 data/{name}.csv 不符。", _RESTORE))
    except sqlite3.Error as problem:
        findings.append(error("verify.database", "ledgers.sqlite", f"打不开或读不出：{problem}。", _RESTORE))
    return findings
