"""What commands print for people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ibis import _

from policybook.edition import Edition
from policybook.terminal import print_trace


def test_a_trace_of_many_cells_says_how_many_more(
    edition: Edition, capsys: pytest.CaptureFixture[str]
) -> None:
    """People get the first hundred cells and places; nothing is left out silently."""
    edition.publish("roads.planned", edition.works.filter(_.id == "road").planned.sum())
    fact = edition.facts["roads.planned"]
    (part,) = fact.operands
    cells = tuple(part.cells[0]._replace(record=f"record-{n}") for n in range(150))
    print_trace(replace(fact, operands=(replace(part, cells=cells),)))
    said = capsys.readouterr().out
    assert "record-99" in said
    assert "record-100" not in said
    assert "另有 50 格" in said
    print_trace(fact)
    assert "另有" not in capsys.readouterr().out
