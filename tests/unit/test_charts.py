"""The charts: honest labels, nothing clipped or overlapping, the same bytes every time."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from policybook import charts
from policybook.charts import sheet
from policybook.charts.fields import amount, percent
from policybook.charts.timeline import spread
from policybook.errors import FigureError
from policybook.model import Scalar, Table

Draw = Callable[..., Figure]


def table(columns: str, *rows: tuple[Scalar, ...]) -> Table:
    """A table whose headings are its column names."""
    names = tuple(columns.split())
    return Table(names, names, rows)


PROGRESS = table(
    "title planned completed unit",
    ("燃煤锅炉替代", 36, 21, "台"),
    ("老旧小区改造", 229, 227, "个"),
    ("“三北”六期工程", Decimal("156.83"), Decimal("66.82"), "万亩"),
    ("一次管网改造", 209, None, "公里"),
    ("超额", 100, 117, "项"),
    ("远超", 1, 1000, "项"),
    ("未开工", 5, 0, "项"),
)
LONG = table(
    "title planned completed unit",
    ("二次管网和楼道立管改造，含回民区、新城区、玉泉区、赛罕区的全部老旧小区" * 3, 1333, 7, "个"),
    ("$x_1$ <script>alert(1)</script>", 36, 21, "台"),
)
BARS = table(
    "title completed unit",
    ("隐患整改", 24184, "项"),
    ("班列", 24, "列"),
    ("减少", -3000, "项"),
    ("未知", None, "项"),
    *((f"任务{place}", place * place, "项") for place in range(11)),
)
PARTS = table("investor items", ("政府投资", 393), ("企业投资", 782))
MANY_PARTS = table(
    "category items",
    ("需加强向上争取", 22),
    *((f"类别{place}：项目策划、招商引资与部门配合的其他问题", 2) for place in range(8)),
    (None, 27),
)
STACK = table(
    "category evidence items",
    ("需加强向上争取", "record", 2),
    ("需加强向上争取", "remainder", 20),
    ("需加大资金投入", "record", 3),
    (None, "remainder", 27),
    ("需完善政策机制", "record", None),
)
FUNNEL = table("status items", ("清单问题", 41), ("已认领", 20), ("已整改", 15))
LOWER = table(
    "title count unit at_least",
    ("解决难题", 60, "个", "是"),
    ("志愿行动", 50, "次", "是"),
    ("主题党日", 1, "次", "否"),
    ("节目", None, None, None),
)
PACE = table(
    "title rate line standing",
    ("燃煤锅炉替代", Decimal("0.5833"), Decimal("0.6421"), "正常"),
    ("电煤中长期合同签订", Decimal("1.17"), Decimal("0.6421"), "超前"),
    ("老旧小区改造", Decimal("0.1"), Decimal("0.6421"), "滞后"),
    ("老旧小区改造", Decimal("0.7"), Decimal("0.5"), "超前"),
    ("一次写多的", Decimal("5"), Decimal("0.6421"), "超前"),
    ("森林抚育", None, None, "无计划数"),
)
LONG_PACE = table(
    "title rate line standing",
    ("二次管网和楼道立管改造以及其他供热设施的更新工程", Decimal("0.9913"), Decimal(1), "正常"),
    ("老旧小区", Decimal(0), Decimal(1), "滞后"),
)
EVENTS = table(
    "title on kind precision",
    ("市政府报告", date(2024, 8, 22), "文件", "日"),
    ("会议首日", date(2024, 8, 22), "会议", "日"),
    ("会议末日", date(2024, 8, 23), "会议", "日"),
    ("审议意见成文", date(2024, 9, 25), "文件", "日"),
    ("风光项目预计全容量并网", date(2024, 10, 31), "预计完成", "月"),
    ("研究处理方案和情况报告报送期限，" * 4, date(2024, 11, 25), "到期", "日"),
    ("年末", date(2024, 12, 31), "报告期", "日"),
    ("日期不明的会议", None, "会议", "日"),
)
FLOW = table(
    "before state items",
    ("未列入", "新增", 28),
    ("新增", "推进", 1),
    ("推进", "推进", 55),
    ("推进", "已解决", 22),
    ("已解决", "推进", 1),
    ("已解决", "已销号", 23),
    *(
        (f"很长的清单名称，含各类政策和项目的问题{place}", "未载明", place + 1)
        for place in range(4)
    ),
)
YEARS = table(
    "title on kind",
    ("五年前", date(2019, 2, 28), "文件"),
    ("今年", date(2024, 12, 31), "文件"),
)
ALL = [
    pytest.param(charts.progress, PROGRESS, id="progress"),
    pytest.param(charts.progress, LONG, id="progress-long"),
    pytest.param(charts.bars, BARS, id="bars"),
    pytest.param(charts.composition, PARTS, id="composition"),
    pytest.param(charts.composition, MANY_PARTS, id="composition-many"),
    pytest.param(charts.stacked, STACK, id="stacked"),
    pytest.param(charts.funnel, FUNNEL, id="funnel"),
    pytest.param(charts.lower_bounds, LOWER, id="lower-bounds"),
    pytest.param(charts.pace, PACE, id="pace"),
    pytest.param(charts.pace, LONG_PACE, id="pace-long"),
    pytest.param(charts.flow, FLOW, id="flow"),
    pytest.param(charts.timeline, EVENTS, id="timeline"),
    pytest.param(charts.timeline, YEARS, id="timeline-years"),
]


def drawn(
    draw: Draw, data: Table, title: str = "标题", unit: str = "", source: str = "报告"
) -> Figure:
    """The figure of a chart."""
    return draw(data, title=title, unit=unit, source=source)


def texts(draw: Draw, data: Table, **words: str) -> list[str]:
    """All that is written on a chart, from the top."""
    return [item.get_text() for item in drawn(draw, data, **words).axes[0].texts]


@pytest.mark.parametrize(("draw", "data"), ALL)
def test_same_table_same_bytes(draw: Draw, data: Table) -> None:
    """Drawing twice gives the same files."""
    first, second = (drawn(draw, data) for _ in range(2))
    assert charts.to_svg(first) == charts.to_svg(second)
    assert charts.to_png(first) == charts.to_png(second)


def test_a_png_says_nothing_of_its_making() -> None:
    """Besides the picture it holds its size in dots per inch, and neither program nor date."""
    png = charts.to_png(drawn(charts.bars, PARTS))
    kinds, place = [], 8
    while place < len(png):
        kinds.append(png[place + 4 : place + 8])
        place += 12 + int.from_bytes(png[place : place + 4])
    assert set(kinds) == {b"IHDR", b"pHYs", b"IDAT", b"IEND"}
    assert int.from_bytes(png[16:20]) == round(sheet.WIDTH / 72 * sheet.PNG_DPI)


def test_bytes_do_not_depend_on_process_or_settings() -> None:
    """Neither hash seed nor the user's matplotlib settings nor the day reach the file."""
    code = (
        "import sys, matplotlib; matplotlib.rcParams[sys.argv[1]] = sys.argv[2]\n"
        "from policybook import charts; from policybook.model import Table\n"
        "t = Table(('title', 'items'), ('a', 'b'), (('甲', 3), ('乙', 4)))\n"
        "f = charts.bars(t, title='题', unit='项', source='报告')\n"
        "sys.stdout.buffer.write(charts.to_svg(f) + charts.to_png(f))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, name, value],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed, name, value in (("1", "savefig.bbox", "tight"), ("2", "savefig.facecolor", "red"))
    }
    assert len(runs) == 1
    assert b"<dc:date>" not in runs.pop()


