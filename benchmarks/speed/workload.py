"""The made-up report that every program makes: ledgers, statistics, figures and prose.

Everything here is data and plain functions of it; :mod:`benchmarks.speed.forms` writes it down
as a project of each program, and :func:`compute` says what they all have to show.
There is no chance in it: the same call gives the same report.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

PERIOD = "2031Q2"
RECORDS = 500
"""Records of each ledger, unless another number is asked for."""
CITED = 19
"""Statistics that a chapter's page shows, of its 20; eight pages have about 150."""

THEMES = {
    "roads": "道路",
    "housing": "住房",
    "water": "水务",
    "schools": "学校",
    "clinics": "医疗",
    "parks": "公园",
    "transit": "公交",
    "energy": "能源",
}
"""Chapters; each has a ledger of the same name."""
DISTRICTS = {
    "donghu": "东湖区",
    "nanpo": "南坡区",
    "xiqiao": "西桥区",
    "beiguan": "北关区",
    "hekou": "河口区",
    "linchang": "林场区",
    "xingang": "新港区",
    "gucheng": "古城区",
}
STAGES = {"reserve": "储备", "building": "在建", "finished": "竣工", "stopped": "停工"}
KINDS = {"new": "新建", "rebuilt": "改造", "kept": "养护", "devices": "设备", "plans": "设计"}

CHANGED = "water"
"""The ledger of which one cell changes in the benchmark."""
_CITED_STAGE_AND_KIND = (STAGES["building"], KINDS["new"])

Rows = list[dict[str, str]]
Ledgers = dict[str, Rows]


@dataclass(frozen=True)
class Measure:
    """A sum of a column over the records of a ledger with certain values."""

    ledger: str
    column: str  # a number, or with ``distinct`` a text
    where: tuple[tuple[str, str], ...] = ()
    distinct: bool = False


@dataclass(frozen=True)
class Statistic:
    """A measure, or one over another."""

    id: str
    label: str
    unit: str
    top: Measure
    bottom: Measure | None = None

    @property
    def chapter(self) -> str:
        """The chapter that computes it."""
        return self.id.partition(".")[0]

    @property
    def decimals(self) -> int:
        """Places shown."""
        return 0 if self.bottom is None else 1

    @property
    def ledgers(self) -> set[str]:
        """The ledgers it rests on."""
        return {self.top.ledger} | ({self.bottom.ledger} if self.bottom else set())


@dataclass(frozen=True)
class Value:
    """What a statistic comes to, and how it is shown."""

    exact: Fraction
    display: str


def make_ledgers(records: int = RECORDS) -> Ledgers:
    """Eight ledgers, from a generator of our own: no other version of Python changes it."""
    return {name: _make_rows(name, records, seed) for seed, name in enumerate(THEMES, 1)}


def _draws(seed: int) -> Iterator[int]:
    state = seed * 2654435761 % 2**32
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 8


