"""The six mechanisms and the pairs of the 2024 edition: what is known, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from policybook.inputs import load_inputs
from policybook.pages import read_text
from policybook.pairings import PAIRINGS
from tests.conftest import PERIOD, ROOT

INPUTS = load_inputs(ROOT / "data", PERIOD)


def test_the_report_was_made_when_the_documents_say() -> None:
    """The ledger of reports, the milestone and the edition's parameter have one day."""
    (report,) = INPUTS.ledgers["reports"].rows
    milestone = INPUTS.ledgers["milestones"].by_id["report-made"][1]
    made = str(INPUTS.parameters.reporting_date)
    assert report["submitted_on"] == milestone["on"] == made


def test_no_document_says_when_the_report_was_due() -> None:
    """So nothing says whether it was in time."""
    row = INPUTS.ledgers["deadlines"].by_id["reports-report-2024-08"][1]
    assert (row["state"], row["due"], row["on_time"]) == ("已报送", "", "")


def test_nobody_is_paired_from_totals() -> None:
    """Four branches with eight stars are known as a number alone, and none with five."""
    stars = {(row["stars"], row["evidence"]) for row in INPUTS.ledgers["branches"].rows}
    assert {one for one in stars if one[0]} == {("8星", "aggregate")}
    assert INPUTS.ledgers[PAIRINGS].rows == ()


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("grassroots", "还不能结对：缺8星和5星支部的名单"),
        ("grassroots", "由双河镇党委登记到支部台账"),
        ("mechanisms", "没有载明不等于没有；由市政府督查部门登记到督查督办台账"),
        ("mechanisms", "由作出调整的部门登记到动态调整台账"),
        ("mechanisms", "由市政府办公部门在下期提供"),
    ],
)
def test_a_page_says_what_is_missing_and_who_supplies_it(site: Path, page: str, said: str) -> None:
    """An empty table gives no number, but names the gap."""
    assert said in read_text((site / f"book/{page}.html").read_text("utf-8")).text


def test_unknown_is_not_counted(site: Path) -> None:
    """No fact says that there were no letters and no adjustments."""
    facts = (site / "facts.csv").read_text("utf-8")
    assert "letters." not in facts
    assert "adjustments." not in facts
