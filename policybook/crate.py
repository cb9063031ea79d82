"""``ro-crate-metadata.json``: how a release's files came to be, for archives. floor: crate.

A Process Run Crate (https://w3id.org/ro/wfrun/process): one action a notebook, its parameters and
ledgers in, its facts and figures out, with the software that ran it.  It has no times, since the
same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from importlib.metadata import requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

from policybook.config import parse_shown_date
from policybook.coverage import published_parameters
from policybook.datapackage import LICENCE
from policybook.errors import Finding, error
from policybook.inputs import notebook_parameters
from policybook.model import Fact, Figure
from policybook.period import parse_period
from policybook.published import (
    CRATE,
    RESTORE,
    SUMS,
    Release,
    check_properties,
    stated_digests,
)

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_VERSION = "1.1"
"""Of RO-Crate: the one that the profile builds on, whose terms have no ``sha256`` yet."""
_TERMS = {"sha256": "http://schema.org/sha256"}
_FOLDERS = {
    "book": "叙述各章",
    "trace": "每个统计数字的溯源页",
    "_static": "页面的样式、脚本和字体",
}
"""Folders that are described as a whole."""
_FORMATS = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".ics": "text/calendar",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".py": "text/x-python",
    ".sqlite": "application/vnd.sqlite3",
    ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Ours, since the standard library's table is that of the machine."""
_DRAWN = ("csv", "svg", "png")
_SOFTWARE = {"policybook": "#policybook", "SQLite": "https://sqlite.org/"}


def write_crate(release: Release) -> None:
    """Describe all files that are in a release now; last before its digests."""
    _crate(release, _files(release.folder), _installed()).metadata.write(release.folder)


