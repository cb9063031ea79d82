#!/usr/bin/env python3
"""用法：python3 verify.py [发布的文件夹]

不写文件夹时核验本文件所在的文件夹。只需 Python 3.9 以上，不联网，不写文件，不用生成网站的代码。
核验：sha256；每个统计数字由 data/*.csv 重算；每页的数字、单元格和图；勾稽关系；豁免的句子；副本。
退出状态：0 全部一致；1 有不符；2 用法不对。例：python3 verify.py 2024Q2
"""

# A second implementation: it shares no code with the program that made the folder, and trusts
# nothing in it. Queries run one SELECT at a time in SQLite, over data/*.csv and nothing else.

import ast
import csv
import itertools
import json
import operator as op
import re
import sqlite3
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

SUMS, SIGNED = "SHA256SUMS", "SHA256SUMS.sig"
FILES = "index.html audit.xlsx report.docx ledgers.sqlite verify.py coverage.js facts.csv".split()
VOID = re.findall(r"\w+", "area base br col embed hr img input link meta source track wbr")
MARKS = ("data-stat", "data-fact", "data-column", "data-relation")
SCALED = re.compile(r"SUM\(CAST\(ROUND\((\"\w+\") \* (10+)\) AS INTEGER\)\) / \2\.0")
ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION)
ARITHMETIC: Any = {ast.Add: op.add, ast.Sub: op.sub, ast.Mult: op.mul, ast.Div: op.truediv}
HOLDS: Any = {"=": op.eq, "<": op.lt, ">": op.gt, "<=": op.le, ">=": op.ge}
EVIDENCE = {"record": "逐条记录", "aggregate": "文件合计", "remainder": "其余未列名"}
WORDS = {  # of a fact that is more than, exactly, less than
    "half": (Fraction(1, 2), "过半", "正好一半", "未过半"),
    "completion": (Fraction(1), "超额完成", "完成", "尚未完成"),
    "change": (Fraction(0), "增长", "持平", "下降"),
    "level": (Fraction(0), "上升", "持平", "回落"),
    "amount": (Fraction(0), "增加", "持平", "减少"),
}
Check = Iterator[tuple[str, Any, Any]]  # a place, what stands there, what should


def load(path: Path) -> Any:
    """A JSON file, or the JSON that a data script hands to the page and does no more."""
    return json.loads(re.sub(r"\Awindow\.\w+ = |;\n\Z", "", path.read_text(encoding="utf-8")))


def read_rows(path: Path) -> list[dict[str, str]]:
    """A CSV file's records; none when it cannot be read as such (its digest says so)."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            return list(csv.DictReader(stream, restval=""))
    except (OSError, csv.Error):
        return []


def differences(place: str, stated: Any, right: Any) -> Iterator[str]:
    """What stands otherwise than it should; of two records, each field."""
    if isinstance(stated, dict) and isinstance(right, dict):
        for name in {**right, **stated}:
            yield from differences(f"{place} {name}", stated.get(name), right.get(name))
    elif stated != right:
        stated, right = ("无" if one is None else one for one in (stated, right))
        yield f"{place}：写作“{stated}”，应为“{right}”"


def exact(value: Any) -> Any:
    """A query's value or a published text as an exact number; a date as its day number."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value).toordinal()
    return value if value is None else Fraction(str(value))


