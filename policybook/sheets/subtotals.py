"""Printed subtotals against the rows that they cover, exactly. floor: sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation

from policybook.numbers import plain
from policybook.schema import Field
from policybook.sheets.lines import Kind
from policybook.sheets.told import Told

_EXACT = Context(prec=60)  # more digits than any sum here has


@dataclass(frozen=True)
class Amounts:
    """The numbers of one record or of one printed subtotal."""

    kind: Kind
    values: Mapping[str, str]  # column → canonical text
    cells: Mapping[str, str]  # column → address


def check_subtotals(lines: Sequence[Amounts], fields: Sequence[Field], told: Told) -> None:
    """Warns of each printed subtotal that is not the sum of its rows.

    合计 covers all records, 小计 those since the last 小计, or those that follow it when
    the first 小计 stands above all records. Ratios are not added up.
    """
    measures = [field for field in fields if field.numeric and not field.printed]
    records = [line for line in lines if line.kind is Kind.RECORD]
    rest = [line for line in lines if line.kind in (Kind.RECORD, Kind.SUBTOTAL)]
    if rest and rest[0].kind is Kind.SUBTOTAL:
        rest.reverse()
    covered: list[Amounts] = []
    for line in rest:
        if line.kind is Kind.RECORD:
            covered.append(line)
        else:
            _compare(line, covered, measures, told)
            covered = []
    for line in lines:
        if line.kind is Kind.TOTAL:
            _compare(line, records, measures, told)


def _compare(
    line: Amounts, covered: Sequence[Amounts], measures: Sequence[Field], told: Told
) -> None:
    for field in measures:
        printed = _number(line.values.get(field.name, ""))
        # Merged cells hold one number, which Excel adds once.
        texts = {
            one.cells[field.name]: one.values[field.name]
            for one in covered
            if one.values.get(field.name)
        }
        numbers = [_number(text) for text in texts.values()]
        if printed is None or None in numbers:
            continue  # what is no number has its own finding
        total = Decimal(0)
        for number in numbers:
            total = _EXACT.add(total, number or Decimal(0))
        if total != printed:
            message = (
                f"{line.kind.value}写的是 {plain(printed)}，各行相加是 {plain(total)}"
                f"（{field.title}，{len(covered)}行）。"
            )
            remedy = "核对各行是否有漏填、错填；合计以各行为准。"
            told.warning("ingest.subtotal", told.at(line.cells[field.name]), message, remedy)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
