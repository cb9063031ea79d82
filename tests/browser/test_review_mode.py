"""Review mode: every number of a page is marked by what answers for it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.crawl import complaint, serve

READY = ".review-bar"

LOOK = """() => {
    const shown = (name) => [...document.querySelectorAll('article ' + name)]
        .filter((one) => !one.closest('.review-legend'));
    return {
        exempt: shown('mark.exempt[tabindex]')
            .map((mark) => [mark.textContent, Number(mark.dataset.count)]),
        facts: shown('[data-stat], [data-fact]').filter((one) => !one.closest('.cell')).length,
        markedFacts: shown('.review-fact').length,
        cells: shown('[data-column], [data-figure] td').length,
        markedCells: shown('.review-other:is([data-column], [data-figure] td)').length,
        untraced: shown('mark.untraced').length,
        counts: shown('.review-counts b').map((one) => Number(one.textContent)),
        lost: shown('.review-lost').length,
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
}"""


@dataclass
class Reviewed:
    """What review mode shows of every narrative page."""

    account: dict[str, Any]  # coverage.json
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)  # on the console, or of failed requests

    def exempt(self, page: str) -> Counter[str]:
        """The texts exempt on a page, with how many numerals they exempt."""
        return Counter(
            {
                one["text"]: sum(place["page"] == page for place in one["places"])
                for one in self.account["exemptions"]
                if any(place["page"] == page for place in one["places"])
            }
        )


def account_of(release: Path) -> dict[str, Any]:
    """coverage.json."""
    read: dict[str, Any] = json.loads((release / "coverage.json").read_text(encoding="utf-8"))
    return read


def lost(request: Request) -> list[str]:
    """A request that failed, unless it was given up because the reader went on."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"{request.failure} {request.url}"]


def review_all(context: BrowserContext, base: str, release: Path) -> Reviewed:
    """Every narrative page of a release in review mode."""
    reviewed = Reviewed(account_of(release))
    page = context.new_page()
    page.on("console", lambda message: reviewed.said.extend(complaint(message)))
    page.on("pageerror", lambda problem: reviewed.said.append(str(problem)))
    page.on("requestfailed", lambda request: reviewed.said.extend(lost(request)))
    for path in sorted([*release.glob("book/*.html"), *release.glob("notebooks/*.html")]):
        name = path.relative_to(release).as_posix()
        page.goto(f"{base}/{name}?review=1")
        page.locator(READY).wait_for()
        reviewed.pages[name] = page.evaluate(LOOK)
    page.close()
    return reviewed


class Reviewing:
    """What holds wherever the site is reviewed."""

    def test_every_narrative_page_is_reviewed(self, reviewed: Reviewed) -> None:
        """Each page of the account was opened, and no other."""
        assert reviewed.pages.keys() == reviewed.account["pages"].keys()
        assert (
            sum(sum(reviewed.exempt(name).values()) for name in reviewed.pages)
            == (reviewed.account["exempt"])
        )

    def test_every_exempt_numeral_is_marked(self, reviewed: Reviewed) -> None:
        """The marks of each page exempt the very texts and numbers of coverage.json."""
        for name, shows in reviewed.pages.items():
            found: Counter[str] = Counter()
            for text, count in shows["exempt"]:
                found[text] += count
            assert found == reviewed.exempt(name), name

    def test_every_fact_and_cell_is_marked(self, reviewed: Reviewed) -> None:
        """Nothing that answers for a number is left without its mark."""
        for name, shows in reviewed.pages.items():
            assert shows["markedFacts"] == shows["facts"], name
            assert shows["markedCells"] >= shows["cells"], name
        assert sum(shows["facts"] for shows in reviewed.pages.values()) > 500

    def test_the_counts_are_those_of_the_account(self, reviewed: Reviewed) -> None:
        """Facts, exempt numerals, others; and nothing unaccounted for, on every page."""
        for name, shows in reviewed.pages.items():
            counts = dict(reviewed.account["pages"][name])
            facts, _ = counts.pop("fact", 0), counts.pop("vague", 0)
            exempt = reviewed.exempt(name).total()
            assert shows["counts"] == [facts, exempt, sum(counts.values()), 0], name
            assert (shows["untraced"], shows["lost"]) == (0, 0), name

    def test_no_page_complains(self, reviewed: Reviewed) -> None:
        """The console stays empty, and every script is there."""
        assert reviewed.said == []

    def test_no_page_scrolls_sideways(self, reviewed: Reviewed) -> None:
        """Marks, notes and the account fit the page."""
        assert [name for name, shows in reviewed.pages.items() if shows["overflow"] > 0] == []


class TestFromAFolder(Reviewing):
    """On a desk, from a folder, without a server."""

    @pytest.fixture(scope="class")
    @classmethod
    def reviewed(cls, desktop: BrowserContext, site: Path) -> Reviewed:
        """All narrative pages at 1440 px, by ``file:``."""
        return review_all(desktop, site.as_uri(), site)


class TestFromAServer(Reviewing):
    """In a hand, from a server on loopback."""

    @pytest.fixture(scope="class")
    @classmethod
    def reviewed(cls, phone: BrowserContext, site: Path) -> Iterator[Reviewed]:
        """All narrative pages at 360 px, by ``http:``."""
        with serve(site.parent) as base:
            yield review_all(phone, f"{base}{site.name}", site)


MARK = "article p mark.exempt[tabindex]"
PAGE = "book/policy-system.html"
ARTICLE = '<article class="bd-article">'


class TestUse:
    """What reviewers do."""

    @pytest.fixture
    def page(self, desktop: BrowserContext) -> Iterator[Page]:
        """An empty page on the desk."""
        opened = desktop.new_page()
        yield opened
        opened.close()

    def reason(self, site: Path, text: str) -> str:
        """What is told of an exempt text."""
        account = account_of(site)
        (one,) = [one for one in account["exemptions"] if one["text"] == text]
        return f"豁免（{account['classes'][one['class']]}）：{one['reason']}"

    def test_class_and_reason_are_told(self, page: Page, site: Path) -> None:
        """By pointer and by keyboard, to screen readers too; Escape puts the note away."""
        page.goto(f"{site.as_uri()}/{PAGE}?review=1")
        tip = page.get_by_role("tooltip")
        mark = page.locator(MARK).first
        said = self.reason(site, mark.inner_text())
        mark.hover()
        expect(tip).to_have_text(said)
        page.mouse.move(2, 2)
        expect(tip).to_be_hidden()
        mark.focus()
        expect(tip).to_have_text(said)
        expect(mark).to_have_accessible_description(said)
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()

    def test_a_tap_tells_too(self, phone: BrowserContext, site: Path) -> None:
        """In a hand the note opens by a tap and stays within the screen."""
        page = phone.new_page()
        page.goto(f"{site.as_uri()}/{PAGE}?review=1")
        mark = page.locator(MARK).last
        mark.tap()
        tip = page.get_by_role("tooltip")
        expect(tip).to_have_text(self.reason(site, mark.inner_text()))
        box = tip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        page.close()

    def test_marks_differ_by_more_than_colour(self, page: Page, site: Path) -> None:
        """Each kind has its own line."""
        page.goto(f"{site.as_uri()}/{PAGE}?review=1")
        page.locator(READY).wait_for()
        styles = {
            page.locator(name).first.evaluate("one => getComputedStyle(one).borderBottomStyle")
            for name in (MARK, "p .review-fact", "td.review-other")
        }
        assert styles == {"dashed", "solid", "dotted"}

    def test_marks_are_printed(self, page: Page, site: Path) -> None:
        """On paper the marks keep their ground, and the reasons are written out."""
        page.goto(f"{site.as_uri()}/{PAGE}?review=1")
        page.locator(READY).wait_for()
        page.emulate_media(media="print")
        style = page.locator(MARK).first.evaluate(
            "one => [getComputedStyle(one).printColorAdjust, getComputedStyle(one).backgroundColor]"
        )
        assert style[0] == "exact"
        assert style[1] != "rgba(0, 0, 0, 0)"
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(".review-list table")).to_be_visible()

    def test_the_mode_is_switched_on_and_off(self, page: Page, site: Path) -> None:
        """A link in the footer leads into it; one at the top leads out and leaves no mark."""
        page.goto(f"{site.as_uri()}/{PAGE}")
        assert page.locator("article mark").count() == 0
        page.get_by_role("link", name="核对模式", exact=True).click()
        expect(page.locator(MARK).first).to_be_visible()
        page.locator(READY).get_by_role("link", name="退出核对模式").click()
        page.wait_for_url(f"**/{PAGE}")
        assert page.locator("article mark").count() == 0

    def test_the_mode_goes_from_page_to_page(self, page: Page, site: Path) -> None:
        """From a chapter to a trace and on to the computation it stays on."""
        page.goto(f"{site.as_uri()}/{PAGE}?review=1")
        page.locator("article a.review-fact").first.click()
        page.wait_for_url("**/trace/*.html?review=1")
        expect(page.locator(".trace-value .review-fact")).to_be_visible()
        page.locator(".trace a[href*='notebooks/']").first.click()
        page.wait_for_url("**/notebooks/*.html?review=1#output-*")
        expect(page.locator(READY)).to_be_visible()

    def test_a_link_added_later_keeps_the_mode(self, page: Page, site: Path) -> None:
        """What other scripts write leads on in the mode as well."""
        page.goto(f"{site.as_uri()}/{PAGE}?review=1")
        page.evaluate(
            "document.querySelector('article').insertAdjacentHTML('beforeend',"
            " '<a id=later href=\"method.html\">later</a>')"
        )
        page.locator("#later").click()
        page.wait_for_url("**/book/method.html?review=1")

    def test_a_table_of_facts_is_reviewed_as_published(self, page: Page, site: Path) -> None:
        """The page of all facts keeps its tables by chapter in the mode."""
        page.goto(f"{site.as_uri()}/book/statistics.html?review=1")
        page.locator(READY).wait_for()
        assert page.locator("table.statistics").count() == 10
        assert page.locator(".statistics-filters").count() == 0

    def test_a_number_from_nowhere_is_marked(self, page: Page, release: Path) -> None:
        """A number typed into a published page stands out."""
        path = release / PAGE
        html = path.read_text(encoding="utf-8")
        path.write_text(
            html.replace(ARTICLE, f"{ARTICLE}<p>又完成1234项。</p>", 1), encoding="utf-8"
        )
        page.goto(f"{path.as_uri()}?review=1")
        expect(page.locator("article mark.untraced")).to_have_text("1234")
        expect(page.locator(".review-counts b").last).to_have_text("1")

    def test_an_exemption_without_its_place_is_told(self, page: Page, release: Path) -> None:
        """A page from which an exempt text is gone does not agree with the list."""
        path = release / PAGE
        html = path.read_text(encoding="utf-8")
        path.write_text(html.replace("2+4", "二加四"), encoding="utf-8")
        page.goto(f"{path.as_uri()}?review=1")
        expect(page.locator(".review-lost")).to_be_visible()

    def test_without_its_account_a_page_says_so(self, page: Page, release: Path) -> None:
        """Nothing looks checked that is not."""
        (release / "coverage.js").unlink()
        page.goto(f"{(release / PAGE).as_uri()}?review=1")
        expect(page.locator(".review-lost")).to_contain_text("coverage.js")
