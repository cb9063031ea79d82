"""How soon a page can be read on a slow line: first paint in Chromium behind "Fast 3G".

    python benchmarks/first_page.py [RELEASE]

Chromium's own emulation (562.5 ms before each answer, 1.44 Mbit/s), an empty cache, a plain local
server without compression; five times each. Printed: bytes received until the page is idle,
median and worst first contentful paint.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.browser.chromium import ARGUMENTS, find  # noqa: E402
from tests.browser.crawl import serve  # noqa: E402

PAGES = ("book/index.html", "book/state-council-16.html", "trace/safety.hazards_rate.html")
SLOW = {
    "offline": False,
    "latency": 562.5,  # ms
    "downloadThroughput": 1.6e6 / 8 * 0.9,  # bytes a second
    "uploadThroughput": 750e3 / 8 * 0.9,
}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
TIMES = 5


def visit(browser: Browser, address: str) -> tuple[int, float]:
    """Bytes received and milliseconds to the first paint, with an empty cache."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    received: list[int] = []
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.on(
        "Network.loadingFinished", lambda one: received.append(int(one["encodedDataLength"]))
    )
    page.goto(address, wait_until="networkidle")
    paint = float(page.evaluate(PAINT))
    context.close()
    return sum(received), paint


def main(release: Path) -> None:
    """Print a line a page."""
    with serve(release.parent) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        for name in PAGES:
            visits = [visit(browser, f"{base}{release.name}/{name}") for _ in range(TIMES)]
            paints = [paint for _, paint in visits]
            print(
                f"{name:35} {max(size for size, _ in visits):>8} bytes  "
                f"{statistics.median(paints):>6.0f} ms median  {max(paints):>6.0f} ms worst"
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "site" / "2024Q2")
