"""The directive that shows a policy matrix, cell by cell. floor: directives."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any, ClassVar

from docutils.parsers.rst import directives

from policybook.filled import BookDirective
from policybook.matrix import COVERAGE, WHOLE, cell_id, matrix_cells
from policybook.templating import warn


class Matrix(BookDirective):
    """A policy matrix: entries down, tasks across, and in each cell what stands there.

    The argument is the ledger of policies, whose schema declares the matrix.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "caption": directives.unchanged_required
    }
    template = "matrix.html"

    def values(self) -> dict[str, Any] | None:
        """The cells row by row, with their records in the ledger of the matrix."""
        ledger = self.known(self.arguments[0], self.book.ledgers, "台账")
        if ledger is None:
            return None
        rule = ledger.schema.matrix
        if rule is None or COVERAGE not in self.book.ledgers:
            warn("matrix", f"{ledger.schema.title}没有政策矩阵。", self.get_location())
            return None
        known = [name for name in (ledger.name, *rule.ledgers) if name in self.book.ledgers]
        held = {name: self.book.ledgers[name].rows for name in known}
        cells = matrix_cells(ledger.name, rule, held)
        return {
            "ledger": ledger,
            "rule": rule,
            "rows": [(entry, list(row)) for entry, row in groupby(cells, lambda cell: cell.entry)],
            "columns": [*rule.tasks, WHOLE],
            "counted": lambda cell: self.book.records(COVERAGE)[cell_id(rule, cell)],
            "caption": self.options.get("caption", ledger.schema.title),
        }
