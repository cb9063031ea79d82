"""The numeral gate: a number that comes from nowhere stops the build and is found by verify."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from policybook.coverage import COVERAGE, coverage_line
from policybook.drawn import drawn_texts
from policybook.errors import Finding
from policybook.exemptions import Exemption
from policybook.gate import Rules, check_gate, unused
from policybook.published import read_release
from policybook.release import write_sums
from policybook.verify import verify_release

PAGE = "book/strong-capital.html"
ANCHOR = "“强首府”工程今年升级为"
FACT = re.compile(r'<a class="stat" data-stat="talent\.graduates"[^>]*>')


def rules_of(release: Path) -> Rules:
    """The exemptions and parameters that were published."""
    content = json.loads((release / COVERAGE).read_text(encoding="utf-8"))
    exemptions = tuple(
        Exemption(one["text"], one["class"], one["reason"]) for one in content["exemptions"]
    )
    return Rules(exemptions, content["parameters"])


def gate(release: Path, rules: Rules | None = None) -> list[Finding]:
    """The gate's findings in a release."""
    return check_gate(read_release(release), rules or rules_of(release))[0]


def change(path: Path, old: str, new: str) -> None:
    """Change a text that must stand in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def typed(release: Path, text: str) -> None:
    """Type something into the narrative."""
    change(release / PAGE, ANCHOR, text + ANCHOR)


def test_the_release_passes(site: Path) -> None:
    """No numeral of the first edition comes from nowhere, and the account of it is published."""
    release = read_release(site)
    rules = rules_of(site)
    findings, coverage = check_gate(release, rules)
    content = json.loads((site / COVERAGE).read_text(encoding="utf-8"))
    assert findings == []
    assert coverage.as_dict(release.period, rules) == content
    assert content["facts"] == len(release.facts)
    for page in ("book/index.html", "book/method.html"):
        assert coverage_line(content) in (site / page).read_text(encoding="utf-8")
    listed = (site / "book/method.html").read_text(encoding="utf-8")
    assert all(one["reason"] in listed for one in content["exemptions"])


def test_no_exemption_of_the_book_is_unused(root: Path, site: Path) -> None:
    """What book/exemptions.yml declares is needed on some page."""
    from policybook.exemptions import load_exemptions

    rules = Rules(load_exemptions(root / "book/exemptions.yml"), rules_of(site).parameters)
    _, coverage = check_gate(read_release(site), rules)
    assert unused(rules, coverage) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("又完成1234项。", "“1234项”（数量）"),
        ("又完成１２３４项。", "“１２３４项”（数量）"),
        ("<b>56</b>78项。", "“5678项”（数量）"),
        ("新增三十五个。", "“三十五个”（数量）"),
        ("占了两成。", "“两成”（数量）"),
        ("任务过半。", "“过半”（数量）"),
        ("于2023年启动。", "“2023年”（日期）"),
        ("落实“九不准”。", "“九”（名称）"),
        ('<img src="x.png" alt="共99处">', "“99处”（数量）"),
        ("<table><caption>合计88户</caption></table>", "“88户”（数量）"),
    ],
)
def test_a_typed_number_is_found(release: Path, text: str, said: str) -> None:
    """Digits of any width, characters, words for parts, dates, names; in texts and captions."""
    typed(release, text)
    (finding,) = gate(release)
    assert finding.code == "gate.number"
    assert f"{said}没有来历" in finding.message
    assert finding.place.startswith(f"{PAGE} “")
    assert "exemptions.yml" in finding.remedy


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_digit_typed_against_a_fact_is_found(release: Path, place: str) -> None:
    """1 before 2.68万人, or 亿 after a bare number, makes another number of it."""
    path = release / PAGE
    html = path.read_text(encoding="utf-8")
    found = FACT.search(html)
    assert found
    if place == "before":
        html = html[: found.start()] + "1" + html[found.start() :]
    else:
        bare = '<a class="stat" data-stat="talent.graduates" data-show="number">2.68</a>亿人'
        html = html[: found.start()] + bare + html[found.start() :]
    path.write_text(html, encoding="utf-8")
    (finding,) = gate(release)
    assert "与统计数字连写" in finding.message


def test_the_facts_of_like_value_are_named(release: Path) -> None:
    """Whoever typed a known number is told which statistic has it."""
    typed(release, "隐患24184项已改。")
    (finding,) = gate(release)
    assert "safety.hazards_fixed（整改完成隐患问题 24184项）" in finding.message


def test_an_exemption_is_needed(site: Path) -> None:
    """Without its exemption a name's numeral is found wherever it stands."""
    rules = rules_of(site)
    less = Rules(tuple(one for one in rules.exemptions if one.text != "S43"), rules.parameters)
    findings = gate(site, less)
    assert findings
    assert all("“S43”（名称）没有来历" in one.message for one in findings)


