"""The register of releases: what was published, when, and with which values. floor: register.

``data/releases.csv`` has a line a release; ``data/releases/<edition>.csv`` the values that
readers saw, ``<edition>.sig`` the signature where there is one.  They are kept with the data,
since the released folders themselves are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from policybook.errors import ConfigError, error
from policybook.folders import replace_file
from policybook.ledgers import csv_text, read_columns

_COLUMNS = ("edition", "released_on", "sha256", "bases", "note", "signer")


@dataclass(frozen=True)
class Released:
    """One release."""

    edition: str
    released_on: str  # ISO date
    sha256: str  # of its SHA256SUMS
    bases: str  # the earlier editions it was compared with, separated by blanks
    note: str  # of a re-issue: what changed
    signer: str = ""  # fingerprint of the key; "" unsigned


@dataclass(frozen=True)
class Published:
    """A statistic as it was published."""

    value: str  # exact
    display: str


def register_file(data: Path) -> Path:
    """Where the register stands."""
    return data / "releases.csv"


def read_register(data: Path) -> dict[str, Released]:
    """Every release by edition, in order; :class:`ConfigError` when the file is broken."""
    path = register_file(data)
    if not path.is_file():
        return {}
    rows = _rows(path, _COLUMNS)
    return {row["edition"]: Released(**row) for row in rows}


def read_values(data: Path, edition: str) -> dict[str, Published]:
    """The values a released edition was published with; none when it is not registered."""
    path = data / "releases" / f"{edition}.csv"
    if not path.is_file():
        return {}
    rows = _rows(path, ("statistic", "value", "display"))
    return {row["statistic"]: Published(row["value"], row["display"]) for row in rows}


def signature_file(data: Path, edition: str) -> Path:
    """Where a release's signature is kept, since the released folders themselves are not."""
    return data / "releases" / f"{edition}.sig"


def add_release(
    data: Path, released: Released, values: Mapping[str, Published], signature: str = ""
) -> None:
    """Enter a release: values, signature, then its line, each file complete or not at all."""
    folder = data / "releases"
    folder.mkdir(exist_ok=True)
    rows = [(name, one.value, one.display) for name, one in values.items()]
    replace_file(
        folder / f"{released.edition}.csv", csv_text(("statistic", "value", "display"), rows)
    )
    if signature:
        replace_file(signature_file(data, released.edition), signature)
    lines = [*read_register(data).values(), released]
    entries = [[asdict(one)[column] for column in _COLUMNS] for one in lines]
    replace_file(register_file(data), csv_text(_COLUMNS, entries))


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        return read_columns(path, columns)
    except ValueError as problem:
        message = f"发布登记读不了：{problem}。"
        raise ConfigError(
            error("register.broken", path, message, "从版本库恢复这个文件。")
        ) from None
