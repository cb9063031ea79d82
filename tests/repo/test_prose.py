"""How Markdown is written: one sentence a line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.repo.tree import project_files, texts

# Directives whose body is prose, so that its numbers count; any other body is ids, code or data.
PROSE_DIRECTIVES = {
    "admonition",
    "attention",
    "caution",
    "card",
    "danger",
    "dropdown",
    "epigraph",
    "error",
    "figure",
    "grid",
    "grid-item",
    "grid-item-card",
    "hint",
    "important",
    "list-table",
    "margin",
    "note",
    "seealso",
    "sidebar",
    "tab-item",
    "tab-set",
    "tip",
    "topic",
    "warning",
}

FENCE = re.compile(r"^\s*(?P<fence>`{3,}|:{3,}|~{3,})(?P<rest>.*)$")
DIRECTIVE = re.compile(r"\{(?P<name>[a-z0-9_:-]+)\}")
NOT_PROSE = (
    re.compile(r"<!--.*?-->"),
    re.compile(r"\{[a-z0-9_:-]+\}(`+)[^`]+\1"),  # a role
    re.compile(r"(`+)[^`]+\1"),  # code
    re.compile(r"\]\([^)]*\)"),  # where a link leads
    re.compile(r"<https?://[^>]*>"),
    re.compile(r"^\s*\([a-z0-9_.-]+\)=\s*$"),  # a target
    re.compile(r"^\s*[0-9]+\.\s"),  # an item of a numbered list
)
CHINESE_STOP = re.compile(r"[。！？](?![”」』）)\]*]*$)")
ENGLISH_STOP = re.compile(r"(?<!\b[A-Za-z])(?<!e\.g)(?<!i\.e)(?<!etc)[.!?][)\"*`]? +(?=[A-Z])")


def prose_lines(text: str) -> list[tuple[int, str]]:
    """Numbered lines of prose: no front matter, code, data or options of directives."""
    lines = text.splitlines()
    found = []
    fences: list[tuple[str, bool]] = []  # open fences and whether they hold prose
    start = 0
    if lines[:1] == ["---"] and "---" in lines[1:]:
        start = lines.index("---", 1) + 1
    for number, line in enumerate(lines[start:], start + 1):
        fence = FENCE.match(line)
        if fence:
            mark, rest = fence["fence"], fence["rest"].strip()
            if (
                fences
                and not rest
                and mark[0] == fences[-1][0][0]
                and len(mark) >= len(fences[-1][0])
            ):
                fences.pop()
                continue
            holds = not fences or fences[-1][1]
            directive = DIRECTIVE.match(rest)
            fences.append(
                (mark, holds and bool(directive and directive["name"] in PROSE_DIRECTIVES))
            )
            if fences[-1][1] and directive:
                found.append((number, rest[directive.end() :]))
        elif not fences or (fences[-1][1] and not re.match(r"\s*:[a-z-]+:", line)):
            found.append((number, line))
    return found


def crowded_lines(text: str) -> list[str]:
    """Lines of more than one sentence, tables and headings apart."""
    faults = []
    for number, line in prose_lines(text):
        if line.lstrip().startswith(("|", "#")):
            continue
        plain = line
        for pattern in NOT_PROSE:
            plain = pattern.sub("x", plain)
        if CHINESE_STOP.search(plain.rstrip()) or ENGLISH_STOP.search(plain):
            faults.append(f"{number}: {line.strip()[:60]}")
    return faults


@pytest.fixture(scope="module")
def published_prose(root: Path) -> dict[str, str]:
    """Prose that becomes pages: the narrative, and the Markdown cells of notebooks."""
    prose = {path: text for path, text in texts(root, ".md").items() if path.startswith("book/")}
    for path in project_files(root):
        if path.startswith("notebooks/") and path.endswith(".ipynb"):
            for cell in json.loads((root / path).read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "markdown":
                    prose[f"{path} {cell['id']}"] = "".join(cell["source"])
    return prose


def test_one_sentence_stands_on_a_line(root: Path, published_prose: dict[str, str]) -> None:
    """A change of one sentence is a change of one line."""
    prose = {**texts(root, ".md"), **published_prose}
    faults = [
        f"{path}:{fault}" for path, text in sorted(prose.items()) for fault in crowded_lines(text)
    ]
    assert faults == []


@pytest.mark.parametrize("text", ["一句。又一句。", "One thing. Another thing.", "- 甲。 乙！"])
def test_a_crowded_line_is_found(text: str) -> None:
    """Two sentences on a line are a fault in Chinese and in English."""
    assert len(crowded_lines(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "一句。",
        "他说“好。”",
        "| 甲。乙。 | 丙。 |",
        "See e.g. Debian 12.1 for it.",
        "`a. B` is code.",
    ],
)
def test_a_single_sentence_passes(text: str) -> None:
    """Quotes, tables, abbreviations, versions and code do not count as a second sentence."""
    assert crowded_lines(text) == []
