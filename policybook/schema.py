"""Table Schemas of the ledgers, the only declaration of their columns. floor: schema.

Source: Frictionless Table Schema, Data Package v2.  The standard permits properties of
our own: ``unit``, ``decimals``, ``printed``, ``references``, ``steady``, ``cumulative`` and
``jump`` on fields, ``carry``, ``requires``, ``newcomers``, ``completion``, ``deadline``,
``lifecycle``, ``pace``, ``reading``, ``pairing``, ``adjusting``, ``apart``, ``matrix`` and
``derived`` on the schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from policybook.declared import (
    Adjusting,
    Apart,
    Completion,
    Deadline,
    Matrix,
    Pairing,
    Requirement,
)
from policybook.errors import ConfigError, error
from policybook.lifecycle import Lifecycle, parse_lifecycle
from policybook.pace import Pace, Reading, parse_pace

_DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "date": "DATE"}
TRACE_TABLES = ("facts", "operands", "cells")
"""Tables that ``ledgers.sqlite`` has beside the ledgers: no ledger may be called so."""
_IBIS = {"string": "string", "integer": "int64", "date": "date"}


@dataclass(frozen=True)
class Field:
    """One column of a ledger."""

    name: str
    title: str  # Chinese heading
    type: str  # string, integer, number, date
    description: str
    unit: str
    decimals: int  # places a number may have
    printed: bool  # a rate taken as a document prints it, its base unknown
    references: str  # ledger (or "statistics") whose ids it lists, separated by ；
    constraints: dict[str, Any]
    steady: bool  # a change since the earlier edition asks for a reason, such as a plan's
    cumulative: dict[str, str] | None  # may not fall within a year, in records with these values
    jump: int  # a value so many times its earlier one is not plausible

    @property
    def numeric(self) -> bool:
        """Whether the column holds measures."""
        return self.type in ("integer", "number")

    @property
    def unique(self) -> bool:
        """Whether no two records may have the same value."""
        return bool(self.constraints.get("unique")) or self.name == "id"

    def accumulates(self, row: Mapping[str, str]) -> bool:
        """Whether a record's cell counts up from the start of the year."""
        rule = self.cumulative
        return rule is not None and all(row.get(name) == value for name, value in rule.items())

    @property
    def duckdb(self) -> str:
        """Its DuckDB type; numbers are DECIMAL, never float."""
        return f"DECIMAL(18,{self.decimals})" if self.type == "number" else _DUCKDB[self.type]

    @property
    def ibis(self) -> str:
        """Its Ibis type."""
        return f"decimal(18,{self.decimals})" if self.type == "number" else _IBIS[self.type]


