"""How far records are, held against the time gone: the ledger ``progress``. floor: derived.

A ledger whose schema has a ``pace`` gives a row for each of its records, one with a ``reading``
another for each reading.  Everything is judged in exact fractions; the columns for reading are
rounded.  What cannot be judged says why not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from policybook.deadlines import add_months, parse_day
from policybook.derived import Row, Standing, weakest
from policybook.errors import Finding, error
from policybook.ledgers import Ledger
from policybook.numbers import Interval, half_unit, is_number, plain, round_half_up
from policybook.pace import Pace
from policybook.schema import Schema, split_ids

PROGRESS = "progress"
BEHIND, NORMAL, AHEAD = "滞后", "正常", "超前"
NO_PLAN, NO_COMPLETION, OTHER_TERM = "无计划数", "无完成数", "非年度计划"
NOT_CUMULATIVE, OUTSIDE, UNSURE = "非累计数", "时点不在年内", "所印比率难定"
EVENLY, BY_SEASON = "按日均摊", "分季计划"
PRINTED = "所印比率"
_TERMS = {"": "期限未载明，按年度计划", "全年": "年度计划", "非全年": "不是年度计划"}
_ONE = Fraction(1)


@dataclass(frozen=True)
class Year:
    """The year that plans are for, and the edition's own day in it."""

    first: date
    last: date
    as_of: date

    def gone(self, day: date) -> Fraction:
        """The share of the year gone at the end of a day."""
        return Fraction((day - self.first).days + 1, (self.last - self.first).days + 1)

    def line(self, day: date, season: str) -> Fraction:
        """The share that should be completed at the end of a day.

        ``season``: the plan's shares of the quarters, within which it goes by days; or "".
        """
        shares = season_shares(season)
        if shares is None:
            return self.gone(day)
        before = Fraction(0)
        for quarter, share in enumerate(shares):
            first, following = (add_months(self.first, 3 * (quarter + one)) for one in (0, 1))
            if day < following:
                return before + share * Fraction((day - first).days + 1, (following - first).days)
            before += share
        return before


def season_shares(text: str) -> tuple[Fraction, ...] | None:
    """A plan's shares of the four quarters, from per cent separated by ；; None without a plan.

    What is no such plan is found as such by :func:`check_progress`, and counts as none.
    """
    parts = split_ids(text)
    if len(parts) != 4 or not all(map(is_number, parts)):
        return None
    shares = tuple(Fraction(part) / 100 for part in parts)
    return shares if sum(shares) == 1 and min(shares) >= 0 else None


def progress_of(standing: Standing) -> list[dict[str, str]]:
    """The rows of ``progress``: records with a plan, then readings of them."""
    year = Year(*standing.year, standing.on)
    rows = []
    for schema in standing.ruled("pace"):
        rows += progress_rows(schema, standing.rows(schema.name), year)
    for schema in standing.ruled("reading"):
        known = {row["id"]: row for row in standing.rows(schema.read_of)}
        if known:
            read = standing.schemas[schema.read_of]
            rows += _of_readings(schema, standing.rows(schema.name), read, known, year)
    return rows


def progress_rows(schema: Schema, rows: Iterable[Row], year: Year) -> list[dict[str, str]]:
    """How far each record of a ledger is; mistyped cells count as empty ones."""
    return [_row(schema, schema.name, row, year) for row in rows]


def _of_readings(
    schema: Schema, rows: Iterable[Row], read: Schema, known: Mapping[str, Row], year: Year
) -> Iterator[dict[str, str]]:
    """Readings are judged like the records they are of, on their own day."""
    rule, pace = schema.reading, read.pace
    assert rule is not None
    assert pace is not None
    for row in rows:
        record = known.get(row[rule.record])
        if record is None:  # found by the rules as a key that leads nowhere
            continue
        own = {name: row.get(name, "") for name in ("id", "items", "source", "note")}
        own["evidence"] = weakest([row["evidence"], record["evidence"]])
        cells = {pace.completed: row[rule.completed], pace.as_of: row[rule.as_of], pace.printed: ""}
        yield _row(read, schema.name, {**record, **own, **cells}, year)


