"""Facts from formulas: value, evidence, interval, qualifier, and every cell they rest on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import ibis.expr.types as ir
import pytest
from ibis import _

from policybook.edition import Edition, load_edition, open_edition, prepared
from policybook.errors import FigureError, PublishError
from policybook.facts import departments_of
from policybook.lineage import look_through, weakest
from policybook.model import Cell, Fact, Operand
from policybook.operands import operand_exact, value_text
from tests.unit.conftest import PERIOD

Change = Callable[[str, str], Path]


def published(
    edition: Edition, name: str, expr: ir.Value, otherwise: ir.Value | None = None
) -> Fact:
    """A statistic's fact."""
    edition.publish(name, expr, otherwise)
    return edition.facts[name]


def cells_of(fact: Fact) -> list[tuple[str, str]]:
    """Records and columns of the cells that a fact rests on."""
    return [(cell.record, cell.column) for cell in fact.cells()]


def test_a_ratio_is_exact(edition: Edition) -> None:
    """The value is a rational, displayed half up in per cent with its formula in numbers."""
    roads = edition.works.filter(_.kind == "道路")
    fact = published(edition, "roads.rate", roads.completed.sum() / roads.planned.sum())
    assert (fact.value, fact.number, fact.display) == ("5/6", "83", "83%")
    assert fact.formula == "250 ÷ 300 = 83.33% → 83%"
    assert fact.words == "虚构工程台账“完成数”合计 ÷ 虚构工程台账“计划数”合计"
    assert (fact.expression, fact.qualifier, fact.interval) == ("a / b", "", None)


def test_every_cell_is_named(edition: Edition) -> None:
    """A trace has each contributing cell with its line, text, evidence and source."""
    roads = edition.works.filter(_.kind == "道路")
    fact = published(edition, "roads.planned", roads.planned.sum())
    assert fact.cells() == (
        Cell("data/works.csv", 2, "planned", "road", "200", "record", "plan:一"),
        Cell("data/works.csv", 4, "planned", "lanes", "100", "remainder", "plan:三"),
    )
    assert fact.operands[0].records == ("road", "lanes")
    assert fact.operands[0].conditions == ("kind",)
    assert [one["file"] for one in fact.sources] == ["data/works.csv"]
    assert fact.documents == (
        {"id": "plan", "title": "虚构计划", "place": "一"},
        {"id": "plan", "title": "虚构计划", "place": "三"},
    )


def test_empty_cells_are_named_too(edition: Edition) -> None:
    """Filling an empty cell would change the sum, so the trace names it."""
    fact = published(edition, "roads.planned", edition.works.planned.sum())
    assert ("trees", "planned") in cells_of(fact)
    assert fact.formula == "200 + 40.5 + 100 = 340.50 → 341公里"


@pytest.mark.parametrize(
    ("records", "evidence"),
    [
        (["road"], "record"),
        (["road", "trees"], "aggregate"),
        (["road", "trees", "lanes"], "remainder"),
    ],
    ids=["record", "aggregate", "remainder"],
)
def test_evidence_is_that_of_the_weakest_cell(
    records: list[str], evidence: str, edition: Edition
) -> None:
    """One weak cell makes the fact weak."""
    expr = edition.works.filter(_.id.isin(records)).completed.sum()
    assert published(edition, "roads.count", expr).evidence == evidence


def test_an_empty_cell_weakens_nothing(edition: Edition) -> None:
    """Evidence is that of what was added up."""
    expr = edition.works.filter(_.id.isin(["road", "trees"])).planned.sum()
    assert published(edition, "roads.planned", expr).evidence == "record"


def test_look_through_is_the_share_of_records(edition: Edition) -> None:
    """Of a formula it is the share of the worse operand."""
    roads = edition.works.filter(_.kind == "道路")
    fact = published(edition, "roads.rate", roads.completed.sum() / roads.planned.sum())
    assert fact.look_through == "0.6"
    fact = published(edition, "roads.count", roads.items.sum())
    assert fact.look_through == "0.125"


