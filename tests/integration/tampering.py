"""Ways to tamper with a release, in groups that one copy of it bears at once.

Each is a function that changes a copy and tells what both verifiers must name:
all words of ``package`` in one finding of the package, all of ``verifier`` in one
line of verify.py.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Expected:
    """What tampering with a file must make the verifiers say."""

    file: str
    package: tuple[str, ...]
    verifier: tuple[str, ...]
    digest: str = "verify.hash"  # what the digests say, while they are the published ones


Tampering = Callable[[Path], Expected]
GROUPS: dict[str, list[Tampering]] = {}


def group(name: str) -> Callable[[Tampering], Tampering]:
    """Put a way of tampering into a group; none of a group may hide another."""

    def add(tampering: Tampering) -> Tampering:
        GROUPS.setdefault(name, []).append(tampering)
        return tampering

    return add


def replace_once(path: Path, old: str, new: str) -> None:
    """Change the first place where ``old`` stands; it must stand there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def facts_of(release: Path) -> Any:
    """facts.json."""
    return json.loads((release / "facts.json").read_text(encoding="utf-8"))


def change_entry(
    kind: str, name: str, keys: tuple[str | int, ...], new: Any, *named: str
) -> Tampering:
    """Change what stands under ``keys`` of a fact, figure or relation in facts.json.

    ``new``: the new value, or a function of the old one.
    """
    place = {"facts": name, "figures": name, "relations": f"关系 {name}"}[kind]

    def tamper(release: Path) -> Expected:
        content = facts_of(release)
        (entry,) = [one for one in content[kind] if one["id"] == name]
        for key in keys[:-1]:
            entry = entry[key]
        before = entry[keys[-1]]
        entry[keys[-1]] = new(before) if callable(new) else new
        assert entry[keys[-1]] != before
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (release / "facts.json").write_text(text, encoding="utf-8")
        return Expected("facts.json", (place, *named), (place, *named))

    tamper.__name__ = "_".join(map(str, (name, *keys)))
    return tamper


def page_with(release: Path, text: str) -> Path:
    """The first chapter page that has a text."""
    return next(
        path
        for path in sorted((release / "book").glob("*.html"))
        if text in path.read_text(encoding="utf-8")
    )


def page_number(place: str, name: str, old: str, new: str) -> Tampering:
    """Change what a page displays of a fact; the first page that does, if a folder is given."""
    shown = re.compile(rf'data-(?:stat|fact)="{re.escape(name)}"[^>]*>{re.escape(old)}<')

    def tamper(release: Path) -> Expected:
        paths = sorted((release / place).glob("*.html")) or [release / place]
        path = next(path for path in paths if shown.search(path.read_text(encoding="utf-8")))
        text = path.read_text(encoding="utf-8")
        changed = shown.sub(lambda found: found[0].replace(f">{old}<", f">{new}<"), text, count=1)
        path.write_text(changed, encoding="utf-8")
        page = path.relative_to(release).as_posix()
        words = (page, name, new, old)
        return Expected(page, ("verify.page", *words), words)

    tamper.__name__ = f"{place}_{name}"
    return tamper


# The numbers a reader sees, and where they come from.


@group("numbers")
def a_digit_in_a_ledger(release: Path) -> Expected:
    """One more hazard is fixed than the department reported."""
    (fact,) = [one for one in facts_of(release)["facts"] if one["id"] == "safety.hazards_fixed"]
    cell = fact["operands"][0]["cells"][0]
    replace_once(release / cell["file"], f",{cell['value']},", f",{int(cell['value']) + 1},")
    place = f"{cell['file']} 第{cell['row']}行 {cell['column']}列"
    words = (place, cell["value"], str(int(cell["value"]) + 1))
    ids = ("safety.hazards_fixed", "safety.hazards_rate", "safety.hazards_remaining")
    return Expected(cell["file"], ("verify.cell", *words, *ids), (*words, *ids))


GROUPS["numbers"] += [
    page_number("book", "ecology.boilers_replaced", "21台", "22台"),
    page_number("book/index.html", "support.issued", "32个", "36个"),  # a tile
    page_number("book/statistics.html", "opening.trains", "63列", "36列"),
    page_number("book", "ecology.boilers_rate", "尚未完成", "完成"),
    page_number(
        "book/statistics.html", "capacity.coal_task_implied", "2816.2–2840.3万吨", "2816–2840万吨"
    ),
    page_number("trace/funds.total.html", "funds.total", "29.9亿元", "39.9亿元"),
    page_number(
        "trace/west.tax_relief_per_firm.html",
        "west.tax_relief_per_firm",
        "22.4 × 10000 ÷ 174 = 1287.356 → 1287.4万元",
        "22.4 × 10000 ÷ 174 = 1287.456 → 1287.5万元",
    ),
    page_number("notebooks/08_grassroots.html", "branches.linked", "46个", "64个"),
    page_number("trace/matrix.total.html", "matrix.total", "a + b", "a - b"),
    page_number("trace/opening.trains.html", "opening.trains", "63", "36"),  # the operand
]


