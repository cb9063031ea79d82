"""A list's records against its life cycle: dates, and moves since then. floor: changes.

That a state has its dates and its proof is asked by ``requires``, as of any other column; that a
cleared record stays cleared, by ``change.reopened``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

from policybook.deadlines import parse_day
from policybook.derived import Row
from policybook.errors import Finding, error
from policybook.explanations import Explanations, settled
from policybook.ledgers import Ledger
from policybook.lifecycle import Lifecycle, State
from policybook.moves import is_bulk


def check_states(
    ledgers: Mapping[str, Ledger], on: date, explanations: Explanations
) -> list[Finding]:
    """Words of another list, dates out of order, ahead of the state or later than the edition.

    ``on``: the edition's own day.
    """
    findings: list[Finding] = []
    for ledger in ledgers.values():
        rule = ledger.schema.lifecycle
        if rule is None or ledger.large is not None:
            continue
        for index, row in enumerate(ledger.rows):
            state = rule.state(row[rule.status])
            found = [*_strange(ledger, rule, index, row, state), *_order(ledger, rule, index, row)]
            found += _beyond(ledger, rule, index, row, state, on)
            for column, one in found:
                reason = explanations.of_cell(ledger.name, row["id"], column)
                findings.append(settled(one, reason))
    return findings


def _strange(
    ledger: Ledger, rule: Lifecycle, index: int, row: Row, state: State | None
) -> Iterator[tuple[str, Finding]]:
    word = row[rule.status]
    group = row.get(rule.group, "")
    if word and (state is None or not state.on_list(group)):
        message = f"“{row['title']}”的状态“{word}”不是{group or ledger.schema.title}的用语。"
        place = ledger.place(index, rule.status)
        yield rule.status, error("state.word", place, message, "改用这张清单的状态用语。")


def _order(ledger: Ledger, rule: Lifecycle, index: int, row: Row) -> Iterator[tuple[str, Finding]]:
    dated = [(name, day) for name in rule.dates if (day := parse_day(row[name]))]
    for (first, start), (second, end) in pairwise(dated):
        if end < start:
            titles = [ledger.schema.field(name).title for name in (first, second)]
            yield (
                second,
                error(
                    "state.order",
                    ledger.place(index, first, second),
                    f"“{row['title']}”的{titles[1]} {end} 早于{titles[0]} {start}。",
                    "核对两个日期。",
                ),
            )


def _beyond(
    ledger: Ledger, rule: Lifecycle, index: int, row: Row, state: State | None, on: date
) -> Iterator[tuple[str, Finding]]:
    """Dates that the state does not bear out, and dates after the edition's own day.

    The column by which a deadline tells that something is done is that rule's matter.
    """
    deadline = ledger.schema.deadline
    names = [name for name in rule.dates if deadline is None or name != deadline.done]
    reached = rule.dates.index(state.date) if state and state.date else -1
    for name in names:
        day, title = parse_day(row[name]), ledger.schema.field(name).title
        if day and state and rule.dates.index(name) > reached:
            message = f"“{row['title']}”为“{state.word}”，却有{title} {day}。"
            remedy = "改正其中一处；核验没有通过、退回推进的，删去这个日期。"
            place = ledger.place(index, rule.status, name)
            yield name, error("state.ahead", place, message, remedy)
        if day and day > on:
            message = f"“{row['title']}”的{title} {day} 晚于本期的状态截至日期 {on}。"
            remedy = "属于本期的，改 period.yml 的 as_of；不属于本期的，留待下期登记。"
            yield name, error("state.later", ledger.place(index, name), message, remedy)


def wrong_moves(
    now: Ledger, before: Ledger, closed: frozenset[str]
) -> Iterator[tuple[str, str, Finding]]:
    """Moves since the earlier edition that the life cycle does not allow: record, column, finding.

    ``closed``: ids that were closed in any earlier edition; those are not this rule's matter, nor
    are totals, nor records that may have been among those not named before.
    """
    rule = now.schema.lifecycle
    if rule is None:
        return
    unnamed = {row.get(rule.group, "") for row in before.rows if is_bulk(row)}
    for index, row in enumerate(now.rows):
        if is_bulk(row) or row["id"] in closed:
            continue
        known = before.by_id.get(row["id"])
        if known is None and row.get(rule.group, "") in unnamed:
            continue
        message = _wrong(rule, row, known[1] if known else None)
        if message:
            remedy = "核对两期的状态；确是这样的，在 explanations.yml 说明。"
            place = now.place(index, rule.status)
            yield row["id"], rule.status, error("state.move", place, message, remedy)


def _wrong(rule: Lifecycle, row: Row, before: Row | None) -> str:
    word, title = row[rule.status], row["title"]
    if before is None:
        if not word or word in rule.begins:
            return ""
        here = [one.word for one in rule.states if one.on_list(row.get(rule.group, ""))]
        first = "、".join(one for one in rule.begins if one in here)
        return f"“{title}”上期不在清单上，本期就是“{word}”；初次列入的应为{first}。"
    then = before[rule.status]
    if not then:
        return f"“{title}”上期已在清单上，本期不能是“{word}”。" if word in rule.begins else ""
    state = rule.state(then)
    if state is None or word in state.next:
        return ""
    allowed = f"可以是{'、'.join(state.next)}" if state.next else "不再变动"
    return f"“{title}”由上期的“{then}”变为“{word or '空'}”，不合流转规则：{then}之后{allowed}。"
