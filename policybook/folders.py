"""Folders put in place whole, by renaming. floor: folders."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workshop(beside: Path) -> Iterator[Path]:
    """A folder on the same file system, gone afterwards whatever happens."""
    with tempfile.TemporaryDirectory(prefix=".building-", dir=beside) as folder:
        yield Path(folder)


def _previous(place: Path) -> Path:
    return place.with_name(f".previous-{place.name}")


def swap(new: Path, place: Path) -> None:
    """Put a finished folder in place by renaming; :func:`recover` mends a crash in between."""
    old = _previous(place)
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def recover(place: Path) -> None:
    """Bring the last good folder back when a process died between two renames."""
    old = _previous(place)
    if old.exists() and not place.exists():
        old.rename(place)


def replace_file(path: Path, text: str) -> None:
    """Write a file complete or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="")
    temporary.replace(path)
