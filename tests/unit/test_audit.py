"""Published queries as formulas of a spreadsheet: each kind of filter, and each trap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.audit.cells import sheet_titles, write_text, write_value
from policybook.audit.chapters import write_published
from policybook.audit.formulas import (
    Formula,
    check_formula,
    formulas_of,
    operand_formula,
    places_of,
    value_formula,
)
from policybook.audit.ranges import Range, cell_value, is_plain, quoted, range_name, ranges_of
from policybook.errors import AuditError
from policybook.expression import take_apart, unbound_tables
from policybook.model import Operand
from policybook.queries import compile_reduction
from policybook.schema import Field, Schema
from tests.unit.conftest import made_up_fact

ROWS: list[dict[str, str]] = [
    {"id": "road", "kind": "道路", "title": "虚构道路", "units": "3", "on": "2030-01-31"},
    {"id": "bridge", "kind": "桥梁", "title": "虚构桥梁", "units": "", "on": "2030-03-31"},
]
DAY = ibis.date("2030-02-01")


@pytest.fixture
def table(schemas: dict[str, Schema]) -> Any:
    """The unbound table of the made-up works."""
    return unbound_tables(schemas)["works"]


@pytest.fixture
def written(schemas: dict[str, Schema]) -> Callable[..., Formula]:
    """A function that writes an expression of one reduction as a formula."""

    def write(expr: ir.Value, rows: list[dict[str, str]] = ROWS) -> Formula:
        works = schemas["works"]
        return operand_formula(asked(expr, schemas), ranges_of("works", works.fields, rows))

    return write


def asked(expr: ir.Value, schemas: dict[str, Schema]) -> Operand:
    """The operand of an expression that is one reduction."""
    number = expr.delta(expr, unit="day") if expr.type().is_date() else expr  # type: ignore
    (one,) = take_apart("a.b", number, schemas).reductions
    query = compile_reduction(one.op, "duckdb", ())
    return Operand(
        "a", one.kind, one.ledger, one.column, "1", one.conditions, {"duckdb": query}, (), ()
    )


ITEMS = {
    "all": (lambda t: t, "SUM(works.items)"),
    "equal": (lambda t: t.kind == "道路", 'SUMIFS(works.items,works.kind,"道路")'),
    "both": (
        lambda t: (t.kind == "道路") & (t.title == "虚构道路"),
        'SUMIFS(works.items,works.kind,"道路",works.title,"虚构道路")',
    ),
    "unequal leaves empty cells out": (
        lambda t: t.kind != "道路",
        'SUMIFS(works.items,works.kind,"<>道路",works.kind,"<>")',
    ),
    "filled": (lambda t: t.kind.notnull(), 'SUMIFS(works.items,works.kind,"<>")'),
    "empty": (lambda t: t.kind.isnull(), 'SUMPRODUCT((works.kind="")*works.items)'),
    "since a day": (lambda t: t.on >= DAY, 'SUMIFS(works.items,works.on,">="&DATE(2030,2,1))'),
    "on a day": (lambda t: t.on == DAY, "SUMIFS(works.items,works.on,DATE(2030,2,1))"),
    "on another day": (
        lambda t: t.on != DAY,
        'SUMIFS(works.items,works.on,"<>"&DATE(2030,2,1),works.on,"<>")',
    ),
    "the day on the left": (
        lambda t: ibis.literal(date(2030, 2, 1)) > t.on,
        'SUMIFS(works.items,works.on,"<"&DATE(2030,2,1))',
    ),
    "between days": (
        lambda t: t.on.between(DAY, DAY),
        'SUMPRODUCT((works.on<>"")*(works.on>=DATE(2030,2,1))'
        '*(works.on<>"")*(works.on<=DATE(2030,2,1))*works.items)',
    ),
    "one of several": (
        lambda t: t.kind.isin(["道路", "桥梁"]),
        'SUMPRODUCT((EXACT(works.kind,"道路")+EXACT(works.kind,"桥梁"))*works.items)',
    ),
    "none of several": (
        lambda t: t.kind.notin(["道路", "桥梁"]),
        'SUMPRODUCT((works.kind<>"")*(1-EXACT(works.kind,"道路"))'
        '*(works.kind<>"")*(1-EXACT(works.kind,"桥梁"))*works.items)',
    ),
    "either": (
        lambda t: (t.kind == "道路") | t.kind.isnull(),
        'SUMPRODUCT(((EXACT(works.kind,"道路")+(works.kind=""))>0)*works.items)',
    ),
    "neither": (
        lambda t: ~((t.kind == "道路") | (t.id == "road")),
        'SUMPRODUCT((works.kind<>"")*(1-EXACT(works.kind,"道路"))'
        '*(works.id<>"")*(1-EXACT(works.id,"road"))*works.items)',
    ),
    "not both": (
        lambda t: ~((t.on < DAY) & (t.kind == "道路")),
        'SUMPRODUCT((((works.on<>"")*(works.on>=DATE(2030,2,1))'
        '+(works.kind<>"")*(1-EXACT(works.kind,"道路")))>0)*works.items)',
    ),
    "has": (
        lambda t: t.title.contains("道"),
        'SUMPRODUCT(ISNUMBER(FIND("道",works.title))*works.items)',
    ),
    "has not": (
        lambda t: ~t.title.contains("道"),
        'SUMPRODUCT((works.title<>"")*(1-ISNUMBER(FIND("道",works.title)))*works.items)',
    ),
    "begins": (
        lambda t: t.title.startswith("虚构"),
        'SUMPRODUCT(EXACT(LEFT(works.title,LEN("虚构")),"虚构")*works.items)',
    ),
    "ends": (
        lambda t: t.title.endswith("道路"),
        'SUMPRODUCT(EXACT(RIGHT(works.title,LEN("道路")),"道路")*works.items)',
    ),
    "like": (
        lambda t: t.title.like("%道路"),
        'SUMPRODUCT(EXACT(RIGHT(works.title,LEN("道路")),"道路")*works.items)',
    ),
    "like all": (
        lambda t: t.title.like("%道%"),
        'SUMPRODUCT(ISNUMBER(FIND("道",works.title))*works.items)',
    ),
    "no text at all": (
        lambda t: t.kind == "",
        'SUMPRODUCT((works.kind<>"")*EXACT(works.kind,"")*works.items)',
    ),
}


@pytest.mark.parametrize("name", ITEMS)
def test_filters_become_formulas(table: Any, written: Callable[..., Formula], name: str) -> None:
    """Plain conjunctions are criteria, all else arrays; items over no record are 0."""
    condition, expected = ITEMS[name]
    chosen = table if name == "all" else table.filter(condition(table))
    assert written(chosen.items.sum()) == Formula(expected)


TRAPS = ["=道路", "<5", ">a", "道*", "a?", "~x", "1", "8", "1.5", "2030Q1", "2024年1月", "3月"]
TRAPS += ["50%", "1e5", "TRUE", "false", "Jan-5", "May 1", "#N/A", " 道路", "x\ty", "路" * 251]


@pytest.mark.parametrize("text", TRAPS)
def test_what_criteria_would_misread_is_compared_exactly(
    table: Any, written: Callable[..., Formula], text: str
) -> None:
    """Operators, wildcards, numbers and dates in a text mean nothing to EXACT."""
    assert not is_plain(text)
    formula = written(table.filter(table.kind == text).items.sum())
    assert formula.text == f"SUMPRODUCT(EXACT(works.kind,{quoted(text)})*works.items)"


@pytest.mark.parametrize("other", ["Roads", "ＲＯＡＤＳ", "roads "])
def test_texts_that_criteria_take_for_the_same_are_told_apart(
    table: Any, written: Callable[..., Formula], other: str
) -> None:
    """SUMIFS is blind to case: a column with both spellings is compared with EXACT."""
    chosen = table.filter(table.kind == "roads").items.sum()
    alone = [{"kind": "roads"}, {"kind": "道路"}]
    assert written(chosen, alone).text == 'SUMIFS(works.items,works.kind,"roads")'
    both = [*alone, {"kind": other}]
    assert written(chosen, both).text == 'SUMPRODUCT(EXACT(works.kind,"roads")*works.items)'


@given(st.text())
def test_a_plain_text_is_no_number(text: str) -> None:
    """Whatever is plain has a letter, and begins with no operator."""
    if is_plain(text):
        assert any(one.isalpha() for one in text)
        assert text[0] not in "=<>"
        with pytest.raises(ValueError, match="could not convert"):
            float(f"{text}?")


@given(st.text(alphabet='a"=道'))
def test_texts_in_formulas_read_back(text: str) -> None:
    """Quotation marks are doubled, and long texts are put together from parts."""
    parts = quoted(text * 300).split("&")
    assert all(len(part.replace('""', '"')) <= 257 for part in parts)
    assert "".join(part[1:-1].replace('""', '"') for part in parts) == text * 300


def test_a_measure_over_nothing_is_no_data(table: Any, written: Callable[..., Formula]) -> None:
    """A sum of empty cells is unknown to SQL, and must not be 0 here."""
    assert written(table.units.sum()).text == ('IF(COUNT(works.units)=0,"无数据",SUM(works.units))')
    assert written(table.filter(table.kind == "道路").units.sum()).text == (
        'IF(COUNTIFS(works.kind,"道路",works.units,"<>")=0,"无数据",'
        'SUMIFS(works.units,works.kind,"道路"))'
    )
    assert written(table.filter(table.kind.isnull()).units.sum()).text == (
        'IF(SUMPRODUCT((works.kind="")*(works.units<>""))=0,"无数据",'
        'SUMPRODUCT((works.kind="")*works.units))'
    )


def test_dates_have_earliest_and_latest(table: Any, written: Callable[..., Formula]) -> None:
    """MINIFS and MAXIFS carry the prefix of newer functions; without criteria, an array."""
    assert written(table.on.min()).text == 'IF(COUNT(works.on)=0,"无数据",MIN(works.on))'
    assert written(table.filter(table.kind == "道路").on.max()).text == (
        'IF(COUNTIFS(works.kind,"道路",works.on,"<>")=0,"无数据",'
        '_xlfn.MAXIFS(works.on,works.kind,"道路"))'
    )
    assert written(table.filter(table.kind.isnull()).on.min()) == Formula(
        'IF(SUM((works.kind="")*(works.on<>""))=0,"无数据",'
        'MIN(IF((works.kind="")*(works.on<>""),works.on)))',
        array=True,
    )


def test_kinds_are_counted_once(table: Any, written: Callable[..., Formula]) -> None:
    """By COUNTIFS where that tells the texts apart, otherwise exactly, as an array."""
    assert written(table.kind.nunique()) == Formula(
        'SUMPRODUCT((works.kind<>"")/(COUNTIFS(works.kind,works.kind&"")+1-(works.kind<>"")))'
    )
    chosen = table.filter(table.id == "road").kind.nunique()
    assert 'COUNTIFS(works.kind,works.kind&"",works.id,"road")' in written(chosen).text
    exact = written(table.kind.nunique(), [{"kind": "12345"}, {"kind": "a*"}])
    assert exact.array
    assert "MMULT(EXACT(works.kind,TRANSPOSE(works.kind))" in exact.text


REFUSED: dict[str, Callable[[Any], Any]] = {
    "order of texts": lambda t: t.kind > "a",
    "another column": lambda t: t.kind == t.title,
    "a computed text": lambda t: t.kind.lower() == "a",
    "a pattern": lambda t: t.kind.re_search("a"),
    "like in the middle": lambda t: t.kind.like("a%b"),
    "like one character": lambda t: t.kind.like("a_"),
    "a part of a date": lambda t: t.on.year() == 2030,
    "none of nothing": lambda t: t.kind.isin([]),
    "one is unknown": lambda t: t.kind.isin(["a", None]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_formula_is_refused(
    table: Any, written: Callable[..., Formula], name: str
) -> None:
    """The build stops with the condition and what to write instead."""
    with pytest.raises(AuditError, match=r"audit\.filter.*写不成表格公式"):
        written(table.filter(REFUSED[name](table)).items.sum())


QUERIES = [
    "SELECT SUM(items), SUM(units) FROM works",
    "SELECT SUM(items) FROM works LIMIT 1",
    "SELECT SUM(items) FROM works WHERE id IN (SELECT id FROM works)",
    "SELECT SUM(items + 1) FROM works",
    "SELECT COALESCE(SUM(items), 7) FROM works",
    "SELECT SUM(items) * 2 FROM works",
    "SELECT SUM(units) FROM works",
    "SELECT SUM(",
]


@pytest.mark.parametrize("query", QUERIES)
def test_other_queries_are_refused(query: str, works: Schema) -> None:
    """What is not the one stated reduction of the ledger has no formula."""
    part = Operand("a", "sum", "works", "items", "1", (), {"duckdb": query}, (), ())
    with pytest.raises(AuditError, match=r"audit\.query\] works\.items"):
        operand_formula(part, ranges_of("works", works.fields, ROWS))


@pytest.mark.parametrize(("column", "text"), [("units", "12345678901234567"), ("on", "1899-12-31")])
def test_values_that_no_cell_can_hold_stop_what_needs_them(
    table: Any, written: Callable[..., Formula], column: str, text: str
) -> None:
    """More than 15 digits, and days before Excel's calendar; other columns go on."""
    rows = [{**ROWS[0], column: text}]
    reduced = {"units": table.units.sum(), "on": table.on.max()}[column]
    with pytest.raises(AuditError, match=rf"audit\.cell\] works\.{column} “{text}”"):
        written(reduced, rows)
    assert written(table.items.sum(), rows).text == "SUM(works.items)"


