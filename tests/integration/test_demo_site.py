"""The demo city over eight quarters: released one by one, compared, verified."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from icalendar import Calendar
from typer.testing import CliRunner

from policybook.cli import app
from policybook.demo import write_demo
from policybook.diff import compare_editions
from policybook.ledgers import records_text
from policybook.pages import read_page, read_text
from policybook.paper import reply_bytes
from policybook.period import find_periods
from policybook.progress import BEHIND, PROGRESS
from policybook.project import Project
from policybook.published import CALENDAR, DOCUMENT, read_release
from policybook.publishing import release
from policybook.readings import MONTHLY
from policybook.register import read_register
from policybook.release import write_sums
from policybook.verify import verify_release


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight quarters, each released before the next."""
    root = tmp_path_factory.mktemp("demo") / "city"
    write_demo(root, quarters=8, records=60, seed=4)
    project = Project(root, root / "data", root / "_build" / "site", 2, True, lambda _: None)
    for number, period in enumerate(find_periods(root / "data")):
        said = release(project, period, "", date(2031 + number // 4, 3 * (number % 4) + 1, 28))
        assert {one.severity for one in said} <= {"note"}, said
    return root


def test_every_quarter_is_released_and_verified(city: Path) -> None:
    """Each folder agrees with itself, for the package and for its own verifier."""
    register = read_register(city / "data")
    assert len(register) == 8
    for edition in register:
        folder = city / "_build" / "site" / edition
        assert verify_release(folder) == []
        command = [sys.executable, "verify.py"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_the_document_says_that_it_is_made_up(city: Path) -> None:
    """On each of its pages, in its head, and at its end; all its numbers are the edition's own."""
    document = Document(str(city / "_build" / "site" / "2031Q2" / DOCUMENT))
    section = document.sections[0]
    heads = [header.paragraphs[0].text for header in (section.header, section.even_page_header)]
    assert all("虚构报告" in text for text in heads)
    (note,) = [one.text for one in document.paragraphs if one.style.name == "附注"]
    assert "虚构报告" in note
    assert "虚构" in document.core_properties.author
    path = str(city / "_build" / "site" / "2031Q2" / DOCUMENT)
    arguments = ["review", path, "--period", "2031Q2", "--root", str(city), "--json"]
    coverage = json.loads(CliRunner().invoke(app, arguments).stdout)["coverage"]
    assert coverage["same"] > 200
    assert coverage["unknown"] == coverage["contradicts"] == 0


def test_each_release_remembers_its_bases(city: Path) -> None:
    """The first is compared with none, the last with all seven before."""
    bases = [one.bases.split() for one in read_register(city / "data").values()]
    assert [len(one) for one in bases] == list(range(8))


def test_year_on_year_appears_after_a_year(city: Path) -> None:
    """The narrative compares with the quarter before at once, with the year before in time."""
    texts = [
        read_text((city / f"_build/site/{edition}/book/problems.html").read_text("utf-8")).text
        for edition in read_register(city / "data")
    ]
    assert ["上季度" in text for text in texts] == [False, *[True] * 7]
    assert ["上年同期" in text for text in texts] == [*[False] * 4, *[True] * 4]


def test_the_trend_has_every_quarter(city: Path) -> None:
    """Its table goes on from the earlier editions' values to this one's."""
    content = json.loads((city / "_build/site/2032Q4/facts.json").read_text("utf-8"))
    (figure,) = [one for one in content["figures"] if one["id"] == "problems-over-time"]
    quarters = {row[0] for row in figure["rows"]}
    assert len(quarters) == 8
    assert figure["current"]


def test_every_number_rests_on_records(city: Path) -> None:
    """Look-through is total wherever anything is added up, comparisons included."""
    content = json.loads((city / "_build/site/2032Q4/facts.json").read_text("utf-8"))
    assert {one["look_through"] for one in content["facts"]} <= {"1", None}


def test_quarters_are_compared(city: Path) -> None:
    """The difference of two editions names records behind each change."""
    changes = compare_editions(city, city / "data", "2032Q3", "2032Q4")
    changed = {one.id: one for one in changes if one.kind == "changed"}
    assert changed["problems.total"].cells
    assert changed["problems.total"].sentences


def test_requests_stand_beside_their_numbers_then_and_now(city: Path) -> None:
    """Each quarter after the first shows numbers as they were when something was asked."""
    counts = []
    for edition in read_register(city / "data"):
        page = read_page((city / f"_build/site/{edition}/book/opinions.html").read_text("utf-8"))
        shown = {one[1] for one in page.cells if one[0] == "earlier" and one[2] == "shown"}
        assert all(record.startswith("20") and not record.startswith(edition) for record in shown)
        counts.append(len(shown))
    assert counts[0] == 0
    assert all(counts[1:])


def test_the_matrix_fills_up(city: Path) -> None:
    """Each quarter's page shows every cell; the last strategy is a gap at first, and then not."""
    shown = []
    for edition in read_register(city / "data"):
        page = read_page((city / f"_build/site/{edition}/book/policies.html").read_text("utf-8"))
        cells = {one[1]: one[3] for one in page.cells if one[0] == "coverage" and one[2] == "state"}
        assert len(cells) == 5 * 6
        shown.append(cells["strategy-counties-6"])
    assert shown[0] == "空缺"
    assert shown[-1] == "有政策"


def test_opinions_pass_through_every_state(city: Path) -> None:
    """In eight quarters some are answered in time, some late, some due soon and some overdue."""
    seen = set()
    for edition in read_register(city / "data"):
        release = read_release(city / "_build/site" / edition)
        rows = [row for row in release.rows("deadlines") if row["ledger"] == "opinions"]
        seen |= {(row["state"], row["on_time"]) for row in rows}
        calendar = Calendar.from_ical((release.folder / CALENDAR).read_bytes())
        assert len(calendar.walk("VEVENT")) == len(release.rows("deadlines"))
    states = {("未到期", ""), ("临期", ""), ("逾期", "否"), ("已答复", "是"), ("已答复", "否")}
    assert seen == states


def test_tasks_are_seen_at_every_speed(city: Path) -> None:
    """In eight quarters some are behind, some ahead; most readings are handed in, a few are not."""
    standings, states = set(), set()
    for edition in read_register(city / "data"):
        release = read_release(city / "_build" / "site" / edition)
        rows = [row for row in release.rows(PROGRESS) if row["ledger"] == "tasks"]
        standings |= {row["standing"] for row in rows}
        states |= {row["state"] for row in release.rows(MONTHLY)}
        facts = json.loads((release.folder / "facts.json").read_text("utf-8"))["facts"]
        (behind,) = [one["value"] for one in facts if one["id"] == "tasks.behind"]
        assert int(behind) == sum(row["standing"] == BEHIND for row in rows)
    assert standings == {"滞后", "正常", "超前"}
    assert states == {"已报", "部分", "未报"}


def test_the_reply_of_a_later_quarter_is_traced(city: Path, tmp_path: Path) -> None:
    """Numbers of earlier quarters too: `review` knows each for what it is."""
    path = tmp_path / "reply.docx"
    folder = city / "_build/site/2032Q4"
    path.write_bytes(reply_bytes(read_release(folder)))
    command = ["review", str(path), "--period", "2032Q4", "--root", str(city), "--json"]
    result = CliRunner().invoke(app, command)
    coverage = json.loads(result.stdout)["coverage"]
    assert result.exit_code == 0
    assert coverage["same"] > 50
    assert coverage["unknown"] == coverage["contradicts"] == coverage["earlier"] == 0
    assert "提出时" in "".join(cell.text for cell in Document(str(path)).tables[1].rows[0].cells)


def test_letters_and_reports_fall_due_too(city: Path) -> None:
    """Over eight quarters both are late and in time, and the page of mechanisms shows it."""
    seen = set()
    for edition in read_register(city / "data"):
        rows = read_release(city / "_build" / "site" / edition).rows("deadlines")
        seen |= {(row["ledger"], row["on_time"]) for row in rows if row["on_time"]}
    assert seen >= {(name, word) for name in ("letters", "reports") for word in ("是", "否")}
    page = read_page((city / "_build/site/2032Q4/book/mechanisms.html").read_text("utf-8"))
    assert {"deadlines", "letters", "adjustments"} <= {one[0] for one in page.cells}


def test_the_first_quarter_has_nothing_to_adjust(city: Path) -> None:
    """Its page says so instead of an empty table."""
    html = (city / "_build/site/2031Q1/book/mechanisms.html").read_text("utf-8")
    assert "首季没有上季可以比较" in read_text(html).text


@pytest.mark.parametrize("column", ["strong", "rule"])
def test_a_pair_that_was_touched_is_found(city: Path, tmp_path: Path, column: str) -> None:
    """Pairs are worked out again from the branches, digests made anew or not."""
    folder = tmp_path / "2032Q4"
    shutil.copytree(city / "_build/site/2032Q4", folder)
    release = read_release(folder)
    rows = [dict(row) for row in release.rows("pairings")]
    rows[0][column] = rows[0]["weak"] if column == "strong" else f"不是{rows[0]['rule']}"
    text = records_text(release.schemas["pairings"].names, rows)
    (folder / "data/pairings.csv").write_text(text, encoding="utf-8", newline="")
    write_sums(folder)
    found = [one for one in verify_release(folder) if one.code == "verify.derived"]
    assert any(f"{rows[0]['id']} {column}列" in one.place for one in found)


def test_every_page_says_that_it_is_made_up(city: Path) -> None:
    """The banner stands on each page."""
    pages = list((city / "_build/site/2032Q4").rglob("*.html"))
    assert len(pages) > 20
    without = [page.name for page in pages if "随机生成" not in page.read_text("utf-8")]
    assert [name for name in without if not name.startswith("index")] == []