def test_nothing_added_up_has_no_look_through() -> None:
    """Where there is no value, there is no share of it."""
    nothing = Operand("a", "sum", "works", "planned", "0", (), {}, (), ())
    assert look_through([nothing]) is None
    assert weakest([nothing], printed=False, alone=True) == "record"


def test_at_least_stays_with_the_number(edition: Edition) -> None:
    """One measure with a lower bound makes the sum one; counts of records and days stay exact."""
    works = edition.works
    trees = published(edition, "trees.planted", works.filter(_.kind == "绿化").completed.sum())
    assert (trees.qualifier, trees.number, trees.display) == ("余", "60", "60余棵")
    every = published(edition, "coal.task", works.completed.sum())
    assert every.display == "3629.5余吨"
    assert published(edition, "roads.count", works.items.sum()).display == "11项"
    assert published(edition, "works.kinds", works.kind.nunique()).display == "4类"
    assert published(edition, "works.days", works.on.max() - works.on.min()).display == "59天"
    roads = works.filter(_.kind == "道路")
    assert published(edition, "roads.planned", roads.planned.sum()).qualifier == ""


def test_at_least_does_not_survive_a_minus(edition: Edition) -> None:
    """What a lower bound is taken from, or divides, is no lower bound: it is refused."""
    trees = edition.works.filter(_.kind == "绿化").completed.sum()
    roads = edition.works.filter(_.kind == "道路").planned.sum()
    assert published(edition, "roads.rate", trees / roads).qualifier == "余"
    for name, expr in (("roads.planned", roads - trees), ("coal.rate", roads / trees)):
        with pytest.raises(PublishError, match=r"publish\.bound"):
            edition.publish(name, expr)


def test_a_printed_rate_stands_as_printed(edition: Edition) -> None:
    """The rate alone is what the document prints, without an interval."""
    fact = published(edition, "coal.rate", edition.works.filter(_.id == "coal").rate.sum())
    assert (fact.value, fact.display, fact.evidence) == ("1.17", "117%", "as printed")
    assert fact.interval is None


def test_what_a_printed_rate_implies_has_an_interval(edition: Edition) -> None:
    """A base worked back lies where the rate's rounding leaves it."""
    coal = edition.works.filter(_.id == "coal")
    fact = published(edition, "coal.task", coal.completed.sum() / coal.rate.sum())
    assert (fact.evidence, fact.display) == ("implied", "2828.2吨")
    assert fact.interval is not None
    assert Fraction(fact.interval["low"]) == Fraction(3309) / Fraction("1.175")
    assert Fraction(fact.interval["high"]) == Fraction(3309) / Fraction("1.165")
    assert fact.interval["display"] == "2816.2–2840.3吨"


def test_a_rate_cut_by_a_spreadsheet_is_known_to_the_percent(changed_works: Change) -> None:
    """120 % written as 1.2 stands for half a percent either way, not for five."""
    edition = load_edition(changed_works(",1.17,", ",1.2,"), PERIOD)
    coal = edition.works.filter(_.id == "coal")
    fact = published(edition, "coal.task", coal.completed.sum() / coal.rate.sum())
    assert fact.interval is not None
    assert Fraction(fact.interval["low"]) == Fraction(3309) / Fraction("1.205")


def test_printed_decimals_widen_the_interval(changed_works: Change) -> None:
    """A value printed with decimals stands for half a digit either way, a whole one does not."""
    edition = load_edition(changed_works(",3309,", ",3309.5,"), PERIOD)
    coal = edition.works.filter(_.id == "coal")
    fact = published(edition, "coal.task", coal.completed.sum() / coal.rate.sum())
    assert fact.interval is not None
    assert Fraction(fact.interval["low"]) == Fraction("3309.45") / Fraction("1.175")


