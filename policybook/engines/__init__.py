"""Ledgers as typed tables where statistics are computed. floor: engines.

All start from the canonical CSV texts, so that what is computed here and what an
auditor recomputes from a release rest on the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from policybook.engines.address import ENGINE, chosen_engine, engine_kind, shown_address
from policybook.engines.duckdb import DuckDB, connect_duckdb
from policybook.engines.engine import Engine
from policybook.engines.sqlite import connect_sqlite, sqlite_exact
from policybook.errors import EngineError, error
from policybook.large import Streamed
from policybook.schema import Schema

__all__ = [
    "Engine",
    "chosen_engine",
    "computing_on",
    "connect_duckdb",
    "connect_sqlite",
    "engine_kind",
    "open_engine",
    "sqlite_exact",
]


def open_engine(
    texts: Mapping[str, str],
    schemas: Mapping[str, Schema],
    large: Mapping[str, Streamed] | None = None,
) -> Engine:
    """The engine that computes, with one typed table a ledger, from canonical CSV texts.

    DuckDB, unless ``POLICYBOOK_ENGINE`` has the address of another.
    Raises :class:`LedgerError` when a cell does not have its column's type,
    :class:`UsageError` for an address that is none.
    """
    address = chosen_engine()
    if large and engine_kind(address) != "duckdb":
        message = f"大台账 {'、'.join(large)} 只能由 DuckDB 计算。"
        remedy = "不设 --engine，或把台账减到限度以下。"
        raise EngineError(error("engine.large", shown_address(address), message, remedy))
    if engine_kind(address) == "postgresql":
        from policybook.engines.postgresql import PostgreSQL

        return PostgreSQL(address, texts, schemas)
    if engine_kind(address) == "spark":
        from policybook.engines.spark import Spark

        return Spark(address, texts, schemas)
    return DuckDB(connect_duckdb({}, schemas, large), texts, schemas)


@contextmanager
def computing_on(address: str) -> Iterator[None]:
    """Within it, this process and those it starts compute on the engine of an address.

    Raises :class:`EngineError` at once when it cannot be reached.
    """
    before = os.environ.get(ENGINE)
    os.environ[ENGINE] = address
    try:
        if engine_kind(address) != "duckdb":
            open_engine({}, {}).query("SELECT 1")
        yield
    finally:
        os.environ.pop(ENGINE)
        if before is not None:
            os.environ[ENGINE] = before
