"""The published edition as readers see it: from a folder on a desk, from a server on a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.crawl import (
    Visit,
    bad_answers,
    complaints,
    crawl,
    foreign_languages,
    foreign_requests,
    lost_links,
    pages_of,
    serve,
    silent_pictures,
    untraced_numbers,
    wide_pages,
)

CHAPTERS = (
    "policy-system",
    "state-council-16",
    "strong-capital",
    "national-strategies",
    "ledgers",
    "problem-list",
    "funds-and-next-steps",
    "deliberation-opinion",
    "grassroots",
    "mechanisms",
)


@dataclass(frozen=True)
class Tour:
    """Every page of the site, opened one after the other."""

    base: str  # address of the site's root, ending with a slash
    folder: Path  # the same as a folder
    period: str
    visits: list[Visit]

    def visit(self, path: str) -> Visit:
        """The visit of one page of the edition."""
        return next(visit for visit in self.visits if visit.path == f"{self.period}/{path}")


def tour(context: BrowserContext, base: str, release: Path, screenshots: Path) -> Tour:
    """Open all pages of an edition, and keep pictures of those that people read."""
    folder = release.parent
    pages = [path.relative_to(folder).as_posix() for path in pages_of(release)]
    kinds = ("/book/", "/trace/", "/notebooks/")
    pictured = {page for page in pages if "/book/" in page}
    pictured.update(next(page for page in pages if kind in page) for kind in kinds[1:])

    def keep(page: Page, path: str) -> None:
        if path in pictured:
            name = path.partition("/")[2].replace("/", "-").removesuffix(".html")
            page.screenshot(path=screenshots / f"{name}.png", full_page=True)

    return Tour(base, folder, release.name, crawl(context, base, pages, keep))


class Reading:
    """What holds wherever the site is read."""

    def test_every_kind_of_page_is_there(self, reading: Tour) -> None:
        """The overview, all chapters, their computations and a trace for every fact."""
        paths = {visit.path.partition("/")[2] for visit in reading.visits}
        facts = json.loads((reading.folder / reading.period / "facts.json").read_text("utf-8"))
        expected = {"index.html", "book/index.html"}
        expected.update(f"book/{chapter}.html" for chapter in CHAPTERS)
        expected.update(f"trace/{fact['id']}.html" for fact in facts["facts"])
        assert sorted(expected - paths) == []
        assert len([path for path in paths if path.startswith("notebooks/")]) == len(CHAPTERS)

    def test_no_page_complains(self, reading: Tour) -> None:
        """The console stays empty of warnings and errors."""
        assert complaints(reading.visits) == []

    def test_nothing_is_missing(self, reading: Tour) -> None:
        """Every style, script and picture is there."""
        assert bad_answers(reading.visits) == []

    def test_no_request_leaves_the_site(self, reading: Tour) -> None:
        """A reader without internet sees all of it, and nobody learns who reads."""
        assert foreign_requests(reading.visits, reading.base) == []

    def test_every_number_leads_to_its_trace(self, reading: Tour) -> None:
        """The trace page of a number shows the same number."""
        assert sum(len(visit.numbers) for visit in reading.visits) > 300
        assert untraced_numbers(reading.visits, reading.base, reading.period) == []

    def test_every_chapter_has_numbers_and_figures(self, reading: Tour) -> None:
        """No chapter is without a linked number and a figure; of mechanisms too little is known."""
        for chapter in CHAPTERS:
            visit = reading.visit(f"book/{chapter}.html")
            assert any(number["href"] for number in visit.numbers), chapter
            drawn = any("figures/" in image["src"] for image in visit.shows["images"])
            assert drawn == (chapter != "mechanisms"), chapter

    def test_every_link_leads_somewhere(self, reading: Tour) -> None:
        """No link within the site points to a file or an anchor that is not there."""
        assert lost_links(reading.visits, reading.base, reading.folder) == []

    def test_every_picture_is_told(self, reading: Tour) -> None:
        """Who cannot see a figure hears what it shows."""
        assert silent_pictures(reading.visits) == []

    def test_every_page_is_in_chinese(self, reading: Tour) -> None:
        """A screen reader speaks the pages in their language."""
        assert foreign_languages(reading.visits) == []


class TestFromAFolder(Reading):
    """On a desk, from a folder, without a server."""

    @pytest.fixture(scope="class")
    @classmethod
    def reading(cls, desktop: BrowserContext, site: Path, screenshots: Path) -> Tour:
        """All pages at 1440 px, by ``file:``."""
        return tour(desktop, site.parent.as_uri() + "/", site, screenshots / "desktop")


class TestFromAServer(Reading):
    """In a hand, from a server on loopback."""

    @pytest.fixture(scope="class")
    @classmethod
    def reading(cls, phone: BrowserContext, site: Path, screenshots: Path) -> Iterator[Tour]:
        """All pages at 360 px, by ``http:``."""
        with serve(site.parent) as base:
            yield tour(phone, base, site, screenshots / "phone")

    def test_no_page_scrolls_sideways(self, reading: Tour) -> None:
        """Text, tiles, figures and tables fit 360 px, or scroll by themselves."""
        assert wide_pages(reading.visits) == []


class TestUse:
    """What readers do."""

    @pytest.fixture
    def page(self, desktop: BrowserContext, site: Path) -> Iterator[Page]:
        """An empty page on the desk."""
        opened = desktop.new_page()
        yield opened
        opened.close()

    @pytest.fixture
    def home(self, site: Path) -> str:
        """The address of the edition's folder."""
        return site.as_uri()

    def test_the_root_leads_to_the_newest_edition(self, page: Page, site: Path) -> None:
        """Who opens the site's first page arrives at the overview."""
        page.goto((site.parent / "index.html").as_uri())
        page.wait_for_url(f"**/{site.name}/book/index.html")
        expect(page.locator("main a.stat, article a.stat").first).to_be_visible()

    def test_an_edition_opens_at_its_overview(self, page: Page, home: str) -> None:
        """Who opens an edition's first page arrives at the overview."""
        page.goto(f"{home}/index.html")
        page.wait_for_url("**/book/index.html")

    def test_a_click_on_a_number_opens_its_trace(self, page: Page, home: str) -> None:
        """From a number on the overview to its records, and from there to the computation."""
        page.goto(f"{home}/book/index.html")
        number = page.locator("article a.stat").first
        shown, name = number.inner_text().strip(), number.get_attribute("data-stat")
        number.click()
        page.wait_for_url(f"**/trace/{name}.html")
        expect(page.locator(".trace .stat").first).to_have_text(shown)
        expect(page.locator(".trace table.records tbody tr").first).to_be_visible()
        page.locator(".trace a[href*='notebooks/']").first.click()
        page.wait_for_url(f"**/notebooks/*.html#output-{name}")
        expect(page.locator(f"[id='output-{name}']")).to_be_visible()

    @pytest.mark.parametrize("words", ["锅炉", "问题清单", "隐患 整改"])
    def test_chinese_words_are_found(self, page: Page, home: str, words: str) -> None:
        """The search finds pages by one Chinese word, a longer one, and several."""
        page.goto(f"{home}/search.html?q={words}")
        expect(page.locator("#search-results li").first).to_be_visible()

    def test_what_is_not_there_is_not_found(self, page: Page, home: str) -> None:
        """The search does not answer everything with something."""
        page.goto(f"{home}/search.html?q=企鹅")
        expect(page.locator("#search-results p").first).to_be_visible()
        expect(page.locator("#search-results li")).to_have_count(0)
