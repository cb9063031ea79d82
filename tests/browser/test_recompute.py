"""Readers recompute facts in their browser, with SQLite, from the ledgers as published."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from policybook.ledgers import csv_text
from policybook.numbers import display_text, evaluate, exact_text, number_text
from policybook.operands import operand_exact
from policybook.vendored import FOLDER
from tests.browser.crawl import serve

RATE = "safety.hazards_rate"
ALL = "book/statistics.html"
SETTLED = ".verdict-same, .verdict-changed, .verdict-differs"


@dataclass(frozen=True)
class Recomputed:
    """What a page said after its button was pressed."""

    kind: str  # same, changed or differs
    verdict: str
    details: str
    differing: tuple[str, ...]  # facts in the table of those that differ
    said: tuple[str, ...]  # warnings and errors of the console, uncaught exceptions
    asked: tuple[str, ...]  # every address requested


def press(page: Page, address: str) -> Recomputed:
    """Open a page and recompute what it offers to."""
    said: list[str] = []
    asked: list[str] = []
    page.on(
        "console",
        lambda one: said.append(one.text) if one.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_role("button", name="重算").click()
    verdict = page.get_by_role("status").and_(page.locator(SETTLED))
    expect(verdict).to_be_visible(timeout=30_000)
    kind = str(verdict.get_attribute("class")).partition("verdict-")[2]
    details = page.locator(".recompute-details")
    links = details.locator("a").evaluate_all("links => links.map(link => link.pathname)")
    return Recomputed(
        kind,
        verdict.inner_text(),
        details.inner_text(),
        tuple(link.rpartition("/")[2].removesuffix(".html") for link in links),
        tuple(said),
        tuple(asked),
    )


@pytest.fixture
def page(desktop: BrowserContext) -> Iterator[Page]:
    """An empty page on the desk."""
    opened = desktop.new_page()
    yield opened
    opened.close()


def facts_of(release: Path) -> list[dict[str, Any]]:
    """The facts that a release publishes."""
    facts: list[dict[str, Any]] = json.loads((release / "facts.json").read_text("utf-8"))["facts"]
    return facts


def change(path: Path, old: str, new: str) -> None:
    """Tamper with a file: one text, which it has, for another."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


class TestPublished:
    """The edition as it was published."""

    @pytest.fixture(scope="class")
    @classmethod
    def base(cls, site: Path) -> Iterator[str]:
        """The edition on loopback."""
        with serve(site.parent) as address:
            yield f"{address}{site.name}/"

    def test_a_number_agrees(self, base: str, page: Page, screenshots: Path) -> None:
        """A trace page shows query, result and a green verdict, and asks nobody but the site."""
        done = press(page, f"{base}trace/{RATE}.html")
        page.locator(".recompute").screenshot(path=screenshots / "recompute.png")
        assert done.kind == "same"
        assert "一致" in done.verdict
        assert "不一致" not in done.verdict
        for text in (
            "a ÷ b",
            "a = 24184，b = 24871",
            "97%（精确值 24184/24871）",
            "SELECT",
            "sha256",
        ):
            assert text in done.details
        assert done.said == ()
        assert [address for address in done.asked if not address.startswith(base[:-7])] == []
        assert [address for address in done.asked if address.endswith("tasks.csv")] != []

    def test_nothing_is_loaded_before_it_is_asked_for(self, base: str, page: Page) -> None:
        """Who only reads does not download a database engine, nor the ledgers."""
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{base}trace/{RATE}.html", wait_until="networkidle")
        assert asked != []
        assert [one for one in asked if "/sqlite/" in one or "/data/" in one] == []

    def test_all_numbers_agree(self, base: str, page: Page, site: Path) -> None:
        """The index recomputes every fact of the edition, none left out."""
        done = press(page, base + ALL)
        count = len(facts_of(site))
        assert done.kind == "same"
        assert f"共 {count} 个，一致 {count} 个，不一致 0 个" in done.verdict
        assert done.said == ()

    def test_a_phone_shows_it_too(
        self, base: str, phone: BrowserContext, screenshots: Path
    ) -> None:
        """At 360 px the result does not make the page scroll sideways."""
        page = phone.new_page()
        for name in (f"trace/{RATE}.html", ALL):
            assert press(page, base + name).kind == "same"
            beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(beyond) == 0
            picture = f"recompute-phone-{name.partition('/')[0]}.png"
            page.locator(".recompute").screenshot(path=screenshots / picture)
        page.close()

    def test_an_insecure_address_says_what_is_not_checked(self, base: str, page: Page) -> None:
        """Where the browser offers no digests, the value is compared all the same."""
        page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
        done = press(page, f"{base}trace/{RATE}.html")
        assert done.kind == "same"
        assert "没有核对是否改动" in done.details

    def test_the_keyboard_does_it(self, base: str, page: Page) -> None:
        """The button is reached and pressed by key, keeps the focus, and works again."""
        page.goto(f"{base}trace/{RATE}.html")
        button = page.locator(".recompute button")
        for _ in range(2):
            button.focus()
            page.keyboard.press("Enter")
            expect(page.locator(SETTLED)).to_be_visible(timeout=30_000)
            expect(button).to_be_focused()
            expect(button).to_have_text("再算一次")
            expect(button).not_to_have_attribute("aria-disabled", "true")

    def test_a_folder_says_how_to_do_it_instead(self, page: Page, site: Path) -> None:
        """Opened by ``file:``, where browsers refuse, pages have no button but instructions."""
        for name in (f"trace/{RATE}.html", ALL):
            page.goto((site / name).as_uri())
            told = page.locator(".recompute")
            expect(told).to_contain_text("policybook serve")
            expect(told).to_contain_text("python verify.py")
            expect(told.locator("button")).to_have_count(0)