def test_the_fall_back_stands_in_for_a_missing_base(edition: Edition) -> None:
    """Without a base the printed rate is used, and the empty cell of the base is named."""
    coal = edition.works.filter(_.id == "coal")
    fact = published(
        edition,
        "coal.rate",
        coal.completed.sum() / coal.planned.sum(),
        otherwise=coal.rate.sum(),
    )
    assert (fact.value, fact.evidence) == ("1.17", "as printed")
    assert cells_of(fact) == [("coal", "rate"), ("coal", "planned")]
    assert [part.column for part in fact.missing] == ["planned"]


def test_the_base_is_used_once_it_is_there(changed_works: Change) -> None:
    """With the base the same call computes the rate."""
    edition = load_edition(changed_works(",,3309,", ",3000,3309,"), PERIOD)
    coal = edition.works.filter(_.id == "coal")
    fact = published(
        edition,
        "coal.rate",
        coal.completed.sum() / coal.planned.sum(),
        otherwise=coal.rate.sum(),
    )
    assert (fact.value, fact.evidence, fact.missing) == ("1.103", "aggregate", ())
    assert cells_of(fact) == [("coal", "completed"), ("coal", "planned")]


def test_missing_data_is_told_with_its_cells(edition: Edition) -> None:
    """Without a fall-back, or when that is empty too, the statistic and cells are named."""
    trees = edition.works.filter(_.id == "trees")
    for otherwise in (None, trees.rate.sum()):
        with pytest.raises(PublishError) as caught:
            edition.publish("trees.planted", trees.planned.sum(), otherwise)
        (finding,) = caught.value.findings
        assert finding.code == "publish.no-data"
        column = "planned" if otherwise is None else "rate"
        assert finding.place == f"trees.planted（data/works.csv 第5行 {column}列）"
        assert finding.remedy


def test_no_record_at_all_is_told_with_the_ledger(edition: Edition) -> None:
    """A filter that finds nothing has no cell to name."""
    with pytest.raises(PublishError, match=r"trees\.planted（data/works\.csv）"):
        edition.publish("trees.planted", edition.works.filter(_.id == "none").planned.sum())


def test_a_zero_base_is_told_with_its_cells(changed_works: Change) -> None:
    """A division by zero names the statistic and the cells that make the zero."""
    edition = load_edition(changed_works("200,150", "0,150"), PERIOD)
    road = edition.works.filter(_.id == "road")
    with pytest.raises(PublishError) as caught:
        edition.publish("roads.rate", road.completed.sum() / road.planned.sum())
    (finding,) = caught.value.findings
    assert finding.code == "publish.zero"
    assert finding.place == "roads.rate（data/works.csv 第2行 planned列）"


def test_days_between_dates(edition: Edition) -> None:
    """Dates are traced like numbers, and their difference is in days."""
    works = edition.works
    fact = published(edition, "works.days", works.on.max() - works.on.min())
    assert (fact.value, fact.display) == ("59", "59天")
    assert fact.formula == "2030-03-31 − 2030-01-31 = 59天"
    assert fact.operands[0].value == "2030-03-31"


def test_kinds_are_counted(edition: Edition) -> None:
    """A distinct count is weighed by its cells."""
    fact = published(edition, "works.kinds", edition.works.kind.nunique())
    assert (fact.value, fact.look_through) == ("4", "0.4")


def test_unknown_statistics_are_refused(edition: Edition) -> None:
    """The nearest known ids are in the remedy."""
    with pytest.raises(PublishError, match=r"publish\.unknown.*roads\.rate"):
        edition.publish("roads.rates", edition.works.items.sum())


def test_a_statistic_is_published_once(edition: Edition) -> None:
    """A second publication is refused, even of the same value."""
    edition.publish("roads.count", edition.works.items.sum())
    with pytest.raises(PublishError, match=r"publish\.twice"):
        edition.publish("roads.count", edition.works.items.sum())


