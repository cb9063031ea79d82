"""``policybook build``: every edition from ledgers to a verified folder. floor: site."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from policybook.building import build_edition
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

if TYPE_CHECKING:
    from policybook.sending import Made


def build(project: Project, periods: Sequence[Period]) -> list[Finding]:
    """Each edition built aside, verified, then put in place of the old one at once.

    Returns warnings and notes.
    Raises :class:`policybook.errors.PolicybookError`; the last good site then stays.
    """
    project.out.mkdir(parents=True, exist_ok=True)
    register = read_register(project.data)
    findings: list[Finding] = []
    known, sent = _send(project, periods, register)
    for period in periods:
        place = project.out / str(period)
        released = register.get(str(period))
        with workshop(project.out) as work:
            recover(place)
            if released is not None and sums_digest(place) == released.sha256:
                findings.append(_kept(period, place))
                continue
            inputs = known.get(period) or inputs_digest(project, period)
            before = findings_before(project, period, inputs)
            if before is not None:
                project.say(f"{period} 没有变化，仍在 {place}")
                findings += before
                continue
            found = _build(project, period, work, released, sent.pop(period, None))
            swap(work / "release", place)
            remember(project, period, inputs, found)
            findings += found
        project.say(f"{period} 已生成到 {place}")
    if project.cached:
        prune(cache_of(project.root), project.limit * MEGABYTE)
    write_front(project.out, register)
    return findings


def _send(
    project: Project, periods: Sequence[Period], register: Mapping[str, Released]
) -> tuple[dict[Period, str], dict[Period, Callable[[], Made]]]:
    """Editions that must be built given to other machines, if they are several.

    With the digests of what they are built from, taken before it was sent.
    A single one is built here, and its notebooks are given away.
    """
    if project.workers is None:
        return {}, {}
    known: dict[Period, str] = {}
    orders = {}
    for period in periods:
        released = register.get(str(period))
        if released and sums_digest(project.out / str(period)) == released.sha256:
            continue
        inputs = inputs_digest(project, period)
        if findings_before(project, period, inputs) is None:
            known[period], orders[period] = inputs, _terms(released)
    if len(orders) < 2:
        return {}, {}
    from policybook.sending import send_editions  # slow to import, as is what it builds with

    return known, send_editions(project, project.workers, orders)


def _terms(released: Released | None) -> tuple[date | None, str]:
    """When an edition was released, and who signed it."""
    return (date.fromisoformat(released.released_on), released.signer) if released else (None, "")


def _build(
    project: Project,
    period: Period,
    work: Path,
    released: Released | None,
    made: Callable[[], Made] | None,
) -> list[Finding]:
    if made:
        from policybook.sending import receive

        findings = receive(made(), work / "release")
    else:
        findings = build_edition(project, period, work, *_terms(released))
    if released is None:
        return findings
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
