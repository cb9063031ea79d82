"""Editions made by other machines. floor: sending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from policybook.building import build_edition
from policybook.errors import Finding, SiteError, error
from policybook.period import Period
from policybook.project import Project
from policybook.published import digests, stated_digests
from policybook.workers import Job, Places, Workers, pack, relocated, unpack

_PROJECT = ("notebooks", "book", "_config.yml", "_toc.yml", "requirements.txt")
_BROKEN = "_build/broken"


@dataclass(frozen=True)
class Made:
    """An edition as it comes back."""

    findings: list[Finding]
    release: bytes


def send_editions(
    project: Project, workers: Workers, orders: Mapping[Period, tuple[date | None, str]]
) -> dict[Period, Callable[[], Made]]:
    """Each edition given out to be built; ``orders`` has the day of release and the signer."""
    found = {name: project.root / name for name in _PROJECT if (project.root / name).exists()}
    content = pack({**{f"root/{name}": path for name, path in found.items()}, "data": project.data})
    places = (
        (f"root/{_BROKEN}", str(project.root / _BROKEN)),
        ("root", str(project.root)),
        ("data", str(project.data)),
    )
    jobs = [
        Job(partial(_build_there, period, *order, places), places, places[0][0])
        for period, order in orders.items()
    ]
    return dict(zip(orders, workers.run(jobs, content), strict=True))


def _build_there(
    period: Period, released_on: date | None, signer: str, places: Places, folder: Path
) -> Made:
    project = Project(
        folder / "root", folder / "data", folder / "site", 1, False, lambda said: None
    )
    findings = build_edition(project, period, folder / "work", released_on, signer)
    return Made(relocated(findings, folder, places), pack({"": folder / "work" / "release"}))


def receive(made: Made, release: Path) -> list[Finding]:
    """An edition laid out in a folder, as it was when it was verified there."""
    unpack(made.release, release)
    if not stated_digests(release) or digests(release) != stated_digests(release):
        message, remedy = "送回的一期与它自己的 SHA256SUMS 不符。", "再运行一次；原有的内容未动。"
        raise SiteError(error("cluster.damaged", release.name, message, remedy))
    return made.findings
