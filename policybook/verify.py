"""``policybook verify``: a published folder checked from itself alone. floor: verify.

Nothing outside the folder is read, and nothing in it is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from pathlib import Path

from policybook.audit.compare import check_audit
from policybook.cards import check_cards
from policybook.children import answers
from policybook.coverage import check_coverage
from policybook.crate import check_crate
from policybook.database import check_database
from policybook.datapackage import check_package
from policybook.displayed import check_pages, divided, pages_of
from policybook.due import check_due
from policybook.errors import Finding, UsageError, error
from policybook.facts import departments_of
from policybook.inventory import check_files, check_sums
from policybook.listing import check_listing
from policybook.model import Fact
from policybook.moved import check_moves
from policybook.numbers import display_text, evaluate_interval, interval_text, number_text
from policybook.operands import printed_interval
from policybook.paper import check_document
from policybook.published import RESTORE, SUMS, Release, read_release
from policybook.recompute import check_queries
from policybook.rederived import check_derived
from policybook.wording import in_numbers

Check = Callable[[Release], list[Finding]]


def verify_release(folder: Path, jobs: int = 1) -> list[Finding]:
    """Everything in a release that does not agree with everything else in it.

    ``jobs``: so many checks at a time.
    Raises :class:`UsageError` when the folder is not a release.
    """
    if not ((folder / SUMS).is_file() or (folder / "facts.json").is_file()):
        raise UsageError(
            error(
                "verify.folder",
                folder,
                "不是发布的文件夹：没有 SHA256SUMS 和 facts.json。",
                "指向如 _build/site/2024Q2 的文件夹。",
            )
        )
    findings = check_sums(folder)
    try:
        release = read_release(folder)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        message = f"读不出发布的内容：{type(problem).__name__} {problem}。"
        return [
            *findings,
            error("verify.facts", "facts.json、data/datapackage.json", message, RESTORE),
        ]
    return list(dict.fromkeys(findings + problems_of(CHECKS, release, jobs)))


def problems_of(checks: Iterable[Check], release: Release, jobs: int) -> list[Finding]:
    """What the checks find, in their order; so many ``jobs`` at a time."""
    tasks = [
        partial(_checked, part, release)
        for check in checks
        for part in (_page_checks(release, jobs) if check is check_pages else [check])
    ]
    return [one for found in answers(tasks, jobs) for one in found]


def _page_checks(release: Release, parts: int) -> list[Check]:
    """The check of pages, divided: it takes longer than all others."""
    try:
        pages = pages_of(release)
    except TypeError:  # what should name a page is no text: the check itself tells of it
        return [check_pages]
    return [partial(check_pages, pages=part) for part in divided(pages, parts)]


def _checked(check: Check, release: Release) -> list[Finding]:
    try:
        return check(release)
    except Exception as problem:  # nothing in a release is trusted, its shape neither
        name = getattr(check, "func", check).__name__
        message = f"核验不下去（{name}）：{type(problem).__name__} {problem}。"
        return [error("verify.broken", "facts.json、data/", message, RESTORE)]


def check_cells(release: Release) -> list[Finding]:
    """The cells that facts name, against the ledgers."""
    findings: dict[str, list[str]] = {}
    messages: dict[str, str] = {}
    lines = {
        ledger: {
            row.get("id", ""): (number, row)
            for number, row in enumerate(release.rows(ledger), start=2)
        }
        for ledger in release.texts
    }
    for fact in release.facts.values():
        for part, cell in ((p, c) for p in (*fact.operands, *fact.missing) for c in p.cells):
            number, row = lines.get(part.ledger, {}).get(cell.record, (0, {}))
            now = row.get(cell.column)
            origin = release.origins.get(f"{part.ledger}:{cell.record}:{cell.column}", "")
            stated = (cell.value, cell.evidence, cell.source, cell.origin)
            there = (now, row.get("evidence", "record"), row.get("source", cell.record), origin)
            named = (cell.file, cell.row, cell.column)
            if stated != there or named != (f"data/{part.ledger}.csv", number, part.column):
                place = cell.place
                messages[place] = f"发布时为“{cell.value}”，台账现为“{now}”（记录 {cell.record}）"
                if now is None:
                    messages[place] = f"台账没有这一格（记录 {cell.record}）"
                elif now == cell.value:
                    messages[place] = f"行号、证据等级、出处或来历与台账不符（记录 {cell.record}）"
                findings.setdefault(place, []).append(fact.id)
    return [
        error("verify.cell", place, f"{messages[place]}；涉及统计数字 {'、'.join(ids)}。", RESTORE)
        for place, ids in findings.items()
    ]


def check_departments(release: Release) -> list[Finding]:
    """The departments of each fact are those of the records it rests on."""
    records = release.records()
    findings = []
    for fact in release.facts.values():
        used = [
            (part.ledger, name) for part in (*fact.operands, *fact.missing) for name in part.records
        ]
        right = departments_of(records.get(ledger, {}).get(name, {}) for ledger, name in used)
        if fact.departments != right:
            message = f"写作“{'、'.join(fact.departments)}”，由台账应为“{'、'.join(right)}”。"
            place = f"facts.json {fact.id} departments"
            findings.append(error("verify.fact", place, message, RESTORE))
    return findings


def check_corrections(release: Release) -> list[Finding]:
    """What was corrected stands in the ledgers, corrected."""
    last = {(one.ledger, one.record, one.column): one for one in release.corrections}
    findings = []
    rows = release.records() if last else {}
    for (ledger, record, column), one in last.items():
        now = rows.get(ledger, {}).get(record, {}).get(column)
        if now != one.after:
            message = f"更正后应为“{one.after}”，台账为“{now}”。"
            place = f"data/{ledger}.csv 记录 {record} {column}列"
            findings.append(error("verify.correction", place, message, RESTORE))
    return findings


def check_texts(release: Release) -> list[Finding]:
    """Displayed number, display and formula of each fact against its exact value."""
    findings: list[Finding] = []
    for fact in release.facts.values():
        try:
            value = Fraction(fact.value)
        except (ValueError, ZeroDivisionError):
            findings.append(
                error(
                    "verify.fact", f"facts.json {fact.id}", f"数值“{fact.value}”不是数。", RESTORE
                )
            )
            continue
        number = number_text(value, fact.unit, fact.decimals)
        display = display_text(number, fact.unit, fact.qualifier)
        formula = in_numbers(
            fact.expression, fact.operands, value, fact.unit, fact.decimals, display
        )
        for name, stated, right in (
            ("number", fact.number, number),
            ("display", fact.display, display),
            ("formula", fact.formula, formula),
            ("interval", (fact.interval or {}).get("display"), _interval_text(release, fact)),
        ):
            if stated != right:
                findings.append(
                    error(
                        "verify.fact",
                        f"facts.json {fact.id} {name}",
                        f"写作“{stated}”，由数值应得“{right}”。",
                        RESTORE,
                    )
                )
    return findings


def _interval_text(release: Release, fact: Fact) -> str | None:
    if fact.interval is None:
        return None
    spans = {
        part.name: printed_interval(part, release.schemas[part.ledger].field(part.column).printed)
        for part in fact.operands
    }
    return interval_text(evaluate_interval(fact.expression, spans), fact.unit, fact.decimals)


def check_relations(release: Release) -> list[Finding]:
    """The published relations between facts."""
    try:
        values = {name: Fraction(fact.value) for name, fact in release.facts.items()}
    except (ValueError, ZeroDivisionError):
        return []  # already found by check_texts
    findings: list[Finding] = []
    for relation in release.relations:
        try:
            filled = relation.filled(values)
            if release.filled[relation.id] != filled:
                message = f"写作“{release.filled[relation.id]}”，应为“{filled}”。"
                place = f"facts.json 关系 {relation.id}"
                findings.append(error("verify.relation", place, message, RESTORE))
            if not relation.holds(values):
                findings.append(
                    error(
                        "verify.relation",
                        f"facts.json 关系 {relation.id}",
                        f"不成立：{relation.title}（{relation.filled(values)}）。",
                        RESTORE,
                    )
                )
        except (KeyError, ValueError, ZeroDivisionError) as problem:
            findings.append(
                error(
                    "verify.relation",
                    f"facts.json 关系 {relation.id}",
                    f"算不出：{problem}。",
                    RESTORE,
                )
            )
    return findings


VALUES: tuple[Check, ...] = (
    check_queries,
    check_cells,
    check_departments,
    check_corrections,
    check_texts,
    check_relations,
    check_listing,
)
"""Facts against ledgers: no page is looked at."""
DERIVED: tuple[Check, ...] = (check_derived, check_moves)
"""Derived ledgers against those they are made from."""
REMADE: tuple[Check, ...] = (
    *(check_package, check_cards, check_due, check_audit, check_document, check_database),
    *(check_coverage, check_crate),
)
"""What is made anew from facts, ledgers and pages, and compared."""
CHECKS = (check_pages, *DERIVED, *REMADE, *VALUES, check_files)
"""What is checked of a release that can be read."""
