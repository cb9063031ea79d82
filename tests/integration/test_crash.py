"""A build that dies, at any moment and of anything, leaves the last release whole."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from policybook.inventory import check_sums
from policybook.published import digests
from policybook.unchanged import sums_digest
from tests.integration.city import WORKS, found_city

PERIOD = "2031Q1"
MOMENTS = 20
COMMAND = [sys.executable, "-m", "policybook", "build", PERIOD, "--no-cache", "--jobs", "2"]


def start(root: Path, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """A build in a process group of its own, kernels included."""
    return subprocess.Popen(
        [*COMMAND, "--root", str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=before,
    )


def build(root: Path) -> float:
    """A whole build; how long it took."""
    began = time.monotonic()
    process = start(root)
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 0, said
    return time.monotonic() - began


def change(root: Path, completed: int) -> None:
    """Another number in the ledger, so that each build makes another site."""
    path = root / "data" / PERIOD / "works.csv"
    path.write_text(WORKS.replace("30,24,", f"30,{completed},"), encoding="utf-8")


@pytest.fixture
def city(tmp_path: Path) -> tuple[Path, Path]:
    """A made-up city with one edition built: its root and the built folder."""
    root = found_city(tmp_path / "city")
    build(root)
    return root, root / "_build" / "site" / PERIOD


def test_killed_at_any_moment(city: tuple[Path, Path]) -> None:
    """Twenty builds are killed at random moments; a whole site is there after each."""
    root, place = city
    seed = int(os.environ.get("POLICYBOOK_CRASH_SEED", "20261124"))
    chance = random.Random(seed)
    change(root, 11)
    lasts = build(root)
    whole = sums_digest(place)
    for number in range(MOMENTS):
        change(root, 12 + number % 10)
        process = start(root)
        time.sleep(chance.uniform(0, lasts))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        if not place.exists():  # between the two renames: the next build brings it back first
            place = place.with_name(f".previous-{PERIOD}")
        assert check_sums(place) == [], f"seed {seed}, moment {number}"
        place = root / "_build" / "site" / PERIOD
    change(root, 11)
    build(root)
    assert sums_digest(place) == whole
    left = sorted(path.name for path in place.parent.iterdir())
    assert left == [PERIOD, "editions.js", "index.html", "switcher.json"]


def test_a_full_disk(city: tuple[Path, Path]) -> None:
    """When nothing more can be written the old site stays, and the message says so."""
    root, place = city
    before = digests(place)
    change(root, 13)

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    process = start(root, small_files_only)
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 1
    assert "Traceback" not in said
    assert "处理：" in said
    assert digests(place) == before


def test_two_builds_at_once(city: tuple[Path, Path]) -> None:
    """The second waits for the first; both end well and the site is whole."""
    root, place = city
    change(root, 14)
    processes = [start(root) for _ in range(2)]
    for process in processes:
        said = process.communicate(timeout=600)[1]
        assert process.returncode == 0, said
    assert check_sums(place) == []
