"""What a release refuses, and what becomes of a released edition afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from policybook.errors import Finding, SiteError, UsageError
from policybook.period import parse_period
from policybook.project import Project
from policybook.published import SIGNATURE, digests
from policybook.publishing import release
from policybook.register import Published, Released, add_release, read_register
from policybook.release import VERIFIER
from policybook.signature import check_signature, fingerprint
from policybook.site import build
from policybook.trace import edition_facts
from policybook.verify import verify_release
from tests.integration.city import PERIOD, found_city
from tests.unit.test_signature import make_key

QUARTER, NEXT = "2031Q1", "2031Q2"
EDITIONS = """
::::{when} works.done.quarter_change
比上季度多{stat}`works.done.quarter_change`。
::::

```{corrections}
```
"""
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


def test_a_signed_release_says_so_and_stays_signed(project: Project, tmp_path: Path) -> None:
    """Its pages name the key, both verifiers let it pass, and built again it has its signature."""
    key = make_key(tmp_path / "office")
    release(project, parse_period(QUARTER), "", TODAY, key)
    place = project.out / QUARTER
    signer = read_register(project.data)[QUARTER].signer
    assert signer == fingerprint(key)
    coverage = json.loads((place / "coverage.json").read_text(encoding="utf-8"))
    assert coverage["parameters"]["signer"] == f"SHA256SUMS.sig，密钥指纹 {signer}"
    assert check_signature(place, key.with_suffix(".pub")) == []
    assert verify_release(place) == []
    run = subprocess.run([sys.executable, str(VERIFIER), str(place)], check=False)
    assert run.returncode == 0
    shutil.rmtree(place)
    build(project, [parse_period(QUARTER)])
    assert check_signature(place, key.with_suffix(".pub")) == []


def test_a_release_without_a_key_says_that_it_is_unsigned(project: Project) -> None:
    """No signature lies beside it, and its pages do not hide that."""
    published(project)
    place = project.out / QUARTER
    assert not (place / SIGNATURE).exists()
    coverage = json.loads((place / "coverage.json").read_text(encoding="utf-8"))
    assert coverage["parameters"]["signer"] == "未签名"


def test_a_key_that_is_none_blocks_the_release(project: Project, tmp_path: Path) -> None:
    """It is told before anything is built, and nothing is published."""
    with pytest.raises(UsageError, match=r"sign\.key"):
        release(project, parse_period(QUARTER), "", TODAY, tmp_path / "nowhere")
    assert read_register(project.data) == {}


def test_re_issues_come_in_order_and_say_why(project: Project) -> None:
    """Not before the first, not without a note, and no number changes without a correction."""
    with pytest.raises(UsageError, match=r"还没有发布 2031Q1"):
        published(project, f"{QUARTER}-r1", "虚构的说明")
    published(project)
    with pytest.raises(UsageError, match="--note"):
        published(project, f"{QUARTER}-r1")
    with pytest.raises(UsageError, match=r"还没有写更正"):
        published(project, f"{QUARTER}-r1", "虚构的说明")
    correct(project, "30", "31", column="planned", record="benches")
    edit(project, "works.csv", "9,3,", "9,4,")
    with pytest.raises(SiteError, match=r"release\.unexplained") as caught:
        published(project, f"{QUARTER}-r1", "虚构的说明")
    unexplained = {one.place for one in caught.value.findings if one.severity == "error"}
    assert unexplained == {"works.done"}  # the plan, and with it the rate, was corrected
    assert list(read_register(project.data)) == [QUARTER]


def correct(project: Project, before: str, after: str, *, column: str, record: str) -> None:
    """A correction of the quarter, in its first re-issue."""
    (project.data / "corrections").mkdir(exist_ok=True)
    (project.data / "corrections" / f"{QUARTER}.yml").write_text(
        f"""\
- revision: 1
  what: 虚构的更正内容
  ledger: works
  record: {record}
  column: {column}
  before: {before}
  after: {after}
  expect: {before}
  reason: 虚构的更正理由
  approved_by: 虚构的批准人
  date: 2031-05-06
