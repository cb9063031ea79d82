"""An edition opened for computing: ledgers in, facts and figures out. floor: edition.

This is what notebooks import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from policybook.catalogue import Statistic, load_catalogue, nearest
from policybook.config import Parameters, read_parameters
from policybook.engines import connect_duckdb
from policybook.errors import FigureError, PublishError, error
from policybook.expression import (
    ENGINES,
    compile_table,
    decimal_places,
    take_apart,
    unbound_tables,
)
from policybook.facts import make_fact
from policybook.figures import figure_ledger, plain_scalar, scalar_text
from policybook.inputs import Inputs, load_inputs
from policybook.ledgers import Ledger, read_ledgers
from policybook.lineage import Source, trace
from policybook.model import Fact, Figure, Table
from policybook.period import parse_period
from policybook.provenance import attach, read_provenance
from policybook.schema import Schema, load_schemas

FACT_KEY = "policybook.fact"
FIGURE_KEY = "policybook.figure"
"""Keys of the output metadata in which facts and figures leave a notebook."""

_prepared: ContextVar[Edition | None] = ContextVar("prepared", default=None)


def open_edition(period: str, data: str = "data") -> Edition:
    """The edition of a period; the first call of every notebook.

    Raises :class:`policybook.errors.PolicybookError` when ledgers or catalogue do not load.
    """
    prepared = _prepared.get()
    if prepared is not None:
        return prepared
    return load_staged(Path(data), period)


def load_staged(data: Path, period: str) -> Edition:
    """An edition from the folder that the build staged for notebooks: nothing is checked again."""
    parse_period(period)
    folder = data / period
    parameters = read_parameters(folder / "period.yml", period)
    schemas = load_schemas(data)
    read, _ = read_ledgers(data, folder, schemas, parameters.empty_ledgers)
    ledgers = attach(read, read_provenance(folder))
    return Edition(parameters, schemas, ledgers, load_catalogue(data / "statistics.yml"), False)


def load_edition(data: Path, period: str) -> Edition:
    """An edition from a data folder, to compute in this process."""
    return open_inputs(data, load_inputs(data, period))


def open_inputs(data: Path, inputs: Inputs) -> Edition:
    """An edition to compute in this process: neither displays facts nor draws figures."""
    catalogue = load_catalogue(data / "statistics.yml")
    return Edition(inputs.parameters, inputs.schemas, dict(inputs.ledgers), catalogue, True)


@contextmanager
def prepared(edition: Edition) -> Iterator[None]:
    """Within it, :func:`open_edition` returns ``edition``: cells run without a kernel."""
    token = _prepared.set(edition)
    try:
        yield
    finally:
        _prepared.reset(token)


class Edition:
    """Typed ledgers of one period as unbound Ibis tables, and what is published from them.

    A ledger is an attribute of its own name: ``edition.tasks``.
    """

    def __init__(
        self,
        parameters: Parameters,
        schemas: dict[str, Schema],
        ledgers: dict[str, Ledger],
        catalogue: dict[str, Statistic],
        quiet: bool,
    ) -> None:
        self.parameters = parameters
        self.schemas = schemas
        self.ledgers = ledgers
        self.catalogue = catalogue
        self.quiet = quiet
        self.facts: dict[str, Fact] = {}
        self.figures: dict[str, Figure] = {}
        self._tables = unbound_tables(schemas)
        texts = {name: ledger.canonical for name, ledger in ledgers.items()}
        self._source = Source(connect_duckdb(texts, schemas), ledgers, decimal_places(schemas))

    def __getattr__(self, name: str) -> ir.Table:
        tables = self.__dict__.get("_tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"没有台账 {name}；{nearest(name, tables)}")

    def publish(self, id: str, expr: ir.Value, otherwise: ir.Value | None = None) -> None:
        """Compute a statistic exactly and publish it with its trace.

        ``expr``: ``+ - * /`` over sums, distinct counts and dates of filtered ledgers.
        ``otherwise``: stands in when an operand of ``expr`` has no data.
        Raises :class:`PublishError` for an unknown or repeated id, missing data,
        a division by zero, or an expression that is not exact.
        """
        if id not in self.catalogue:
            raise PublishError(
                error(
                    "publish.unknown", id, "指标目录里没有这个指标。", nearest(id, self.catalogue)
                )
            )
        if id in self.facts:
            raise PublishError(error("publish.twice", id, "这个指标已经发布过。", "删去一处。"))
        formula = take_apart(id, expr, self.schemas)
        operands = trace(formula, self._source)
        missing = tuple(part for part in operands if part.value is None)
        if missing and otherwise is not None:
            formula = take_apart(id, otherwise, self.schemas)
            operands = trace(formula, self._source)
        gaps = [part for part in operands if part.value is None]
        if gaps:
            places = "、".join(cell.place for part in gaps for cell in part.cells) or "、".join(
                f"data/{part.ledger}.csv" for part in gaps
            )
            raise PublishError(
                error(
                    "publish.no-data",
                    f"{id}（{places}）",
                    "没有数据，算不出这个指标。",
                    "补数据，或用 otherwise= 写明替代算法。",
                )
            )
        fact = make_fact(
            self.catalogue[id],
            formula,
            operands,
            missing,
            self._source,
            self.schemas,
            self.parameters.period,
        )
        self.facts[id] = fact
        if not self.quiet:
            _show_fact(fact)

    def figure(
        self,
        id: str,
        table: ir.Table,
        draw: Callable[..., Any],
        *,
        title: str,
        unit: str,
        alt: str,
        source: str,
    ) -> None:
        """Draw and publish a figure with its table and the query that gave it.

        ``table``: one filtered ledger, its plain columns or grouped sums, ordered.
        ``draw``: a chart of :mod:`policybook.charts`.
        ``title``, ``alt``: may name facts published before as ``{statistic.id}``.
        Raises :class:`FigureError` for a repeated id, an unordered table or an unknown fact.
        """
        if id in self.figures:
            raise FigureError(error("figure.twice", id, "这个图已经发布过。", "删去一处或改名。"))
        ledger = figure_ledger(id, table)
        sql = {engine: compile_table(table, engine, self._source.places) for engine in ENGINES}
        result = self._source.connection.execute(sql["duckdb"]).fetchall()
        schema = self.schemas[ledger]
        for name in table.columns:
            if name not in schema.names:
                raise FigureError(
                    error(
                        "figure.column",
                        id,
                        f"图表列 {name} 不是{schema.title}的列。",
                        "汇总列沿用原列名。",
                    )
                )
        rows = tuple(tuple(plain_scalar(value) for value in row) for row in result)
        headings = tuple(schema.field(name).title for name in table.columns)
        data = Table(tuple(table.columns), headings, rows)
        templates = {"title": title, "alt": alt}
        title, alt = self._filled(id, title), self._filled(id, alt)
        figure = Figure(
            id=id,
            title=title,
            alt=alt,
            unit=unit,
            source=source,
            ledger=ledger,
            columns=data.columns,
            headings=headings,
            rows=tuple(tuple(scalar_text(value) for value in row) for row in rows),
            sql=sql,
            notebook="",
            cell="",
            templates=templates,
        )
        self.figures[id] = figure
        if not self.quiet:
            from policybook.charts import to_svg

            _show_figure(figure, to_svg(draw(data, title=title, unit=unit, source=source)))

    def _filled(self, id: str, text: str) -> str:
        def display(match: re.Match[str]) -> str:
            fact = self.facts.get(match[1])
            if fact is None:
                raise FigureError(
                    error(
                        "figure.fact",
                        id,
                        f"图的文字用到尚未发布的指标 {match[1]}。",
                        nearest(match[1], self.facts),
                    )
                )
            return fact.display

        return re.sub(r"\{([\w.]+)\}", display, text)


def _show_fact(fact: Fact) -> None:
    from IPython.display import publish_display_data

    name, label = fact.id, escape(fact.label)
    html = (
        f'<p class="published" id="output-{name}">{label}：'
        f'<a class="stat" data-stat="{name}" href="../trace/{name}.html">{escape(fact.display)}</a>'
        f'<br><code data-fact="{name}" data-show="formula">{escape(fact.formula)}</code></p>'
    )
    text = f"{fact.label}：{fact.display}  [{fact.id}]  {fact.formula}"
    publish_display_data({"text/html": html, "text/plain": text}, metadata={FACT_KEY: asdict(fact)})


def _show_figure(figure: Figure, svg: bytes) -> None:
    from IPython.display import publish_display_data

    publish_display_data(
        {"image/svg+xml": svg.decode(), "text/plain": f"{figure.title}：{figure.alt}"},
        metadata={FIGURE_KEY: asdict(figure)},
    )
