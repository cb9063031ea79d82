"""The quarter, from ``new`` over a filled-in workbook to a release and its correction."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from policybook.inventory import check_sums
from policybook.pages import read_page, read_text
from policybook.published import digests
from tests.integration.office import (
    NEW,
    OLD,
    fill_in,
    rows_of,
    run,
    say_nothing_new,
    set_parameters,
)
from tests.integration.office import copy_project as copied

CHANGES: dict[tuple[str, str, str], object] = {
    ("tasks", "safety-hazards", "completed"): "２４，５００",
    ("tasks", "safety-hazards", "printed_rate"): "99%",
    ("tasks", "boilers", "completed"): 30,
    ("funds", "capital-subsidy", "amount"): 46,
    ("projects", "cluster-projects", "items"): 398,
    ("projects", "cluster-projects", "investment"): "4,200.10",
    ("milestones", "report-made", "on"): date(2024, 11, 20),
    ("problems", "hazards-fixed", "items"): 24500,
    ("problems", "hazards-fixing", "items"): 371,
}
CORRECTION = """\
- revision: 1
  what: 强首府补助资金的下达额
  ledger: funds
  record: capital-subsidy
  column: amount
  before: "46"
  after: "45"
  expect: "46"
  reason: 为测试而虚构：年初下达的一笔重复计入。
  approved_by: 虚构的批准人
  date: 2024-12-01
