"""``facts.js``: what the fact card says, in a form that pages can load from a folder. floor: cards.

Browsers refuse JSON to a page opened from ``file:``, but not a script.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policybook.book import EVIDENCE_TEXT
from policybook.errors import Finding, error
from policybook.published import RESTORE, Release

CARDS = "facts.js"
_CALL = "window.policybookFacts("
_FIELDS = (
    *("label", "period", "span", "display", "qualifier", "interval", "words", "formula"),
    *("evidence", "documents", "sources", "notebook", "used_on"),
)
"""Of a fact in ``facts.json``, as it stands there."""


def cards_text(title: str, facts: list[dict[str, Any]]) -> str:
    """The script: the report's title, the meaning of evidence grades, the facts by id."""
    content = {
        "title": title,
        "evidence": EVIDENCE_TEXT,
        "facts": {fact["id"]: {name: fact[name] for name in _FIELDS} for fact in facts},
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"{_CALL}{text});\n"


def check_cards(release: Release) -> list[Finding]:
    """The script says what ``facts.json`` says."""
    path = release.folder / CARDS
    facts = json.loads((release.folder / "facts.json").read_text(encoding="utf-8"))["facts"]
    coverage = json.loads((release.folder / "coverage.json").read_text(encoding="utf-8"))
    right = cards_text(coverage["parameters"]["title"], facts)
    found = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    if found == right:
        return []
    return [error("verify.cards", CARDS, _difference(found, right), RESTORE)]


def _difference(found: str, right: str) -> str:
    stated, wanted = _facts(found), _facts(right)
    names = [name for name in {**wanted, **stated} if stated.get(name) != wanted.get(name)]
    return f"与 facts.json 不符：{'、'.join(names[:8]) or '题名、等级说明或写法'}。"


def _facts(text: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text.removeprefix(_CALL).removesuffix(");\n"))
        return dict(content["facts"])
    except (ValueError, KeyError, TypeError):
        return {}
