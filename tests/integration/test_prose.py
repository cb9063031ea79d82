"""The narrative of a made-up city: rounding that shows, typed numbers, typed claims."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policybook import site as builder
from policybook.arithmetic import NOTE
from policybook.errors import Finding, PolicybookError
from policybook.period import parse_period
from tests.integration.city import PERIODS, WORKS_CELLS, found_city, write_notebook

FIRST = PERIODS[0]
MONEY = {
    "east": 'edition.publish("money.east", edition.works.filter(_.district == "东区").amount.sum())',
    "west": 'edition.publish("money.west", edition.works.filter(_.district == "西区").amount.sum())',
}
STATISTIC = """\
money.{name}:
  label: 虚构{title}更新投资
  unit: 亿元
  decimals: 0
  definition: 为测试而虚构。
  span: 累计
  direction: up
  chapter: policy-system
"""
RELATION = """\
- id: money-parts
  title: 各区相加等于全市
  left: money.east + money.west
  op: "="
  right: works.amount
"""
SUM = "东区{stat}`money.east`，西区{stat}`money.west`，合计{stat}`works.amount`。"
APART = "东区{stat}`money.east`。\n西区{stat}`money.west`，合计{stat}`works.amount`。"
ROW = (
    "| 东区 | 西区 | 合计 |\n|---|---|---|\n"
    "| {stat}`money.east` | {stat}`money.west` | {stat}`works.amount` |"
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city whose districts' money is shown as 4 and 1, and in all as 4."""
    root = found_city(tmp_path_factory.mktemp("city"))
    write_notebook(root / "notebooks/01_policy_system.ipynb", "计算", {**WORKS_CELLS, **MONEY})
    for path, text in (
        ("data/relations.yml", RELATION),
        ("data/statistics.yml", STATISTIC.format(name="east", title="东区")),
        ("data/statistics.yml", STATISTIC.format(name="west", title="西区")),
        ("book/index.md", f"\n## 分区\n\n{SUM}\n\n## 分句\n\n{APART}\n\n## 表\n\n{ROW}\n"),
    ):
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(text)
    build(root)
    return root


def build(root: Path) -> list[Finding]:
    """Build the city's first edition."""
    out = root / "_build" / "site"
    project = builder.Project(root, root / "data", out, 2, True, lambda said: None)
    return builder.build(project, [parse_period(FIRST)])


def refused(root: Path, text: str) -> list[Finding]:
    """The findings of a build with something more in the narrative, which must not succeed."""
    page = root / "book/index.md"
    before = page.read_text(encoding="utf-8")
    page.write_text(f"{before}\n{text}\n", encoding="utf-8")
    try:
        with pytest.raises(PolicybookError) as caught:
            build(root)
    finally:
        page.write_text(before, encoding="utf-8")
    return caught.value.findings


def test_rounding_that_shows_is_explained(city: Path) -> None:
    """4 + 1 = 4 has the note under its paragraph and its table, and none over two sentences."""
    html = (city / "_build/site" / FIRST / "book/index.html").read_text(encoding="utf-8")
    assert re.findall(r'data-stat="money\.east"[^>]*>([^<]+)<', html) == ["4亿元"] * 3
    assert html.count(NOTE) == 2
    sections = re.split(r"<h2>", html)
    assert [NOTE in section for section in sections[-3:]] == [True, False, True]


def test_the_build_tells_its_account(city: Path) -> None:
    """A successful build says how many numbers are traced and how many are exempt."""
    (said,) = [one for one in build(city) if one.code == "gate.coverage"]
    assert said.severity == "note"
    assert "7 个统计数字全部可追溯" in said.message


def test_a_typed_number_stops_the_build(city: Path) -> None:
    """The page, its sentence and the fact of like value are named; the site stays as it was."""
    page = city / "_build/site" / FIRST / "book/index.html"
    before = page.read_bytes()
    (finding,) = refused(city, "全市计划更新95处，进展顺利。")
    assert finding.code == "gate.number"
    assert "book/index.html “全市计划更新95处，进展顺利。”" in finding.place
    assert "works.planned（计划更新 95处）" in finding.message
    assert page.read_bytes() == before


def test_a_typed_claim_stops_the_build(city: Path) -> None:
    """全部完成 typed beside a rate below 100 %."""
    (finding,) = refused(city, "任务全部完成，完成率{stat}`works.rate`。".replace("，完成率", ""))
    assert finding.code == "claim.word"
    assert "works.rate" in finding.message


def test_a_word_that_no_fact_bears_out_is_refused(city: Path) -> None:
    """A rank among other units and a threshold without the unit have no word."""
    findings = refused(
        city, "{stat-rank}`works.rate visits.total`，{stat-over}`works.amount 4万元`。"
    )
    assert [one.code for one in findings] == ["site.warning", "site.warning"]
    assert "同单位" in findings[0].message
    assert "界限" in findings[1].message
