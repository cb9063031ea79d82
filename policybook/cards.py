"""``facts.js``: the facts for pages, in a form that they can load from a folder. floor: cards.

Cards, search and the page of all facts read it.
Browsers refuse JSON to a page opened from ``file:``, but not a script.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from policybook.errors import Finding
from policybook.listing import COLUMNS
from policybook.model import EVIDENCE_TEXT, Fact
from policybook.published import Release, check_same, script_text

CARDS = "facts.js"
_FIELDS = (
    *("id", "label", "period", "span", "value", "number", "display", "unit", "qualifier"),
    *("interval", "evidence", "look_through", "chapter", "words", "formula", "definition"),
    *("documents", "departments", "sources", "notebook", "used_on"),
)
"""Of a fact in ``facts.json``, as it stands there."""


def cards_text(title: str, titles: Mapping[str, str], facts: Iterable[Fact]) -> str:
    """The script: what report, ledgers, evidence grades and columns are called, facts by id."""
    content = {
        "title": title,
        "ledgers": dict(titles),
        "columns": COLUMNS,
        "evidence": EVIDENCE_TEXT,
        "facts": {fact.id: {name: getattr(fact, name) for name in _FIELDS} for fact in facts},
    }
    return script_text("policybookFacts", content)


def write_cards(release: Release, title: str) -> None:
    """``facts.js``."""
    (release.folder / CARDS).write_text(_right_cards(release, title), encoding="utf-8")


def check_cards(release: Release) -> list[Finding]:
    """The script says what ``facts.json`` says."""
    coverage = json.loads((release.folder / "coverage.json").read_text(encoding="utf-8"))
    right = _right_cards(release, coverage["parameters"]["title"])
    return check_same(release, CARDS, right, "facts.json")


def _right_cards(release: Release, title: str) -> str:
    titles = {name: schema.title for name, schema in release.schemas.items()}
    return cards_text(title, titles, release.facts.values())
