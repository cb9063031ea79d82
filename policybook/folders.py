"""Folders put in place whole, by renaming, one process at a time. floor: folders.

Also files written whole, and archives without times.
"""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_WORK = ".building-"


@contextmanager
def workshop(beside: Path) -> Iterator[Path]:
    """A folder on the same file system as ``beside``, gone afterwards whatever happens.

    Whoever else wants one there waits; what a killed process left behind is swept away.
    """
    with beside.with_name(f".{beside.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the process ends, however it ends
        for left in beside.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=beside) as folder:
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


def undated(archive: bytes) -> bytes:
    """A ZIP archive that says of no part when, where or for whom it was made: the same bytes."""
    packed = io.BytesIO()
    with ZipFile(io.BytesIO(archive)) as source, ZipFile(packed, "w") as target:
        for entry in source.infolist():
            part = ZipInfo(entry.filename)  # 1980, the earliest that an archive can say
            part.compress_type, part.create_system = ZIP_DEFLATED, 0
            target.writestr(part, source.read(entry))
    return packed.getvalue()


def replace_file(path: Path, text: str) -> None:
    """Write a file complete or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")  # others may write it too
    temporary.write_text(text, encoding="utf-8", newline="")
    temporary.replace(path)
