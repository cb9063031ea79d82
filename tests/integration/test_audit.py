"""``audit.xlsx`` as LibreOffice recalculates it, and as ``policybook verify`` checks it."""

from __future__ import annotations

import io
import itertools
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from policybook.audit.cells import write_formula
from policybook.audit.compare import check_audit
from policybook.audit.copies import name_columns, write_ledger
from policybook.audit.formulas import DIFFERENT, NO_DATA, SAME, operand_formula
from policybook.audit.ranges import ranges_of
from policybook.audit.workbook import published_workbook, workbook_bytes
from policybook.check import check_data
from policybook.config import TEXTS
from policybook.demo import write_demo
from policybook.edition import open_inputs
from policybook.engines import connect_duckdb, connect_sqlite, sqlite_exact
from policybook.expression import take_apart, unbound_tables
from policybook.history import with_history
from policybook.ledgers import csv_text
from policybook.model import Operand
from policybook.notebooks import evaluate_notebooks
from policybook.numbers import evaluate, exact_text
from policybook.operands import operand_exact, queried_text
from policybook.period import parse_period
from policybook.published import AUDIT, Release, read_release
from policybook.queries import compile_reduction
from policybook.release import write_data, write_sums
from policybook.schema import parse_schema
from policybook.stage import facts_document, write_json
from policybook.verify import verify_release


def recalculated(folder: Path, books: Mapping[str, bytes]) -> dict[str, Any]:
    """Workbooks by name as LibreOffice saves them, with the values that it found."""
    for name, content in books.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder / "out")]
    command += [str(folder / f"{name}.xlsx") for name in books]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return {
        name: openpyxl.load_workbook(folder / "out" / f"{name}.xlsx", data_only=True)
        for name in books
    }


def checks(book: Any) -> dict[str, str]:
    """What the check column of each chapter says, by fact."""
    chapters = [sheet for sheet in book if sheet["E1"].value == "核对"]
    return {
        row[1]: row[4]
        for sheet in chapters
        for row in sheet.iter_rows(min_row=2, max_col=5, values_only=True)
    }


@pytest.fixture(scope="module")
def real(site: Path) -> Release:
    """The real edition."""
    return read_release(site)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The demo city's third quarter, with comparisons, without its pages."""
    root = tmp_path_factory.mktemp("demo") / "city"
    write_demo(root, quarters=3, records=60)
    data, period = root / "data", "2031Q3"
    inputs = with_history(root, data, check_data(data, period).required())
    facts = evaluate_notebooks(root / "notebooks", open_inputs(data, inputs))
    folder = root / "release"
    folder.mkdir()
    write_json(folder / "facts.json", facts_document(parse_period(period), facts, {}, [], inputs))
    write_data(folder, inputs)
    parameters = {name: inputs.parameters.text(name) for name in TEXTS}
    write_json(folder / "coverage.json", {"parameters": parameters})
    return read_release(folder)


@dataclass(frozen=True)
class Change:
    """Another text in one cell of a ledger."""

    ledger: str
    record: str
    column: str
    text: str

    def texts(self, release: Release) -> dict[str, str]:
        """The ledgers with it."""
        rows = release.rows(self.ledger)
        (row,) = [row for row in rows if row["id"] == self.record]
        assert row[self.column] != self.text
        row[self.column] = self.text
        names = release.schemas[self.ledger].names
        changed = csv_text(names, ([one[name] for name in names] for one in rows))
        return {**release.texts, self.ledger: changed}

    def workbook(self, release: Release) -> bytes:
        """The published workbook with the cell typed over, as an auditor does."""
        book = openpyxl.load_workbook(release.folder / AUDIT)
        schema = release.schemas[self.ledger]
        row = [row["id"] for row in release.rows(self.ledger)].index(self.record) + 2
        sheet = book[book.defined_names[f"{self.ledger}.id"].attr_text.split("'")[1]]
        cell = sheet.cell(row, schema.names.index(self.column) + 1)
        kind = schema.field(self.column)
        value: Any = self.text or None
        if self.text and kind.numeric:
            value = float(self.text)
        elif self.text and kind.type == "date":
            value = date.fromisoformat(self.text)
        cell.value = value
        saved = io.BytesIO()
        book.save(saved)
        return saved.getvalue()