def test_a_quantity_is_not_exempt_by_its_bare_numeral(release: Path) -> None:
    """An exemption for 1234 alone does not let 1234项 through; one with its context does."""
    typed(release, "又完成1234项。")
    rules = rules_of(release)
    for text, count in (("1234", 1), ("又完成1234项", 0)):
        more = Rules((*rules.exemptions, Exemption(text, "name", "为测试")), rules.parameters)
        assert len(gate(release, more)) == count


def test_an_unused_exemption_is_a_finding(site: Path) -> None:
    """An exemption that no page needs is told, and does not block."""
    rules = rules_of(site)
    more = Rules((*rules.exemptions, Exemption("七七四十九", "idiom", "无")), rules.parameters)
    _, coverage = check_gate(read_release(site), more)
    (finding,) = unused(more, coverage)
    assert (finding.severity, finding.code) == ("warning", "gate.unused")


def test_a_vague_one_passes(release: Path) -> None:
    """一 that only means "a" counts nothing."""
    typed(release, "这是一个问题。")
    assert gate(release) == []


@pytest.mark.parametrize(
    ("page", "old", "new"),
    [
        ("book/index.html", ">2024年8月22日<", ">2024年8月23日<"),
        ("book/documents.html", 'data-count="citing:opinion">', 'data-count="citing:opinion">1'),
        ("book/method.html", ">24871 = 24871<", ">24871 = 24872<"),
        (PAGE, 'alt="老旧小区进场率99.1%', 'alt="老旧小区进场率99.2%'),
        ("book/deliberation-opinion.html", "审议意见 · 建议三", "审议意见 · 建议四"),
    ],
)
def test_a_marked_text_says_what_it_is_marked_as(
    release: Path, page: str, old: str, new: str
) -> None:
    """Parameters, counts, relations, alternative texts and sources are compared with their data."""
    if page == "book/method.html":
        html = (release / page).read_text(encoding="utf-8")
        shown = re.search(r'data-show="filled">([^<]+)<', html)
        assert shown
        old, new = f">{shown[1]}<", f">{shown[1]}1<"
    change(release / page, old, new)
    assert "gate.text" in {one.code for one in gate(release)}


def test_a_number_drawn_from_nowhere_is_found(release: Path) -> None:
    """A text of a figure must follow from the figure's table."""
    path = release / "figures/city-progress.svg"
    assert "36/46个 78%" in [
        re.sub(r"\s+", " ", text) for text in drawn_texts(path.read_text(encoding="utf-8"))
    ]
    change(path, "<!-- 完成数 -->", "<!-- 完成数 77777 -->")
    (finding,) = gate(release)
    assert finding.code == "gate.figure"
    assert "77777" in finding.message


def test_a_typed_claim_that_a_fact_contradicts_is_found(release: Path) -> None:
    """下降 typed beside a growth."""
    html = (release / PAGE).read_text(encoding="utf-8")
    fact = re.search(r'<a class="stat" data-stat="openness\.bonded_zone_growth"[^>]*>91%</a>', html)
    assert fact
    typed(release, f"进出口额下降{fact[0]}。")
    (finding,) = gate(release)
    assert finding.code == "claim.word"
    assert "openness.bonded_zone_growth" in finding.message


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (PAGE, ANCHOR, "又完成1234项。" + ANCHOR),
        (COVERAGE, '"exempt": ', '"exempt": 1'),
        (COVERAGE, "高速公路编号", "高速公路的编号"),
        ("book/index.html", "个统计数字全部可追溯", "9个统计数字全部可追溯"),
    ],
)
def test_verify_passes_the_gate_again(release: Path, path: str, old: str, new: str) -> None:
    """With the digests made anew, the pages and the published account still tell."""
    change(release / path, old, new)
    write_sums(release)
    codes = {one.code for one in verify_release(release)}
    assert codes & {"gate.number", "verify.coverage"}, codes


def test_without_its_account_a_release_is_not_whole(release: Path) -> None:
    """A release whose coverage.json is gone is found."""
    (release / COVERAGE).unlink()
    write_sums(release)
    assert {one.code for one in verify_release(release)} & {"verify.broken", "verify.missing"}
