"""YAML files: read once, strictly, with the line of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from policybook.config import check_keys, parse_shown_date, read_parameters, read_yaml
from policybook.errors import ConfigError, Finding
from tests.unit.conftest import PARAMETERS, PERIOD

Write = Callable[[str | bytes], Path]


@pytest.fixture
def yaml_file(tmp_path: Path) -> Write:
    """Writes a YAML file of that content."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "file.yml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def finding_of(path: Path) -> Finding:
    """The one finding with which a file is refused."""
    with pytest.raises(ConfigError) as caught:
        read_yaml(path)
    (finding,) = caught.value.findings
    assert finding.remedy
    return finding


def test_a_broken_file_is_refused_with_its_line(yaml_file: Write) -> None:
    """A YAML error names file and line."""
    path = yaml_file("a: 1\nb: [1, 2\nc: 3\n")
    finding = finding_of(path)
    assert (finding.code, finding.place) == ("config.yaml", f"{path} 第3行")


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "x:\n  a: 1\n  b: 2\n  a: 3\n"])
def test_a_key_given_twice_is_refused(text: str, yaml_file: Write) -> None:
    """No entry silently takes another's place, on whatever level."""
    finding = finding_of(yaml_file(text))
    assert finding.code == "config.yaml"
    assert "键“a”出现两次" in finding.message
    assert "行" in finding.place


def test_an_impossible_date_is_refused(yaml_file: Write) -> None:
    """The thirteenth month is an error of the file, not of the program."""
    assert finding_of(yaml_file("on: 2024-13-01\n")).code == "config.yaml"


def test_a_python_tag_is_refused(yaml_file: Write) -> None:
    """YAML builds no objects of Python."""
    finding = finding_of(yaml_file("a: !!python/object/apply:os.getcwd []\n"))
    assert finding.code == "config.yaml"


def test_other_encodings_are_refused(yaml_file: Write) -> None:
    """Configuration is UTF-8."""
    assert finding_of(yaml_file("城市".encode("gb18030"))).code == "config.encoding"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is named."""
    finding = finding_of(tmp_path / "none.yml")
    assert (finding.code, finding.place) == ("config.missing", str(tmp_path / "none.yml"))


def test_unknown_and_missing_keys_are_told_together() -> None:
    """Both are in one message, with the keys that may stand there."""
    with pytest.raises(ConfigError) as caught:
        check_keys({"a": 1, "z": 2}, "here", ("a", "b"), ("c",))
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("config.keys", "here")
    assert finding.message == "不认识的键 z，缺少键 b。"
    assert "a、b、c" in finding.remedy


@pytest.mark.parametrize("entry", [None, [], "text", 3])
def test_an_entry_must_be_a_mapping(entry: object) -> None:
    """A list or a bare value where keys belong is refused."""
    with pytest.raises(ConfigError, match=r"config\.shape"):
        check_keys(entry, "here", ("a",))


def test_parameters_are_read(made_up_data: Path) -> None:
    """Dates are dates, and texts for readers are Chinese."""
    parameters = read_parameters(made_up_data / PERIOD / "period.yml", PERIOD)
    assert parameters.reporting_date == date(2030, 2, 1)
    assert parameters.text("reporting_date") == "2030年2月1日"
    assert parameters.text("next_release") == "待定"
    assert parameters.text("city") == "虚构市"
    assert parameters.text("version") == "初版"
    assert replace(parameters, period="2030Q1-r2").text("version") == "更正版第 2 版"
    assert parameters.text("released_on") == "尚未正式发布（草稿）"
    released = replace(parameters, released_on=date(2030, 4, 20))
    assert released.text("released_on") == "2030年4月20日"
    for name in ("empty_ledgers", "text", "nothing"):
        with pytest.raises(KeyError):
            parameters.text(name)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("period: 2030Q1", "period: 2030Q2", "config.period"),
        ("reporting_date: 2030-02-01", "reporting_date: 二月一日", "config.date"),
        ("year_start: 2030-01-01", "year_start: null", "config.date"),
        ("city: 虚构市", "town: 虚构市", "config.keys"),
        ("city: 虚构市", "city: 虚构市\nreleased_on: 2030-04-20", "config.keys"),
        ("empty_ledgers: []", "empty_ledgers:", "config.list"),
        ("empty_ledgers: []", "empty_ledgers: works", "config.list"),
    ],
    ids=[
        "another period",
        "a date in words",
        "no date",
        "unknown key",
        "not the office's to say",
        "no list",
        "no list either",
    ],
)
def test_wrong_parameters_are_refused(old: str, new: str, code: str, yaml_file: Write) -> None:
    """Each parameter has its own kind, and the period is that of the folder."""
    assert PARAMETERS.count(old) == 1
    with pytest.raises(ConfigError) as caught:
        read_parameters(yaml_file(PARAMETERS.replace(old, new)), PERIOD)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert finding.remedy


def test_a_shown_date_is_read_back() -> None:
    """What pages show of a date is that date; other texts of parameters are none."""
    assert parse_shown_date("2030年4月20日") == date(2030, 4, 20)
    assert parse_shown_date("待定") is None


@pytest.mark.parametrize(
    ("lines", "as_of"),
    [
        ({}, "2030-02-01"),
        ({"opinion_date": "2030-03-09"}, "2030-03-09"),
        ({"opinion_date": "2030-01-09"}, "2030-02-01"),
        ({"reporting_date": "null"}, "2030-03-31"),
        ({"as_of": "2030-01-31"}, "2030-01-31"),
        ({"as_of": "null"}, "2030-02-01"),
    ],
)
def test_the_day_for_which_states_are_told(
    lines: dict[str, str], as_of: str, yaml_file: Write
) -> None:
    """As it is given, else the later of report and opinion, else the quarter's last day."""
    text = PARAMETERS + ("as_of: null\n" if "as_of" in lines else "")
    for key, value in lines.items():
        text = re.sub(rf"^{key}: .*$", f"{key}: {value}", text, flags=re.MULTILINE)
    parameters = read_parameters(yaml_file(text), PERIOD)
    assert str(parameters.as_of) == as_of
    assert parameters.text("as_of").startswith("2030年")


@pytest.mark.parametrize(
    ("period", "last"),
    [("2031Q2", "2031-06-30"), ("2031Q3", "2031-09-30"), ("2031Q4", "2031-12-31")],
)
def test_a_quarter_ends_on_its_last_day(period: str, last: str, yaml_file: Write) -> None:
    """Over the year's end too."""
    text = PARAMETERS.replace("2030Q1", period).replace("2030-02-01", "null")
    assert str(read_parameters(yaml_file(text), period).as_of) == last


def test_the_day_has_to_be_a_date(yaml_file: Write) -> None:
    """Whatever else stands there is refused with its place."""
    with pytest.raises(ConfigError, match=r"config\.date.*as_of"):
        read_parameters(yaml_file(PARAMETERS + "as_of: 季末\n"), PERIOD)
