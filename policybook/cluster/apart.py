"""A job in a process of its own, beside the Dask worker that was given it. floor: cluster.

A worker has threads and open connections, so that a fork of it could stand still, and would keep
its connections open after its death; as a nanny's child it may not have children at all.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from policybook.children import start
from policybook.cluster.versions import differing, versions
from policybook.engines import computing_on
from policybook.errors import ChildError, ClusterError, error
from policybook.workers import Answer, Job, do

_PROGRAM = f"from {__name__} import main; main()"


def perform(content: bytes, order: bytes) -> bytes:
    """What a worker runs: the packed answer to a packed order.

    Raises :class:`ChildError` when the process ends without one.
    """
    ours, theirs = Pipe()
    command = [sys.executable, "-P", "-c", _PROGRAM, str(theirs.fileno())]
    with (
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
        ) as process,
        ours,
    ):
        theirs.close()
        try:
            ours.send_bytes(order)
            ours.send_bytes(content)
            return ours.recv_bytes()
        except (EOFError, OSError):
            raise ChildError(f"子进程中断（{process.wait()}）") from None


def ordered(job: Job[Any], engine: str, wanted: dict[str, str]) -> bytes:
    """An order: the job comes last, as it can be read by the same program only."""
    return pickle.dumps((wanted, engine, pickle.dumps(job)))


def obey(content: bytes, order: bytes) -> bytes:
    """The packed answer to an order; the job is not even read by another program."""
    wanted, engine, packed = pickle.loads(order)
    different = differing(wanted, versions())
    if different:
        return pickle.dumps(Answer(None, other_version("Dask worker", different)))
    with tempfile.TemporaryDirectory(prefix="pb-") as folder, computing_on(engine):
        return pickle.dumps(do(pickle.loads(packed), content, Path(folder)))


def other_version(place: str, different: list[str]) -> ClusterError:
    """A worker that would make other pages."""
    shown = "、".join(different[:5]) + (f"等{len(different)}处" if len(different) > 5 else "")
    message = f"与本机的程序或依赖版本不同：{shown}。"
    remedy = "各机装同一版本的 policybook[dask]，依赖按 requirements.txt 装，再启动。"
    return ClusterError(error("cluster.version", place, message, remedy))


def main() -> None:
    """Do one job in a child, and end with it as soon as the worker is gone."""
    worker: Connection[Any, Any] = Connection(int(sys.argv[1]))
    order, content = worker.recv_bytes(), worker.recv_bytes()
    child = start(partial(obey, content, order))
    if worker in wait([worker, child.answers]):
        os.killpg(0, signal.SIGKILL)
    try:
        answer = child.result()
    except ChildError as problem:
        answer = pickle.dumps(Answer(None, problem))
    worker.send_bytes(answer)
