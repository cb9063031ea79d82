"""Where the Chromium is that the browser tests drive, and how it is started."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Nothing may leave the machine: no updates, no look-ups of its own. Root needs --no-sandbox.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> Path | None:
    """The Chromium named by POLICYBOOK_CHROMIUM, else the system's, else Playwright's own."""
    named = os.environ.get("POLICYBOOK_CHROMIUM")
    if named:
        return Path(named) if os.access(named, os.X_OK) else None
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _own_browser_of_playwright()


def _own_browser_of_playwright() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


if __name__ == "__main__":
    browser = find()
    print(browser or "no Chromium found")
    sys.exit(browser is None)
