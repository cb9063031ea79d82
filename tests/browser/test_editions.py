"""Old editions say on every page that they are not the newest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.conftest import PERIOD


def entry(name: str, quarter: str, revision: int, note: str = "") -> dict[str, object]:
    """An edition as the list beside the editions has it."""
    return {
        "name": name,
        "quarter": quarter,
        "revision": revision,
        "url": f"{name}/index.html",
        "released_on": "2024-12-01",
        "note": note,
    }


OWN = entry(PERIOD, PERIOD, 0)


class TestNotice:
    """The notice at the top of a page."""

    @pytest.mark.parametrize(
        ("editions", "said"),
        [
            ([OWN], ""),
            ([entry("2024Q3", "2024Q3", 0), OWN], "非最新版：最新一期是 2024Q3。"),
            (
                [entry(f"{PERIOD}-r1", PERIOD, 1, "虚构的更正。"), OWN],
                f"非最新版：本期已有更正版 {PERIOD}-r1。虚构的更正。",
            ),
        ],
        ids=["newest", "a later quarter", "a re-issue"],
    )
    def test_a_page_knows_whether_it_is_the_newest(
        self,
        editions: list[dict[str, object]],
        said: str,
        site: Path,
        tmp_path: Path,
        desktop: BrowserContext,
    ) -> None:
        """It learns so from the list beside the editions, opened from a folder too."""
        shutil.copytree(site, tmp_path / PERIOD)
        listed = json.dumps(editions, ensure_ascii=False)
        (tmp_path / "editions.js").write_text(
            f"window.policybookEditions({listed});\n", encoding="utf-8"
        )
        page = desktop.new_page()
        for name in ("book/index.html", "trace/problems.total.html"):
            page.goto((tmp_path / PERIOD / name).as_uri())
            notice = page.locator(".not-newest")
            if said:
                notice.wait_for()
                assert notice.inner_text() == said
                link = notice.locator("a")
                assert str(link.evaluate("a => a.href")).endswith(str(editions[0]["url"]))
            else:
                page.wait_for_function("window.policybookEditions !== undefined")
                assert notice.count() == 0
        page.close()