def _make_rows(name: str, records: int, seed: int) -> Rows:
    draws = _draws(seed)
    rows: Rows = []
    for place in range(1, records + 1):
        district, stage, kind = (
            list(words.values())[next(draws) % len(words)] for words in (DISTRICTS, STAGES, KINDS)
        )
        planned, amount = 20 + next(draws) % 400, 50 + next(draws) % 9000
        done = 100 if stage == "竣工" else 0 if stage == "储备" else next(draws) % 100
        rows.append(
            {
                "id": f"{name}-{place:04d}",
                "title": f"{district}{THEMES[name]}{kind}",
                "district": district,
                "stage": stage,
                "kind": kind,
                "planned": str(planned),
                "completed": str(planned * done // 100),
                "amount": str(amount),
                "paid": str(amount * done // 100),
                "items": "1",
                "evidence": "record",
                "source": f"returns:{THEMES[name]}表第{place}行",
                "note": "",
            }
        )
    return rows


def ledger_text(rows: Rows) -> str:
    """A ledger as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def change_cell(ledgers: Mapping[str, Rows], addend: int) -> Ledgers:
    """Ledgers in which one record of ``CHANGED`` costs more; another addend, another ledger."""
    changed = {name: [dict(row) for row in rows] for name, rows in ledgers.items()}
    row = next(
        row for row in changed[CHANGED] if (row["stage"], row["kind"]) == _CITED_STAGE_AND_KIND
    )
    row["amount"] = str(int(row["amount"]) + addend)
    return changed


def ledgers_of(chapter: str) -> tuple[str, ...]:
    """The two or three ledgers that a chapter reads: its own, the next, the third after."""
    names = list(THEMES)
    place = names.index(chapter)
    steps = (0, 1, 3) if place % 2 else (0, 1)
    return tuple(names[(place + step) % len(names)] for step in steps)


@cache
def statistics() -> tuple[Statistic, ...]:
    """All of them in the order of the chapters, 20 a chapter."""
    return tuple(one for chapter in THEMES for one in _chapter_statistics(chapter))


def _chapter_statistics(chapter: str) -> Iterator[Statistic]:
    own, second, *rest = ledgers_of(chapter)
    third = rest[0] if rest else own
    name, beside, last = (THEMES[one] for one in (own, second, third))

    def one(
        key: str, label: str, unit: str, top: Measure, bottom: Measure | None = None
    ) -> Statistic:
        return Statistic(f"{chapter}.{key}", label, unit, top, bottom)

    items, planned, completed = (Measure(own, part) for part in ("items", "planned", "completed"))
    yield one("count", f"{name}项目", "项", items)
    yield one("planned", f"{name}计划量", "处", planned)
    yield one("completed", f"{name}完成量", "处", completed)
    yield one("rate", f"{name}计划完成率", "%", completed, planned)
    for stage, text in STAGES.items():
        part = Measure(own, "items", (("stage", text),))
        yield one(stage, f"{text}的{name}项目", "项", part)
    finished = Measure(own, "items", (("stage", STAGES["finished"]),))
    yield one("finished_share", f"{name}项目竣工率", "%", finished, items)
    amount, paid = Measure(second, "amount"), Measure(second, "paid")
    yield one("beside_amount", f"{beside}投资额", "万元", amount)
    yield one("beside_paid", f"{beside}支付额", "万元", paid)
    yield one("beside_rate", f"{beside}支付率", "%", paid, amount)
    for kind, text in list(KINDS.items())[:3]:
        both = (("kind", text), ("stage", STAGES["building"]))
        part = Measure(second, "amount", both)
        yield one(f"beside_{kind}", f"{beside}{text}在建投资额", "万元", part)
    for district, text in list(DISTRICTS.items())[:2]:
        where = (("district", text),)
        part, done = Measure(third, "planned", where), Measure(third, "completed", where)
        yield one(f"{district}_planned", f"{text}{last}计划量", "处", part)
        yield one(f"{district}_rate", f"{text}{last}完成率", "%", done, part)
    yield one("districts", f"{name}所在城区", "个", Measure(own, "district", distinct=True))


def compute(ledgers: Mapping[str, Rows]) -> dict[str, Value]:
    """Every statistic, exactly and without any of the programs."""
    return {one.id: _value(one, ledgers) for one in statistics()}


def _value(one: Statistic, ledgers: Mapping[str, Rows]) -> Value:
    exact = Fraction(_measure(one.top, ledgers))
    if one.bottom is None:
        return Value(exact, f"{exact}{one.unit}")
    exact /= _measure(one.bottom, ledgers)
    tenths = (2 * 1000 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return Value(exact, f"{tenths // 10}.{tenths % 10}{one.unit}")


def _measure(measure: Measure, ledgers: Mapping[str, Rows]) -> int:
    kept = [
        row
        for row in ledgers[measure.ledger]
        if all(row[column] == value for column, value in measure.where)
    ]
    if not kept:
        raise SystemExit(f"too few records: {measure} has none")
    if measure.distinct:
        return len({row[measure.column] for row in kept})
    return sum(int(row[measure.column]) for row in kept)


def narrative(chapter: str) -> list[list[str]]:
    """A chapter's paragraphs of sentences, in which ``{id}`` stands for a statistic."""
    name = THEMES[chapter]
    cited = [one for one in statistics() if one.chapter == chapter][:CITED]
    said = [_sentence(one, place) for place, one in enumerate(cited)]
    opening = (
        f"本章根据部门报送的台账，说明{name}方面的进展。",
        "口径与上期相同，尚未核实的记录没有列入。",
    )
    closing = (
        f"{name}方面的安排由主管部门负责，进展按季报送。",
        "各城区的条件不同，比率只作参照，不作排名。",
    )
    parts = [said[:4], said[4:9], said[9:12], said[12:15], said[15:]]
    return [list(opening), *parts, list(closing)]


def _sentence(one: Statistic, place: int) -> str:
    forms = (
        "台账显示，{label}为{value}。",
        "{label}是{value}，按记录逐条汇总。",
        "其中，{label}为{value}，数据由主管部门报送。",
        "截至报告期末，{label}为{value}。",
    )
    return forms[place % len(forms)].format(label=one.label, value=f"{{{one.id}}}")


def filled(sentence: str, values: Mapping[str, Value]) -> str:
    """A sentence as a reader must see it."""
    before, mark, rest = sentence.partition("{")
    name, _, after = rest.partition("}")
    return before + values[name].display + after if mark else before


FIGURE = "{name}投资额：各城区"
"""The title of a chapter's one figure: the sum of ``amount`` of its ledger by district."""
