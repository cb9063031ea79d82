"""A Dask scheduler asked to have jobs done. floor: cluster."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import logging
import pickle
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from policybook.cluster.apart import ordered, other_version, perform
from policybook.cluster.versions import differing, versions
from policybook.engines import chosen_engine
from policybook.errors import ChildError, ClusterError, UsageError, error
from policybook.workers import Answer, Job, Workers

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")

LOCAL = "local"
"""The address of a scheduler that is started here, with ``--jobs`` threads that give out work."""
CONNECT = 10.0
"""Seconds in which a scheduler must answer."""
PATIENCE = 30.0
"""Seconds without any worker, after which there is nobody to wait for."""
_MOMENT = 1.0
_SETTINGS = {"distributed.admin.large-graph-warning-threshold": "1 TB"}  # data are no mistake
_CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)


@contextmanager
def working_under(address: str, jobs: int, say: Callable[[str], None]) -> Iterator[Workers | None]:
    """The workers of a scheduler; None without an address: this process does its work itself.

    Raises :class:`UsageError` for an address that is none, or where Dask is not installed;
    :class:`ClusterError` when the scheduler does not answer.
    """
    if not address:
        yield None
        return
    if address != LOCAL and not re.fullmatch(r"(tcp|tls)://[^\s/@]+:\d+", address):
        message, remedy = (
            "不是调度器的地址。",
            f"写成 tcp://主机:端口 或 tls://主机:端口，或 {LOCAL}。",
        )
        raise UsageError(error("cluster.address", address, message, remedy))
    try:
        import dask
        import distributed
    except ImportError:
        remedy = "运行 pip install 'policybook[dask]'；或不写 --scheduler，在本机生成。"
        raise UsageError(
            error("cluster.missing", "--scheduler", "没有安装 Dask。", remedy)
        ) from None
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # we say what went wrong
    with dask.config.set(_SETTINGS):
        if address != LOCAL:
            with _uncollected():
                connected = _connected(distributed.Client, address)
            with connected as client:
                yield DaskWorkers(client, address, say)
            return
        with (
            distributed.LocalCluster(
                n_workers=1,
                threads_per_worker=jobs,
                processes=False,  # each job has a process of its own anyway
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            ) as cluster,
            _started(distributed.Client, cluster) as client,
        ):
            yield DaskWorkers(client, address, say)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Within it no garbage is collected; what there was is gone.

    A client that did not connect closes itself when it is collected, and waits for ever if
    that happens while another one is starting.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _connected(client: type[Client], address: str) -> Client:
    try:
        return client(address, timeout=CONNECT, set_as_default=False)
    except Exception as problem:  # of many kinds: no answer, no certificate, another protocol
        message = f"连不上调度器：{_said(problem)}。"
        remedy = "先启动 dask scheduler 和 dask worker，核对地址；tls:// 还要有 Dask 的证书设置。"
        raise ClusterError(error("cluster.unreachable", address, message, remedy)) from None


def _started(client: type[Client], cluster: Any) -> Client:
    with _uncollected():
        return client(cluster, set_as_default=False)


def _said(problem: BaseException) -> str:
    cause = problem.__cause__ or problem
    return " ".join(f"{type(cause).__name__}: {cause}".split())[:300]


class DaskWorkers:
    """The workers of one scheduler."""

    def __init__(self, client: Client, address: str, say: Callable[[str], None]) -> None:
        self._client = client
        self._address = address
        self._say = say

    def run(self, jobs: Sequence[Job[T]], content: bytes) -> list[Callable[[], T]]:
        """The jobs given out; what a lost worker was at or had done is done again."""
        here = versions()
        with self._explained():
            self._await_workers()
            count = self._check(here)
            self._say(f"交给 {self._address} 的 {count} 个 Dask worker：{len(jobs)} 件")
            # A task of its own: scattered data are lost with the worker that has them.
            shared = self._client.submit(bytes, content, pure=False)
            orders = [ordered(job, chosen_engine(), here) for job in jobs]
            given = [self._client.submit(perform, shared, order, pure=False) for order in orders]
        return [partial(self._result, job, future) for job, future in zip(jobs, given, strict=True)]

    def _result(self, job: Job[T], future: Future[Any]) -> T:
        with self._explained():
            while True:
                try:
                    answer: Answer[T] = pickle.loads(future.result(timeout=_MOMENT))
                    break
                except TimeoutError:
                    self._await_workers()
        return answer.result(job)

    def _await_workers(self) -> None:
        """Return when there is a worker: one that was lost may be started anew."""
        until = time.monotonic() + PATIENCE
        while not self._client.scheduler_info()["workers"]:
            if time.monotonic() > until:
                message = f"{PATIENCE:g} 秒里没有一个 worker。"
                remedy = f"启动 dask worker {self._address}，再运行一次；原有的内容未动。"
                raise ClusterError(error("cluster.no-workers", self._address, message, remedy))
            time.sleep(_MOMENT / 4)

    def _check(self, here: dict[str, str]) -> int:
        """How many workers there are, all with the versions of this machine."""
        answers = self._client.run(versions, on_error="return")
        for address, there in answers.items():
            if isinstance(there, OSError):  # lost just now
                continue
            known = there if isinstance(there, dict) else {}  # no such function there
            if different := differing(here, known):
                raise other_version(address, different)
        return len(answers)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from distributed import KilledWorker

        try:
            yield
        except (ClusterError, ChildError):
            raise
        except KilledWorker:
            message = "做同一件工作的 worker 一再中断。"
            remedy = "多半是内存不够：给 worker 更少的线程（--nthreads）；原有的内容未动。"
            raise ClusterError(error("cluster.killed", self._address, message, remedy)) from None
        except (Exception, *_CANCELLED) as problem:  # Dask's and the network's, of many kinds
            message = f"集群中断：{_said(problem)}。"
            remedy = "看调度器和 worker 的日志，再运行一次；原有的内容未动。"
            raise ClusterError(error("cluster.lost", self._address, message, remedy)) from None
