"""What all tests share: the project's folder and one freshly built edition."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent
PERIOD = "2024Q2"


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real edition, built once in a test run by the public command; not to be changed.

    Its parent is the site's root, with the index that leads to the newest edition.
    Workers of one run share it; no earlier build or cache is ever used.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    out = shared / "site"
    result = shared / "site.json"
    with FileLock(shared / "site.lock"):
        if not result.exists():
            result.write_text(json.dumps(_build(out)), encoding="utf-8")
    status, output = json.loads(result.read_text(encoding="utf-8"))
    if status != 0:
        pytest.fail(f"policybook build ended with {status}:\n{output}", pytrace=False)
    return out / PERIOD


def _build(out: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "policybook", "build", PERIOD, "--no-cache", "--out", str(out)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=900,
    )
    return run.returncode, run.stdout[-8000:]


@pytest.fixture
def release(site: Path, tmp_path: Path) -> Path:
    """A copy of the built edition for a test that changes something in it."""
    return Path(shutil.copytree(site, tmp_path / site.name))
