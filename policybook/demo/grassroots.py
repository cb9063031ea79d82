"""Party branches whose stars move, and what they do in a quarter. floor: demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policybook.demo.chance import Chance
from policybook.demo.city import DISTRICTS, MARK
from policybook.demo.quarters import Quarter
from policybook.demo.tasks import Row

WEAKEST, STRONGEST = 5, 8
"""Stars of a branch; the strongest help the weakest."""
FIRST_STARS = (5, 5, 6, 6, 6, 7, 7, 8)
DOMAINS = {"社区": "社区", "农村": "村", "机关": "机关", "两新": "园区"}
"""Domains, and what a branch of each is called after."""
NAMES = ("朝晖", "翠柏", "红枫", "金穗", "兰亭", "青石")
LEADERS = tuple(f"包联领导{name}（虚构）" for name in "甲乙丙丁戊己庚辛")
KINDS = (
    ("主题党日", "场", 1, 4),
    ("志愿服务", "次", 2, 40),
    ("结对共建", "次", 1, 6),
    ("解决难题", "件", 3, 60),
)
"""What branches do: kind, unit, least and most in a quarter."""
MANY = 20
"""From here on some report a round number and more (余) instead of a count."""


@dataclass
class Branch:
    """A branch as it stands; its stars change from quarter to quarter."""

    id: str
    title: str
    domain: str
    district: str
    stars: int
    leader: str  # "" for none
    previous: int = 0  # 0 in the first quarter


class Branches:
    """All branches of the city: two for each district and domain of communities and villages,
    one for each of the others."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._branches: list[Branch] = []

    def advance(self, quarter: Quarter) -> list[Row]:
        """The quarter's ledger; stars are given anew each quarter, and mostly stay."""
        if not self._branches:
            self._branches = list(self._found())
        else:
            for one in self._branches:
                self._rate(one)
        return [_row(one, quarter, place) for place, one in enumerate(self._branches, start=1)]

    def _found(self) -> Iterator[Branch]:
        for code, district in DISTRICTS.items():
            for domain, called in DOMAINS.items():
                count = 2 if domain in ("社区", "农村") else 1
                start = self._chance.below(len(NAMES))
                for number in range(1, count + 1):
                    name = NAMES[(start + number) % len(NAMES)]
                    kind = list(DOMAINS).index(domain) + 1
                    yield Branch(
                        f"branch-{code}-{kind}{number}",
                        f"{district}{name}{called}党支部（演示）",
                        domain,
                        district,
                        self._chance.pick(FIRST_STARS),
                        self._chance.pick(LEADERS) if self._chance.happens(85) else "",
                    )

    def _rate(self, one: Branch) -> None:
        one.previous = one.stars
        if self._chance.happens(22 if one.stars == WEAKEST else 12):
            one.stars = min(one.stars + 1, STRONGEST)
        elif self._chance.happens(18):
            one.stars = max(one.stars - 1, WEAKEST)


def _row(one: Branch, quarter: Quarter, place: int) -> Row:
    return {
        "id": one.id,
        "title": one.title,
        "stars": f"{one.stars}星",
        "previous": f"{one.previous}星" if one.previous else "",
        "domain": one.domain,
        "district": one.district,
        "linked": "是" if one.leader else "否",
        "leader": one.leader,
        "source": f"{quarter.returns}:支部表第{place}行",
        "note": MARK,
    }


def report_activities(chance: Chance, quarter: Quarter, branches: Sequence[Row]) -> list[Row]:
    """What the branches did in a quarter; helping another is for the strongest and weakest."""
    rows: list[Row] = []
    paired = (f"{WEAKEST}星", f"{STRONGEST}星")
    for branch in branches:
        for kind, unit, least, most in KINDS:
            if kind == "结对共建" and branch["stars"] not in paired:
                continue
            if kind != "主题党日" and not chance.happens(60):
                continue
            count = chance.between(least, most)
            rough = count >= MANY and chance.happens(50)
            place = len(rows) + 1
            rows.append(
                {
                    "id": f"activity-{quarter.code}-{place:03d}",
                    "title": f"{branch['title'].removesuffix('（演示）')}{kind}（演示）",
                    "branch": branch["id"],
                    "kind": kind,
                    "count": f"{count // 10 * 10 if rough else count}",
                    "unit": unit,
                    "at_least": "是" if rough else "否",
                    "source": f"{quarter.returns}:活动表第{place}行",
                    "note": MARK,
                }
            )
    return rows
