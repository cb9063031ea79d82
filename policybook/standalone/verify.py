#!/usr/bin/env python3
"""Check this published folder with Python alone (3.9+): python3 verify.py

It shares no code with the program that made the folder: a second implementation.
Checked: every file's sha256; every statistic recomputed from data/*.csv by its
published SQLite query; every number shown in every page; every figure's data;
every published relation.  Exit status 0 when all agree, 1 when anything does not.
"""

import ast
import csv
import datetime
import hashlib
import json
import pathlib
import sqlite3
import sys
from fractions import Fraction
from html.parser import HTMLParser

HERE = pathlib.Path(__file__).resolve().parent
VOID = set(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


def sums(folder):
    """Yield a problem for each file that is changed, missing or added."""
    stated = {}
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        stated[name] = digest
    actual = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "SHA256SUMS":
            actual[path.relative_to(folder).as_posix()] = hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
    for name in sorted(set(stated) | set(actual)):
        if name not in actual:
            yield name + "：文件缺失"
        elif name not in stated:
            yield name + "：多出的文件"
        elif stated[name] != actual[name]:
            yield name + "：内容与 sha256 不符"


def load(folder):
    """The ledgers as an in-memory SQLite database, and their rows by id as text."""
    package = json.loads((folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    database, texts = sqlite3.connect(":memory:"), {}
    for resource in package["resources"]:
        name, fields = resource["name"], resource["schema"]["fields"]
        kinds = {"integer": "INTEGER", "number": "NUMERIC"}
        columns = ", ".join('"%s" %s' % (f["name"], kinds.get(f["type"], "TEXT")) for f in fields)
        database.execute('CREATE TABLE "%s" (%s)' % (name, columns))
        path = folder / "data" / (name + ".csv")
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        texts[name] = {row["id"]: row for row in rows}
        values = [[row.get(f["name"]) or None for f in fields] for row in rows]
        database.executemany(
            'INSERT INTO "%s" VALUES (%s)' % (name, ", ".join("?" * len(fields))), values
        )
    allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION)
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
    )
    return database, texts


def exact(value):
    """A query's value as an exact number; a date as its day number."""
    if isinstance(value, str) and len(value) == 10 and value[4] == "-":
        return Fraction(datetime.date.fromisoformat(value).toordinal())
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def compute(node, names):
    """An expression's exact value: + - * / and round(x, n) over names."""
    if isinstance(node, ast.BinOp):
        left, right = compute(node.left, names), compute(node.right, names)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        return left * right if isinstance(node.op, ast.Mult) else left / right
    if isinstance(node, ast.UnaryOp):
        return -compute(node.operand, names)
    if isinstance(node, ast.Constant):
        return Fraction(repr(node.value))
    if isinstance(node, ast.Call):
        return Fraction(half_up(compute(node.args[0], names), node.args[1].value))
    return names[dotted(node)]


def dotted(node):
    """The name a node stands for, with its dots."""
    return node.id if isinstance(node, ast.Name) else dotted(node.value) + "." + node.attr


def value_of(expression, names):
    """The exact value of an expression given as text."""
    return compute(ast.parse(expression, mode="eval").body, names)


def half_up(value, places):
    """A number as text at so many places, ties away from zero."""
    scaled = abs(value) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = str(units).rjust(places + 1, "0")
    text = digits[:-places] + "." + digits[-places:] if places else digits
    return "-" + text if value < 0 and units else text


def number(value, unit, decimals):
    """The displayed figure without its unit."""
    return half_up(value * 100 if unit == "%" else value, decimals)


def facts(content, database):
    """Yield a problem for each fact that its query does not give again."""
    for fact in content["facts"]:
        name = "facts.json " + fact["id"]
        try:
            row = database.execute(fact["sql"]["sqlite"]).fetchone()
            names = {part["name"]: exact(value) for part, value in zip(fact["operands"], row)}
            value = value_of(fact["expression"], names)
        except Exception as problem:  # whatever a tampered query or ledger provokes
            yield "%s：算不出（%s）" % (name, problem)
            continue
        files = "、".join("data/%s.csv %s列" % (p["ledger"], p["column"]) for p in fact["operands"])
        if value != Fraction(fact["value"]):
            yield "%s：由 %s 重算得 %s，公布 %s" % (name, files, value, fact["value"])
        for part in fact["operands"]:
            if exact(part["value"]) != names[part["name"]]:
                yield "%s：%s 应为 %s" % (name, part["name"], names[part["name"]])
        text = number(value, fact["unit"], fact["decimals"])
        if fact["number"] != text or fact["display"] != text + fact["qualifier"] + fact["unit"]:
            yield "%s：应显示 %s，写作 %s" % (name, text, fact["display"])


def cells(content, texts):
    """Yield a problem for each cell that no longer is what a fact names."""
    seen = set()
    for fact in content["facts"]:
        for part in fact["operands"] + fact["missing"]:
            for cell in part["cells"]:
                key = (cell["file"], cell["record"], cell["column"])
                now = texts.get(part["ledger"], {}).get(cell["record"], {}).get(cell["column"])
                if now != cell["value"] and key not in seen:
                    seen.add(key)
                    yield "%s 第%s行 %s列（%s）：公布时 %r，现为 %r" % (
                        cell["file"],
                        cell["row"],
                        cell["column"],
                        fact["id"],
                        cell["value"],
                        now,
                    )


def figures(folder, content, database):
    """Yield a problem for each figure whose data its query does not give again."""
    for figure in content["figures"]:
        name = "figures/%s.csv" % figure["id"]
        try:
            rows = [
                [cell_text(value) for value in row]
                for row in database.execute(figure["sql"]["sqlite"])
            ]
            with (folder / name).open(encoding="utf-8", newline="") as stream:
                beside = list(csv.reader(stream))
        except (sqlite3.Error, OSError) as problem:
            yield "%s：%s" % (name, problem)
            continue
        if rows != figure["rows"] or beside != [figure["columns"]] + rows:
            yield name + "：与查询结果不符"


def cell_text(value):
    """A query's value as it stands in a figure's CSV."""
    if value is None:
        return ""
    return str(value)[:-2] if isinstance(value, float) and value == int(value) else str(value)


def relations(content):
    """Yield a problem for each published relation that does not hold."""
    values = {fact["id"]: Fraction(fact["value"]) for fact in content["facts"]}
    for relation in content["relations"]:
        left, right = value_of(relation["left"], values), value_of(relation["right"], values)
        holds = {
            "=": left == right,
            "<=": left <= right,
            "<": left < right,
            ">=": left >= right,
            ">": left > right,
        }
        if not holds[relation["op"]]:
            yield "关系 %s 不成立：%s" % (relation["id"], relation["title"])


class Page(HTMLParser):
    """Collects (attributes, text) of each element that shows a fact or a ledger cell."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, dict(attrs), []))

    def handle_data(self, data):
        for _, _, text in self.open:
            text.append(data)

    def handle_endtag(self, tag):
        while self.open:
            name, attributes, text = self.open.pop()
            if "data-column" in attributes:
                for _, outer, _ in self.open:
                    attributes.update(
                        {k: v for k, v in outer.items() if k in ("data-record", "data-ledger")}
                    )
            if "data-stat" in attributes or "data-column" in attributes:
                self.found.append((attributes, "".join(text)))
            if name == tag:
                break


def word(fact):
    """The claim word of a fact."""
    value = Fraction(fact["value"])
    if fact["word"] == "completion":
        return "超额完成" if value > 1 else "完成" if value == 1 else "尚未完成"
    shown = Fraction(fact["number"])
    return "增长" if shown > 0 else "下降" if shown < 0 else "持平"


def pages(folder, content, texts):
    """Yield a problem for each number or cell a page shows otherwise than it is."""
    known = {fact["id"]: fact for fact in content["facts"]}
    for path in sorted(folder.rglob("*.html")):
        page, name = Page(), path.relative_to(folder).as_posix()
        page.feed(path.read_text(encoding="utf-8"))
        for attributes, text in page.found:
            if "data-stat" in attributes:
                fact, show = (
                    known.get(attributes["data-stat"]),
                    attributes.get("data-show", "display"),
                )
                if fact is None:
                    yield "%s：没有统计数字 %s" % (name, attributes["data-stat"])
                    continue
                right = (
                    word(fact)
                    if show == "word"
                    else fact["interval"]["display"]
                    if show == "interval"
                    else fact[show]
                )
                what = fact["id"]
            else:
                place = [
                    attributes.get(key, "") for key in ("data-ledger", "data-record", "data-column")
                ]
                right, what = (
                    texts.get(place[0], {}).get(place[1], {}).get(place[2]),
                    " ".join(place),
                )
            if text != right:
                yield "%s：%s 写作“%s”，应为“%s”" % (name, what, text, right)


def main(folder):
    """Print every problem; return the exit status."""
    problems = list(sums(folder))
    content = {"facts": []}
    try:
        content = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        database, texts = load(folder)
        for found in (
            cells(content, texts),
            facts(content, database),
            figures(folder, content, database),
            relations(content),
            pages(folder, content, texts),
        ):
            problems += found
    except Exception as problem:  # a release too broken to go on with is itself the finding
        problems.append("读不下去：%s %s" % (type(problem).__name__, problem))
    for problem in problems:
        print(problem)
    print("%d 个统计数字，%d 处不符" % (len(content["facts"]), len(problems)))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
