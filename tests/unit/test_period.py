"""Periods: what is one, and in which order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.errors import UsageError
from policybook.period import Period, choose_periods, find_periods, parse_period

periods = st.builds(Period, st.integers(2000, 2099), st.integers(1, 4), st.integers(0, 99))


@given(periods)
def test_a_period_reads_back(period: Period) -> None:
    """What a period is written as names that period."""
    assert parse_period(str(period)) == period


@pytest.mark.parametrize(
    "text",
    [
        "../x",
        "2024Q2/../x",
        "/etc",
        "..",
        "",
        " 2024Q2",
        "2024Q2 ",
        "2024Q2\n",
        "2024Q2\x00",
        "2024Q5",
        "2024Q0",
        "2024q2",
        "1999Q1",
        "2024-Q2",
        "20244Q2",
        "２０２４Q2",
        "2024Q２",
        "２024Q2",
        "٢٠٢٤Q2",
        "2024Q2-r0",
        "2024Q2-r01",
        "2024Q2-r100",
        "2024Q2-r",
        "2024Q2-r1-r2",
        "2024Q2-r１",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Paths, fifth quarters, full-width digits and odd re-issues are no periods."""
    with pytest.raises(UsageError) as caught:
        parse_period(text)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("period.form", repr(text))
    assert finding.remedy


def test_periods_are_ordered_by_time_then_re_issue() -> None:
    """A re-issue comes after its first issue and before the next quarter."""
    names = ["2023Q4", "2024Q1", "2024Q2", "2024Q2-r1", "2024Q2-r2", "2024Q2-r10", "2024Q3"]
    mixed = random.Random(0).sample(names, len(names))
    assert [str(period) for period in sorted(map(parse_period, mixed))] == names


@pytest.fixture
def two_editions(tmp_path: Path) -> Path:
    """A data folder with two editions and much that is none."""
    for name in ("2024Q3", "2024Q2", "schema", "2024Q9", "draft"):
        (tmp_path / name).mkdir()
    (tmp_path / "2024Q1").write_text("a file", encoding="utf-8")
    return tmp_path


def test_editions_are_found_oldest_first(two_editions: Path) -> None:
    """Only folders named after a period are editions."""
    assert [str(period) for period in find_periods(two_editions)] == ["2024Q2", "2024Q3"]


def test_all_editions_are_chosen_by_default(two_editions: Path) -> None:
    """Asking for none means all, and asking twice means once."""
    there = find_periods(two_editions)
    assert len(choose_periods(two_editions, there, [])) == 2
    twice = choose_periods(two_editions, there, ["2024Q2", "2024Q2"])
    assert [str(period) for period in twice] == ["2024Q2"]


def test_an_unknown_edition_is_refused(two_editions: Path) -> None:
    """The message lists the editions that there are."""
    with pytest.raises(UsageError, match=r"period\.unknown.*2024Q2、2024Q3"):
        choose_periods(two_editions, find_periods(two_editions), ["2024Q4"])


def test_no_edition_is_refused(tmp_path: Path) -> None:
    """A data folder without editions, or none at all, is wrong use."""
    with pytest.raises(UsageError, match=r"period\.none"):
        choose_periods(tmp_path, [], [])
    with pytest.raises(UsageError, match=r"data\.missing"):
        find_periods(tmp_path / "nowhere")
