"""Ledgers from CSV: decoding and canonical text. floor: ledgers.

A ledger has one canonical form, which is what an edition publishes: UTF-8, LF,
the schema's column order, one line a record. Line numbers in traces are those of
this form.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from policybook.columns import Records, split_columns
from policybook.errors import Finding, LedgerError, error, note
from policybook.large import PARQUET, Streamed, is_large, read_header
from policybook.schema import Schema

HEADER_LINES = 1
SUBMISSIONS = "submissions.csv"
"""Beside the ledgers of an edition: who has handed in which."""


@dataclass(frozen=True)
class Ledger:
    """One source table as text: what stands in each cell, before any typing."""

    schema: Schema
    path: Path  # the file it was read from
    rows: Sequence[dict[str, str]]
    lines: Sequence[int]  # each record's line in that file
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # record → column → where the value was handed in: workbook sheet!cell

    @property
    def name(self) -> str:
        """The ledger's name."""
        return self.schema.name

    @property
    def large(self) -> Streamed | None:
        """Its records when they are too many to be held."""
        return self.rows if isinstance(self.rows, Streamed) else None

    @property
    def published(self) -> str:
        """Its file inside a release."""
        suffix = PARQUET if self.large and self.large.parquet else ".csv"
        return f"data/{self.name}{suffix}"

    def place(self, index: int, *columns: str) -> str:
        """Where cells of a record stand, for findings: as handed in, and in the ledger's file."""
        here = f"{self.path} 第{self.lines[index]}行"
        here += f" {'、'.join(columns)}列" if columns else ""
        if not self.origins:
            return here
        cells = self.origins.get(self.rows[index].get("id", ""), {})
        handed_in = "、".join(cells[name] for name in columns or ("id",) if name in cells)
        return f"{handed_in}（{here}）" if handed_in else here

    @cached_property
    def content(self) -> bytes:
        """The published text of a ledger in memory, in UTF-8."""
        known = self.rows.content if isinstance(self.rows, Records) else b""
        return known or records_text(self.schema.names, self.rows).encode()

    @cached_property
    def canonical(self) -> str:
        """The published text."""
        return self.content.decode()

    @cached_property
    def sha256(self) -> str:
        """Digest of the published text, or of a large ledger's file."""
        return self.large.sha256 if self.large else hashlib.sha256(self.content).hexdigest()

    def column(self, name: str) -> Sequence[str]:
        """The cells of one column, in the order of the records."""
        if isinstance(self.rows, Records):
            return self.rows.columns[name]
        return [row[name] for row in self.rows]

    @cached_property
    def values(self) -> Mapping[str, frozenset[str]]:
        """What stands in each column of a ledger in memory, each text once."""
        return {name: frozenset(self.column(name)) for name in self.schema.names}

    @cached_property
    def by_id(self) -> dict[str, tuple[int, dict[str, str]]]:
        """Canonical line and cells of each record; :class:`LedgerError` for a large ledger."""
        if self.large is not None:
            raise self.large.refusal
        return {
            row["id"]: (line, row) for line, row in enumerate(self.rows, start=HEADER_LINES + 1)
        }


def csv_text(columns: object, rows: object) -> str:
    """CSV in the one form we write: comma, LF, quotes only where needed."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")  # so that either is quoted in a cell
    writer.writerow(columns)  # type: ignore[arg-type]
    writer.writerows(rows)  # type: ignore[arg-type]
    return "\n".join([*lines, ""])


class _Lines(list[str]):
    """What a CSV writer writes, record by record, without its line ends."""

    def write(self, record: str) -> None:
        """Called once a record."""
        self.append(record.removesuffix("\r\n"))


def records_text(columns: Sequence[str], records: Iterable[Mapping[str, str]]) -> str:
    """Records as CSV, in the order of the columns."""
    return csv_text(columns, ([record[name] for name in columns] for record in records))


def read_columns(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The records of a CSV that we wrote with just these columns.

    Raises ``ValueError`` when it is another file, ``OSError`` when it cannot be read.
    """
    text = path.read_bytes().decode("utf-8")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        raise ValueError(str(problem)) from None
    if not rows or rows[0] != list(columns) or any(len(row) != len(columns) for row in rows):
        raise ValueError("列不对")
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]


def read_text(path: Path) -> tuple[bytes, list[Finding]]:
    """A file's text as UTF-8 without BOM; it may be in GB18030, which is said in a note."""
    content = path.read_bytes()
    try:
        content.decode()
        return content.removeprefix(codecs.BOM_UTF8), []
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as problem:
        raise LedgerError(
            error(
                "ledger.encoding",
                f"{path} 第{problem.start}字节",
                "既不是 UTF-8 也不是 GB18030 文本。",
                "用表格软件另存为 CSV（UTF-8）。",
            )
        ) from None
    remedy = "不必处理；发布时一律为 UTF-8。"
    return text.encode(), [note("ledger.encoding", path, "按 GB18030 编码读入。", remedy)]


