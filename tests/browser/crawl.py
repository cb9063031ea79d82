"""Opening every page of a site in a browser, and noting what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urldefrag

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

PHONE_WIDTH = 360

_LOOK = """() => {
    const text = (element) => element.textContent.replace(/\\s+/g, ' ').trim();
    const root = document.documentElement;
    const beyond = (element) => {
        const box = element.getBoundingClientRect();
        for (let up = element.parentElement; up; up = up.parentElement) {
            if (up !== document.body && getComputedStyle(up).overflowX !== 'visible') return false;
        }
        return box.width > 0 && box.right > root.clientWidth + 1;
    };
    const name = (element) =>
        [element.localName, ...element.classList].join('.') + (element.id ? '#' + element.id : '');
    return {
        lang: root.lang,
        title: document.title,
        overflow: root.scrollWidth - root.clientWidth,
        wide: [...document.body.querySelectorAll('*')].filter(beyond).slice(0, 5).map(name),
        stats: [...document.querySelectorAll('.stat[data-stat]')].map((element) => ({
            id: element.dataset.stat,
            show: element.dataset.show || 'display',
            text: text(element),
            href: element.href || null,
            trace: element.closest('[data-trace]')?.dataset.trace || null,
        })),
        images: [...document.images].map((image) => ({
            src: image.getAttribute('src'), alt: image.getAttribute('alt'),
        })),
        drawings: [...document.querySelectorAll('figure svg')].filter(
            (svg) => !svg.getAttribute('aria-label') && !svg.querySelector('title')
        ).length,
        links: [...document.querySelectorAll('a[href]')].map((a) => a.href),
        anchors: [...document.querySelectorAll('[id], a[name]')].map((a) => a.id || a.name),
    };
}"""


@dataclass(frozen=True)
class Visit:
    """What one opened page said, asked for and shows."""

    path: str  # from the site's root
    said: tuple[str, ...]  # console warnings and errors, uncaught exceptions
    asked: tuple[str, ...]  # every address requested
    failed: tuple[str, ...]  # those that were not answered well
    shows: dict[str, Any] = field(default_factory=dict)  # what _LOOK finds

    @property
    def numbers(self) -> list[dict[str, Any]]:
        """The statistics on the page."""
        found: list[dict[str, Any]] = self.shows["stats"]
        return found


def pages_of(release: Path) -> list[Path]:
    """Every page of a release; parts that the theme keeps among its files are none."""
    return sorted(
        path for path in release.rglob("*.html") if "_static" not in path.relative_to(release).parts
    )


def complaint(message: ConsoleMessage) -> list[str]:
    """What a page says on the console, if it is a warning or an error."""
    said = f"{message.type}: {message.text}"
    return [said] if message.type in ("error", "warning") else []


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The folder on a free loopback port; the address ends with a slash."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def crawl(
    context: BrowserContext,
    base: str,
    paths: list[str],
    seen: Callable[[Page, str], None] = lambda page, path: None,
) -> list[Visit]:
    """Open each page below ``base`` in turn; ``seen`` is called while it is open."""
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    failed: list[str] = []

    def on_response(response: Response) -> None:
        if response.status >= 400:
            failed.append(f"{response.status} {response.url}")

    def on_failure(request: Request) -> None:
        failed.append(f"{request.failure} {request.url}")

    page.on("console", lambda message: said.extend(complaint(message)))
    page.on("pageerror", lambda problem: said.append(f"exception: {problem}"))
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", on_response)
    page.on("requestfailed", on_failure)
    visits = []
    for path in paths:
        page.goto("about:blank")
        for notes in (said, asked, failed):
            notes.clear()
        # What scripts fetch after loading counts; trace pages are many and alike.
        page.goto(base + path, wait_until="load" if "/trace/" in path else "networkidle")
        shows = page.evaluate(_LOOK)
        visits.append(Visit(path, tuple(said), tuple(asked), tuple(failed), shows))
        seen(page, path)
    page.close()
    return visits


def gathered(faults: Iterable[tuple[str, str]]) -> list[str]:
    """Faults as (page, text): each text once, with its first page and how many more."""
    pages: dict[str, list[str]] = {}
    for page, text in faults:
        pages.setdefault(text, []).append(page)
    return [
        f"{first}: {text}" + (f" (and {len(others)} more pages)" if others else "")
        for text, (first, *others) in pages.items()
    ]


def complaints(visits: list[Visit]) -> list[str]:
    """Console warnings and errors, and uncaught exceptions."""
    return gathered((visit.path, text) for visit in visits for text in visit.said)


def bad_answers(visits: list[Visit]) -> list[str]:
    """Requests that failed."""
    return gathered((visit.path, text) for visit in visits for text in visit.failed)


def foreign_requests(visits: list[Visit], base: str) -> list[str]:
    """Requests that leave the site."""
    return gathered(
        (visit.path, address)
        for visit in visits
        for address in visit.asked
        if not address.startswith((base, "data:", "blob:", "about:"))
    )


def foreign_languages(visits: list[Visit]) -> list[str]:
    """Pages that do not say that they are Chinese, or have no title."""
    return [
        f"{visit.path}: lang={visit.shows['lang']!r}, title={visit.shows['title']!r}"
        for visit in visits
        if not visit.shows["lang"].lower().startswith("zh") or not visit.shows["title"].strip()
    ]


def wide_pages(visits: list[Visit]) -> list[str]:
    """Pages that scroll sideways, with the elements that make them."""
    return [
        f"{visit.path}: {visit.shows['overflow']} px too wide: {', '.join(visit.shows['wide'])}"
        for visit in visits
        if visit.shows["overflow"] > 0
    ]


def silent_pictures(visits: list[Visit]) -> list[str]:
    """Pictures without a text that says what is on them."""
    faults = []
    for visit in visits:
        for image in visit.shows["images"]:
            alt = (image["alt"] or "").strip()
            if not alt or alt.endswith((".svg", ".png")):
                faults.append(f"{visit.path}: {image['src']}")
        if visit.shows["drawings"]:
            faults.append(f"{visit.path}: {visit.shows['drawings']} drawings without a title")
    return faults


def lost_links(visits: list[Visit], base: str, folder: Path) -> list[str]:
    """Links within the site to a file or an anchor that is not there."""
    anchors = {visit.path: set(visit.shows["anchors"]) for visit in visits}
    faults = []
    for visit in visits:
        for link in dict.fromkeys(visit.shows["links"]):
            address, anchor = urldefrag(link)
            if not address.startswith(base):
                continue
            path = unquote(address.removeprefix(base)).partition("?")[0]
            target = path + "index.html" if path.endswith("/") else path
            here = anchors.get(target)
            lost = anchor and here is not None and unquote(anchor) not in here | {"top"}
            if lost or not (folder / target).is_file():
                faults.append((visit.path, link))
    return gathered(faults)


def untraced_numbers(visits: list[Visit], base: str, period: str) -> list[str]:
    """Numbers whose link does not lead to a trace page that shows the same."""
    traced: dict[tuple[str, str], str] = {}
    for visit in visits:
        for number in visit.numbers:
            if number["trace"] == number["id"]:
                traced[number["id"], number["show"]] = number["text"]
    faults = []
    for visit in visits:
        for number in visit.numbers:
            name, show, text = number["id"], number["show"], number["text"]
            place = f"{visit.path}: {name} {text!r}"
            display = traced.get((name, "display"))
            if number["href"] not in (None, f"{base}{period}/trace/{name}.html"):
                faults.append(f"{place} leads to {number['href']}")
            elif display is None:
                faults.append(f"{place} has no trace page")
            elif show == "display" and text != display:
                faults.append(f"{place} is {display!r} on its trace page")
            elif show == "number" and text not in display:
                faults.append(f"{place} is not in {display!r} of its trace page")
            elif show == "interval" and text != traced.get((name, "interval")):
                faults.append(f"{place} is {traced.get((name, 'interval'))!r} on its trace page")
    return faults
