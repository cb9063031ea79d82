"""Spark: each content of a ledger written once as Parquet, and queried there. floor: engines.

To clear the Parquet files away, delete their folder.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from functools import cached_property
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from policybook.engines.address import shown_address
from policybook.engines.duckdb import connect_duckdb
from policybook.engines.tables import asked_there, content_digest, table_name
from policybook.errors import EngineError, UsageError, error
from policybook.schema import Schema

SESSION = "POLICYBOOK_SPARK_SESSION"
"""The environment variable by which processes of one build find its session."""
INSTALLED = Path(sys.prefix) / "spark"
"""Where ``make spark`` installs PySpark, for the session alone."""
_SERVER = Path(__file__).with_name("spark_server.py")
_TYPES = {"string": "STRING", "integer": "BIGINT", "date": "DATE"}

_connections: dict[tuple[int, str], Connection] = {}
"""By process and socket: a fork leaves its parent's connection alone."""
_sessions: list[tuple[int, subprocess.Popen[str], str]] = []
"""The process that started it, the session's, and the folder of its files."""


class Spark:
    """Ledgers in a folder of Parquet files that Spark reads; nothing starts before it is asked."""

    dialect = "spark"

    def __init__(
        self, address: str, texts: Mapping[str, str], schemas: Mapping[str, Schema]
    ) -> None:
        self._address = address
        self._master, self._folder = read_address(address)
        self._texts = texts
        self._schemas = schemas

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one query.

        Raises :class:`EngineError` when Spark does not start or refuses,
        :class:`LedgerError` when a cell does not have its column's type.
        """
        rows: list[tuple[Any, ...]] = self._ask(
            "query", asked_there(sql, self.dialect, self._tables)
        )
        return rows

    def _ask(self, *question: str) -> Any:
        connection = _connect(self._address, self._master)
        try:
            connection.send(question)
            kind, answer = connection.recv()
        except (OSError, EOFError):
            remedy = (
                "再运行一次；内存不够的，用 spark-defaults.conf 里的 spark.driver.memory 加大。"
            )
            raise _error("query", self._address, "Spark 中途停止了。", remedy) from None
        if kind == "problem":
            remedy = "核对 Spark 的状态，再运行一次。"
            raise _error("query", self._address, f"Spark 报错：{answer}", remedy)
        return answer

    @cached_property
    def _tables(self) -> dict[str, str]:
        """The view of each ledger, its file written if it was not there."""
        tables = {}
        for name, text in self._texts.items():
            schema = self._schemas[name]
            table = table_name(name, content_digest(text, schema))
            path = self._folder / f"{table}.parquet"
            if not path.is_file():
                _write(path, name, text, schema)
            columns = ", ".join(
                f"`{one.name}` {_TYPES.get(one.type) or one.duckdb}" for one in schema.fields
            )
            self._ask("open", table, f"file://{path}", columns)
            tables[name] = table
        return tables


def read_address(address: str) -> tuple[str, Path]:
    """Master and folder of ``spark://local`` or ``spark://host:port?folder=/shared``.

    Raises :class:`UsageError` where a cluster has no folder to share.
    """
    place, _, options = address.partition("?")
    given = parse_qs(options)
    folder = given.pop("folder", [""])[0]
    local = place == "spark://local"
    if given or not (local or folder):
        message = "只认 folder= 一项。" if given else "集群要有各机共用的文件夹。"
        remedy = "写成 spark://local，或 spark://主机:7077?folder=/共用的文件夹。"
        raise UsageError(error("engine.address", shown_address(address), message, remedy))
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    kept = Path(folder or Path(cache, "policybook", "ledgers")).absolute()
    return "local[*]" if local else place, kept


def _write(path: Path, name: str, text: str, schema: Schema) -> None:
    """Complete or not at all; by DuckDB, which has exactly our types."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")  # which Spark does not read
    with closing(connect_duckdb({name: text}, {name: schema})) as database:
        database.execute(f'COPY "{name}" TO $path (FORMAT parquet)', {"path": str(aside)})
    aside.replace(path)


def _connect(address: str, master: str) -> Connection:
    """This process's connection with the session; the first process that needs one starts it."""
    known, _, socket = os.environ.get(SESSION, "").partition(" ")
    if known != master or not Path(socket).exists():
        socket = _start(address, master)
        os.environ[SESSION] = f"{master} {socket}"
    key = (os.getpid(), socket)
    if key not in _connections:
        _connections[key] = Client(socket, "AF_UNIX")
    return _connections[key]


def _start(address: str, master: str) -> str:
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        message = "没有 Java，Spark 要 Java 17 或更新的。"
        raise _error("missing", address, message, "apt-get install default-jre-headless")
    scratch = tempfile.mkdtemp(prefix="pb-spark-")
    socket = f"{scratch}/socket"
    path = os.pathsep.join(filter(None, [str(INSTALLED), os.environ.get("PYTHONPATH")]))
    with Path(scratch, "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-P", str(_SERVER), socket, master],
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": scratch},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=scratch,
            text=True,
            encoding="utf-8",
        )
    assert server.stdin is not None
    assert server.stdout is not None
    said = server.stdout.readline().strip()
    if said == "ready":
        _sessions.append((os.getpid(), server, scratch))
        return socket
    _end(server, scratch)
    if "pyspark" in said:
        message = "没有安装 PySpark。"
        raise _error("missing", address, message, "make spark，或 pip install 'policybook[spark]'")
    remedy = "核对地址和 Java 的版本（17 或更新），再运行一次。"
    raise _error("connect", address, f"Spark 起不来：{said or '没有输出'}", remedy)


@atexit.register
def stop_sessions() -> None:
    """End the sessions that this process started."""
    for one in [one for one in _sessions if one[0] == os.getpid()]:
        _sessions.remove(one)
        _end(*one[1:])


def _end(server: subprocess.Popen[str], scratch: str) -> None:
    server.communicate()  # its input closed, it ends
    shutil.rmtree(scratch, ignore_errors=True)


def _error(code: str, address: str, message: str, remedy: str) -> EngineError:
    return EngineError(error(f"engine.{code}", shown_address(address), message, remedy))
