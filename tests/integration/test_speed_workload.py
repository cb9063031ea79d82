"""The report that `benchmarks/speed` has every program make."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from benchmarks.speed.forms import write_peers
from benchmarks.speed.ours import write_ours
from benchmarks.speed.workload import (
    CITED,
    PERIOD,
    THEMES,
    change_cell,
    compute,
    make_ledgers,
    statistics,
)
from policybook.check import check_data
from policybook.edition import open_inputs
from policybook.notebooks import evaluate_notebooks

RECORDS = 100  # the fewest of which no statistic is empty


def test_our_project_gives_what_was_computed_without_us(tmp_path: Path) -> None:
    """The ledgers pass every check, and each statistic of the notebooks has the exact value."""
    ledgers = make_ledgers(RECORDS)
    write_ours(tmp_path, ledgers)
    checked = check_data(tmp_path / "data", PERIOD)
    assert checked.findings == []
    edition = open_inputs(tmp_path / "data", checked.required())
    facts = evaluate_notebooks(tmp_path / "notebooks", edition)
    found = {name: (Fraction(fact.value), fact.display) for name, fact in facts.items()}
    wanted = compute(ledgers)
    assert found == {name: (value.exact, value.display) for name, value in wanted.items()}
    assert len(found) == 20 * len(THEMES)


def test_the_plain_script_gives_the_same(tmp_path: Path) -> None:
    """pandas comes to the same values, and the script leaves both pictures of each chapter."""
    ledgers = make_ledgers(RECORDS)
    write_peers(tmp_path, ledgers)
    subprocess.run([sys.executable, "plain.py"], cwd=tmp_path, check=True, capture_output=True)
    texts = json.loads((tmp_path / "values/all.json").read_text(encoding="utf-8"))["texts"]
    assert texts == {name: value.display for name, value in compute(ledgers).items()}
    assert len(list((tmp_path / "figures").iterdir())) == 2 * len(THEMES)


def test_the_changed_cell_changes_some_statistics_that_pages_show() -> None:
    """A case in which nothing moves, or all, would measure nothing."""
    ledgers = make_ledgers()
    before, after = compute(ledgers), compute(change_cell(ledgers, 7000))
    moved = {name for name in before if before[name].display != after[name].display}
    shown = {
        one.id
        for chapter in THEMES
        for one in [part for part in statistics() if part.chapter == chapter][:CITED]
    }
    assert 0 < len(moved) < 10
    assert moved <= shown
