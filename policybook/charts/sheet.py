"""The sheet that charts are drawn on: style, font, text, SVG and PNG. floor: charts.

Places are points (1/72 inch) from the top left corner, so that text can be measured,
wrapped and kept apart exactly; the sheet grows downwards as it is filled.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from policybook.charts.fields import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH = 518.4  # 7.2 inches
MARGIN = 12.0
INNER = WIDTH - 2 * MARGIN

TITLE, LABEL, SMALL = 17.0, 14.0, 12.0
"""Sizes of type; on a phone 360 px wide a label is still about 10 px."""
LEADING = 1.4
PNG_DPI = 200
"""Dots per inch of the pictures for printed documents."""

INK, QUIET, RULE = "#1a1a1a", "#595959", "#8a949e"
PALE = 0.45
"""From this luminance on a colour needs an edge on the white sheet."""
DONE, REMAINING, PLAN, NEUTRAL = "#12436d", "#d5dde5", "#1a1a1a", "#2f78b7"
"""Colours by meaning; they differ in lightness, so also in grey and to the colour-blind."""
PARTS = (
    *("#0d2f52", "#90b8de", "#2a68a6", "#e6ebf0"),
    *("#c98445", "#3d4248", "#b9d9d3", "#1a7f78"),
)
"""Colours of parts that have no meaning of their own; neighbours, and the first four among
them, differ in lightness: in grey and to the colour-blind too."""

_PIECES = re.compile(r"[（《【“‘(]*(?:[!-'*-~]+|.)[，。、；：！？）》】”’…)]*", re.DOTALL)


@contextmanager
def _settings() -> Iterator[None]:
    """matplotlib's own defaults, whatever the user's matplotlibrc says, and stable ids."""
    from matplotlib import style

    fixed = {"svg.hashsalt": "policybook", "svg.fonttype": "path", "text.parse_math": False}
    with style.context(["default", fixed]):
        yield


@cache
def _font(size: float) -> FontProperties:
    from matplotlib.font_manager import FontProperties
    from pylopdf_fonts_zh_cn import sans_path

    return FontProperties(fname=str(sans_path()), size=size)


@cache
def _drawable() -> frozenset[str]:
    from matplotlib.font_manager import get_font
    from pylopdf_fonts_zh_cn import sans_path

    return frozenset(map(chr, get_font(str(sans_path())).get_charmap()))


def drawable(text: str) -> str:
    """The text with 〓, the printers' sign for a missing letter, where the font has none."""
    return "".join(letter if letter in _drawable() else "〓" for letter in text)


@cache
def text_width(text: str, size: float) -> float:
    """Width of one line of text in points."""
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(
        drawable(text), _font(size), ismath=False
    )
    return float(width)


def wrap(text: str, size: float, width: float) -> list[str]:
    """Lines no wider than ``width``, of about equal length.

    Chinese breaks between any two characters, but no line starts with a closing mark or
    ends with an opening one; Latin words and numbers break only when wider than a line.
    """
    pieces: list[str] = []
    for piece in _PIECES.findall(one_line(text)):
        pieces += [piece] if text_width(piece, size) <= width else list(piece)
    lines = _fill(pieces, size, width)
    narrower = lines
    while len(narrower) == len(lines) > 1:
        lines, width = narrower, width - size / 2
        narrower = _fill(pieces, size, width)
    return lines


