"""Digests of what computes, and of what from: all kept things go by them. floor: program."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
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


@cache  # a process runs the program that it began with
def program_digest() -> str:
    """The digest of this package: its modules, templates, scripts and styles."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(PACKAGE)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def facts_digests(root: Path, data: Path, periods: Iterable[Period]) -> dict[Period, str]:
    """For each edition the digest of all that its facts are computed from, the program included."""
    shared = [
        json.dumps(program_digests(root)),
        *told_files(root, (root / "notebooks").glob("*.ipynb")),
    ]
    parts = {
        part.name: digest_of(told_files(data, _inside(part))) for part in sorted(data.iterdir())
    }
    found = {}
    for period in periods:
        later = _later(data, period)
        used = [digest for name, digest in parts.items() if name not in later]
        found[period] = digest_of([str(period), *shared, *used])
    return found


def data_files(data: Path, period: Period) -> Iterator[Path]:
    """All files of data, those of later quarters apart."""
    later = _later(data, period)
    for part in data.iterdir():
        if part.name not in later:
            yield from _inside(part)


def _later(data: Path, period: Period) -> set[str]:
    return {str(one) for one in find_periods(data) if one > period.first}


def _inside(part: Path) -> list[Path]:
    return [path for path in (part, *part.rglob("*")) if path.is_file()]


def digest_of(parts: Iterable[str]) -> str:
    """One digest of several texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def told_files(folder: Path, paths: Iterable[Path]) -> list[str]:
    """Names and digests of files; one that stays as it is is read once by a process."""
    states = ((path, path.stat()) for path in sorted(paths))
    return [
        f"{path.relative_to(folder)} {_content(path, state.st_mtime_ns, state.st_size)}"
        for path, state in states
    ]


@cache  # an edition is built from its own files and from those of all earlier ones
def _content(path: Path, _modified: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