@pytest.mark.parametrize("text", ["a\x00", "_x0041_", "a\rb"])
def test_texts_that_no_formula_can_hold_are_refused(text: str) -> None:
    """Control characters and what looks like an escape of theirs."""
    with pytest.raises(AuditError, match=r"audit\.text"):
        quoted(text)


def test_long_formulas_are_refused(table: Any, written: Callable[..., Formula]) -> None:
    """A spreadsheet takes 8192 characters."""
    many = table.filter(table.kind.isin([f"类别{number}" for number in range(400)]))
    with pytest.raises(AuditError, match=r"audit\.formula"):
        written(many.items.sum())


def test_names_of_ranges_are_checked(works: Schema) -> None:
    """A name with other signs would be read as arithmetic."""
    field = works.field("units")
    assert range_name("works", field) == "works.units"
    with pytest.raises(AuditError, match=r"audit\.name\] works\.units-3"):
        range_name("works", replace(field, name="units-3"))


def test_errors_name_the_fact() -> None:
    """Who reads the error knows which statistic to change."""
    fact = made_up_fact("roads.count", "3")
    part = replace(fact.operands[0], column="kind", sql={"duckdb": "SELECT 1"})
    with pytest.raises(AuditError, match=r"audit\.query\] roads\.count works\.kind"):
        formulas_of(replace(fact, operands=(part,)), {"works": {}})


