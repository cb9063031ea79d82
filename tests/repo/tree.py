"""The project's own files, as the rules of tests/repo see them."""

from __future__ import annotations

import subprocess
from pathlib import Path


def listed(root: Path, *options: str) -> list[str]:
    """Paths that git lists with these options, those deleted in the work tree left out."""
    run = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", *options],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return [path for path in run.stdout.split("\0") if path and (root / path).is_file()]


def project_files(root: Path) -> list[str]:
    """What is committed, and what would be by the next ``git add``."""
    return sorted(set(listed(root, "--cached", "--others", "--exclude-standard")))


def texts(root: Path, *suffixes: str) -> dict[str, str]:
    """Path and text of the project's files with these suffixes; binary files left out."""
    found = {}
    for path in project_files(root):
        if suffixes and not path.endswith(suffixes):
            continue
        content = (root / path).read_bytes()
        if b"\0" not in content:
            found[path] = content.decode("utf-8", errors="replace")
    return found
