"""The numeral gate: each numeral of the narrative is accounted for. floor: gate.

Otherwise nothing is published. The visible text of each narrative page (tables, captions,
alternative texts and the texts of figures too) is scanned; a numeral is a fact's element, a
ledger's or figure's cell, an edition parameter, or an exemption declared with class and reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from policybook.claims import NUMBERS
from policybook.drawn import check_drawing
from policybook.errors import Finding, error, warning
from policybook.exemptions import CLASSES, Exemption
from policybook.lint import Stated, check_claims
from policybook.marked import figure_name, right_text, template_parts
from policybook.model import Fact
from policybook.pages import Span, Visible, read_text
from policybook.published import Release
from policybook.scan import Hit, scan, sentence

REMEDY = (
    "用 {stat} 引用指标；属于名称、文号、次序、习语或日期的，写入 book/exemptions.yml 并说明理由。"
)

_ANSWERING = frozenset(
    "fact edition cell figure relation count coverage correction explanation origin".split()
)
"""Owners of a text whose every numeral is compared elsewhere with what it must be."""


@dataclass(frozen=True)
class Rules:
    """What may stand in a book beside facts: published with each release."""

    exemptions: tuple[Exemption, ...]
    parameters: Mapping[str, str]  # edition parameters as shown


@dataclass
class Coverage:
    """What the gate found: how many numerals there are, and what answers for them."""

    facts: set[str] = field(default_factory=set)
    pages: dict[str, Counter[str]] = field(default_factory=dict)  # places by what answers for them
    exempt: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # text → places

    def as_dict(self, period: str, rules: Rules) -> dict[str, Any]:
        """``coverage.json``."""
        uses = [
            {**one.as_dict(), "places": self.exempt[one.text]}
            for one in rules.exemptions
            if one.text in self.exempt
        ]
        places: Counter[str] = Counter()
        for owners in self.pages.values():
            places.update(owners)
        return {
            "period": period,
            "facts": len(self.facts),
            "places": {"fact": 0, **dict(sorted(places.items()))},
            "pages": {page: dict(sorted(owners.items())) for page, owners in self.pages.items()},
            "exempt": sum(len(one["places"]) for one in uses),
            "exemptions": uses,
            "classes": CLASSES,
            "parameters": dict(rules.parameters),
        }


def narrative_pages(folder: Path) -> Iterator[Path]:
    """The narrative pages of a release; of executed notebooks only what is not code is read."""
    for pattern in ("book/*.html", "notebooks/*.html"):
        yield from sorted(folder.glob(pattern))


def check_gate(release: Release, rules: Rules) -> tuple[list[Finding], Coverage]:
    """All narrative pages and figures of a release; findings, and what was found."""
    coverage = Coverage()
    findings: list[Finding] = []
    for path in narrative_pages(release.folder):
        page = path.relative_to(release.folder).as_posix()
        shown = read_text(path.read_text(encoding="utf-8", errors="replace"))
        findings += _Page(release, rules, coverage, page, shown).check()
    for figure in release.figures.values():
        findings += check_drawing(release.folder, figure, release.facts, rules.exemptions)
    return findings, coverage


def unused(rules: Rules, coverage: Coverage) -> list[Finding]:
    """Exemptions that no page needs any more."""
    return [
        warning(
            "gate.unused",
            f"book/exemptions.yml {one.text}",
            f"豁免“{one.text}”在任何页面都没有用到。",
            "删去这一条。",
        )
        for one in rules.exemptions
        if one.text not in coverage.exempt
    ]


@dataclass
class _Page:
    """One page on its way through the gate."""

    release: Release
    rules: Rules
    coverage: Coverage
    page: str
    shown: Visible

    def check(self) -> Iterator[Finding]:
        """Findings of the page; what is accounted for goes into the coverage."""
        text = self.shown.text
        spans = sorted(self._spans(), key=lambda span: (span.start, -span.end))
        for span in spans:
            yield from self._check_span(span)
        exempt = self._exempt()
        whole = Span(0, len(text), "article", "", "")
        article = next((span for span in spans if span.owner == "article"), whole)
        owners = self.coverage.pages.setdefault(self.page, Counter())
        for hit in scan(text):
            owner = self._owner(hit, spans)
            inside = article.start <= hit.start < article.end
            if owner:
                if owner != "coverage":  # what the gate publishes is filled in after it
                    owners[owner] += inside
                continue
            if _vague(hit):
                owners["vague"] += inside
                continue
            declared = _declared(hit, exempt)
            if declared:
                start, one = declared
                places = self.coverage.exempt.setdefault(one.text, [])
                if inside:
                    place = {"page": self.page, "sentence": sentence(text, hit.start)}
                    nth = self._nth(one, range(article.start, start + 1), spans)
                    places.append({**place, "nth": nth})
                continue
            yield self._untraced(hit, spans)
        facts = [span for span in spans if span.owner == "fact"]
        self.coverage.facts |= {span.key for span in facts}
        known = [span for span in facts if span.key in self.release.facts]
        yield from check_claims(self.page, text, [self._stated(span) for span in known])

    def _stated(self, span: Span) -> Stated:
        fact = self.release.facts[span.key]
        value = Fraction(fact.number) if span.show in NUMBERS else None
        return Stated(span.start, span.end, fact, value)

    def _spans(self) -> Iterator[Span]:
        for span in self.shown.spans:
            yield span
            if span.owner in ("alt", "caption"):
                yield from self._facts_within(span)

    def _facts_within(self, span: Span) -> Iterator[Span]:
        """The facts that a figure's title or alternative text is filled with."""
        figure = self.release.figures.get(figure_name(span))
        if figure is None:
            return
        template = figure.templates["alt" if span.owner == "alt" else "title"]
        at = span.start
        for literal, statistic in template_parts(template):
            at += len(literal)
            fact = self.release.facts.get(statistic)
            if fact:
                yield Span(at, at + len(fact.display), "fact", fact.id, "display")
                at += len(fact.display)

    def _exempt(self) -> list[tuple[int, int, Exemption]]:
        return [
            (start, end, one)
            for one in self.rules.exemptions
            for start, end in one.places(self.shown.text)
        ]

    def _nth(self, one: Exemption, before: range, spans: Iterable[Span]) -> int:
        """Which of its text's places in the article this is, for the page to find it again.

        What the gate itself fills in afterwards does not count.
        """
        filled = [range(span.start, span.end) for span in spans if span.owner == "coverage"]
        places = (start for start, _ in one.places(self.shown.text) if start in before)
        return sum(not any(start in part for part in filled) for start in places)

    def _owner(self, hit: Hit, spans: Sequence[Span]) -> str:
        for span in spans:
            if span.start > hit.start:
                break
            if hit.numeral_end > span.end:
                continue
            if span.owner in _ANSWERING:
                return span.owner
            if span.owner == "source" and not (hit.kind == "quantity" and hit.unit):
                return "source"
            if span.owner == "code" and (hit.kind == "name" or span.key == self.release.period):
                return "code"
        return ""

    def _check_span(self, span: Span) -> Iterator[Finding]:
        """A marked text that no other check compares must be what its mark says."""
        text = self.shown.text[span.start : span.end]
        right = right_text(span, self.release, self.rules.parameters)
        if right is not None and text != right:
            yield error(
                "gate.text",
                f"{self.page} {span.owner} {span.key}",
                f"页面写作“{text}”，应为“{right}”。",
                "重新生成页面。",
            )

    def _untraced(self, hit: Hit, spans: Iterable[Span]) -> Finding:
        touching = any(
            span.start < hit.numeral_end
            and hit.start < span.end
            and span.owner in ("fact", "edition")
            for span in spans
        )
        said = "与统计数字连写，改变了它的意思" if touching else "没有来历"
        kind = "数量" if hit.kind == "quantity" else CLASSES.get(hit.kind, hit.kind)
        like = facts_like(hit, self.release.facts)
        near = f"数值相同的指标：{'、'.join(like)}。" if like else ""
        return error(
            "gate.number",
            f"{self.page} “{sentence(self.shown.text, hit.start)}”",
            f"“{hit.text}”（{kind}）{said}。{near}",
            REMEDY,
        )


def _vague(hit: Hit) -> bool:
    """一 that is no more than "a" (一个问题, 哪一步): it counts nothing that could be traced."""
    return hit.kind == "idiom" and hit.text in (
        "一",
        "哪一",
        "某一",
        "另一",
        "这一",
        "那一",
        "每一",
    )


def _declared(
    hit: Hit, exempt: Iterable[tuple[int, int, Exemption]]
) -> tuple[int, Exemption] | None:
    """The exemption that covers a numeral, and where its text begins.

    A quantity is never exempt by its bare numeral.
    """
    for start, end, one in exempt:
        bare = end - start <= hit.numeral_end - hit.start
        covers = start <= hit.start and hit.numeral_end <= end
        if covers and not (bare and hit.kind == "quantity"):
            return start, one
    return None


def facts_like(hit: Hit, facts: Mapping[str, Fact]) -> list[str]:
    """Facts of the same displayed number, for a finding."""
    return [
        f"{fact.id}（{fact.label} {fact.display}）"
        for fact in facts.values()
        if hit.value is not None and Fraction(fact.number) == hit.value
    ][:6]
