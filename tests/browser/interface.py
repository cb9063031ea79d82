"""What an opened page offers to readers who do not see it as we do, and in which language."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

BLOCKING = ("serious", "critical")
"""Impacts that no page may have; the rest is listed by axe-core as advice."""

# Names of formats and keys, the same in Chinese text.
LATIN = ("CSV", "JSON", "SVG", "PNG", "SQLite", "DuckDB", "Python")

_FOREIGN = """(allowed) => {
    const interface_ = document.querySelectorAll(
        'button, nav, header, footer, dialog, form, label, summary, .headerlink, ' +
        '[title], [aria-label], [placeholder], [data-bs-original-title], [data-bs-title], ' +
        '[data-tooltip], #search-results, #search-documentation'
    );
    const data =
        'code, pre, kbd, script, style, [data-stat], [data-column], [data-figure], .search';
    const said = 'button, nav, footer, dialog, label, summary, #search-results';
    const words = (text) => (text || '').match(/[A-Za-z]{2,}/g) || [];
    const found = new Set();
    const note = (element, text) => words(text).filter((word) => !allowed.includes(word)).forEach(
        (word) => found.add(element.localName + ': ' + text.replace(/\\s+/g, ' ').trim())
    );
    for (const element of interface_) {
        if (element.closest(data)) continue;
        for (const name of ['title', 'aria-label', 'placeholder', 'data-bs-original-title',
                            'data-bs-title', 'data-tooltip']) {
            note(element, element.getAttribute(name));
        }
        if (!element.matches(said)) continue;
        const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let text = walk.nextNode(); text; text = walk.nextNode()) {
            if (!text.parentElement.closest(data)) note(text.parentElement, text.data);
        }
    }
    return [...found];
}"""

_OUTLINE = """() => [...document.querySelectorAll('main :is(h1, h2, h3, h4)')]
    .map((heading) => [Number(heading.localName[1]), heading.textContent.trim()])"""


def axe_script() -> Path:
    """axe-core's one file; the test fails with the remedy where it is not installed."""
    named = os.environ.get("POLICYBOOK_AXE")
    folder = Path(sys.prefix) / "share" / "policybook" / "npm" / "node_modules"
    path = Path(named) if named else folder / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.fail(f"no axe-core at {path}: run `make test`, or set POLICYBOOK_AXE", False)
    return path


def violations(page: Page, script: Path) -> list[dict[str, Any]]:
    """What axe-core finds on the opened page."""
    page.add_script_tag(content=script.read_text(encoding="utf-8"))
    found: dict[str, list[dict[str, Any]]] = page.evaluate(
        "() => axe.run(document, {resultTypes: ['violations']})"
    )
    return found["violations"]


def told(violation: dict[str, Any]) -> str:
    """A violation in a line, with the first elements that it concerns."""
    nodes = violation["nodes"]
    places = "; ".join(f"{node['target'][0]}" for node in nodes[:3])
    more = f" (and {len(nodes) - 3} more)" if len(nodes) > 3 else ""
    return f"{violation['impact']} {violation['id']}: {places}{more}"


def foreign_words(page: Page) -> list[str]:
    """Latin words of the interface: not of code, ids, data or names of formats."""
    found: list[str] = page.evaluate(_FOREIGN, list(LATIN))
    return sorted(found)


def outline_faults(page: Page) -> list[str]:
    """Headings that leave out a level, and more or less than one of the first."""
    outline: list[tuple[int, str]] = page.evaluate(_OUTLINE)
    firsts = [text for level, text in outline if level == 1]
    faults = [] if len(firsts) == 1 else [f"{len(firsts)} headings of the first level"]
    levels = [0, *(level for level, _ in outline)]
    return faults + [
        f"“{text}” is of level {level} after {before}"
        for before, (level, text) in zip(levels, outline, strict=False)
        if level > before + 1
    ]
