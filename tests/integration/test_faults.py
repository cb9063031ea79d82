"""Faults planted in a workbook: each is found at its cell, or put right with a note there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from policybook.schema import load_schemas
from tests.integration.office import NEW, WORKBOOK, copy_project, fill_in, rows_of, run


@dataclass(frozen=True)
class Fault:
    """What is typed into a cell, and what must be said of it."""

    ledger: str
    record: str
    column: str
    typed: object
    code: str  # a finding's, or the note's
    value: str | None = None  # what it is put right to

    def __str__(self) -> str:
        return f"{self.ledger}.{self.record}.{self.column}"


PUT_RIGHT = (
    Fault("tasks", "patents", "completed", "１１８", "ingest.", "118"),
    Fault("tasks", "rental-homes", "completed", "1,530", "ingest.", "1530"),
    Fault("projects", "emerging-reserve", "investment", "2012亿元", "ingest.", "2012"),
    Fault("tasks", "coal-contracts", "printed_rate", "117%", "ingest.", "1.17"),
    Fault("tasks", "standards", "as_of", "2024年9月30日", "ingest.", "2024-09-30"),
    Fault("tasks", "tech-centres", "as_of", 45565, "", "2024-09-30"),
    Fault("tasks", "demo-enterprises", "as_of", "2024/9/30", "ingest.", "2024-09-30"),
    Fault("tasks", "saline-land", "completed", "—", "ingest.", ""),
    Fault("tasks", "graduates", "title", "大学生留呼\n就业创业", "ingest.", "大学生留呼就业创业"),
    Fault("problems", "ozone", "status", " 推进中\u3000", "", "推进中"),
)
FOUND = (
    Fault("tasks", "safety-hazards", "completed", 24000, "change.fell"),
    Fault("tasks", "boilers", "planned", 37, "change.steady"),
    Fault("tasks", "elder-stations", "completed", 120, "plausible.over"),
    Fault("tasks", "forest-tending", "completed", 59100, "plausible.unit"),
    Fault("tasks", "degraded-forest", "completed", 50.4, "plausible.unit"),
    Fault("tasks", "grassland-fencing", "completed", 54.5, "plausible.unit"),
    Fault("tasks", "finance-disputes", "completed", 1800, "plausible.jump"),
    Fault("tasks", "river-outfalls", "completed", -5, "ledger.minimum"),
    Fault("tasks", "urban-jobs", "completed", 3.4567, "ledger.type"),
    Fault("tasks", "old-estates", "span", "年度", "ledger.enum"),
    Fault("tasks", "bonded-zone", "printed_growth", 91, "plausible.rate"),
    Fault("tasks", "ecommerce-zone", "source", "报告", "ledger.pattern"),
    Fault("tasks", "coal-firms", "source", "nowhere:一", "ledger.document"),
    Fault("tasks", "grassland-fencing", "previous", 6.45, "change.previous"),
    Fault("tasks", "mutual-aid-homes", "items", 2, "ledger.range"),
    Fault("tasks", "industrial-clusters", "title", "+产业集群", "ledger.formula"),
    Fault("projects", "cluster-projects", "investment", 41160900, "plausible.unit"),
    Fault("projects", "government-investment", "stage", "施工", "ledger.enum"),
    Fault("problems", "ozone", "project", "no-such-project", "ledger.key"),
    Fault("problems", "yinhuang-funding", "cleared_on", None, "ledger.proof"),
    Fault("problems", "yinhuang-funding", "proof", None, "ledger.proof"),
    Fault("funds", "west-tax-relief", "amount", 224000, "plausible.unit"),
    Fault("milestones", "report-made", "evidence", "记录", "ledger.enum"),
)
REFUSED = (
    Fault("tasks", "patents", "completed", "约一百", "ingest."),
    Fault("tasks", "trains", "completed", "六十三", "ingest."),
    Fault("tasks", "finance-disputes", "completed", "259起", "ingest."),
    Fault("tasks", "rental-homes", "completed", "1,53", "ingest."),
    Fault("tasks", "standards", "completed", "17万", "ingest."),
    Fault("tasks", "graduates", "completed", "2万亩", "ingest."),
    Fault("tasks", "urban-jobs", "as_of", "2024年13月1日", "ingest."),
    Fault("tasks", "ecommerce-zone", "completed", "=1/0", "ingest."),
    Fault("tasks", "boilers", "completed", "30%", "ingest."),
)


class Office:
    """A quarter whose workbook has faults, and what ``ingest`` says of it."""

    def __init__(self, root: Path, faults: tuple[Fault, ...]) -> None:
        self.root = copy_project(root)
        assert run(self.root, "new", NEW).exit_code == 0
        typed: dict[tuple[str, str, str], object] = {
            ("milestones", "report-made", "on"): date(2024, 11, 20),
            ("problems", "yinhuang-funding", "status"): "已销号",
        }
        typed |= {(f.ledger, f.record, f.column): f.typed for f in faults}
        path = fill_in(self.root, typed)
        self.addresses = addresses(self.root, path, faults)
        self.result = run(self.root, "ingest", str(path), "--period", NEW, "--json")
        self.findings: list[dict[str, str]] = json.loads(self.result.stdout)

    def at(self, fault: Fault) -> list[str]:
        """The codes of what is said at a fault's cell."""
        place = self.addresses[str(fault)]
        return [one["code"] for one in self.findings if named(place, one["place"])]


