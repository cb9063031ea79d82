"""``facts.js``: what the fact card says, in a form that pages can load from a folder. floor: cards.

Browsers refuse JSON to a page opened from ``file:``, but not a script.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from policybook.book import EVIDENCE_TEXT
from policybook.errors import Finding
from policybook.model import Fact
from policybook.published import Release, check_same, script_text

CARDS = "facts.js"
_FIELDS = (
    *("label", "period", "span", "display", "qualifier", "interval", "words", "formula"),
    *("evidence", "documents", "sources", "notebook", "used_on"),
)
"""Of a fact in ``facts.json``, as it stands there."""


def cards_text(title: str, facts: Iterable[Fact]) -> str:
    """The script: the report's title, the meaning of evidence grades, the facts by id."""
    content = {
        "title": title,
        "evidence": EVIDENCE_TEXT,
        "facts": {fact.id: {name: getattr(fact, name) for name in _FIELDS} for fact in facts},
    }
    return script_text("policybookFacts", content)


def check_cards(release: Release) -> list[Finding]:
    """The script says what ``facts.json`` says."""
    coverage = json.loads((release.folder / "coverage.json").read_text(encoding="utf-8"))
    right = cards_text(coverage["parameters"]["title"], release.facts.values())
    return check_same(release, CARDS, right, "facts.json")