""",
        encoding="utf-8",
    )


def second_quarter(project: Project, *changes: tuple[str, str]) -> None:
    """A quarter after the first, compared with it, its ledger of works with other texts."""
    shutil.copytree(project.data / QUARTER, project.data / NEXT)
    text = PERIOD.format(period=NEXT, year=2031, month=4)
    (project.data / NEXT / "period.yml").write_text(text, encoding="utf-8")
    path = project.data / NEXT / "works.csv"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def compare(project: Project) -> None:
    """Every statistic compared, a plan that stands, and counts that add up."""
    path = project.data / "statistics.yml"
    mark = "  span: 累计\n"
    text = path.read_text(encoding="utf-8").replace(mark, f"{mark}  compare: [quarter]\n")
    path.write_text(text, encoding="utf-8")
    path = project.data / "schema" / "works.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    for field in schema["fields"]:
        if field["name"] == "planned":
            field["steady"] = True
    path.write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")


def explain(project: Project, what: str) -> None:
    """One more reason of the second quarter."""
    with (project.data / NEXT / "explanations.yml").open("a", encoding="utf-8") as file:
        file.write(f"- {{{what}, reason: 虚构的第2条理由}}\n")


@pytest.mark.parametrize(
    ("changes", "values", "code"),
    [
        ((("40,40,", "41,40,"),), {}, "change.steady"),
        ((("40,40,1.25", "40,40,12.5"),), {}, "plausible.unit"),
        ((), {"works.done": Published("78", "78处")}, "compare.revised"),
    ],
    ids=["change", "plausible", "compare"],
)
def test_what_changed_without_a_reason_blocks_a_release(
    changes: tuple[tuple[str, str], ...],
    values: dict[str, Published],
    code: str,
    project: Project,
) -> None:
    """A plan, an amount ten times as great, and a base that was published otherwise."""
    compare(project)
    second_quarter(project, *changes)
    if values:
        add_release(project.data, Released(QUARTER, "2031-04-20", "ab", "", ""), values)
    before = read_register(project.data)
    with pytest.raises(SiteError) as caught:
        published(project, NEXT)
    assert code in {one.code for one in caught.value.findings if one.severity == "error"}
    assert read_register(project.data) == before


def test_news_of_an_unknown_statistic_stop_the_build(project: Project) -> None:
    """In the edition that has something to compare too, where the known ones are listed."""
    compare(project)
    second_quarter(project)
    page = project.root / "book" / "details.md"
    news = "\n```{news}\nworks.done\nworks.dnoe\n```\n"
    page.write_text(page.read_text(encoding="utf-8") + news, encoding="utf-8")
    with pytest.raises(SiteError, match=r"没有指标 works\.dnoe"):
        build(project, [parse_period(NEXT)])


def test_readers_see_corrections_and_what_can_be_compared(project: Project) -> None:
    """A re-issue lists its corrections, the next quarter bases revised by them, and reasons."""
    compare(project)
    page = project.root / "book" / "details.md"
    page.write_text(page.read_text(encoding="utf-8") + EDITIONS, encoding="utf-8")
    published(project)
    correct(project, "24", "21", column="completed", record="benches")
    published(project, f"{QUARTER}-r1", "虚构的说明")
    second_quarter(project, ("30,24,", "30,27,"), ("16,12,", "17,12,"))
    explain(project, "ledger: works, record: trees, column: planned")
    explain(project, "ledger: works, record: gone-7")
    findings = build(project, [parse_period(NEXT)])
    assert {"explanation.unused", "change.steady"} <= set(codes(findings))
    assert not [one for one in findings if one.severity == "error"]
    first, again, second = (
        (project.out / name / "book" / "details.html").read_text(encoding="utf-8")
        for name in (QUARTER, f"{QUARTER}-r1", NEXT)
    )
    assert [("虚构的更正理由" in text) for text in (first, again, second)] == [False, True, True]
    assert [("虚构的批准人" in text) for text in (first, again, second)] == [False, True, False]
    assert [("比上季度多" in text) for text in (first, again, second)] == [False, False, True]
    assert "当时公布 79处，现为 76处。理由：虚构的更正理由" in second
    assert second.count("虚构的第2条理由") == 2
    trace = (project.out / NEXT / "trace" / "works.planned.html").read_text(encoding="utf-8")
    assert "虚构的第2条理由" in trace
    facts = edition_facts(project.root, project.data, f"{QUARTER}-r1")
    assert facts["works.done"].value == "76"
    correct(project, "24", "22", column="completed", record="benches")
    facts = edition_facts(project.root, project.data, f"{QUARTER}-r1")
    assert facts["works.done"].value == "77"  # never a stale one
