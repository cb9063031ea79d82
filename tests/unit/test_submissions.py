"""Who has handed in what: every status, and files that are not in our form."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.errors import ConfigError
from policybook.inputs import load_inputs
from policybook.submissions import (
    NOTHING,
    PENDING,
    RECEIVED,
    STATUSES,
    Submission,
    check_submissions,
    read_submissions,
    submissions_text,
)
from tests.unit.conftest import PERIOD

HEADER = "department,ledger,status,workbook\n"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


def written(folder: Path, content: str | bytes) -> Path:
    """The file with this content; its folder."""
    content = content.encode() if isinstance(content, str) else content
    (folder / "submissions.csv").write_bytes(content)
    return folder


def test_without_a_file_nothing_is_owed(tmp_path: Path) -> None:
    """A quarter that was not started by ``new`` asks nobody."""
    assert read_submissions(tmp_path) == ()
    assert check_submissions(tmp_path, {}) == []


@pytest.mark.parametrize(("status", "owed"), [(PENDING, 1), (RECEIVED, 0), (NOTHING, 0)])
def test_only_what_is_pending_is_owed(status: str, owed: int, tmp_path: Path) -> None:
    """What came, and what a department says has not changed, is settled."""
    text = submissions_text([Submission("虚构局", "works", status, "")])
    found = check_submissions(written(tmp_path, text), {"works": "虚构台账"})
    assert [one.code for one in found] == ["submission.pending"] * owed


def test_a_ledger_without_department_is_named(tmp_path: Path) -> None:
    """By its title where it is known, by its id where not."""
    text = f"{HEADER},works,待报,\n虚构局,other,待报,\n"
    places = [
        one.place for one in check_submissions(written(tmp_path, text), {"works": "虚构台账"})
    ]
    assert [place.partition(".csv ")[2] for place in places] == [
        "（未分部门） 虚构台账",
        "虚构局 other",
    ]


def test_the_byte_order_mark_of_excel_is_read(tmp_path: Path) -> None:
    """A file saved by Excel as UTF-8 is the same file."""
    content = b"\xef\xbb\xbf" + f"{HEADER}虚构局,works,无变化,\n".encode()
    assert read_submissions(written(tmp_path, content)) == (
        Submission("虚构局", "works", NOTHING, ""),
    )


def test_blank_lines_say_nothing(tmp_path: Path) -> None:
    """Spreadsheets leave them, with separators or without; the lines after keep their number."""
    content = f"{HEADER}\n虚构局,works,无变化,\n,,,\n"
    assert read_submissions(written(tmp_path, content)) == (
        Submission("虚构局", "works", NOTHING, ""),
    )
    with pytest.raises(ConfigError, match=r"第5行.*有3格，应有4格"):
        read_submissions(written(tmp_path, f"{content}虚构局,works,待报\n"))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "第1行"),
        ("department,ledger,status\n", "第1行"),
        (f"{HEADER}虚构局,works,待报,\n虚构局,works,迟到,\n", "第3行"),
        (f"{HEADER}虚构局,works,待报\n", "第2行"),
        (f"{HEADER}虚构局,works,待报,".encode("gb18030"), ""),
    ],
    ids=["empty", "column missing", "status", "width", "encoding"],
)
def test_a_broken_file_is_refused_at_its_line(
    content: str | bytes, place: str, tmp_path: Path
) -> None:
    """Nothing is guessed of who owes what."""
    with pytest.raises(ConfigError) as caught:
        read_submissions(written(tmp_path, content))
    (found,) = caught.value.findings
    assert found.code == "submission.broken"
    assert found.place.strip() == f"{tmp_path / 'submissions.csv'} {place}".strip()


def test_it_is_no_ledger(made_up_data: Path) -> None:
    """The file lies beside the ledgers and is not taken for one."""
    written(made_up_data / PERIOD, f"{HEADER}虚构局,works,待报,\n")
    assert load_inputs(made_up_data, PERIOD).findings == []


@given(st.lists(st.builds(Submission, TEXTS, TEXTS, st.sampled_from(STATUSES), TEXTS), max_size=5))
def test_what_is_written_is_read(submissions: list[Submission]) -> None:
    """Whatever departments and files are called."""
    with tempfile.TemporaryDirectory() as place:
        folder = written(Path(place), submissions_text(submissions))
        assert read_submissions(folder) == tuple(submissions)
