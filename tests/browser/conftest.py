"""A real Chromium, on a desk and in a hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.chromium import ARGUMENTS, find
from tests.browser.crawl import PHONE_WIDTH

# Nothing but loopback has an address, so that a request to elsewhere fails at once.
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


# Closed with each class: while Playwright runs, its event loop is the thread's running loop,
# and asyncio.run() in another test would be refused.
@pytest.fixture(scope="class")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    executable = find()
    if executable is None:
        pytest.fail("no Chromium found: run `make programs`", pytrace=False)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, OFFLINE], headless=True
        )
        yield launched
        launched.close()


@pytest.fixture(scope="class")
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    """A window of 1440 × 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture(scope="class")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of 360 × 740."""
    context = browser.new_context(
        viewport={"width": PHONE_WIDTH, "height": 740},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
    )
    yield context
    context.close()


@pytest.fixture(scope="session")
def screenshots(root: Path) -> Path:
    """Where pictures of pages are left for people to look at."""
    folder = root / "_build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
