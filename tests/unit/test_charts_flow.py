"""The chart of what went from where to where: thickness, order, what cannot be drawn."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from policybook import charts
from policybook.charts.flow import HEIGHT
from policybook.errors import FigureError
from policybook.model import Scalar, Table

HEADINGS = ("上期末状态", "本期末状态", "代表项数")


def drawn(*rows: tuple[Scalar, ...]) -> Figure:
    """The chart of some flows."""
    table = Table(("before", "state", "items"), HEADINGS, rows)
    return charts.flow(table, title="去向", unit="项", source="台账")


def written(figure: Figure) -> list[str]:
    """What stands on the sheet, in the order of writing."""
    return [item.get_text() for item in figure.axes[0].texts]


def bands(figure: Figure) -> list[PathPatch]:
    """The bands of a chart."""
    return [one for one in figure.axes[0].patches if isinstance(one, PathPatch)]


def thickness(band: PathPatch) -> float:
    """A band's height at its left end."""
    heights = [y for x, y in band.get_path().vertices if x == band.get_path().vertices[0][0]]
    return float(max(heights) - min(heights))


def test_bands_are_as_thick_as_their_numbers() -> None:
    """All together have the chart's height, the thick ones are drawn first."""
    figure = drawn(("新增", "推进", 30), ("推进", "推进", 10), ("推进", "已解决", 60))
    found = [thickness(band) for band in bands(figure)]
    assert found == pytest.approx([HEIGHT * share for share in (0.6, 0.3, 0.1)])


def test_both_columns_have_their_totals_and_heads() -> None:
    """A name's number is the sum of its bands, and each column is called as in the ledger."""
    texts = written(drawn(("新增", "推进", 30), ("推进", "推进", 10), ("推进", "已解决", 60)))
    assert texts[2:4] == ["上期末状态", "本期末状态"]
    pairs = list(zip(texts[7::2], texts[8::2], strict=False))[:4]
    assert pairs == [("新增", "30"), ("推进", "70"), ("推进", "40"), ("已解决", "60")]


def test_names_keep_their_order_on_the_right() -> None:
    """Those of the left come first, wherever their first band comes from."""
    texts = written(drawn(("推进", "已销号", 9), ("推进", "已解决", 9), ("已解决", "推进", 9)))
    right = [text for text in texts if not text.isdecimal()][6:9]
    assert right == ["推进", "已解决", "已销号"]


def test_equal_flows_are_one_band_and_none_is_none() -> None:
    """Rows of the same two names add up; a flow of nothing is not drawn."""
    figure = drawn(("新增", "推进", 3), ("新增", "推进", 4), ("新增", "已解决", 0))
    assert len(bands(figure)) == 1
    assert "已解决" not in written(figure)
    assert "7" in written(figure)


def test_a_thin_band_is_seen_without_its_number() -> None:
    """It is drawn at least a point thick; its number stands in the table alone."""
    figure = drawn(("推进", "推进", 999), ("推进", "已解决", 1))
    assert min(map(thickness, bands(figure))) == pytest.approx(1)
    assert written(figure).count("1") == 1  # the node's own


def test_nothing_moved() -> None:
    """Without any flow the sheet says so."""
    assert "本期无记录" in written(drawn())


@pytest.mark.parametrize("number", [None, -1])
def test_a_flow_of_unknown_size_is_refused(number: int | None) -> None:
    """It could only be guessed."""
    with pytest.raises(FigureError, match=r"figure\.column"):
        drawn(("新增", "推进", 3), ("推进", "推进", number))
