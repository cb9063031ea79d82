"""What is kept for the next build, and its bound."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policybook.keeping import EDITIONS, NOTEBOOKS, PAGES, kept_things, locked, prune, sizes


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Three notebooks of 100 bytes, pages of 500, a record of 10: one after the other."""
    files = {
        f"{NOTEBOOKS}/a.ipynb": 100,
        f"{PAGES}/2024Q2/html/index.html": 400,
        f"{PAGES}/2024Q2/.complete": 100,
        f"{NOTEBOOKS}/b.ipynb": 100,
        f"{EDITIONS}/2024Q2.json": 10,
        f"{NOTEBOOKS}/c.ipynb": 100,
    }
    for name, size in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    for time, one in enumerate(("a.ipynb", "2024Q2", "b.ipynb", "2024Q2.json", "c.ipynb"), 1):
        (path,) = (found for found in tmp_path.glob(f"*/{one}"))
        os.utime(path, (time, time))
    return tmp_path


def names(cache: Path) -> list[str]:
    """What is left."""
    return [one.path.name for one in kept_things(cache)]


def test_what_is_kept_is_told_oldest_use_first(cache: Path) -> None:
    """Files and folders of pages, each with all that is in it."""
    assert names(cache) == ["a.ipynb", "2024Q2", "b.ipynb", "2024Q2.json", "c.ipynb"]
    found = {kind: size for kind, size in sizes(kept_things(cache)).items() if size != (0, 0)}
    assert found == {NOTEBOOKS: (3, 300), PAGES: (1, 500), EDITIONS: (1, 10)}


def test_an_empty_cache_has_nothing(tmp_path: Path) -> None:
    """A project that was never built has no folder yet."""
    assert kept_things(tmp_path / "cache") == []
    assert prune(tmp_path / "cache", 0) == []


@pytest.mark.parametrize(
    ("limit", "left"),
    [
        (810, ["a.ipynb", "2024Q2", "b.ipynb", "2024Q2.json", "c.ipynb"]),
        (809, ["2024Q2", "b.ipynb", "2024Q2.json", "c.ipynb"]),
        (700, ["b.ipynb", "2024Q2.json", "c.ipynb"]),
        (0, []),
    ],
)
def test_what_was_used_longest_ago_goes_first(cache: Path, limit: int, left: list[str]) -> None:
    """No more than what the bound asks for."""
    prune(cache, limit)
    assert names(cache) == left


def test_pages_that_a_build_works_on_stay(cache: Path) -> None:
    """The bound is met without them, or not at all."""
    with locked(cache / PAGES / "2024Q2") as free:
        assert free
        prune(cache, 0)
        assert names(cache) == ["2024Q2"]
    prune(cache, 0)
    assert names(cache) == []


def test_a_folder_has_one_holder(cache: Path) -> None:
    """Whoever comes second is told so at once."""
    with locked(cache / PAGES / "2024Q2") as one, locked(cache / PAGES / "2024Q2") as other:
        assert (one, other) == (True, False)
