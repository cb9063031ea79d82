"""Bad input is named with its place and remedy, or escaped; it never ends in a traceback.

Each case changes one thing in a copy of the real data, then runs the public command.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import Result
from typer.testing import CliRunner

from policybook.cli import app
from policybook.edition import load_edition
from policybook.notebooks import evaluate_notebooks
from tests.conftest import PERIOD, ROOT

NOTEBOOK = "08_grassroots.ipynb"
Change = Callable[[Path], str]
"""Spoils a data folder; returns the place that the finding must name."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the project's data."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a copy of the data and of one notebook."""
    root = tmp_path / "root"
    shutil.copytree(ROOT / "data", root / "data")
    (root / "notebooks").mkdir()
    shutil.copyfile(ROOT / "notebooks" / NOTEBOOK, root / "notebooks" / NOTEBOOK)
    return root


def run(*arguments: object) -> Result:
    """A command in this process; neither it nor its output shows a traceback."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def findings_of(result: Result) -> list[dict[str, str]]:
    """The findings that ``--json`` printed: five texts each, none empty."""
    findings: list[dict[str, str]] = json.loads(result.stdout)
    for finding in findings:
        assert list(finding) == ["severity", "code", "place", "message", "remedy"]
        assert all(isinstance(text, str) and text for text in finding.values()), finding
        assert finding["severity"] in ("error", "warning", "note")
    return findings


def check(data: Path, *, root: Path = ROOT) -> Result:
    """``policybook check --json`` of the edition."""
    return run("check", PERIOD, "--root", root, "--data", data, "--json")


def assert_found(data: Path, code: str, place: str, *, root: Path = ROOT) -> dict[str, str]:
    """Exit status 1, and the finding; returns it."""
    result = check(data, root=root)
    assert result.exit_code == 1, result.output
    found = [one for one in findings_of(result) if one["code"] == code and place in one["place"]]
    assert found, result.stdout
    return found[0]


def path_of(data: Path, ledger: str) -> Path:
    """A ledger's file."""
    return data / PERIOD / f"{ledger}.csv"


def rows_of(path: Path) -> list[list[str]]:
    """A ledger's lines, the header first."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    """Write a ledger back."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def cell(ledger: str, record: str, column: str, text: str) -> Change:
    """Put a text into one cell."""

    def change(data: Path) -> str:
        path = path_of(data, ledger)
        rows = rows_of(path)
        (line,) = [number for number, row in enumerate(rows, start=1) if row[0] == record]
        rows[line - 1][rows[0].index(column)] = text
        write_rows(path, rows)
        return f"{path} 第{line}行 {column}列"

    return change


CELLS = {
    "text-in-a-number": (cell("tasks", "safety-hazards", "planned", "两万多"), "ledger.type"),
    "full-width-digits": (cell("tasks", "safety-hazards", "planned", "２４８７１"), "ledger.type"),
    "grouped-digits": (cell("tasks", "safety-hazards", "planned", "24,871"), "ledger.type"),
    "percent": (cell("tasks", "safety-hazards", "printed_rate", "97%"), "ledger.type"),
    "exponent": (cell("tasks", "safety-hazards", "planned", "2e4"), "ledger.type"),
    "not-a-number": (cell("tasks", "safety-hazards", "planned", "NaN"), "ledger.type"),
    "infinite": (cell("tasks", "safety-hazards", "planned", "inf"), "ledger.type"),
    "too-many-digits": (cell("funds", "west-tax-relief", "beneficiaries", "9" * 40), "ledger.type"),
    "fraction-of-a-count": (cell("activities", "estate-problems", "count", "60.5"), "ledger.type"),
    "too-many-decimals": (cell("tasks", "safety-hazards", "planned", "24871.125"), "ledger.type"),
    "bad-date": (cell("tasks", "safety-hazards", "as_of", "2024-02-30"), "ledger.type"),
    "other-date": (cell("tasks", "safety-hazards", "as_of", "2024/8/22"), "ledger.type"),
    "negative-count": (cell("tasks", "safety-hazards", "completed", "-1"), "ledger.minimum"),
    "no-items": (cell("problems", "hubao-hsr-planning", "items", "0"), "ledger.minimum"),
    "empty-title": (cell("tasks", "safety-hazards", "title", "  "), "ledger.required"),
    "unknown-value": (cell("tasks", "safety-hazards", "span", "上半年"), "ledger.enum"),
    "bad-id": (cell("tasks", "safety-hazards", "task", "安全 隐患"), "ledger.pattern"),
    "formula": (cell("tasks", "safety-hazards", "title", "=cmd|' /C calc'!A0"), "ledger.formula"),
    "formula-by-at": (cell("tasks", "safety-hazards", "note", "@SUM(A1)"), "ledger.formula"),
    "newline": (cell("tasks", "safety-hazards", "note", "一行\n又一行"), "ledger.control"),
    "control-character": (cell("tasks", "safety-hazards", "note", "响\x07铃"), "ledger.control"),
    "broken-foreign-key": (
        cell("problems", "hubao-hsr-planning", "project", "no-such-project"),
        "ledger.key",
    ),
    "unknown-document": (
        cell("tasks", "safety-hazards", "source", "rumour:二"),
        "ledger.document",
    ),
    "record-of-two": (cell("problems", "hubao-hsr-planning", "items", "2"), "ledger.items"),
}


