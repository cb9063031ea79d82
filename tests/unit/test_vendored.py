"""SQLite for browsers: into releases where it is installed, an honest word where it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, PackageLoader

from policybook.scan import scan
from policybook.vendored import FOLDER, copy_sqlite, has_sqlite


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The npm package as it is installed, as far as it counts."""
    folder = tmp_path / "sqlite-wasm"
    (folder / "dist").mkdir(parents=True)
    for name in ("index.mjs", "sqlite3.wasm", "node.mjs", "index.d.mts"):
        (folder / "dist" / name).write_text(name, encoding="utf-8")
    return folder


def test_a_release_takes_what_a_browser_loads(package: Path, tmp_path: Path) -> None:
    """The engine and its loader are copied, and nothing else of the package."""
    release = tmp_path / "2024Q2"
    copy_sqlite(release, package)
    copied = {path.name: path.read_text(encoding="utf-8") for path in (release / FOLDER).iterdir()}
    assert copied == {"sqlite3.js": "index.mjs", "sqlite3.wasm": "sqlite3.wasm"}


@pytest.mark.parametrize("name", ["index.mjs", "sqlite3.wasm"])
def test_half_a_package_is_none(name: str, package: Path, tmp_path: Path) -> None:
    """Where a part is missing nothing is copied, and the build goes on."""
    assert has_sqlite(package)
    (package / "dist" / name).unlink()
    assert not has_sqlite(package)
    copy_sqlite(tmp_path / "2024Q2", package)
    assert not (tmp_path / "2024Q2").exists()


@pytest.mark.parametrize("installed", [True, False])
def test_a_page_promises_only_what_it_has(installed: bool) -> None:
    """It says when it cannot recompute, always how else to do it, and has no number of its own."""
    templates = Environment(loader=PackageLoader("policybook"), autoescape=True)
    html = templates.from_string(
        "{% from 'recompute.html' import recompute %}{{ recompute('重算', installed, 'a.b') }}"
    ).render(installed=installed)
    assert 'data-recompute="a.b"' in html
    assert ("data-without-engine" in html) is not installed
    assert ("不能在网页里重算" in html) is not installed
    assert "python verify.py" in html
    assert scan(re.sub(r"<[^>]*>", "\n", html)) == []
