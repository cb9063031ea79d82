"""Whether an edition must be built at all, by what files contain. floor: unchanged."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from policybook.errors import Finding
from policybook.folders import replace_file
from policybook.keeping import EDITIONS
from policybook.period import Period
from policybook.program import data_files, digest_of, program_digests, told_files
from policybook.project import Project
from policybook.published import SUMS, digests, stated_digests


def sums_digest(release: Path) -> str:
    """The digest of a release's ``SHA256SUMS``: that of the whole; "" where there is none."""
    path = release / SUMS
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def inputs_digest(project: Project, period: Period) -> str:
    """The digest of all that an edition is built from, the program included."""
    root, data = project.root, project.data
    own = [path for path in map(root.joinpath, _CONFIGURATION) if path.is_file()]
    for folder in (root / "notebooks", root / "book"):
        own += [path for path in folder.rglob("*") if path.is_file()]
    return digest_of(
        [
            repr((str(period), str(data), str(root))),
            json.dumps(program_digests(root), sort_keys=True),
            *told_files(root, own),
            *told_files(data, data_files(data, period)),
        ]
    )


_CONFIGURATION = ("_config.yml", "_toc.yml")


def findings_before(project: Project, period: Period, inputs: str) -> list[Finding] | None:
    """What was found when the edition in place was built, if it is just what would be built."""
    record, place = _record(project, period), project.out / str(period)
    if record is None or not record.is_file():
        return None
    known = json.loads(record.read_text(encoding="utf-8"))
    if (known["inputs"], known["sums"]) != (inputs, sums_digest(place)):
        return None
    if digests(place) != stated_digests(place):
        return None  # somebody has changed the folder
    os.utime(record)  # what was used longest ago is cleared first
    return [Finding(**found) for found in known["findings"]]


def remember(project: Project, period: Period, inputs: str, findings: list[Finding]) -> None:
    """Keep what was found; not when the inputs have changed meanwhile."""
    record = _record(project, period)
    if record is None or inputs_digest(project, period) != inputs:
        return
    known = {
        "inputs": inputs,
        "sums": sums_digest(project.out / str(period)),
        "findings": [found.as_dict() for found in findings],
    }
    record.parent.mkdir(parents=True, exist_ok=True)
    replace_file(record, json.dumps(known, ensure_ascii=False, indent=1))


def _record(project: Project, period: Period) -> Path | None:
    place = hashlib.sha256(str(project.out).encode()).hexdigest()[:8]
    return project.kept(f"{EDITIONS}/{period}-{place}.json")