def changed_facts(release: Release, texts: Mapping[str, str]) -> set[str]:
    """The facts that the published queries find otherwise in other ledgers."""
    database = connect_sqlite(texts, release.schemas)

    def value(sql: str) -> list[Any]:
        return [queried_text(sqlite_exact(one)) for one in database.execute(sql).fetchone()]

    found = set()
    for fact in release.facts.values():
        names = [part.name for part in fact.operands]
        values = value(fact.sql["sqlite"])
        filled = [part for part in fact.missing if value(part.sql["sqlite"]) != [None]]
        if None in values or filled:
            found.add(fact.id)
            continue
        exact = dict(zip(names, map(operand_exact, values), strict=True))
        if exact_text(evaluate(fact.expression, exact)) != fact.value:
            found.add(fact.id)
    return found


def traced(release: Release, change: Change) -> set[str]:
    """The facts whose traces name the cell."""
    place = (f"data/{change.ledger}.csv", change.record, change.column)
    return {
        fact.id
        for fact in release.facts.values()
        if any((cell.file, cell.record, cell.column) == place for cell in fact.cells())
    }


CHANGES = {
    "a number": Change("tasks", "safety-hazards", "completed", "24185"),
    "an amount": Change("funds", "west-tax-relief", "amount", "22.41"),
    "a count": Change("policies", "support-issued", "items", "33"),
    "a number taken out": Change("tasks", "safety-hazards", "planned", ""),
    "a base filled in": Change("tasks", "coal-contracts", "planned", "2828"),
    "a date": Change("milestones", "report-made", "on", "2024-08-23"),
    "a class": Change("policies", "strategy-three-norths", "kind", "规划"),
    "an id": Change("tasks", "safety-hazards", "task", "safety-hazard"),
    "a class taken out": Change("branches", "linked-rest", "kind", ""),
}
BY_TRACE = ("a number", "an amount", "a count", "a number taken out", "a base filled in", "a date")
"""Changes of what is added up, rather than of what records are chosen by."""


