"""Records as they travel through output metadata and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from ibis import _

from policybook.edition import Edition
from policybook.errors import PolicybookError, error, note, warning
from policybook.model import Table, fact_as_dict, fact_from_dict, figure_from_dict


def test_a_fact_survives_json(edition: Edition) -> None:
    """A fact read back equals the one that was written, fall-back and all."""
    coal = edition.works.filter(_.id == "coal")
    edition.publish("coal.task", coal.planned.sum(), coal.completed.sum() / coal.rate.sum())
    fact = edition.facts["coal.task"]
    assert fact_from_dict(json.loads(json.dumps(fact_as_dict(fact)))) == fact


def test_a_figure_survives_json(edition: Edition) -> None:
    """A figure read back equals the one that was written."""
    table = edition.works.select("title", "planned").order_by("title")
    edition.figure("chart", table, print, title="图", unit="公里", alt="说明", source="虚构")
    figure = edition.figures["chart"]
    assert figure_from_dict(json.loads(json.dumps(asdict(figure)))) == figure


def test_a_table_gives_its_columns_by_name() -> None:
    """A column is looked up by its name, not by its heading."""
    table = Table(("title", "items"), ("名称", "项数"), (("甲", 1), ("乙", 2)))
    assert table.column("items") == (1, 2)
    with pytest.raises(KeyError):
        table.column("项数")


def test_an_error_reads_as_its_findings() -> None:
    """The text of an error is that of all its findings, each with place and remedy."""
    problem = PolicybookError(
        [error("a.b", "甲", "坏了。", "修好。"), note("c.d", 3, "读了。", "")]
    )
    assert str(problem) == "[a.b] 甲：坏了。 处理：修好。\n[c.d] 3：读了。 处理："
    assert [one.severity for one in problem.findings] == ["error", "note"]
    assert warning("e.f", "丙", "当心。", "核对。").as_dict() == {
        "severity": "warning",
        "code": "e.f",
        "place": "丙",
        "message": "当心。",
        "remedy": "核对。",
    }