def test_an_unknown_ledger_is_told(edition: Edition) -> None:
    """The nearest ledger is named."""
    with pytest.raises(AttributeError, match="works"):
        _unused = edition.work


def test_a_prepared_edition_is_what_is_opened(edition: Edition) -> None:
    """Within the context a notebook's first call opens the edition at hand."""
    with prepared(edition):
        assert open_edition("1999Q9", "nowhere") is edition


def test_values_are_kept_as_text() -> None:
    """Numbers, dates and their absence each have one written form."""
    assert value_text(None) is None
    assert value_text(Decimal("21.00")) == "21"
    assert operand_exact("2024-08-22") - operand_exact("2024-08-21") == 1
    assert operand_exact("-0.5") == Fraction(-1, 2)


class Drawing:
    """Stands for a chart; a quiet edition never draws."""

    def __call__(self, *_args: object, **_options: object) -> None:
        """Fail, as nothing should be drawn."""
        raise AssertionError("drawn")


def draw(edition: Edition, table: ir.Table, alt: str = "说明", name: str = "chart") -> None:
    """Publish a figure."""
    edition.figure(name, table, Drawing(), title="图", unit="项", alt=alt, source="虚构")


def test_a_figure_has_table_and_query(edition: Edition) -> None:
    """Headings come from the schema, texts from facts, rows from the query."""
    edition.publish("roads.count", edition.works.items.sum())
    table = edition.works.group_by("kind").agg(items=_.items.sum()).order_by(_.items.desc(), "kind")
    draw(edition, table, alt="共{roads.count}")
    figure = edition.figures["chart"]
    assert (figure.columns, figure.headings) == (("kind", "items"), ("类别", "代表项数"))
    assert (figure.rows[0], figure.alt) == (("道路", "8"), "共11项")
    assert set(figure.sql) == {"duckdb", "sqlite"}


def test_figure_numbers_are_plain(edition: Edition) -> None:
    """Decimals without trailing zeros, dates in ISO form, nothing as nothing."""
    table = edition.works.filter(_.id.isin(["bridge", "trees"]))
    draw(edition, table.select("planned", "on", "title").order_by("title"))
    assert set(edition.figures["chart"].rows) == {
        ("", "", "虚构植树"),
        ("40.5", "2030-03-31", "虚构桥梁"),
    }


UNFIT: dict[str, tuple[Callable[[ir.Table], ir.Table], str]] = {
    "unordered": (lambda works: works.select("title"), r"figure\.table.*没有排序"),
    "a formula": (
        lambda works: works.select("id", items=works.items + 1).order_by("id"),
        r"figure\.table.*算式",
    ),
    "a limit": (lambda works: works.limit(3).order_by("id"), r"figure\.table.*Limit"),
    "no column": (
        lambda works: works.group_by("kind").agg(total=works.items.sum()).order_by("kind"),
        r"figure\.column.*total",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_unfit_figure_tables_are_refused(name: str, edition: Edition) -> None:
    """A figure's table must be traceable, ordered and headed by the schema."""
    make, message = UNFIT[name]
    with pytest.raises(FigureError, match=message):
        draw(edition, make(edition.works))


def test_figure_texts_name_published_facts(edition: Edition) -> None:
    """A text with a fact not published before is refused, and so is a second figure of a name."""
    table = edition.works.select("title").order_by("title")
    with pytest.raises(FigureError, match=r"figure\.fact"):
        draw(edition, table, alt="共{roads.count}")
    draw(edition, table)
    with pytest.raises(FigureError, match=r"figure\.twice"):
        draw(edition, table)


def test_departments_are_those_of_the_records() -> None:
    """Each department once, in order; records without one name none."""
    records = [{"department": "城建局"}, {"department": "交通局"}, {"department": ""}, {}]
    assert departments_of([*records, records[0]]) == ("交通局", "城建局")