"""


class Quarter:
    """The project's folder, and what each command said."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: dict[str, Result] = {}
        self.before: dict[str, str] = {}  # digests of the release before it was corrected

    def do(self, name: str, *command: str, status: int = 0) -> None:
        result = run(self.root, *command)
        assert result.exit_code == status, f"{command}: {result.output}"
        self.said[name] = result

    @property
    def site(self) -> Path:
        return self.root / "_build" / "site"

    def page(self, edition: str, name: str) -> str:
        return (self.site / edition / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """The whole script, once."""
    one = Quarter(copied(tmp_path_factory.mktemp("office")))
    one.do("new", "new", NEW)
    workbook = fill_in(one.root, CHANGES)
    one.do("ingest", "ingest", str(workbook), "--period", NEW, "--json")
    set_parameters(one.root, reporting_date="2024-11-20", data_until="2024年9月30日")
    say_nothing_new(one.root, "letters", "adjustments")
    one.do("check", "check", NEW, "--json")
    one.do("build", "build", NEW, "--jobs", "2")
    one.do("diff", "diff", OLD, NEW, "--json")
    one.do("release", "release", NEW)
    one.do("verify", "verify", str(one.site / NEW))
    one.before = digests(one.site / NEW)
    one.do("again", "release", NEW, status=2)
    one.do("built again", "build", NEW)
    corrections = one.root / "data" / "corrections"
    corrections.mkdir()
    (corrections / f"{NEW}.yml").write_text(CORRECTION, encoding="utf-8")
    one.do("without note", "release", f"{NEW}-r1", status=2)
    one.do("corrected", "release", f"{NEW}-r1", "--note", "更正强首府补助资金（虚构）。")
    one.do("verify r1", "verify", str(one.site / f"{NEW}-r1"))
    return one


def findings(result: Result) -> list[dict[str, str]]:
    """The findings a command gave as JSON."""
    found: list[dict[str, str]] = json.loads(result.stdout)
    return found


def test_a_new_quarter_carries_over_what_is_open(quarter: Quarter) -> None:
    """Finished projects are left out, totals stay, a task's last value becomes its previous one."""
    before = {row["id"]: row for row in rows_of(quarter.root / f"data/{OLD}/projects.csv")}
    now = {row["id"] for row in rows_of(quarter.root / f"data/{NEW}/projects.csv")}
    finished = {
        name
        for name, row in before.items()
        if row["stage"] == "已完成" and row["evidence"] == "record"
    }
    assert finished
    assert now == before.keys() - finished
    tasks = {row["id"]: row for row in rows_of(quarter.root / f"data/{NEW}/tasks.csv")}
    assert tasks["safety-hazards"]["previous"] == "24184"


def test_what_was_normalised_is_said_at_its_cell(quarter: Quarter) -> None:
    """Full-width digits, thousands and a percentage as text become numbers, each with a note."""
    notes = findings(quarter.said["ingest"])
    empty = {one["place"] for one in notes if one["code"] == "ingest.no-records"}
    assert "填好的台账.xlsx 月度读数台账!第1行" in empty
    notes = [one for one in notes if one["code"] not in ("gate.coverage", "ingest.no-records")]
    places = {one["place"] for one in notes if "!" in one["place"]}
    tasks = {row["id"]: row for row in rows_of(quarter.root / f"data/{NEW}/tasks.csv")}
    projects = {row["id"]: row for row in rows_of(quarter.root / f"data/{NEW}/projects.csv")}
    assert tasks["safety-hazards"]["completed"] == "24500"
    assert tasks["safety-hazards"]["printed_rate"] == "0.99"
    assert projects["cluster-projects"]["investment"] == "4200.10"
    assert len(places) == 3
    assert all("填好的台账.xlsx 重" in place for place in places)


def test_a_request_stands_beside_its_numbers_then_and_now(quarter: Quarter) -> None:
    """Next quarter's page shows what the opinion asked about, when it asked and as it is now."""
    html = quarter.page(NEW, "book/deliberation-opinion.html")
    page = read_page(html)
    assert ("earlier", f"{OLD}-funds.total", "shown", "29.9") in page.cells
    assert ("earlier", f"{OLD}-bonds2.projects", "shown", "79") in page.cells
    assert f"累计争取政策资金（亿元）：提出时（{OLD}）29.9，本期" in read_text(html).text
    assert {text for *_, column, text in page.cells if column == "state"} == {"临期"}


def test_the_trace_shows_workbook_sheet_and_cell(quarter: Quarter) -> None:
    """A reader finds where a value was handed in, and how it stood there."""
    page = quarter.page(NEW, "trace/safety.hazards_fixed.html")
    assert "台账《重点任务台账》" in page
    assert "填好的台账.xlsx 重点任务台账!" in page
    assert "２４，５００" in page
    facts = json.loads(quarter.page(NEW, "facts.json"))["facts"]
    (fact,) = [one for one in facts if one["id"] == "safety.hazards_fixed"]
    assert fact["operands"][0]["cells"][0]["origin"].startswith("填好的台账.xlsx ")


def test_comparisons_appear_by_themselves(quarter: Quarter) -> None:
    """The narrative says how a number moved, with the word that its sign bears out."""
    text = read_text(quarter.page(NEW, "book/state-council-16.html")).text
    assert "整改完成24500项（比上季度增加316项、增长1.3%）" in text
    assert "24871项（与上季度持平）" in text
    assert "比上年同期" not in text


def test_a_first_edition_compares_nothing(site: Path) -> None:
    """Without an earlier edition no clause is left over."""
    page = (site / "book" / "state-council-16.html").read_text(encoding="utf-8")
    assert "上季度" not in page
    assert "（）" not in page


def test_diff_names_facts_cells_and_sentences(quarter: Quarter) -> None:
    """What changed, the cells behind it, and where it is printed."""
    changes = {one["id"]: one for one in findings(quarter.said["diff"])}
    fixed: Any = changes["safety.hazards_fixed"]
    moved = [fixed[name] for name in ("before", "after", "difference")]
    assert moved == ["24184项", "24500项", "+316项"]
    assert fixed["cells"][0]["record"] == "safety-hazards"
    assert any("整改完成24500项" in sentence for sentence in fixed["sentences"])


def test_a_release_is_not_written_again(quarter: Quarter) -> None:
    """Neither a second release nor a build touches the folder, not even a correction."""
    assert "release.turn" in quarter.said["again"].output
    assert "release.kept" in quarter.said["built again"].output
    assert digests(quarter.site / NEW) == quarter.before
    assert check_sums(quarter.site / NEW) == []
    assert all(
        not path.stat().st_mode & 0o222
        for path in (quarter.site / NEW).rglob("*")
        if path.is_file()
    )


def test_the_checklist_lists_warnings(quarter: Quarter) -> None:
    """The date of the next release is missed, but does not block."""
    assert "release.next" in quarter.said["release"].output


def test_a_correction_is_a_new_edition(quarter: Quarter) -> None:
    """The re-issue has the corrected number, and says what was corrected and why."""
    old = json.loads(quarter.page(NEW, "facts.json"))
    new = json.loads(quarter.page(f"{NEW}-r1", "facts.json"))
    displays = [
        next(one["display"] for one in content["facts"] if one["id"] == "capacity.capital_subsidy")
        for content in (old, new)
    ]
    assert displays == ["46亿元", "45亿元"]
    assert [one["reason"] for one in new["corrections"]] == [
        "为测试而虚构：年初下达的一笔重复计入。"
    ]
    for name in ("trace/capacity.capital_subsidy.html", "book/method.html"):
        assert "年初下达的一笔重复计入" in quarter.page(f"{NEW}-r1", name)
    assert "--note" in quarter.said["without note"].output


def test_the_register_keeps_what_was_published(quarter: Quarter) -> None:
    """Releases, their values and the log of the data are kept beside the ledgers."""
    data = quarter.root / "data"
    register = rows_of(data / "releases.csv")
    assert [row["edition"] for row in register] == [NEW, f"{NEW}-r1"]
    values = {row["statistic"]: row for row in rows_of(data / "releases" / f"{NEW}.csv")}
    assert values["capacity.capital_subsidy"]["display"] == "46亿元"
    log = (data / "CHANGELOG.md").read_text(encoding="utf-8")
    assert log.index(f"## {NEW}-r1") < log.index(f"## {NEW}（")
    assert "`capacity.capital_subsidy`：46亿元 → 45亿元" in log


def test_the_list_of_editions_has_both(quarter: Quarter) -> None:
    """Pages of the first edition can learn that they are replaced."""
    switcher = json.loads((quarter.site / "switcher.json").read_text(encoding="utf-8"))
    assert [one["version"] for one in switcher] == [f"{NEW}-r1", NEW]
    listed = (quarter.site / "editions.js").read_text(encoding="utf-8")
    assert "更正强首府补助资金（虚构）。" in listed


def test_the_standalone_verifier_agrees(quarter: Quarter) -> None:
    """Comparisons, origins and corrections are checked without the package too."""
    for edition in (NEW, f"{NEW}-r1"):
        folder = quarter.site / edition
        command = [sys.executable, "verify.py"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_a_correction_fails_once_its_source_is_fixed(quarter: Quarter, tmp_path: Path) -> None:
    """The guard says that the ledger no longer has what was to be corrected."""
    root = copied(tmp_path)
    corrections = root / "data" / "corrections"
    corrections.mkdir()
    text = CORRECTION.replace('"46"', '"39"')
    (corrections / f"{OLD}.yml").write_text(text, encoding="utf-8")
    result = run(root, "check", f"{OLD}-r1", "--json")
    assert result.exit_code == 1
    assert [one["code"] for one in findings(result)] == ["correction.expect"]
