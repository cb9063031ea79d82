"""The frame of every page: controls, search, weight, and what is there at first paint."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.crawl import serve
from tests.browser.test_editions import OWN, entry
from tests.browser.test_site import CHAPTERS
from tests.conftest import PERIOD

OVERVIEW = "book/index.html"
HEAVIEST = 500_000  # bytes of a chapter with all that it loads, figures apart
LATENCY, RATE = 0.5625, 1.6e6 / 8 * 0.9  # "Fast 3G" of Chromium's tools: seconds, bytes a second


class TestFrame:
    """What stands around every page."""

    @pytest.fixture
    def page(self, desktop: BrowserContext, site: Path) -> Iterator[Page]:
        """The overview on a desk, from a folder."""
        opened = desktop.new_page()
        opened.goto((site / OVERVIEW).as_uri())
        yield opened
        opened.evaluate("localStorage.clear()")
        opened.close()

    def test_size_of_type_and_colours_are_kept(self, page: Page, site: Path) -> None:
        """What a reader chose holds on the next page, from the first paint."""
        size = "parseFloat(getComputedStyle(document.body).fontSize)"
        before = page.evaluate(size)
        page.get_by_role("button", name="字体：特大").click()
        page.get_by_role("button", name="颜色：深色").click()
        assert page.evaluate(size) > before * 1.3
        page.goto((site / "book/method.html").as_uri())
        assert page.evaluate(size) > before * 1.3
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        expect(page.get_by_role("button", name="字体：特大")).to_have_attribute(
            "aria-pressed", "true"
        )

    def test_the_first_key_skips_to_the_text(self, page: Page) -> None:
        """Tab and Enter: past the header and the contents."""
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "跳到正文"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

    def test_contents_open_on_a_phone(self, phone: BrowserContext, site: Path) -> None:
        """Hidden until asked for, closed by Escape; with scripts off they are there too."""
        page = phone.new_page()
        page.goto((site / OVERVIEW).as_uri())
        contents = page.locator("#site-nav")
        expect(contents).to_be_hidden()
        menu = page.get_by_role("button", name="目录")
        menu.tap()
        expect(contents).to_be_visible()
        expect(menu).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(contents).to_be_hidden()
        page.close()

    def test_another_edition_is_one_choice_away(
        self, desktop: BrowserContext, site: Path, tmp_path: Path
    ) -> None:
        """The switcher lists the editions and says which is a draft; it leads to their overview."""
        shutil.copytree(site, tmp_path / PERIOD)
        other = {**entry("2024Q3", "2024Q3", 0), "released_on": ""}
        listed = json.dumps([other, OWN], ensure_ascii=False)
        (tmp_path / "editions.js").write_text(f"window.policybookEditions({listed});\n", "utf-8")
        (tmp_path / "2024Q3").mkdir()
        (tmp_path / "2024Q3" / "index.html").write_text("<title>虚构</title>", encoding="utf-8")
        page = desktop.new_page()
        page.goto((tmp_path / PERIOD / OVERVIEW).as_uri())
        switcher = page.get_by_label("期", exact=True)
        assert switcher.locator("option").all_inner_texts() == ["2024Q3（草稿）", PERIOD]
        expect(switcher).to_have_value(f"{PERIOD}/index.html")
        switcher.select_option("2024Q3/index.html")
        page.wait_for_url("**/2024Q3/index.html")
        page.close()


class TestSearch:
    """Words and ids, with the numbers they lead to."""

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("隐患", "24184项"),
            ("隐患 整改", "97%"),
            ("safety.hazards_rate", "97%"),
            ("问题清单", "60项"),
        ],
    )
    @pytest.mark.parametrize("served", [False, True], ids=["folder", "server"])
    def test_results_show_the_number(
        self, words: str, found: str, served: bool, desktop: BrowserContext, site: Path
    ) -> None:
        """Beside the name of each statistic; nothing complains."""
        page = desktop.new_page()
        said: list[str] = []
        page.on("console", lambda one: said.append(one.text) if one.type != "log" else None)
        page.on("pageerror", lambda problem: said.append(str(problem)))
        with serve(site.parent) as base:
            root = base if served else f"{site.parent.as_uri()}/"
            page.goto(f"{root}{site.name}/search.html?q={words}")
            numbers = page.locator("#search-results .found-number")
            expect(numbers.filter(has_text=found).first).to_be_visible()
            page.wait_for_load_state("networkidle")
        page.close()
        assert said == []


class TestWeight:
    """What a reader on a slow line waits for."""

    def test_chapters_are_light(self, desktop: BrowserContext, site: Path) -> None:
        """A chapter with all that it loads but the figures, uncompressed."""
        page = desktop.new_page()
        sizes: dict[str, int] = {}
        page.on("response", lambda one: sizes.__setitem__(one.url, len(one.body())))
        with serve(site.parent) as base:
            for chapter in ("index", *CHAPTERS):
                sizes.clear()
                page.goto(f"{base}{site.name}/book/{chapter}.html", wait_until="networkidle")
                weight = sum(size for url, size in sizes.items() if "/figures/" not in url)
                assert 0 < weight <= HEAVIEST, f"{chapter}: {sizes}"
        page.close()

    def test_the_first_page_needs_no_second_request(
        self, desktop: BrowserContext, site: Path
    ) -> None:
        """Its own bytes alone, on a slow line within a second, are a page that can be read."""
        assert LATENCY + (site / OVERVIEW).stat().st_size / RATE <= 1
        page = desktop.new_page()

        def alone(route: Route) -> None:
            if route.request.resource_type == "document":
                route.continue_()
            else:
                route.abort()

        page.route("**/*", alone)
        with serve(site.parent) as base:
            page.goto(f"{base}{site.name}/{OVERVIEW}")
        expect(page.locator("article h1")).to_be_visible()
        style = page.evaluate("getComputedStyle(document.querySelector('.tile')).borderTopWidth")
        assert style == "4px"
        page.close()


class TestRecords:
    """The records of a trace page."""

    def test_records_are_sorted_and_taken_away(self, desktop: BrowserContext, site: Path) -> None:
        """A column is sorted both ways; the file has a line a record."""
        page = desktop.new_page()
        page.goto((site / "trace/policies.named.html").as_uri())
        table = page.locator("table.traced-records").first
        count = table.locator("tbody tr").count()
        assert count > 20
        assert table.locator("tbody tr:visible").count() == 20
        page.get_by_role("button", name="显示全部").first.click()
        assert table.locator("tbody tr:visible").count() == count
        heading = table.locator("th").first
        heading.get_by_role("button").click()
        expect(heading).to_have_attribute("aria-sort", "ascending")
        lines = table.locator("tbody tr td:first-child").all_inner_texts()
        assert lines == sorted(lines, key=int)
        heading.get_by_role("button").click()
        assert table.locator("tbody tr td:first-child").all_inner_texts() == lines[::-1]
        with page.expect_download() as download:
            page.get_by_role("button", name="下载这些记录").first.click()
        text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len(rows) == count + 1
        page.close()
