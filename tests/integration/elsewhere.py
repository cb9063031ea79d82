"""Editions computed on another engine, to be held against DuckDB's."""

from __future__ import annotations

from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from policybook.check import check_data
from policybook.cli import app
from policybook.demo import write_demo
from policybook.edition import open_inputs
from policybook.engines import computing_on
from policybook.history import with_history
from policybook.model import Fact, Figure
from policybook.notebooks import evaluate_notebooks


def computed(root: Path, period: str, engine: str) -> tuple[dict[str, Fact], dict[str, Figure]]:
    """An edition's facts and figures, and the values of earlier editions, on one engine."""
    data = root / "data"
    with computing_on(engine):
        inputs = with_history(root, data, check_data(data, period).required())
        edition = open_inputs(data, inputs)
        return evaluate_notebooks(root / "notebooks", edition), edition.figures


def demo_city(folder: Path) -> Path:
    """Five quarters of a made-up city, the last of which is 2032Q1."""
    write_demo(folder / "city", quarters=5, records=40, seed=7)
    return folder / "city"


def run(*arguments: object, **environment: str) -> Result:
    """A command in this process."""
    given = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **environment}
    result = CliRunner().invoke(app, list(map(str, arguments)), env=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
