"""The records of a large ledger with types that nobody has checked, in SQL. floor: rules."""

from __future__ import annotations

from policybook.large import Streamed
from policybook.schema import Field


def quoted_name(name: str) -> str:
    """A column as SQL names it."""
    return f'"{name}"'


def text_of(field: Field) -> str:
    """The column with the text of a CSV's cell, beside the typed one."""
    return quoted_name(f"{field.name} text")


def mistyped(field: Field) -> str:
    """The column that says whether that text is not of the column's type."""
    return quoted_name(f"{field.name} mistyped")


def typed_source(records: Streamed) -> str:
    """What to read from; a mistyped cell of a CSV is empty, or what DuckDB takes it for."""
    if records.parquet:
        return records.scan
    parts = []
    for field in records.schema.fields:
        name = quoted_name(field.name)
        if field.type == "string":
            parts.append(name)
            continue
        parts.append(f"TRY_CAST({name} AS {field.duckdb}) AS {name}")
        parts.append(f"{name} AS {text_of(field)}")
        parts.append(f"coalesce({_mistyped(field, name)}, false) AS {mistyped(field)}")
    return f"(SELECT {', '.join(parts)} FROM {records.raw})"


def _mistyped(field: Field, name: str) -> str:
    """That a text is not of its column's type.

    A whole number or day that is written as DuckDB writes it needs no expression, which takes
    longer.
    """
    back = f"CAST(TRY_CAST({name} AS {field.duckdb}) AS VARCHAR) = {name}"
    if field.type == "integer":
        told = f"NOT regexp_full_match({name}, '-?[0-9]{{1,15}}')"
        return f"CASE WHEN strlen({name}) <= 15 AND {back} THEN false ELSE {told} END"
    if field.type == "number":
        fraction = rf"(\.[0-9]{{1,{field.decimals}}})?" if field.decimals else ""
        return f"NOT regexp_full_match({name}, '-?[0-9]{{1,14}}{fraction}')"
    return f"{name} IS NOT NULL AND NOT coalesce(strlen({name}) = 10 AND {back}, false)"
