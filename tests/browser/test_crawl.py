"""The crawler sees what goes wrong on a page: each rule fires on a small bad site."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

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

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAAC"
HEAD = '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'


def page(body: str, lang: str = "zh-CN") -> str:
    """A small page."""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>页</title>{HEAD}'
        f"</head><body>{body}</body></html>"
    )


def trace_page(name: str, text: str) -> str:
    """The trace page of a statistic."""
    return page(
        f'<div data-trace="{name}"><span class="stat" data-stat="{name}">{text}</span></div>'
    )


class TestCrawl:
    """One bad page after another, from a server and from a folder."""

    @pytest.fixture
    def release(self, tmp_path: Path) -> Path:
        """An edition with a trace page, to which a test adds."""
        folder = tmp_path / "2024Q2"
        (folder / "trace").mkdir(parents=True)
        (folder / "trace/a.b.html").write_text(trace_page("a.b", "97%"), encoding="utf-8")
        return folder

    @staticmethod
    def open(context: BrowserContext, base: str, release: Path, body: str) -> list[Visit]:
        """The visits of the edition with one more page, which comes first."""
        text = body if body.startswith("<!DOCTYPE") else page(body)
        (release / "a.html").write_text(text, encoding="utf-8")
        paths = [path.relative_to(release.parent).as_posix() for path in pages_of(release)]
        return crawl(context, base, paths)

    def test_a_good_site_passes(self, phone: BrowserContext, release: Path) -> None:
        """Nothing is found where nothing is wrong."""
        good = f"""
            <p id="here">整改率 <a class="stat" data-stat="a.b" href="trace/a.b.html">97%</a></p>
            <img src="{PIXEL}" alt="整改率曲线"><a href="#here">此处</a>
            <div style="overflow-x: auto"><div style="width: 900px">宽表</div></div>
        """
        with serve(release.parent) as base:
            visits = self.open(phone, base, release, good)
            assert [visit.path for visit in visits] == ["2024Q2/a.html", "2024Q2/trace/a.b.html"]
            assert complaints(visits) == bad_answers(visits) == wide_pages(visits) == []
            assert foreign_languages(visits) == silent_pictures(visits) == []
            assert foreign_requests(visits, base) == []
            assert lost_links(visits, base, release.parent) == []
            assert untraced_numbers(visits, base, "2024Q2") == []

    @pytest.mark.parametrize(
        "script", ["console.error('x')", "console.warn('x')", "throw new Error('x')"]
    )
    def test_a_complaint_is_heard(
        self, desktop: BrowserContext, release: Path, script: str
    ) -> None:
        """An error, a warning and an exception each count."""
        base = release.parent.as_uri() + "/"
        visits = self.open(desktop, base, release, f"<script>{script}</script>")
        assert len(complaints(visits)) == 1

    def test_a_request_to_elsewhere_is_noticed(
        self, desktop: BrowserContext, release: Path
    ) -> None:
        """A picture from elsewhere is named with its page."""
        base = release.parent.as_uri() + "/"
        visits = self.open(desktop, base, release, '<img alt="图" src="https://cdn.invalid/a.png">')
        assert foreign_requests(visits, base) == ["2024Q2/a.html: https://cdn.invalid/a.png"]

    def test_a_late_request_is_noticed(self, desktop: BrowserContext, release: Path) -> None:
        """What a script fetches after loading counts as well."""
        base = release.parent.as_uri() + "/"
        late = (
            "<script>setTimeout(() => new Image().src = 'https://cdn.invalid/b.png', 200)</script>"
        )
        visits = self.open(desktop, base, release, late)
        assert foreign_requests(visits, base) == ["2024Q2/a.html: https://cdn.invalid/b.png"]

    def test_a_missing_file_is_noticed(self, desktop: BrowserContext, release: Path) -> None:
        """A picture that is not there fails from a server and from a folder."""
        with serve(release.parent) as base:
            for start in (base, release.parent.as_uri() + "/"):
                visits = self.open(desktop, start, release, '<img alt="图" src="gone.png">')
                assert any("gone.png" in fault for fault in bad_answers(visits))

    def test_a_wide_page_is_noticed(self, phone: BrowserContext, release: Path) -> None:
        """What sticks out is named."""
        base = release.parent.as_uri() + "/"
        wide = '<table class="big"><tr><td style="min-width: 900px">宽</td></tr></table>'
        visits = self.open(phone, base, release, wide)
        assert len(wide_pages(visits)) == 1
        assert "table.big" in wide_pages(visits)[0]

    @pytest.mark.parametrize(
        "picture",
        [
            f'<img src="{PIXEL}">',
            f'<img src="{PIXEL}" alt=" ">',
            f'<img src="{PIXEL}" alt="a.svg">',
            "<figure><svg width='9' height='9'></svg></figure>",
        ],
    )
    def test_a_silent_picture_is_noticed(
        self, desktop: BrowserContext, release: Path, picture: str
    ) -> None:
        """A missing text, an empty one and a file name are no text."""
        visits = self.open(desktop, release.parent.as_uri() + "/", release, picture)
        assert len(silent_pictures(visits)) == 1

    def test_a_foreign_language_is_noticed(self, desktop: BrowserContext, release: Path) -> None:
        """A page that says it is English is named."""
        text = page("你好", lang="en")
        visits = self.open(desktop, release.parent.as_uri() + "/", release, text)
        assert len(foreign_languages(visits)) == 1

    @pytest.mark.parametrize("link", ["gone.html", "trace/a.b.html#gone", "#gone", "data/a.csv"])
    def test_a_lost_link_is_noticed(
        self, desktop: BrowserContext, release: Path, link: str
    ) -> None:
        """A missing page, anchor or file is named."""
        base = release.parent.as_uri() + "/"
        visits = self.open(desktop, base, release, f'<a href="{link}">去</a>')
        assert len(lost_links(visits, base, release.parent)) == 1

    @pytest.mark.parametrize(
        "number",
        [
            '<a class="stat" data-stat="a.b" href="trace/a.b.html">98%</a>',
            '<a class="stat" data-stat="a.b" href="trace/a.c.html">97%</a>',
            '<a class="stat" data-stat="a.c" href="trace/a.c.html">97%</a>',
            '<a class="stat" data-stat="a.b" data-show="number" href="trace/a.b.html">98</a>',
            '<a class="stat" data-stat="a.b" data-show="interval" href="trace/a.b.html">9–98</a>',
        ],
    )
    def test_an_untraced_number_is_noticed(
        self, desktop: BrowserContext, release: Path, number: str
    ) -> None:
        """Another number, another page and a missing page are each named."""
        base = release.parent.as_uri() + "/"
        visits = self.open(desktop, base, release, number)
        assert len(untraced_numbers(visits, base, "2024Q2")) == 1
