"""Where a ledger's values were handed in: workbook, sheet and cell. floor: provenance.

``data/<period>/provenance/`` is written by ``policybook ingest``; an edition whose ledgers
were typed as CSV has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from policybook.errors import ConfigError, Finding, error
from policybook.ledgers import Ledger, csv_text, read_columns

FOLDER = "provenance"
WORKBOOKS = "workbooks"
"""The folder of an edition in which handed-in files are kept as they came."""

_HAND_IN_AGAIN = "在交来的表里改好，重新运行 policybook ingest；已发布的用更正。"
_HANDED_IN = ("workbook", "sha256", "department")
_ORIGINS = ("ledger", "record", "workbook", "sheet", "cells", "values_sha256")
_NORMALISED = ("workbook", "sheet", "cell", "code", "raw", "value")


@dataclass(frozen=True)
class HandedIn:
    """A workbook or CSV as a department sent it."""

    workbook: str  # file name
    sha256: str
    department: str


@dataclass(frozen=True)
class Origin:
    """The cells of one record that came from one sheet."""

    ledger: str
    record: str
    workbook: str
    sheet: str
    cells: dict[str, str]  # column → address
    values_sha256: str = ""  # of those values as they were taken in


@dataclass(frozen=True)
class Normalised:
    """A value that does not stand in its workbook as we keep it."""

    workbook: str
    sheet: str
    cell: str
    code: str
    raw: str
    value: str


@dataclass(frozen=True)
class Provenance:
    """What was handed in for an edition, and where each value stood in it."""

    handed_in: tuple[HandedIn, ...] = ()
    origins: tuple[Origin, ...] = ()
    normalised: tuple[Normalised, ...] = ()

    @cached_property
    def raw(self) -> dict[str, str]:
        """Where a value was normalised → the text as handed in."""
        return {cell_place(one.workbook, one.sheet, one.cell): one.raw for one in self.normalised}

    def places(self, ledger: str) -> dict[str, dict[str, str]]:
        """For each record of a ledger, the place of each column."""
        found: dict[str, dict[str, str]] = {}
        for origin in self.origins:
            if origin.ledger == ledger:
                found.setdefault(origin.record, {}).update(
                    {
                        column: cell_place(origin.workbook, origin.sheet, address)
                        for column, address in origin.cells.items()
                    }
                )
        return found

    @property
    def digest(self) -> str:
        """Of all that it says."""
        return hashlib.sha256("".join(_texts(self).values()).encode()).hexdigest()


def cell_place(workbook: str, sheet: str, address: str) -> str:
    """How a cell of a workbook is written: ``台账.xlsx 重大项目台账!I3``."""
    return f"{workbook} {sheet}!{address}" if sheet else f"{workbook} {address}"


def values_digest(values: Mapping[str, str], columns: Iterable[str]) -> str:
    """The digest of some cells of a record."""
    text = "\x1f".join(f"{column}\x1e{values[column]}" for column in sorted(columns))
    return hashlib.sha256(text.encode()).hexdigest()


def read_provenance(folder: Path) -> Provenance:
    """What stands in an edition's folder; empty when nothing was ingested.

    Raises :class:`ConfigError` when a file is not in the form we write.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return Provenance()
    handed_in = tuple(HandedIn(**row) for row in _read(place / "workbooks.csv", _HANDED_IN))
    path = place / "origins.csv"
    origins = tuple(
        Origin(ledger, record, workbook, sheet, _cells(cells, path), digest)
        for ledger, record, workbook, sheet, cells, digest in (
            row.values() for row in _read(path, _ORIGINS)
        )
    )
    normalised = tuple(Normalised(**row) for row in _read(place / "normalised.csv", _NORMALISED))
    return Provenance(handed_in, origins, normalised)