class TestTampered:
    """Something in the published folder was changed."""

    @pytest.fixture
    def pressed(self, release: Path, page: Page) -> Iterator[Callable[[str], Recomputed]]:
        """Recompute on a page of the changed edition."""
        with serve(release.parent) as base:
            yield lambda name: press(page, f"{base}{release.name}/{name}")

    def test_a_changed_cell_is_red(
        self,
        release: Path,
        pressed: Callable[[str], Recomputed],
        page: Page,
        screenshots: Path,
    ) -> None:
        """Where a cell that the number rests on was changed, it says what comes out now."""
        change(release / "data/tasks.csv", ",24184,", ",20184,")
        done = pressed(f"trace/{RATE}.html")
        page.locator(".recompute").screenshot(path=screenshots / "recompute-red.png")
        assert done.kind == "differs"
        assert "不一致" in done.verdict
        assert "重算得 20184，公布的是 24184" in done.details
        assert "81%（精确值 20184/24871）" in done.details
        assert "与公布时不同：data/tasks.csv" in done.details

    def test_a_change_elsewhere_in_the_ledger_is_told(
        self, release: Path, pressed: Callable[[str], Recomputed]
    ) -> None:
        """Where the number still comes out, a changed ledger is no green either."""
        change(release / "data/tasks.csv", ",5.91,", ",5.92,")
        done = pressed(f"trace/{RATE}.html")
        assert done.kind == "changed"
        assert "数值一致" in done.verdict
        assert "与公布时不同：data/tasks.csv" in done.details

    def test_a_changed_fact_is_red(
        self, release: Path, pressed: Callable[[str], Recomputed]
    ) -> None:
        """A value changed in facts.json is not what the ledgers give."""
        change(release / "facts.json", '"24184/24871"', '"24183/24871"')
        done = pressed(f"trace/{RATE}.html")
        assert done.kind == "differs"
        assert "精确值重算得 24184/24871，公布的是 24183/24871" in done.details

    def test_a_changed_page_is_red(
        self, release: Path, pressed: Callable[[str], Recomputed]
    ) -> None:
        """A number changed on the page alone is not what the ledgers give."""
        change(release / f"trace/{RATE}.html", ">97%</span>", ">98%</span>")
        done = pressed(f"trace/{RATE}.html")
        assert done.kind == "differs"
        assert "重算得 97%，页面上写的是 98%" in done.details

    def test_all_that_rest_on_a_changed_cell_are_named(
        self, release: Path, pressed: Callable[[str], Recomputed]
    ) -> None:
        """The index counts and links exactly the facts whose traces name the cell."""
        change(release / "data/tasks.csv", ",24184,", ",20184,")
        facts = facts_of(release)
        resting = [
            fact["id"]
            for fact in facts
            if any(
                cell["value"] == "24184"
                for part in fact["operands"]
                for cell in part["cells"]
                if part["ledger"] == "tasks"
            )
        ]
        done = pressed(ALL)
        assert done.kind == "differs"
        assert list(done.differing) == resting
        assert len(resting) > 1
        assert f"共 {len(facts)} 个，一致 {len(facts) - len(resting)} 个" in done.verdict

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("data/tasks.csv", "读不到"),
            ("facts.json", "读不到"),
            (f"{FOLDER}/sqlite3.wasm", "读不到"),
            (f"{FOLDER}/sqlite3.js", "装不上"),
        ],
    )
    def test_a_missing_file_is_no_agreement(
        self, name: str, told: str, release: Path, pressed: Callable[[str], Recomputed]
    ) -> None:
        """What cannot be computed is red, and names the file."""
        (release / name).unlink()
        done = pressed(f"trace/{RATE}.html")
        assert done.kind == "differs"
        assert f"{told} {name}" in done.verdict

    def test_two_statements_are_refused(
        self, release: Path, pressed: Callable[[str], Recomputed]
    ) -> None:
        """A published query that does more than ask is not run."""
        path = release / "facts.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        fact = next(fact for fact in content["facts"] if fact["id"] == RATE)
        fact["sql"]["sqlite"] += "; DELETE FROM tasks"
        path.write_text(json.dumps(content), encoding="utf-8")
        done = pressed(f"trace/{RATE}.html")
        assert done.kind == "differs"
        assert "不是单一的 SELECT" in done.details

    def test_an_edition_built_without_the_engine_offers_nothing(
        self, release: Path, page: Page
    ) -> None:
        """Where a release has no SQLite for browsers, no button promises it."""
        change(
            release / f"trace/{RATE}.html",
            f'data-recompute="{RATE}"',
            f'data-recompute="{RATE}" data-without-engine',
        )
        with serve(release.parent) as base:
            page.goto(f"{base}{release.name}/trace/{RATE}.html", wait_until="networkidle")
            expect(page.locator(".recompute")).to_contain_text("python verify.py")
            expect(page.locator(".recompute button")).to_have_count(0)


PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>页</title>
<meta name="policybook-edition" content="2024Q2" data-top=""><link rel="icon" href="data:,">
<script src="_static/recompute.js" defer></script></head><body>
<section data-recompute=""><p class="recompute-else">另法</p></section></body></html>"""

FIELDS = (("id", "string"), ("text", "string"), ("items", "integer"), ("due", "date"))
CELLS = ('a"b', '""', "甲,乙", "a\nb", "a\r\nb", "'", " a ", ",", '"a"', "；;", "0012", "1.50")
"""Texts that a CSV reader gets wrong if it can."""


class TestArithmetic:
    """Whatever the formula, the browser gets what Python gets."""

    @pytest.fixture
    def folder(self, site: Path, root: Path, tmp_path: Path) -> Path:
        """A small release of one ledger, with a page that recomputes all of its facts."""
        shutil.copytree(site / FOLDER, tmp_path / FOLDER)
        shutil.copyfile(root / "policybook/static/recompute.js", tmp_path / "_static/recompute.js")
        (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
        (tmp_path / "data").mkdir()
        rows = [[f"r{place}", cell, "1", "2024-02-29"] for place, cell in enumerate(CELLS)]
        text = csv_text([name for name, _ in FIELDS], [*rows, ["last", "", "", ""]])
        (tmp_path / "data/one.csv").write_text(text, encoding="utf-8", newline="")
        fields = [{"name": name, "type": kind} for name, kind in FIELDS]
        package = {"resources": [{"name": "one", "schema": {"fields": fields}}]}
        (tmp_path / "data/datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        return tmp_path

    @staticmethod
    def recompute(folder: Path, page: Page, facts: list[dict[str, Any]]) -> Recomputed:
        """What the browser makes of these facts."""
        digest = hashlib.sha256((folder / "data/one.csv").read_bytes()).hexdigest()
        for place, fact in enumerate(facts):
            fact["id"] = fact["label"] = f"fact.{place}"
            fact["sources"] = [{"file": "data/one.csv", "sha256": digest}]
        content = json.dumps({"facts": facts}, ensure_ascii=False)
        (folder / "facts.json").write_text(content, encoding="utf-8")
        with serve(folder) as base:
            return press(page, base)

    def test_a_thousand_formulas(self, folder: Path, page: Page) -> None:
        """Values, dates and roundings come out as Python's exact fractions, each of them."""
        facts = [made_up() for _ in range(1000)]
        done = self.recompute(folder, page, facts)
        assert (done.kind, done.details.count("fact.")) == ("same", 0), done.details
        assert "共 1000 个，一致 1000 个" in done.verdict

    def test_a_thousand_slips(self, folder: Path, page: Page) -> None:
        """A value that is off by the least bit is found, each time."""
        facts = [made_up() for _ in range(1000)]
        for fact in facts:
            value = Fraction(fact["value"])
            fact["value"] = exact_text(value + Fraction(1, value.denominator * 10**9))
        done = self.recompute(folder, page, facts)
        assert done.kind == "differs"
        assert "一致 0 个，不一致 1000 个" in done.verdict

    def test_ledgers_are_read_as_python_reads_them(self, folder: Path, page: Page) -> None:
        """Quotes, commas and line ends in a cell are found where a query looks for them."""
        facts = []
        for cell in CELLS:
            quoted = cell.replace("'", "''")
            facts.append(asked(f'SELECT SUM("items") FROM "one" WHERE "text" = \'{quoted}\'', "1"))
        facts.append(asked('SELECT COUNT(DISTINCT "text") FROM "one"', str(len(CELLS))))
        facts.append(asked('SELECT COUNT(*) FROM "one" WHERE "text" IS NULL', "1"))
        facts.append(asked('SELECT MAX("due") FROM "one"', "2024-02-29"))
        done = self.recompute(folder, page, facts)
        assert done.kind == "same", done.details

    @pytest.mark.parametrize(("wanted", "kind"), [("nothing", "same"), ("1.50", "differs")])
    def test_data_said_to_be_missing_must_be_missing(
        self, wanted: str, kind: str, folder: Path, page: Page
    ) -> None:
        """A fall-back stands only as long as what it stands in for is not there."""
        fact = asked('SELECT COUNT(DISTINCT "due") FROM "one"', "1")
        query = f'SELECT SUM("items") FROM "one" WHERE "text" = \'{wanted}\''
        gone = {"name": "b", "ledger": "one", "column": "items", "sql": {"sqlite": query}}
        fact["missing"] = [gone]
        assert self.recompute(folder, page, [fact]).kind == kind


