"""A formula as a reader sees it, in numbers and in words. floor: wording."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from policybook.model import Operand
from policybook.numbers import number_text
from policybook.schema import Schema

_SIGNS = str.maketrans({"/": "÷", "*": "×", "-": "−"})
_REDUCTIONS = {"sum": "合计", "nunique": "种类数", "min": "最早", "max": "最晚"}
_TERMS = 8
"""A sum of up to so many cells is written out; there may be none to write."""


def in_words(expression: str, operands: Sequence[Operand], schemas: Mapping[str, Schema]) -> str:
    """``重点任务台账“完成数” ÷ 重点任务台账“计划数”``."""

    def words(part: Operand) -> str:
        schema = schemas[part.ledger]
        reduction = "" if len(part.cells) == 1 else _REDUCTIONS[part.reduction]
        return f"{schema.title}“{schema.field(part.column).title}”{reduction}"

    return _substitute(expression, {part.name: words(part) for part in operands})


def in_numbers(
    expression: str,
    operands: Sequence[Operand],
    value: Fraction,
    unit: str,
    decimals: int,
    display: str,
) -> str:
    """``24184 ÷ 24871 = 97.24% → 97%``: the operands, two more places, what is displayed."""
    texts = {part.name: part.value or "" for part in operands}
    if expression == "a" and operands[0].reduction == "sum":
        filled = [cell.value for cell in operands[0].cells if cell.value]
        counted = operands[0].counted
        terms = counted.filled if counted else len(filled)
        texts["a"] = " + ".join(filled) if 0 < terms <= _TERMS else f"{terms} 格合计"
    left = _substitute(expression, texts)
    finer = number_text(value, unit, decimals + 2)
    if Fraction(finer) == Fraction(number_text(value, unit, decimals)):
        return f"{left} = {display}"
    return f"{left} = {finer}{'%' if unit == '%' else ''} → {display}"


def _substitute(expression: str, texts: Mapping[str, str]) -> str:
    pieces = re.split(r"\b([a-z])\b", expression.translate(_SIGNS))
    return "".join(texts.get(piece, piece) for piece in pieces)