def write_provenance(folder: Path, provenance: Provenance) -> None:
    """Write it into an edition's folder, which must be new or aside: files are replaced."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    for name, text in _texts(provenance).items():
        (place / name).write_text(text, encoding="utf-8", newline="")


def _texts(provenance: Provenance) -> dict[str, str]:
    origins = (
        (
            one.ledger,
            one.record,
            one.workbook,
            one.sheet,
            " ".join(f"{column}:{address}" for column, address in one.cells.items()),
            one.values_sha256,
        )
        for one in provenance.origins
    )
    tables = {
        "workbooks.csv": (_HANDED_IN, provenance.handed_in),
        "normalised.csv": (_NORMALISED, provenance.normalised),
    }
    texts = {
        name: csv_text(columns, ([getattr(one, c) for c in columns] for one in rows))
        for name, (columns, rows) in tables.items()
    }
    return {**texts, "origins.csv": csv_text(_ORIGINS, origins)}


def _read(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        return read_columns(path, columns)
    except (OSError, ValueError) as problem:
        raise _broken(path, str(problem)) from None


def _cells(text: str, path: Path) -> dict[str, str]:
    pairs = [pair.partition(":") for pair in text.split(" ")]
    if not all(mark for _, mark, _ in pairs):
        raise _broken(path, f"单元格写法 {text[:40]}")
    return {column: address for column, _, address in pairs}


def _broken(path: Path, message: str) -> ConfigError:
    remedy = "重新运行 policybook ingest；这个文件夹不手工编辑。"
    return ConfigError(error("provenance.broken", path, f"来历记录读不了：{message}。", remedy))


def attach(ledgers: Mapping[str, Ledger], provenance: Provenance) -> dict[str, Ledger]:
    """The ledgers with the places where their values were handed in."""
    if not provenance.origins:
        return dict(ledgers)
    return {
        name: replace(ledger, origins=places) if (places := provenance.places(name)) else ledger
        for name, ledger in ledgers.items()
    }


def check_provenance(
    folder: Path, ledgers: Mapping[str, Ledger], provenance: Provenance
) -> list[Finding]:
    """Ledgers and kept workbooks against what was taken in: neither is edited afterwards."""
    findings = []
    for sent in provenance.handed_in:
        path = folder / WORKBOOKS / sent.workbook
        if not path.is_file():
            remedy = "放回交来的原件，或重新运行 policybook ingest。"
            findings.append(error("provenance.missing", path, "缺少交来的原件。", remedy))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sent.sha256:
            remedy = "原件不修改：让部门改好再交，重新运行 policybook ingest。"
            findings.append(error("provenance.workbook", path, "原件在读入之后被改动。", remedy))
    for origin in provenance.origins:
        ledger = ledgers.get(origin.ledger)
        row = ledger.by_id.get(origin.record) if ledger else None
        known = row is not None and origin.cells.keys() <= row[1].keys()
        if not known or row is None or values_digest(row[1], origin.cells) != origin.values_sha256:
            first = next(iter(origin.cells.values()), "")
            place = cell_place(origin.workbook, origin.sheet, first)
            findings.append(
                error(
                    "provenance.changed",
                    f"{place}（{folder / origin.ledger}.csv {origin.record}）",
                    "台账里的这条记录与交来的表不一致：读入之后被改动或删去。",
                    _HAND_IN_AGAIN,
                )
            )
    return findings + _added(ledgers, provenance)


def _added(ledgers: Mapping[str, Ledger], provenance: Provenance) -> list[Finding]:
    """Records and cells that were not handed in, in a ledger that was."""
    known: dict[tuple[str, str], set[str]] = {}
    for one in provenance.origins:
        known.setdefault((one.ledger, one.record), set()).update(one.cells)
    findings = []
    for name in dict.fromkeys(one.ledger for one in provenance.origins):
        ledger = ledgers.get(name)
        for index, row in enumerate(ledger.rows if ledger else ()):
            filled = {column for column, value in row.items() if value}
            added = filled - known.get((name, row["id"]), set())
            if ledger and added:
                record = "这条记录" if added == filled else "这几格"
                message = f"{record}不是交来的表里的：读入之后加进台账。"
                columns = () if added == filled else sorted(added)
                place = f"{ledger.path} 第{ledger.lines[index]}行 {'、'.join(columns)}".rstrip()
                findings.append(error("provenance.added", place, message, _HAND_IN_AGAIN))
    return findings
