"""Every kind of page, read without a mouse, without colours, without English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.crawl import PHONE_WIDTH
from tests.browser.interface import (
    BLOCKING,
    axe_script,
    foreign_words,
    outline_faults,
    told,
    violations,
)

PAGES = (
    "book/index.html",
    "book/problem-list.html",
    "book/statistics.html",
    "book/method.html",
    "book/data-dictionary.html",
    "book/documents.html",
    "notebooks/05_problem_list.html",
    "trace/problems.total.html",
    "search.html?q=锅炉",
)
"""One of each template."""

WINDOWS = {"desktop": 1440, "phone": PHONE_WIDTH}
REFRESH = re.compile(r'<meta http-equiv="refresh"[^>]*>')

Window = Callable[..., BrowserContext]


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """Opens a window on a desk or in a hand, light or dark."""
    opened: list[BrowserContext] = []

    def open_window(device: str, scheme: str, **options: str) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": WINDOWS[device], "height": 800},
            is_mobile=device == "phone",
            color_scheme=scheme,
            locale="zh-CN",
            **options,
        )
        opened.append(context)
        return context

    yield open_window
    for context in opened:
        context.close()


def open_page(context: BrowserContext, site: Path, path: str) -> Page:
    """A page of the edition with all that its scripts add."""
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{path}", wait_until="load")
    if path.startswith("search"):
        page.locator("#search-results li").first.wait_for()
    return page


class TestEveryTemplate:
    """What axe-core says, and what only a reader of Chinese would notice."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("device", list(WINDOWS))
    def test_nothing_keeps_a_reader_out(
        self, device: str, scheme: str, window: Window, site: Path, screenshots: Path
    ) -> None:
        """No violation of serious or critical impact on a desk or in a hand, light or dark."""
        script = axe_script()
        context = window(device, scheme)
        faults = []
        for path in PAGES:
            page = open_page(context, site, path)
            name = path.partition("?")[0].replace("/", "-").removesuffix(".html")
            page.screenshot(path=screenshots / f"{name}-{device}-{scheme}.png")
            found = [one for one in violations(page, script) if one["impact"] in BLOCKING]
            faults += [f"{path}: {told(one)}" for one in found]
            page.close()
        assert faults == []

    def test_the_list_of_editions_keeps_nobody_out(self, window: Window, site: Path) -> None:
        """The site's first page too, which otherwise leads on at once."""
        html = (site.parent / "index.html").read_text(encoding="utf-8")
        page = window("phone", "dark").new_page()
        page.set_content(REFRESH.sub("", html))
        found = violations(page, axe_script())
        assert [told(one) for one in found if one["impact"] in BLOCKING] == []

    def test_the_interface_is_in_chinese(self, window: Window, site: Path) -> None:
        """No button, label, tooltip or placeholder is left in the theme's English."""
        context = window("desktop", "light")
        faults = []
        for path in PAGES:
            page = open_page(context, site, path)
            faults += [f"{path}: {word}" for word in foreign_words(page)]
            page.close()
        assert faults == []

    def test_headings_are_in_order(self, window: Window, site: Path) -> None:
        """Each page has one first heading, and no heading leaves out a level."""
        context = window("desktop", "light")
        faults = []
        for path in PAGES:
            page = open_page(context, site, path)
            faults += [f"{path}: {fault}" for fault in outline_faults(page)]
            page.close()
        assert faults == []


class TestByKeyboard:
    """Without a mouse."""

    def test_the_first_key_leads_to_the_text(self, window: Window, site: Path) -> None:
        """The first stop is a link in Chinese that skips the navigation."""
        page = open_page(window("desktop", "light"), site, "book/problem-list.html")
        page.keyboard.press("Tab")
        link = page.locator(":focus")
        assert link.inner_text() == "跳到正文"
        page.keyboard.press("Enter")
        assert page.evaluate("() => location.hash") == "#main"

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_the_focus_is_seen(self, scheme: str, window: Window, site: Path) -> None:
        """Every stop of the Tab key is marked."""
        page = open_page(window("desktop", scheme), site, "book/policy-system.html")
        unseen = []
        for _ in range(60):
            page.keyboard.press("Tab")
            fault = page.evaluate(
                """() => {
                    const style = getComputedStyle(document.activeElement);
                    const seen = style.boxShadow !== 'none'
                        || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
                    return seen ? '' : document.activeElement.outerHTML.slice(0, 120);
                }"""
            )
            unseen += [fault] if fault else []
        assert unseen == []

    def test_who_wants_no_motion_gets_none(self, window: Window, site: Path) -> None:
        """Nothing slides or fades where the reader's system asks for stillness."""
        context = window("desktop", "light", reduced_motion="reduce")
        page = open_page(context, site, "book/index.html")
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter((element) => {
                const style = getComputedStyle(element);
                return style.animationName !== 'none' || style.scrollBehavior === 'smooth'
                    || style.transitionDuration.split(', ').some((time) => parseFloat(time) > 0);
            }).slice(0, 5).map((element) => element.outerHTML.slice(0, 80))"""
        )
        assert moving == []


BAD = """<html lang="zh"><head><title>页</title></head><body><main><h1>甲</h1><h3>乙</h3>
<button aria-label="Toggle sidebar">丙</button><img src="data:,"></main></body></html>"""


class TestTheGuards:
    """The guards see what is wrong."""

    def test_a_bad_page_is_found(self, window: Window) -> None:
        """An English label, a level left out and a picture without a text are each found."""
        page = window("desktop", "light").new_page()
        page.set_content(BAD)
        assert foreign_words(page) == ["button: Toggle sidebar"]
        assert outline_faults(page) == ["“乙” is of level 3 after 1"]
        found = {one["id"] for one in violations(page, axe_script())}
        assert "image-alt" in found
