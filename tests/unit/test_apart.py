"""Measures that a schema keeps apart are in no sum together, whoever asks for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import ibis.expr.types as ir
import pytest
from ibis import _

from policybook.edition import Edition, load_edition
from policybook.errors import ConfigError, FigureError, PublishError
from policybook.schema import load_schemas
from tests.unit.conftest import PERIOD, WORKS

Works = ir.Table


def roads(works: Works) -> Works:
    """Records of one kind."""
    return works.filter(_.kind == "道路")


def green(works: Works) -> Works:
    """Records of another kind."""
    return works.filter(_.kind == "绿化")


def declare(data: Path, **rule: list[str]) -> None:
    """Let the made-up ledger keep some measures apart."""
    text = json.dumps({**WORKS, "apart": rule})
    (data / "schema" / "works.json").write_text(text, encoding="utf-8")


@pytest.fixture
def edition(made_up_data: Path) -> Edition:
    """The made-up city, in which plan and completion of each kind of work are kept apart."""
    declare(made_up_data, measures=["planned", "completed"], by=["kind"])
    return load_edition(made_up_data, PERIOD)


@pytest.mark.parametrize(
    ("mixed", "told"),
    [
        (lambda w: w.completed.sum(), "桥梁、绿化、能源、道路"),
        (lambda w: w.filter(_.id.isin(["road", "trees"])).completed.sum(), "绿化、道路"),
        (lambda w: roads(w).completed.sum() + green(w).completed.sum(), "绿化、道路"),
        (lambda w: roads(w).completed.sum() * 10 + green(w).completed.sum() * 10, "绿化、道路"),
        (lambda w: roads(w).completed.sum() + roads(w).planned.sum(), "完成数”和.*计划数"),
        (
            lambda w: (roads(w).completed.sum() + green(w).completed.sum()) / w.items.sum(),
            "绿化、道路",
        ),
        (lambda w: w.items.sum() / (roads(w).planned.sum() + roads(w).completed.sum()), "和"),
        (lambda w: w.items.sum() - roads(w).planned.sum() - roads(w).completed.sum(), "和"),
        (lambda w: -roads(w).planned.sum() - roads(w).completed.sum(), "和"),
    ],
    ids=[
        "all records",
        "two kinds",
        "two sums",
        "two multiples",
        "two measures",
        "numerator",
        "denominator",
        "both taken away",
        "both negative",
    ],
)
def test_a_mixed_sum_is_refused(
    edition: Edition, mixed: Callable[[Works], ir.Value], told: str
) -> None:
    """Nothing adds up over more than one kind, or one measure to another."""
    with pytest.raises(PublishError, match=told) as caught:
        edition.publish("roads.planned", mixed(edition.works))
    assert [one.code for one in caught.value.findings] == ["publish.apart"]
    assert edition.facts == {}


@pytest.mark.parametrize(
    ("sound", "value"),
    [
        (lambda w: roads(w).completed.sum(), "250"),
        (lambda w: w.filter(_.id == "trees").completed.sum(), "60"),
        (lambda w: roads(w).completed.sum() / roads(w).planned.sum(), "5/6"),
        (lambda w: roads(w).planned.sum() - roads(w).completed.sum(), "50"),
        (lambda w: w.filter(_.id == "road").planned.sum() + roads(w).planned.sum(), "500"),
        (lambda w: w.items.sum(), "11"),
    ],
    ids=["one kind", "one record", "a ratio", "what is left", "the same kind", "items"],
)
def test_what_is_of_one_kind_is_published(
    edition: Edition, sound: Callable[[Works], ir.Value], value: str
) -> None:
    """Sums of one kind, ratios and differences stay as they were."""
    edition.publish("roads.planned", sound(edition.works))
    assert edition.facts["roads.planned"].value == value


def test_a_fall_back_is_looked_at_too(edition: Edition) -> None:
    """What stands in for missing data may not mix either."""
    missing = edition.works.filter(_.id == "trees").planned.sum()
    with pytest.raises(PublishError) as caught:
        edition.publish("roads.planned", missing, otherwise=edition.works.completed.sum())
    assert caught.value.findings[0].code == "publish.apart"


def draw(edition: Edition, name: str, table: ir.Table) -> None:
    """A figure of a table."""
    edition.figure(name, table, print, title="图", unit="", alt="图", source="虚构")


def test_a_figure_groups_by_what_keeps_apart(edition: Edition) -> None:
    """A figure's sums are of one kind each; otherwise it is refused with what it mixes."""
    by_kind = edition.works.group_by("kind").agg(completed=_.completed.sum())
    draw(edition, "f", by_kind.order_by("kind"))
    assert len(edition.figures["f"].rows) == 4
    mixed = edition.works.group_by("evidence").agg(completed=_.completed.sum())
    with pytest.raises(FigureError, match=r"道路.*按类别分组") as caught:
        draw(edition, "g", mixed.order_by("evidence"))
    assert caught.value.findings[0].code == "figure.apart"


def test_an_unknown_column_is_told(made_up_data: Path) -> None:
    """A rule about a column that the ledger has not is a broken schema."""
    declare(made_up_data, measures=["paid"], by=["kind"])
    with pytest.raises(ConfigError) as caught:
        load_schemas(made_up_data)
    assert caught.value.findings[0].code == "schema.broken"
