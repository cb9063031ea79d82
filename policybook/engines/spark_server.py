"""A Spark session that answers the processes of one build, over a socket. floor: engines.

Run as a program, by the standard library and PySpark alone.  One JVM then serves the build and
its notebooks; none is started where another process forks, and PySpark need not be installed
beside pandera, which imports all of it wherever it finds it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
import tempfile
import threading
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": str(os.cpu_count() or 1),
    "spark.sql.adaptive.enabled": "false",  # plans of one filter and sum leave it nothing to do
}
"""Where no other machine takes part."""
SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a number too large is an error, not another number
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",  # our dates are of one calendar
    "spark.sql.catalogImplementation": "in-memory",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


_REMEMBERED = 4096


def main(path: str, master: str) -> None:
    """Answer at a socket until the process that started this one ends or closes our input.

    The first line of output is ``ready``, or what went wrong.
    """
    try:
        session = _session(master)
    except Exception as problem:
        print(_first_line(problem), flush=True)
        sys.exit(1)
    listener = Listener(path, "AF_UNIX", backlog=64)
    threading.Thread(target=_listen, args=(listener, Answers(session)), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    session.stop()
    shutil.rmtree(Path(path).parent, ignore_errors=True)  # whoever made it may be gone


def _session(master: str) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("policybook").master(master)
    for name, value in {**SETTINGS, **(LOCAL if master.startswith("local") else {})}.items():
        builder = builder.config(name, value)
    scratch = tempfile.gettempdir()  # of this process alone: whoever starts it says so
    return builder.config("spark.sql.warehouse.dir", f"file://{scratch}/warehouse").getOrCreate()


class Answers:
    """What a session is asked: tables to open, and queries."""

    def __init__(self, session: Any) -> None:
        self._session = session
        # Each query costs a job, notebooks ask the same ones, and a table never changes.
        self.query = functools.lru_cache(_REMEMBERED)(self._query)
        self.open = functools.cache(self._open)

    def _query(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._session.sql(sql).collect()]

    def _open(self, table: str, path: str, columns: str) -> None:
        self._session.read.schema(columns).parquet(path).createOrReplaceTempView(f"`{table}`")


def _listen(listener: Listener, answers: Answers) -> None:
    while True:
        arguments = (listener.accept(), answers)
        threading.Thread(target=_serve, args=arguments, daemon=True).start()


def _serve(connection: Connection, answers: Answers) -> None:
    with contextlib.suppress(OSError, EOFError):
        while True:
            question, *details = connection.recv()
            try:
                ask = answers.open if question == "open" else answers.query
                connection.send(("answer", ask(*details)))
            except Exception as problem:
                connection.send(("problem", _first_line(problem)))


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).strip().splitlines()), type(problem).__name__)


if __name__ == "__main__":
    main(*sys.argv[1:])
