"""Who helps whom: strong records paired with weak ones, the ledger ``pairings``. floor: derived.

A ledger whose schema has a ``pairing`` gives a row for each weak record, as long as there is a
strong one.  The pairs are the best ones, not merely good ones: no other distribution that is as
even has more pairs of the same domain, or as many and more of the same district.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policybook.declared import Pairing
from policybook.derived import Row, Standing
from policybook.schema import Schema

PAIRINGS = "pairings"
BOTH, DOMAIN, DISTRICT, EVEN = "同领域同地区", "同领域", "同地区", "均衡分担"
"""What decided a pair: what the two have in common, or only that loads are to be even."""


def pairings_of(standing: Standing) -> list[dict[str, str]]:
    """The rows of ``pairings``."""
    paired = standing.ruled("pairing")
    return [row for one in paired for row in pairing_rows(one, standing.rows(one.name))]


def pairing_rows(schema: Schema, rows: Iterable[Row]) -> list[dict[str, str]]:
    """The pairs of a ledger, by the id of who is helped; none where either side is missing.

    Only named records are paired: of a total nobody knows whom it stands for.
    """
    rule = schema.pairing
    assert rule is not None
    named = sorted((row for row in rows if row["evidence"] == "record"), key=lambda row: row["id"])
    strong = [row for row in named if row[rule.stars] == rule.strong]
    weak = [row for row in named if row[rule.stars] == rule.weak]
    if not strong:
        return []
    distances = [[_distance(rule, one, other) for other in strong] for one in weak]
    chosen = assign(distances, len(strong))
    return [_row(schema, rule, strong[place], one) for one, place in zip(weak, chosen, strict=True)]


def _same(column: str, one: Row, other: Row) -> bool:
    """Whether both have the same known value."""
    return bool(column and one[column]) and one[column] == other[column]


def _distance(rule: Pairing, one: Row, other: Row) -> tuple[int, int]:
    return int(not _same(rule.domain, one, other)), int(not _same(rule.district, one, other))


def assign(distances: Sequence[Sequence[tuple[int, int]]], strong: int) -> list[int]:
    """The strong one of each weak one, as places in the row of its ``distances``.

    Loads differ by one at most.  Among all such assignments the sum of first distances is the
    least, then that of second ones, then the list of places is the first in order; so there is
    just one answer.  Each weak one is added by the shortest way of passing others on, which keeps
    the assignment of those before it optimal (successive shortest paths; Ahuja, Magnanti, Orlin,
    *Network Flows*, 1993, ch. 9.7).
    """
    count = len(distances)
    costs = [
        [_weight(pair, place, turn, count, strong) for place, pair in enumerate(row)]
        for turn, row in enumerate(distances)
    ]
    even, more = divmod(count, strong)
    beyond = (2 * (count + 1) ** 2) * strong ** (count + 1)  # dearer than any path: shunned
    chosen: list[int] = []
    for turn in range(count):
        loads = [chosen.count(place) for place in range(strong)]
        ways, passed = _shortest(costs, chosen, turn, strong)
        open_to = [place for place in range(strong) if loads[place] < even + bool(more)]
        end = min(open_to, key=lambda place: ways[place] + beyond * (loads[place] >= even))
        chosen.append(-1)
        while end >= 0:
            moved, before = passed[end]
            chosen[moved], end = end, before
    return chosen


def _weight(pair: tuple[int, int], place: int, turn: int, count: int, strong: int) -> int:
    """One whole number in which the first distance outweighs all second ones, and both all places.

    Whole numbers have no bounds here: the places are digits to the base of the strong ones.
    """
    first, second = pair
    weight: int = (first * (count + 1) + second) * strong**count
    weight += place * strong ** (count - 1 - turn)
    return weight


def _shortest(
    costs: Sequence[Sequence[int]], chosen: Sequence[int], new: int, strong: int
) -> tuple[list[int], list[tuple[int, int]]]:
    """What it costs to end with one more at each strong one, and who is passed on last, whence.

    The way of Bellman and Ford: there may be gains on it, but no ring of gains, since what is
    assigned so far is optimal.
    """
    ways = list(costs[new])
    passed = [(new, -1)] * strong
    steps = [
        (costs[one][end] - costs[one][start], one, start, end)
        for one, start in enumerate(chosen)
        for end in range(strong)
        if end != start
    ]
    changed = True
    while changed:
        changed = False
        for step, one, start, end in steps:
            if ways[start] + step < ways[end]:
                ways[end], passed[end], changed = ways[start] + step, (one, start), True
    return ways, passed


def _row(schema: Schema, rule: Pairing, strong: Row, weak: Row) -> dict[str, str]:
    domain, district = _same(rule.domain, weak, strong), _same(rule.district, weak, strong)
    return {
        "id": f"{schema.name}-{weak['id']}",
        "title": f"{strong['title']}带{weak['title']}",
        "ledger": schema.name,
        "strong": strong["id"],
        "strong_title": strong["title"],
        "weak": weak["id"],
        "weak_title": weak["title"],
        "same_domain": _word(domain),
        "same_district": _word(district),
        "leader": weak.get(rule.leader, ""),
        "rule": BOTH
        if domain and district
        else DOMAIN
        if domain
        else DISTRICT
        if district
        else EVEN,
        "items": weak["items"],
        "evidence": weak["evidence"],
        "source": weak["source"],
        "note": weak.get("note", ""),
    }


def _word(same: bool) -> str:
    return "是" if same else "否"
