"""A fact made from a formula's operands: value, display, evidence, sources. floor: facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from policybook.apart import check_apart
from policybook.catalogue import Statistic
from policybook.errors import PublishError, error
from policybook.expression import Formula
from policybook.ledgers import Ledger
from policybook.lineage import Source, look_through, lower_bounds, weakest
from policybook.model import Fact, Operand
from policybook.numbers import (
    display_text,
    evaluate,
    evaluate_interval,
    exact_text,
    interval_text,
    number_text,
)
from policybook.operands import operand_exact, printed_interval
from policybook.queries import ENGINES, combined_query
from policybook.schema import Schema
from policybook.wording import in_numbers, in_words


def make_fact(
    statistic: Statistic,
    formula: Formula,
    operands: tuple[Operand, ...],
    missing: tuple[Operand, ...],
    source: Source,
    schemas: Mapping[str, Schema],
    period: str,
) -> Fact:
    """The fact of a statistic from its formula's operands.

    ``missing``: operands without data that the formula, a fall-back, stands in for.
    Raises :class:`PublishError` on a division by zero, where a lower bound would be shown as
    something else, and where measures are added up that their schema keeps apart.
    """
    check_apart(statistic.id, formula, source)
    values = {part.name: operand_exact(part.value or "") for part in operands}
    try:
        value = evaluate(formula.expression, values)
    except ZeroDivisionError:
        places = "、".join(
            cell.place
            for part in operands
            for cell in part.cells
            if not values[part.name] and cell.value
        )
        raise PublishError(
            error(
                "publish.zero",
                f"{statistic.id}（{places}）",
                "除数为零。",
                "检查台账中的基数，或用 otherwise=。",
            )
        ) from None
    printed = {part.name: schemas[part.ledger].field(part.column).printed for part in operands}
    if any(printed.values()) and any(part.counted for part in operands):
        message = "算式里有文件所载的比率，又有大台账：取整留下的区间无法逐格算出。"
        remedy = "把所载比率和大台账分成两个指标。"
        raise PublishError(error("publish.large-printed", statistic.id, message, remedy))
    alone = formula.expression == "a"
    evidence = weakest(operands, any(printed.values()), alone)
    number = number_text(value, statistic.unit, statistic.decimals)
    qualifier = _qualifier(
        statistic.id, formula.expression, values, lower_bounds(operands, source.ledgers)
    )
    display = display_text(number, statistic.unit, qualifier)
    share = look_through(operands)
    return Fact(
        id=statistic.id,
        label=statistic.label,
        period=period,
        value=exact_text(value),
        display=display,
        number=number,
        unit=statistic.unit,
        decimals=statistic.decimals,
        qualifier=qualifier,
        span=statistic.span,
        direction=statistic.direction,
        chapter=statistic.chapter,
        word=statistic.word,
        evidence=evidence,
        look_through=None if share is None else exact_text(share),
        interval=_interval(statistic, formula, operands, printed, evidence),
        formula=in_numbers(
            formula.expression, operands, value, statistic.unit, statistic.decimals, display
        ),
        words=in_words(formula.expression, operands, schemas),
        expression=formula.expression,
        sql={e: combined_query({part.name: part.sql[e] for part in operands}) for e in ENGINES},
        operands=operands,
        missing=missing,
        sources=_sources((*operands, *missing), source.ledgers),
        documents=_documents((*operands, *missing), source.ledgers),
        departments=_departments((*operands, *missing), source.ledgers),
        notebook="",
        cell="",
        definition=statistic.definition,
    )


def _qualifier(
    statistic: str, expression: str, values: Mapping[str, Fraction], bounds: list[str]
) -> str:
    """余 when the value is at least what is shown: larger operands must not make it smaller."""
    value = evaluate(expression, values)
    for name in bounds:
        if evaluate(expression, {**values, name: values[name] + 1}) < value:
            message = "用到“余”字下限的数，放在减号或除号之后，结果不再是下限。"
            raise PublishError(
                error("publish.bound", statistic, message, "不发布这个指标，或先查明确数。")
            )
    return "余" if bounds else ""


def _interval(
    statistic: Statistic,
    formula: Formula,
    operands: tuple[Operand, ...],
    printed: dict[str, bool],
    evidence: str,
) -> dict[str, str] | None:
    if evidence != "implied":
        return None
    spans = {part.name: printed_interval(part, printed[part.name]) for part in operands}
    interval = evaluate_interval(formula.expression, spans)
    return {
        "low": exact_text(interval.low),
        "high": exact_text(interval.high),
        "display": interval_text(interval, statistic.unit, statistic.decimals),
    }


def _sources(
    operands: tuple[Operand, ...], ledgers: Mapping[str, Ledger]
) -> tuple[dict[str, str], ...]:
    names = dict.fromkeys(part.ledger for part in operands)
    return tuple(
        {"file": ledgers[name].published, "sha256": ledgers[name].sha256} for name in names
    )


def departments_of(records: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Every department that a record names, in order."""
    return tuple(sorted({row.get("department", "") for row in records} - {""}))


def _departments(operands: tuple[Operand, ...], ledgers: Mapping[str, Ledger]) -> tuple[str, ...]:
    listed = departments_of(
        ledgers[part.ledger].by_id[name][1]
        for part in operands
        if part.counted is None
        for name in part.records
    )
    counted = {name for part in operands if part.counted for name in part.counted.departments}
    return tuple(sorted({*listed, *counted}))


def _documents(
    operands: tuple[Operand, ...], ledgers: Mapping[str, Ledger]
) -> tuple[dict[str, str], ...]:
    places: dict[str, None] = {}
    for part in operands:
        if part.counted is not None:  # of a large ledger the documents alone, without places
            places |= dict.fromkeys(part.counted.documents)
        else:
            places |= dict.fromkeys(cell.source for cell in part.cells if cell.value)
    titles = ledgers["documents"].by_id
    found = []
    for source in places:
        document, _, place = source.partition(":")
        title = titles[document][1]["title"] if document in titles else document
        found.append({"id": document, "title": title, "place": place})
    return tuple(found)
