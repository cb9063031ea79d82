"""Where a project's things are, and how it is built. floor: project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from policybook.keeping import LIMIT
from policybook.workers import Workers


def cache_of(root: Path) -> Path:
    """Where a project keeps what the next build may use again."""
    return root / "_build" / "cache"


@dataclass(frozen=True)
class Project:
    """Where things are, and how to build."""

    root: Path  # notebooks/, book/, _config.yml, _toc.yml
    data: Path
    out: Path
    jobs: int
    cached: bool
    say: Callable[[str], None] = print
    limit: int = LIMIT  # megabytes kept for the next build
    workers: Workers | None = None  # None: this process does its work itself

    def kept(self, what: str) -> Path | None:
        """Where something is kept for the next build; None: nothing is."""
        return cache_of(self.root) / what if self.cached else None
