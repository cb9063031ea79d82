"""SQLite for browsers, from its npm package into releases. floor: vendored.

``make`` installs the package beside the Python packages (``tools/npm``). An environment
without it builds releases all the same, whose pages then say that they cannot recompute.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

PACKAGE = Path(sys.prefix, "share/policybook/npm/node_modules/@sqlite.org/sqlite-wasm")
FOLDER = "_static/sqlite"
"""Where a release has it."""

_FILES = {
    "dist/index.mjs": "sqlite3.js",  # not every server knows that .mjs is a script
    "dist/sqlite3.wasm": "sqlite3.wasm",
}


def has_sqlite(package: Path = PACKAGE) -> bool:
    """Whether this environment has SQLite for browsers."""
    return all((package / name).is_file() for name in _FILES)


def sqlite_digest(package: Path = PACKAGE) -> str:
    """The digest of what releases get from this environment; "" where it has none."""
    if not has_sqlite(package):
        return ""
    return hashlib.sha256(b"".join((package / name).read_bytes() for name in _FILES)).hexdigest()


def copy_sqlite(release: Path, package: Path = PACKAGE) -> None:
    """The engine with its loader into a release; nothing where it is not installed."""
    if has_sqlite(package):
        (release / FOLDER).mkdir(parents=True)
        for name, own in _FILES.items():
            shutil.copyfile(package / name, release / FOLDER / own)
