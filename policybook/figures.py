"""Figures as they are published: table, CSV, texts with facts in them. floor: figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from policybook.catalogue import nearest
from policybook.errors import FigureError, error
from policybook.ledgers import csv_text
from policybook.model import ROW_EVIDENCE, Fact, Figure, Scalar
from policybook.numbers import is_number, plain


def figure_csv(figure: Figure) -> str:
    """A figure's table as the CSV beside its SVG."""
    return csv_text(figure.columns, figure.rows)


def shown_rows(figure: Figure) -> list[list[str]]:
    """A figure's table as a page shows it: headings, then rows, evidence in Chinese."""
    labels = [ROW_EVIDENCE if name == "evidence" else {} for name in figure.columns]
    rows = [
        [names.get(value, value) for names, value in zip(labels, row, strict=True)]
        for row in figure.rows
    ]
    return [list(figure.headings), *rows]


def numeric_columns(figure: Figure) -> frozenset[int]:
    """The places of the columns of a figure's table that hold numbers alone."""
    places = range(len(figure.columns))
    texts = [[row[place] for row in figure.rows if row[place]] for place in places]
    return frozenset(
        place for place in places if texts[place] and all(map(is_number, texts[place]))
    )


def scalar_text(value: Scalar) -> str:
    """A table value as it stands in a figure's CSV."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def plain_scalar(value: Any) -> Scalar:
    """A query's value without trailing zeros."""
    return Decimal(plain(value)) if isinstance(value, Decimal) else value


def filled(id: str, text: str, facts: Mapping[str, Fact]) -> str:
    """A figure's title or text with the facts it names; :class:`FigureError` for an unknown one."""

    def display(match: re.Match[str]) -> str:
        fact = facts.get(match[1])
        if fact is None:
            message = f"图的文字用到尚未发布的指标 {match[1]}。"
            raise FigureError(error("figure.fact", id, message, nearest(match[1], facts)))
        return fact.display

    return re.sub(r"\{([\w.]+)\}", display, text)
