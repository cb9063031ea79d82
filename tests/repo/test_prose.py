"""How Markdown is written: no number typed by hand, one sentence a line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repo.tree import project_files, texts

CLASSES = {"name", "document", "ordinal", "idiom", "date"}

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


def bare(line: str, exempt: list[str]) -> str:
    """A line of prose without roles, code, link targets and declared names."""
    for pattern in NOT_PROSE:
        line = pattern.sub(" ", line)
    for text in sorted(exempt, key=len, reverse=True):
        line = line.replace(text, " ")
    return line


def typed_numbers(text: str, exempt: list[str]) -> list[str]:
    """Arabic digits that stand in prose without being declared."""
    return [
        f"{number}: {digits}"
        for number, line in prose_lines(text)
        for digits in re.findall(r"[0-9０-９]+(?:[.,][0-9]+)*%?", bare(line, exempt))
    ]


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


def exemption_faults(exemptions: list[dict[str, Any]]) -> list[str]:
    """Exemptions without text, known class or reason, or declared twice."""
    faults = []
    seen: set[str] = set()
    for entry in exemptions:
        text = entry.get("text", "")
        if set(entry) != {"text", "class", "reason"} or not all(entry.values()):
            faults.append(f"{text}: needs text, class and reason, and has {sorted(entry)}")
        elif entry["class"] not in CLASSES:
            faults.append(f"{text}: unknown class {entry['class']}")
        elif text in seen:
            faults.append(f"{text}: declared twice")
        seen.add(text)
    return faults


@pytest.fixture(scope="module")
def exemptions(root: Path) -> list[dict[str, Any]]:
    """What book/exemptions.yml declares."""
    listed = yaml.safe_load((root / "book/exemptions.yml").read_text(encoding="utf-8"))
    assert isinstance(listed, list)
    return listed


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


def test_no_number_is_typed_by_hand(
    published_prose: dict[str, str], exemptions: list[dict[str, Any]]
) -> None:
    """Every digit in the narrative comes from a role or is a declared name."""
    exempt = [entry["text"] for entry in exemptions]
    faults = [
        f"{path}:{fault}"
        for path, text in sorted(published_prose.items())
        for fault in typed_numbers(text, exempt)
    ]
    assert faults == []


def test_exemptions_say_why(exemptions: list[dict[str, Any]]) -> None:
    """Each declared name has a known class and a reason."""
    assert exemption_faults(exemptions) == []


def test_one_sentence_stands_on_a_line(root: Path, published_prose: dict[str, str]) -> None:
    """A change of one sentence is a change of one line."""
    prose = {**texts(root, ".md"), **published_prose}
    faults = [
        f"{path}:{fault}" for path, text in sorted(prose.items()) for fault in crowded_lines(text)
    ]
    assert faults == []


@pytest.mark.parametrize(
    "text",
    [
        "已整改 24184 项。",
        "整改率为97%。",
        "```{note}\n共 60 项。\n```",
        "````{admonition} 共 60 项\n文字。\n````",
        "见[2024年](https://example.org)。",
        "| 项目 | 60 |",
    ],
)
def test_a_typed_number_is_found(text: str) -> None:
    """A digit counts in prose, in a box, in a table and in the words of a link."""
    assert len(typed_numbers(text, [])) == 1


@pytest.mark.parametrize(
    "text",
    [
        "已整改 {stat}`safety.hazards_fixed` 项。",
        "落实国务院16号文件。",
        "```{tiles}\nproblems.total_2024\n```",
        "```{chart} figure-16\n```",
        "```python\nx = 60\n```",
        "````{note}\n```{chart} figure-16\n```\n````",
        "见[章节](state-council-16.md)和 `a1`。",
        "---\ntitle: 2024\n---\n文字。",
        "(chapter-2)=\n1. 一项",
    ],
)
def test_what_is_no_typed_number_passes(text: str) -> None:
    """Roles, declared names, code, options and targets may hold digits."""
    assert typed_numbers(text, ["国务院16号文件"]) == []


def test_prose_after_a_directive_is_read_again() -> None:
    """A closed fence ends what is passed over."""
    text = (
        "```{tiles}\na.b\n```\n共 60 项。\n:::{note}\n又 7 项。\n:::\n```{chart} x\n```\n再 8 项。"
    )
    assert typed_numbers(text, []) == ["4: 60", "6: 7", "10: 8"]


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


def test_a_bad_exemption_is_found() -> None:
    """A missing reason, an unknown class and a repetition are all named."""
    good = {"text": "8星", "class": "name", "reason": "支部等级"}
    bad = [good, {"text": "16号", "class": "name"}, {**good, "text": "9", "class": "x"}, good]
    assert len(exemption_faults(bad)) == 3
