"""PostgreSQL: each content of a ledger loaded once, and queried there. floor: engines.

The tables stand in a schema of our own; to clear them away, drop it.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from policybook.engines.address import shown_address, without_secret
from policybook.engines.tables import asked_there, content_digest, table_name, typed_rows
from policybook.errors import EngineError, LedgerError, PolicybookError, UsageError, error
from policybook.schema import Schema

if TYPE_CHECKING:
    import psycopg

Found = TypeVar("Found")
SCHEMA = "policybook"
_TYPES = {"string": 'text COLLATE "C"', "integer": "bigint", "date": "date"}
_LOCK = 0x706F6C696379  # "policy": one process at a time loads
_SECONDS = 10
"""So long may a server take to answer the first call."""

_connections: dict[tuple[int, str], psycopg.Connection[Any]] = {}
"""By process and address: a fork leaves its parent's connection alone."""


class PostgreSQL:
    """Ledgers in a PostgreSQL database; nothing is loaded or connected before it is asked."""

    dialect = "postgres"

    def __init__(
        self, address: str, texts: Mapping[str, str], schemas: Mapping[str, Schema]
    ) -> None:
        self._address = address
        self._texts = texts
        self._schemas = schemas

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one query.

        Raises :class:`EngineError` when the server cannot be reached or refuses,
        :class:`LedgerError` when a cell does not have its column's type.
        """
        there = asked_there(sql, self.dialect, self._tables, SCHEMA)
        return self._run(lambda connection: connection.execute(there).fetchall())

    def _run(self, work: Callable[[psycopg.Connection[Any]], Found]) -> Found:
        """What is done with the connection of this process; errors as findings."""
        connection = _connect(self._address)
        import psycopg

        try:
            return work(connection)
        except psycopg.Error as problem:
            raise _refused(self._address, problem) from None

    @cached_property
    def _tables(self) -> dict[str, str]:
        """The table of each ledger, loaded if it was not there."""
        digests = {
            name: content_digest(text, self._schemas[name]) for name, text in self._texts.items()
        }
        tables = {name: table_name(name, digest) for name, digest in digests.items()}
        self._run(lambda connection: self._load(connection, tables, digests))
        return tables

    def _load(
        self,
        connection: psycopg.Connection[Any],
        tables: Mapping[str, str],
        digests: Mapping[str, str],
    ) -> None:
        if not _absent(connection, tables, digests):
            return  # so that whoever may only read can compute on what others have loaded
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if connection.execute("SELECT to_regnamespace(%s)", [SCHEMA]).fetchone() == (None,):
                connection.execute(f"CREATE SCHEMA {SCHEMA}")
            for name in _absent(connection, tables, digests):
                _create(connection, tables[name], digests[name], self._schemas[name])
                _fill(connection, tables[name], name, self._texts[name])


def _absent(
    connection: psycopg.Connection[Any], tables: Mapping[str, str], digests: Mapping[str, str]
) -> list[str]:
    """The ledgers whose content is not there; the comment on a table has the whole digest."""
    found = connection.execute(
        "SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c "
        "JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = ANY(%s)",
        [SCHEMA, list(tables.values())],
    ).fetchall()
    kept = dict(found)
    return [name for name, table in tables.items() if kept.get(table) != digests[name]]


def _create(connection: psycopg.Connection[Any], table: str, digest: str, schema: Schema) -> None:
    from psycopg.sql import SQL, Identifier, Literal

    place = Identifier(SCHEMA, table)
    columns = [
        SQL("{} {}").format(
            Identifier(field.name),
            SQL(_TYPES.get(field.type) or f"numeric(18,{field.decimals})"),
        )
        for field in schema.fields
    ]
    connection.execute(SQL("CREATE TABLE {} ({})").format(place, SQL(", ").join(columns)))
    comment = SQL("COMMENT ON TABLE {} IS {}")
    connection.execute(comment.format(place, Literal(digest)))


def _fill(connection: psycopg.Connection[Any], table: str, ledger: str, text: str) -> None:
    """Row by row in COPY's own format: in its CSV a line ``\\.`` within a cell would end it."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    place = Identifier(SCHEMA, table)
    try:
        with connection.cursor().copy(SQL("COPY {} FROM STDIN").format(place)) as copy:
            for row in typed_rows(text):
                copy.write_row(row)
    except psycopg.DataError as problem:
        message = f"有一格不合类型：{_first_line(problem)}"
        remedy = "运行 policybook check 查看是哪一格。"
        raise LedgerError(error("ledger.type", f"data/{ledger}.csv", message, remedy)) from None
    connection.execute(SQL("ANALYZE {}").format(place))


def _connect(address: str) -> psycopg.Connection[Any]:
    key = (os.getpid(), address)
    kept = _connections.get(key)
    if kept is not None and not kept.closed:
        return kept
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        message = "没有安装 PostgreSQL 的驱动程序 psycopg。"
        raise _error("missing", address, message, "pip install 'policybook[postgresql]'") from None
    try:
        options = conninfo_to_dict(address)
    except psycopg.Error:  # its message may have a part of the password
        message, remedy = "地址的写法不对。", "写成 postgresql://用户@主机:端口/数据库。"
        place = shown_address(address)
        raise UsageError(error("engine.address", place, message, remedy)) from None
    given = {"connect_timeout": _SECONDS, "application_name": "policybook", **options}
    given |= {"client_encoding": "UTF8", "autocommit": True, "prepare_threshold": None}
    try:
        connection: psycopg.Connection[Any] = psycopg.connect(**given)  # type: ignore[arg-type]
    except psycopg.Error as problem:
        secrets = (options.get("password"), options.get("sslpassword"))
        said = without_secret(_first_line(problem), address, *secrets)
        remedy = "核对地址、用户和密码（密码宜写在 ~/.pgpass），确认服务器已启动。"
        raise _error("connect", address, f"连不上：{said}", remedy) from None
    _connections[key] = connection
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        message = f"数据库的编码是 {encoding}，不是 UTF8。"
        raise _error("encoding", address, message, "用 UTF8 编码另建一个数据库。")
    connection.execute("SET search_path = pg_catalog")
    connection.execute("SET standard_conforming_strings = on")
    return connection


@atexit.register
def _close() -> None:
    for (process, _), connection in _connections.items():
        if process == os.getpid():
            with suppress(Exception):
                connection.close()


def _refused(address: str, problem: psycopg.Error) -> PolicybookError:
    from psycopg import errors

    said = _first_line(problem)
    if isinstance(problem, errors.InsufficientPrivilege | errors.ReadOnlySqlTransaction):
        remedy = f"请管理员在这个数据库执行 CREATE SCHEMA {SCHEMA} AUTHORIZATION 该用户。"
        return _error("rights", address, f"没有权限：{said}", remedy)
    return _error("query", address, f"数据库报错：{said}", "核对数据库的状态，再运行一次。")


def _error(code: str, address: str, message: str, remedy: str) -> EngineError:
    return EngineError(error(f"engine.{code}", shown_address(address), message, remedy))


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).strip().splitlines()), type(problem).__name__)
