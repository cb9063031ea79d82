"""The card of a number: by mouse, keyboard and finger, from a folder and from a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.crawl import serve

RATE = "safety.hazards_rate"
OVERVIEW, CHAPTER = "book/index.html", "book/state-council-16.html"


@pytest.fixture(scope="session")
def facts(site: Path) -> dict[str, dict[str, Any]]:
    """The published facts by id."""
    content = json.loads((site / "facts.json").read_text(encoding="utf-8"))
    return {fact["id"]: fact for fact in content["facts"]}


def number(page: Page, name: str = RATE) -> Any:
    """A number in a sentence or table of the page."""
    return page.locator(f"article [data-stat='{name}']").first


class TestCard:
    """What a number tells without leaving the page."""

    @pytest.fixture
    def page(self, desktop: BrowserContext, site: Path) -> Iterator[Page]:
        """A chapter on the desk, from a folder; nothing may complain."""
        opened = desktop.new_page()
        said: list[str] = []
        opened.on("pageerror", lambda problem: said.append(str(problem)))
        opened.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        opened.goto((site / CHAPTER).as_uri())
        yield opened
        opened.close()
        assert said == []

    def test_a_pointer_over_a_number_shows_where_it_comes_from(
        self, page: Page, facts: dict[str, dict[str, Any]]
    ) -> None:
        """Label, value, formula, evidence, source and the ways on; gone when it leaves."""
        fact = facts[RATE]
        number(page).hover()
        card = page.locator(".fact-card")
        expect(card).to_be_visible()
        expect(card).to_have_role("dialog")
        expect(card).to_have_accessible_name(fact["label"])
        for said in (fact["display"], fact["words"], fact["formula"], "文件合计", "累计"):
            expect(card).to_contain_text(said)
        expect(card).to_contain_text(fact["documents"][0]["title"])
        links = card.locator("a").evaluate_all("links => links.map((a) => a.getAttribute('href'))")
        for way in (f"trace/{RATE}.html", f"#output-{RATE}", "data/tasks.csv"):
            assert any(str(link).endswith(way) for link in links), way
        page.mouse.move(2, 2)
        expect(card).to_be_hidden()

    def test_the_keyboard_reaches_the_card_and_comes_back(self, page: Page) -> None:
        """Tab to a number, down into its card, Escape back to the number."""
        page.locator("#main").focus()
        page.keyboard.press("Tab")
        card = page.locator(".fact-card")
        while not card.is_visible():
            page.keyboard.press("Tab")
            page.wait_for_timeout(100)
        described = page.evaluate("document.activeElement.getAttribute('aria-describedby')")
        assert described == "fact-card"
        name = page.evaluate("document.activeElement.dataset.stat")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.closest('.fact-card') !== null")
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        assert page.evaluate("document.activeElement.dataset.stat") == name

    def test_the_next_place_of_a_number_is_a_step_away(self, page: Page, site: Path) -> None:
        """On the page first; then on the next page that shows it, where its card opens."""
        here = page.locator(f"article :is([data-stat='{RATE}'], [data-fact='{RATE}'])")
        assert here.count() > 1
        here.first.hover()
        page.get_by_role("button", name="下一处").click()
        expect(here.nth(1)).to_be_focused()
        expect(page.locator(".fact-card")).to_be_visible()
        page.goto((site / OVERVIEW).as_uri())
        page.locator(f"article [data-stat='{RATE}']").last.hover()
        page.locator(".fact-card").get_by_role("link", name="下一处").click()
        page.wait_for_url(f"**/{CHAPTER}#stat={RATE}")
        expect(page.locator(".fact-card")).to_be_visible()
        expect(page.locator(f"article [data-stat='{RATE}']").first).to_be_focused()

    def test_without_popovers_a_number_is_a_link(self, desktop: BrowserContext, site: Path) -> None:
        """An old browser goes to the trace as before."""
        page = desktop.new_page()
        page.add_init_script("delete HTMLElement.prototype.popover")
        page.goto((site / CHAPTER).as_uri())
        number(page).hover()
        assert page.locator(".fact-card").count() == 0
        number(page).click()
        page.wait_for_url(f"**/trace/{RATE}.html")
        page.close()

    def test_a_number_is_copied_as_a_citation(
        self, desktop: BrowserContext, site: Path, facts: dict[str, dict[str, Any]]
    ) -> None:
        """Report, period, label, value, id and address."""
        with serve(site.parent) as base:
            desktop.grant_permissions(["clipboard-read", "clipboard-write"], origin=base)
            page = desktop.new_page()
            page.goto(f"{base}{site.name}/{CHAPTER}")
            number(page).hover()
            page.get_by_role("button", name="复制引用").click()
            expect(page.locator(".fact-card [role='status']")).to_have_text("已复制")
            copied = page.evaluate("navigator.clipboard.readText()")
            page.close()
        fact = facts[RATE]
        for said in (fact["period"], fact["label"], fact["display"], RATE, f"/trace/{RATE}.html"):
            assert said in copied


class TestCardInAHand:
    """A finger has no hover."""

    def test_a_tap_opens_the_card_and_not_the_trace(
        self, phone: BrowserContext, site: Path
    ) -> None:
        """A sheet at the foot of the screen, which leads to the trace and can be closed."""
        page = phone.new_page()
        page.goto((site / CHAPTER).as_uri())
        number(page).tap()
        card = page.locator(".fact-card")
        expect(card).to_be_visible()
        box = card.bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, 360)
        assert box["y"] + box["height"] == pytest.approx(740, abs=1)
        card.get_by_role("button", name="关闭").tap()
        expect(card).to_be_hidden()
        number(page).tap()
        card.get_by_role("link", name="溯源页").tap()
        page.wait_for_url(f"**/trace/{RATE}.html")
        page.close()