def _fill(pieces: Sequence[str], size: float, width: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and text_width((lines[-1] + piece).strip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def text_colour(background: str) -> str:
    """White or ink, whichever stands out more."""
    return "#ffffff" if luminance(background) < 0.18 else INK


@dataclass
class Sheet:
    """A figure being drawn, and how far down it is filled."""

    figure: Figure
    axes: Axes
    top: float = MARGIN

    def text(
        self,
        x: float,
        middle: float,
        text: str,
        size: float = LABEL,
        colour: str = INK,
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """One line of plain text; ``middle`` is the middle of its height."""
        self.axes.text(
            x,
            middle + 0.37 * size,
            drawable(text),
            color=colour,
            ha=align,
            va="baseline",
            fontproperties=_font(size),
            parse_math=False,
        )

    def lines(self, x: float, lines: Sequence[str], size: float, colour: str = INK) -> None:
        """Lines of text at the top of what is free."""
        for line in lines:
            self.text(x, self.top + size * LEADING / 2, line, size, colour)
            self.top += size * LEADING

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle, with an edge when its colour is near to white."""
        from matplotlib.patches import Rectangle

        pale = luminance(colour) > PALE
        edge: dict[str, Any] = {"edgecolor": RULE, "linewidth": 0.7} if pale else {"linewidth": 0}
        shape = Rectangle((x, y), width, height, facecolor=colour, clip_on=False, **edge)
        self.axes.add_patch(shape)

    def band(
        self,
        between: tuple[float, float],
        tops: tuple[float, float],
        height: float,
        colour: str,
    ) -> None:
        """A curved band from left to right, with a white edge or one that is seen on the sheet."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        (left, right), (start, end) = between, tops
        middle = (left + right) / 2
        places = [(left, start), (middle, start), (middle, end), (right, end)]
        back = [(x, y + height) for x, y in reversed(places)]
        curve = [Path.CURVE4] * 3
        codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
        shape = Path([*places, *back, places[0]], codes)
        edge = RULE if luminance(colour) > PALE else "#ffffff"
        self.axes.add_patch(
            PathPatch(shape, facecolor=colour, edgecolor=edge, linewidth=0.7, clip_on=False)
        )

    def line(self, *places: tuple[float, float], colour: str = RULE, width: float = 0.8) -> None:
        """A line through the places."""
        from matplotlib.lines import Line2D

        xs, ys = zip(*places, strict=True)
        self.axes.add_line(Line2D(xs, ys, color=colour, linewidth=width, clip_on=False))

    def dot(self, x: float, y: float, colour: str, filled: bool) -> None:
        """A round mark, filled or open."""
        from matplotlib.patches import Circle

        face = colour if filled else "#ffffff"
        mark = Circle((x, y), 4.5, facecolor=face, edgecolor=colour, linewidth=1.6, clip_on=False)
        mark.set_zorder(3)
        self.axes.add_patch(mark)

    def key(self, entries: Sequence[tuple[str, str]]) -> None:
        """What the colours mean: pairs of colour and text, in as many lines as needed."""
        x = MARGIN
        for colour, text in entries:
            width = 16 + text_width(text, SMALL)
            if x > MARGIN and x + width > WIDTH - MARGIN:
                x, self.top = MARGIN, self.top + SMALL * LEADING
            middle = self.top + SMALL * LEADING / 2
            self.box(x, middle - 5, 10, 10, colour)
            self.text(x + 16, middle, text, SMALL, QUIET)
            x += width + 18
        self.top += SMALL * LEADING + 8


@contextmanager
def sheet(title: str, unit: str, source: str, *, empty: bool, note: str = "") -> Iterator[Sheet]:
    """A sheet with title and unit, to be filled; source and size are set at the end."""
    from matplotlib.figure import Figure

    with _settings():
        figure = Figure(facecolor="#ffffff", label=one_line(title))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        page = Sheet(figure, axes)
        page.lines(MARGIN, wrap(title, TITLE, INNER), TITLE)
        head = "；".join(part for part in (f"单位：{unit}" if unit else "", note) if part)
        if head:
            page.lines(MARGIN, wrap(head, SMALL, INNER), SMALL, QUIET)
        page.top += 10
        if empty:
            page.lines(MARGIN, ["本期无记录"], LABEL, QUIET)
        yield page
        page.top += 10
        if source:
            page.lines(MARGIN, wrap(f"来源：{source}", SMALL, INNER), SMALL, QUIET)
        height = page.top + MARGIN
        figure.set_size_inches(WIDTH / 72, height / 72)
        axes.set(xlim=(0, WIDTH), ylim=(height, 0))


def to_svg(figure: Figure) -> bytes:
    """The figure as SVG with its title, letters as outlines: the same bytes for the same table."""
    title = str(figure.get_label())
    metadata: dict[str, Any] = {"Date": None, "Creator": None} | ({"Title": title} if title else {})
    return _saved(figure, format="svg", metadata=metadata)


def to_png(figure: Figure) -> bytes:
    """The figure as PNG for documents and slides: the same bytes for the same table."""
    return _saved(figure, format="png", dpi=PNG_DPI, metadata={"Software": None})


def _saved(figure: Figure, **options: Any) -> bytes:
    stream = io.BytesIO()
    with _settings():
        figure.savefig(stream, **options)
    return stream.getvalue()


def rehearse() -> None:
    """Draw once for nobody: what a process has loaded, those forked from it need not load."""
    with sheet("", "", "", empty=True) as page:
        pass
    to_svg(page.figure)
    to_png(page.figure)
