"""Ledgers against the earlier edition's, and whether their values are plausible. floor: changes.

What counts as a change is declared in the schemas (``steady``, ``cumulative``, ``carry``,
``jump``, ``newcomers``, ``completion``); a change that has a reason in ``explanations.yml`` is a
note, and so is a changed plan that a ledger of adjustments gives the reason of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from policybook.errors import Finding, error, warning
from policybook.explanations import Explanations, settled
from policybook.ledgers import Ledger
from policybook.numbers import exact_text, is_number
from policybook.period import Period
from policybook.problems import first_told
from policybook.schema import Field
from policybook.states import wrong_moves

SLIPS = (
    (Fraction(10), "多写或少写一个零"),
    (Fraction(100), "百分数当成小数，或相反"),
    (Fraction(10**4), "万与个混用，如万元与元、万亩与亩"),
    (Fraction(10**8), "亿与个混用，如亿元与元"),
    (Fraction(15), "亩与公顷混用"),
)
"""Factors by which a value is off when its unit was mistaken."""
_PLAN = "change.steady"
_NEAR = Fraction(1, 4)
"""So far from a factor a slip is still recognised: the quantity itself moves too."""


@dataclass(frozen=True)
class _Pair:
    """A ledger now and in the earlier edition."""

    now: Ledger
    before: Ledger
    same_year: bool
    explanations: Explanations

    def settle(self, found: Finding, record: str, column: str) -> Finding:
        """The finding, or a note when the change has a reason."""
        told = self.explanations
        given = told.of_plan if found.code == _PLAN else told.of_cell
        return settled(found, given(self.now.name, record, column))


def check_changes(
    now: Mapping[str, Ledger],
    before: Mapping[str, Ledger],
    closed: Mapping[str, frozenset[str]],
    editions: tuple[Period, Period],
    explanations: Explanations,
) -> list[Finding]:
    """Every record against the earlier edition's.

    ``closed``: ids of each ledger that were closed in any earlier edition.
    ``editions``: this one and the earlier one.
    """
    findings: list[Finding] = []
    for name, ledger in now.items():
        if name not in before or name == "documents":
            continue
        same_year = editions[0].year == editions[1].year
        pair = _Pair(ledger, before[name], same_year, explanations)
        findings += _vanished(pair)
        ended = closed.get(name, frozenset())
        findings += _reopened(pair, ended)
        for record, column, found in wrong_moves(ledger, before[name], ended):
            findings.append(pair.settle(found, record, column))
        for index, row in enumerate(ledger.rows):
            known = before[name].by_id.get(row["id"])
            if known is not None:
                findings += _changed(pair, index, row, known[1])
            else:
                findings += _unintroduced(pair, index, row)
    return findings


def _vanished(pair: _Pair) -> Iterator[Finding]:
    if pair.now.schema.carry.records != "open":
        return
    for record, (_, row) in pair.before.by_id.items():
        if record not in pair.now.by_id and not pair.now.schema.carry.is_closed(row):
            found = error(
                "change.vanished",
                f"{pair.now.path}（上期记录 {record}）",
                f"上期未办结的“{row.get('title', record)}”本期不见了。",
                "补回这条记录；确已撤销或并入他项的，在 explanations.yml 说明。",
            )
            yield pair.settle(found, record, "")


def _unintroduced(pair: _Pair, index: int, row: Mapping[str, str]) -> Iterator[Finding]:
    """What is new says since when and whence; a first edition, which takes stock, need not."""
    for column in pair.now.schema.newcomers:
        if not row[column]:
            title = pair.now.schema.field(column).title
            found = error(
                "change.newcomer",
                pair.now.place(index, column),
                f"“{row['title']}”是本期新列入的，却没有{title}。",
                f"补上{title}；上期漏列的，在 explanations.yml 说明。",
            )
            yield pair.settle(found, row["id"], column)


def _reopened(pair: _Pair, closed: frozenset[str]) -> Iterator[Finding]:
    for index, row in enumerate(pair.now.rows):
        if row["id"] in closed and not pair.now.schema.carry.is_closed(row):
            columns = tuple(pair.now.schema.carry.closed)
            found = error(
                "change.reopened",
                pair.now.place(index, *columns),
                f"“{row.get('title', row['id'])}”以前已办结，本期又成了“{row[columns[0]]}”。",
                "核对；确要重开的，在 explanations.yml 说明。",
            )
            yield pair.settle(found, row["id"], columns[0])


def _changed(
    pair: _Pair, index: int, row: Mapping[str, str], before: Mapping[str, str]
) -> Iterator[Finding]:
    schema = pair.now.schema
    for field in schema.fields:
        old, new = before.get(field.name, ""), row[field.name]
        found: Finding | None = None
        numbers = field.numeric and is_number(old) and is_number(new)
        if old == new or (numbers and Fraction(old) == Fraction(new)):
            continue
        place = pair.now.place(index, field.name)
        if field.steady and old:
            found = warning(
                _PLAN,
                place,
                f"{field.title}由上期的“{old}”变为“{new}”（{row['title']}）。",
                "核对；确有调整的，登记到动态调整台账，没有这份台账的在 explanations.yml 说明。",
            )
        elif numbers:
            found = _fell(pair, field, row, before, place) or _jumped(pair, field, row, old, place)
        if found is not None:
            yield pair.settle(found, row["id"], field.name)
    for column, source in schema.carry.previous.items():
        old, new = before.get(source, ""), row[column]
        known = old != new and is_number(old) and is_number(new) and pair.same_year
        if known and Fraction(old) != Fraction(new):
            found = warning(
                "change.previous",
                pair.now.place(index, column),
                f"{schema.field(column).title}写作 {new}，上期公布的是 {old}（{row['title']}）。",
                "改为上期公布的数；上期的数有修订的，在 explanations.yml 说明。",
            )
            yield pair.settle(found, row["id"], column)


def _fell(
    pair: _Pair, field: Field, row: Mapping[str, str], before: Mapping[str, str], place: str
) -> Finding | None:
    if not field.accumulates(row) or not pair.same_year:
        return None
    old, new = Fraction(before[field.name]), Fraction(row[field.name])
    if new >= old:
        return None
    return error(
        "change.fell",
        place,
        f"累计数由上期的 {before[field.name]} 降为 {row[field.name]}（{row['title']}）。",
        "核对两期；上期多报的，在 explanations.yml 说明。",
    )


def slip(ratio: Fraction) -> str:
    """Which slip of units explains a ratio; "" when none does."""
    for factor, told in SLIPS:
        for exact in (factor, 1 / factor):
            if abs(ratio / exact - 1) <= _NEAR:
                return told
    return ""


def _jumped(
    pair: _Pair, field: Field, row: Mapping[str, str], old: str, place: str
) -> Finding | None:
    new = row[field.name]
    if not Fraction(old) or not Fraction(new):
        return None
    if not pair.same_year and field.accumulates(row) and Fraction(new) < Fraction(old):
        return None  # it starts anew
    ratio = abs(Fraction(new) / Fraction(old))
    small = field.type == "integer" and abs(Fraction(old)) < 10 and abs(Fraction(new)) < 100
    if small or Fraction(1, field.jump) <= ratio <= field.jump:
        return None
    told = slip(ratio)
    if told:
        return warning(
            "plausible.unit",
            place,
            f"{field.title}由上期的 {old} 变为 {new}，像是单位写错：{told}。",
            f"核对单位（本列为{field.unit or '本记录的计量单位'}）；无误的，在 explanations.yml 说明。",
        )
    return warning(
        "plausible.jump",
        place,
        f"{field.title}由上期的 {old} 变为 {new}，超过 {field.jump} 倍。",
        "核对；无误的，在 explanations.yml 说明。",
    )


def check_plausibility(ledgers: Mapping[str, Ledger], explanations: Explanations) -> list[Finding]:
    """What a single edition shows to be unlikely: over 100 %, rates that are percentages,
    records that are closed without date or proof."""
    findings: list[Finding] = []
    for ledger in ledgers.values():
        schema = ledger.schema
        if schema.requires or schema.completion or any(f.printed for f in schema.fields):
            findings += first_told(_implausible(ledger, explanations), ledger)
    return findings


def _implausible(ledger: Ledger, explanations: Explanations) -> Iterator[Finding]:
    for index, row in enumerate(ledger.rows):
        found = [*_required(ledger, index, row), *_rates(ledger, index, row)]
        found += _over_plan(ledger, index, row)
        for column, one in found:
            yield settled(one, explanations.of_cell(ledger.name, row["id"], column))


def _required(ledger: Ledger, index: int, row: Mapping[str, str]) -> Iterator[tuple[str, Finding]]:
    for one in ledger.schema.requires:
        if all(row[column] == value for column, value in one.when.items()):
            for column in one.columns:
                if not row[column]:
                    when = "、".join(one.when.values())
                    title = ledger.schema.field(column).title
                    yield (
                        column,
                        error(
                            "ledger.proof",
                            ledger.place(index, column),
                            f"“{row['title']}”为{when}，却没有{title}。",
                            f"补上{title}；没有的，不能算{when}。",
                        ),
                    )


def _rates(ledger: Ledger, index: int, row: Mapping[str, str]) -> Iterator[tuple[str, Finding]]:
    for field in ledger.schema.fields:
        text = row[field.name]
        if field.printed and is_number(text) and abs(Fraction(text)) >= 5:
            yield (
                field.name,
                warning(
                    "plausible.rate",
                    ledger.place(index, field.name),
                    f"{field.title}写作 {text}，等于 {exact_text(Fraction(text) * 100)}%。",
                    "比率写成小数：97% 写 0.97。",
                ),
            )


def _over_plan(ledger: Ledger, index: int, row: Mapping[str, str]) -> Iterator[tuple[str, Finding]]:
    rule = ledger.schema.completion
    if rule is None or not (is_number(row[rule.planned]) and is_number(row[rule.completed])):
        return
    planned, completed = Fraction(row[rule.planned]), Fraction(row[rule.completed])
    if completed <= planned or row[rule.may_exceed] == "是":
        return
    told = slip(completed / planned) if planned else ""
    title = ledger.schema.field(rule.completed).title
    yield (
        rule.completed,
        warning(
            "plausible.over",
            ledger.place(index, rule.completed),
            f"{title} {row[rule.completed]} 多于计划 {row[rule.planned]}（{row['title']}）"
            + (f"，像是单位写错：{told}。" if told else "。"),
            f"核对；确可超额的，“{ledger.schema.field(rule.may_exceed).title}”填 是。",
        ),
    )
