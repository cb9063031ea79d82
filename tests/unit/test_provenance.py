"""Provenance: what is written comes back, and nothing is changed after it was taken in."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.errors import ConfigError
from policybook.inputs import load_inputs
from policybook.ledgers import Ledger
from policybook.provenance import (
    HandedIn,
    Normalised,
    Origin,
    Provenance,
    attach,
    cell_place,
    check_provenance,
    read_provenance,
    values_digest,
    write_provenance,
)
from tests.unit.conftest import PERIOD

WORKBOOK = "虚构 表.xlsx"
CELLS = {"id": "A3", "completed": "E3"}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


def origin_of(ledgers: dict[str, Ledger], record: str = "road") -> Origin:
    """A made-up place of two cells of a record, as it stands now."""
    row = ledgers["works"].by_id[record][1]
    return Origin("works", record, WORKBOOK, "工程", CELLS, values_digest(row, CELLS))


def codes(folder: Path, ledgers: dict[str, Ledger], provenance: Provenance) -> list[str]:
    """The codes of its findings, what was added apart."""
    found = [one.code for one in check_provenance(folder, ledgers, provenance)]
    return [code for code in found if code != "provenance.added"]


def test_a_typed_edition_has_no_provenance(made_up_data: Path, ledgers: dict[str, Ledger]) -> None:
    """Without a folder nothing is known, nothing is found and no ledger is touched."""
    provenance = read_provenance(made_up_data / PERIOD)
    assert provenance == Provenance()
    assert check_provenance(made_up_data / PERIOD, ledgers, provenance) == []
    assert attach(ledgers, provenance) == ledgers


@pytest.mark.parametrize(
    ("sheet", "place"),
    [("工程", f"{WORKBOOK} 工程!E3"), ("", f"{WORKBOOK} E3")],
    ids=["workbook", "csv"],
)
def test_a_place_names_file_sheet_and_cell(sheet: str, place: str) -> None:
    """A CSV has no sheets."""
    assert cell_place(WORKBOOK, sheet, "E3") == place


def test_a_record_may_come_from_several_sheets(ledgers: dict[str, Ledger]) -> None:
    """Each column keeps its own place; other ledgers have none."""
    one = origin_of(ledgers)
    two = replace(one, sheet="补充", cells={"completed": "B9", "units": "C9"})
    provenance = Provenance(origins=(one, two))
    placed = attach(ledgers, provenance)
    assert placed["works"].origins["road"] == {
        "id": f"{WORKBOOK} 工程!A3",
        "completed": f"{WORKBOOK} 补充!B9",
        "units": f"{WORKBOOK} 补充!C9",
    }
    assert placed["documents"].origins == {}


def taken_in(ledgers: dict[str, Ledger]) -> tuple[Origin, ...]:
    """Made-up places of every filled cell of a ledger."""
    rows = ledgers["works"].rows
    return tuple(
        Origin("works", row["id"], WORKBOOK, "工程", cells, values_digest(row, cells))
        for number, row in enumerate(rows, start=3)
        if (cells := {column: f"A{number}" for column, value in row.items() if value})
    )


def test_what_was_taken_in_is_no_finding(made_up_data: Path, ledgers: dict[str, Ledger]) -> None:
    """The same values and the same workbook: nothing to say."""
    folder = made_up_data / PERIOD
    (folder / "workbooks").mkdir()
    (folder / "workbooks" / WORKBOOK).write_bytes(b"made up")
    sent = HandedIn(WORKBOOK, hashlib.sha256(b"made up").hexdigest(), "虚构局")
    assert codes(folder, ledgers, Provenance((sent,), taken_in(ledgers))) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("\nroad,", "\ntyped,虚构,道路,9,,,,,,,1,record,plan:一\nroad,", "第2行", "这条记录"),
        (",绿化,,60,", ",绿化,70,60,", "第5行 planned", "这几格"),
    ],
    ids=["record", "cell"],
)
def test_what_is_added_by_hand_is_found(
    old: str,
    new: str,
    place: str,
    message: str,
    made_up_data: Path,
    works_file: Path,
    ledgers: dict[str, Ledger],
) -> None:
    """A ledger that was handed in has no record and no cell that was not."""
    write_provenance(made_up_data / PERIOD, Provenance(origins=taken_in(ledgers)))
    text = works_file.read_text(encoding="utf-8")
    works_file.write_text(text.replace(old, new), encoding="utf-8")
    (found,) = load_inputs(made_up_data, PERIOD).findings
    assert (found.severity, found.code) == ("error", "provenance.added")
    assert found.place.endswith(f"works.csv {place}")
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    "changed",
    [{"record": "gone"}, {"ledger": "nothing"}, {"cells": {"nowhere": "A1"}}, {"cells": {}}],
    ids=["record", "ledger", "column", "fewer cells"],
)
def test_what_is_gone_is_found(
    changed: dict[str, object], made_up_data: Path, ledgers: dict[str, Ledger]
) -> None:
    """A record, ledger or column that was taken in and is not there any more is changed."""
    origin = replace(origin_of(ledgers), **changed)  # type: ignore[arg-type]
    found = check_provenance(made_up_data / PERIOD, ledgers, Provenance(origins=(origin,)))[0]
    assert (found.severity, found.code) == ("error", "provenance.changed")
    assert found.place.startswith(f"{WORKBOOK} 工程!")


def test_a_cell_that_was_not_handed_in_may_change(
    made_up_data: Path, ledgers: dict[str, Ledger]
) -> None:
    """The digest is of the cells taken in, whatever their order."""
    works = ledgers["works"]
    provenance = Provenance(
        origins=(replace(origin_of(ledgers), cells=dict(reversed(CELLS.items()))),)
    )
    rows = tuple({**row, "kind": "桥"} for row in works.rows)
    assert codes(made_up_data, {"works": replace(works, rows=rows)}, provenance) == []
    rows = tuple({**row, "completed": "1"} for row in works.rows)
    changed = {"works": replace(works, rows=rows)}
    assert codes(made_up_data, changed, provenance) == ["provenance.changed"]


@pytest.mark.parametrize(
    "changed",
    [
        {"ledger": "other"},
        {"record": "other"},
        {"workbook": "other.xlsx"},
        {"sheet": "other"},
        {"cells": {"id": "A3", "completed": "E4"}},
        {"values_sha256": "ab"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_digest_is_of_all_that_it_says(
    changed: dict[str, object], ledgers: dict[str, Ledger]
) -> None:
    """Another ledger, record, file, sheet or address is another digest."""
    one = origin_of(ledgers)
    other = replace(one, **changed)  # type: ignore[arg-type]
    assert Provenance(origins=(one,)).digest != Provenance(origins=(other,)).digest
    assert Provenance(origins=(one,)).digest == Provenance(origins=(origin_of(ledgers),)).digest


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff\xfe",
        b'ledger,record,workbook,sheet,cells,values_sha256\n"',
        b"ledger,record,workbook,sheet,cells,values_sha256\nworks,road,a.xlsx,s,id=A1,ab\n",
        b"ledger,record,workbook,sheet,cells,values_sha256\nworks,road\n",
    ],
    ids=["missing", "empty", "no text", "open quote", "cells", "width"],
)
def test_a_file_not_in_our_form_is_refused(content: bytes | None, tmp_path: Path) -> None:
    """The finding names the file and says to ingest again."""
    write_provenance(tmp_path, Provenance())
    path = tmp_path / "provenance" / "origins.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_provenance(tmp_path)
    (found,) = caught.value.findings
    assert (found.code, found.place) == ("provenance.broken", str(path))
    assert "policybook ingest" in found.remedy


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_comes_back(name: str, sheet: str, raw: str) -> None:
    """Names and cells with commas, quotes and line breaks survive the files."""
    with tempfile.TemporaryDirectory() as place:
        written = Provenance(
            (HandedIn(name, "ab", sheet),),
            (Origin("works", "road", name, sheet, CELLS, "cd"),),
            (Normalised(name, sheet, "E3", "ingest.digits", raw, "150"),),
        )
        write_provenance(Path(place), written)
        back = read_provenance(Path(place))
    assert back == written
    assert back.raw == {cell_place(name, sheet, "E3"): raw}
    assert back.digest == written.digest
