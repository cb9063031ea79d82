"""What the built edition's files may and must hold, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_ELSEWHERE = re.compile(r"""(?:\b(?:href|src|action|data-url)=["']|url\(["']?)\s*(?:https?:)?//""")


def leads_elsewhere(text: str) -> bool:
    """Whether HTML or CSS loads or links anything outside the site."""
    return _ELSEWHERE.search(text) is not None


def pages_in(site: Path) -> list[Path]:
    """Every page of the edition."""
    return sorted(site.rglob("*.html"))


def offending(site: Path) -> Iterator[str]:
    """Pages and style sheets that do."""
    for path in (*pages_in(site), *site.rglob("*.css")):
        if leads_elsewhere(path.read_text(encoding="utf-8")):
            yield path.relative_to(site).as_posix()


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://example.org/">',
        '<script src="//cdn.invalid/a.js">',
        "<style>a { background: url(http://cdn.invalid/a.png) }</style>",
    ],
)
def test_addresses_elsewhere_are_found(text: str) -> None:
    """The guard fires on links, scripts and style sheets alike."""
    assert leads_elsewhere(text)


def test_no_page_leads_elsewhere(site: Path) -> None:
    """The site is complete: nothing in it links to or loads from another host."""
    assert list(offending(site)) == []


def test_every_page_says_its_language_and_has_an_icon(site: Path) -> None:
    """The way in too: without an icon's address a browser may ask the server in vain."""
    pages = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in pages_in(site)}
    assert 'content="0; url=book/index.html"' in pages["index.html"]
    lacking = [name for name, text in pages.items() if not re.search("<html[^>]* lang=.zh", text)]
    lacking += [name for name, text in pages.items() if 'rel="icon"' not in text]
    assert lacking == []


def test_every_fact_has_a_trace_page_and_is_used(site: Path) -> None:
    """Each fact of the edition stands on a narrative page and has a page of its own."""
    facts = json.loads((site / "facts.json").read_text(encoding="utf-8"))["facts"]
    assert len(facts) >= 145
    assert [fact["id"] for fact in facts if not fact["used_on"]] == []
    assert [fact["id"] for fact in facts if not (site / f"trace/{fact['id']}.html").is_file()] == []


def test_every_figure_has_table_and_alt_text(site: Path) -> None:
    """Twelve figures or more, each with its finding as alt text, its data, and as a picture."""
    figures = json.loads((site / "facts.json").read_text(encoding="utf-8"))["figures"]
    assert len(figures) >= 12
    assert len({figure["notebook"] for figure in figures}) == 9
    for figure in figures:
        assert len(figure["alt"]) > len(figure["title"])
        assert re.search(r"\{[\w.]+\}", figure["templates"]["alt"]), "an alt text states a number"
        for kind in ("csv", "svg", "png"):
            assert (site / "figures" / f"{figure['id']}.{kind}").is_file()
