"""What marked texts of a page must say, where no other check compares them. floor: marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from policybook.model import Fact, Figure
from policybook.pages import Span
from policybook.published import Release

EDITION = re.compile(r"20\d\dQ[1-4](-r\d+)?", re.ASCII)
"""The name of an edition."""


def right_text(span: Span, release: Release, parameters: Mapping[str, str]) -> str | None:
    """The text that a marked part must have; None where its mark says nothing of it."""
    if span.owner == "edition":
        name, _, value = span.key.partition(":")  # period:2024Q1 names an earlier edition
        return value if EDITION.fullmatch(value) else parameters.get(name, "")
    if span.owner == "relation":
        return relation_text(release, span.key, span.show)
    if span.owner == "count":
        return str(count(release, span.key))
    if span.owner == "correction":
        return correction_text(release, span.key)
    if span.owner == "explanation":
        number, _, name = span.key.partition(":")
        return str(getattr(release.explanations[int(number)], name))
    if span.owner == "origin":
        return release.origins.get(span.key, "")
    if span.owner == "source":
        return source_text(release, span.key)
    if span.owner in ("alt", "caption"):
        figure = release.figures.get(figure_name(span))
        return filled(figure, span.owner, release.facts) if figure else None
    return None


def figure_name(span: Span) -> str:
    """The figure of an alternative text (by its file) or of a caption."""
    return PurePosixPath(span.key).stem if span.owner == "alt" else span.key


def template_parts(template: str) -> Iterator[tuple[str, str]]:
    """Literal text and the statistic that follows it, of a figure's title or text."""
    pieces = re.split(r"\{([\w.]+)\}", template)
    for place in range(0, len(pieces), 2):
        yield pieces[place], pieces[place + 1] if place + 1 < len(pieces) else ""


def filled(figure: Figure, owner: str, facts: Mapping[str, Fact]) -> str:
    """A figure's title or alternative text, as its template and the facts give it."""
    template = figure.templates["alt" if owner == "alt" else "title"]
    return "".join(
        text + (facts[name].display if name in facts else "")
        for text, name in template_parts(template)
    )


def relation_text(release: Release, name: str, show: str) -> str:
    """A relation's formula, or the numbers it holds for."""
    for relation in release.relations:
        if relation.id == name:
            formula = f"{relation.left} {relation.op} {relation.right}"
            return release.filled[name] if show == "filled" else formula
    return ""


def correction_text(release: Release, key: str) -> str:
    """A field of a correction, by its number: ``0:before``."""
    number, _, name = key.partition(":")
    value = getattr(release.corrections[int(number)], name)
    return f"r{value}" if name == "revision" else str(value)


def count(release: Release, key: str) -> int:
    """What the site counts of itself: ``citing:report``, the facts that rest on a document."""
    document = key.partition(":")[2]
    return sum(fact.rests_on(document) for fact in release.facts.values())


def source_text(release: Release, key: str) -> str:
    """How the place of a source is shown: a ledger's cell, or a figure's own words."""
    if key in release.figures:
        return release.figures[key].source
    document, _, place = key.partition(":")
    titles = {row["id"]: row["short"] for row in release.rows("documents")}
    return titles.get(document, document) + (f" · {place}" if place else "")