def _files(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _installed() -> dict[str, str]:
    """What computes and builds, by its version: locked, but for SQLite, which is Python's."""
    needed = map(Requirement, requires("policybook") or ())
    names = sorted(one.name for one in needed if "extra" not in str(one.marker))
    packages = {name: version(name) for name in ("policybook", *names)}
    return {**packages, "SQLite": sqlite3.sqlite_version}


def _crate(release: Release, files: list[str], software: Mapping[str, str]) -> ROCrate:
    from rocrate.rocrate import ROCrate

    edition = published_parameters(release.folder)
    crate = ROCrate(version=_VERSION)
    crate.metadata.extra_terms = _TERMS
    _add(crate, LICENCE["path"], "CreativeWork", name=LICENCE["title"], url=LICENCE["path"])
    _add(crate, "#publisher", "Organization", name=edition["issuer"])
    _add(crate, PROFILE, "CreativeWork", name="Process Run Crate", version=PROFILE[-3:])
    _add(crate, "https://www.python.org/", "ComputerLanguage", name="Python")
    _add_software(crate, software)
    _add_files(crate, release, files)
    for name, value in notebook_parameters(release.period).items():
        _add(crate, f"#parameter-{name}", "PropertyValue", name=name, value=value)
    for fact in release.facts.values():
        told = {"name": fact.label, "value": fact.value, "description": fact.display}
        unit = {"unitText": fact.unit} if fact.unit else {}
        _add(crate, f"#{fact.id}", "PropertyValue", propertyID=fact.id, **told, **unit)
    crate.root_dataset["name"] = edition["title"]
    crate.root_dataset["description"] = (
        f"{edition['title']}，{release.period}。每个统计数字由台账重算，可追溯到单元格。"
    )
    crate.root_dataset["version"] = release.period
    crate.root_dataset["creativeWorkStatus"] = edition["released_on"]
    crate.root_dataset["datePublished"] = _published_on(release, edition["reporting_date"])
    crate.root_dataset["license"] = {"@id": LICENCE["path"]}
    crate.root_dataset["author"] = crate.root_dataset["publisher"] = {"@id": "#publisher"}
    crate.root_dataset["conformsTo"] = {"@id": PROFILE}
    crate.root_dataset["mentions"] = _refer(_add_runs(crate, release))
    return crate


def _add(crate: ROCrate, identifier: str, kind: str, **properties: Any) -> str:
    from rocrate.model import ContextEntity

    crate.add(ContextEntity(crate, identifier, {"@type": kind, **properties}))
    return identifier


def _refer(identifiers: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": one} for one in dict.fromkeys(identifiers)]


def _add_software(crate: ROCrate, software: Mapping[str, str]) -> None:
    names = {
        name: _SOFTWARE.get(name, f"https://pypi.org/project/{name}/{number}/")
        for name, number in software.items()
    }
    for name, identifier in names.items():
        needs = [one for other, one in names.items() if other != name]
        more = {"softwareRequirements": _refer(needs)} if name == "policybook" else {}
        told = {"name": name, "version": software[name]}
        if not identifier.startswith("#"):
            told["url"] = identifier
        _add(crate, identifier, "SoftwareApplication", **told, **more)


def _add_files(crate: ROCrate, release: Release, files: list[str]) -> None:
    titles = {f"data/{name}.csv": schema.title for name, schema in release.schemas.items()}
    for figure in release.figures.values():
        titles.update({f"figures/{figure.id}.{kind}": figure.title for kind in _DRAWN})
    runs = {_page(one): one for one in _notebooks(release)}
    for folder, title in _FOLDERS.items():
        if any(name.startswith(f"{folder}/") for name in files):
            crate.add_dataset(dest_path=folder, properties={"name": title})
    for name in files:
        if _described(name):
            told: dict[str, Any] = {"name": titles.get(name, name)}
            told |= _measured(release.folder / name)
            if name in runs:
                told |= {
                    "@type": ["File", "SoftwareSourceCode"],
                    "name": f"计算笔记本 {runs[name]}",
                    "version": release.period,
                    "programmingLanguage": {"@id": "https://www.python.org/"},
                    "softwareRequirements": {"@id": _SOFTWARE["policybook"]},
                }
            crate.add_file(dest_path=name, properties=told)


def _described(name: str) -> bool:
    """Not what lies in a folder described as a whole, nor what has this file's digest in it."""
    return name.partition("/")[0] not in _FOLDERS and not name.startswith((SUMS, CRATE))


def _measured(path: Path) -> dict[str, str]:
    content = path.read_bytes()
    return {
        "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _page(notebook: str) -> str:
    return f"notebooks/{notebook}.html"


def _notebooks(release: Release) -> list[str]:
    made: list[Fact | Figure] = [*release.facts.values(), *release.figures.values()]
    return sorted({one.notebook for one in made})


def _add_runs(crate: ROCrate, release: Release) -> Iterator[str]:
    parameters = [f"#parameter-{name}" for name in notebook_parameters(release.period)]
    for notebook in _notebooks(release):
        facts = [one for one in release.facts.values() if one.notebook == notebook]
        figures = [one for one in release.figures.values() if one.notebook == notebook]
        read = {part.ledger for one in facts for part in (*one.operands, *one.missing)}
        read |= {one.ledger for one in figures}
        made = [f"figures/{one.id}.{kind}" for one in figures for kind in _DRAWN]
        yield _add(
            crate,
            f"#run-{notebook}",
            "CreateAction",
            name=f"运行计算笔记本 {notebook}",
            description="由 papermill 代入参数运行，从台账算出统计数字，画出图。",
            instrument={"@id": _page(notebook)},
            agent={"@id": "#publisher"},
            object=_refer([*parameters, *(f"data/{name}.csv" for name in sorted(read))]),
            result=_refer(["facts.json", *(f"#{one.id}" for one in facts), *made]),
            actionStatus="http://schema.org/CompletedActionStatus",
        )


def _published_on(release: Release, reporting_date: str) -> str:
    """The day of release; of a draft the reporting date, or else the quarter's last day."""
    if release.released_on:
        return release.released_on
    found = parse_shown_date(reporting_date)
    if found:
        return str(found)
    following = parse_period(release.period).shifted(1)
    return str(date(following.year, following.quarter * 3 - 2, 1) - timedelta(days=1))


def check_crate(release: Release) -> list[Finding]:
    """The file against one made anew; only the versions of software are taken from itself."""
    path = release.folder / CRATE
    if not path.is_file():
        return []  # already found by check_files
    stated = json.loads(path.read_text(encoding="utf-8"))
    there = {one["@id"]: one for one in stated["@graph"]}
    software = {
        one["name"]: one["version"]
        for one in there.values()
        if one["@type"] == "SoftwareApplication"
    }
    files = _files(release.folder)
    named = stated_digests(release.folder) or files  # what is beside these, check_sums finds
    files = [name for name in files if name in named]
    right = _crate(release, files, software).metadata.generate()
    entities = {one["@id"]: one for one in right["@graph"]}
    findings = [
        error("verify.crate", f"{CRATE} {name}", message, RESTORE)
        for names, others, message in (
            (there, entities, "多出这一项。"),
            (entities, there, "缺少这一项。"),
        )
        for name in names
        if name not in others
    ]
    for name in (one for one in entities if one in there):
        findings += check_properties("verify.crate", f"{CRATE} {name}", there[name], entities[name])
    if not findings and stated != right:
        message = "与由发布内容重新写出的不同：上下文、次序，或有一项写了两次。"
        findings.append(error("verify.crate", CRATE, message, RESTORE))
    return findings
