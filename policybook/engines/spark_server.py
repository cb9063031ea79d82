"""A Spark session that answers the processes of one build, over a socket. floor: engines.

Run as a program, by the standard library and PySpark alone.  One JVM then serves the build and
its notebooks; none is started where another process forks, and PySpark need not be installed
beside pandera, which imports all of it wherever it finds it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
from multiprocessing.connection import Connection, Listener
from typing import Any

LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": str(os.cpu_count() or 1),
}
"""Where no other machine takes part."""
SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a number too large is an error, not another number
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",  # our dates are of one calendar
    "spark.sql.catalogImplementation": "in-memory",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def main(path: str, master: str) -> None:
    """Answer at a socket until the process that started this one ends or closes our input.

    The first line of output is ``ready``, or what went wrong.
    """
    try:
        session = _session(master)
    except Exception as problem:
        print(_first_line(problem), flush=True)
        sys.exit(1)
    listener = Listener(path, "AF_UNIX")
    threading.Thread(target=_listen, args=(listener, session), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    session.stop()


def _session(master: str) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("policybook").master(master)
    for name, value in {**SETTINGS, **(LOCAL if master.startswith("local") else {})}.items():
        builder = builder.config(name, value)
    scratch = tempfile.gettempdir()  # of this process alone: whoever starts it says so
    return builder.config("spark.sql.warehouse.dir", f"file://{scratch}/warehouse").getOrCreate()


def _listen(listener: Listener, session: Any) -> None:
    opened: set[str] = set()
    while True:
        with contextlib.suppress(OSError, EOFError):
            connection = listener.accept()
            arguments = (connection, session, opened)
            threading.Thread(target=_serve, args=arguments, daemon=True).start()


def _serve(connection: Connection, session: Any, opened: set[str]) -> None:
    with contextlib.suppress(OSError, EOFError):
        while True:
            question, *details = connection.recv()
            try:
                answer = _answer(session, opened, question, *details)
                connection.send(("answer", answer))
            except Exception as problem:
                connection.send(("problem", _first_line(problem)))


def _answer(session: Any, opened: set[str], question: str, *details: str) -> Any:
    if question == "open":
        table, path, columns = details
        if table not in opened:
            session.read.schema(columns).parquet(path).createOrReplaceTempView(f"`{table}`")
            opened.add(table)
        return None
    (query,) = details
    return [tuple(row) for row in session.sql(query).collect()]


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).strip().splitlines()), type(problem).__name__)


if __name__ == "__main__":
    main(*sys.argv[1:])
