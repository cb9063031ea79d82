"""A whole process and all that it starts, measured: wall time, processor time, memory."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.05  # seconds between two looks at the memory
MINUTE = 60.0  # seconds until a long run stands still for another
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """One run of a command."""

    wall: float  # seconds
    cpu: float  # seconds, of the process and the children it waited for
    peak: int  # bytes; 0 where nobody looked
    said: str  # what it wrote


def run(
    command: Sequence[str] | str,
    folder: Path,
    *,
    environment: Mapping[str, str],
    look: bool = False,
    terminal: bool = False,
    meanwhile: Callable[[], None] | None = None,
) -> Run:
    """Run a command in a folder, to its end; :class:`SystemExit` with what it said if it fails.

    ``look``: also look at the memory meanwhile, which costs time: timed runs do without.
    ``terminal``: let it write to a terminal, for a program that then says more.
    ``meanwhile``: done each minute while the command stands still; not counted as its time.
    """
    reader, writer = pty.openpty() if terminal else os.pipe()
    said = bytearray()
    listener = threading.Thread(target=_listen, args=(reader, said))
    listener.start()
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        shell=isinstance(command, str),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=writer,
        start_new_session=True,
    )
    os.close(writer)
    peaks = [0]
    done = threading.Event()
    paused: list[float] = []
    others = []
    if look:
        others.append(threading.Thread(target=_watch, args=(process.pid, done, peaks)))
    if meanwhile:
        others.append(threading.Thread(target=_pause, args=(process.pid, done, meanwhile, paused)))
    for one in others:
        one.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    for one in others:
        one.join()
    listener.join(timeout=10)
    text = said.decode(errors="replace")
    if process.returncode:
        raise SystemExit(f"{command} in {folder}: status {process.returncode}\n{text[-3000:]}")
    return Run(wall - sum(paused), usage.ru_utime + usage.ru_stime, max(peaks), text)


def _listen(reader: int, said: bytearray) -> None:
    with open(reader, "rb", buffering=0) as stream:
        try:
            while piece := stream.read(65536):
                said += piece
        except OSError:  # the terminal's way of saying that it was closed
            pass


def _pause(
    root: int, done: threading.Event, meanwhile: Callable[[], None], paused: list[float]
) -> None:
    """Let a process and all its children stand still each minute, for something else."""
    while not done.wait(MINUTE):
        start = time.perf_counter()
        with suppress(ProcessLookupError):  # it has just ended
            os.killpg(root, signal.SIGSTOP)
            try:
                meanwhile()
            finally:
                os.killpg(root, signal.SIGCONT)
                paused.append(time.perf_counter() - start)


def _watch(root: int, done: threading.Event, peaks: list[int]) -> None:
    """Note how much memory the process and its descendants share out among them (PSS)."""
    while not done.wait(INTERVAL):
        peaks.append(sum(map(_memory, [root, *_descendants(root)])))


def _descendants(root: int) -> list[int]:
    """From the lists of children that Linux keeps of each thread."""
    found: list[int] = []
    waiting = [root]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                children = [int(one) for one in task.read_text().split()]
            except OSError:  # it has ended since
                continue
            found += children
            waiting += children
    return found


def _memory(process: int) -> int:
    try:
        found = _PSS.search(Path(f"/proc/{process}/smaps_rollup").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
