"""What pages display is remembered by their bytes alone, and by the program that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

import policybook.remembered
from policybook.pages import Displayed, read_page
from policybook.remembered import remembering

PAGE = (
    '<p><a data-stat="tasks.count">12项</a></p><table data-ledger="tasks"><tr data-record="t1">'
    '<td data-column="title">甲</td></tr></table>'
)
OTHER = PAGE.replace("12", "13")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where nothing is remembered yet."""
    return tmp_path / "shown" / "2031Q2-0.json"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are really read, as they are."""
    done: list[str] = []

    def counted(html: str) -> Displayed:
        done.append(html)
        return read_page(html)

    monkeypatch.setattr(policybook.remembered, "read_page", counted)
    return done


def shown(kept: Path | None, *pages: str) -> list[Displayed]:
    """What some pages display."""
    with remembering(kept) as read:
        return [read(page) for page in pages]


def as_told(page: Displayed) -> list[list[list[object]]]:
    """What a page displays, lists and tuples alike."""
    return [[list(one) for one in part] for part in (page.facts, page.cells, page.figures)]


def test_a_page_is_read_once(kept: Path, reads: list[str]) -> None:
    """The second time it is known, and displays the same."""
    first = shown(kept, PAGE)
    second = shown(kept, PAGE)
    assert list(map(as_told, first)) == list(map(as_told, second)) == [as_told(read_page(PAGE))]
    assert reads == [PAGE]


def test_a_page_with_another_byte_is_read_anew(kept: Path, reads: list[str]) -> None:
    """Its name does not matter, what it was before neither."""
    shown(kept, PAGE)
    (found,) = shown(kept, OTHER)
    assert reads == [PAGE, OTHER]
    assert found.facts[0][2] == "13项"


def test_pages_that_are_gone_are_forgotten(kept: Path, reads: list[str]) -> None:
    """What is kept does not grow with every change."""
    shown(kept, PAGE)
    shown(kept, OTHER)
    shown(kept, PAGE)
    assert reads == [PAGE, OTHER, PAGE]


def test_another_reader_reads_everything_anew(
    kept: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed program, or parser, does not believe what the old one saw."""
    shown(kept, PAGE)
    monkeypatch.setattr(policybook.remembered, "_reader", lambda: "another")
    shown(kept, PAGE)
    assert reads == [PAGE, PAGE]


def test_what_is_no_json_is_made_again(kept: Path, reads: list[str]) -> None:
    """Half a file, such as after a power cut, stops nothing."""
    shown(kept, PAGE)
    kept.write_bytes(kept.read_bytes()[:-9])
    shown(kept, PAGE)
    assert reads == [PAGE, PAGE]


def test_where_nothing_can_be_kept_pages_are_read(tmp_path: Path, reads: list[str]) -> None:
    """A place that is no folder stops nothing."""
    (tmp_path / "file").touch()
    for _ in range(2):
        shown(tmp_path / "file" / "2031Q2-0.json", PAGE)
    assert reads == [PAGE, PAGE]


def test_nothing_is_remembered_without_a_place(reads: list[str]) -> None:
    """As ``policybook verify`` and a release have it."""
    shown(None, PAGE)
    shown(None, PAGE)
    assert reads == [PAGE, PAGE]