@group("numbers")
def a_number_without_its_mark(release: Path) -> Expected:
    """A page's number is no longer marked as a fact, so that nobody compares it."""
    page, name = "book/funds-and-next-steps.html", "calendar.days_left"
    path = release / page
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'data-stat="{name}"', ""), encoding="utf-8")
    return Expected(page, ("verify.page", page, name), (page, name))


@group("numbers")
def a_figure_table_in_a_page(release: Path) -> Expected:
    """One number of the table under a chart."""
    page = page_with(release, 'data-figure="support-measures"')
    text = page.read_text(encoding="utf-8")
    start = text.index('data-figure="support-measures"')
    rest = text[start:].replace(">32</td>", ">36</td>", 1)
    assert rest != text[start:]
    page.write_text(text[:start] + rest, encoding="utf-8")
    name = page.relative_to(release).as_posix()
    words = (name, "图 support-measures 的数据表")
    return Expected(name, ("verify.page", *words), words)


@group("numbers")
def a_figure_heading_in_a_page(release: Path) -> Expected:
    """The heading that says what a column of a chart's table is."""
    page = page_with(release, 'data-figure="ecology-land"')
    text = page.read_text(encoding="utf-8")
    start = text.index('data-figure="ecology-land"')
    rest = text[start:].replace("完成数", "计划数", 1)
    assert rest != text[start:]
    page.write_text(text[:start] + rest, encoding="utf-8")
    name = page.relative_to(release).as_posix()
    words = (name, "图 ecology-land 的数据表")
    return Expected(name, ("verify.page", *words), words)


def shown_cell(page: str, record: str, column: str, old: str, new: str) -> Tampering:
    """Change a ledger cell that a page displays."""

    def tamper(release: Path) -> Expected:
        text = (release / page).read_text(encoding="utf-8")
        start = text.index(f'data-record="{record}"')
        place = text.index(f">{old}<", text.index(f'data-column="{column}"', start)) + 1
        text = text[:place] + new + text[place + len(old) :]
        (release / page).write_text(text, encoding="utf-8")
        words = (page, f"{record} ", column, new, old)
        return Expected(page, ("verify.page", *words), words)

    tamper.__name__ = f"{page}_{record}_{column}"
    return tamper


GROUPS["numbers"] += [
    shown_cell("book/funds-and-next-steps.html", "capital-subsidy", "amount", "40", "44"),
    shown_cell("trace/farming.saline_land.html", "saline-land", "", "11", "12"),  # its line
    shown_cell("trace/city.rural_care_done.html", "mutual-aid-homes", "completed", "36", "63"),
]


@group("numbers")
def a_page_added_with_a_false_number(release: Path) -> Expected:
    """A page more, which shows a fact otherwise than it is."""
    html = '<p>整改率<a class="stat" data-stat="safety.hazards_rate_printed">100%</a></p>'
    (release / "book" / "news.html").write_text(html, encoding="utf-8")
    words = ("book/news.html", "safety.hazards_rate_printed", "100%", "97%")
    return Expected("book/news.html", ("verify.page", *words), words, "verify.extra")


@group("numbers")
def a_page_cut_off(release: Path) -> Expected:
    """Half a page: what it should show is not there."""
    page, name = "trace/activities.named.html", "activities.named"
    text = (release / page).read_text(encoding="utf-8")
    cut = text.index(f'data-stat="{name}"') + 20
    (release / page).write_text(text[:cut], encoding="utf-8")
    return Expected(page, ("verify.page", page, name), (page, name))


@group("numbers")
def a_page_that_is_no_html(release: Path) -> Expected:
    """A declaration at which Python's parser gives up, and in which HTML5 sees no page."""
    page = "trace/caption.years.html"
    (release / page).write_text("<![nonsense[gone]]>", encoding="utf-8")
    return Expected(page, ("verify.page", page), (page,))


# The fact table, figures, relations, database.


def _largest(sql: str) -> str:
    """Another question, which over one record has the same answer."""
    return sql.replace("SUM(", "MAX(")


def _nothing(sql: str) -> str:
    return re.sub("= '[^']*'", "= 'nothing'", sql)


