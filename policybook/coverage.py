"""What the numeral gate found, published with the release and checked again. floor: coverage."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any

from policybook.config import Parameters
from policybook.errors import Finding, error
from policybook.exemptions import CLASSES, Exemption
from policybook.folders import replace_file
from policybook.gate import Rules, check_gate, narrative_pages
from policybook.published import RESTORE, Release, check_same, script_text

COVERAGE = "coverage.json"
SCRIPT = "coverage.js"
"""The same for the review mode of pages, which may lie in a folder without a server."""

_TITLE = re.compile(r"<title>([^<]*?)(?: · [^<]*)?</title>")
_PLACE = re.compile(r'<div class="coverage" data-coverage="(line|list)">.*?</div>', re.DOTALL)


def published_parameters(folder: Path) -> dict[str, str]:
    """The edition's parameters as its release shows them."""
    content = json.loads((folder / COVERAGE).read_text(encoding="utf-8"))
    parameters: dict[str, str] = content["parameters"]
    return parameters


def rules_of(parameters: Parameters, exemptions: tuple[Exemption, ...]) -> Rules:
    """What an edition's narrative may show beside facts."""
    return Rules(exemptions, parameters.texts)


def coverage_line(content: Mapping[str, Any]) -> str:
    """One sentence for readers and for the terminal."""
    return (
        f"{content['facts']} 个统计数字全部可追溯；豁免 {content['exempt']} 处；"
        f"统计数字在页面上共显示 {content['places']['fact']} 处"
    )


def publish(folder: Path, content: Mapping[str, Any]) -> None:
    """Write ``coverage.json``, also as a script, and fill the places that pages keep for it."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / COVERAGE).write_text(text, encoding="utf-8")
    (folder / SCRIPT).write_text(coverage_script(content), encoding="utf-8")
    titles = _titles(folder)
    for path in narrative_pages(folder):
        html = path.read_text(encoding="utf-8")
        filled = _PLACE.sub(lambda found: _block(found[1], content, titles), html)
        if filled != html:
            replace_file(path, filled)  # others may be reading it


def coverage_script(content: Mapping[str, Any]) -> str:
    """``coverage.js``."""
    return script_text("policybookCoverage", content)


def _titles(folder: Path) -> dict[str, str]:
    """What each page is called, by its path; the site's own name comes after a point."""
    found = {}
    for path in narrative_pages(folder):
        title = _TITLE.search(path.read_text(encoding="utf-8", errors="replace"))
        name = path.relative_to(folder).as_posix()
        found[name] = unescape(title[1]).strip() if title else name
    return found


def _block(kind: str, content: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    inner = (
        _list(content, titles) if kind == "list" else f"<p>{escape(coverage_line(content))}。</p>"
    )
    return f'<div class="coverage" data-coverage="{kind}">{inner}</div>'


def _list(content: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    rows = []
    for one in content["exemptions"]:
        pages = list(dict.fromkeys(place["page"] for place in one["places"]))
        links = "、".join(
            f'<a href="../{escape(page)}">{escape(titles.get(page, page))}</a>' for page in pages
        )
        rows.append(
            f"<tr><td>{escape(one['text'])}</td><td>{CLASSES[one['class']]}</td>"
            f"<td>{escape(one['reason'])}</td>"
            f'<td class="number">{len(one["places"])}</td><td>{links}</td></tr>'
        )
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("文字", "类别", "豁免的理由", "处数", "所在页面")
    )
    return (
        f"<p>{escape(coverage_line(content))}。</p>"
        '<section class="scroll" tabindex="0" aria-label="豁免清单"><table class="exemptions">'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></section>"
    )


def check_coverage(release: Release) -> list[Finding]:
    """The numeral gate once more, from the release alone, and what was published of it."""
    stated = json.loads((release.folder / COVERAGE).read_text(encoding="utf-8"))
    exemptions = tuple(
        Exemption(one["text"], one["class"], one["reason"]) for one in stated["exemptions"]
    )
    rules = Rules(exemptions, stated["parameters"])
    findings, coverage = check_gate(release, rules)
    if coverage.as_dict(release.period, rules) != stated:
        message = "所列的统计数字、豁免和处数与页面不符。"
        findings.append(error("verify.coverage", COVERAGE, message, RESTORE))
    findings += check_same(release, SCRIPT, coverage_script(stated), COVERAGE)
    titles = _titles(release.folder)
    for path in narrative_pages(release.folder):
        for found in _PLACE.finditer(path.read_text(encoding="utf-8", errors="replace")):
            if found[0] != _block(found[1], stated, titles):
                page = path.relative_to(release.folder).as_posix()
                message = f"“豁免清单”与 {COVERAGE} 不符。"
                findings.append(error("verify.coverage", page, message, RESTORE))
    return findings
