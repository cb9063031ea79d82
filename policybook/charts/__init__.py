"""图形：the charts of the report, drawn from traced tables. floor: charts, over model and numbers.

Every chart is a function ``draw(table, *, title, unit, source)`` that finds its columns by
name and returns a matplotlib figure; :func:`to_svg` and :func:`to_png` turn it into
reproducible bytes.
An empty cell is drawn as 未载明, a table without rows as 本期无记录.
Nothing is done at import: matplotlib and the font are loaded with the first drawing.
"""

from policybook.charts.dots import pace
from policybook.charts.flow import flow
from policybook.charts.grid import heatmap
from policybook.charts.lines import trend
from policybook.charts.parts import composition, stacked
from policybook.charts.rows import bars, funnel, lower_bounds, progress
from policybook.charts.sheet import rehearse, to_png, to_svg
from policybook.charts.timeline import timeline

__all__ = [
    "bars",
    "composition",
    "flow",
    "funnel",
    "heatmap",
    "lower_bounds",
    "pace",
    "progress",
    "rehearse",
    "stacked",
    "timeline",
    "to_png",
    "to_svg",
    "trend",
]
