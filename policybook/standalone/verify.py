#!/usr/bin/env python3
"""Check a published folder with Python alone (3.9 or newer): python3 verify.py

It shares no code with the program that made the folder: a second implementation.
Nothing in the folder is trusted; its queries run as single SELECT statements in an
in-memory SQLite database that holds its own data/*.csv and nothing else.
"""

from __future__ import annotations

import ast
import csv
import datetime
import hashlib
import itertools
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

USAGE = """用法：python3 verify.py [发布的文件夹]

不写文件夹时核验本文件所在的文件夹。只需 Python 3.9 以上，不需联网，不写任何文件。
核验：每个文件的 sha256；每个统计数字按公布的查询由 data/*.csv 重算；每页显示的
每个数字、台账单元格和图的数据表；每个图的数据；每条勾稽关系；ledgers.sqlite；
facts.csv 与 facts.json，供页面读取的两个 .js 与它们所出自的文件。
退出状态：0 全部一致；1 有不符；2 用法不对。
例：python3 verify.py 2024Q2"""

SUMS = "SHA256SUMS"
VOID = re.findall(r"\w+", "area base br col embed hr img input link meta source track wbr")
DIALECT = (  # what the two engines write differently, made the same
    (r"'(\d{4})-0?(\d+)-0?(\d+)'", r"MAKE_DATE(\1, \2, \3)"),
    (r"CONTAINS\((\"\w+\", '(?:[^']|'')*')\)", r"INSTR(\1) >= 1"),
    (r"STARTS_WITH\((\"\w+\"), ('(?:[^']|'')*')\)", r"\1 LIKE \2 || '%'"),
    (r"SUM\(CAST\(ROUND\((\"\w+\") \* (10+)\) AS INTEGER\)\) / \2\.0", r"SUM(\1)"),
    (r" NULLS (?:FIRST|LAST)", ""),
    (r"\s+", " "),
)
ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION)
Row = dict[str, str]


class Release(NamedTuple):
    """A published folder as read."""

    folder: Path
    content: dict[str, Any]  # facts.json
    resources: dict[str, dict[str, Any]]  # data/datapackage.json by ledger
    rows: dict[str, list[Row]]
    records: dict[str, dict[str, tuple[int, Row]]]  # ledger → id → line and cells
    database: sqlite3.Connection


def read(folder: Path) -> Release:
    """The folder's facts and ledgers, these also as an in-memory database."""
    content = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    package = json.loads((folder / "data/datapackage.json").read_text(encoding="utf-8"))
    resources = {one["name"]: one for one in package["resources"]}
    database = sqlite3.connect(":memory:")
    rows: dict[str, list[Row]] = {}
    records: dict[str, dict[str, tuple[int, Row]]] = {}
    kinds = {"integer": "INTEGER", "number": "NUMERIC"}
    for ledger, resource in resources.items():
        fields = [(field["name"], field["type"]) for field in resource["schema"]["fields"]]
        columns = ", ".join(f'"{name}" {kinds.get(kind, "TEXT")}' for name, kind in fields)
        database.execute(f'CREATE TABLE "{ledger}" ({columns})')
        rows[ledger] = read_rows(folder / "data" / f"{ledger}.csv")
        records[ledger] = {
            row.get("id") or "": (line, row) for line, row in enumerate(rows[ledger], 2)
        }
        marks = ", ".join("?" * len(fields))
        values = [[row.get(name) or None for name, _ in fields] for row in rows[ledger]]
        database.executemany(f'INSERT INTO "{ledger}" VALUES ({marks})', values)
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY
    )
    return Release(folder, content, resources, rows, records, database)


