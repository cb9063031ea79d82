"""What is committed, and what is not."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

from tests.repo.tree import listed, project_files, texts

GENERATED = (
    "_build/*",
    ".venv/*",
    "build/*",
    "dist/*",
    "*.egg-info/*",
    "*__pycache__/*",
    "*.pyc",
    "*.ipynb_checkpoints/*",
    "*.sqlite",
    "*.duckdb",
    "*.db",
    "*facts.json",
    "*SHA256SUMS",
    "*datapackage.json",
    "*.whl",
    "*.log",
)

# Spelt in two parts, so that this file does not hold them itself.
FOREIGN = (
    "farm" + "-bench",
    "farm" + "-studio",
    "/work/" + ".library",
    "../" + "shared",
    "/tmp/" + "w/",
)

SKIPS = re.compile(r"pytest\.(?:mark\.skip|skip\(|importorskip)|unittest\.skip")


def generated_files(paths: list[str]) -> list[str]:
    """Paths of what a build or a tool makes."""
    return [path for path in paths if any(fnmatch(path, pattern) for pattern in GENERATED)]


def foreign_words(files: dict[str, str]) -> list[str]:
    """Places that name what only exists where the project was written."""
    return [
        f"{path}:{number}: {word}"
        for path, text in sorted(files.items())
        for number, line in enumerate(text.splitlines(), 1)
        for word in FOREIGN
        if word in line
    ]


def silent_skips(files: dict[str, str]) -> list[str]:
    """Tests that may be left out without anybody noticing."""
    return [
        f"{path}:{number}"
        for path, text in sorted(files.items())
        for number, line in enumerate(text.splitlines(), 1)
        if SKIPS.search(line)
    ]


def untold_tests(files: dict[str, str]) -> list[str]:
    """Test functions without a one-sentence docstring."""
    faults = []
    for path, source in sorted(files.items()):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                told = ast.get_docstring(node) or ""
                if not told.endswith((".", "。")) or "\n\n" in told:
                    faults.append(f"{path}: {node.name}")
    return faults


def test_nothing_generated_is_committed(root: Path) -> None:
    """Git tracks nothing that a build or a tool makes, nor anything it is told to ignore."""
    assert generated_files(listed(root, "--cached")) == []
    assert listed(root, "--cached", "--ignored", "--exclude-standard") == []


def test_the_needed_files_are_there(root: Path) -> None:
    """A clone has what its README and its commands speak of."""
    needed = """
        README.md README.zh-CN.md CHANGELOG.md CONTRIBUTING.md LICENSE Makefile pyproject.toml
        requirements.txt requirements-spark.txt _config.yml _toc.yml .ci/run .gitignore
    """
    assert sorted(set(needed.split()) - set(project_files(root))) == []


def test_the_project_stands_alone(root: Path) -> None:
    """No file speaks of a place outside the project."""
    assert foreign_words(texts(root)) == []


def test_no_test_is_skipped(root: Path) -> None:
    """A test that cannot run fails and says why."""
    tests = {path: text for path, text in texts(root, ".py").items() if path.startswith("tests/")}
    del tests["tests/repo/test_files.py"]
    assert silent_skips(tests) == []


def test_every_test_says_what_it_shows(root: Path) -> None:
    """Each test function has a docstring of one sentence."""
    tests = {path: text for path, text in texts(root, ".py").items() if path.startswith("tests/")}
    assert untold_tests(tests) == []


def test_a_generated_file_is_found() -> None:
    """The rule fires on what builds leave behind, and on nothing else."""
    kept = ["data/2024Q2/tasks.csv", "policybook/templates/trace.html", "README.md"]
    made = [
        "_build/site/index.html",
        "policybook/__pycache__/a.pyc",
        "policybook.egg-info/PKG-INFO",
    ]
    assert generated_files(kept + made) == made


def test_a_foreign_word_is_found() -> None:
    """The rule fires on each word and names the line."""
    for word in FOREIGN:
        assert foreign_words({"README.md": f"one\nsee {word}/design.md"}) == [
            f"README.md:2: {word}"
        ]


def test_a_skip_is_found() -> None:
    """The rule fires on marks and calls."""
    for line in ("@pytest.mark.skipif(x)", "pytest.skip('no browser')", "pytest.importorskip('a')"):
        assert silent_skips({"tests/test_a.py": line}) == ["tests/test_a.py:1"]


def test_an_untold_test_is_found() -> None:
    """The rule fires on a missing docstring and on one of two paragraphs."""
    good = 'def test_a():\n    """One."""\n'
    source = good + 'def test_b(): ...\ndef test_c():\n    """One.\n\n    Two."""'
    assert untold_tests({"t.py": source}) == ["t.py: test_b", "t.py: test_c"]
