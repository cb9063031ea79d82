"""A published folder as read for checking. floor: published."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from policybook.corrections import Correction
from policybook.errors import Finding, error
from policybook.explanations import Explanation
from policybook.model import Fact, Figure, fact_from_dict, figure_from_dict
from policybook.provenance import Provenance, read_provenance
from policybook.relations import Relation, relation_from_dict
from policybook.schema import Schema, parse_schema

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
AUDIT = "audit.xlsx"
DOCUMENT = "report.docx"
CALENDAR = "due.ics"
CRATE = "ro-crate-metadata.json"
RESTORE = "发布的文件不应改动：从原发布处重新取得，或更正数据后重新发布。"
"""The remedy for whatever does not agree."""


@dataclass(frozen=True)
class Release:
    """A published folder as read for checking."""

    folder: Path
    period: str
    released_on: str  # "" for a draft
    facts: Mapping[str, Fact]
    figures: Mapping[str, Figure]
    relations: tuple[Relation, ...]
    filled: Mapping[str, str]  # what each relation is said to hold for
    schemas: Mapping[str, Schema]
    texts: Mapping[str, str]  # data/*.csv
    origins: Mapping[str, str]  # ledger:record:column → where it was handed in
    corrections: tuple[Correction, ...]
    explanations: tuple[Explanation, ...]

    def rows(self, ledger: str) -> list[dict[str, str]]:
        """A ledger's records as text."""
        return list(map(dict, _rows(self.texts[ledger])))

    def records(self) -> dict[str, dict[str, dict[str, str]]]:
        """Every ledger's records by id."""
        return {name: {row.get("id", ""): row for row in self.rows(name)} for name in self.texts}


@lru_cache(maxsize=64)  # many checks look at the same ledgers, of one edition after the other
def _rows(text: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(io.StringIO(text, newline="")))


def read_release(folder: Path) -> Release:
    """The facts, schemas and ledgers of a release."""
    content = orjson.loads((folder / "facts.json").read_bytes())
    package = json.loads((folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    schemas = {
        one["name"]: parse_schema(one["name"], one["schema"]) for one in package["resources"]
    }
    texts = {
        name: path.read_bytes().decode("utf-8", errors="replace")
        for name in schemas
        if (path := folder / "data" / f"{name}.csv").is_file()
    }
    return Release(
        folder,
        content["period"],
        content["released_on"],
        {entry["id"]: fact_from_dict(entry) for entry in content["facts"]},
        {entry["id"]: figure_from_dict(entry) for entry in content["figures"]},
        tuple(map(relation_from_dict, content["relations"])),
        {entry["id"]: entry["filled"] for entry in content["relations"]},
        schemas,
        texts,
        _origins(read_provenance(folder), schemas),
        tuple(Correction(**one) for one in content["corrections"]),
        tuple(Explanation(**one) for one in content["explanations"]),
    )


def _origins(provenance: Provenance, ledgers: Iterable[str]) -> dict[str, str]:
    return {
        f"{ledger}:{record}:{column}": place
        for ledger in ledgers
        for record, cells in provenance.places(ledger).items()
        for column, place in cells.items()
    }


def script_text(name: str, content: Any) -> str:
    """Data as a classic script: a page opened from ``file:`` may load that, but no JSON."""
    return f"window.{name} = {orjson.dumps(content).decode()};\n"


def check_properties(
    code: str, place: str, stated: Mapping[str, Any], right: Mapping[str, Any]
) -> list[Finding]:
    """Each property of a description that is not what it should be, missing or added."""
    return [
        error(
            code,
            f"{place} {name}",
            f"写作“{_told(stated.get(name))}”，应为“{_told(right.get(name))}”。",
            RESTORE,
        )
        for name in dict.fromkeys([*right, *stated])
        if stated.get(name) != right.get(name)
    ]


def _told(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:80]}…"


def check_same(release: Release, name: str, right: str, source: str) -> list[Finding]:
    """A file that repeats another one in a second form says the same."""
    path = release.folder / name
    if path.is_file() and path.read_bytes() != right.encode():
        return [error("verify.copy", name, f"内容与 {source} 不符。", RESTORE)]
    return []  # that it is there at all is checked with the other files


def stated_digests(release: Path) -> dict[str, str]:
    """What ``SHA256SUMS`` says, by POSIX path; nothing where there is none."""
    if not (release / SUMS).is_file():
        return {}
    text = (release / SUMS).read_text(encoding="utf-8", errors="replace")
    return {name: digest for digest, _, name in (row.partition("  ") for row in text.splitlines())}


def digests(release: Path) -> dict[str, str]:
    """The sha256 of each file of a release, ``SHA256SUMS`` and its signature apart, by path."""
    own = (release / SUMS, release / SIGNATURE)
    paths = [path for path in sorted(release.rglob("*")) if path.is_file() and path not in own]
    with ThreadPoolExecutor() as pool:  # reading and hashing let other threads go on
        found = pool.map(_digest, paths)
        return {
            path.relative_to(release).as_posix(): one
            for path, one in zip(paths, found, strict=True)
        }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
