"""Whether all cells of a column are beyond doubt, asked of the column at once. floor: rules.

What is in doubt is then checked cell by cell in ``rules``, where each finding is worded:
a screen may doubt what is right, and must never pass what is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

from policybook.ledgers import Ledger
from policybook.schema import Field

INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,14}(\.\d+)?", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FORMULA = "=+-@"
"""What begins a formula in a spreadsheet."""
_BEFORE_MARKUP = ("<", "{", "](", "pt:", "pT:", "Pt:", "PT:")
"""One of these stands in any text that looks like markup or script."""
_CONSTRAINTS = {"required", "unique", "pattern", "enum", "minimum", "maximum"}


def invisible(char: str) -> bool:
    """Whether a character controls or formats instead of being seen."""
    return unicodedata.category(char) in ("Cc", "Cf")


def beyond_doubt(cells: Iterable[str], fits: Callable[[str], object]) -> bool:
    """Whether each filled cell fits."""
    return all(map(fits, filter(None, cells)))


def types_fit(ledger: Ledger, field: Field) -> bool:
    """Whether each cell of a column has its type."""
    cells = ledger.values[field.name]
    if field.type == "integer":
        return beyond_doubt(cells, INTEGER.fullmatch)
    if field.type == "number":
        fraction = rf"(\.\d{{1,{field.decimals}}})?" if field.decimals else ""
        return beyond_doubt(cells, re.compile(rf"-?\d{{1,14}}{fraction}", re.ASCII).fullmatch)
    if field.type == "date":
        return beyond_doubt(cells, DATE.fullmatch) and beyond_doubt(cells, is_date)
    return True


def is_date(text: str) -> bool:
    """Whether the calendar has a day written in ISO form."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def texts_fit(ledger: Ledger, field: Field) -> bool:
    """Whether no cell of a column of texts could be a formula, control characters or markup."""
    joined = "\n".join(["", *ledger.values[field.name]])
    if any(f"\n{mark}" in joined for mark in FORMULA):
        return False
    if any(mark in joined for mark in _BEFORE_MARKUP):
        return False
    flat = joined.replace("\n", "")
    if len(joined) - len(flat) != len(ledger.values[field.name]):
        return False  # a cell of several lines
    return flat.isprintable() or not any(map(invisible, set(flat)))


def constraints_fit(ledger: Ledger, field: Field) -> bool:
    """Whether a column of the right type keeps the constraints of its Table Schema."""
    asked = {name: value for name, value in field.constraints.items() if value is not False}
    cells = ledger.values[field.name]
    key = ledger.schema.document.get("primaryKey", [])
    primary = field.name in ([key] if isinstance(key, str) else key)
    if asked.keys() - _CONSTRAINTS or (primary and not isinstance(key, str) and len(key) > 1):
        return False
    if (primary or "required" in asked) and "" in cells:
        return False
    if (primary or "unique" in asked) and len(cells) != len(ledger.rows):
        return False
    if asked.keys() & {"pattern", "enum"} and field.type != "string":
        return False
    if "enum" in asked and not cells <= {"", *asked["enum"]}:
        return False
    if "pattern" in asked and not beyond_doubt(cells, re.compile(f"^{asked['pattern']}$").match):
        return False
    bounded = bool(asked.keys() & {"minimum", "maximum"})
    return not bounded or (field.numeric and _within(field, cells))


def _within(field: Field, cells: Iterable[str]) -> bool:
    bounds = [field.constraints.get("minimum"), field.constraints.get("maximum")]
    if not all(isinstance(bound, int | float) for bound in bounds if bound is not None):
        return False
    numbers = list(map(int if field.type == "integer" else float, filter(None, cells)))
    low, high = bounds
    return not numbers or (
        (low is None or min(numbers) >= low) and (high is None or max(numbers) <= high)
    )
