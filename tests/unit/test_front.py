"""What lies beside the editions: newest first, what is released, and text that is no markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policybook.errors import SiteError, UsageError
from policybook.front import find_releases, write_front
from policybook.register import Released

EDITIONS = ("2030Q1", "2029Q4", "2030Q1-r1", "2030Q1-r10", "2030Q1-r2")
NEWEST_FIRST = ["2030Q1-r10", "2030Q1-r2", "2030Q1-r1", "2030Q1", "2029Q4"]
NOTE = '<b>虚构</b>的"说明"&'
REGISTER = {
    "2029Q4": Released("2029Q4", "2030-01-20", "ab", "", ""),
    "2030Q1-r1": Released("2030Q1-r1", "2030-05-20", "cd", "", NOTE),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of editions, with what else may lie in it."""
    for name in (*EDITIONS, ".previous-2030Q1", ".building-x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "SHA256SUMS").write_text("", encoding="utf-8")
    (tmp_path / "2031Q1").mkdir()  # not finished: no sums
    return tmp_path


def listed(site: Path) -> list[dict[str, Any]]:
    """What ``editions.js`` hands to the pages."""
    text = (site / "editions.js").read_text(encoding="utf-8")
    head, tail = "window.policybookEditions(", ");\n"
    assert text.startswith(head)
    assert text.endswith(tail)
    found: list[dict[str, Any]] = json.loads(text.removeprefix(head).removesuffix(tail))
    return found


def test_releases_are_found_in_order(site: Path) -> None:
    """Oldest first, the tenth re-issue after the second; no folder that is being made."""
    assert list(map(str, find_releases(site))) == NEWEST_FIRST[::-1]


def test_the_newest_is_the_way_in(site: Path) -> None:
    """All three files list every edition, newest first, and lead to the newest."""
    write_front(site, REGISTER)
    assert [one["name"] for one in listed(site)] == NEWEST_FIRST
    switcher = json.loads((site / "switcher.json").read_text(encoding="utf-8"))
    assert [one["version"] for one in switcher] == NEWEST_FIRST
    assert [one["version"] for one in switcher if one["preferred"]] == NEWEST_FIRST[:1]
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "url=2030Q1-r10/index.html" in page
    places = [page.index(f'href="{name}/index.html"') for name in NEWEST_FIRST]
    assert places == sorted(places)


def test_pages_learn_of_re_issues(site: Path) -> None:
    """Quarter, re-issue, date and note of each, as the register has them."""
    write_front(site, REGISTER)
    by_name = {one["name"]: one for one in listed(site)}
    assert by_name["2030Q1-r1"] == {
        "name": "2030Q1-r1",
        "quarter": "2030Q1",
        "revision": 1,
        "url": "2030Q1-r1/index.html",
        "released_on": "2030-05-20",
        "note": NOTE,
    }
    assert by_name["2030Q1"]["released_on"] == by_name["2030Q1"]["note"] == ""


def test_readers_see_what_is_released(site: Path) -> None:
    """A draft says so; a note is shown as text, never as markup."""
    write_front(site, REGISTER)
    page = (site / "index.html").read_text(encoding="utf-8")
    assert page.count("尚未正式发布") == 3
    assert "2029Q4</a>（2030-01-20 发布）" in page
    assert "（2030-05-20 发布：&lt;b&gt;虚构&lt;/b&gt;的&quot;说明&quot;&amp;）" in page


def test_the_front_is_written_whole(site: Path) -> None:
    """Twice the same is the same; nothing is left of the writing."""
    write_front(site, REGISTER)
    before = {path: path.read_bytes() for path in site.iterdir() if path.is_file()}
    write_front(site, REGISTER)
    assert {path: path.read_bytes() for path in site.iterdir() if path.is_file()} == before
    assert {path.name for path in before} == {"index.html", "switcher.json", "editions.js"}


def test_an_empty_site_has_no_front(tmp_path: Path) -> None:
    """There is nowhere to lead to, and nothing is written."""
    with pytest.raises(SiteError, match=r"site\.none"):
        write_front(tmp_path, REGISTER)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_edition_is_named(site: Path) -> None:
    """Whoever put a copy beside the editions hears of it."""
    (site / "2030Q1 (copy)").mkdir()
    (site / "2030Q1 (copy)" / "SHA256SUMS").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"2030Q1 \(copy\)"):
        write_front(site, REGISTER)