def read_ledger(
    path: Path, schema: Schema, may_be_empty: bool = False
) -> tuple[Ledger, list[Finding]]:
    """One CSV as a :class:`Ledger`, with notes on what was normalised.

    Raises :class:`LedgerError` when header or row widths do not fit the schema,
    or there is no record.
    """
    if not path.is_file():
        remedy = "补上该文件；确无记录时在 period.yml 的 empty_ledgers 中写明。"
        raise LedgerError(error("ledger.missing", path, f"缺少{schema.title}。", remedy))
    if is_large(path):
        return _read_large(path, schema), []
    content, notes = read_text(path)
    if b"\x00" in content:
        raise LedgerError(
            error("ledger.binary", path, "文件里有空字节，不是 CSV 文本。", "另存为 CSV（UTF-8）。")
        )
    if (split := split_columns(content, schema.names)) is not None:
        return Ledger(schema, path, *split), notes
    reader = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    numbered: list[tuple[int, list[str]]] = []
    start = 1  # of a record, which may go on over several lines
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                numbered.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as problem:
        place, message = f"{path} 第{reader.line_num}行", f"CSV 写法有误：{problem}。"
        raise LedgerError(error("ledger.csv", place, message, "检查引号和换行。")) from None
    if not numbered or (len(numbered) == 1 and not may_be_empty):
        remedy = "补上记录；确无记录时在 period.yml 的 empty_ledgers 中写明。"
        raise LedgerError(error("ledger.empty", path, f"{schema.title}没有记录。", remedy))
    header = numbered[0][1]
    findings = _header_findings(path, header, schema)
    for line, cells in numbered[1:]:
        if len(cells) != len(header):
            message = f"有{len(cells)}格，表头有{len(header)}格。"
            findings.append(
                error(
                    "ledger.width",
                    f"{path} 第{line}行",
                    message,
                    "补齐或删去多余的格；文字里的逗号要加引号。",
                )
            )
    if findings:
        raise LedgerError(findings)
    rows = tuple(dict(zip(header, cells, strict=True)) for _, cells in numbered[1:])
    return Ledger(schema, path, rows, tuple(line for line, _ in numbered[1:])), notes


def _read_large(path: Path, schema: Schema) -> Ledger:
    """A ledger that DuckDB reads; nothing but its columns is looked at here."""
    header = read_header(path)
    findings = _header_findings(path, header, schema)
    if not findings and header != list(schema.names):
        remedy = f"按结构文件排列：{'、'.join(schema.names)}。"
        message = "大台账按原文件发布，各列须依结构文件的次序。"
        findings.append(error("ledger.column-order", f"{path} 第1行", message, remedy))
    if findings:
        raise LedgerError(findings)
    rows = Streamed(path, schema)
    return Ledger(schema, path, rows, rows.lines)


def _header_findings(path: Path, header: list[str], schema: Schema) -> list[Finding]:
    place = f"{path} 第1行"
    missing = [name for name in schema.names if name not in header]
    unknown = [name for name in header if name not in schema.names]
    findings = [
        error(
            "ledger.column-missing",
            f"{place} {name}列",
            f"缺少列 {name}（{schema.field(name).title}）。",
            "补上该列；没有数据时各格留空。",
        )
        for name in missing
    ]
    findings += [
        error(
            "ledger.column-unknown",
            f"{place} {name or '空'}列",
            "结构文件里没有这一列。",
            f"删去或改名；可用的列：{'、'.join(schema.names)}。",
        )
        for name in unknown
    ]
    findings += [
        error("ledger.column-twice", f"{place} {name}列", "这一列出现两次。", "只留一列。")
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    return findings


def read_ledgers(
    data: Path, folder: Path, schemas: Mapping[str, Schema], empty: tuple[str, ...] = ()
) -> tuple[dict[str, Ledger], list[Finding]]:
    """Every ledger in an edition's folder, and ``documents``, shared by all editions.

    Raises :class:`LedgerError` with the findings of all files at once.
    """
    ledgers: dict[str, Ledger] = {}
    notes: list[Finding] = []
    errors: list[Finding] = []
    for name, schema in schemas.items():
        path = (data if name == "documents" else folder) / f"{name}.csv"
        other = path.with_suffix(PARQUET)
        if other.is_file() and path.is_file():
            message = "同一台账有两个文件，一个 CSV，一个 Parquet。"
            errors.append(error("ledger.two-files", other, message, "只留一个。"))
        elif other.is_file():
            path = other
        try:
            ledgers[name], said = read_ledger(path, schema, schema.derived or name in empty)
            notes += said
        except LedgerError as problem:
            errors += problem.findings
    known = {f"{name}.csv" for name in schemas if name != "documents"}  # shared by all
    known |= {SUBMISSIONS, *(f"{name}{PARQUET}" for name in schemas if name != "documents")}
    for path in sorted([*folder.glob("*.csv"), *folder.glob(f"*{PARQUET}")]):
        if path.name not in known:
            errors.append(
                error(
                    "ledger.unknown",
                    path,
                    "没有这种台账的结构文件。",
                    f"改名或移走；可用的台账：{'、'.join(schemas)}。",
                )
            )
    if errors:
        raise LedgerError(errors + notes)
    return ledgers, notes