def compute(expression: str, names: dict[str, Fraction]) -> Fraction:
    """An expression's exact value: + - * / and round(x, n) over dotted names."""

    def walk(node: Any) -> Any:
        if isinstance(node, ast.BinOp):
            return ARITHMETIC[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        if isinstance(node, ast.Constant):
            return exact(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "round":
            return Fraction(half_up(walk(node.args[0]), ast.literal_eval(node.args[1])))
        return names[ast.unparse(node)]

    return Fraction(walk(ast.parse(expression, mode="eval").body))


def half_up(value: Fraction, places: int) -> str:
    """A number as text at so many places, ties away from zero."""
    units = int(abs(value) * 10**places + Fraction(1, 2))
    return f"{Decimal((int(value < 0 < units), tuple(map(int, str(units))), -places)):f}"


class Page(HTMLParser):
    """What a page shows: marked elements with their text, cells of figures' tables, its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, Any, Any, list[str]]] = []  # tag, own, with outer, text
        self.found: list[tuple[str, Any, str]] = []  # mark, attributes, text
        self.tables: dict[str, list[str]] = {}
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.text += dict(attrs).get("alt") or ""
        if tag not in VOID:
            outer = self.open[-1][2] if self.open else {}
            self.open.append((tag, dict(attrs), {**outer, **dict(attrs)}, []))

    def handle_data(self, data: str) -> None:
        self.text += data
        for element in self.open:
            element[3].append(data)

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, own, attributes, pieces = self.open.pop()
            text = "".join(pieces)
            self.found += [(mark, attributes, text) for mark in MARKS if mark in own]
            if name in ("td", "th") and "data-figure" in attributes:
                self.tables.setdefault(attributes["data-figure"], []).append(text)
            if name == tag:
                break


class Release:
    """A published folder as read, and what there is to check in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = load(folder / "facts.json")
        self.coverage = load(folder / "coverage.json")
        self.facts: dict[Any, Any] = {one["id"]: one for one in self.content["facts"]}
        self.figures = {one["id"]: one for one in self.content["figures"]}
        self.pages = {  # that must show a fact
            name: {f"trace/{name}.html", f"notebooks/{fact['notebook']}.html", *fact["used_on"]}
            for name, fact in self.facts.items()
        }
        self.resources = {r["name"]: r for r in load(folder / "data/datapackage.json")["resources"]}
        self.records: dict[tuple[Any, Any], Any] = {}  # by ledger and id; "" has the line
        self.database = sqlite3.connect(":memory:")
        kinds = {"integer": "INTEGER", "number": "NUMERIC"}
        for ledger, resource in self.resources.items():
            fields = {one["name"]: one["type"] for one in resource["schema"]["fields"]}
            rows = read_rows(folder / f"data/{ledger}.csv")
            for line, row in enumerate(rows, 2):
                self.records[ledger, row.get("id")] = {**row, "": str(line)}
            columns = ", ".join(f'"{name}" {kinds.get(fields[name], "TEXT")}' for name in fields)
            self.database.execute(f'CREATE TABLE "{ledger}" ({columns})')
            values = [[row.get(name) or None for name in fields] for row in rows]
            marks = ", ".join("?" * len(fields))
            self.database.executemany(f'INSERT INTO "{ledger}" VALUES ({marks})', values)
        self.database.set_authorizer(lambda action, *_: int(action not in ALLOWED))  # 1: denied

    def run(self, sql: dict[str, str]) -> list[tuple[Any, ...]]:
        """The rows of a published query, in SQLite; its DuckDB form must be the same query."""
        if not sql["sqlite"].startswith("SELECT") or ";" in re.sub(r"'[^']*'", "", sql["sqlite"]):
            raise ValueError("查询不是单一的 SELECT")
        if sql["duckdb"] != SCALED.sub(r"SUM(\1)", sql["sqlite"]):  # SQLite has no decimals
            raise ValueError("duckdb 与 sqlite 的查询不是同一条")
        return self.database.execute(sql["sqlite"]).fetchall()

    def check_copies(self) -> Check:
        """What repeats ledgers, facts.json and coverage.json in other forms says the same."""
        names = FILES + ["due.ics"] * ("deadlines" in self.resources)
        for name in names + [f"figures/{f}.{k}" for f in self.figures for k in ("svg", "png")]:
            yield f"文件 {name}", (self.folder / name).is_file() or "缺失", True
        path = (self.folder / "ledgers.sqlite").resolve().as_uri()
        both = self.database, sqlite3.connect(f"{path}?mode=ro&immutable=1", uri=True)
        for name in self.resources:
            query = f'SELECT * FROM "{name}"'
            right, stated = ({str(row[0]): row for row in one.execute(query)} for one in both)
            yield f"ledgers.sqlite 表 {name}（data/{name}.csv）", stated, right
        rows = {row.get("id") or "": row for row in read_rows(self.folder / "facts.csv")}
        cards = load(self.folder / "facts.js")["facts"]
        for name in sorted(cards.keys() | rows.keys() | self.facts.keys()):
            fact, card, row = self.facts.get(name, {}), cards.get(name, {}), rows.get(name, {})
            yield f"facts.js {name}", card, {key: fact.get(key) for key in card or fact}
            texts = {key: row[key] for key in row if not fact or isinstance(fact.get(key), str)}
            stated = {key: texts[key].removeprefix("'") for key in texts}  # ' before a formula
            yield f"facts.csv {name}", stated, {key: fact.get(key) for key in stated or fact}
        text = json.dumps(self.coverage, ensure_ascii=False, separators=(",", ":"))
        js = (self.folder / "coverage.js").read_text(encoding="utf-8")
        yield "coverage.js 与 coverage.json", js == f"window.policybookCoverage = {text};\n", True

    def check_fact(self, fact: Any) -> Check:
        """A fact against its queries, its cells and its own texts."""
        values = {}
        row = [*self.run(fact["sql"])[0], *(None for _ in fact["missing"])]
        for part, value in itertools.zip_longest(fact["operands"] + fact["missing"], row):
            file, column = f"data/{part['ledger']}.csv", part["column"]
            if value is not None:
                values[part["name"]] = exact(value)
            for again in (value, self.run(part["sql"])[0][0], self.from_cells(part)):
                yield f"{file} {column}列 {part['name']}", exact(part["value"]), exact(again)
            for cell, one in itertools.zip_longest(part["cells"], part["records"]):
                record = self.records.get((part["ledger"], one), {})
                right = {**cell, "file": file, "row": int(record.get("", 0)), "column": column}
                right.update(record=one, value=record.get(column), source=record.get("source", one))
                right.update(evidence=record.get("evidence", "record"))
                yield f"{cell['file']} 第{cell['row']}行 {cell['column']}列", cell, right
        value = compute(fact["expression"], values)
        yield "value", Fraction(fact["value"]), value
        yield from self.check_texts(fact, value)

    def from_cells(self, part: Any) -> Any:
        """An operand's value worked out from the cells it names."""
        texts = [cell["value"] for cell in part["cells"] if cell["value"]]
        if part["reduction"] == "sum":
            return sum(map(Fraction, texts)) if texts or part["column"] == "items" else None
        if part["reduction"] == "nunique":
            return len(set(texts))
        return {"min": min, "max": max}[part["reduction"]](texts, default=None)

    def number(self, value: Fraction, fact: Any, more: int = 0) -> str:
        """The displayed figure without its unit, or with more decimal places."""
        return half_up(value * 100 if fact["unit"] == "%" else value, fact["decimals"] + more)

    def check_texts(self, fact: Any, value: Fraction) -> Check:
        """What a fact displays: number, display, formula and interval."""
        text, finer = self.number(value, fact), self.number(value, fact, 2)
        display = text + fact["qualifier"] + fact["unit"]
        yield "number", fact["number"], text
        yield "display", fact["display"], display
        filled = {part["name"]: part["value"] for part in fact["operands"]}
        if fact["expression"] == "a" and fact["operands"][0]["reduction"] == "sum":
            cells = [cell["value"] for cell in fact["operands"][0]["cells"] if cell["value"]]
            filled["a"] = " + ".join(cells) if 0 < len(cells) <= 8 else f"{len(cells)} 格合计"
        expression = fact["expression"].translate({47: "÷", 42: "×", 45: "−"})
        left = "".join(str(filled.get(one, one)) for one in re.split(r"\b([a-z])\b", expression))
        same = Fraction(finer) == Fraction(text)
        more = "" if same else f"{finer}{'%' * (fact['unit'] == '%')} → "
        yield "formula", fact["formula"], f"{left} = {more}{display}"
        if fact["interval"]:
            ends = [list(self.ends(part)) for part in fact["operands"]]
            values = [compute(fact["expression"], dict(one)) for one in itertools.product(*ends)]
            right = (
                f"{self.number(min(values), fact)}–{self.number(max(values), fact)}{fact['unit']}"
            )
            yield "interval", fact["interval"]["display"], right

    def ends(self, part: Any) -> Iterator[tuple[str, Fraction]]:
        """The least and the most that an operand can be, its printed cells being rounded."""
        fields = self.resources[part["ledger"]]["schema"]["fields"]
        rate = any(one["name"] == part["column"] and one.get("printed") for one in fields)
        texts = [c["value"] for c in part["cells"] if c["value"] and (rate or "." in c["value"])]
        places = [max(len(text.partition(".")[2]), 2 if rate else 0) for text in texts]
        slack = sum(Fraction(1, 2 * 10**one) for one in places)
        yield from ((part["name"], exact(part["value"]) + sign * slack) for sign in (-1, 1))

    def check_figure(self, figure: Any) -> Check:
        """A figure's data, in facts.json and as CSV, against its query."""
        rows = [
            ["" if value is None else value for value in row] for row in self.run(figure["sql"])
        ]
        for fact in map(self.facts.__getitem__, figure["current"]):  # this edition's point
            rows.append([fact["period"], fact["label"], Decimal(fact["number"])])
        rows = [
            [one if isinstance(one, str) else f"{Decimal(str(one)).normalize():f}" for one in row]
            for row in rows
        ]
        yield "facts.json 数据", dict(enumerate(figure["rows"])), dict(enumerate(rows))
        name = f"figures/{figure['id']}.csv"
        beside = (self.folder / name).read_text(encoding="utf-8").splitlines()
        yield name, list(csv.reader(beside)), [figure["columns"], *rows]

    def check_relation(self, one: Any) -> Check:
        """A relation holds, with the numbers it is said to hold for."""
        values = {name: Fraction(fact["value"]) for name, fact in self.facts.items()}
        right = [compute(one["left"], values), compute(one["right"], values)]
        stated = [exact(side) for side in one["filled"].split(f" {one['op']} ")]
        yield f"两边 {one['filled']}", stated, right
        yield one["title"], "成立", "成立" if HOLDS[one["op"]](*right) else "不成立"

    def claim(self, name: str, show: str) -> Any:
        """What an element must say of a fact: a text of it, or a word that it bears out."""
        kind, _, rest = show.partition(":")
        fact = self.facts[name]
        value, kind = Fraction(fact["value"]), fact["word"] if kind == "word" else kind
        if kind == "rank":
            others = [Fraction(self.facts[one]["value"]) for one in {*rest.split()} - {name}]
            word = "并列" if value in others else "排"
            return f"{word}第{1 + sum(one > value for one in others)}位"
        if kind == "over":
            limit = Fraction(re.findall(r"[-\d.]+", rest)[0]) / (100 if fact["unit"] == "%" else 1)
            below = "接近" if value >= limit * 95 / 100 else "不足"
            return ("超过" if value > limit else "达到" if value == limit else below) + rest
        if kind == "whole":
            part = "大部分" if 2 * value > 1 else "部分"
            return "全部" if value >= 1 else part if value > 0 else "尚无"
        if kind in WORDS:
            limit, more, same, less = WORDS[kind]
            value = value if limit else Fraction(fact["number"])  # unchanged: as displayed
            return more if value > limit else same if value == limit else less
        texts = {**fact, **fact["sql"], "size": fact["display"].lstrip("-")}
        texts["interval"] = (fact["interval"] or {}).get("display")
        texts.update({part["name"]: part["value"] for part in fact["operands"]})
        texts.update({one["file"]: one["sha256"] for one in fact["sources"]})
        return texts.get(show)

    def right_text(self, mark: str, attributes: Any) -> Any:
        """What a marked element must say."""
        value, show = attributes[mark], attributes.get("data-show", "display")
        if mark in ("data-stat", "data-fact"):
            return self.claim(value, show)
        if mark == "data-column":
            place = attributes.get("data-ledger"), attributes.get("data-record")
            return self.records.get(place, {}).get(value)
        one = next(one for one in self.content["relations"] if one["id"] == value)
        return one["filled"] if show == "filled" else f"{one['left']} {one['op']} {one['right']}"

    def check_page(self, name: str) -> Check:
        """Every marked text and figure table that a page displays, and the facts it must."""
        page = Page((self.folder / name).read_text(encoding="utf-8", errors="replace"))
        for mark, attributes, text in page.found:
            place = f"台账 {attributes.get('data-ledger')} 记录 {attributes.get('data-record')} "
            what = (place if mark == "data-column" else "") + attributes[mark]
            yield what, text, self.right_text(mark, attributes)
        shown = {attributes[mark] for mark, attributes, _ in page.found}
        due = {fact for fact, pages in self.pages.items() if name in pages}
        yield "没有显示应有的统计数字", due - shown, set()
        for figure, cells in page.tables.items():
            one = self.figures[figure]
            names = EVIDENCE if "evidence" in one["columns"] else {}
            right = [names.get(cell, cell) for cell in itertools.chain(*one["rows"])]
            yield f"图 {figure} 的数据表", cells, [*one["headings"], *right]
        text = "".join(page.text.split())
        exempt = [place for one in self.coverage["exemptions"] for place in one["places"]]
        for place in exempt:
            if place["page"] == name and "".join(place["sentence"].split()) not in text:
                yield "有豁免的句子", "无", place["sentence"]

    def checks(self) -> Iterator[tuple[str, Check]]:
        """Every check, with what it is about."""
        yield "ledgers.sqlite、facts.csv、facts.js", self.check_copies()
        for name, fact in self.facts.items():
            yield f"facts.json {name}", self.check_fact(fact)
        for name, figure in self.figures.items():
            yield f"facts.json 图 {name}", self.check_figure(figure)
        for relation in self.content["relations"]:
            yield f"关系 {relation['id']}", self.check_relation(relation)
        paths = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html")}
        for page in sorted(paths.union(*self.pages.values())):
            yield page, self.check_page(page)


def check_sums(folder: Path) -> Check:
    """Every file against its published digest: changed, missing, added."""
    lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    stated = {name: hashed for hashed, _, name in (line.partition("  ") for line in lines)}
    files = [path for path in folder.rglob("*") if path.is_file()]
    actual = {p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest() for p in files}
    yield "sha256", stated, {name: actual[name] for name in actual.keys() - {SUMS, SIGNED}}


def verify(folder: Path) -> tuple[int, list[str]]:
    """How many facts there are, and every problem with where it is found."""
    found: dict[str, dict[str, None]] = {}
    count, checks = 0, iter([(SUMS, check_sums(folder))])
    try:
        release = Release(folder)
        count, checks = len(release.facts), itertools.chain(checks, release.checks())
    except Exception as problem:  # a release too broken to read is itself the finding
        found[f"读不下去（{type(problem).__name__} {problem}）"] = {"facts.json、data/": None}
    for subject, check in checks:
        try:
            for text in itertools.chain.from_iterable(itertools.starmap(differences, check)):
                found.setdefault(" ".join(text.split()), {})[subject] = None
        except Exception as problem:  # so is whatever a tampered query, text or page provokes
            found[f"查不下去（{type(problem).__name__} {problem}）{subject}"] = {subject: None}
    return count, [f"{text}（{'、'.join(subjects)}）" for text, subjects in found.items()]


def main(arguments: list[str]) -> int:
    """Print every problem; return the exit status."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    if len(arguments) > 1 or not any((folder / name).is_file() for name in (SUMS, "facts.json")):
        print(f"{folder} 不是发布的文件夹。\n{__doc__}", file=sys.stderr)
        return 2
    count, problems = verify(folder)
    print(*problems, f"{count} 个统计数字，{len(problems)} 处不符", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
