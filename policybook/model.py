"""The records that pass between modules, frozen. floor: model."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

Scalar = str | int | Decimal | date | None

EVIDENCE = ("record", "aggregate", "remainder", "as printed", "implied")
"""Evidence grades from strongest to weakest."""

EVIDENCE_TEXT = {
    "record": ("逐条记录", "每一项都有列名的记录。"),
    "aggregate": ("文件合计", "文件只印出合计，没有逐条记录。"),
    "remainder": ("含其余项", "含“合计减去列名各条”得出的其余未列名部分。"),
    "as printed": ("按文件所载", "文件只印出这个比率，没有印出基数，无法重算。"),
    "implied": ("倒推", "由文件所载比率倒推，只能确定所在区间。"),
}
"""What each evidence grade means to a reader: name, explanation."""

ROW_EVIDENCE = {"record": "逐条记录", "aggregate": "文件合计", "remainder": "其余未列名"}
"""What a row's evidence is called in figures and their tables."""


@dataclass(frozen=True)
class Table:
    """A small result table: what a figure plots and prints."""

    columns: tuple[str, ...]  # schema field names
    headings: tuple[str, ...]  # the same in Chinese
    rows: tuple[tuple[Scalar, ...], ...]

    def column(self, name: str) -> tuple[Scalar, ...]:
        """The values of one column; ``KeyError`` when there is none of that name."""
        if name not in self.columns:
            raise KeyError(name)
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)


class Cell(NamedTuple):  # there are many: a dataclass takes three times as long to make
    """One cell of a published ledger."""

    file: str  # data/tasks.csv
    row: int  # line of the file, the header being 1
    column: str
    record: str  # the record's id
    value: str  # as it stands in the file; "" when empty
    evidence: str
    source: str  # document id and place in it
    origin: str = ""  # workbook, sheet and cell in which it was handed in

    @property
    def place(self) -> str:
        """File, line and column, for findings and traces."""
        return f"{self.file} 第{self.row}行 {self.column}列"


@dataclass(frozen=True)
class Grade:
    """The filled cells of one evidence under an operand that counts its cells."""

    evidence: str
    cells: int
    amount: str  # exact: what they weigh, the sum of their absolute values or their number


@dataclass(frozen=True)
class Counted:
    """What an operand over a large ledger rests on: counted, and not listed."""

    records: int
    empty: int  # cells without a value: filling one would change the operand
    grades: tuple[Grade, ...]
    at_least: bool  # whether a cell is stated as a lower bound
    documents: tuple[str, ...]  # ids
    departments: tuple[str, ...]
    query: str  # lists the id of each record

    @property
    def filled(self) -> int:
        """How many cells have a value."""
        return sum(grade.cells for grade in self.grades)


@dataclass(frozen=True)
class Operand:
    """One reduction of a formula: a sum, distinct count, minimum or maximum."""

    name: str  # a, b, …: its name in the expression and the query
    reduction: str  # sum, nunique, min, max
    ledger: str
    column: str
    value: str | None  # exact; a date in ISO form; None when there is no data
    conditions: tuple[str, ...]  # columns its records were chosen by
    sql: dict[str, str]  # duckdb, sqlite
    records: tuple[str, ...]
    cells: tuple[Cell, ...]
    counted: Counted | None = None  # of a large ledger; records and cells are then its first


