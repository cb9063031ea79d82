"""From opinion to reply: due dates told, published and verified, and the reply drafted."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from icalendar import Calendar
from typer.testing import CliRunner, Result

from policybook.cli import app
from policybook.deadlines import DEADLINES
from policybook.errors import UsageError
from policybook.export import draft_reply
from policybook.pages import read_page, read_text
from policybook.paper import reply_bytes
from policybook.published import CALENDAR, CRATE, SUMS, read_release
from policybook.release import write_sums
from policybook.verify import verify_release
from tests.conftest import PERIOD, ROOT
from tests.integration.office import NEW, copy_project, rows_of

OPINIONS = f"data/{PERIOD}/opinions.csv"


def run(*arguments: object) -> Result:
    """A command of the public interface."""
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, to be changed."""
    return copy_project(tmp_path)


def change(path: Path, old: str, new: str) -> None:
    """Another text in a file, which has to be there."""
    text = path.read_bytes().decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new).encode("utf-8"))


def told(*options: str) -> list[dict[str, str]]:
    """What `policybook due --json` says of the real edition."""
    result = run("due", "--period", PERIOD, "--root", ROOT, "--json", *options)
    assert result.exit_code == 0, result.output
    rows: list[dict[str, str]] = json.loads(result.stdout)
    return rows


@pytest.mark.parametrize(
    ("day", "state"),
    [("", "未到期"), ("2024-10-26", "临期"), ("2024-11-25", "临期"), ("2024-11-26", "逾期")],
)
def test_the_opinion_falls_due_two_months_after_receipt(day: str, state: str) -> None:
    """Each item, its parts and both documents, on the day that the opinion prints."""
    rows = [row for row in told(*(["--on", day] if day else [])) if row["ledger"] == "opinions"]
    assert {(row["due"], row["state"]) for row in rows} == {("2024-11-25", state)}
    assert {row["on"] for row in rows} == {day or "2024-09-25"}
    printed = {row["record"] for row in rows if row["printed"]}
    assert printed == {"plan-required", "reply-required"}
    assert len(rows) == len(rows_of(ROOT / OPINIONS))


def test_people_are_told_the_same() -> None:
    """A table without parts that stand as their whole does, and one line of counts."""
    result = run("due", "--period", PERIOD, "--root", ROOT, "--on", "2024-11-26")
    assert result.exit_code == 0
    assert "截至 2024-11-26：逾期 9 项，已报送 1 项。" in result.stdout
    assert "破解土地" not in result.stdout
    assert "书面报告研究处理情况" in result.stdout


def test_another_day_has_to_be_a_date() -> None:
    """Wrong use, with the way it is written."""
    result = run("due", "--root", ROOT, "--on", "明天")
    assert result.exit_code == 2
    assert "due.date" in result.stderr


def test_another_printed_date_is_a_finding(project: Path) -> None:
    """It is told with its cell by `due` and by `check`, and blocks the build."""
    change(
        project / OPINIONS,
        "2,2024-11-25,,,,,,,1,record,opinion:落款,与",
        "2,2024-11-24,,,,,,,1,record,opinion:落款,与",
    )
    for command in (["due"], ["check", PERIOD]):
        result = run(*command, "--root", project)
        assert result.exit_code == 1
        assert "due.printed" in result.stderr
        assert "opinions.csv 第22行" in result.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hubao-e-wu；opening-linkage", "hubao-e-wu；nowhere"),
        ("hubao-hsr-extension；yinhuang-phase-3", "hubao-hsr-extension；nowhere"),
        ("bonds2.projects；bonds2.amount", "bonds2.projects；bonds2.nowhere"),
        (",advice-funding,2024Q2", ",advice-nowhere,2024Q2"),
    ],
    ids=["problem", "project", "statistic", "parent"],
)
def test_a_link_to_nowhere_is_found(project: Path, old: str, new: str) -> None:
    """Problems, projects, statistics and the whole of a part have to be there."""
    change(project / OPINIONS, old, new)
    result = run("check", PERIOD, "--root", project)
    assert result.exit_code == 1
    assert "ledger.key" in result.stderr
    assert "nowhere" in result.stderr


