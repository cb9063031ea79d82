"""Digests of what computes, and of what from: all kept things go by them. floor: program."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from policybook.period import Period, find_periods
from policybook.vendored import sqlite_digest

PACKAGE = Path(__file__).parent


def program_digests(root: Path) -> dict[str, str]:
    """Digests of what computes and makes pages: this package, the others, Python."""
    lock = root / "requirements.txt"
    return {
        "程序": program_digest(),
        "依赖版本": hashlib.sha256(lock.read_bytes() if lock.is_file() else b"").hexdigest(),
        "Python": sys.version,
        "浏览器中的 SQLite": sqlite_digest(),
    }


def program_digest() -> str:
    """The digest of this package: its modules, templates, scripts and styles."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(PACKAGE)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def facts_digest(root: Path, data: Path, period: Period) -> str:
    """The digest of all that an edition's facts are computed from, the program included."""
    digest = hashlib.sha256(str(period).encode())
    digest.update(json.dumps(program_digests(root), sort_keys=True).encode())
    for folder, paths in (
        (data, data_files(data, period)),
        (root, (root / "notebooks").glob("*.ipynb")),
    ):
        for path in sorted(paths):
            digest.update(f"{path.relative_to(folder)}\0{file_digest(path)}\n".encode())
    return digest.hexdigest()


def data_files(data: Path, period: Period) -> Iterator[Path]:
    """All files of data, those of later quarters apart."""
    later = {str(one) for one in find_periods(data) if one > period.first}
    for path in data.iterdir():
        if path.is_file():
            yield path
        elif path.name not in later:
            yield from (one for one in path.rglob("*") if one.is_file())


def file_digest(path: Path) -> str:
    """The sha256 of a file's content, read once by a process as long as it stays as it is."""
    state = path.stat()
    return _file_digest(path, state.st_mtime_ns, state.st_size)


@cache  # an edition is built from its own files and from those of all earlier ones
def _file_digest(path: Path, _modified: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