FIRST = ("operands", 0, "cells", 0)
GROUPS["facts"] = [
    change_entry("facts", "capital.measures", ("value",), "188", "188"),
    change_entry("facts", "topics.selected", ("display",), "12项", "display", "21项"),
    change_entry("facts", "support.measures_total", ("number",), "45", "number", "44"),
    change_entry("facts", "calendar.days_left", ("formula",), "131天", "formula", "2024-08-22"),
    change_entry("facts", "city.elder_stations_rate", ("expression",), "b / a"),
    change_entry(
        "facts",
        "openness.bonded_zone_previous_implied",
        ("interval", "display"),
        "26.97–27.06亿元",
        "interval",
        "26.87",
    ),
    change_entry("facts", "emerging.projects", ("sql", "duckdb"), _nothing, "duckdb"),
    change_entry("facts", "industry.patents", ("sql", "duckdb"), _largest, "duckdb"),
    change_entry("facts", "industry.standards", ("sql", "sqlite"), _largest, "sqlite"),
    change_entry("facts", "capacity.coal_firms", ("sql", "sqlite"), _nothing, "sqlite"),
    change_entry("facts", "west.tax_relief", ("operands", 0, "sql", "duckdb"), _nothing, "duckdb"),
    change_entry("facts", "bonds2.projects", ("operands", 0, "sql", "sqlite"), _nothing, "sqlite"),
    change_entry("facts", "opening.trains", ("operands", 0, "value"), "64", "data/tasks.csv", "64"),
    change_entry("facts", "problems.total", ("operands", 0, "cells"), lambda cells: cells[1:]),
    change_entry("relations", "matrix-parts", ("right",), "7"),
    change_entry("relations", "measures-parts", ("op",), "<"),
    change_entry("relations", "land-parts", ("filled",), "14.27 = 14.27", "14.27"),
]


def cell_record(name: str, key: str, new: Any, *named: str) -> Tampering:
    """Change what a fact says of one of its cells."""

    def tamper(release: Path) -> Expected:
        change_entry("facts", name, (*FIRST, key), new)(release)
        return Expected("facts.json", ("verify.cell", name, *named), (name, *named))

    tamper.__name__ = f"{name}_cell_{key}"
    return tamper


GROUPS["facts"] += [
    cell_record("city.old_estates", "value", "230", "data/tasks.csv", "planned列", "230"),
    cell_record("city.outfalls", "row", 3, "data/tasks.csv 第3行"),
    cell_record("city.primary_pipes", "evidence", "record", "data/tasks.csv"),
    cell_record("farming.saline_land", "source", "opinion:一", "data/tasks.csv"),
]


def figure(name: str, keys: tuple[str | int, ...], new: Any, *named: str) -> Tampering:
    """Change a figure's entry in facts.json."""

    def tamper(release: Path) -> Expected:
        change_entry("figures", name, keys, new)(release)
        return Expected("facts.json", (f"facts.json 图 {name}", *named), (name, *named))

    tamper.__name__ = "_".join(map(str, (name, *keys)))
    return tamper


GROUPS["facts"] += [
    figure("support-measures", ("rows", 0, 1), "36", "36"),
    figure("named-policies", ("sql", "duckdb"), lambda sql: sql.replace("ASC", "DESC"), "duckdb"),
    figure("ecology-land", ("sql", "sqlite"), lambda sql: sql.replace("DESC", "ASC"), "sqlite"),
]


@group("facts")
def a_figure_csv(release: Path) -> Expected:
    """One number of the data beside a chart."""
    name = "figures/funds-by-channel.csv"
    replace_once(release / name, "22.4", "24.2")
    return Expected(name, ("verify.figure", name, "24.2", "22.4"), (name,))


@group("facts")
def a_cell_of_the_database(release: Path) -> Expected:
    """One record of ledgers.sqlite."""
    with sqlite3.connect(release / "ledgers.sqlite") as database:
        database.execute("UPDATE branches SET items = 9 WHERE id = 'linked-rest'")
        assert database.total_changes == 1
    database.close()
    words = ("ledgers.sqlite 表 branches", "data/branches.csv", "linked-rest")
    return Expected("ledgers.sqlite", ("verify.database", *words), words)


@group("cards")
def a_card(release: Path) -> Expected:
    """A number as the fact card shows it."""
    replace_once(release / "facts.js", '"formula":"24184 ÷ 24871', '"formula":"24184 ÷ 24870')
    return Expected("facts.js", ("verify.copy", "facts.js"), ("facts.js safety.hazards_rate",))


# Files taken away and added.


def removed(name: str, *named: str) -> Tampering:
    """Take a file away."""

    def tamper(release: Path) -> Expected:
        (release / name).unlink()
        return Expected(name, (name, *named), (name, *named), "verify.missing")

    tamper.__name__ = name
    return tamper


