"""``policybook build``: every edition from ledgers to a verified folder. floor: site."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from policybook.building import build_edition
from policybook.children import FORKS, run
from policybook.engines import chosen_engine
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


@dataclass(frozen=True)
class _Order:
    """An edition that must be built."""

    project: Project
    period: Period
    inputs: str  # the digest of what it is built from, taken before it is read
    work: Path
    released: Released | None

    def terms(self) -> tuple[date | None, str]:
        """When it was released, and who signed it."""
        if self.released is None:
            return None, ""
        return date.fromisoformat(self.released.released_on), self.released.signer

    def made(self) -> list[Finding]:
        """Make it here."""
        return self.checked(build_edition(self.project, self.period, self.work, *self.terms()))

    def received(self, laid_out: Callable[[Path], list[Finding]]) -> list[Finding]:
        """Have it from who made it."""
        return self.checked(laid_out(self.work / "release"))

    def checked(self, findings: list[Finding]) -> list[Finding]:
        """What was found when it was made, and when it was made before."""
        if self.released is None:
            return findings
        return findings + check_republished(self.project.data, self.work / "release", self.released)


def build(project: Project, periods: Sequence[Period]) -> list[Finding]:
    """Each edition built aside, verified, then put in place of the old one at once.

    Returns warnings and notes.
    Raises :class:`policybook.errors.PolicybookError`; the last good site then stays.
    """
    project.out.mkdir(parents=True, exist_ok=True)
    register = read_register(project.data)
    findings: dict[Period, list[Finding]] = {}
    with workshop(project.out) as work:
        orders = []
        for period in periods:
            recover(project.out / str(period))
            released = register.get(str(period))
            inputs = inputs_digest(project, period)
            before = _before(project, period, inputs, released)
            if before is None:
                orders.append(_Order(project, period, inputs, work / str(period), released))
            else:
                findings[period] = before
        with closing(_made(project, orders)) as makers:  # who fails leaves none at work
            for order, made in zip(orders, makers, strict=True):
                period, place = order.period, project.out / str(order.period)
                findings[period] = made()
                swap(order.work / "release", place)
                remember(project, period, order.inputs, findings[period])
                project.say(f"{period} 已生成到 {place}")
    if project.cached:
        prune(cache_of(project.root), project.limit * MEGABYTE)
    write_front(project.out, register)
    return [one for period in periods for one in findings[period]]


def _before(
    project: Project, period: Period, inputs: str, released: Released | None
) -> list[Finding] | None:
    """What was found when the edition in place was built; None when it must be built."""
    place = project.out / str(period)
    if released is not None and sums_digest(place) == released.sha256:
        return [_kept(period, place)]
    before = findings_before(project, period, inputs)
    if before is not None:
        project.say(f"{period} 没有变化，仍在 {place}")
    return before


def _made(
    project: Project, orders: Sequence[_Order]
) -> Generator[Callable[[], list[Finding]], None, None]:
    """The editions in their order, each made when it is called for, or already.

    Several are made by the workers there are, or side by side in children of this process.
    A single one is made here, and its notebooks are given away.
    """
    if len(orders) > 1 and project.workers:
        from policybook.sending import send_editions  # slow to import

        given = {order.period: order.terms() for order in orders}
        sent = send_editions(project, project.workers, given)
        for order in orders:
            yield partial(order.received, sent[order.period])
    elif len(orders) > 1 and project.jobs > 1 and FORKS and project.cached and not chosen_engine():
        from policybook.execution import preload  # once, for all

        preload()
        tasks = [replace(order, project=_beside(project, order.period)).made for order in orders]
        yield from (child.result for child in run(tasks, project.jobs))
    else:
        yield from (order.made for order in orders)


def _beside(project: Project, period: Period) -> Project:
    """The project for one of several editions: what it says names the edition."""
    return replace(project, jobs=2, say=lambda said: project.say(f"{period} {said}"))


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
