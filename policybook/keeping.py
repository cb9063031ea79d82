"""What is kept for the next build: how much, since when, within a bound. floor: keeping.

Everything kept can be made again; what was used longest ago goes first.  Two builds may keep
and clear side by side: a page folder at work is locked, a file is complete or missing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from policybook.folders import replace_file

NOTEBOOKS, QUERIES, COMPUTED = "notebooks", "queries", "computed"
PAGES, SHOWN, EDITIONS = "pages", "shown", "editions"
KINDS = {
    NOTEBOOKS: "运行过的笔记本",
    QUERIES: "笔记本所问的查询",
    COMPUTED: "各期的统计数字",
    PAGES: "生成页面的文件夹",
    SHOWN: "各页显示的数字",
    EDITIONS: "各期由什么生成",
}
"""The folders of a cache, and what is in them."""
USED, USED_PARTS = "policybook_used.json", "policybook_pages.json"
"""Where page-making leaves which pages use which statistics, and which parts each page used."""
MEGABYTE = 1_000_000
LIMIT = 1000
"""Megabytes that are kept unless somebody says otherwise."""


def load(path: Path) -> Any:
    """What a kept JSON file says; None where there is none, or no JSON: it is made again."""
    try:
        content = orjson.loads(path.read_bytes())
        os.utime(path)  # what was used longest ago is cleared first
    except (OSError, ValueError):
        return None
    return content


def keep(path: Path, content: Any) -> None:
    """Keep something as JSON; what cannot be kept is made again."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, orjson.dumps(content).decode())


@dataclass(frozen=True)
class Kept:
    """One thing that is kept: a file, or a folder of pages."""

    kind: str
    path: Path
    size: int  # bytes
    used: float  # when it was last used, in seconds since 1970


def kept_things(cache: Path) -> list[Kept]:
    """All that a cache has, used longest ago first."""
    return sorted(_things(cache), key=lambda one: (one.used, one.path))


def _things(cache: Path) -> Iterator[Kept]:
    for kind in KINDS:
        for path in (cache / kind).glob("*"):
            if path.suffix in (".lock", ".tmp"):
                continue
            files = [path, *path.rglob("*")] if path.is_dir() else [path]
            try:
                sizes = [one.stat().st_size for one in files if one.is_file()]
                yield Kept(kind, path, sum(sizes), path.stat().st_mtime)
            except FileNotFoundError:  # somebody has just cleared it
                continue


def prune(cache: Path, limit: int) -> list[Kept]:
    """Remove what was used longest ago until no more than ``limit`` bytes are left.

    Returns what was removed.
    """
    things = kept_things(cache)
    size = sum(one.size for one in things)
    removed = []
    for one in things:
        if size <= limit:
            break
        if remove(one.path):
            removed.append(one)
            size -= one.size
    return removed


def remove(path: Path) -> bool:
    """Remove one thing; whether that was possible: not while a build works in it."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return True
    with locked(path) as free:
        if free:
            shutil.rmtree(path, ignore_errors=True)
        return free


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Whether a folder of pages is this process's alone for as long as it is within."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def sizes(things: Iterable[Kept]) -> dict[str, tuple[int, int]]:
    """How many things there are of each kind, and how many bytes."""
    found = dict.fromkeys(KINDS, (0, 0))
    for one in things:
        count, size = found[one.kind]
        found[one.kind] = (count + 1, size + one.size)
    return found