GROUPS["files"] = [
    removed("data/mechanisms.csv"),
    removed("book/grassroots.html"),
    removed("trace/mechanisms.count.html"),
    removed("figures/linked-branches.svg"),
    removed("figures/linked-branches.png"),
    removed("figures/linked-branches.csv"),
    removed("ledgers.sqlite"),
    removed("coverage.js"),
    removed("facts.csv"),
    removed("verify.py"),
]


@group("files")
def binary_garbage_in_a_ledger(release: Path) -> Expected:
    """A CSV that is one no more, a quote left open over more than a field may hold."""
    name = "data/activities.csv"
    (release / name).write_bytes(b"\x89PNG\r\n\x00\xff\xfe" + b'"' + bytes(range(256)) * 1000)
    return Expected(
        name, ("verify.cell", name, "branches.solved_total"), (name, "branches.solved_total")
    )


# Second forms of what is published: for spreadsheets, and for pages opened from a folder.


def copied(name: str, old: str, new: str, package: tuple[str, ...], *verifier: str) -> Tampering:
    """Change a file that repeats another one."""

    def tamper(release: Path) -> Expected:
        replace_once(release / name, old, new)
        return Expected(name, package, verifier)

    tamper.__name__ = f"{name}_{old}"
    return tamper


GROUPS["copies"] = [
    copied(
        "coverage.js",
        "高速公路编号",
        "高速公路里程",
        ("verify.copy", "coverage.js", "coverage.json"),
        "coverage.js",
        "coverage.json",
    ),
    copied(
        "facts.csv",
        ",29.9亿元,",
        ",39.9亿元,",
        ("verify.table", "funds.total", "display列", "39.9亿元", "29.9亿元"),
        "funds.total display",
        "39.9亿元",
        "29.9亿元",
    ),
]


@group("account")
def an_account_for_readers_that_does_more(release: Path) -> Expected:
    """The script of the account also changes what the page shows."""
    path = release / "coverage.js"
    path.write_text(path.read_text(encoding="utf-8") + "alert(1);\n", encoding="utf-8")
    words = ("coverage.js", "coverage.json")
    return Expected("coverage.js", ("verify.copy", *words), words)


@group("account")
def a_fact_more_in_the_table(release: Path) -> Expected:
    """A row of facts.csv of which facts.json knows nothing."""
    path = release / "facts.csv"
    path.write_text(path.read_text(encoding="utf-8") + "no.fact,虚构,1\n", encoding="utf-8")
    words = ("facts.csv",)
    return Expected("facts.csv", ("verify.copy", *words), (*words, "no.fact"))


# Queries that want more than to read.

OWNED = "owned"
"""What the files that a malicious query would write are called."""


def malicious(name: str, duckdb: str, sqlite: str, *named: str) -> Tampering:
    """Replace both queries of a fact; ``{}`` stands for a file that must not come to be."""

    def tamper(release: Path) -> Expected:
        for engine, sql in (("duckdb", duckdb), ("sqlite", sqlite)):
            target = release.parent / f"{OWNED}-{engine}-{name}"
            change_entry("facts", name, ("sql", engine), sql.format(target))(release)
        place = f"facts.json {name}"
        return Expected("facts.json", ("verify.query", place, *named), (place, *named))

    tamper.__name__ = f"{duckdb.split()[0]}_{name}"
    return tamper


GROUPS["queries"] = [
    malicious("matrix.opinions", "COPY tasks TO '{}'", "VACUUM INTO '{}'", "SELECT"),
    malicious("matrix.strategies", "ATTACH '{}' AS other", "ATTACH '{}' AS other", "SELECT"),
    malicious(
        "support.documents",
        "SELECT 36 AS a; COPY tasks TO '{}'",
        "SELECT 36 AS a; ATTACH '{}' AS other",
        "SELECT",
    ),
    malicious("capital.new_policies", "DROP TABLE policies", "DROP TABLE policies", "SELECT"),
    malicious(
        "capital.measures",
        "SELECT count(*) AS a FROM read_csv('/etc/passwd')",
        "SELECT readfile('/etc/passwd') AS a",
    ),
    malicious(
        "topics.selected",
        "SELECT count(*) AS a FROM '/etc/passwd'",
        "SELECT load_extension('/etc/passwd') AS a",
    ),
    malicious(
        "mechanisms.count", "SET memory_limit = '1GB'", "PRAGMA writable_schema = 1", "SELECT"
    ),
    malicious("ledgers.kinds", ";", ";", "SELECT"),
]
