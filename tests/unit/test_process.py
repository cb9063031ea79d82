"""The end of a process of ours: at once, but with all that it said and its code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import atexit, sys
from policybook.process import end_at_once
atexit.register(print, "looked through")
print("字" * {length})
try:
    sys.exit({code})
except SystemExit as ended:
    end_at_once(ended)
"""


def ended(
    code: str, length: int, output: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """A process that says something and exits."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(code=code, length=length)],
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        stdout=output,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(("code", "number"), [("", 0), ("0", 0), ("2", 2), ("'no'", 1)])
def test_an_exit_keeps_its_code_and_what_was_said(code: str, number: int) -> None:
    """All of the output arrives; a text is said, and is a failure."""
    done = ended(code, 100_000)
    assert done.returncode == number
    assert done.stdout == "字" * 100_000 + "\n"
    assert done.stderr == ("no\n" if code == "'no'" else "")


def test_output_that_nobody_takes_is_a_failure() -> None:
    """As with Python itself; it is still in the process when that ends."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = ended("0", 10, full.fileno())
    assert (done.returncode, done.stderr) == (120, "")