def test_the_value_is_the_expression_over_cells() -> None:
    """Names become cells; what is no arithmetic over them is refused."""
    fact = replace(made_up_fact("a.b", "1/3"), expression="(a - b + 1) / (c - b + 10000)")
    cells = {"a": "K2", "b": "L2", "c": "M2"}
    assert value_formula(fact, cells) == "(K2-L2+1)/(M2-L2+10000)"
    for wrong in ("a + d", "a; b", 'HYPERLINK("x")', "ab", "a ^ b"):
        with pytest.raises(AuditError, match=r"audit\.expression\] a\.b"):
            value_formula(replace(fact, expression=wrong), cells)


def test_the_check_fails_on_anything_but_the_value() -> None:
    """Errors and texts are differences; what had no data must still have none."""
    assert check_formula("D2", "C2", 2) == 'IF(IFERROR(ROUND(D2-C2,2)=0,FALSE),"一致","不符")'
    assert check_formula("D2", "C2", 0, ["N2"]) == (
        'IF(IFERROR(AND(ROUND(D2-C2,0)=0,N2="无数据"),FALSE),"一致","不符")'
    )


@pytest.mark.parametrize(
    ("value", "expression", "places"),
    [
        ("3", "a", 2),  # the column's places
        ("3.125", "a - 1", 3),  # the value's own
        ("24184/24871", "a / b", 12),
        ("1287356/1000", "a * 10000 / b", 8),
        ("-1/3", "a / b", 12),
        ("12345678901234", "a * b", 0),
    ],
)
def test_sums_agree_to_the_last_place_and_quotients_to_twelve_digits(
    value: str, expression: str, places: int, works: Schema
) -> None:
    """So that arithmetic in binary fractions is no difference, and any other is."""
    fact = replace(made_up_fact("a.b", "1"), value=value, expression=expression)
    assert places_of(fact, {"works": ranges_of("works", works.fields, ROWS)}) == places


