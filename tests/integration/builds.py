"""Building a city in this process, and comparing what came out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from policybook.errors import Finding
from policybook.period import parse_period
from policybook.project import Project
from policybook.site import build as build_site


@dataclass(frozen=True)
class Built:
    """How a build went."""

    said: list[str]
    findings: list[Finding]


def build(root: Path, *periods: str, jobs: int = 2, cached: bool = True) -> Built:
    """Build a city's editions in this process."""
    said: list[str] = []
    out = root / "_build" / "site"
    project = Project(root, root / "data", out, jobs, cached, said.append)
    return Built(said, build_site(project, list(map(parse_period, periods))))


def tree(folder: Path) -> dict[str, str]:
    """Every file of a folder, hidden ones too, by its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The files in which two trees differ."""
    return sorted(name for name in {**before, **after} if before.get(name) != after.get(name))


def replace(path: Path, old: str, new: str) -> None:
    """Change a text that must stand in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