@pytest.mark.parametrize(("change", "code"), CELLS.values(), ids=CELLS)
def test_a_bad_cell_is_named(data: Path, change: Change, code: str) -> None:
    """File, row and column of the cell, and what to do."""
    place = change(data)
    found = assert_found(data, code, place)
    assert found["severity"] == "error"


def test_more_done_than_planned_is_named(data: Path) -> None:
    """A rule between columns names the row, both columns and both numbers."""
    place = cell("tasks", "safety-hazards", "completed", "24872")(data).rpartition(" ")[0]
    found = assert_found(data, "relation.record", place)
    assert "completed" in found["place"]
    assert "planned" in found["place"]
    assert "24872" in found["message"]


def test_a_repeated_id_is_named(data: Path) -> None:
    """Both rows that have the id."""
    path = path_of(data, "branches")
    rows = rows_of(path)
    rows.append([*rows[1]])
    write_rows(path, rows)
    for line in (2, len(rows)):
        assert_found(data, "ledger.duplicate", f"{path} 第{line}行 id列")


def test_many_bad_cells_are_named_at_once(data: Path) -> None:
    """One run names everything that is wrong in all ledgers."""
    places = [CELLS[name][0](data) for name in ("negative-count", "unknown-value", "record-of-two")]
    places.append(cell("branches", "linked-rest", "items", "四十")(data))
    named = "\n".join(one["place"] for one in findings_of(check(data)))
    assert all(place in named for place in places)


def test_findings_are_told_in_words(data: Path) -> None:
    """Without --json each finding is text for a ledger's user: code, place, remedy."""
    place = CELLS["negative-count"][0](data)
    (found,) = findings_of(check(data))
    result = run("check", PERIOD, "--root", ROOT, "--data", data)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"错误 [ledger.minimum] {place}\n" in result.stderr
    assert f"处理：{found['remedy']}" in result.stderr


def without_column(data: Path) -> str:
    """The planned numbers are missing."""
    path = path_of(data, "tasks")
    rows = rows_of(path)
    place = rows[0].index("planned")
    write_rows(path, [row[:place] + row[place + 1 :] for row in rows])
    return f"{path} 第1行 planned列"


def renamed_column(data: Path) -> str:
    """A heading in Chinese instead of its name."""
    path = path_of(data, "tasks")
    path.write_text(path.read_text("utf-8").replace("planned", "计划数", 1), encoding="utf-8")
    return f"{path} 第1行 计划数列"


def column_twice(data: Path) -> str:
    """Two columns of one name."""
    path = path_of(data, "branches")
    write_rows(path, [[*row, row[1]] for row in rows_of(path)])
    return f"{path} 第1行 title列"


def short_row(data: Path) -> str:
    """A row that lacks a cell."""
    path = path_of(data, "branches")
    rows = rows_of(path)
    write_rows(path, [*rows[:2], rows[2][:-1], *rows[3:]])
    return f"{path} 第3行"


def no_bytes(data: Path) -> str:
    """A file of 0 bytes."""
    path_of(data, "funds").write_bytes(b"")
    return str(path_of(data, "funds"))


def only_a_header(data: Path) -> str:
    """A file without records."""
    path = path_of(data, "funds")
    write_rows(path, rows_of(path)[:1])
    return str(path)


def no_file(data: Path) -> str:
    """A ledger that nobody handed in."""
    path_of(data, "funds").unlink()
    return str(path_of(data, "funds"))


