"""Declared relations (勾稽关系): between facts, and between columns of a record. floor: relations."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from policybook.config import check_keys, read_yaml
from policybook.errors import ConfigError, Finding, error
from policybook.numbers import (
    Interval,
    evaluate,
    evaluate_interval,
    exact_text,
    half_unit,
    is_number,
    names_in,
)

_OPERATORS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "=": operator.eq,
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Relation:
    """One equation or inequality: over facts, or over each row of ``ledger``."""

    id: str
    title: str
    left: str
    op: str
    right: str
    source: str = ""
    ledger: str = ""
    where: tuple[tuple[str, str], ...] = ()
    file: str = "data/relations.yml"  # where it is declared
    rounding: bool = False  # of records: true when their digits, being rounded, allow it

    @property
    def place(self) -> str:
        """File and id, for findings."""
        return f"{self.file} {self.id}"

    def holds(self, names: Mapping[str, Fraction]) -> bool:
        """Whether it is true of these values; ``KeyError`` when one is missing."""
        return _OPERATORS[self.op](evaluate(self.left, names), evaluate(self.right, names))

    def may_hold(self, texts: Mapping[str, str]) -> bool:
        """Whether it can be true of the values that were rounded to these texts.

        A value with decimals stands for ± half of its last place, a whole number for itself.
        """
        spans = {}
        for name, text in texts.items():
            value, slack = Fraction(text), half_unit(text) if "." in text else Fraction(0)
            spans[name] = Interval(value - slack, value + slack)
        left = evaluate_interval(self.left, _of(self.left, spans))
        right = evaluate_interval(self.right, _of(self.right, spans))
        if self.op == "=":
            return left.low <= right.high and right.low <= left.high
        if self.op in ("<=", "<"):
            return _OPERATORS[self.op](left.low, right.high)
        return _OPERATORS[self.op](left.high, right.low)

    def names(self) -> list[str]:
        """The statistics or columns it speaks of."""
        return list(dict.fromkeys(names_in(self.left) + names_in(self.right)))

    def filled(self, names: Mapping[str, Fraction]) -> str:
        """Both sides as numbers."""
        left, right = evaluate(self.left, names), evaluate(self.right, names)
        return f"{exact_text(left)} {self.op} {exact_text(right)}"


def _of(expression: str, spans: Mapping[str, Interval]) -> dict[str, Interval]:
    return {name: spans[name] for name in names_in(expression)}


def relation_from_dict(entry: Mapping[str, Any]) -> Relation:
    """A relation between facts as it stands in ``facts.json``."""
    values = {key: value for key, value in entry.items() if key != "filled"}
    return Relation(**{**values, "where": ()})


def load_relations(*paths: Path) -> list[Relation]:
    """The relations of every edition, then an edition's own, such as control totals.

    The first file must be there.
    Raises :class:`ConfigError` with all that is wrong.
    """
    findings: list[Finding] = []
    relations: list[Relation] = []
    entries = [
        (path, f"{path} 第{number}条", entry)
        for path in paths
        if path.exists() or path == paths[0]
        for number, entry in enumerate(read_yaml(path) or [], start=1)
    ]
    for path, place, entry in entries:
        try:
            values = check_keys(
                entry,
                place,
                ("id", "title", "left", "op", "right"),
                ("source", "ledger", "where", "rounding"),
            )
        except ConfigError as problem:
            findings += problem.findings
            continue
        chosen = values.pop("where", None) or {}
        rounding = values.pop("rounding", False)
        if not isinstance(rounding, bool) or (rounding and not values.get("ledger")):
            remedy = "只用于逐条记录的关系（写明 ledger），值为 true。"
            findings.append(error("relation.rounding", place, "rounding 用错了地方。", remedy))
            continue
        if not isinstance(chosen, dict):
            findings.append(
                error("relation.where", place, "where 应是列名到值的映射。", "写成 {列名: 值}。")
            )
            continue
        where = tuple((str(k), str(v)) for k, v in chosen.items())
        file = f"data/{path.relative_to(paths[0].parent).as_posix()}"
        texts = {key: str(value) for key, value in values.items()}
        relation = Relation(**texts, where=where, file=file, rounding=rounding)
        if relation.op not in _OPERATORS:
            findings.append(
                error(
                    "relation.op",
                    place,
                    f"不认识的比较符 {relation.op}。",
                    f"可用：{' '.join(_OPERATORS)}。",
                )
            )
        if any(relation.id == other.id for other in relations):
            findings.append(
                error("relation.twice", place, f"编号 {relation.id} 出现两次。", "改名。")
            )
        relations.append(relation)
    if findings:
        raise ConfigError(findings)
    return relations


def check_facts(
    relations: Iterable[Relation],
    values: Mapping[str, Fraction],
    cells: Callable[[str], str],
) -> list[Finding]:
    """A finding for each relation between facts that is broken or speaks of an unknown one.

    ``cells``: the places a statistic rests on, for the finding.
    """
    findings = []
    for relation in relations:
        if relation.ledger:
            continue
        place = relation.place
        try:
            if not relation.holds(values):
                names = relation.names()
                where = "；".join(f"{name}（{cells(name)}）" for name in names)
                findings.append(
                    error(
                        "relation.broken",
                        f"{place}：{where}",
                        f"不成立：{relation.title}（{relation.filled(values)}）。",
                        "核对这些单元格；确有道理的，改写关系并说明。",
                    )
                )
        except KeyError as problem:
            findings.append(
                error("relation.unknown", place, f"没有指标 {problem.args[0]}。", "改正编号。")
            )
        except (ValueError, ZeroDivisionError) as problem:
            findings.append(error("relation.formula", place, f"算不出：{problem}。", "改正算式。"))
    return findings


def check_records(
    relation: Relation, rows: Iterable[Mapping[str, str]], place: Callable[[int], str]
) -> Iterator[Finding]:
    """A finding for each record that breaks a rule over its own columns.

    ``rows``: the cells of each record; one with an empty side is passed over.
    ``place``: where a record stands, by its number.
    """
    for index, row in enumerate(rows):
        if any(row.get(column) != value for column, value in relation.where):
            continue
        texts = {name: row.get(name, "") for name in relation.names()}
        if not all(map(is_number, texts.values())):  # what is no number is found as such
            continue
        try:
            values = {name: Fraction(text) for name, text in texts.items()}
            holds = relation.may_hold(texts) if relation.rounding else relation.holds(values)
        except (ValueError, ZeroDivisionError) as problem:
            message = f"关系 {relation.id} 算不出：{problem}。"
            remedy = "改正关系的算式，或核对这些单元格。"
            yield error("relation.formula", place(index), message, remedy)
            continue
        if not holds:
            yield error(
                "relation.record",
                place(index),
                f"不成立：{relation.title}（{relation.filled(values)}，记录 {row['id']}）。",
                "核对这些单元格。",
            )
