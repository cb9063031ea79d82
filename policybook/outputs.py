"""Facts and figures as they leave a notebook: output with metadata. floor: outputs.

A custom MIME type would fail the build of the book, which allows no warning.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from html import escape

import orjson

from policybook.model import Fact, Figure, fact_as_dict

FACT_KEY = "policybook.fact"
FIGURE_KEY = "policybook.figure"
"""Keys of the output metadata in which facts and figures leave a notebook."""

SVG, PNG = "image/svg+xml", "image/png"
"""MIME types of a figure's two pictures; the second is text in base64, as Jupyter has it."""


def show_fact(fact: Fact) -> None:
    """Display a fact, linked to its trace."""
    from IPython.display import publish_display_data

    name, label = fact.id, escape(fact.label)
    html = (
        f'<p class="published" id="output-{name}">{label}：'
        f'<a class="stat" data-stat="{name}" href="../trace/{name}.html">{escape(fact.display)}</a>'
        f'<br><code data-fact="{name}" data-show="formula">{escape(fact.formula)}</code></p>'
    )
    text = f"{fact.label}：{fact.display}  [{fact.id}]  {fact.formula}"
    # As one text: nobody on the way has to look into it, and there may be many cells.
    told = orjson.dumps(fact_as_dict(fact)).decode()
    publish_display_data({"text/html": html, "text/plain": text}, metadata={FACT_KEY: told})


def show_figure(figure: Figure, svg: bytes, png: bytes) -> None:
    """Display a figure; both pictures are of the one drawing."""
    from IPython.display import publish_display_data

    publish_display_data(
        {
            SVG: svg.decode(),
            PNG: b64encode(png).decode(),
            "text/plain": f"{figure.title}：{figure.alt}",
        },
        metadata={FIGURE_KEY: asdict(figure)},
    )