def another_file(data: Path) -> str:
    """A ledger that nobody knows."""
    (data / PERIOD / "rumours.csv").write_text("id,title\n", encoding="utf-8")
    return str(data / PERIOD / "rumours.csv")


def undecodable(data: Path) -> str:
    """Bytes of no encoding that is used here."""
    path_of(data, "funds").write_bytes(b"id,title\n\xff\xff\xff\x81")
    return str(path_of(data, "funds"))


def spreadsheet(data: Path) -> str:
    """A workbook under the name of a CSV."""
    path_of(data, "funds").write_bytes(b"PK\x03\x04\x14\x00\x00\x00\x08\x00!\x00")
    return str(path_of(data, "funds"))


def open_quote(data: Path) -> str:
    """A quote that is never closed."""
    path = path_of(data, "branches")
    path.write_text(path.read_text(encoding="utf-8") + 'x,"y\n', encoding="utf-8")
    return str(path)


FILES = {
    without_column: "ledger.column-missing",
    renamed_column: "ledger.column-unknown",
    column_twice: "ledger.column-twice",
    short_row: "ledger.width",
    no_bytes: "ledger.empty",
    only_a_header: "ledger.empty",
    no_file: "ledger.missing",
    another_file: "ledger.unknown",
    undecodable: "ledger.encoding",
    spreadsheet: "ledger.binary",
    open_quote: "ledger.csv",
}


@pytest.mark.parametrize(("change", "code"), FILES.items(), ids=[f.__name__ for f in FILES])
def test_a_bad_file_is_named(data: Path, change: Change, code: str) -> None:
    """A file that is not the ledger it should be."""
    assert_found(data, code, change(data))