def asked(query: str, value: str) -> dict[str, Any]:
    """A fact of one operand, as facts.json has it."""
    return stated("a", {"a": value}, f"SELECT ({query}) AS a")


def stated(expression: str, operands: dict[str, str], query: str) -> dict[str, Any]:
    """A fact of an expression over operands, worked out and displayed by the package."""
    value = evaluate(expression, {name: operand_exact(text) for name, text in operands.items()})
    unit, decimals = random.choice(["%", "项", "万元"]), random.randrange(4)
    qualifier = random.choice(["", "余"])
    return {
        "expression": expression,
        "value": exact_text(value),
        "display": display_text(number_text(value, unit, decimals), unit, qualifier),
        "unit": unit,
        "decimals": decimals,
        "qualifier": qualifier,
        "sql": {"sqlite": query},
        "operands": [
            {"name": name, "ledger": "one", "column": "items", "value": text}
            for name, text in operands.items()
        ],
        "missing": [],
    }


def made_up() -> dict[str, Any]:
    """A fact of a random formula over random numbers and dates."""
    while True:
        operands = {name: operand() for name in "abcd"[: random.randint(1, 4)]}
        query = ", ".join(
            f"'{text}' AS {name}" if re.match(r"\d{4}-", text) else f"{text} AS {name}"
            for name, text in operands.items()
        )
        try:
            return stated(formula(list(operands), 3), operands, f"SELECT {query}")
        except ZeroDivisionError:
            continue


def operand() -> str:
    """A whole number (beyond what a float holds, too), a decimal, or a date."""
    digits = random.randint(1, 10 ** random.randint(1, 15))
    sign = random.choice(["", "", "-"])
    return random.choice(
        [
            f"{sign}{digits}",
            str(random.randint(2**53, 2**62)),
            sign + exact_text(Fraction(digits, 10 ** random.randint(1, 6))),
            f"{random.randint(1000, 2999)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        ]
    )


def formula(names: list[str], depth: int) -> str:
    """A random formula, written with brackets and signs where there may be some."""
    if depth == 0 or random.random() < 0.2:
        return random.choice([*names, *names, str(random.randint(1, 999)), "10000", "0.5"])
    if random.random() < 0.1:
        return f"-({formula(names, depth - 1)})"
    left, right = formula(names, depth - 1), formula(names, depth - 1)
    form = random.choice(["{} {} {}", "({} {} {})"])
    return form.format(left, random.choice("+-*/"), right)
