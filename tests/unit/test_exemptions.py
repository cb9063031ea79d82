"""Numerals that the narrative may type: read strictly, found where they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policybook.errors import ConfigError
from policybook.exemptions import CLASSES, Exemption, load_exemptions

GOOD = "- {text: 虚构路9号院, class: name, reason: 虚构的地名}\n"

Write = Callable[[str], Path]


@pytest.fixture
def exemptions_file(tmp_path: Path) -> Write:
    """Writes a file of made-up exemptions."""

    def write(text: str) -> Path:
        path = tmp_path / "exemptions.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_book_without_exemptions_needs_no_file(tmp_path: Path, exemptions_file: Write) -> None:
    """A missing file, an empty one and an empty list exempt nothing."""
    assert load_exemptions(tmp_path / "none.yml") == ()
    assert load_exemptions(exemptions_file("")) == ()
    assert load_exemptions(exemptions_file("[]\n")) == ()


def test_exemptions_are_read_in_order(exemptions_file: Write) -> None:
    """Texts lose the space around them, and a number typed in the file is a text."""
    path = exemptions_file(GOOD + '- {text: 2030, class: date, reason: " 虚构的年份 "}\n')
    assert load_exemptions(path) == (
        Exemption("虚构路9号院", "name", "虚构的地名"),
        Exemption("2030", "date", "虚构的年份"),
    )


@pytest.mark.parametrize("kind", CLASSES)
def test_each_class_is_accepted(kind: str, exemptions_file: Write) -> None:
    """Every class that readers are told of can be used."""
    (one,) = load_exemptions(exemptions_file(GOOD.replace("name", kind)))
    assert one.as_dict() == {"text": "虚构路9号院", "class": kind, "reason": "虚构的地名"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD.replace("name", "nickname"), "exemption.class"),
        (GOOD.replace("虚构的地名", '""'), "exemption.empty"),
        (GOOD.replace("虚构的地名", '"  "'), "exemption.empty"),
        (GOOD.replace("虚构的地名", "null"), "exemption.empty"),
        (GOOD.replace("虚构路9号院", '""'), "exemption.empty"),
        (GOOD + GOOD.replace("地名", "院名"), "exemption.twice"),
        (GOOD.replace("}", ", note: 虚构}"), "config.keys"),
        (GOOD.replace(", reason: 虚构的地名", ""), "config.keys"),
        ("- 虚构路9号院\n", "config.shape"),
        ("text: 虚构路9号院\n", "exemption.shape"),
        ("虚构路9号院\n", "exemption.shape"),
        ("- {text: 虚构\n", "config.yaml"),
    ],
    ids=[
        "class",
        "reason",
        "blank reason",
        "no reason",
        "text",
        "twice",
        "unknown key",
        "missing key",
        "item",
        "mapping",
        "text for a list",
        "yaml",
    ],
)
def test_wrong_exemptions_are_refused(text: str, code: str, exemptions_file: Write) -> None:
    """An exemption without a class, a reason or a place of its own stops with its place."""
    path = exemptions_file(text)
    with pytest.raises(ConfigError) as caught:
        load_exemptions(path)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert finding.place.startswith(str(path))
    assert finding.remedy


def test_all_that_is_wrong_is_told_at_once(exemptions_file: Write) -> None:
    """One run names every faulty entry by its number, and a good one between them is silent."""
    path = exemptions_file(
        "- 虚构\n" + GOOD + "- {text: 虚构路8号院, class: nickname, reason: null}\n" + GOOD
    )
    with pytest.raises(ConfigError) as caught:
        load_exemptions(path)
    found = [(one.code, one.place) for one in caught.value.findings]
    assert found == [
        ("config.shape", f"{path} 第1条"),
        ("exemption.empty", f"{path} 第3条"),
        ("exemption.class", f"{path} 第3条"),
        ("exemption.twice", f"{path} 第4条"),
    ]


@pytest.mark.parametrize(
    ("page", "places"),
    [
        ("虚构路9号院在东，虚构路9号院也在西。", [(0, 6), (9, 15)]),
        ("虚构路8号院", []),
        ("", []),
    ],
)
def test_an_exemption_says_where_it_stands(page: str, places: list[tuple[int, int]]) -> None:
    """Every occurrence on a page is found, and no other text."""
    assert list(Exemption("虚构路9号院", "name", "虚构").places(page)) == places
