"""``policybook release``: the checklist, then the immutable folder. floor: publishing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from policybook.building import build_edition
from policybook.comparisons import EARLIER, earlier_editions
from policybook.corrections import corrections_file, find_editions, load_corrections
from policybook.errors import (
    Finding,
    PolicybookError,
    SiteError,
    UsageError,
    any_error,
    error,
    note,
    warning,
)
from policybook.folders import recover, replace_file, swap, workshop
from policybook.front import write_front
from policybook.inputs import load_inputs
from policybook.period import Period
from policybook.project import Project
from policybook.published import Release, read_release
from policybook.register import (
    Published,
    Released,
    add_release,
    read_register,
    read_values,
)
from policybook.signature import fingerprint, sign
from policybook.site import published_values
from policybook.unchanged import sums_digest

CHANGELOG = "CHANGELOG.md"
BLOCKING = ("change.", "plausible.", "submission.", "compare.")
"""Warnings that a draft may have and a release may not."""


def release(
    project: Project, period: Period, reason: str, today: date, key: Path | None = None
) -> list[Finding]:
    """Publish an edition once and for ever; returns the checklist.

    ``reason``: of a re-issue, for readers; ``key``: the SSH key to sign with.
    Raises :class:`PolicybookError` with the checklist when it blocks; nothing is then written.
    """
    register = read_register(project.data)
    _check_turn(project.data, period, register, reason)
    signer = fingerprint(key) if key else ""
    project.out.mkdir(parents=True, exist_ok=True)
    place = project.out / str(period)
    with workshop(project.out) as work:
        recover(place)
        try:
            findings = build_edition(project, period, work, today, signer)
        except PolicybookError as problem:
            raise SiteError([*problem.findings, _nothing_done(period)]) from None
        built = work / "release"
        published = read_release(built)
        values = published_values(published)
        findings = [_blocking(one) for one in findings] + _parameters(project.data, period)
        if period.revision:
            findings += _unexplained(project.data, published, values, period)
        if any_error(findings):
            raise SiteError([*findings, _nothing_done(period)])
        bases = " ".join(map(str, earlier_editions(project.data, period)))
        digest = sums_digest(built)
        entry = Released(str(period), today.isoformat(), digest, bases, reason, signer)
        signature = sign(built, key) if key else ""
        swap(built, place)
    for path in place.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
    _write_changelog(project.data, entry, values, register)
    add_release(project.data, entry, values, signature)
    write_front(project.out, read_register(project.data))
    return findings


def _check_turn(data: Path, period: Period, register: Mapping[str, Released], reason: str) -> None:
    """Each edition once, re-issues in order and with a reason; :class:`UsageError` otherwise."""
    again = replace(period, revision=period.revision + 1)
    before = replace(period, revision=period.revision - 1) if period.revision else None
    if str(period) in register:
        problem = f"这一期已于 {register[str(period)].released_on} 发布，不再改写"
        remedy = (
            f"更正写在 {corrections_file(data, period)}（revision: {again.revision}），"
            f"再运行 policybook release {again} --note 说明。"
        )
    elif before is not None and str(before) not in register:
        problem, remedy = f"还没有发布 {before}", f"先运行 policybook release {before}。"
    elif before is not None and not reason:
        problem, remedy = "更正版必须写明说明", "加上 --note，写给读者看。"
    elif period not in find_editions(data):
        problem = "没有这一版：还没有写更正" if period.revision else "没有这一期的数据"
        remedy = f"更正写在 {corrections_file(data, period)}（revision: {period.revision}）。"
    else:
        return
    raise UsageError(error("release.turn", period, f"{problem}。", remedy))


def _nothing_done(period: Period) -> Finding:
    return note("release.blocked", period, "没有发布，什么也没有改动。", "处理上面的错误后再发布。")


def _blocking(found: Finding) -> Finding:
    """A warning that only a draft may have is an error now."""
    if found.severity == "warning" and found.code.startswith(BLOCKING):
        return replace(found, severity="error")
    return found


def _parameters(data: Path, period: Period) -> list[Finding]:
    inputs = load_inputs(data, str(period))
    place = inputs.folder / "period.yml"
    findings = []
    if inputs.parameters.reporting_date is None:
        message = "还没有报告日期（reporting_date）。"
        findings.append(error("release.date", place, message, "填上报告日期。"))
    if inputs.parameters.next_release is None:
        message = "没有写下一次发布的日期（next_release）。"
        findings.append(warning("release.next", place, message, "定下日期，让读者知道。"))
    return findings


def _unexplained(
    data: Path, published: Release, values: Mapping[str, Published], period: Period
) -> list[Finding]:
    """A number of a re-issue changed, although no correction touches what it rests on."""
    before = read_values(data, str(replace(period, revision=period.revision - 1)))
    corrections = [one for one in load_corrections(data, period) if one.revision == period.revision]
    revised = _revised_bases(published)

    def explained(name: str) -> bool:
        fact = published.facts.get(name)
        if fact is None:  # a comparison goes with the statistic that is compared
            parent = name.rpartition(".")[0]
            return parent in published.facts and explained(parent)
        return any(one.touches(fact) for one in corrections) or any(
            cell.record in revised and part.ledger == EARLIER
            for part in fact.operands
            for cell in part.cells
        )

    def shown(known: Mapping[str, Published], name: str) -> str:
        return known[name].display if name in known else "没有"

    return [
        error(
            "release.unexplained",
            name,
            f"上一版为 {shown(before, name)}，本版为 {shown(values, name)}，没有更正涉及它。",
            f"在 {corrections_file(data, period)} 写明更正，或恢复台账。",
        )
        for name in {**values, **before}
        if before.get(name) != values.get(name) and not explained(name)
    ]


def _revised_bases(published: Release) -> set[str]:
    """Earlier values that are not what was published then, each with its reason."""
    if EARLIER not in published.schemas:
        return set()
    return {row["id"] for row in published.rows(EARLIER) if row["note"]}


def _write_changelog(
    data: Path,
    entry: Released,
    values: Mapping[str, Published],
    register: Mapping[str, Released],
) -> None:
    """A section a release, newest first: what readers find changed in the data."""
    path = data / CHANGELOG
    head = "# 数据变更记录\n\n每次发布一节，最新的在前。\n"
    old = path.read_text(encoding="utf-8") if path.is_file() else head
    lines = [f"## {entry.edition}（{entry.released_on}）", ""]
    lines += [f"{entry.note}", ""] if entry.note else []
    last = next(reversed(list(register)), "")
    before = read_values(data, last) if last else {}
    changed = [n for n in values if n in before and before[n] != values[n]]
    new = [n for n in values if n not in before]
    gone = [n for n in before if n not in values]
    lines += [f"- 统计数字 {len(values)} 个。"]
    if last:
        lines += [
            f"- 与 {last} 相比：变动 {len(changed)} 个，新增 {len(new)} 个，不再有 {len(gone)} 个。"
        ]
        lines += [f"- `{n}`：{before[n].display} → {values[n].display}" for n in changed]
    section = "\n".join(lines) + "\n"
    start = old.find("\n## ")
    body = old if start < 0 else old[: start + 1]
    rest = "" if start < 0 else "\n" + old[start + 1 :]
    replace_file(path, f"{body.rstrip()}\n\n{section}{rest}")
