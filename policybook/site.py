"""``policybook build``: every edition from ledgers to a verified folder. floor: site."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from policybook.audit.workbook import write_audit
from policybook.cache import NotebookCache, shared_digests
from policybook.check import check_computed, check_data
from policybook.coverage import COVERAGE, coverage_line, publish, rules_of
from policybook.crate import write_crate
from policybook.engines import chosen_engine, engine_kind
from policybook.errors import Finding, LedgerError, SiteError, any_error, error, note
from policybook.exemptions import load_exemptions
from policybook.folders import recover, swap, workshop
from policybook.front import write_front
from policybook.gate import Rules, check_gate, unused
from policybook.history import with_history
from policybook.inputs import check_publishable, notebook_parameters
from policybook.notebooks import check_coverage, collect, run_notebooks
from policybook.paper import write_document
from policybook.period import Period
from policybook.published import SIGNATURE, SUMS, Release, read_release
from policybook.register import (
    Published,
    Released,
    read_register,
    read_values,
    signature_file,
)
from policybook.release import assemble, write_sums
from policybook.stage import facts_document, run_jupyter_book, stage_book, stage_data, used_on
from policybook.verify import verify_release


@dataclass(frozen=True)
class Project:
    """Where things are, and how to build."""

    root: Path  # notebooks/, book/, _config.yml, _toc.yml
    data: Path
    out: Path
    jobs: int
    cached: bool
    say: Callable[[str], None]


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
            released_on = date.fromisoformat(released.released_on) if released else None
            signer = released.signer if released else ""
            findings += build_edition(project, period, work, released_on, signer)
            if released is not None:
                findings += check_republished(project.data, work / "release", released)
            swap(work / "release", place)
        project.say(f"{period} 已生成到 {place}")
    write_front(project.out, register)
    return findings


def _kept(period: Period, place: Path) -> Finding:
    message = f"{period} 已正式发布，原样保留。"
    return note("release.kept", place, message, "已发布的文件夹不再改写；要改的发布更正版。")


def sums_digest(release: Path) -> str:
    """The digest of a release's ``SHA256SUMS``: that of the whole; "" where there is none."""
    path = release / SUMS
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


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


def build_edition(
    project: Project, period: Period, work: Path, released_on: date | None, signer: str
) -> list[Finding]:
    """One edition as ``work/release``.

    ``released_on``: None for a draft; ``signer``: fingerprint of the key, "" when unsigned.
    """
    checked = check_data(project.data, str(period))
    inputs = with_history(project.root, project.data, checked.required())
    parameters = replace(inputs.parameters, released_on=released_on, signer=signer)
    inputs = replace(inputs, parameters=parameters)
    check_publishable(inputs.ledgers)
    rules = rules_of(inputs.parameters, load_exemptions(project.root / "book" / "exemptions.yml"))
    stage = work / "stage"
    stage_data(stage, project.root, project.data, period, inputs)
    cache = NotebookCache(
        project.root / "_build" / "cache" if project.cached else None,
        {name: ledger.sha256 for name, ledger in inputs.ledgers.items()},
        {
            **shared_digests(project.root, project.data, inputs.folder),
            "来历": inputs.provenance.digest,
            "引擎": engine_kind(chosen_engine()),
        },
        project.say,
    )
    given = notebook_parameters(str(period))
    broken = project.root / "_build" / "broken" / str(period)
    executed = run_notebooks(stage, given, project.jobs, cache, broken)
    facts, figures = collect(executed)
    check_coverage(facts, checked.catalogue, str(period))
    findings = checked.findings + check_computed(
        project.root, project.data, inputs, checked.relations, facts
    )
    if any_error(findings):
        raise LedgerError(findings)
    content = facts_document(period, facts, figures, checked.relations, inputs)
    stage_book(stage, project.root, content, executed)
    project.say("生成页面")
    html = run_jupyter_book(stage)
    release = work / "release"
    assemble(html, release, content, inputs, figures.values(), used_on(stage))
    findings += pass_gate(release, rules)
    published = read_release(release)
    write_audit(published)
    write_document(published)
    write_crate(published)
    write_sums(release)
    project.say("核验")
    problems = verify_release(release)
    if problems:
        raise SiteError(problems)
    return findings


def pass_gate(folder: Path, rules: Rules) -> list[Finding]:
    """Every numeral of the narrative accounted for, and the account published.

    Returns warnings and the account.
    Raises :class:`SiteError` with each numeral that comes from nowhere.
    """
    published = read_release(folder)
    findings, coverage = check_gate(published, rules)
    if findings:
        raise SiteError(findings)
    content = coverage.as_dict(published.period, rules)
    publish(folder, content)
    said = f"{coverage_line(content)}。"
    account = note("gate.coverage", published.period, said, f"豁免的理由见 {COVERAGE}。")
    return [*unused(rules, coverage), account]
