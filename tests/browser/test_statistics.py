"""The page of all facts: filtered, sorted, saved, shared."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from policybook.listing import COLUMNS
from tests.browser.crawl import complaint, serve

PAGE = "book/statistics.html"
ROWS = "table.statistics tbody tr:not([hidden])"
SHOWN = f"""() => [...document.querySelectorAll('{ROWS}')].map(
    (row) => row.querySelector('[data-stat]').dataset.stat)"""


def facts_of(release: Path) -> dict[str, dict[str, Any]]:
    """The facts of a release by their id."""
    content = json.loads((release / "facts.json").read_text(encoding="utf-8"))
    return {fact["id"]: fact for fact in content["facts"]}


def shown(page: Page) -> list[str]:
    """The ids shown, in their order."""
    found: list[str] = page.evaluate(SHOWN)
    return found


def ordered(page: Page, column: str) -> None:
    """Sort by a column."""
    page.get_by_role("columnheader").get_by_role("button", name=column, exact=True).click()


class Listing:
    """What holds wherever the page is read."""

    @pytest.fixture
    def page(self, opened: BrowserContext, address: str) -> Iterator[Page]:
        """The page, ready; it must say nothing on the console."""
        said: list[str] = []
        page = opened.new_page()
        page.on("console", lambda message: said.extend(complaint(message)))
        page.on("pageerror", lambda problem: said.append(str(problem)))
        page.goto(address)
        page.locator(".statistics-count").wait_for()
        yield page
        assert said == []
        page.close()

    def test_all_facts_are_there(self, page: Page, site: Path) -> None:
        """One table has each fact once, in the order of the report, and says how many."""
        assert page.locator("table.statistics").count() == 1
        facts = facts_of(site)
        assert sorted(shown(page)) == sorted(facts)
        expect(page.locator(".statistics-count")).to_have_text(
            f"显示 {len(facts)} 个，共 {len(facts)} 个。"
        )

    @pytest.mark.parametrize(
        ("label", "choice"),
        [("章", "problem-list"), ("台账", "problems"), ("证据等级", "implied")],
    )
    def test_facts_are_chosen(self, page: Page, site: Path, label: str, choice: str) -> None:
        """By chapter, ledger or evidence: just the facts that have it."""
        page.get_by_label(label, exact=True).select_option(choice)

        def has(fact: dict[str, Any]) -> bool:
            ledgers = [part["ledger"] for part in (*fact["operands"], *fact["missing"])]
            return choice in (fact["chapter"], fact["evidence"], *ledgers)

        assert sorted(shown(page)) == sorted(
            name for name, one in facts_of(site).items() if has(one)
        )
        expect(page.locator(".statistics-count")).to_contain_text(f"显示 {len(shown(page))} 个")

    def test_facts_are_found_by_their_words(self, page: Page, site: Path) -> None:
        """Every word typed must stand in label or id; nothing found is said."""
        page.get_by_role("searchbox", name="指标或编号").fill("ecology. 锅炉")
        facts = facts_of(site)
        right = [name for name in facts if "ecology." in name and "锅炉" in facts[name]["label"]]
        assert right
        assert sorted(shown(page)) == sorted(right)
        page.get_by_role("searchbox", name="指标或编号").fill("企鹅")
        expect(page.locator(".statistics-count")).to_have_text("没有符合条件的统计数字。")

    def test_values_are_sorted_exactly(self, page: Page, site: Path) -> None:
        """By exact value, a percentage as the share it is; again turns the order round."""
        facts = facts_of(site)
        ordered(page, "数值")
        values = [Fraction(facts[name]["value"]) for name in shown(page)]
        assert values == sorted(values)
        head = page.get_by_role("columnheader", name="数值")
        expect(head).to_have_attribute("aria-sort", "ascending")
        ordered(page, "数值")
        values = [Fraction(facts[name]["value"]) for name in shown(page)]
        assert values == sorted(values, reverse=True)
        expect(head).to_have_attribute("aria-sort", "descending")
        assert page.locator("th[aria-sort]").count() == 1

    @pytest.mark.parametrize(("column", "key"), [("指标", "label"), ("时段", "span")])
    def test_chinese_is_sorted_as_chinese(
        self, page: Page, site: Path, column: str, key: str
    ) -> None:
        """Texts stand in the order of Chinese dictionaries, not in that of code points."""
        facts = facts_of(site)
        ordered(page, column)
        texts = [facts[name][key] for name in shown(page)]
        right = page.evaluate(
            "texts => texts.slice().sort(new Intl.Collator('zh-CN', { numeric: true }).compare)",
            texts,
        )
        assert texts == right
        assert texts != sorted(texts)

    def test_chapters_stand_in_the_order_of_the_report(self, page: Page, site: Path) -> None:
        """Sorted by chapter, the facts stand as the report has them."""
        before = shown(page)
        ordered(page, "编号")
        assert shown(page) != before
        ordered(page, "章")
        facts = facts_of(site)
        chapters = [facts[name]["chapter"] for name in shown(page)]
        order = list(dict.fromkeys(facts[name]["chapter"] for name in before))
        assert chapters == sorted(chapters, key=order.index)

    def test_what_is_shown_is_saved_as_csv(self, page: Page, site: Path) -> None:
        """All columns of the rows shown, in their order, for a spreadsheet."""
        page.get_by_label("章", exact=True).select_option("problem-list")
        ordered(page, "数值")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="下载显示的（CSV）").click()
        assert waiting.value.suggested_filename == "facts-2024Q2-selected.csv"
        text = Path(waiting.value.path()).read_bytes().decode("utf-8")
        assert text.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(text[1:], newline="")))
        complete = (site / "facts.csv").read_text(encoding="utf-8")
        published = {row[0]: row for row in csv.reader(io.StringIO(complete, newline=""))}
        assert rows == [published["id"], *(published[name] for name in shown(page))]

    def test_what_is_shown_is_saved_as_json(self, page: Page, site: Path) -> None:
        """All facts, with the same columns."""
        with page.expect_download() as waiting:
            page.get_by_role("button", name="下载显示的（JSON）").click()
        assert waiting.value.suggested_filename == "facts-2024Q2.json"
        saved = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
        assert [fact["id"] for fact in saved] == shown(page)
        assert all(list(fact) == list(COLUMNS) for fact in saved)
        facts = facts_of(site)
        assert all(fact["value"] == facts[fact["id"]]["value"] for fact in saved)

    def test_a_view_can_be_shared(self, page: Page, opened: BrowserContext) -> None:
        """Another reader who opens the address sees the same rows in the same order."""
        page.get_by_label("证据等级", exact=True).select_option("record")
        page.get_by_role("searchbox", name="指标或编号").fill("项目")
        ordered(page, "数值")
        ordered(page, "数值")
        other = opened.new_page()
        other.goto(page.url)
        other.locator(".statistics-count").wait_for()
        assert shown(other)
        assert shown(other) == shown(page)
        expect(other.get_by_label("证据等级", exact=True)).to_have_value("record")
        other.close()
        page.get_by_role("button", name="清除筛选和排序").click()
        assert "#" not in page.url
        expect(page.get_by_role("searchbox", name="指标或编号")).to_have_value("")

    def test_an_address_that_means_nothing_shows_all(self, page: Page, site: Path) -> None:
        """Unknown choices in an address are passed over."""
        page.evaluate("location.hash = 'chapter=none&sort=none&other=1'")
        page.wait_for_function("location.hash.includes('other')")
        assert len(shown(page)) == len(facts_of(site))

    def test_it_is_used_by_keyboard(self, page: Page) -> None:
        """From the field of words by Tab to a choice, and a column sorted by Enter."""
        page.get_by_role("searchbox", name="指标或编号").focus()
        page.keyboard.press("Tab")
        expect(page.get_by_label("章", exact=True)).to_be_focused()
        page.get_by_role("columnheader").get_by_role("button", name="编号").focus()
        page.keyboard.press("Enter")
        assert shown(page) == sorted(shown(page))

    def test_the_complete_files_are_linked(self, page: Page, site: Path) -> None:
        """facts.csv and facts.json are a click away."""
        for name in ("facts.csv", "facts.json"):
            link = page.get_by_role("link", name=name)
            assert (site / "book" / str(link.get_attribute("href"))).is_file()

    def test_the_page_does_not_scroll_sideways(self, page: Page) -> None:
        """Filters and buttons fit; the table scrolls by itself."""
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


class TestFromAFolder(Listing):
    """On a desk, from a folder, without a server."""

    @pytest.fixture
    def opened(self, desktop: BrowserContext) -> BrowserContext:
        """A wide window."""
        return desktop

    @pytest.fixture
    def address(self, site: Path) -> str:
        """By ``file:``."""
        return (site / PAGE).as_uri()


class TestFromAServer(Listing):
    """In a hand, from a server on loopback."""

    @pytest.fixture
    def opened(self, phone: BrowserContext) -> BrowserContext:
        """A small screen."""
        return phone

    @pytest.fixture
    def address(self, site: Path) -> Iterator[str]:
        """By ``http:``."""
        with serve(site.parent) as base:
            yield f"{base}{site.name}/{PAGE}"


class TestEnhancement:
    """What there is without the script, and what only other editions have."""

    def test_without_scripts_the_tables_are_complete(self, browser: Browser, site: Path) -> None:
        """A table a chapter with every fact, and no control that would do nothing."""
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto((site / PAGE).as_uri())
        facts = facts_of(site)
        tables = page.locator("article table.statistics")
        assert tables.count() == len({fact["chapter"] for fact in facts.values()})
        assert page.locator("article table.statistics tbody tr").count() == len(facts)
        assert page.locator("article button, article select, article input").count() == 0
        context.close()

    def test_only_this_page_has_the_script(self, site: Path) -> None:
        """No other page loads what it cannot use."""
        having = [
            path.relative_to(site).as_posix()
            for path in site.rglob("*.html")
            if "statistics.js" in path.read_text(encoding="utf-8")
        ]
        assert having == [PAGE]

    def test_departments_are_chosen_where_records_name_them(
        self, desktop: BrowserContext, release: Path
    ) -> None:
        """A filter by department stands only where there is one; a fact may rest on several."""
        page = desktop.new_page()
        page.goto((release / PAGE).as_uri())
        page.locator(".statistics-count").wait_for()
        assert page.get_by_label("部门", exact=True).count() == 0
        path = release / "facts.js"
        start, end = "window.policybookFacts = ", ";\n"
        content = json.loads(path.read_text("utf-8").removeprefix(start).removesuffix(end))
        names = list(content["facts"])
        content["facts"][names[3]]["departments"] = ["乙局"]
        content["facts"][names[5]]["departments"] = ["甲局", "乙局"]
        path.write_text(f"{start}{json.dumps(content)}{end}", encoding="utf-8")
        page.reload()
        page.get_by_label("部门", exact=True).select_option("乙局")
        assert shown(page) == [names[3], names[5]]
        page.close()