def test_ids_in_a_file_are_stable() -> None:
    """Even what matplotlib names at random, such as clip paths, has fixed ids."""
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    assert charts.to_svg(figure) == charts.to_svg(figure)


def test_import_does_no_work() -> None:
    """Importing the charts loads neither matplotlib nor the font."""
    code = (
        "import sys, policybook.charts\n"
        "assert not {'matplotlib', 'pylopdf_fonts_zh_cn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("draw", "data"), ALL)
@pytest.mark.parametrize("title", ["短标题", "很长的标题，" * 20, "longLatinWord" * 20])
def test_no_text_is_clipped_or_overlaps(draw: Draw, data: Table, title: str) -> None:
    """Every text lies on the sheet and apart from every other."""
    figure = drawn(draw, data, title=title, unit="万千瓦", source="来源" * 60)
    height = figure.get_size_inches()[1] * 72
    boxes = []
    for item in figure.axes[0].texts:
        x, y = item.get_position()
        size = float(item.get_fontsize())
        width = sheet.text_width(item.get_text(), size)
        left = x - {"left": 0, "center": width / 2, "right": width}[item.get_horizontalalignment()]
        boxes.append((left, y - 0.85 * size, left + width, y + 0.1 * size, item.get_text()))
    for left, top, right, bottom, text in boxes:
        assert left >= 0, text
        assert right <= sheet.WIDTH, text
        assert top >= 0, text
        assert bottom <= height, text
    for one, two in itertools.combinations([box for box in boxes if box[4]], 2):
        apart = one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
        assert apart, (one[4], two[4])


@pytest.mark.parametrize(("draw", "data"), ALL)
def test_type_is_large_enough(draw: Draw, data: Table) -> None:
    """Nothing is set smaller than 11 points on a sheet 7.2 inches wide."""
    figure = drawn(draw, data)
    assert figure.get_size_inches()[0] == pytest.approx(7.2)
    assert min(float(item.get_fontsize()) for item in figure.axes[0].texts) >= 11


def test_formula_signs_and_markup_are_plain_text() -> None:
    """A title is written as it is, and cannot become an element of the page."""
    words = "$x_1$ <script>alert('&')</script> -->"
    svg = charts.to_svg(drawn(charts.progress, LONG, title=words))
    assert b"<script" not in svg
    root = ET.fromstring(svg)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == words
    written = drawn(charts.progress, LONG, title=words).axes[0].texts
    assert written[0].get_text() == words
    assert not any(item.get_parse_math() for item in written)


def test_a_letter_missing_from_the_font_is_marked() -> None:
    """A rare character becomes 〓 instead of a warning and an empty box."""
    assert "难\N{GETA MARK}字" in texts(charts.bars, table("title items", ("难\U0001f600字", 3)))


@pytest.mark.parametrize(("draw", "data"), ALL)
def test_no_rows(draw: Draw, data: Table) -> None:
    """A quarter without records gives a figure that says so."""
    words = texts(draw, Table(data.columns, data.headings, ()), unit="项")
    assert words == ["标题", "单位：项", "本期无记录", "来源：报告"]


def test_a_number_that_is_not_given() -> None:
    """An empty cell is said, never drawn as zero."""
    words = texts(charts.progress, PROGRESS)
    assert "planned209公里，completed未载明" in words
    empty = table("title items", ("甲", None), ("乙", None))
    for draw in (charts.bars, charts.composition, charts.funnel):
        assert texts(draw, empty).count("未载明") == 2
    assert "未载明" in texts(charts.stacked, STACK)
    assert "未载明" in texts(charts.lower_bounds, LOWER)
    assert "日期未载明" in texts(charts.timeline, EVENTS)


def test_no_shares_of_an_unknown_whole() -> None:
    """With a part missing there is neither total nor percentage."""
    words = texts(charts.composition, table("title items", ("甲", 3), ("乙", None)), unit="项")
    assert words == ["标题", "单位：项", "3", "", "甲", "未载明", "", "乙", "来源：报告"]


def test_progress_labels() -> None:
    """Completion over plan, the unit, and the rate."""
    words = [text.replace("\u2002", " ") for text in texts(charts.progress, PROGRESS)]
    assert {"21/36台 58%", "227/229个 99%", "66.82/156.83万亩 43%", "1000/1项 100000%"} <= {*words}


def test_progress_of_capacities_takes_the_unit_from_the_head() -> None:
    """The capacity columns serve as plan and completion."""
    wind = table("title capacity_planned capacity_completed", ("风光", 200, 160))
    words = texts(charts.progress, wind, unit="万千瓦")
    assert "160/200\u200280%" in words
    assert "单位：万千瓦；整条表示计划（100%）" in words
    assert "160/200\u200280%" in texts(charts.progress, wind, unit="%")


def test_a_pace_is_written_where_a_row_has_one() -> None:
    """One record's completion as exact as its cell; several are dots alone, none is said."""
    words = texts(charts.pace, PACE)
    assert {"58.33%", "117%", "500%", "未载明", "0%", "100%"} <= set(words)
    assert not {"10%", "70%"} & set(words)
    assert [word for word in words if word in STANDINGS] == list(STANDINGS)


STANDINGS = ("滞后", "正常", "超前", "时序进度")


def test_lower_bounds_say_so() -> None:
    """余 stands where, and only where, the count is a least number."""
    words = texts(charts.lower_bounds, LOWER)
    assert {"60余个", "50余次", "1次"} <= {*words}


def test_funnel_shares_are_of_the_first() -> None:
    """41, 20, 15: half and a third of the whole, not of the step before."""
    words = texts(charts.funnel, FUNNEL)
    assert {"41", "20\u200249%", "15\u200237%"} <= {*words}


def test_composition_and_stack_totals() -> None:
    """Parts with shares; groups with totals and readable evidence."""
    assert {"393\u200233%", "782\u200267%"} <= {*texts(charts.composition, PARTS)}
    words = texts(charts.stacked, STACK)
    assert {"逐条记录", "其余未列名", "2", "20", "22", "27"} <= {*words}


def test_timeline_dates() -> None:
    """Days, months where the day is not known, and the year when there are several."""
    assert {"8月22日", "8月23日", "10月", "2024年8月"} <= {*texts(charts.timeline, EVENTS)}
    assert {"2019年2月28日", "2024年12月31日"} <= {*texts(charts.timeline, YEARS)}


def test_percent_rounds_half_up() -> None:
    """12.5, 0.5 and 2.5 per cent go up, where Python's ``round`` goes to even."""
    assert percent(1, 8) == "13%"
    assert percent(1, 200) == "1%"
    assert percent(Decimal("2.5"), 100) == "3%"
    assert percent(3, 0) == ""


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_percent_is_never_more_than_half_off(part: int, whole: int) -> None:
    """The label is the nearest whole per cent, the upper of two."""
    label = percent(part, whole)
    assert label.endswith("%")
    difference = int(label[:-1]) - Fraction(part, whole) * 100
    assert Fraction(-1, 2) < difference <= Fraction(1, 2)


def test_amount_is_exact() -> None:
    """No float and no exponent in a label."""
    assert amount(Decimal("4116.09"), "亿元") == "4116.09亿元"
    assert amount(Decimal("0.10")) == "0.1"
    assert amount(12345678901234567890) == "12345678901234567890"
    assert amount(Decimal("0.97"), "%") == "97%"


@pytest.mark.parametrize(
    ("draw", "data", "missing"),
    [
        (charts.progress, table("title completed", ("甲", 1)), "planned 或 capacity_planned"),
        (charts.progress, table("planned completed", (2, 1)), "title"),
        (charts.lower_bounds, table("title count unit", ("甲", 1, "个")), "at_least"),
        (charts.timeline, table("title kind", ("甲", "会议")), "on"),
        (charts.timeline, table("title on kind", ("甲", "明天", "会议")), "不是日期"),
        (charts.bars, table("title kind", ("甲", "乙")), "恰好一个数值列"),
        (charts.bars, table("title items amount", ("甲", 1, 2)), "items、amount"),
        (charts.stacked, table("kind items", ("甲", 1)), "文字列"),
        (charts.progress, table("title planned completed", ("甲", "多", 1)), "不是精确数"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(draw: Draw, data: Table, missing: str) -> None:
    """The error names the figure and the column."""
    with pytest.raises(FigureError, match=missing) as caught:
        drawn(draw, data, title="某图")
    assert caught.value.findings[0].place == "某图"


@given(
    st.lists(st.tuples(st.floats(0, 400), st.floats(10, 80)), min_size=1, max_size=12),
    st.floats(0, 200),
)
def test_spread_texts_do_not_overlap(events: list[tuple[float, float]], slack: float) -> None:
    """Texts keep their order, their distance and the room there is."""
    wanted = sorted(place for place, _ in events)
    heights = [height for _, height in events]
    bottom = sum(heights) + slack
    middles = spread(wanted, heights, 0, bottom)
    edges = [(y - h / 2, y + h / 2) for y, h in zip(middles, heights, strict=True)]
    assert edges[0][0] >= -1e-6
    assert edges[-1][1] <= bottom + 1e-6
    assert all(one[1] <= two[0] + 1e-6 for one, two in itertools.pairwise(edges))


def test_spread_leaves_alone_what_has_room() -> None:
    """Texts far enough apart stand at their points."""
    assert spread([20, 80], [20, 20], 0, 100) == [20, 80]


def test_wrap_keeps_closing_marks_with_their_word() -> None:
    """No line starts with 、。，or ）and none ends with （ or “."""
    lines = sheet.wrap("“甲、乙”（丙、丁、戊）。己、庚、辛，“壬癸”" * 4, 14, 90)
    assert len(lines) > 3
    assert not {line[0] for line in lines} & set("、。，）”")
    assert not {line[-1] for line in lines} & set("（“")
    assert all(sheet.text_width(line, 14) <= 90 for line in lines)


def contrast(one: str, two: str) -> float:
    """Contrast of two colours after WCAG 2."""
    low, high = sorted((sheet.luminance(one), sheet.luminance(two)))
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out() -> None:
    """Labels have AA contrast on the sheet and inside every colour of a bar."""
    assert min(contrast(colour, "#ffffff") for colour in (sheet.INK, sheet.QUIET)) >= 4.5
    for colour in (*sheet.PARTS, sheet.DONE, sheet.REMAINING, sheet.NEUTRAL):
        assert contrast(colour, sheet.text_colour(colour)) >= 4.5, colour


def test_colours_differ_in_grey() -> None:
    """Done and remaining, and any two neighbouring parts, differ without colour."""
    assert contrast(sheet.DONE, sheet.REMAINING) >= 3
    for one, two in itertools.pairwise(sheet.PARTS):
        assert contrast(one, two) >= 1.8, (one, two)
