"""A release finished while its pages are made, and verified. floor: finishing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from policybook.audit.workbook import page_headings, write_audit
from policybook.cards import write_cards
from policybook.children import beside
from policybook.coverage import COVERAGE, coverage_line, publish, rules_of
from policybook.crate import write_crate
from policybook.database import write_database
from policybook.displayed import check_pages, divided, pages_of
from policybook.due import write_calendar
from policybook.errors import Finding, SiteError, error, note
from policybook.exemptions import Exemption
from policybook.gate import Rules, check_gate, narrative_pages, unused
from policybook.inputs import Inputs
from policybook.inventory import check_files
from policybook.keeping import SHOWN
from policybook.paper import write_document
from policybook.press import Press
from policybook.project import Project
from policybook.published import Release, read_release
from policybook.release import add_pages, write_sums
from policybook.stage import source_headings, used_on
from policybook.verify import DERIVED, VALUES, problems_of


def finish_edition(
    release: Path,
    book: Path,
    press: Press,
    exemptions: tuple[Exemption, ...],
    inputs: Inputs,
    project: Project,
) -> list[Finding]:
    """Database, workbook, pages and document into a release that has its data.

    ``book``: the folder that the press is at.  Returns what does not stop the edition.
    Raises :class:`SiteError` for what does.
    """
    jobs, rules = project.jobs, rules_of(inputs.parameters, exemptions)
    computed, headings = read_release(release), source_headings(book)
    computed.records()  # read by this process, which waits for pages, and known to its children
    audit = partial(write_audit, computed, rules.parameters, headings)
    with beside([audit, partial(_finish_facts, computed)], jobs) as finished:
        published = add_pages(computed, press.finished(book), used_on(book))
        project.say("核验")
        document = partial(write_document, published, rules.parameters)
        with (
            beside([document], jobs) as composed,
            beside(_checks(published, project), jobs) as right,
        ):
            check_headings(published, headings)
            write_cards(published, inputs.parameters.title)
            findings = pass_gate(published, rules)
            write_calendar(published)
            narrative = partial(check_pages, pages=_narrative(release))
            # What was just made is not made again at once to be compared with itself.
            problems = problems_of((narrative, *DERIVED), published, 1)
            composed(), finished()
            write_crate(published)
            write_sums(release)
            problems += problems_of((check_files,), published, 1)
            problems += [one for part in right() for one in part]
    if problems:
        raise SiteError(problems)
    return findings


def _checks(published: Release, project: Project) -> list[Callable[[], list[Finding]]]:
    """The check of all pages that the gate does not fill in, as many parts as there are jobs.

    What they display is remembered for the next draft; what is released is read anew.
    """
    filled = _narrative(published.folder)
    pages = [page for page in pages_of(published) if page not in filled]
    kept = None if published.released_on else project.kept(SHOWN)
    checks: list[Callable[[], list[Finding]]] = []
    for number, part in enumerate(divided(pages, project.jobs)):
        shown = kept and kept / f"{published.period}-{number}.json"
        check = partial(check_pages, pages=part, kept=shown)
        checks.append(partial(problems_of, (check,), published, 1))
    return checks


def _narrative(release: Path) -> list[str]:
    return [path.relative_to(release).as_posix() for path in narrative_pages(release)]


def _finish_facts(computed: Release) -> None:
    """The database, and all that is checked of facts and ledgers alone."""
    write_database(computed)
    problems = problems_of(VALUES, computed, 1)
    if problems:
        raise SiteError(problems)


def check_headings(published: Release, headings: Mapping[str, str]) -> None:
    """The headings in the workbook, which does not wait for pages, are those of the pages.

    Raises :class:`SiteError` where one is more than a text.
    """
    shown = page_headings(published)
    wrong = [
        error(
            "site.heading",
            f"book/{name}.md",
            f"章标题写作“{text}”，页面上成了“{shown[name]}”。",
            "第一行写“# 标题”，标题只用文字，不用角色和标记。",
        )
        for name, text in headings.items()
        if name in shown and shown[name] != text
    ]
    if wrong:
        raise SiteError(wrong)


def pass_gate(published: Release, rules: Rules) -> list[Finding]:
    """Every numeral of the narrative accounted for, and the account published.

    Returns warnings and the account.
    Raises :class:`SiteError` with each numeral that comes from nowhere.
    """
    findings, coverage = check_gate(published, rules)
    if findings:
        raise SiteError(findings)
    content = coverage.as_dict(published.period, rules)
    publish(published.folder, content)
    said = f"{coverage_line(content)}。"
    account = note("gate.coverage", published.period, said, f"豁免的理由见 {COVERAGE}。")
    return [*unused(rules, coverage), account]
