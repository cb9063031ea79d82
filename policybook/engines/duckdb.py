"""DuckDB, where statistics are computed unless another engine is chosen. floor: engines."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from policybook.errors import LedgerError, error
from policybook.large import Streamed
from policybook.schema import Schema

if TYPE_CHECKING:
    import duckdb


class DuckDB:
    """Ledgers as tables in memory, each made when a query first names it."""

    dialect = "duckdb"

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        texts: Mapping[str, str],
        schemas: Mapping[str, Schema],
    ) -> None:
        self._connection = connection
        self._waiting = {name: (text, schemas[name]) for name, text in texts.items()}

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one query; :class:`LedgerError` as :func:`connect_duckdb`."""
        for name in [name for name in self._waiting if name in sql]:  # one too many does no harm
            _add_table(self._connection, *self._waiting.pop(name))
        return list(self._connection.execute(sql).fetchall())


def connect_duckdb(
    texts: Mapping[str, str],
    schemas: Mapping[str, Schema],
    large: Mapping[str, Streamed] | None = None,
) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB with one typed table a ledger, from canonical CSV texts.

    ``large``: ledgers that stay in their files, a view each; only for them more cores are used.
    Raises :class:`LedgerError` when a cell does not have its column's type.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={} if large else {"threads": "1"})
    for name, records in (large or {}).items():
        connection.execute(f'CREATE VIEW "{name}" AS FROM {records.once}')
    for name, text in texts.items():
        _add_table(connection, text, schemas[name])
    return connection


def _add_table(connection: duckdb.DuckDBPyConnection, text: str, schema: Schema) -> None:
    import duckdb

    columns = ", ".join(f'CAST("{f.name}" AS {f.duckdb}) AS "{f.name}"' for f in schema.fields)
    names = ", ".join(f"'{f.name}': 'VARCHAR'" for f in schema.fields)
    with tempfile.NamedTemporaryFile(prefix="policybook-", suffix=".csv") as file:
        file.write(text.encode())
        file.flush()
        try:
            connection.execute(
                f'CREATE TABLE "{schema.name}" AS SELECT {columns} FROM read_csv(?, header = true, '
                f"columns = {{{names}}}, delim = ',', nullstr = '', "
                "quote = '\"', escape = '\"', "
                "auto_detect = false, null_padding = false)",
                [file.name],
            )
        except duckdb.Error as problem:
            first = str(problem).splitlines()[0]
            message, remedy = f"有一格不合类型：{first}", "运行 policybook check 查看是哪一格。"
            raise LedgerError(
                error("ledger.type", f"data/{schema.name}.csv", message, remedy)
            ) from None
