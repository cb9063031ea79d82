"""A release finished while its pages are made, and verified. floor: finishing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from policybook.audit.workbook import page_headings, write_audit
from policybook.cards import write_cards
from policybook.children import meanwhile
from policybook.coverage import COVERAGE, coverage_line, publish, rules_of
from policybook.crate import write_crate
from policybook.database import write_database
from policybook.due import write_calendar
from policybook.errors import Finding, SiteError, error, note
from policybook.exemptions import Exemption
from policybook.gate import Rules, check_gate, unused
from policybook.inputs import Inputs
from policybook.paper import write_document
from policybook.press import Press
from policybook.project import Project
from policybook.published import Release, read_release
from policybook.release import add_pages, write_sums
from policybook.stage import source_headings, used_on
from policybook.verify import FILES, VALUES, VIEWS, problems_of


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
    audit = partial(write_audit, computed, rules.parameters, headings)
    with meanwhile(audit, jobs), meanwhile(partial(_finish_facts, computed), jobs):
        published = add_pages(computed, press.finished(book), used_on(book))
        check_headings(published, headings)
        write_cards(published, inputs.parameters.title)
        findings = pass_gate(published, rules)
        write_calendar(published)
        project.say("核验")
        # Workbook and document are not made again at once to be compared with themselves.
        with meanwhile(partial(write_document, published), jobs):
            problems = problems_of(VIEWS, published, jobs)
    write_crate(published)
    write_sums(release)
    problems += problems_of(FILES, published, 1)
    if problems:
        raise SiteError(problems)
    return findings


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