@dataclass(frozen=True)
class Carry:
    """What the next quarter takes over from this one."""

    records: str  # all, open or none
    closed: dict[str, tuple[str, ...]]  # column → values of a record that is closed
    previous: dict[str, str]  # column ← the earlier edition's column
    blank: tuple[str, ...]  # columns to be filled anew

    def is_closed(self, row: Mapping[str, str]) -> bool:
        """Whether nothing more is expected of a record.

        A printed total is never closed: it counts what was finished.
        """
        return row.get("evidence", "record") == "record" and any(
            row[column] in values for column, values in self.closed.items()
        )


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values are ids of another (or the same) ledger."""

    column: str
    ledger: str


@dataclass(frozen=True)
class Schema:
    """One ledger's schema."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    foreign_keys: tuple[ForeignKey, ...]
    carry: Carry
    requires: tuple[Requirement, ...]
    completion: Completion | None
    deadline: Deadline | None
    pairing: Pairing | None
    adjusting: Adjusting | None
    newcomers: tuple[str, ...]  # to be filled in a record that the earlier edition did not have
    apart: Apart | None
    matrix: Matrix | None
    pace: Pace | None
    reading: Reading | None
    lifecycle: Lifecycle | None
    document: dict[str, Any]  # the Table Schema as it stands in its file

    def field(self, name: str) -> Field:
        """The column of that name; ``KeyError`` if there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def derived(self) -> bool:
        """Whether the program makes its records, so that nobody fills them in."""
        return bool(self.document.get("derived"))

    @property
    def read_of(self) -> str:
        """The ledger whose records its readings are of; "" where it has none."""
        named = [key.ledger for key in self.foreign_keys]
        columns = [key.column for key in self.foreign_keys]
        column = self.reading.record if self.reading else ""
        return named[columns.index(column)] if column in columns else ""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(one.name for one in self.fields)


def load_schemas(data: Path) -> dict[str, Schema]:
    """Every ledger schema of a data folder by ledger name, in alphabetical order."""
    folder = data / "schema"
    paths = sorted(folder.glob("*.json"))
    for path in paths:
        if path.stem in TRACE_TABLES:
            message = f"台账不能叫 {path.stem}：ledgers.sqlite 里另有这个表。"
            raise ConfigError(error("schema.name", path, message, "给台账另取一个名字。"))
    schemas = {path.stem: _load(path) for path in paths}
    if not schemas:
        raise ConfigError(
            error("schema.missing", folder, "没有台账结构文件。", "检查 --data 文件夹。")
        )
    for path, schema in zip(paths, schemas.values(), strict=True):
        read = schemas.get(schema.read_of)
        if schema.reading and not (read and read.pace and read.pace.as_of):
            message = f"{schema.title}的 reading 不是某个有 pace 和数据时点的台账的外键。"
            raise ConfigError(
                error("schema.reading", path, message, "写明外键，并给那个台账写明 pace。")
            )
    return schemas


def _load(path: Path) -> Schema:
    try:
        return parse_schema(path.stem, json.loads(path.read_text(encoding="utf-8")))
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as problem:
        raise ConfigError(
            error("schema.broken", path, f"台账结构文件有误：{problem}。", "按 Table Schema 改正。")
        ) from None


def parse_schema(name: str, document: dict[str, Any]) -> Schema:
    """A Table Schema as a :class:`Schema`; ``KeyError`` or ``TypeError`` when it is not one."""
    fields = tuple(_field(entry) for entry in document["fields"])
    keys = tuple(_foreign_key(name, entry) for entry in document.get("foreignKeys", []))
    completion, deadline = document.get("completion"), document.get("deadline")
    pairing, adjusting = document.get("pairing"), document.get("adjusting")
    pace, reading = document.get("pace"), document.get("reading")
    lifecycle = parse_lifecycle(document["lifecycle"]) if "lifecycle" in document else None
    schema = Schema(
        name,
        document["title"],
        document["description"],
        fields,
        keys,
        _carry(document.get("carry", {})),
        _requirements(document.get("requires", []), lifecycle),
        Completion(**completion) if completion else None,
        Deadline(**deadline) if deadline else None,
        Pairing(**pairing) if pairing else None,
        Adjusting(**adjusting) if adjusting else None,
        tuple(document.get("newcomers", [])),
        Apart(**_tuples(document["apart"])) if "apart" in document else None,
        Matrix(**_tuples(document["matrix"])) if "matrix" in document else None,
        parse_pace(pace) if pace else None,
        Reading(**reading) if reading else None,
        lifecycle,
        document,
    )
    _check_columns(schema)
    return schema


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}


def _requirements(
    entries: list[dict[str, Any]], lifecycle: Lifecycle | None
) -> tuple[Requirement, ...]:
    """Those that are written down, and those that follow from the life cycle."""
    stated = [Requirement(one["when"], tuple(one["columns"])) for one in entries]
    if lifecycle:
        needed = [(one, lifecycle.required(one)) for one in lifecycle.states]
        stated += [Requirement({lifecycle.status: one.word}, of) for one, of in needed if of]
    return tuple(stated)


def _foreign_key(name: str, entry: dict[str, Any]) -> ForeignKey:
    """One column each; the standard's first version had a text there, and "" for the own ledger."""
    columns = entry["fields"]
    column = columns if isinstance(columns, str) else "、".join(columns)
    return ForeignKey(column, entry["reference"].get("resource") or name)


def _carry(entry: dict[str, Any]) -> Carry:
    carry = Carry(
        entry.get("records", "all"),
        {column: tuple(values) for column, values in entry.get("closed", {}).items()},
        entry.get("previous", {}),
        tuple(entry.get("blank", [])),
    )
    if carry.records not in ("all", "open", "none") or entry.keys() - carry.__dict__.keys():
        raise KeyError(f"carry 的写法 {entry}")
    return carry


def _check_columns(schema: Schema) -> None:
    """Every column that a property of ours speaks of must be there; ``KeyError`` otherwise."""
    spoken = [*schema.carry.closed, *schema.carry.blank]
    spoken += [*schema.carry.previous, *schema.carry.previous.values()]
    for one in schema.requires:
        spoken += [*one.when, *one.columns]
    if schema.completion:
        spoken += asdict(schema.completion).values()
    for rule in (schema.deadline, schema.lifecycle, schema.pace, schema.reading, schema.pairing):
        spoken += rule.columns if rule else []
    for other in (schema.adjusting, schema.apart, schema.matrix):
        spoken += other.columns if other else []
    spoken += schema.newcomers
    for field in schema.fields:
        spoken += field.cumulative or {}
    spoken += [key.column for key in schema.foreign_keys]
    for column in spoken:
        schema.field(column)


def _field(entry: dict[str, Any]) -> Field:
    kind = entry["type"]
    if kind != "number" and kind not in _DUCKDB:
        raise KeyError(f"字段 {entry['name']} 的类型 {kind}")
    return Field(
        name=entry["name"],
        title=entry["title"],
        type=kind,
        description=entry.get("description", ""),
        unit=entry.get("unit", ""),
        decimals=entry.get("decimals", 0),
        printed=entry.get("printed", False),
        references=entry.get("references", ""),
        constraints=entry.get("constraints", {}),
        steady=entry.get("steady", False),
        cumulative=entry.get("cumulative"),
        jump=entry.get("jump", 5),
    )


def split_ids(text: str) -> list[str]:
    """The ids in a cell of a column that ``references`` another ledger, where it lists several."""
    return [one for one in text.split("；") if one]
