"""One edition from ledgers to a verified folder. floor: production."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from policybook.audit.workbook import write_audit
from policybook.book import FACTS
from policybook.cache import NotebookCache, shared_digests
from policybook.cards import write_cards
from policybook.check import check_computed, check_data
from policybook.children import meanwhile
from policybook.coverage import COVERAGE, coverage_line, publish, rules_of
from policybook.crate import write_crate
from policybook.database import write_database
from policybook.due import write_calendar
from policybook.engines import chosen_engine, engine_kind
from policybook.errors import Finding, LedgerError, SiteError, any_error, note
from policybook.execution import run_notebooks
from policybook.exemptions import load_exemptions
from policybook.gate import Rules, check_gate, unused
from policybook.history import with_history
from policybook.inputs import check_publishable, notebook_parameters
from policybook.keeping import NOTEBOOKS, PAGES
from policybook.notebooks import check_coverage, collect
from policybook.paper import write_document
from policybook.period import Period
from policybook.press import Press, kept_book
from policybook.program import program_digests
from policybook.project import Project
from policybook.published import Release, read_release
from policybook.release import add_pages, write_contents, write_sums
from policybook.stage import facts_document, stage_book, stage_data, used_on
from policybook.verify import FILES, VALUES, VIEWS, problems_of


def make_edition(
    project: Project,
    period: Period,
    work: Path,
    released_on: date | None,
    signer: str,
    press: Press,
) -> list[Finding]:
    """One edition as ``work/release``, as :func:`policybook.building.build_edition` says."""
    jobs = project.jobs
    checked = check_data(project.data, str(period))
    inputs = with_history(project.root, project.data, checked.required())
    parameters = replace(inputs.parameters, released_on=released_on, signer=signer)
    inputs = replace(inputs, parameters=parameters)
    check_publishable(inputs.ledgers)
    rules = rules_of(inputs.parameters, load_exemptions(project.root / "book" / "exemptions.yml"))
    stage = work / "stage"
    stage_data(stage, project.root, project.data, period, inputs)
    cache = NotebookCache(
        project.kept(NOTEBOOKS),
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
    executed = run_notebooks(stage, given, jobs, cache, broken, workers=project.workers)
    facts, figures = collect(executed)
    check_coverage(facts, checked.catalogue, str(period))
    findings = checked.findings + check_computed(
        project.root, project.data, inputs, checked.relations, facts
    )
    if any_error(findings):
        raise LedgerError(findings)
    content = facts_document(period, facts, figures, checked.relations, inputs)
    stage_book(stage, project.root, content, executed)
    release = work / "release"
    project.say("生成页面")
    program = json.dumps(program_digests(project.root))
    with kept_book(stage, project.kept(f"{PAGES}/{period}"), program) as book:
        press.begin(book)
        write_contents(release, stage / FACTS, inputs, facts.values(), figures.values())
        computed = read_release(release)
        with meanwhile(partial(_finish_facts, computed), jobs):
            html = press.finished(book)
        # While pages are taken over and pass the gate.
        audit = partial(write_audit, computed, rules.parameters, html)
        with meanwhile(audit, jobs):
            add_pages(release, html, content, used_on(book))
            published = read_release(release)
            write_cards(published, inputs.parameters.title)
            findings += pass_gate(published, rules)
            write_calendar(published)
    project.say("核验")
    # Workbook and document are not made a second time to be compared with themselves.
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
