"""How the project is installed and tested: one set of versions, one command."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from policybook.engines.spark import INSTALLED
from tests.repo.tree import texts

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)(.*?)(?=^\S)", re.MULTILINE | re.DOTALL)
VERSION = r"([0-9]+(?:\.[0-9a-z]+)*)"


def normal(name: str) -> str:
    """A distribution's name in the form that compares equal."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    """Name and version of each locked package."""
    return {normal(name): version for name, version, _ in PIN.findall(lock + "\n#")}


def lock_faults(lock: str) -> list[str]:
    """Pins without a hash, and lines that send pip to somewhere of its own."""
    faults = [
        f"{name}: no hash" for name, _, rest in PIN.findall(lock + "\n#") if "sha256:" not in rest
    ]
    for number, line in enumerate(lock.splitlines(), 1):
        if re.match(r"\s*(--(?!hash)|-[a-z] )|[^#]*(file:|https?:)", line):
            faults.append(f"line {number}: {line.strip()}")
    return faults


def stated_versions(text: str, name: str) -> list[str]:
    """Versions that a text gives for a package: ``pandas 3.1``, ``pandas==3.1.1``."""
    spelt = re.escape(name).replace(r"\-", "[-_ ]")
    return re.findall(rf"(?i)(?<![\w-]){spelt}`?\s*(?:==|version|v)?\s*`?v?{VERSION}", text)


def wrong_versions(text: str, locked: dict[str, str]) -> list[str]:
    """Versions in a text other than the locked ones; a shorter form of one is right."""
    return [
        f"{name} {stated} (locked: {version})"
        for name, version in sorted(locked.items())
        for stated in stated_versions(text, name)
        if stated != version and not version.startswith(stated + ".")
    ]


@pytest.fixture(scope="module")
def lock(root: Path) -> str:
    """The texts of requirements.txt and of what Spark alone needs."""
    names = ("requirements.txt", "requirements-spark.txt")
    return "".join((root / name).read_text(encoding="utf-8") for name in names)


def python_wanted(name: str) -> str:
    """The Requires-Python of an installed package; Spark's are in a folder of their own."""
    (found, *_) = Distribution.discover(name=name, path=[*sys.path, str(INSTALLED)])
    return found.metadata.get("Requires-Python") or ""


def test_every_package_is_locked_with_hashes(lock: str) -> None:
    """A machine elsewhere installs the very same files, from its own index."""
    assert len(pins(lock)) > 100
    assert lock_faults(lock) == []
    assert "make lock" in lock.partition("==")[0]


def refusals(installed: Iterable[tuple[str, str]], python: str) -> list[str]:
    """Packages, by name and Requires-Python, that do not install on a Python."""
    return [name for name, wanted in installed if wanted and python not in SpecifierSet(wanted)]


def test_every_package_installs_on_the_oldest_python(root: Path, lock: str) -> None:
    """Debian's Python is some patch releases behind the newest."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = f"{project['requires-python'].removeprefix('>=')}.0"
    installed = [(name, python_wanted(name)) for name in pins(lock)]
    assert refusals([("new", ">=3.11.5"), ("old", ">=3.8"), ("silent", "")], oldest) == ["new"]
    assert len(installed) > 100
    assert refusals(installed, oldest) == []


def test_every_declared_package_is_locked(root: Path, lock: str) -> None:
    """What pyproject.toml asks for is locked, in the version it asks for."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    locked = pins(lock)
    for requirement in declared:
        wanted = Requirement(requirement)
        version = locked.get(normal(wanted.name))
        assert version is not None, f"{requirement}: run make lock"
        assert wanted.specifier.contains(version), f"{requirement}, not {version}: run make lock"


def test_documents_name_the_locked_versions(root: Path, lock: str) -> None:
    """A version in a page of the project is the one that is installed."""
    locked = pins(lock)
    faults = [
        f"{path}: {fault}"
        for path, text in texts(root, ".md").items()
        if path != "CHANGELOG.md"
        for fault in wrong_versions(text, locked)
    ]
    assert faults == []


def test_python_is_the_same_everywhere(root: Path) -> None:
    """Makefile, README and tool settings ask for the Python that pyproject.toml asks for."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    least = settings["project"]["requires-python"].removeprefix(">=")
    assert settings["tool"]["mypy"]["python_version"] == least
    assert settings["tool"]["ruff"]["target-version"] == "py" + least.replace(".", "")
    assert f"({least.replace('.', ', ')})" in (root / "Makefile").read_text(encoding="utf-8")
    for page in ("README.md", "README.zh-CN.md"):
        assert least in stated_versions((root / page).read_text(encoding="utf-8"), "Python")


def test_continuous_integration_runs_every_test(root: Path) -> None:
    """What runs on a clean clone is `make test`, and nothing in it is passed over."""
    script = root / ".ci/run"
    assert os.access(script, os.X_OK)
    commands = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in commands
    assert "make test" in commands
    assert "||" not in commands


def test_make_test_checks_style_and_types(root: Path) -> None:
    """`make test` has ruff and strict mypy before it, and pytest as its last word."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    rule = re.search(r"^test:(.*)\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert rule is not None
    assert {"programs", "lint"} <= set(rule[1].split())
    assert "pytest" in rule[2].splitlines()[-1]
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert settings["mypy"]["strict"] is True
    assert settings["pytest"]["strict"] is True
    assert settings["pytest"]["filterwarnings"][0] == "error"


def test_a_pin_without_hash_is_found() -> None:
    """The rule of the lock fires on a bare pin, an index and a local file."""
    good = "duckdb==2.0.0 \\\n    --hash=sha256:aa\n    # via policybook\n"
    assert lock_faults(good) == []
    assert lock_faults("typer==1.0\n" + good) == ["typer: no hash"]
    for line in ("--index-url https://x.invalid", "-f /opt/wheels", "a @ file:///opt/a.whl"):
        assert len(lock_faults(good + line + "\n")) == 1


def test_a_wrong_version_is_found() -> None:
    """The rule of versions fires on another version, not on a shorter form of the same."""
    locked = {"duckdb": "2.0.0", "jupyter-book": "1.0.4.post1", "sphinx": "7.4.7"}
    right = "Jupyter Book 1.0.4.post1 on Sphinx 7.4, DuckDB 2 and `duckdb==2.0.0`."
    assert wrong_versions(right, locked) == []
    wrong = wrong_versions("DuckDB 1.9 with jupyter-book==2.0", locked)
    assert wrong == ["duckdb 1.9 (locked: 2.0.0)", "jupyter-book 2.0 (locked: 1.0.4.post1)"]
