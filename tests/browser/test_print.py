"""Pages on paper: the report without the site around it, each number with its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PERIOD

CHAPTER = "book/problem-list.html"
A4 = (595, 842)  # points
BOX = re.compile(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]")
AROUND = (".site-header", ".site-nav", ".page-toc", ".prev-next", ".site-footer", ".headerlink")


class TestPrint:
    """What Chromium prints, from a folder and in the dark theme."""

    @pytest.fixture
    def page(self, browser: Browser) -> Iterator[Page]:
        """An empty page in the dark theme, of which the paper must show nothing."""
        opened = browser.new_page(color_scheme="dark", locale="zh-CN")
        yield opened
        opened.close()

    @staticmethod
    def before_print(page: Page, site: Path, path: str) -> None:
        """Open a page of the edition as its reader's printer gets it."""
        page.goto(f"{site.as_uri()}/{path}", wait_until="load")
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")

    def test_the_report_alone_is_printed(self, page: Page, site: Path) -> None:
        """Navigation, buttons and downloads stay on the screen."""
        self.before_print(page, site, CHAPTER)
        for around in (*AROUND, ".chart-files"):
            expect(page.locator(around).first).to_be_hidden()
        expect(page.locator("article h1")).to_be_visible()
        expect(page.locator("figure.chart table").first).to_be_visible()
        for source in page.locator("figure.chart .chart-source").all():
            assert source.inner_text().startswith("来源：")

    def test_the_paper_is_white(self, page: Page, site: Path) -> None:
        """The dark theme is printed black on white."""
        self.before_print(page, site, CHAPTER)
        colours = page.evaluate(
            """() => [getComputedStyle(document.body).backgroundColor,
                      getComputedStyle(document.querySelector('article p')).color]"""
        )
        assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]

    def test_each_sheet_says_whose_it_is(self, page: Page, site: Path) -> None:
        """The head has the report's title and the edition."""
        self.before_print(page, site, CHAPTER)
        head = page.locator(".print-head")
        title = page.locator(".site-title").text_content()
        assert title
        expect(head).to_contain_text(title.strip())
        expect(head).to_contain_text(f"期号 {PERIOD}")

    def test_each_printed_number_has_its_code(self, page: Page, site: Path) -> None:
        """The page ends with the numbers on it and the codes under which they are traced."""
        self.before_print(page, site, CHAPTER)
        shown = page.locator("article a.stat").evaluate_all(
            "all => all.map((one) => [one.dataset.stat, one.textContent.trim()])"
        )
        listed = {
            item.locator("code").inner_text(): item.locator("span").inner_text().split("、")
            for item in page.locator(".print-codes li").all()
        }
        assert len(listed) > 10
        assert {code for code, _ in shown} == set(listed)
        assert [text for code, text in shown if text not in listed[code]] == []

    @pytest.mark.parametrize("path", ["book/statistics.html", "trace/problems.total.html"])
    def test_codes_are_not_said_twice(self, path: str, page: Page, site: Path) -> None:
        """Where the page itself has the codes, no list repeats them."""
        self.before_print(page, site, path)
        expect(page.locator(".print-head")).to_be_visible()
        expect(page.locator(".print-codes")).to_have_count(0)

    @pytest.mark.parametrize("path", ["book/statistics.html", "trace/problems.total.html"])
    def test_headings_are_text_on_paper(self, path: str, page: Page, site: Path) -> None:
        """A heading is repeated on each sheet, which Chromium does not do with buttons."""
        headings = "all => all.map((one) => one.innerText.trim())"
        self.before_print(page, site, path)
        heads = page.locator("article thead tr").first.locator("th")
        printed = heads.evaluate_all(headings)
        assert printed
        assert all(printed)
        expect(page.locator("article th > button:visible")).to_have_count(0)
        page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
        expect(heads.first.get_by_role("button")).to_be_visible()

    def test_nothing_of_it_stays(self, page: Page, site: Path) -> None:
        """After printing the page is as it was."""
        self.before_print(page, site, CHAPTER)
        page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
        expect(page.locator(".print-part")).to_have_count(0)

    @pytest.mark.parametrize("path", ["book/index.html", CHAPTER])
    def test_it_fits_a4(self, path: str, page: Page, site: Path, screenshots: Path) -> None:
        """Chromium makes sheets of A4 as the style sheet says, kept to be looked at."""
        page.goto(f"{site.as_uri()}/{path}", wait_until="load")
        name = path.replace("/", "-").removesuffix(".html")
        printed = page.pdf(path=screenshots / f"{name}.pdf", prefer_css_page_size=True)
        sizes = {(round(float(w)), round(float(h))) for w, h in BOX.findall(printed)}
        assert sizes == {A4}