def named(place: str, text: str) -> bool:
    """Whether a place is spoken of, and not one whose address begins alike."""
    return any(
        part.startswith(place) and not part[len(place) :][:1].isdigit()
        for part in text.replace("；", "、").split("、")
    )


def addresses(root: Path, path: Path, faults: tuple[Fault, ...]) -> dict[str, str]:
    """Where each fault stands in the workbook."""
    workbook = openpyxl.load_workbook(path)
    schemas = load_schemas(root / "data")
    found = {}
    for fault in faults:
        schema = schemas[fault.ledger]
        for cells in workbook[schema.title].iter_rows(min_row=2):
            if cells[0].value == fault.record:
                cell = cells[schema.names.index(fault.column)]
                found[str(fault)] = f"{WORKBOOK} {schema.title}!{cell.coordinate}"
    assert len(found) == len(faults)
    return found


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A workbook that is taken in, faults and all, so that ``check`` finds them."""
    return Office(tmp_path_factory.mktemp("taken"), PUT_RIGHT + FOUND)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A workbook that cannot be read without guessing."""
    return Office(tmp_path_factory.mktemp("refused"), REFUSED)


@pytest.mark.parametrize("fault", PUT_RIGHT, ids=str)
def test_a_slip_of_writing_is_put_right(taken: Office, fault: Fault) -> None:
    """The value is what was meant, and a note at the cell says what stood there."""
    rows = {row["id"]: row for row in rows_of(taken.root / f"data/{NEW}/{fault.ledger}.csv")}
    assert rows[fault.record][fault.column] == fault.value
    assert not fault.code or any(code.startswith(fault.code) for code in taken.at(fault))


@pytest.mark.parametrize("fault", FOUND, ids=str)
def test_a_fault_is_found_at_its_cell(taken: Office, fault: Fault) -> None:
    """The finding names the workbook, the sheet and the cell."""
    assert any(code.startswith(fault.code) for code in taken.at(fault)), taken.at(fault)


@pytest.mark.parametrize("fault", REFUSED, ids=str)
def test_what_would_be_a_guess_is_refused(refused: Office, fault: Fault) -> None:
    """It is an error at its cell, beside all the others."""
    errors = [one for one in refused.findings if one["severity"] == "error"]
    place = refused.addresses[str(fault)]
    assert any(named(place, one["place"]) and one["code"].startswith(fault.code) for one in errors)


def test_nothing_is_taken_in_when_one_cell_is_refused(refused: Office) -> None:
    """The ledgers are those that the quarter began with, and no file is kept."""
    folder = refused.root / "data" / NEW
    assert refused.result.exit_code == 1
    assert not (folder / "workbooks").exists()
    tasks = {row["id"]: row for row in rows_of(folder / "tasks.csv")}
    assert {row["completed"] for row in tasks.values()} == {""}


def test_no_fault_reaches_a_site(taken: Office) -> None:
    """The build stops at the check, and no site is made."""
    result = run(taken.root, "build", NEW)
    assert result.exit_code == 1
    assert not (taken.root / "_build" / "site" / NEW).exists()


def test_the_workbook_comes_back_marked(taken: Office, tmp_path: Path) -> None:
    """``check --marked`` writes a copy in which each cell found is coloured and commented."""
    run(taken.root, "check", NEW, "--marked", str(tmp_path))
    marked = openpyxl.load_workbook(tmp_path / WORKBOOK)
    for fault in FOUND:
        sheet, _, address = taken.addresses[str(fault)].removeprefix(f"{WORKBOOK} ").partition("!")
        comment = marked[sheet][address].comment
        assert comment is not None, fault
        assert fault.code in comment.text
