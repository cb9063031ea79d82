"""A reviewed draft for people: its numbers coloured and linked. floor: review."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from policybook.model import Fact
from policybook.review.verdicts import VERDICTS, Review


def review_json(review: Review) -> str:
    """What ``--json`` prints, a numeral a line: json's own indentation takes ten times as long."""
    head = json.dumps({**review.as_dict(), "hits": []}, ensure_ascii=False)
    hits = ",\n".join(json.dumps(one.as_dict(), ensure_ascii=False) for one in review.hits)
    return f"{head.removesuffix(']}')}\n{hits}\n]}}"


def coverage_text(review: Review) -> str:
    """One line that sums up the verdicts."""
    counts = review.coverage()
    parts = [f"{title} {counts[name]}" for name, title in VERDICTS.items() if counts[name]]
    return f"数量 {counts['quantities']} 处：{'，'.join(parts) or '没有数字'}"


def marked_html(review: Review, facts: Mapping[str, Fact], site: Path | None, out: Path) -> str:
    """The document with every numeral coloured, and each fact linked to its trace page.

    ``site``: the published edition that the links lead to, from where ``out`` will lie.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("policybook"), autoescape=True, undefined=StrictUndefined
    )

    def link(name: str) -> str:
        page = site / "trace" / f"{name}.html" if site else None
        if page is None or not page.is_file():
            return ""
        return Path(os.path.relpath(page, out.resolve().parent)).as_posix()

    return environment.get_template("review.html").render(
        review=review,
        pieces=_pieces(review),
        facts=facts,
        link=link,
        verdicts=VERDICTS,
        summary=coverage_text(review),
    )


def _pieces(review: Review) -> list[tuple[str, int | None]]:
    """The text cut at its numerals: each piece with the place of its numeral, or None."""
    text, end = review.draft.text, 0
    pieces: list[tuple[str, int | None]] = []
    for place, one in enumerate(review.hits):
        pieces.append((text[end : one.hit.start], None))
        pieces.append((text[one.hit.start : one.hit.end], place))
        end = one.hit.end
    pieces.append((text[end:], None))
    return [piece for piece in pieces if piece[0]]
