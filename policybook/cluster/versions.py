"""What must be the same on all machines that make one edition. floor: cluster."""

from __future__ import annotations

import functools
import platform
import sqlite3
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from policybook.program import program_digest
from policybook.vendored import sqlite_digest

_OURS = ("policybook", "distributed")


def versions() -> dict[str, str]:
    """This program by its digest, and all it rests on by their versions."""
    return {
        "policybook": program_digest()[:12],
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "sqlite-wasm": sqlite_digest()[:12],
        **{name: found for name, found in _packages().items() if name != "policybook"},
    }


def differing(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """What differs, with both versions."""
    return [
        f"{name}（本机 {here.get(name) or '没有'}，那里 {there.get(name) or '没有'}）"
        for name in {**here, **there}
        if here.get(name) != there.get(name)
    ]


@functools.cache
def _packages() -> dict[str, str]:
    """Those that this one requires, by its own metadata, and those that they require."""
    found: dict[str, str] = {}
    waiting = list(_OURS)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # such as this one, where it is not installed
            continue
        for wanted in map(Requirement, requires(name) or ()):
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                waiting.append(wanted.name.lower().replace("_", "-").replace(".", "-"))
    return dict(sorted(found.items()))
