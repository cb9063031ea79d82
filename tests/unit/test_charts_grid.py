"""The heat map: a number in each cell, darker where it is larger, blank where there is none."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from policybook import charts
from policybook.charts import grid, sheet
from policybook.charts.sheet import luminance, text_colour
from policybook.errors import FigureError
from policybook.model import Scalar, Table


def table(*rows: tuple[Scalar, ...], columns: str = "district department items") -> Table:
    """A table whose headings are its column names."""
    names = tuple(columns.split())
    return Table(names, names, rows)


PLACES = table(
    ("云杉区", "市水务局", 3),
    ("云杉区", "市交通局", 12),
    ("青禾区", "市交通局", 1),
    ("青禾区", "市民政局", None),
)
WIDE = table(
    *((f"区县{row}", f"第{column:02d}个责任部门的名称", row * column) for row in range(3)
      for column in range(15)),
)  # fmt: skip
LONG = table(
    ("很长的区县名称，长得在图上放不下" * 2, "$x_1$ <script>alert(1)</script>" * 3, 1),
    ("甲", "乙", Decimal("123456789.25")),
)
ALL = [
    pytest.param(PLACES, id="places"),
    pytest.param(WIDE, id="wide"),
    pytest.param(LONG, id="long"),
]


def drawn(data: Table, unit: str = "个") -> Figure:
    """The figure."""
    return charts.heatmap(data, title="标题", unit=unit, source="部门报表")


def texts(data: Table, unit: str = "个") -> list[str]:
    """All that is written, from the top."""
    return [item.get_text() for item in drawn(data, unit).axes[0].texts]


def shades(data: Table) -> list[str]:
    """The cells' colours in the order of drawing."""
    return [to_hex(patch.get_facecolor()) for patch in drawn(data).axes[0].patches]


def test_each_cell_has_its_number() -> None:
    """Numbers stand in their cells, and what is not given is said, never drawn as zero."""
    assert texts(PLACES) == [
        "标题",
        "单位：个；颜色越深，数越大；空白处没有记录",
        *("市交通局", "市民政局", "市水务局"),
        *("云杉区", "12", "3"),
        *("青禾区", "1", "未载明"),
        "来源：部门报表",
    ]


def test_more_is_darker() -> None:
    """Shades follow the numbers from zero on; blank cells and those not given have none."""
    most, some, little = shades(PLACES)
    assert (most, little) == (grid.SHADES[-1], grid.SHADES[0])
    assert luminance(most) < luminance(some) < luminance(little)
    assert shades(table(("甲", "乙", 0), ("甲", "丙", 0))) == [grid.SHADES[0]] * 2


def test_negative_numbers_are_paler_than_zero() -> None:
    """With numbers below zero the scale begins at the least."""
    low, zero, high = shades(table(("甲", "一", -4), ("甲", "三", 0), ("甲", "二", 4)))[:3]
    assert low == grid.SHADES[0]
    assert zero != low
    assert high != low


def test_shades_differ_in_grey_and_numbers_are_read() -> None:
    """Each step is clearly darker, and the number on it has a contrast of at least 4.5."""
    lights = [luminance(shade) for shade in grid.SHADES]
    for paler, darker in itertools.pairwise(lights):
        assert (paler + 0.05) / (darker + 0.05) > 1.15
    for shade, light in zip(grid.SHADES, lights, strict=True):
        letter = luminance(text_colour(shade))
        bright, dark = max(light, letter), min(light, letter)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_what_occurs_twice_is_added_up() -> None:
    """Finer groups make one cell, which is unknown when a part of it is."""
    assert "7" in texts(table(("甲", "乙", 3), ("甲", "乙", 4)))
    parts = texts(table(("甲", "乙", 3), ("甲", "乙", None), ("甲", "丙", 1)))
    assert "未载明" in parts
    assert "3" not in parts


def test_a_ratio_is_shown_times_hundred() -> None:
    """The unit % stays with the number, as on the other charts."""
    assert "97%" in texts(table(("甲", "乙", Decimal("0.97"))), unit="%")


def test_many_columns_go_on_below() -> None:
    """What does not fit beside goes into a further block, with the rows' names again."""
    words = texts(WIDE)
    assert words.count("区县1") > 1
    assert words.count("28") == 1


@pytest.mark.parametrize("data", ALL)
def test_no_text_is_clipped_or_overlaps(data: Table) -> None:
    """Every text lies on the sheet, large enough, and apart from every other."""
    figure = drawn(data)
    height = figure.get_size_inches()[1] * 72
    boxes = []
    for item in figure.axes[0].texts:
        x, y = item.get_position()
        size = float(item.get_fontsize())
        assert size >= 11
        width = sheet.text_width(item.get_text(), size)
        left = x - {"left": 0, "center": width / 2, "right": width}[item.get_horizontalalignment()]
        assert left >= 0
        assert left + width <= sheet.WIDTH
        assert 0 <= y - 0.85 * size < y + 0.1 * size <= height
        boxes.append((left, y - 0.85 * size, left + width, y + 0.1 * size))
    for one, two in itertools.combinations(boxes, 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]


@pytest.mark.parametrize("data", ALL)
def test_same_table_same_bytes(data: Table) -> None:
    """Drawing twice gives the same file, and markup in a name stays text."""
    first, second = (charts.to_svg(drawn(data)) for _ in range(2))
    assert first == second
    assert b"<script" not in first


def test_no_rows() -> None:
    """A quarter without records gives a figure that says so."""
    assert texts(table()) == ["标题", "单位：个", "本期无记录", "来源：部门报表"]


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        pytest.param(table(("甲", 1), columns="district items"), "文字列", id="one text column"),
        pytest.param(table(("甲", "乙", "丙")), "数值列", id="no number"),
        pytest.param(
            table(("甲", "乙", 1, 2), columns="a b c d"), "数值列", id="several numbers"
        ),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_refused(data: Table, missing: str) -> None:
    """The error names the figure and what is missing."""
    with pytest.raises(FigureError, match=missing) as caught:
        drawn(data)
    assert caught.value.findings[0].place == "标题"


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30))
def test_shades_keep_the_order_of_numbers(values: list[int]) -> None:
    """Of two cells the larger is never the paler."""
    cells = {("行", str(place)): value for place, value in enumerate(values)}
    field = grid.Grid(dict(cells), "", 0.0, float(max(values)))
    lights = {place: luminance(field.shade(*place) or "") for place in cells}
    for one, two in itertools.combinations(cells, 2):
        if cells[one] < cells[two]:
            assert lights[one] >= lights[two]