def edited(name: str, old: str, new: str, place: str) -> Change:
    """Replace a text in a YAML or schema file; ``place``: what its finding must name."""

    def change(data: Path) -> str:
        text = (data / name).read_text(encoding="utf-8")
        assert old in text
        (data / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return place

    return change


STATISTICS = "statistics.yml"
RATE = "safety.hazards_rate:"
RULE = """
- id: {id}
  title: 试
  left: {left}
  op: "{op}"
  right: "1"
"""
ADDED = f"""unused.statistic:
  label: 没人算的指标
  unit: 个
  decimals: 0
  definition: 试。
  span: 累计
  direction: none
  chapter: grassroots
{RATE}"""


def rule(left: str, op: str = "=", id: str = "trial") -> Change:
    """Add a relation."""

    def change(data: Path) -> str:
        with (data / "relations.yml").open("a", encoding="utf-8") as stream:
            stream.write(RULE.format(id=id, left=left, op=op))
        return "relations.yml"

    return change


SETTINGS: dict[str, tuple[Change, str]] = {
    "period-yaml": (
        edited(f"{PERIOD}/period.yml", "title: ", "title: [", "period.yml 第"),
        "config.yaml",
    ),
    "period-unknown-key": (
        edited(f"{PERIOD}/period.yml", "title:", "mayor: 某\ntitle:", "period.yml"),
        "config.keys",
    ),
    "period-missing-key": (
        edited(f"{PERIOD}/period.yml", "city:", "# city:", "period.yml"),
        "config.keys",
    ),
    "period-of-another": (
        edited(f"{PERIOD}/period.yml", PERIOD, "2024Q3", "period.yml"),
        "config.period",
    ),
    "period-bad-date": (
        edited(f"{PERIOD}/period.yml", "2024-08-22", "八月下旬", "period.yml reporting_date"),
        "config.date",
    ),
    "statistics-yaml": (edited(STATISTICS, RATE, f"{RATE} [", "statistics.yml 第"), "config.yaml"),
    "statistics-twice": (
        edited(STATISTICS, RATE, "safety.hazards_found:", "statistics.yml 第"),
        "config.yaml",
    ),
    "statistics-unknown-key": (
        edited(STATISTICS, f"{RATE}\n", f"{RATE}\n  colour: red\n", "safety.hazards_rate"),
        "config.keys",
    ),
    "statistics-bad-value": (
        edited(STATISTICS, "direction: up", "direction: sideways", "statistics.yml"),
        "catalogue.value",
    ),
    "statistics-never-published": (
        edited(STATISTICS, RATE, ADDED, "unused.statistic"),
        "publish.missing",
    ),
    "statistics-missing": (
        edited(STATISTICS, RATE, "safety.hazards_quota:", "单元"),
        "publish.unknown",
    ),
    "relations-yaml": (
        edited("relations.yml", "- id: ", "- id: [", "relations.yml 第"),
        "config.yaml",
    ),
    "relations-key": (
        edited("relations.yml", "  left:", "  lefd:", "relations.yml 第"),
        "config.keys",
    ),
    "relations-sign": (rule("problems.total", "≠"), "relation.op"),
    "relations-broken": (rule("problems.total"), "relation.broken"),
    "relations-unknown": (rule("problems.nobody"), "relation.unknown"),
    "relations-formula": (rule("problems.total ** 2"), "relation.formula"),
    "relations-twice": (rule("problems.total", id="matrix-parts"), "relation.twice"),
    "schema-json": (edited("schema/tasks.json", "{", "", "tasks.json"), "schema.broken"),
    "schema-type": (
        edited("schema/tasks.json", '"type": "date"', '"type": "datum"', "tasks.json"),
        "schema.broken",
    ),
}


@pytest.mark.parametrize(("change", "code"), SETTINGS.values(), ids=SETTINGS)
def test_bad_settings_are_named(data: Path, change: Change, code: str) -> None:
    """Parameters, catalogue, relations and schemas are checked like ledgers."""
    assert_found(data, code, change(data))


@pytest.mark.parametrize("name", ["statistics.yml", "relations.yml", f"{PERIOD}/period.yml"])
def test_missing_settings_are_named(data: Path, name: str) -> None:
    """A settings file that is not there, and one that is no text."""
    (data / name).unlink()
    assert_found(data, "config.missing", name)
    (data / name).write_bytes("标题".encode("gb18030"))
    assert_found(data, "config.encoding", name)


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>排查", "{stat}`safety.hazards_rate`排查"],
    ids=["tag", "role"],
)
def test_markup_is_a_warning(data: Path, text: str) -> None:
    """A title that looks like code is warned of; the check passes, the page escapes it."""
    place = cell("tasks", "safety-hazards", "title", text)(data)
    result = check(data)
    assert result.exit_code == 0, result.output
    (found,) = [one for one in findings_of(result) if one["code"] == "ledger.markup"]
    assert (found["severity"], found["place"]) == ("warning", place)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_other_encodings_give_the_same_facts(data: Path, encoding: str) -> None:
    """A GB18030 file is read and said to be one; facts and published bytes are the same."""
    path = path_of(data, "tasks")
    before = load_edition(data, PERIOD)
    path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    after = load_edition(data, PERIOD)
    assert after.ledgers["tasks"].sha256 == before.ledgers["tasks"].sha256
    notebooks = ROOT / "notebooks"
    assert evaluate_notebooks(notebooks, after) == evaluate_notebooks(notebooks, before)
    result = check(data)
    assert result.exit_code == 0
    said = [(one["severity"], one["code"], one["place"]) for one in findings_of(result)]
    expected = [("note", "ledger.encoding", str(path))] if encoding == "gb18030" else []
    assert [one for one in said if one[1] == "ledger.encoding"] == expected


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("2024Q3", "period.unknown"),
        ("2024Q5", "period.form"),
        ("../x", "period.form"),
        ("../data/2024Q2", "period.form"),
        ("/etc", "period.form"),
        ("2024q2", "period.form"),
        ("２０２４Q2", "period.form"),
        ("", "period.form"),
    ],
)
@pytest.mark.parametrize("command", ["check", "build"])
def test_a_wrong_period_is_wrong_use(data: Path, command: str, period: str, code: str) -> None:
    """Exit status 2, whatever the command; a path is no period."""
    out = data.parent / "out"
    more = ["--json"] if command == "check" else ["--out", out]
    result = run(command, period, "--root", ROOT, "--data", data, *more)
    assert result.exit_code == 2
    assert code in result.output
    assert not out.exists()
    if command == "check":
        assert [one["code"] for one in findings_of(result)] == [code]


