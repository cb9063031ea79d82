"""``policybook build``: every edition from ledgers to a verified folder. floor: site."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from policybook.cache import NotebookCache, shared_digests
from policybook.check import check_data, check_relations
from policybook.coverage import COVERAGE, coverage_line, publish, rules_of
from policybook.errors import Finding, LedgerError, SiteError, error, note
from policybook.exemptions import load_exemptions
from policybook.gate import Rules, check_gate, unused
from policybook.notebooks import check_coverage, collect, run_notebooks
from policybook.period import Period, parse_period
from policybook.published import read_release
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
    findings: list[Finding] = []
    for period in periods:
        recover(project.out / str(period))
        with _workshop(project.out) as work:
            findings += build_edition(project, period, work)
            swap(work / "release", project.out / str(period))
        project.say(f"{period} 已发布到 {project.out / str(period)}")
    write_front(project.out)
    return findings


def build_edition(project: Project, period: Period, work: Path) -> list[Finding]:
    """One edition as ``work/release``."""
    checked = check_data(project.data, str(period))
    inputs = checked.required()
    rules = rules_of(inputs.parameters, load_exemptions(project.root / "book" / "exemptions.yml"))
    stage = work / "stage"
    stage_data(stage, project.root, project.data, period, inputs)
    cache = NotebookCache(
        project.root / "_build" / "cache" if project.cached else None,
        {name: ledger.sha256 for name, ledger in inputs.ledgers.items()},
        {
            **shared_digests(project.root, project.data, inputs.folder),
            "来历": inputs.provenance.digest,
        },
        project.say,
    )
    parameters = {"period": str(period), "data": "data"}
    broken = project.root / "_build" / "broken" / str(period)
    executed = run_notebooks(stage, parameters, project.jobs, cache, broken)
    facts, figures = collect(executed)
    check_coverage(facts, checked.catalogue)
    findings = checked.findings + check_relations(checked.relations, facts, inputs.ledgers)
    if any(finding.severity == "error" for finding in findings):
        raise LedgerError(findings)
    content = facts_document(period, facts, figures, checked.relations)
    stage_book(stage, project.root, content, executed)
    project.say("生成页面")
    html = run_jupyter_book(stage)
    release = work / "release"
    assemble(html, release, content, inputs, figures.values(), used_on(stage))
    findings += pass_gate(release, rules)
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


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """A folder beside the site, on its file system, gone afterwards whatever happens."""
    with tempfile.TemporaryDirectory(prefix=".building-", dir=out) as folder:
        yield Path(folder)


def _previous(place: Path) -> Path:
    return place.with_name(f".previous-{place.name}")


def swap(new: Path, place: Path) -> None:
    """Put a finished folder in place by renaming; :func:`recover` mends a crash in between."""
    old = _previous(place)
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def recover(place: Path) -> None:
    """Bring the last good folder back when a build died between two renames."""
    old = _previous(place)
    if old.exists() and not place.exists():
        old.rename(place)


def find_releases(out: Path) -> list[Period]:
    """The published editions of a site, oldest first."""
    found = [
        path.parent.name
        for path in out.glob("*/SHA256SUMS")
        if not path.parent.name.startswith(".")
    ]
    return sorted(parse_period(name) for name in found)


_FRONT = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{newest}/_static/favicon.svg">
<meta http-equiv="refresh" content="0; url={newest}/index.html">
<title>各期报告</title>
</head>
<body>
<h1>各期报告</h1>
<ul>
{items}
</ul>
</body>
</html>
"""


def write_front(out: Path) -> None:
    """``index.html`` leading to the newest edition, and the list of editions."""
    releases = [str(period) for period in reversed(find_releases(out))]
    if not releases:
        raise SiteError(error("site.none", out, "没有一期已发布。", "运行 policybook build。"))
    items = "\n".join(f'<li><a href="{name}/index.html">{name}</a></li>' for name in releases)
    switcher = [
        {
            "name": name,
            "version": name,
            "url": f"{name}/index.html",
            "preferred": name == releases[0],
        }
        for name in releases
    ]
    _replace(out / "index.html", _FRONT.format(newest=releases[0], items=items))
    _replace(out / "switcher.json", json.dumps(switcher, ensure_ascii=False, indent=1) + "\n")


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