@pytest.fixture(scope="module")
def found(real: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The published workbook and the changed ones, all recalculated."""
    books = {name: change.workbook(real) for name, change in CHANGES.items()}
    books["published"] = (real.folder / AUDIT).read_bytes()
    return recalculated(tmp_path_factory.mktemp("office"), books)


def test_all_checks_of_the_real_edition_agree(real: Release, found: dict[str, Any]) -> None:
    """Every fact stands there once, and its formulas give what was published."""
    assert checks(found["published"]) == dict.fromkeys(real.facts, SAME)
    cover = found["published"]["说明"]
    assert (cover["B4"].value, cover["C4"].value) == (
        SAME,
        f"{len(real.facts)} 个统计数字，0 个不符",
    )


def test_all_checks_of_the_demo_agree(city: Release, tmp_path: Path) -> None:
    """Comparisons over earlier values, dates and kinds too."""
    assert "earlier" in city.schemas
    book = recalculated(tmp_path, {"city": published_workbook(city)})["city"]
    assert checks(book) == dict.fromkeys(city.facts, SAME)
    assert len(city.facts) > 80


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_cell_turns_its_facts_red(
    real: Release, found: dict[str, Any], name: str
) -> None:
    """Those that the published queries find otherwise, and no others; the cover counts them."""
    expected = changed_facts(real, CHANGES[name].texts(real))
    assert expected
    assert {fact for fact, said in checks(found[name]).items() if said == DIFFERENT} == expected
    cover = found[name]["说明"]
    assert (cover["B4"].value, cover["C4"].value) == (
        DIFFERENT,
        f"{len(real.facts)} 个统计数字，{len(expected)} 个不符",
    )


@pytest.mark.parametrize("name", BY_TRACE)
def test_the_red_facts_are_those_whose_traces_name_the_cell(real: Release, name: str) -> None:
    """What the workbook shows is what the site says."""
    change = CHANGES[name]
    assert changed_facts(real, change.texts(real)) == traced(real, change)


KINDS = ["道路", "roads", "Roads", "ROADS", "a*", "ab", "a?", "~", "1", "01", "1.0", "2024-01-02"]
KINDS += ["=道路", "<>", ">1", "+1", "@x", 'a"b', "TRUE", "1月2日", "50%", "#N/A", "", "道 路"]
DAYS = ["2030-01-31", "", "2030-02-28", "2030-03-31"]
HOSTILE = {
    "title": "虚构台账",
    "description": "只供测试。",
    "fields": [
        {"name": "id", "title": "编号", "type": "string"},
        {"name": "kind", "title": "类别", "type": "string"},
        {"name": "place", "title": "地点", "type": "string"},
        {"name": "on", "title": "日期", "type": "date"},
        {"name": "amount", "title": "金额", "type": "number", "decimals": 2},
        {"name": "items", "title": "项数", "type": "integer"},
    ],
    "primaryKey": ["id"],
}


def hostile_rows() -> list[dict[str, str]]:
    """Each kind twice, with empty cells here and there."""
    places, amounts = (
        ["东区", "西区", "", "北区", "东区"],
        ["", "1.25", "0.10", "", "-3.30", "7.01"],
    )
    return [
        {
            "id": f"r{number}",
            "kind": kind,
            "place": places[number % 5],
            "on": DAYS[number % 4],
            "amount": amounts[number % 6],
            "items": str(number % 7 + 1),
        }
        for number, kind in enumerate([*KINDS, *reversed(KINDS)])
    ]


def conditions(t: Any) -> Iterator[ir.BooleanValue]:
    """Filters of every kind, over every hostile text."""
    early, late = ibis.date("2030-01-31"), ibis.date("2030-03-01")
    for kind in KINDS:
        yield t.kind == kind
        yield t.kind != kind
        yield ~((t.kind == kind) | (t.place == "东区"))
        yield (t.kind != kind) & (t.place != "东区") & (t.on >= early)
        if kind:
            yield t.kind.contains(kind)
            yield ~t.kind.startswith(kind)
    for one, other in itertools.pairwise(KINDS):
        yield t.kind.isin([one, other]) & (t.on < late)
        yield ~t.kind.isin([one, other]) | t.on.isnull()
    yield t.place.isnull() & t.kind.notnull()
    yield t.on.between(early, late) & t.kind.endswith("s")
    yield ~(t.on > early) | (t.on == late)
    yield (t.on != early) & (t.place == "西区")
    yield ~((t.place == "东区") & (t.on < late))
    yield t.kind.like("%a%") | t.kind.like("=%")
    yield t.place == "没有的"


def test_formulas_say_what_the_queries_say(tmp_path: Path) -> None:
    """Each kind of filter and reduction over a ledger full of traps, in DuckDB and LibreOffice."""
    schema, rows = parse_schema("traps", HOSTILE), hostile_rows()
    table = unbound_tables({"traps": schema})["traps"]
    ranges = ranges_of("traps", schema.fields, rows)
    text = csv_text(schema.names, (row.values() for row in rows))
    database = connect_duckdb({"traps": text}, {"traps": schema})
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "算"
    write_ledger(book.create_sheet("台账"), "台账", ranges)
    name_columns(book, "台账", ranges)
    asked = []
    chosen = [table, *(table.filter(one) for one in conditions(table))]
    for number, t in enumerate(chosen):
        reduced = [t.items.sum(), t.amount.sum(), t.kind.nunique(), t.place.nunique()]
        reduced += [t.on.max() - t.on.max(), t.on.min() - t.on.min()]
        for place, expr in enumerate(reduced, 1):
            (one,) = take_apart("a.b", expr, {"traps": schema}).reductions
            query = compile_reduction(one.op, "duckdb", ())
            stated = (one.kind, one.ledger, one.column)
            part = Operand("a", *stated, None, one.conditions, {"duckdb": query}, (), ())
            cell = sheet.cell(number + 1, place)
            write_formula(cell, operand_formula(part, ranges))
            row = database.execute(query).fetchone()
            asked.append((cell.coordinate, query, cell.value, row[0] if row else None))
    result = recalculated(tmp_path, {"traps": workbook_bytes(book)})["traps"]["算"]
    wrong = [
        (query, getattr(formula, "text", formula), right, result[cell].value)
        for cell, query, formula, right in asked
        if not equal(result[cell].value, right)
    ]
    assert wrong == []
    assert len(asked) > 1000


def equal(cell: object, right: Any) -> bool:
    """Whether a recalculated cell is the value of a query."""
    if right is None:
        return cell == NO_DATA
    if isinstance(right, date):
        day = cell if isinstance(cell, datetime) else None
        serial = (right - date(1899, 12, 30)).days
        return (day is not None and day.date() == right) or cell == serial
    return isinstance(cell, int | float) and abs(Fraction(cell) - Fraction(right)) < Fraction(
        1, 10**9
    )


INJECTED = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x","y")', "#N/A"]


def test_texts_stay_texts_when_recalculated(real: Release, tmp_path: Path) -> None:
    """Notes, labels and titles that begin like formulas."""
    rows = real.rows("tasks")
    for row, text in zip(rows, INJECTED, strict=False):
        row["note"] = text
    names = real.schemas["tasks"].names
    tasks = csv_text(names, ([row[name] for name in names] for row in rows))
    fact = real.facts["safety.hazards_rate"]
    facts = {**real.facts, fact.id: replace(fact, label="=2+2", words="-3", display="@x")}
    tampered = replace(real, texts={**real.texts, "tasks": tasks}, facts=facts)
    book = recalculated(tmp_path, {"texts": published_workbook(tampered)})["texts"]
    notes = [row[-1] for row in book["重点任务台账"].iter_rows(min_row=2, values_only=True)]
    assert notes[: len(INJECTED)] == INJECTED
    (row,) = [
        row for row in book["国务院16号文件落实"].iter_rows(values_only=True) if row[1] == fact.id
    ]
    assert (row[0], row[8], row[6]) == ("=2+2", "-3", "@x")
    assert set(checks(book).values()) == {SAME}


def test_the_same_inputs_give_the_same_bytes(real: Release) -> None:
    """Now and when the site was built, and without a time or name of a machine."""
    published = (real.folder / AUDIT).read_bytes()
    assert published_workbook(real) == published
    with zipfile.ZipFile(io.BytesIO(published)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2
    assert "policybook" in core


def test_no_result_is_stored(real: Release) -> None:
    """Whoever opens it computes it; a stored result could say anything."""
    formulas = openpyxl.load_workbook(real.folder / AUDIT)
    stored = openpyxl.load_workbook(real.folder / AUDIT, data_only=True)
    count = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    count += 1
                    assert stored[sheet.title][cell.coordinate].value is None
    assert count > 3 * len(real.facts)
    assert formulas.calculation.fullCalcOnLoad


def test_traces_are_linked(real: Release) -> None:
    """Each fact leads to its page, which is there."""
    book = openpyxl.load_workbook(real.folder / AUDIT)
    chapters = [sheet for sheet in book if sheet["E1"].value == "核对"]
    links = [cell.hyperlink.target for sheet in chapters for cell in sheet["A"][1:]]
    assert links == [f"trace/{name}.html" for name in real.facts]
    assert all((real.folder / link).is_file() for link in links)


# Tampering: digests cannot tell once they are made anew, the cells can.

CHAPTER, LEDGER = "国务院16号文件落实", "重点任务台账"


def typed_over(sheet: str, cell: str, value: object) -> Callable[[Any], None]:
    """Another content of a cell."""

    def tamper(book: Any) -> None:
        book[sheet][cell] = value

    return tamper


def commented(book: Any) -> None:
    """A remark that the office never made."""
    book[CHAPTER]["D4"].comment = Comment("已核", "somebody")


def relinked(book: Any) -> None:
    """A fact leads elsewhere."""
    book[CHAPTER]["A2"].hyperlink = "https://example.org/"


def renamed_range(book: Any) -> None:
    """Formulas read another column."""
    book.defined_names["tasks.planned"] = DefinedName(
        "tasks.planned", attr_text=book.defined_names["tasks.completed"].attr_text
    )


def shadowed(book: Any) -> None:
    """On one sheet a name means something else."""
    book[CHAPTER].defined_names["tasks.planned"] = DefinedName("tasks.planned", attr_text="1")


def unnamed(book: Any) -> None:
    """A name is gone."""
    del book.defined_names["funds.amount"]


def hidden_row(book: Any) -> None:
    """A difference that nobody sees."""
    book[CHAPTER].row_dimensions[3].hidden = True


def hidden_sheet(book: Any) -> None:
    """A ledger that nobody sees."""
    book[LEDGER].sheet_state = "hidden"


def painted(book: Any) -> None:
    """A format that says what the value does not."""
    book[CHAPTER]["D5"].number_format = '"97%"'


def added_sheet(book: Any) -> None:
    """One sheet more."""
    book.create_sheet("补充")


def beyond(book: Any) -> None:
    """A cell where there should be none."""
    book[LEDGER]["ZZ99"] = "补记"


def by_hand(book: Any) -> None:
    """Nothing is recalculated unless asked for."""
    book.calculation.calcMode = "manual"


def as_shown(book: Any) -> None:
    """Calculated with what is shown rather than with what is there."""
    book.calculation.fullPrecision = False


TAMPERINGS: dict[str, tuple[Callable[[Any], None], tuple[str, ...]]] = {
    "a formula": (typed_over(CHAPTER, "D2", 1), (f"{CHAPTER}!D2", "“1”", "“=K2”")),
    "a check": (typed_over(CHAPTER, "E2", SAME), (f"{CHAPTER}!E2", SAME)),
    "a published value": (typed_over(CHAPTER, "C2", 7), (f"{CHAPTER}!C2", "“7”")),
    "an operand": (typed_over(CHAPTER, "K2", "=1"), (f"{CHAPTER}!K2", "“=1”", "SUMIFS")),
    "a ledger": (typed_over(LEDGER, "H13", 24185), (f"{LEDGER}!H13", "“24185”", "“24184”")),
    "a text for a number": (typed_over(LEDGER, "H12", "24184"), (f"{LEDGER}!H12", "类型")),
    "the cover": (typed_over("说明", "B4", SAME), ("说明!B4", SAME)),
    "a comment": (commented, (f"{CHAPTER}!D4", "批注", "已核")),
    "a link": (relinked, (f"{CHAPTER}!A2", "链接", "https://example.org/")),
    "a name": (renamed_range, ("名称 tasks.planned", "$H$2")),
    "a name of a sheet": (shadowed, (f"名称 {CHAPTER}!tasks.planned", "没有这个名称")),
    "a name less": (unnamed, ("名称 funds.amount", "没有这个名称")),
    "a row": (hidden_row, (CHAPTER, "隐藏", "“3”")),
    "a hidden sheet": (hidden_sheet, (LEDGER, "显示状态", "hidden")),
    "a format": (painted, (f"{CHAPTER}!D5", "格式", '"97%"')),
    "a sheet more": (added_sheet, ("工作表", "补充")),
    "a cell more": (beyond, (LEDGER, "ZZ99")),
    "the mode": (by_hand, ("计算设置 calcMode", "manual")),
    "the precision": (as_shown, ("计算设置 fullPrecision",)),
}


def alone(release: Release, folder: Path) -> Release:
    """The real edition with only those files in its folder that the check reads."""
    shutil.copytree(release.folder / "book", folder / "book")
    for name in ("coverage.json", AUDIT):
        shutil.copyfile(release.folder / name, folder / name)
    return replace(release, folder=folder)


@pytest.fixture
def lone(real: Release, tmp_path: Path) -> Release:
    """A copy of it for a test that changes the workbook."""
    return alone(real, tmp_path)


def told(release: Release) -> list[str]:
    """What the check finds, each with all that belongs to a finding."""
    findings = check_audit(release)
    assert all(all(one.as_dict().values()) for one in findings)
    assert {one.code for one in findings} <= {"verify.audit"}
    assert all(one.place.startswith(AUDIT) for one in findings)
    return list(map(str, findings))


def names(words: Iterable[str], findings: list[str]) -> bool:
    """Whether one finding has all the words."""
    return any(all(word in one for word in words) for one in findings)


@pytest.fixture(scope="module")
def tampered(real: Release, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the check finds in a workbook with all of them."""
    release = alone(real, tmp_path_factory.mktemp("tampered"))
    book = openpyxl.load_workbook(release.folder / AUDIT)
    for tamper, _ in TAMPERINGS.values():
        tamper(book)
    book.save(release.folder / AUDIT)
    return told(release)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_whatever_is_changed_is_named(tampered: list[str], name: str) -> None:
    """Sheet and cell, what stands there and what should."""
    _, words = TAMPERINGS[name]
    assert names(words, tampered), tampered


def test_nothing_else_is_named(tampered: list[str]) -> None:
    """Cells that nobody touched are no findings; a touched one may be two."""
    assert len(TAMPERINGS) <= len(tampered) <= 2 * len(TAMPERINGS)


def test_sheets_in_another_order_are_named(lone: Release) -> None:
    """The reader's way through the workbook is that of the report."""
    book = openpyxl.load_workbook(lone.folder / AUDIT)
    book.move_sheet(LEDGER, -1)
    book.save(lone.folder / AUDIT)
    (finding,) = told(lone)
    assert "工作表为" in finding


def test_saving_it_anew_is_no_tampering(lone: Release) -> None:
    """Other bytes with the same content, as another openpyxl writes them."""
    before = (lone.folder / AUDIT).read_bytes()
    openpyxl.load_workbook(lone.folder / AUDIT).save(lone.folder / AUDIT)
    assert (lone.folder / AUDIT).read_bytes() != before
    assert told(lone) == []


def repacked(path: Path, change: Callable[[str, bytes], bytes], **more: bytes) -> None:
    """Write an archive again with other parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in {**parts, **more}.items():
            archive.writestr(name, part)


def test_stored_results_are_named(lone: Release) -> None:
    """A result that some programs would show without computing it."""

    def store(name: str, part: bytes) -> bytes:
        return part.replace(b"<f>K2</f><v></v>", b"<f>K2</f><v>99</v>", 1)

    repacked(lone.folder / AUDIT, store)
    assert names((f"{CHAPTER}!D2", "计算结果“99”"), told(lone))


def test_macros_are_named(lone: Release) -> None:
    """Nothing in the workbook runs."""
    repacked(lone.folder / AUDIT, lambda name, part: part, **{"xl/vbaProject.bin": b"x"})
    assert names(("xl/vbaProject.bin", "多出"), told(lone))


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"<html>404</html>" * 99])
def test_what_is_no_workbook_is_a_finding(lone: Release, content: bytes) -> None:
    """Garbage ends neither the check nor the program."""
    (lone.folder / AUDIT).write_bytes(content)
    assert names((AUDIT, "打不开"), told(lone))


def test_facts_without_formulas_are_a_finding(lone: Release) -> None:
    """A published query that is no reduction leaves no workbook to compare with."""
    fact = lone.facts["safety.hazards_rate"]
    part = replace(fact.operands[0], sql={**fact.operands[0].sql, "duckdb": "SELECT 24184"})
    wrong = replace(fact, operands=(part, *fact.operands[1:]))
    tampered = replace(lone, facts={**lone.facts, fact.id: wrong})
    assert names(("写不出审计底稿", fact.id), told(tampered))


def test_verify_finds_it_with_digests_made_anew(release: Path) -> None:
    """The command's own check names sheet and cell; a missing file is named too."""
    book = openpyxl.load_workbook(release / AUDIT)
    typed_over(LEDGER, "H13", 24185)(book)
    book.save(release / AUDIT)
    write_sums(release)
    found = [(one.code, one.place) for one in verify_release(release)]
    assert ("verify.audit", f"{AUDIT} {LEDGER}!H13") in found
    assert {code for code, _ in found} == {"verify.audit", "verify.crate"}  # which has its digest
    (release / AUDIT).unlink()
    write_sums(release)
    found = [(one.code, one.place) for one in verify_release(release)]
    assert ("verify.missing", AUDIT) in found
    assert {code for code, _ in found} == {"verify.missing", "verify.crate"}


def test_the_index_of_facts_links_it(real: Release) -> None:
    """Readers find it where the other tables are."""
    page = (real.folder / "book" / "statistics.html").read_text(encoding="utf-8")
    assert page.count('href="../audit.xlsx"') == 1
    coverage = json.loads((real.folder / "coverage.json").read_text(encoding="utf-8"))
    assert coverage["facts"] == len(real.facts)
