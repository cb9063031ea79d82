"""An edition opened for computing: ledgers in, facts and figures out. floor: edition.

This is what notebooks import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
from ibis import _

from policybook.catalogue import Statistic, load_catalogue, nearest
from policybook.comparisons import (
    EARLIER,
    base_period,
    base_row,
    base_value,
    compared,
    comparison_formula,
    unfit,
)
from policybook.config import Parameters
from policybook.engines import open_engine
from policybook.errors import FigureError, PublishError, error
from policybook.expression import Formula, take_apart, unbound_tables
from policybook.facts import make_fact
from policybook.figure_tables import query_table
from policybook.figures import filled, scalar_text
from policybook.inputs import Inputs, load_inputs
from policybook.ledgers import Ledger
from policybook.lineage import Source, trace
from policybook.model import Fact, Figure, Operand
from policybook.outputs import show_fact, show_figure
from policybook.period import parse_period
from policybook.queries import decimal_places
from policybook.schema import Schema
from policybook.staged import Staged, read_staged

_prepared: ContextVar[Edition | None] = ContextVar("prepared", default=None)


def open_edition(period: str, data: str = "data") -> Edition:
    """The edition of a period; the first call of every notebook.

    Raises :class:`policybook.errors.PolicybookError` when ledgers or catalogue do not load.
    """
    prepared = _prepared.get()
    if prepared is not None:
        return prepared
    return open_staged(read_staged(Path(data), period))


def open_staged(staged: Staged) -> Edition:
    """An edition that displays its facts and draws its figures: that of a notebook."""
    return Edition(staged.parameters, staged.schemas, staged.ledgers, staged.catalogue, False)


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
        texts = {name: ledger.canonical for name, ledger in ledgers.items() if not ledger.large}
        large = {name: ledger.large for name, ledger in ledgers.items() if ledger.large}
        engine = open_engine(texts, schemas, large)
        self._source = Source(engine, ledgers, decimal_places(schemas))

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
        if not self.catalogue[id].effective(parse_period(self.parameters.period)):
            return  # the same notebook serves quarters before and after a change of definition
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
        self._add(fact)
        self._compare(self.catalogue[id], fact, formula, operands, missing)

    def _add(self, fact: Fact) -> None:
        self.facts[fact.id] = fact
        if not self.quiet:
            show_fact(fact)

    def _compare(
        self,
        statistic: Statistic,
        fact: Fact,
        formula: Formula,
        operands: tuple[Operand, ...],
        missing: tuple[Operand, ...],
    ) -> None:
        """Publish a fact's comparisons with the earlier editions that there are."""
        ledger = self.ledgers.get(EARLIER)
        if ledger is None or unfit(fact):
            return
        for part, derived in compared(statistic).items():
            quarter = base_period(statistic, part.partition("_")[0], self.parameters.period)
            row = base_row(ledger, statistic.id, quarter)
            if row is None or (part.endswith("growth") and base_value(row) <= 0):
                continue
            known = self._tables[EARLIER].filter(_.id == row["id"])
            base = known.value.sum() if row["value"] else known.numerator.sum()
            if not row["value"]:
                base = base / known.denominator.sum()
            based = take_apart(derived.id, base, self.schemas, after=len(formula.reductions))
            expression = comparison_formula(part, formula.expression, based.expression)
            if derived.unit == "个百分点":
                expression = f"({expression}) * 100"
            whole = Formula(expression, formula.reductions + based.reductions)
            parts = operands + trace(based, self._source)
            self._add(
                make_fact(derived, whole, parts, missing, self._source, self.schemas, fact.period)
            )

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
        self._figure(id, table, draw, title, unit, alt, source, ())

    def _figure(
        self,
        id: str,
        table: ir.Table,
        draw: Callable[..., Any],
        title: str,
        unit: str,
        alt: str,
        source: str,
        current: tuple[str, ...],
    ) -> None:
        if id in self.figures:
            raise FigureError(error("figure.twice", id, "这个图已经发布过。", "删去一处或改名。"))
        ledger, sql, data = query_table(id, table, self._source, self.schemas)
        data = replace(
            data,
            rows=data.rows
            + tuple(
                (fact.period, fact.label, Decimal(fact.number))
                for fact in (self.facts[name] for name in current)
            ),
        )
        templates = {"title": title, "alt": alt}
        title, alt = filled(id, title, self.facts), filled(id, alt, self.facts)
        figure = Figure(
            id=id,
            title=title,
            alt=alt,
            unit=unit,
            source=source,
            ledger=ledger,
            columns=data.columns,
            headings=data.headings,
            rows=tuple(tuple(scalar_text(value) for value in row) for row in data.rows),
            sql=sql,
            notebook="",
            cell="",
            templates=templates,
            current=current,
        )
        self.figures[id] = figure
        if not self.quiet:
            from policybook.charts import to_png, to_svg

            drawn = draw(data, title=title, unit=unit, source=source)
            show_figure(figure, to_svg(drawn), to_png(drawn))

    def trend(
        self,
        id: str,
        statistics: Sequence[str],
        draw: Callable[..., Any],
        *,
        title: str,
        unit: str,
        alt: str,
        source: str,
    ) -> None:
        """Draw statistics over the earlier editions and this one; no figure when there is none.

        ``statistics``: published before, of one unit.  The table has the columns ``period``,
        ``title`` and ``shown``: the ledger ``earlier``, then this edition's facts.
        """
        if EARLIER not in self.ledgers:
            return
        table = self._tables[EARLIER].filter(_.statistic.isin(list(statistics)))
        table = table.select("period", "title", "shown").order_by(_.period, _.title)
        unknown = [name for name in statistics if name not in self.facts]
        if unknown:
            message = f"趋势图用到尚未发布的指标 {'、'.join(unknown)}。"
            raise FigureError(error("figure.fact", id, message, nearest(unknown[0], self.facts)))
        current = tuple(sorted(statistics, key=lambda name: self.facts[name].label))
        self._figure(id, table, draw, title, unit, alt, source, current)