@dataclass(frozen=True)
class Fact:
    """A statistic's value in one edition, with its trace (统计数字)."""

    id: str
    label: str
    period: str
    value: str  # exact: integer, decimal or p/q
    display: str  # what a reader sees
    number: str  # the displayed figure alone
    unit: str
    decimals: int
    qualifier: str  # 余: at least
    span: str
    direction: str
    chapter: str
    word: str  # claim word, or ""
    evidence: str
    look_through: str | None  # exact share resting on record rows
    interval: dict[str, str] | None  # low, high (exact), display
    formula: str  # in numbers: 24184 ÷ 24871 = 97.24% → 97%
    words: str  # the same in words
    expression: str  # machine readable, over operand names
    sql: dict[str, str]  # one query an engine, a column an operand
    operands: tuple[Operand, ...]
    missing: tuple[Operand, ...]  # operands without data that the fall-back stands in for
    sources: tuple[dict[str, str], ...]  # file, sha256
    documents: tuple[dict[str, str], ...]  # id, title, place
    notebook: str
    cell: str
    definition: str
    departments: tuple[str, ...] = ()  # of its records
    used_on: tuple[str, ...] = ()

    def rests_on(self, document: str) -> bool:
        """Whether a source document is among those of its cells."""
        return any(cited["id"] == document for cited in self.documents)

    def cells(self) -> tuple[Cell, ...]:
        """Every cell on which the value depends; of a large ledger the first."""
        return tuple(cell for part in (*self.operands, *self.missing) for cell in part.cells)


@dataclass(frozen=True)
class Figure:
    """A published figure: its table, the query that gave it, its text alternatives."""

    id: str
    title: str
    alt: str
    unit: str
    source: str
    ledger: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # as in its CSV
    sql: dict[str, str]
    notebook: str
    cell: str
    templates: dict[str, str]  # title and alt with the facts they name: {statistic.id}
    current: tuple[str, ...] = ()  # facts of this edition that follow the query's rows
    svg: str = field(repr=False, default="")
    png: str = field(repr=False, default="")  # in base64


def fact_as_dict(fact: Fact) -> dict[str, Any]:
    """A fact as it leaves a notebook and stands in ``facts.json``."""
    parts = {name: [_operand_as_dict(part) for part in getattr(fact, name)] for name in _PARTS}
    return {**vars(fact), **parts}


_PARTS = ("operands", "missing")


def _operand_as_dict(part: Operand) -> dict[str, Any]:
    # Not asdict: it copies each of the many cells piece by piece.
    data = {**vars(part), "cells": [cell._asdict() for cell in part.cells]}
    counted = data.pop("counted")
    return data if counted is None else {**data, "counted": asdict(counted)}


def _counted_from_dict(data: dict[str, Any] | None) -> Counted | None:
    if data is None:
        return None
    lists = {name: tuple(data[name]) for name in ("documents", "departments")}
    return Counted(**{**data, **lists, "grades": tuple(Grade(**one) for one in data["grades"])})


def _cell_from_dict(data: dict[str, Any]) -> Cell:
    # Twice as quick as by names; what is missing or too much is refused all the same.
    if len(data) != len(Cell._fields):
        raise TypeError(f"{sorted(data)} are not the parts of a cell")
    return Cell._make(_PARTS_OF_CELL(data))


_PARTS_OF_CELL = itemgetter(*Cell._fields)


def fact_from_dict(data: dict[str, Any]) -> Fact:
    """A fact as it left a notebook or stands in ``facts.json``."""

    def operands(name: str) -> tuple[Operand, ...]:
        return tuple(
            Operand(
                **{
                    **part,
                    "conditions": tuple(part["conditions"]),
                    "records": tuple(part["records"]),
                    "cells": tuple(map(_cell_from_dict, part["cells"])),
                    "counted": _counted_from_dict(part.get("counted")),
                }
            )
            for part in data[name]
        )

    plain = {
        **data,
        "operands": operands("operands"),
        "missing": operands("missing"),
        "sources": tuple(data["sources"]),
        "documents": tuple(data["documents"]),
        "departments": tuple(data["departments"]),
        "used_on": tuple(data["used_on"]),
    }
    return Fact(**plain)


def figure_from_dict(data: dict[str, Any]) -> Figure:
    """A figure as it left a notebook or stands in ``facts.json``."""
    return Figure(
        **{
            **data,
            "columns": tuple(data["columns"]),
            "headings": tuple(data["headings"]),
            "rows": tuple(tuple(row) for row in data["rows"]),
            "current": tuple(data.get("current", ())),
        }
    )
