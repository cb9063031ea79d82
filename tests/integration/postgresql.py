"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a socket alone."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

OWNER = "postgres"
"""The database's superuser; as root, also the system's user that the server runs as."""
ACCESS = """\
local all clerk scram-sha-256
local all all trust
"""


def programs() -> Path:
    """The folder of initdb and pg_ctl: Debian keeps them out of the PATH."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    newest = max(found, key=lambda path: int(path.parent.name), default=None)
    return newest or Path(shutil.which("initdb") or "initdb").parent


class Server:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def address(self, user: str = OWNER, database: str = "postgres") -> str:
        """What ``--engine`` is given."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What the last of some statements finds."""
        with psycopg.connect(self.address(database=database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def new_database(self, encoding: str = "UTF8") -> str:
        """The name of an empty database, another each time: connections are kept."""
        name = f"city{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        return name


@contextmanager
def server() -> Iterator[Server]:
    """A new server, gone with all its files in the end."""
    with tempfile.TemporaryDirectory(prefix="pb-pg-") as made:
        folder = Path(made)
        if os.getuid() == 0:  # which initdb refuses to run as
            shutil.chown(folder, OWNER, OWNER)
        data = folder / "data"
        _run("initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync")
        access = data / "pg_hba.conf"
        access.write_text(ACCESS, encoding="utf-8")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        _run("pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield Server(folder)
        finally:
            _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(program: str, *arguments: object) -> None:
    whom = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.getuid() == 0 else {}
    done = subprocess.run(
        [programs() / program, *map(str, arguments)],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server runs
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=120,
        **whom,  # type: ignore[arg-type]
    )
    assert done.returncode == 0, f"{program}: {done.returncode}"