def _row(schema: Schema, ledger: str, row: Row, year: Year) -> dict[str, str]:
    rule = schema.pace
    assert rule is not None
    rate, basis = _rate(rule, row)
    term = row.get(rule.term, "") if rule.term else "全年"
    day = parse_day(row.get(rule.as_of, "")) if rule.as_of else year.as_of
    standing = _unfit(schema, rule, row, rate, day, year)
    line = None if standing or day is None else year.line(day, row.get(rule.season, ""))
    if rate is not None and line is not None:
        standing = _standing(rule, rate, line)
    middle = None if rate is None else (rate.low + rate.high) / 2
    gap = None if line is None or middle is None else (middle - line) * 100
    seasonal = season_shares(row.get(rule.season, "")) is not None
    return {
        "id": f"{ledger}-{row['id']}",
        "title": row["title"],
        "ledger": ledger,
        "record": row["id"],
        "section": row.get("section", ""),
        "department": row.get("department", ""),
        "district": row.get("district", ""),
        "planned": _number(row.get(rule.planned, "")),
        "completed": _number(row.get(rule.completed, "")),
        "unit": row.get("unit") or schema.field(rule.planned).unit,
        "as_of": str(day or ""),
        "month": str(day or "")[:7],
        "basis": basis or (_TERMS.get(term, "") if rate else ""),
        "line_basis": "" if line is None else BY_SEASON if seasonal else EVENLY,
        "rate": _rounded(middle, 4),
        "line": _rounded(line, 4),
        "gap": _rounded(gap, 2),
        "behind": _rounded(rule.behind, 4),
        "ahead": _rounded(rule.ahead, 4),
        "standing": standing,
        "outcome": _outcome(rate),
        "items": row["items"],
        "evidence": row["evidence"],
        "source": row["source"],
        "note": row.get("note", ""),
    }


def _rate(rule: Pace, row: Row) -> tuple[Interval | None, str]:
    """What is completed of the plan, and "" or that it was printed so; None when not known."""
    planned, completed = _number(row.get(rule.planned, "")), _number(row.get(rule.completed, ""))
    if planned and completed and Fraction(planned) > 0:
        exact = Fraction(completed) / Fraction(planned)
        return Interval(exact, exact), ""
    printed = _number(row.get(rule.printed, ""))
    if printed:
        half = half_unit(printed)
        return Interval(Fraction(printed) - half, Fraction(printed) + half), PRINTED
    return None, ""


def _unfit(
    schema: Schema, rule: Pace, row: Row, rate: Interval | None, day: date | None, year: Year
) -> str:
    """Why a record cannot be held against the year's line; "" when it can."""
    planned = _number(row.get(rule.planned, ""))
    if not schema.field(rule.completed).accumulates(row):
        return NOT_CUMULATIVE
    if rate is None and not (planned and Fraction(planned)):
        return NO_PLAN
    if row.get(rule.term, "") == "非全年":
        return OTHER_TERM
    if rate is None:
        return NO_COMPLETION
    if day is None or not year.first <= day <= year.last:
        return OUTSIDE
    return ""


def _standing(rule: Pace, rate: Interval, line: Fraction) -> str:
    ends = {_judge(rule, one, line) for one in (rate.low, rate.high)}
    return ends.pop() if len(ends) == 1 else UNSURE


def _judge(rule: Pace, rate: Fraction, line: Fraction) -> str:
    gap = (rate - line) * 100
    return BEHIND if gap < -rule.behind else AHEAD if gap > rule.ahead else NORMAL


def _outcome(rate: Interval | None) -> str:
    if rate is None:
        return ""
    ends = {
        "未完成" if r < _ONE else "完成" if r == _ONE else "超额" for r in (rate.low, rate.high)
    }
    return ends.pop() if len(ends) == 1 else ""


def _rounded(value: Fraction | None, decimals: int) -> str:
    return "" if value is None else plain(round_half_up(value, decimals))


def _number(text: str) -> str:
    return text if is_number(text) else ""


def check_progress(ledgers: Mapping[str, Ledger]) -> list[Finding]:
    """Shares of the quarters that are no plan: not four, or not all of it together."""
    return [
        error(
            "pace.season",
            ledger.place(index, rule.season),
            f"“{row['title']}”的{ledger.schema.field(rule.season).title}写作“{text}”，"
            "应是四个季度各占的百分数，相加为 100。",
            "写成 20；30；30；20；计划没有分季的留空。",
        )
        for ledger in ledgers.values()
        if (rule := ledger.schema.pace) and rule.season and ledger.large is None
        for index, row in enumerate(ledger.rows)
        if (text := row[rule.season]) and season_shares(text) is None
    ]