def test_a_missing_data_folder_is_wrong_use(tmp_path: Path) -> None:
    """Exit status 2 for a folder that is not there, a file, and a folder without editions."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name, code in (
        ("nowhere", "data.missing"),
        ("file", "data.missing"),
        ("empty", "period.none"),
    ):
        result = run("check", "--root", ROOT, "--data", tmp_path / name, "--json")
        assert result.exit_code == 2
        (found,) = findings_of(result)
        assert (found["code"], found["place"]) == (code, str(tmp_path / name))


def change_cell(path: Path, name: str, source: str) -> None:
    """Replace one cell's code."""
    notebook = nbformat.read(path, as_version=4)
    (one,) = [one for one in notebook.cells if one.id == name]
    one.source = source
    nbformat.write(notebook, path)


SOURCES: dict[str, tuple[str, str]] = {
    "raises": ("1 / 0", "notebook.failed"),
    "syntax": ("edition.publish(", "notebook.failed"),
    "unknown-ledger": ("edition.branch.items.sum()", "notebook.failed"),
    "unknown-column": ("edition.branches.item.sum()", "notebook.failed"),
    "mean": ('edition.publish("branches.linked", edition.branches.items.mean())', "publish"),
    "number": ('edition.publish("branches.linked", 46)', "publish.expression"),
    "unknown-id": ('edition.publish("branches.links", edition.branches.items.sum())', "publish"),
    "twice": (
        'edition.publish("caption.years", edition.branches.items.sum())\n' * 2,
        "publish.twice",
    ),
    "no-data": (
        'edition.publish("branches.linked",'
        ' edition.activities.filter(_.kind == "无").select("count")["count"].sum())',
        "publish",
    ),
    "no-order": (
        'edition.figure("x", edition.branches.select("title", "items"), charts.bars,'
        ' title="t", unit="个", alt="a", source="s")',
        "figure.table",
    ),
    "unknown-fact": (
        'edition.figure("x", edition.branches.select("title", "items").order_by(_.title),'
        ' charts.bars, title="t", unit="个", alt="{a.b}", source="s")',
        "figure.fact",
    ),
    "exits": ("import sys; sys.exit(3)", "notebook.failed"),
    "mixed-stages": (
        'edition.publish("branches.linked", edition.funds.amount.sum())',
        "publish.apart",
    ),
    "mixed-channels": (
        'edition.publish("branches.linked", edition.funds.filter(_.stage == "争取").amount.sum())',
        "publish.apart",
    ),
    "mixed-figure": (
        'edition.figure("x", edition.funds.group_by("channel").agg(amount=_.amount.sum())'
        '.order_by("channel"), charts.bars, title="t", unit="亿元", alt="a", source="s")',
        "figure.apart",
    ),
}


@pytest.mark.parametrize(("source", "code"), SOURCES.values(), ids=SOURCES)
def test_a_bad_cell_of_a_notebook_is_named(root: Path, source: str, code: str) -> None:
    """Notebook and cell id, whatever the analyst wrote."""
    change_cell(root / "notebooks" / NOTEBOOK, "branches", source)
    result = check(root / "data", root=root)
    assert result.exit_code == 1
    (found,) = [one for one in findings_of(result) if one["severity"] == "error"]
    assert found["code"].startswith(code)
    assert f"{NOTEBOOK} 单元 branches" in found["place"]


@pytest.mark.parametrize("text", ["", "{}", '{"cells": [', "<html>", "[1, 2]"])
def test_a_notebook_that_is_none_is_named(root: Path, text: str) -> None:
    """A file that is not JSON, or JSON that is no notebook."""
    (root / "notebooks" / NOTEBOOK).write_text(text, encoding="utf-8")
    assert_found(root / "data", "notebook.broken", NOTEBOOK, root=root)


def test_a_project_without_notebooks_is_named(tmp_path: Path, data: Path) -> None:
    """There is nothing that would compute."""
    assert_found(data, "notebook.none", str(tmp_path), root=tmp_path)


def test_a_trace_of_bad_data_is_refused(data: Path) -> None:
    """`trace` tells findings as `check` does, and the nearest ids of an unknown statistic."""
    arguments: list[Any] = ["--root", data.parent, "--data", data, "--json"]
    shutil.copytree(ROOT / "notebooks", data.parent / "notebooks")
    result = run("trace", "safety.hazards_rates", *arguments)
    assert result.exit_code == 2
    (found,) = findings_of(result)
    assert found["code"] == "trace.unknown"
    assert "safety.hazards_rate、" in found["remedy"]
    place = CELLS["negative-count"][0](data)
    result = run("trace", "safety.hazards_rate", *arguments)
    assert result.exit_code == 1
    assert [one["place"] for one in findings_of(result)] == [place]
