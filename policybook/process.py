"""How a process of ours runs and ends when it reads much and lives short. floor: children."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def look_rarely() -> None:
    """The garbage collector seldom looks through what is read: it stays until the end."""
    gc.set_threshold(100_000, 50, 100)


def end_at_once(ended: SystemExit) -> NoReturn:
    """The end that an exit asks for, without going through all that was read once more.

    Python takes half a second for that after a build; mypy ends in the same way.
    Files are closed and children waited for by those who opened and started them.
    """
    if isinstance(ended.code, str):
        print(ended.code, file=sys.stderr)
    code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads, or the disk is full: Python's own code for that
        code = code or 120
    os._exit(code)
