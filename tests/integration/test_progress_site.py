"""Progress and readings on the site: worked out again, shown, empty where nothing is printed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from policybook.cli import app
from policybook.pages import read_page, read_text
from policybook.progress import PROGRESS
from policybook.published import CRATE
from policybook.readings import MONTHLY
from policybook.release import write_sums
from policybook.submissions import read_submissions
from policybook.verify import verify_release
from tests.conftest import PERIOD
from tests.integration.office import copy_project

READING = "boilers-{month},燃煤锅炉替代,boilers,2024-{month}-28,{count},台,市生态环境局,1,record,report:题头,"
"""A made-up reading; its department and number are invented for the test."""


def change(path: Path, old: str, new: str) -> None:
    """Another text in a file, which has to be there."""
    text = path.read_bytes().decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new).encode("utf-8"))


def other_standing(release: Path) -> tuple[str, str]:
    """A standing that the numbers do not bear out."""
    change(release / f"data/{PROGRESS}.csv", "-7.34,10,10,正常", "-7.34,10,10,滞后")
    return "verify.derived", "tasks-elder-stations standing列"


def other_completion(release: Path) -> tuple[str, str]:
    """A completion beside a standing that is no longer right."""
    change(release / "data/tasks.csv", "台,36,21,", "台,36,36,")
    return "verify.derived", "tasks-boilers rate列"


def other_rule(release: Path) -> tuple[str, str]:
    """A stricter rule in the published schema, under which two more would be behind."""
    change(release / "data/datapackage.json", '"behind": "10"', '"behind": "5"')
    return "verify.derived", "tasks-boilers behind列"


def row_gone(release: Path) -> tuple[str, str]:
    """A task that lags is left out."""
    path = release / f"data/{PROGRESS}.csv"
    (line,) = [one for one in path.read_text("utf-8").splitlines() if "tasks-boilers," in one]
    change(path, line + "\n", "")
    return "verify.derived", "tasks-boilers"


def other_month(release: Path) -> tuple[str, str]:
    """Readings that nobody handed in."""
    change(release / f"data/{MONTHLY}.csv", "部门未载明,28,0,28", "部门未载明,28,28,0")
    return "verify.derived", "handed_in列"


@pytest.mark.parametrize(
    "tamper", [other_standing, other_completion, other_rule, row_gone, other_month]
)
def test_what_was_touched_is_found(
    release: Path, tamper: Callable[[Path], tuple[str, str]]
) -> None:
    """With digests made anew, too."""
    code, place = tamper(release)
    write_sums(release)
    found = verify_release(release)
    assert any(one.code == code and place in one.place for one in found)


def test_the_page_tells_the_rule_and_what_is_missing(site: Path) -> None:
    """The bound is a fact, the judged tasks are cells, and the rest says who supplies it."""
    html = (site / "book/ledgers.html").read_text("utf-8")
    text = read_text(html).text
    assert "文件没有给出滞后的标准，这个规则是本站定的" in text
    assert "牵头部门，补报年度计划" in text
    assert "部门未载明" in text
    cells = read_page(html).cells
    told = {one[1]: one[3] for one in cells if one[0] == PROGRESS and one[2] == "standing"}
    assert told == {
        "tasks-boilers": "正常",
        "tasks-coal-contracts": "超前",
        "tasks-old-estates": "超前",
        "tasks-elder-stations": "正常",
        "tasks-mutual-aid-homes": "超前",
    }


def test_both_ledgers_are_described_and_published(site: Path) -> None:
    """As CSV, in the data package with the rule they follow, and in the crate."""
    package = json.loads((site / "data/datapackage.json").read_text("utf-8"))
    schemas = {one["name"]: one["schema"] for one in package["resources"]}
    assert schemas["tasks"]["pace"]["behind"] == "10"
    assert {PROGRESS, MONTHLY, "readings"} <= schemas.keys()
    crate = json.loads((site / CRATE).read_text("utf-8"))["@graph"]
    assert {f"data/{PROGRESS}.csv", f"data/{MONTHLY}.csv"} <= {one["@id"] for one in crate}


def test_a_new_quarter_begins_without_readings(tmp_path: Path) -> None:
    """The ledger is there to be filled in, with its heading alone, and is said to be empty."""
    root = copy_project(tmp_path)
    result = CliRunner().invoke(app, ["new", "2024Q3", "--root", str(root)])
    assert result.exit_code == 0, result.output
    with (root / "data/2024Q3/readings.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == []
    assert "readings" in (root / "data/2024Q3/period.yml").read_text("utf-8")
    assert not (root / f"data/2024Q3/{PROGRESS}.csv").exists()
    assert "readings" not in (root / "data/2024Q3/submissions.csv").read_text("utf-8")


def test_readings_are_owed_by_those_whose_tasks_they_are_of(tmp_path: Path) -> None:
    """Once a task says who is responsible, a new quarter asks that department for readings."""
    root = copy_project(tmp_path)
    boilers = "燃煤锅炉替代,boilers,生态安全屏障,替代台数,台,36,21,,,,,,2024-08-22,累计,,"
    change(root / f"data/{PERIOD}/tasks.csv", f"{boilers},", f"{boilers}虚构局,")
    result = CliRunner().invoke(app, ["new", "2024Q3", "--root", str(root)])
    assert result.exit_code == 0, result.output
    owed = [(one.department, one.ledger) for one in read_submissions(root / "data/2024Q3")]
    assert [one for one in owed if one[1] == "readings"] == [("虚构局", "readings")]


def test_readings_that_are_handed_in_are_counted_and_checked(tmp_path: Path) -> None:
    """A month is there once its reading is; one that is higher than the report's is found."""
    root = copy_project(tmp_path)
    path = root / f"data/{PERIOD}/readings.csv"
    heading = path.read_text("utf-8")
    lines = [READING.format(month="04", count=5), READING.format(month="05", count=22)]
    path.write_text(heading + "\n".join(lines) + "\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", PERIOD, "--root", str(root), "--json"])
    (found,) = [one for one in json.loads(result.stdout) if one["code"].startswith("reading.")]
    assert found["code"] == "reading.differs"
    assert "第3行 completed列" in found["place"]
    assert result.exit_code == 1
