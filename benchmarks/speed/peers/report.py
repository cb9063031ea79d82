"""What the notebooks of the other programs share: showing, drawing and handing on.

Written as a team without policybook would write it: pandas' own numbers, matplotlib's own axes.
"""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import font_manager
from matplotlib.figure import Figure
from pylopdf_fonts_zh_cn import sans_path

font_manager.fontManager.addfont(str(sans_path()))
plt.rcParams["font.family"] = font_manager.FontProperties(fname=str(sans_path())).get_name()

numbers: dict[str, float] = {}
texts: dict[str, str] = {}


def publish(name: str, label: str, number: float, unit: str) -> None:
    """Keep a statistic, and print it."""
    numbers[name] = float(number)
    texts[name] = f"{number:.1%}" if unit == "%" else f"{number}{unit}"
    print(f"{label}：{texts[name]}")


def draw(table: pd.Series, title: str, unit: str, source: str) -> Figure:
    """Horizontal bars with their numbers."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6), layout="constrained")
    axes.bar_label(axes.barh(table.index, table.to_numpy()), padding=3)
    axes.invert_yaxis()
    axes.set_title(title)
    axes.set_xlabel(f"单位：{unit}；来源：{source}")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def save(path: str) -> None:
    """What the pages are filled with."""
    Path(path).parent.mkdir(exist_ok=True)
    content = json.dumps({"numbers": numbers, "texts": texts}, ensure_ascii=False)
    Path(path).write_text(content, encoding="utf-8")


def save_figure(figure: Figure, stem: str) -> None:
    """Both pictures that policybook makes, in its sizes."""
    Path(stem).parent.mkdir(exist_ok=True)
    figure.savefig(f"{stem}.svg")
    figure.savefig(f"{stem}.png", dpi=200)
    plt.close(figure)


def glue_all() -> None:
    """Hand the values to MyST-NB."""
    from myst_nb import glue

    for name, text in texts.items():
        glue(name, text, display=False)
