"""A Dask cluster of the tests' own: scheduler and workers as programs, on the loopback alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from distributed import Client

_LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")
_LONG = 120.0


class Cluster:
    """A scheduler that runs, with the workers that a test has started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self._file = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--scheduler-file", str(self._file)
        )
        until(self._file.is_file)

    @property
    def address(self) -> str:
        """What ``--scheduler`` is given."""
        return str(json.loads(self._file.read_text(encoding="utf-8"))["address"])

    def start_worker(self, *options: str, **environment: str) -> None:
        """One more worker, of one thread."""
        given = ("worker", self.address, "--nthreads", "1", "--death-timeout", "60", *options)
        local = ("--local-directory", str(self.folder))
        self.workers.append(self._start(*given, *local, **environment))

    def await_workers(self, count: int) -> None:
        """Until so many are known to the scheduler."""
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=_LONG)

    def _start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *command, *_LOOPBACK],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """A worker gone without a word, its nanny first if it has one; not what it has started."""
        below = psutil.Process(worker.pid).children()
        nursed = [one for one in below if "spawn_main" in " ".join(one.cmdline())]
        worker.kill()
        worker.wait()
        for process in nursed:
            process.kill()
        self.workers.remove(worker)

    def stop(self) -> None:
        """End all of it."""
        for worker in list(self.workers):
            self.kill(worker)
        self.scheduler.kill()
        self.scheduler.wait()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A new cluster without workers, gone in the end."""
    with tempfile.TemporaryDirectory(prefix="pb-dask-", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder))
        try:
            yield made
        finally:
            made.stop()


def until(condition: object) -> None:
    """Wait for something to become true."""
    assert callable(condition)
    end = time.monotonic() + _LONG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class Trap:
    """A cell of a notebook that stands still the first time, once the trap is set."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun = folder / "begun"

    @property
    def cell(self) -> str:
        """The cell's source, which shows nothing."""
        return f"""\
import os, time
try:
    with open({str(self.begun)!r}, "x") as begun:
        begun.write(str(os.getpid()))
    time.sleep(600)
except OSError:
    pass"""

    def _caught(self) -> str:
        return self.begun.read_text(encoding="utf-8") if self.begun.is_file() else ""

    @contextmanager
    def killing(self, cluster: Cluster, whom: str = "one") -> Iterator[None]:
        """Within it, the worker whose notebook is caught is killed, or all, or the scheduler."""
        self.folder.mkdir()
        over = threading.Event()
        caught: list[psutil.Process] = []

        def strike() -> None:
            until(lambda: over.is_set() or self._caught())
            if not self._caught():
                return
            caught.append(psutil.Process(int(self._caught())))
            above = {process.pid for process in caught[0].parents()}
            if whom == "scheduler":
                cluster.scheduler.kill()
            for worker in list(cluster.workers):
                if whom == "all" or (whom == "one" and worker.pid in above):
                    cluster.kill(worker)

        killer = threading.Thread(target=strike)
        killer.start()
        try:
            yield
        finally:
            over.set()
            killer.join()
            shutil.rmtree(self.folder)
        until(lambda: not any(process.is_running() for process in caught))
