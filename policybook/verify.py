"""``policybook verify``: a published folder checked from itself alone. floor: verify.

Nothing outside the folder is read, and nothing in it is trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from policybook.audit.compare import check_audit
from policybook.cards import check_cards
from policybook.claims import shown
from policybook.coverage import check_coverage
from policybook.crate import check_crate
from policybook.database import check_database
from policybook.datapackage import check_package
from policybook.errors import Finding, UsageError, error
from policybook.facts import departments_of
from policybook.figures import shown_rows
from policybook.inventory import check_files, check_sums, displayed_on
from policybook.lineage import printed_interval
from policybook.listing import check_listing
from policybook.model import Fact
from policybook.numbers import display_text, evaluate_interval, interval_text, number_text
from policybook.pages import read_page
from policybook.paper import check_document
from policybook.published import RESTORE, SUMS, Release, read_release
from policybook.recompute import check_queries
from policybook.wording import in_numbers


def verify_release(folder: Path) -> list[Finding]:
    """Everything in a release that does not agree with everything else in it.

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
    for check in CHECKS:
        try:
            findings += check(release)
        except Exception as problem:  # nothing in a release is trusted, its shape neither
            message = f"核验不下去（{check.__name__}）：{type(problem).__name__} {problem}。"
            findings.append(error("verify.broken", "facts.json、data/", message, RESTORE))
    return list(dict.fromkeys(findings))


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


def check_pages(release: Release) -> list[Finding]:
    """Every number, ledger cell and figure table that a page displays."""
    findings: list[Finding] = []
    rows = {
        name: {
            row.get("id", ""): {**row, "": str(line)}  # data-column="": its line in the file
            for line, row in enumerate(release.rows(name), start=2)
        }
        for name in release.texts
    }
    expected = dict.fromkeys(displayed_on(release))
    for path in sorted(release.folder.rglob("*.html")):
        page = path.relative_to(release.folder).as_posix()
        try:
            displayed = read_page(path.read_text(encoding="utf-8", errors="replace"))
        except AssertionError as problem:  # HTMLParser gives up on broken declarations
            findings.append(error("verify.page", page, f"页面读不下去：{problem}。", RESTORE))
            continue
        for name, _, _ in displayed.facts:
            expected.pop((page, name), None)
        findings += _page_facts(release, page, displayed.facts)
        for ledger, record, column, text in displayed.cells:
            right = rows.get(ledger, {}).get(record, {}).get(column)
            if right != text:
                findings.append(
                    error(
                        "verify.page",
                        f"{page} 台账 {ledger} 记录 {record} {column}列",
                        f"页面写作“{text}”，data/{ledger}.csv 为“{right}”。",
                        RESTORE,
                    )
                )
        for name, table in displayed.figures.items():
            figure = release.figures.get(name)
            if figure is None or table != shown_rows(figure):
                findings.append(
                    error(
                        "verify.page",
                        f"{page} 图 {name} 的数据表",
                        "页面上的表与图的数据不符。",
                        RESTORE,
                    )
                )
    return findings + [
        error("verify.page", f"{page} {name}", "页面上没有应有的这个统计数字。", RESTORE)
        for page, name in expected
    ]


def _page_facts(
    release: Release, page: str, facts: Iterable[tuple[str, str, str]]
) -> Iterator[Finding]:
    for name, variant, text in facts:
        fact = release.facts.get(name)
        if fact is None:
            yield error("verify.page", f"{page} {name}", "facts.json 里没有这个统计数字。", RESTORE)
            continue
        try:
            right = shown(fact, variant, release.facts)
        except ValueError as problem:
            right = str(problem)
        if text != right:
            yield error(
                "verify.page",
                f"{page} {name}",
                f"页面写作“{text}”，应为“{right}”（{fact.label}）。",
                RESTORE,
            )


CHECKS = (
    check_files,
    check_cells,
    check_departments,
    check_corrections,
    check_queries,
    check_texts,
    check_relations,
    check_pages,
    check_coverage,
    check_listing,
    check_package,
    check_database,
    check_crate,
    check_cards,
    check_audit,
    check_document,
)
"""What is checked of a release that can be read."""