def read_rows(path: Path) -> list[Row]:
    """A CSV file's records; none when it cannot be read as such (its digest says so)."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            return list(csv.DictReader(stream))
    except (OSError, csv.Error):
        return []


def digest(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_sums(folder: Path) -> Iterator[str]:
    """Every file against its published digest: changed, missing, added."""
    if not (folder / SUMS).is_file():
        yield f"{SUMS}：文件缺失"
        return
    lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    stated = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != SUMS]
    actual = {path.relative_to(folder).as_posix(): path for path in paths}
    for name in sorted({*stated, *actual}):
        if name not in actual:
            yield f"{name}：文件缺失"
        elif name not in stated:
            yield f"{name}：多出的文件"
        elif stated[name] != digest(actual[name]):
            yield f"{name}：内容与 sha256 不符"


def check_files(release: Release) -> Iterator[str]:
    """Every file that a complete release has is there."""
    names = ["index.html", "ledgers.sqlite", "verify.py"]
    names += ["coverage.json", "coverage.js", "facts.csv", "facts.js", "facts-table.js"]
    names += [f"data/{ledger}.csv" for ledger in release.resources]
    for figure in release.content["figures"]:
        names += [f"figures/{figure['id']}.{kind}" for kind in ("csv", "svg", "png")]
    for fact in release.content["facts"]:
        names += [f"trace/{fact['id']}.html", f"notebooks/{fact['notebook']}.html"]
        names += fact["used_on"]
    for name in dict.fromkeys(names):
        if not (release.folder / name).is_file():
            yield f"{name}：文件缺失"


def check_cells(release: Release) -> Iterator[str]:
    """Every cell that a fact names is what the ledger says."""
    found: dict[str, list[str]] = {}
    came = origins(release)
    for fact in release.content["facts"]:
        for part in fact["operands"] + fact["missing"]:
            for cell in part["cells"]:
                line, row = release.records.get(part["ledger"], {}).get(cell["record"], (0, {}))
                there = {**row, "evidence": row.get("evidence", "record")}
                there.setdefault("source", cell["record"])
                place = f"data/{part['ledger']}.csv 第{line}行 {part['column']}列"
                named = f"{cell['file']} 第{cell['row']}行 {cell['column']}列"
                there["origin"] = came.get((part["ledger"], cell["record"], part["column"]), "")
                for name in (cell["column"], "evidence", "source", "origin"):
                    stated = cell["value" if name == cell["column"] else name]
                    if place != named or there.get(name) != stated:
                        message = f"{named}：公布为“{stated}”，台账 {place} 为“{there.get(name)}”"
                        found.setdefault(message, []).append(fact["id"])
    for message, ids in found.items():
        yield f"{message}（涉及 {'、'.join(dict.fromkeys(ids))}）"


def origins(release: Release) -> dict[tuple[str, str, str], str]:
    """Where each value was handed in: workbook, sheet and cell by ledger, record and column."""
    found = {}
    for row in read_rows(release.folder / "provenance/origins.csv"):
        sheet = f"{row['sheet']}!" if row["sheet"] else ""
        for column, _, address in (pair.partition(":") for pair in row["cells"].split(" ")):
            place = f"{row['workbook']} {sheet}{address}"
            found[row["ledger"], row["record"], column] = place
    return found


def check_corrections(release: Release) -> Iterator[str]:
    """What was corrected stands in the ledgers, corrected."""
    last = {(c["ledger"], c["record"], c["column"]): c for c in release.content["corrections"]}
    for (ledger, record, column), one in last.items():
        now = release.records.get(ledger, {}).get(record, (0, {}))[1].get(column)
        if now != one["after"]:
            yield f"data/{ledger}.csv {record} {column}列：应为更正后的“{one['after']}”，写作“{now}”"


def exact(value: Any) -> Fraction:
    """A query's value or a published text as an exact number; a date as its day number."""
    if isinstance(value, str) and len(value) == 10 and value[4] == "-":
        return Fraction(datetime.date.fromisoformat(value).toordinal())
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def compute(expression: str, names: dict[str, Fraction]) -> Fraction:
    """An expression's exact value: + - * / and round(x, n) over dotted names."""

    def walk(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            left, right = walk(node.left), walk(node.right)
            if isinstance(node.op, ast.Add):
                return left + right
            if isinstance(node.op, ast.Sub):
                return left - right
            if isinstance(node.op, ast.Mult):
                return left * right
            if isinstance(node.op, ast.Div):
                return left / right
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        if isinstance(node, ast.Constant):
            return exact(node.value)
        if isinstance(node, ast.Call) and isinstance(node.args[1], ast.Constant):
            return Fraction(half_up(walk(node.args[0]), int(str(node.args[1].value))))
        if isinstance(node, (ast.Name, ast.Attribute)):
            return names[ast.unparse(node)]
        raise ValueError("不是四则运算")

    return walk(ast.parse(expression, mode="eval").body)


def half_up(value: Fraction, places: int) -> str:
    """A number as text at so many places, ties away from zero."""
    scaled = abs(value) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = str(units).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if value < 0 and units else text


def number(value: Fraction, fact: dict[str, Any], more: int = 0) -> str:
    """The displayed figure without its unit, or with more decimal places."""
    shown = value * 100 if fact["unit"] == "%" else value
    return half_up(shown, fact["decimals"] + more)


def normal(sql: str) -> str:
    """A query without what only one of the two engines needs."""
    for pattern, form in DIALECT:
        sql = re.sub(pattern, form, sql)
    return sql.strip()


def run(release: Release, sql: dict[str, str]) -> list[tuple[Any, ...]]:
    """The rows of a published query, in SQLite; its DuckDB form must be the same query."""
    for engine, text in sql.items():
        if not text.startswith("SELECT") or ";" in re.sub(r"'[^']*'", "", text):
            raise ValueError(f"{engine} 的查询不是单一的 SELECT")
    if normal(sql["duckdb"]) != normal(sql["sqlite"]):
        raise ValueError("duckdb 与 sqlite 的查询不是同一条")
    return release.database.execute(sql["sqlite"]).fetchall()


def check_facts(release: Release) -> Iterator[str]:
    """Every fact against its queries, its cells and its own texts."""
    for fact in release.content["facts"]:
        name = f"facts.json {fact['id']}"
        try:
            row = run(release, fact["sql"])[0]
            parts = fact["operands"]
            for place, part in enumerate(parts):
                again = [row[place], run(release, part["sql"])[0][0], from_cells(part)]
                if any(one is None or exact(one) != exact(part["value"]) for one in again):
                    where = f"data/{part['ledger']}.csv {part['column']}列"
                    texts = "、".join(map(str, again))
                    yield f"{name}：{where} 的 {part['name']} 重算为 {texts}，公布 {part['value']}"
            for part in fact["missing"]:
                if run(release, part["sql"])[0][0] is not None or from_cells(part) is not None:
                    yield f"{name}：{part['ledger']} {part['column']}列现有数据，公布为没有"
            values = {part["name"]: exact(row[place]) for place, part in enumerate(parts)}
            value = compute(fact["expression"], values)
            if value != Fraction(fact["value"]):
                yield f"{name}：重算得 {value}，公布 {fact['value']}"
            for key, text in texts_of(release, fact, Fraction(fact["value"])).items():
                stated = fact["interval"]["display"] if key == "interval" else fact[key]
                if stated != text:
                    yield f"{name}：{key} 应为“{text}”，写作“{stated}”"
        except Exception as problem:  # whatever a tampered query or ledger provokes
            yield f"{name}：算不出（{problem}）"


def from_cells(part: dict[str, Any]) -> Any:
    """An operand's value worked out from the cells it names."""
    texts = [cell["value"] for cell in part["cells"] if cell["value"]]
    if part["reduction"] == "sum":
        none = 0 if part["column"] == "items" else None
        return sum(map(Fraction, texts), Fraction(0)) if texts else none
    if part["reduction"] == "nunique":
        return len(set(texts))
    if not texts:
        return None
    return min(texts) if part["reduction"] == "min" else max(texts)


def texts_of(release: Release, fact: dict[str, Any], value: Fraction) -> dict[str, str]:
    """What a fact must display: number, display, formula and interval."""
    text = number(value, fact)
    display = text + fact["qualifier"] + fact["unit"]
    filled: dict[str, str] = {part["name"]: part["value"] for part in fact["operands"]}
    if fact["expression"] == "a" and fact["operands"][0]["reduction"] == "sum":
        cells = [cell["value"] for cell in fact["operands"][0]["cells"] if cell["value"]]
        filled["a"] = " + ".join(cells) if len(cells) <= 8 else f"{len(cells)} 格合计"
    signs = str.maketrans({"/": "÷", "*": "×", "-": "−"})
    pieces = re.split(r"\b([a-z])\b", fact["expression"].translate(signs))
    left = "".join(filled.get(piece, piece) for piece in pieces)
    finer = number(value, fact, 2)
    right = f"{finer}{'%' if fact['unit'] == '%' else ''} → {display}"
    if Fraction(finer) == Fraction(text):
        right = display
    texts = {"number": text, "display": display, "formula": f"{left} = {right}"}
    if fact["interval"]:
        low, high = interval(release, fact)
        texts["interval"] = f"{number(low, fact)}–{number(high, fact)}{fact['unit']}"
    return texts


def interval(release: Release, fact: dict[str, Any]) -> tuple[Fraction, Fraction]:
    """Where a value can lie, its printed operands having been rounded."""
    ends = []
    for part in fact["operands"]:
        fields = release.resources[part["ledger"]]["schema"]["fields"]
        rate = any(f["name"] == part["column"] and f.get("printed") for f in fields)
        printed = [cell["value"] for cell in part["cells"] if rate or "." in cell["value"]]
        places = [len(text.partition(".")[2]) for text in printed if text]
        half = [Fraction(1, 2 * 10 ** (max(n, 2) if rate else n)) for n in places]
        middle, slack = exact(part["value"]), sum(half, Fraction(0))
        ends.append([(part["name"], middle - slack), (part["name"], middle + slack)])
    values = [compute(fact["expression"], dict(corner)) for corner in itertools.product(*ends)]
    return min(values), max(values)


def check_figures(release: Release) -> Iterator[str]:
    """Every figure's data, in facts.json and as CSV, against its query."""
    for figure in release.content["figures"]:
        name = f"figures/{figure['id']}.csv"
        try:
            rows = [[cell_text(value) for value in row] for row in run(release, figure["sql"])]
            for one in figure["current"]:  # facts of this edition at the end of a trend
                fact = next(fact for fact in release.content["facts"] if fact["id"] == one)
                shown = Fraction(fact["number"])
                rows.append([fact["period"], fact["label"], cell_text(float(shown))])
            with (release.folder / name).open(encoding="utf-8", newline="") as stream:
                beside = list(csv.reader(stream))
        except Exception as problem:  # whatever a tampered query or file provokes
            yield f"{name}：{problem}"
            continue
        if rows != figure["rows"]:
            yield f"facts.json 图 {figure['id']}：数据与查询结果不符"
        if beside != [figure["columns"], *rows]:
            yield f"{name}：与查询结果不符"


def cell_text(value: Any) -> str:
    """A query's value as it stands in a figure's CSV."""
    if value is None:
        return ""
    return str(value)[:-2] if isinstance(value, float) and value == int(value) else str(value)


def check_relations(release: Release) -> Iterator[str]:
    """Every published relation holds, with the numbers it is said to hold for."""
    values = {fact["id"]: Fraction(fact["value"]) for fact in release.content["facts"]}
    for relation in release.content["relations"]:
        name = f"关系 {relation['id']}"
        try:
            left, right = compute(relation["left"], values), compute(relation["right"], values)
            holds = {"=": left == right, "<=": left <= right, ">=": left >= right}
            holds.update({"<": left < right, ">": left > right})
            stated = [exact(side) for side in relation["filled"].split(f" {relation['op']} ")]
        except Exception as problem:  # whatever a tampered formula provokes
            yield f"{name}：算不出（{problem}）"
            continue
        if not holds[relation["op"]]:
            yield f"{name} 不成立：{relation['title']}（{left} {relation['op']} {right}）"
        if stated != [left, right]:
            yield f"{name}：两边应为 {left} 和 {right}，写作“{relation['filled']}”"


class Page(HTMLParser):
    """Collects what a page displays: facts, ledger cells, figures' tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str], list[str]]] = []
        self.found: list[tuple[dict[str, str], str]] = []  # attributes and text
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        attributes = {name: value or "" for name, value in attrs}
        self.open.append((tag, attributes, []))
        if "data-figure" in attributes:
            self.tables.append((attributes["data-figure"], []))
        if tag == "tr" and "data-figure" in self.around():
            self.tables[-1][1].append([])

    def handle_data(self, data: str) -> None:
        for _, _, text in self.open:
            text.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            around = self.around()
            name, attributes, pieces = self.open.pop()
            if {"data-stat", "data-fact", "data-column"} & set(attributes):
                self.found.append(({**around, **attributes}, "".join(pieces)))
            if name in ("td", "th") and "data-figure" in around and self.tables[-1][1]:
                self.tables[-1][1][-1].append("".join(pieces))
            if name == tag:
                break

    def around(self) -> dict[str, str]:
        """The attributes of all open elements, inner ones first."""
        return {name: value for _, one, _ in self.open for name, value in one.items()}


def claim(facts: dict[str, dict[str, Any]], name: str, show: str) -> Any:
    """What an element of a page must say of a fact: a text of it, or a word that it bears out."""
    if name not in facts:
        return None
    fact = facts[name]
    kind, _, rest = show.partition(":")
    value, shown = Fraction(fact["value"]), Fraction(fact["number"])
    if kind == "interval":
        return (fact["interval"] or {}).get("display")
    if kind == "word" and fact["word"] == "completion":
        return "超额完成" if value > 1 else "完成" if value == 1 else "尚未完成"
    if kind == "word":
        words = {"level": ("上升", "回落"), "amount": ("增加", "减少")}
        up, down = words.get(fact["word"], ("增长", "下降"))
        return up if shown > 0 else down if shown < 0 else "持平"
    if kind == "half":
        return "过半" if value * 2 > 1 else "正好一半" if value * 2 == 1 else "未过半"
    if kind == "size":
        return fact["display"].lstrip("-")
    if kind == "whole":
        part = "大部分" if value * 2 > 1 else "部分" if value > 0 else "尚无"
        return "全部" if value >= 1 else part
    if kind == "over":
        limit = Fraction(re.match(r"[-\d.]+", rest)[0])  # type: ignore[index]
        exactly = value * 100 if fact["unit"] == "%" else value
        below = "接近" if exactly >= limit * 95 / 100 else "不足"
        return ("超过" if exactly > limit else "达到" if exactly == limit else below) + rest
    if kind == "rank":
        others = [Fraction(facts[other]["value"]) for other in {*rest.split()} - {name}]
        word = "并列" if value in others else "排"
        return f"{word}第{1 + sum(other > value for other in others)}位"
    return fact.get(show)


def shown_table(figure: dict[str, Any]) -> list[list[str]]:
    """A figure's table as a page shows it: headings, rows, evidence in Chinese."""
    names = {"record": "逐条记录", "aggregate": "文件合计", "remainder": "其余未列名"}
    places = [place for place, column in enumerate(figure["columns"]) if column == "evidence"]
    rows = [list(row) for row in figure["rows"]]
    for row in rows:
        for place in places:
            row[place] = names.get(row[place], row[place])
    return [figure["headings"], *rows]


def check_pages(release: Release) -> Iterator[str]:
    """Every number, ledger cell and figure table that a page displays, and those it must."""
    facts = {fact["id"]: fact for fact in release.content["facts"]}
    tables = {figure["id"]: shown_table(figure) for figure in release.content["figures"]}
    expected = {(page, name) for name, fact in facts.items() for page in fact["used_on"]}
    for name, fact in facts.items():
        expected |= {(f"trace/{name}.html", name), (f"notebooks/{fact['notebook']}.html", name)}
    for path in sorted(release.folder.rglob("*.html")):
        name = path.relative_to(release.folder).as_posix()
        try:
            page = Page(path.read_text(encoding="utf-8", errors="replace"))
        except Exception as problem:  # HTMLParser gives up on broken declarations
            yield f"{name}：页面读不下去（{problem}）"
            continue
        for attributes, text in page.found:
            what = attributes.get("data-stat") or attributes.get("data-fact") or ""
            if "data-column" in attributes and not what:
                ledger, record = attributes.get("data-ledger"), attributes.get("data-record")
                row = release.records.get(ledger or "", {}).get(record or "", (0, {}))[1]
                what = f"台账 {ledger} 记录 {record} {attributes['data-column']}列"
                right: Any = row.get(attributes["data-column"])
            else:
                expected.discard((name, what))
                right = claim(facts, what, attributes.get("data-show", "display"))
            if text != right:
                yield f"{name}：{what} 写作“{text}”，应为“{right}”"
        for figure, table in page.tables:
            if table != tables.get(figure):
                yield f"{name}：图 {figure} 的数据表与图的数据不符"
    for page_name, what in sorted(expected):
        yield f"{page_name}：没有显示应有的统计数字 {what}"


def check_database(release: Release) -> Iterator[str]:
    """ledgers.sqlite says what the CSV files say."""
    path = release.folder / "ledgers.sqlite"
    try:
        theirs = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        for ledger in release.resources:
            query = f'SELECT * FROM "{ledger}" ORDER BY "id"'
            found, right = theirs.execute(query).fetchall(), release.database.execute(query)
            other = sorted({str(row[0]) for row in {*found} ^ {*right}})
            if other:
                names = "、".join(other[:8])
                yield f"ledgers.sqlite 表 {ledger}：与 data/{ledger}.csv 不符，记录 {names}"
    except sqlite3.Error as problem:
        yield f"ledgers.sqlite：打不开或读不出（{problem}）"


COLUMNS = (
    "id label value number display unit period span interval evidence look_through chapter"
    " ledgers departments documents words formula definition trace"
).split()


def listed(release: Release, fact: dict[str, Any]) -> Row:
    """A fact as a row of the table of all facts, several values of a column joined by ;."""
    parts = fact["operands"] + fact["missing"]
    chosen = [(part["ledger"], record) for part in parts for record in part["records"]]
    none: tuple[int, Row] = (0, {})
    records = [release.records.get(ledger, {}).get(name, none)[1] for ledger, name in chosen]
    row = {
        **fact,
        "interval": (fact["interval"] or {}).get("display"),
        "ledgers": ";".join(dict.fromkeys(part["ledger"] for part in parts)),
        "departments": ";".join(sorted({one.get("department", "") for one in records} - {""})),
        "documents": ";".join(dict.fromkeys(one["id"] for one in fact["documents"])),
        "trace": f"trace/{fact['id']}.html",
    }
    return {name: row[name] or "" for name in COLUMNS}


def in_table(text: str) -> str:
    """A text that a spreadsheet would run as a formula stands quoted in facts.csv."""
    plain = re.fullmatch(r"(?a:-?\d+(\.\d+)?%?|-?\d+/\d+)", text)
    return f"'{text}" if text[:1] and text[0] in "=+-@\t\r" and not plain else text


def check_listing(release: Release) -> Iterator[str]:
    """facts.csv and facts-table.js say what facts.json says."""
    rows = [listed(release, fact) for fact in release.content["facts"]]
    path = release.folder / "facts.csv"
    stated = {row.get("id") or "": row for row in read_rows(path)}
    for row in rows:
        there = stated.pop(row["id"], {})
        for name in {**row, **there}:
            right, said = in_table(row.get(name, "")), there.get(name)
            if right != said:
                yield f"facts.csv：{row['id']} {name}列 写作“{said}”，应为“{right}”"
    for name in stated:
        yield f"facts.csv：多出的行 {name}"
    titles = {ledger: one["title"] for ledger, one in release.resources.items()}
    period = release.content["period"]
    texts = [list(row.values()) for row in rows]
    table = {"period": period, "columns": COLUMNS, "rows": texts, "ledgers": titles}
    if script_data(release.folder / "facts-table.js", "policybookFactsTable") != table:
        yield "facts-table.js：内容与 facts.json 不符"


def script_data(path: Path, receiver: str) -> Any:
    """What a data script hands to the page; None when it does anything else."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    start, end = f"window.{receiver}(", ");\n"
    if not (text.startswith(start) and text.endswith(end)):
        return None
    try:
        return json.loads(text[len(start) : -len(end)])
    except ValueError:
        return None


def check_cards(release: Release) -> Iterator[str]:
    """facts.js, which the fact cards show, says what facts.json says."""
    cards = (script_data(release.folder / "facts.js", "policybookFacts") or {}).get("facts", {})
    facts = {fact["id"]: fact for fact in release.content["facts"]}
    for name in sorted(cards.keys() | facts.keys()):
        card, fact = cards.get(name), facts.get(name, {})
        if not card or card["display"] != fact.get("display") or not card.items() <= fact.items():
            yield f"facts.js {name}：与 facts.json 不符"


def check_account(release: Release) -> Iterator[str]:
    """coverage.js hands to pages what coverage.json says."""
    stated = json.loads((release.folder / "coverage.json").read_text(encoding="utf-8"))
    if script_data(release.folder / "coverage.js", "policybookCoverage") != stated:
        yield "coverage.js：内容与 coverage.json 不符"


CHECKS = (
    check_files,
    check_cells,
    check_corrections,
    check_facts,
    check_figures,
    check_relations,
    check_pages,
    check_account,
    check_listing,
    check_database,
    check_cards,
)


def verify(folder: Path) -> tuple[int, list[str]]:
    """How many facts there are, and every problem, each once."""
    problems = list(check_sums(folder))
    try:
        release = read(folder)
        count = len(release.content["facts"])
    except Exception as problem:  # a release too broken to read is itself the finding
        return 0, [*problems, f"facts.json、data/：读不下去（{type(problem).__name__} {problem}）"]
    for check in CHECKS:
        try:
            problems += check(release)
        except Exception as problem:  # so is one too broken to go on with
            name = check.__name__
            problems.append(f"{name}：查不下去（{type(problem).__name__} {problem}）")
    return count, list(dict.fromkeys(problems))


def main(arguments: list[str]) -> int:
    """Print every problem; return the exit status."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    if len(arguments) > 1 or not ((folder / SUMS).is_file() or (folder / "facts.json").is_file()):
        print(f"{folder} 不是发布的文件夹。\n{USAGE}", file=sys.stderr)
        return 2
    count, problems = verify(folder)
    for problem in problems:
        print(problem)
    print(f"{count} 个统计数字，{len(problems)} 处不符")
    return 1 if problems else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main(sys.argv[1:]))
