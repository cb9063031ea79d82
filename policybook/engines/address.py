"""Which engine computes: its address, as given and as it may be shown. floor: engines."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

from policybook.errors import UsageError, error

ENGINE = "POLICYBOOK_ENGINE"
"""The environment variable with the engine's address, for the processes that notebooks run in."""

_SECRET = r"//([^:@/?]*)(?:[:/?](.*))?@"
"""User and password, whatever the password has in it."""

_KINDS = {
    "": "duckdb",
    "duckdb": "duckdb",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "spark": "spark",
}


def chosen_engine() -> str:
    """The address of the engine chosen for this process; "" for DuckDB in memory."""
    return os.environ.get(ENGINE, "")


def engine_kind(address: str) -> str:
    """duckdb, postgresql or spark; :class:`UsageError` for any other address."""
    scheme, separator, _ = address.partition("://")
    kind = _KINDS.get(scheme)
    if kind is None or (separator == "") != (kind == "duckdb"):
        message = "不认识的引擎地址。"
        remedy = "写成 postgresql://用户@主机/数据库 或 spark://local；不写则用 DuckDB。"
        raise UsageError(error("engine.address", shown_address(address), message, remedy))
    return kind


def shown_address(address: str) -> str:
    """An address without the password and options in it, for messages."""
    if "://" not in address:
        return re.split(r"\W", address, maxsplit=1)[0] or "duckdb"
    return re.sub(_SECRET, r"//\1@", address).partition("?")[0]


def without_secret(said: str, address: str, *secrets: object) -> str:
    """A message without the password of an address, and other secrets."""
    found = re.search(_SECRET, address)
    hidden = [found[2], unquote(found[2])] if found else []
    for secret in filter(None, [*hidden, *map(str, filter(None, secrets))]):
        said = said.replace(secret, "…")
    return said