def test_an_answer_needs_its_date_and_its_words(project: Path) -> None:
    """已答复 alone is no answer."""
    change(
        project / OPINIONS,
        "2024-11-25,,,,,,,1,record,opinion:落款,收",
        "2024-11-25,已答复,,,,,,1,record,opinion:落款,收",
    )
    findings = json.loads(run("check", PERIOD, "--root", project, "--json").stdout)
    places = [one["place"] for one in findings if one["code"] == "ledger.proof"]
    assert [place.rpartition(" ")[2] for place in places] == ["replied_on列", "reply列"]


def test_a_new_quarter_lets_go_of_what_is_closed(project: Path) -> None:
    """A cleared problem is left out, and no opinion names it any more; a note says so."""
    change(
        project / f"data/{PERIOD}/problems.csv",
        "否,,,,,,,,,,,,1,record,report:三,短板",
        "否,已销号,,,,2024-07-01,2024-07-15,2024-09-01,2024-09-20,会议纪要（虚构）,,,1,record,report:三,短板",
    )
    result = run("new", NEW, "--root", project)
    assert result.exit_code == 0, result.output
    assert "new.unlinked" in result.stderr
    now = {row["id"]: row for row in rows_of(project / f"data/{NEW}/opinions.csv")}
    assert now["advice-coordination"]["problems"] == "opening-linkage"
    assert not (project / f"data/{NEW}/{DEADLINES}.csv").exists()
    assert "as_of: null" in (project / f"data/{NEW}/period.yml").read_text("utf-8")
    check = run("check", NEW, "--root", project)
    assert "ledger.key" not in check.output


def test_the_calendar_is_published(site: Path) -> None:
    """Each item and each document is an entry; the file is listed, described and linked."""
    calendar = Calendar.from_ical((site / CALENDAR).read_bytes())
    entries = calendar.walk("VEVENT")
    assert {one["DTSTART"].dt for one in entries} == {date(2024, 11, 25)}
    rows = rows_of(site / f"data/{DEADLINES}.csv")
    rows = [row for row in rows if row["due"] and not row["parent"]]
    assert len(entries) == len(rows) == 9
    assert f"  {CALENDAR}\n" in (site / SUMS).read_text("utf-8")
    crate = json.loads((site / CRATE).read_text("utf-8"))["@graph"]
    (described,) = [one for one in crate if one["@id"] == CALENDAR]
    assert described["encodingFormat"] == "text/calendar"
    assert 'href="../due.ics"' in (site / "book/deliberation-opinion.html").read_text("utf-8")


def test_the_page_says_what_is_missing_and_who_supplies_it(site: Path) -> None:
    """No answer is made up; a finding without a number says who has to give one."""
    text = read_text((site / "book/deliberation-opinion.html").read_text("utf-8")).text
    assert "尚未答复，待市政府及其相关部门答复后登记。" in text
    assert "没有可以对照的统计数字，待责任单位答复时给出。" in text
    assert "提出时（" not in text
    cells = read_page((site / "book/deliberation-opinion.html").read_text("utf-8")).cells
    states = {one for one in cells if one[0] == DEADLINES and one[2] == "state"}
    assert {text for *_, text in states} == {"未到期"}
    assert len(states) == 9


def other_state(release: Path) -> tuple[str, str]:
    """A state that the dates do not bear out, in every copy of the ledger that is text."""
    change(
        release / f"data/{DEADLINES}.csv",
        ",未到期,61,,1,record,opinion:建议四",
        ",已答复,61,,1,record,opinion:建议四",
    )
    return "verify.derived", "opinions-advice-coordination state列"


def other_date(release: Path) -> tuple[str, str]:
    """Receipt a month earlier than the due date says."""
    change(
        release / "data/opinions.csv", "2024-09-25,2,,,,,hubao-e-wu", "2024-08-25,2,,,,,hubao-e-wu"
    )
    return "verify.derived", "opinions-advice-coordination due列"


def row_added(release: Path) -> tuple[str, str]:
    """A row that no ledger gives."""
    path = release / f"data/{DEADLINES}.csv"
    line = path.read_text("utf-8").splitlines()[-1]
    change(path, line, f"{line}\n{line.replace('reply-required', 'more')}")
    return "verify.copy", f"data/{DEADLINES}.csv"