def field(works: Schema, name: str) -> Field:
    """A column of the made-up works."""
    return works.field(name)


def test_cells_are_typed(works: Schema) -> None:
    """Numbers, dates, texts, and nothing where there is nothing."""
    assert cell_value(field(works, "planned"), "5.910") == Decimal("5.91")
    assert cell_value(field(works, "on"), "2030-01-31") == date(2030, 1, 31)
    assert cell_value(field(works, "kind"), "12345") == "12345"
    assert cell_value(field(works, "planned"), "") is None


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "#N/A", "_x0041_"]
)
def test_texts_stay_texts(text: str) -> None:
    """What begins like a formula is quoted, and is none."""
    cell = openpyxl.Workbook().active.cell(1, 1)  # type: ignore[union-attr]
    write_text(cell, text)
    assert cell.data_type == "s"
    assert bool(cell.quotePrefix) == (text[0] in "=+-@\t\r")


def test_an_empty_cell_is_empty() -> None:
    """Neither 0 nor an empty text, which would count as filled."""
    cell = openpyxl.Workbook().active.cell(1, 1)  # type: ignore[union-attr]
    write_value(cell, None, "General")
    assert cell.value is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("21", Decimal(21)),
        ("-0.25", Decimal("-0.25")),
        ("24184/24871", "=24184/24871"),
        ("-1/3", "=-1/3"),
        ("0.1234567890123456789", "=0.1234567890123456789"),
    ],
)
def test_published_values_are_exact(value: str, written: object) -> None:
    """A fraction stands as the division it is, and so do more digits than a cell holds."""
    cell = openpyxl.Workbook().active.cell(1, 1)  # type: ignore[union-attr]
    write_published(cell, value, "General")
    assert cell.value == written


def test_sheets_have_names_of_their_own() -> None:
    """Signs that a sheet's name may not have are left out, equal names numbered, long ones cut."""
    names = sheet_titles(["说明", "说明", "问题/清单", "长" * 40, "长" * 40, "''"])
    assert names == ["说明", "说明（2）", "问题 清单", "长" * 31, "长" * 28 + "（2）", "表"]


def test_columns_without_a_cell_are_no_fault(works: Schema) -> None:
    """A ledger without records has ranges all the same."""
    empty = ranges_of("works", works.fields, [])
    assert empty["units"] == Range("works.units", works.field("units"), ())
