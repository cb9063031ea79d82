"""One edition from ledgers to a verified folder. floor: production."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from policybook.book import FACTS
from policybook.cache import NotebookCache, shared_digests
from policybook.check import check_computed, check_data
from policybook.engines import chosen_engine, engine_kind
from policybook.errors import Finding, LedgerError, any_error
from policybook.execution import run_notebooks
from policybook.exemptions import load_exemptions
from policybook.history import know_facts, with_history
from policybook.inputs import Inputs, check_publishable, notebook_parameters
from policybook.keeping import COMPUTED, NOTEBOOKS, PAGES, QUERIES
from policybook.notebooks import check_coverage, collect
from policybook.period import Period
from policybook.press import Press, kept_book, update
from policybook.program import facts_digests, program_digests
from policybook.project import Project
from policybook.stage import facts_document, stage_data, stage_facts, stage_narrative

_FINISHING = ("policybook.finishing", "policybook.release", "rocrate.rocrate")
"""What is loaded while the last notebooks are at work: they may leave a core free."""


def make_edition(
    project: Project,
    period: Period,
    work: Path,
    released_on: date | None,
    signer: str,
    press: Press,
) -> list[Finding]:
    """One edition as ``work/release``, as :func:`policybook.building.build_edition` says."""
    checked = check_data(project.data, str(period))
    computed_from = facts_digests(project.root, project.data, [period])
    inputs = with_history(project.root, project.data, checked.required(), project.kept(COMPUTED))
    parameters = replace(inputs.parameters, released_on=released_on, signer=signer)
    inputs = replace(inputs, parameters=parameters)
    check_publishable(inputs.ledgers)
    exemptions = load_exemptions(project.root / "book" / "exemptions.yml")
    stage = work / "stage"
    stage_data(stage, project.root, project.data, period, inputs)
    stage_narrative(stage, project.root)
    program = json.dumps(program_digests(project.root))
    with kept_book(stage, project.kept(f"{PAGES}/{period}"), program) as book:
        press.begin(book)
        executed = _executed(project, period, inputs, stage)
        facts, figures = collect(executed)
        check_coverage(facts, checked.catalogue, str(period))
        findings = checked.findings + check_computed(
            project.root, project.data, inputs, checked.relations, facts, project.kept(COMPUTED)
        )
        if any_error(findings):
            raise LedgerError(findings)
        content = facts_document(period, facts, figures, checked.relations, inputs)
        stage_facts(stage, content, executed)
        project.say("生成页面")
        update(stage, book)
        press.go()
        # While pages are made:
        from policybook.finishing import finish_edition
        from policybook.release import write_contents

        if computed_from == facts_digests(project.root, project.data, [period]):  # still
            know_facts(computed_from[period], facts, project.kept(COMPUTED))
        release = work / "release"
        write_contents(release, stage / FACTS, inputs, facts.values(), figures.values())
        return findings + finish_edition(release, book, press, exemptions, inputs, project)


def _executed(project: Project, period: Period, inputs: Inputs, stage: Path) -> dict[str, Any]:
    """The staged notebooks, executed or kept from an earlier build, by name."""
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
    kept = project.kept(QUERIES)
    return run_notebooks(
        stage,
        given,
        project.jobs,
        cache,
        broken,
        workers=project.workers,
        queries=kept,
        meanwhile=load_finishing,
    )


def load_finishing() -> None:
    """Load what finishes an edition: not needed before, and a third of a second's work."""
    for name in _FINISHING:
        import_module(name)