def other_calendar(release: Path) -> tuple[str, str]:
    """The calendar has another day."""
    change(release / CALENDAR, "DATE:20241125", "DATE:20241225")
    return "verify.copy", CALENDAR


def no_calendar(release: Path) -> tuple[str, str]:
    """The calendar is gone."""
    (release / CALENDAR).unlink()
    return "verify.missing", CALENDAR


@pytest.mark.parametrize(
    "tamper", [other_state, other_date, row_added, other_calendar, no_calendar]
)
def test_a_due_date_that_was_touched_is_found(
    release: Path, tamper: Callable[[Path], tuple[str, str]]
) -> None:
    """With digests made anew, too."""
    code, place = tamper(release)
    write_sums(release)
    assert any(one.code == code and place in one.place for one in verify_release(release))


def test_the_standalone_verifier_misses_the_calendar(release: Path) -> None:
    """verify.py asks for the file wherever there are due dates."""
    (release / CALENDAR).unlink()
    write_sums(release)
    command = [sys.executable, "-I", "verify.py"]
    done = subprocess.run(command, cwd=release, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"文件 {CALENDAR}" in done.stdout


@pytest.fixture(scope="module")
def reply(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drafted reply of the real edition."""
    path = tmp_path_factory.mktemp("reply") / "reply.docx"
    result = run("reply", PERIOD, "--to", path, "--site", site.parent)
    assert result.exit_code == 0, result.output
    return path


def test_the_reply_goes_through_each_item(reply: Path) -> None:
    """In their order, with the gaps that their bodies have to fill, and the documents due."""
    document = Document(str(reply))
    lines = [one.text for one in document.paragraphs]
    headings = [one.text for one in document.paragraphs if one.style.style_id == "Heading2"]
    items = [row for row in rows_of(ROOT / OPINIONS) if not row["parent"]]
    assert headings == [row["title"] for row in items if row["kind"] != "办理要求"]
    assert "报送研究处理方案：2024-11-25到期，未到期。" in lines
    gaps = [line for line in lines if line.startswith("〔待")]
    parts = [row for row in rows_of(ROOT / OPINIONS) if row["parent"]]
    assert len(gaps) == len(parts) + 3
    assert all("市政府" in line for line in gaps)
    assert (
        lines[0]
        == "关于《呼和浩特市人大常委会对“政策落地工程”实施情况报告的审议意见》研究处理情况的报告"
    )


def test_every_number_of_the_reply_is_traced(reply: Path, site: Path) -> None:
    """`policybook review` finds no number that it does not know, nor one that contradicts."""
    result = run("review", reply, "--period", PERIOD, "--root", ROOT, "--json")
    coverage = json.loads(result.stdout)["coverage"]
    assert result.exit_code == 0
    assert coverage["same"] > 50
    assert coverage["unknown"] == coverage["contradicts"] == 0


def test_the_reply_is_the_same_each_time(reply: Path, site: Path) -> None:
    """The same release gives the same bytes, on whatever day it is drafted."""
    assert reply_bytes(read_release(site)) == reply.read_bytes()


def test_a_file_is_never_written_over(reply: Path, site: Path) -> None:
    """Somebody may have worked on it."""
    before = reply.read_bytes()
    result = run("reply", PERIOD, "--to", reply, "--site", site.parent)
    assert result.exit_code == 2
    assert "export.exists" in result.stderr
    assert reply.read_bytes() == before


def test_there_is_no_reply_without_an_edition(tmp_path: Path) -> None:
    """Wrong use, and nothing is left behind."""
    result = run("reply", PERIOD, "--to", tmp_path / "a.docx", "--site", tmp_path)
    assert result.exit_code == 2
    assert "export.edition" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_reply_to_nothing(release: Path, tmp_path: Path) -> None:
    """An edition whose ledger of opinions is empty has nothing to answer."""
    path = release / "data/opinions.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"reply\.none"):
        draft_reply(release, tmp_path / "a.docx")
    shutil.rmtree(release)
