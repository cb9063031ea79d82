"""The made-up city over several quarters, whose statistics are compared."""

from __future__ import annotations

import shutil
from pathlib import Path

from policybook.edition import open_inputs
from policybook.history import with_history
from policybook.inputs import Inputs, load_inputs
from policybook.model import Fact
from policybook.notebooks import evaluate_notebooks
from tests.integration.city import PERIOD as PARAMETERS
from tests.integration.city import found_city

QUARTERS = ("2031Q1", "2031Q2", "2031Q3", "2031Q4", "2032Q1")
NEWEST = QUARTERS[-1]


class City:
    """A made-up city of several quarters whose statistics are compared."""

    def __init__(self, root: Path, quarters: tuple[str, ...]) -> None:
        self.root = found_city(root, quarters[:1])
        self.data = self.root / "data"
        for quarter in quarters[1:]:
            shutil.copytree(self.data / quarters[0], self.data / quarter)
            text = PARAMETERS.format(period=quarter, year=quarter[:4], month=4)
            (self.data / quarter / "period.yml").write_text(text, encoding="utf-8")
        path = self.data / "statistics.yml"
        text = path.read_text(encoding="utf-8")
        mark = "  span: 累计\n"
        path.write_text(text.replace(mark, f"{mark}  compare: [quarter, year]\n"), "utf-8")

    def change(self, quarter: str, old: str, new: str) -> None:
        """Another text in a quarter's ledger of works."""
        path = self.data / quarter / "works.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def declare(self, statistic: str, lines: str) -> None:
        """More lines of a statistic's entry in the catalogue."""
        path = self.data / "statistics.yml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"{statistic}:\n", f"{statistic}:\n{lines}"), "utf-8")

    def inputs(self, quarter: str = NEWEST) -> Inputs:
        """A quarter's inputs with its history."""
        return with_history(self.root, self.data, load_inputs(self.data, quarter))

    def facts(self, quarter: str = NEWEST) -> dict[str, Fact]:
        """A quarter's facts, comparisons included."""
        edition = open_inputs(self.data, self.inputs(quarter))
        return evaluate_notebooks(self.root / "notebooks", edition)
