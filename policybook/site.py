"""``policybook build``: every edition from ledgers to a verified folder. floor: site."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from policybook.errors import Finding, SiteError, error, note
from policybook.folders import recover, swap, workshop
from policybook.front import write_front
from policybook.keeping import MEGABYTE, prune
from policybook.period import Period
from policybook.project import Project, cache_of
from policybook.published import SIGNATURE, Release, read_release
from policybook.register import (
    Published,
    Released,
    read_register,
    read_values,
    signature_file,
)
from policybook.unchanged import findings_before, inputs_digest, remember, sums_digest


def build(project: Project, periods: Sequence[Period]) -> list[Finding]:
    """Each edition built aside, verified, then put in place of the old one at once.

    Returns warnings and notes.
    Raises :class:`policybook.errors.PolicybookError`; the last good site then stays.
    """
    project.out.mkdir(parents=True, exist_ok=True)
    register = read_register(project.data)
    findings: list[Finding] = []
    for period in periods:
        place = project.out / str(period)
        released = register.get(str(period))
        with workshop(project.out) as work:
            recover(place)
            if released is not None and sums_digest(place) == released.sha256:
                findings.append(_kept(period, place))
                continue
            inputs = inputs_digest(project, period)
            before = findings_before(project, period, inputs)
            if before is not None:
                project.say(f"{period} 没有变化，仍在 {place}")
                findings += before
                continue
            found = _build(project, period, work, released)
            swap(work / "release", place)
            remember(project, period, inputs, found)
            findings += found
        project.say(f"{period} 已生成到 {place}")
    if project.cached:
        prune(cache_of(project.root), project.limit * MEGABYTE)
    write_front(project.out, register)
    return findings


def _build(
    project: Project, period: Period, work: Path, released: Released | None
) -> list[Finding]:
    from policybook.production import build_edition  # slow to import, and often not needed

    if released is None:
        return build_edition(project, period, work, None, "")
    released_on = date.fromisoformat(released.released_on)
    findings = build_edition(project, period, work, released_on, released.signer)
    return findings + check_republished(project.data, work / "release", released)


def _kept(period: Period, place: Path) -> Finding:
    message = f"{period} 已正式发布，原样保留。"
    return note("release.kept", place, message, "已发布的文件夹不再改写；要改的发布更正版。")


def check_republished(data: Path, release: Path, released: Released) -> list[Finding]:
    """A released edition built again, such as in a fresh clone: its numbers are those published.

    With the very same bytes it also has the same signature.

    Raises :class:`SiteError` when one is not; pages may differ, by a newer program.
    """
    published = read_values(data, released.edition)
    now = published_values(read_release(release))
    changed = [name for name in {**published, **now} if published.get(name) != now.get(name)]
    if changed:
        raise SiteError(
            [
                error(
                    "release.changed",
                    f"{released.edition} {name}",
                    f"已发布为 {_display(published.get(name))}，现算得 {_display(now.get(name))}。",
                    "已发布一期的台账不改：恢复它，改动写成更正（data/corrections/）。",
                )
                for name in changed
            ]
        )
    if sums_digest(release) == released.sha256:
        signature = signature_file(data, released.edition)
        if signature.is_file():
            shutil.copyfile(signature, release / SIGNATURE)
        return []
    message = "页面由现在的程序重新生成，与当时发布的文件不同；数字相同。"
    return [note("release.rebuilt", released.edition, message, "要原样的文件夹，向发布者取。")]


def _display(published: Published | None) -> str:
    return published.display if published else "没有这个指标"


def published_values(release: Release) -> dict[str, Published]:
    """The values of a release's facts."""
    return {fact.id: Published(fact.value, fact.display) for fact in release.facts.values()}
