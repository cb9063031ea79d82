"""What computes and makes pages: digests that everything kept depends on. floor: program."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

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
