"""What a release refuses, and what becomes of a released edition afterwards."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from policybook.errors import Finding, SiteError, UsageError
from policybook.period import parse_period
from policybook.published import digests
from policybook.publishing import release
from policybook.register import read_register
from policybook.site import Project, build
from tests.integration.city import found_city

QUARTER = "2031Q1"
TODAY = date(2031, 4, 20)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A made-up city that was not built yet."""
    root = found_city(tmp_path / "city")
    return Project(root, root / "data", root / "_build" / "site", 2, True, lambda _: None)


def edit(project: Project, name: str, old: str, new: str) -> None:
    """Another text in a file of the quarter."""
    path = project.data / QUARTER / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def codes(findings: list[Finding]) -> list[str]:
    """What was said, the titles apart that are meant to look like markup."""
    return [one.code for one in findings if one.code != "ledger.markup"]


def published(project: Project, name: str = QUARTER, note: str = "") -> list[str]:
    """The codes of a release's checklist."""
    return codes(release(project, parse_period(name), note, TODAY))


def test_what_a_draft_may_have_blocks_a_release(project: Project) -> None:
    """A ledger not handed in, a count over its plan, no date: all listed, nothing written."""
    text = "department,ledger,status,workbook\n虚构局,works,待报,\n"
    (project.data / QUARTER / "submissions.csv").write_text(text, encoding="utf-8")
    edit(project, "period.yml", "reporting_date: 2031-01-10", "reporting_date: null")
    with pytest.raises(SiteError) as caught:
        published(project)
    errors = {one.code for one in caught.value.findings if one.severity == "error"}
    assert errors == {"submission.pending", "release.date"}
    assert "release.next" in {one.code for one in caught.value.findings}
    assert read_register(project.data) == {}
    assert not any(path.is_dir() for path in project.out.iterdir())


def test_a_released_edition_is_kept_or_made_again(project: Project) -> None:
    """It is left alone; lost, it is built again to the same numbers; other numbers are refused."""
    assert published(project) == ["gate.coverage", "release.next"]
    place = project.out / QUARTER
    before = digests(place)
    edit(project, "works.csv", "30,24,", "30,25,")
    kept = build(project, [parse_period(QUARTER)])
    assert codes(kept) == ["release.kept"]
    assert digests(place) == before
    shutil.rmtree(place)
    with pytest.raises(SiteError, match=r"release\.changed") as caught:
        build(project, [parse_period(QUARTER)])
    assert {one.place for one in caught.value.findings} >= {f"{QUARTER} works.done"}
    assert not place.exists()
    edit(project, "works.csv", "30,25,", "30,24,")
    assert codes(build(project, [parse_period(QUARTER)])) == ["gate.coverage"]
    assert digests(place) == before


def test_re_issues_come_in_order_and_say_why(project: Project) -> None:
    """Not before the first, not without a note, and no number changes without a correction."""
    with pytest.raises(UsageError, match=r"还没有发布 2031Q1"):
        published(project, f"{QUARTER}-r1", "虚构的说明")
    published(project)
    with pytest.raises(UsageError, match="--note"):
        published(project, f"{QUARTER}-r1")
    edit(project, "works.csv", "30,24,", "30,25,")
    with pytest.raises(SiteError, match=r"release\.unexplained"):
        published(project, f"{QUARTER}-r1", "虚构的说明")
    assert list(read_register(project.data)) == [QUARTER]
