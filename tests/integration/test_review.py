"""`policybook review`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from policybook.cli import app
from policybook.drafts import Draft, Mark
from policybook.model import Fact
from policybook.published import read_release
from policybook.review import review

FIELDS = [
    *("start", "end", "text", "class", "value", "unit", "approximation"),
    *("verdict", "statistic", "statistics", "sentence", "message"),
]
GOOD = "全市累计排查隐患问题24871项，整改完成24184项，整改率97%。\n"
WRONG = GOOD.replace("24184", "24148")

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a draft."""

    def draft(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return draft


def run(root: Path, *arguments: str) -> tuple[int, str, str]:
    """The command in this process: exit status, standard output, standard error."""
    result = CliRunner().invoke(app, ["review", *arguments, "--root", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def as_json(root: Path, path: Path) -> tuple[int, dict[str, Any]]:
    """The command's exit status and what it prints with --json."""
    status, out, _ = run(root, str(path), "--json")
    return status, json.loads(out)


def test_a_right_draft_passes(root: Path, write: Write) -> None:
    """Every number has its fact, its place in the file, and exit status 0."""
    path = write("讲话.txt", "\ufeff" + GOOD)
    status, content = as_json(root, path)
    assert status == 0
    assert (content["document"], content["period"]) == ("讲话.txt", "2024Q2")
    assert content["coverage"]["same"] == content["coverage"]["quantities"] == 3
    assert [list(hit) for hit in content["hits"]] == [FIELDS] * 3
    for hit in content["hits"]:
        assert GOOD[hit["start"] : hit["end"]] == hit["text"]
    assert [hit["statistic"] for hit in content["hits"]] == [
        *("safety.hazards_found", "safety.hazards_fixed", "safety.hazards_rate")
    ]


def test_a_wrong_digit_is_a_contradiction(root: Path, write: Write) -> None:
    """The fact is named with its number, and the exit status is 1."""
    status, content = as_json(root, write("讲话.md", WRONG))
    assert status == 1
    (wrong,) = [hit for hit in content["hits"] if hit["verdict"] == "contradicts"]
    assert (wrong["text"], wrong["statistic"]) == ("24148项", "safety.hazards_fixed")
    assert "24184项" in wrong["message"]


@pytest.mark.parametrize(
    ("text", "verdict", "name"),
    [
        ("下达强首府补助资金400000万元。", "converted", "capacity.capital_subsidy"),
        ("隐患整改率为97.2%。", "rounded", "safety.hazards_rate"),
        ("产业集群重点项目总投资超4100亿元。", "rounded", "clusters.investment"),
        ("产业集群重点项目总投资近4100亿元。", "contradicts", "clusters.investment"),
        ("综合保税区进出口额同比下降91%。", "contradicts", "openness.bonded_zone_growth"),
        ("解决老旧小区难点堵点卡点问题60个。", "same", "branches.estate_problems_solved"),
        ("全市举办厨艺培训36场。", "unknown", None),
        ("国务院16号文件。", "exempt", None),
    ],
)
def test_each_verdict(root: Path, write: Write, text: str, verdict: str, name: str | None) -> None:
    """Other units, fair and unfair approximations, claims, dropped 余, strangers, names."""
    _, content = as_json(root, write("稿.txt", text))
    (hit,) = content["hits"]
    assert (hit["verdict"], hit["statistic"]) == (verdict, name)
    if "60个" in text:
        assert "漏写“余”" in hit["message"]


def test_an_earlier_edition_s_number_is_told(site: Path) -> None:
    """Last quarter's value is neither right nor unknown: it is said whose it is."""
    facts = dict(read_release(site).facts)
    name = "safety.hazards_fixed"
    then: Fact = replace(
        facts[name], period="2024Q1", number="20011", value="20011", display="20011项"
    )
    text = "整改完成隐患问题20011项。"
    (said,) = review(Draft("稿", "txt", text, text), "2024Q2", facts, {}, [{name: then}]).hits
    assert (said.verdict, said.statistics) == ("earlier", (name,))
    assert "2024Q1" in said.message


@pytest.mark.parametrize(
    ("text", "name", "verdict", "statistic"),
    [
        ("97%", "safety.hazards_rate", "same", "safety.hazards_rate"),
        ("97", "safety.hazards_rate|number", "same", "safety.hazards_rate"),
        ("97.2%", "safety.hazards_rate", "contradicts", "safety.hazards_rate"),
        ("97%", "safety.hazards_rate|interval", "unknown", None),
        ("97%", "Company", "unknown", None),
        ("34.4", "LedgerCell", "exempt", None),
        ("34.7", "LedgerCell", "contradicts", None),
    ],
)
def test_a_field_says_what_its_number_is(
    site: Path, text: str, name: str, verdict: str, statistic: str | None
) -> None:
    """What a field names decides, far from any word of the label; other programs' fields do not."""
    whole = "前\n" * 40_000 + f"无关的话{text}。"  # read in two parts
    start = whole.index(text)
    draft = Draft("稿", "docx", whole, whole, (Mark(start, start + len(text), name),))
    facts = read_release(site).facts
    (said,) = review(draft, "2024Q2", facts, {}, cells={"34.4"}).hits
    assert (said.verdict, *said.statistics) == (verdict, *([statistic] if statistic else []))


def test_the_name_of_an_edition_is_no_number(root: Path, write: Write) -> None:
    """2024Q2 is exempt as a whole; digits that only look like it are not."""
    _, content = as_json(root, write("稿.txt", "报告期2024Q2，报告期2024Q5。"))
    verdicts = [(hit["verdict"], hit["message"]) for hit in content["hits"]]
    assert verdicts[:2] == [("exempt", "期号")] * 2
    assert ("exempt", "期号") not in verdicts[2:]


def test_the_table_and_the_marked_page(root: Path, write: Write, tmp_path: Path) -> None:
    """People get a table with a sum, and a page with every number coloured and no markup let in."""
    path = write("稿.txt", WRONG + "<script>alert(1)</script>\n")
    out = tmp_path / "标注.html"
    status, said, _ = run(root, str(path), "--out", str(out))
    assert status == 1
    assert "矛盾" in said
    assert "数量 4 处：相同 2，矛盾 1" in said
    html = out.read_text(encoding="utf-8")
    assert '<mark class="contradicts" title="矛盾：' in html
    assert 'data-stat="safety.hazards_fixed"' in html
    assert "<script>" not in html


def test_roles_and_code_of_markdown_are_no_prose(root: Path, write: Write) -> None:
    """A role's id and a code block state nothing."""
    text = "```\n60项\n```\n整改{stat}`safety.hazards_fixed`，又`16项`。\n"
    _, content = as_json(root, write("稿.md", text))
    assert content["hits"] == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("扫描.pdf", b"%PDF-1.7\n1 0 obj\n<< /Subtype /Image >>\nendobj\n%%EOF", "draft.pdf"),
        (
            "加密.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + "EncryptedPackage".encode("utf-16-le")
            + b"\0" * 600,
            "draft.encrypted",
        ),
        ("坏.docx", b"PK\x03\x04 not a document", "draft.broken"),
        ("混.txt", GOOD.encode() + GOOD.encode("gb18030"), "draft.encoding"),
        ("大.txt", "整改完成24184项。".encode() * 2_500_000, "draft.size"),
        ("空.txt", b"", "draft.empty"),
    ],
    ids=["pdf", "encrypted", "broken", "mixed", "large", "empty"],
)
def test_what_cannot_be_read_is_refused(
    root: Path, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    """A finding with file, reason and remedy; no traceback, no hang, exit status 1."""
    path = tmp_path / name
    path.write_bytes(content)
    status, out, _ = run(root, str(path), "--json")
    assert status == 1
    (finding,) = json.loads(out)
    assert finding["code"] == code
    assert name in finding["place"]
    assert finding["remedy"]
