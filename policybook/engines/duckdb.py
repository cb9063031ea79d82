"""DuckDB, where statistics are computed unless another engine is chosen. floor: engines."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policybook.errors import LedgerError, error
from policybook.large import Streamed
from policybook.schema import Schema

if TYPE_CHECKING:
    import duckdb


class DuckDB:
    """Ledgers as tables in memory."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one query."""
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
    with tempfile.TemporaryDirectory(prefix="policybook-") as folder:
        for name, text in texts.items():
            path = Path(folder, f"{name}.csv")
            path.write_text(text, encoding="utf-8", newline="")
            columns = ", ".join(
                f'CAST("{f.name}" AS {f.duckdb}) AS "{f.name}"' for f in schemas[name].fields
            )
            names = ", ".join(f"'{f.name}': 'VARCHAR'" for f in schemas[name].fields)
            try:
                connection.execute(
                    f'CREATE TABLE "{name}" AS SELECT {columns} FROM read_csv(?, header = true, '
                    f"columns = {{{names}}}, delim = ',', nullstr = '', "
                    "quote = '\"', escape = '\"', "
                    "auto_detect = false, null_padding = false)",
                    [str(path)],
                )
            except duckdb.Error as problem:
                first = str(problem).splitlines()[0]
                raise LedgerError(
                    error(
                        "ledger.type",
                        f"data/{name}.csv",
                        f"有一格不合类型：{first}",
                        "运行 policybook check 查看是哪一格。",
                    )
                ) from None
    return connection
