"""What roles and directives share: templates, warnings, the record of use. floor: templating."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from sphinx.util import logging

from policybook.book import Book
from policybook.claims import NUMBERS, shown
from policybook.compared import clauses
from policybook.model import EVIDENCE_TEXT, Fact
from policybook.numbers import number_text
from policybook.vendored import has_sqlite

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_WIDTH, _HEIGHT = 320, 64  # of a sparkline, in pixels
logger = logging.getLogger(__name__)
_templates = Environment(
    loader=PackageLoader("policybook"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_OFTEN, _FRAME = ("trace.html", "recompute.html"), ("page.html", "layout.html")
_templates.tests["dated"] = re.compile(r"\d{4}-\d\d-\d\d").fullmatch


def render(template: str, book: Book, docname: str, **values: Any) -> str:
    """A template of the package, filled.

    ``top`` leads from the page to the release's root; ``recomputing``: the release can do it.
    """
    return _templates.get_template(template).render(
        book=book,
        top="../" * docname.count("/"),
        evidence=EVIDENCE_TEXT,
        grade=grade,
        source=partial(source, documents=book.documents),
        clauses=clauses,
        numbers=NUMBERS,
        shown=shown,
        sparkline=sparkline,
        recomputing=has_sqlite(),
        **values,
    )


def prepare(app: Sphinx) -> None:
    """Compile the templates of most pages, which takes as long as filling a few."""
    theme = app.builder.templates.environment
    for environment, names in ((_templates, _OFTEN), (theme, _FRAME)):
        for name in names:
            environment.get_template(name)


@cache
def grade(name: str) -> Markup:
    """An evidence grade, with what it means."""
    text, meaning = EVIDENCE_TEXT[name]
    kind = name.replace(" ", "-")
    return Markup('<span class="evidence evidence-{}" title="{}">{}</span>').format(
        kind, meaning, text
    )


def source(text: str, documents: Mapping[str, Mapping[str, str]]) -> Markup:
    """Where a cell comes from: a document's short title, and the place in it."""
    name, _, place = text.partition(":")
    return _source(text, documents[name]["short"] if name in documents else name, place)


@cache  # the same few for many cells
def _source(text: str, document: str, place: str) -> Markup:
    shown = f"{document} · {place}" if place else document
    return Markup('<span data-source="{}">{}</span>').format(text, shown)


def sparkline(numbers: list[str]) -> Markup:
    """A line through a statistic's numbers, oldest first; the table beside it says them."""
    values = [Fraction(number) for number in numbers]
    low, high = min(values), max(values)
    step = Fraction(_WIDTH, max(len(values) - 1, 1))
    points = [
        (_tenth(place * step), _tenth(_HEIGHT - _rise(value, low, high)))
        for place, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    return Markup(
        f'<svg class="sparkline" viewBox="-6 -6 {_WIDTH + 12} {_HEIGHT + 12}" aria-hidden="true">'
        f'<polyline points="{line}"/><circle cx="{x}" cy="{y}" r="4"/></svg>'
    )


def _rise(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    return (value - low) / (high - low) * _HEIGHT if high > low else Fraction(_HEIGHT, 2)


def _tenth(value: Fraction) -> str:
    return number_text(value, "", 1)


def warn(subtype: str, message: str, location: Any) -> None:
    """A typed warning with its place; ``-W`` makes it stop the build."""
    logger.warning("%s", message, type="policybook", subtype=subtype, location=location)


def used(env: Any) -> dict[str, list[str]]:
    """The pages that use each statistic, as far as they are read."""
    if not hasattr(env, "policybook_used"):
        env.policybook_used = {}
    pages: dict[str, list[str]] = env.policybook_used
    return pages


def note_use(env: Any, fact: Fact) -> None:
    """Record that the page being read uses a fact."""
    used(env).setdefault(fact.id, []).append(env.docname)
