"""Putting an edition in place, and the page in front of all editions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from policybook.errors import SiteError
from policybook.folders import recover, swap
from policybook.front import find_releases, write_front

Make = Callable[[str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Make:
    """Makes a folder with one page of that text."""

    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.mkdir()
        (path / "index.html").write_text(text, encoding="utf-8")
        (path / "SHA256SUMS").write_text("", encoding="utf-8")
        return path

    return make


def text_of(path: Path) -> str:
    """The text of a folder's page."""
    return (path / "index.html").read_text(encoding="utf-8")


def test_a_first_edition_is_put_in_place(folder: Make, tmp_path: Path) -> None:
    """Without an old folder the new one is moved there."""
    swap(folder("new", "new"), tmp_path / "2024Q2")
    assert [path.name for path in tmp_path.iterdir()] == ["2024Q2"]
    assert text_of(tmp_path / "2024Q2") == "new"


def test_an_edition_takes_the_old_one_s_place(folder: Make, tmp_path: Path) -> None:
    """The old folder goes as a whole, and nothing is left over."""
    place = folder("2024Q2", "old")
    (place / "gone.html").write_text("", encoding="utf-8")
    swap(folder("new", "new"), place)
    assert [path.name for path in tmp_path.iterdir()] == ["2024Q2"]
    assert sorted(path.name for path in place.iterdir()) == ["SHA256SUMS", "index.html"]
    assert text_of(place) == "new"


def test_a_leftover_of_a_crash_is_no_obstacle(folder: Make, tmp_path: Path) -> None:
    """A previous folder that was not yet deleted goes with the next swap."""
    place = folder("2024Q2", "old")
    folder(".previous-2024Q2", "older")
    swap(folder("new", "new"), place)
    assert [path.name for path in tmp_path.iterdir()] == ["2024Q2"]


def test_a_crash_between_the_renames_is_mended(folder: Make, tmp_path: Path) -> None:
    """The last good folder comes back when no new one took its place."""
    folder(".previous-2024Q2", "old")
    recover(tmp_path / "2024Q2")
    assert [path.name for path in tmp_path.iterdir()] == ["2024Q2"]
    assert text_of(tmp_path / "2024Q2") == "old"


def test_a_crash_after_the_renames_changes_nothing(folder: Make, tmp_path: Path) -> None:
    """The new folder stays when it is already in place."""
    place = folder("2024Q2", "new")
    folder(".previous-2024Q2", "old")
    recover(place)
    assert text_of(place) == "new"


def test_nothing_to_recover_is_fine(tmp_path: Path) -> None:
    """A first build has nothing to mend."""
    recover(tmp_path / "2024Q2")
    assert list(tmp_path.iterdir()) == []


def test_the_front_leads_to_the_newest_edition(folder: Make, tmp_path: Path) -> None:
    """Editions are listed newest first; what is not published is not listed."""
    for name in ("2024Q3", "2024Q2", "2024Q3-r1"):
        folder(name, name)
    folder(".previous-2024Q4", "")
    (tmp_path / "2025Q1").mkdir()
    write_front(tmp_path, {})
    assert [str(period) for period in find_releases(tmp_path)] == ["2024Q2", "2024Q3", "2024Q3-r1"]
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "url=2024Q3-r1/index.html" in page
    assert page.index(">2024Q3-r1<") < page.index(">2024Q3<") < page.index(">2024Q2<")
    switcher = json.loads((tmp_path / "switcher.json").read_text(encoding="utf-8"))
    assert [(one["version"], one["preferred"]) for one in switcher] == [
        ("2024Q3-r1", True),
        ("2024Q3", False),
        ("2024Q2", False),
    ]


def test_no_edition_has_no_front(tmp_path: Path) -> None:
    """A site without editions is refused."""
    with pytest.raises(SiteError, match=r"site\.none"):
        write_front(tmp_path, {})
