"""Strong branches paired with weak ones: even, as near as can be, and just one answer."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.errors import ConfigError
from policybook.inputs import load_inputs
from policybook.pairings import PAIRINGS, assign, pairing_rows
from policybook.rules import check_ledgers
from policybook.schema import parse_schema
from tests.unit.conftest import EVIDENCE, ID, PERIOD, SOURCE, TITLE, column

RULE = {
    "stars": "stars",
    "strong": "8星",
    "weak": "5星",
    "domain": "domain",
    "district": "district",
    "leader": "leader",
}
BRANCHES: dict[str, Any] = {
    "title": "虚构支部台账",
    "description": "只供测试，全部虚构。",
    "fields": [
        ID,
        TITLE,
        column("stars", "星级"),
        column("domain", "领域"),
        column("district", "地区"),
        column("leader", "包联领导"),
        column("items", "代表项数", "integer", required=True, minimum=1),
        EVIDENCE,
        SOURCE,
    ],
    "primaryKey": ["id"],
    "pairing": RULE,
}
SCHEMA = parse_schema("branches", BRANCHES)
NAMES = SCHEMA.names


def branch(name: str, stars: str, domain: str = "", district: str = "", **more: str) -> Any:
    """A made-up branch."""
    given = {"id": name, "title": f"虚构{name}支部", "items": "1", "evidence": "record"}
    given |= {"stars": stars, "domain": domain, "district": district, "source": "plan:一"}
    return {**dict.fromkeys(NAMES, ""), **given, **more}


def pairs(*rows: dict[str, str]) -> dict[str, str]:
    """Who helps each weak branch."""
    return {row["weak"]: row["strong"] for row in pairing_rows(SCHEMA, rows)}


def best_of_all(distances: Sequence[Sequence[tuple[int, int]]], strong: int) -> list[int]:
    """The answer by trying every assignment."""

    def cost(chosen: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        found = [distances[turn][place] for turn, place in enumerate(chosen)]
        return sum(one for one, _ in found), sum(two for _, two in found), chosen

    every = itertools.product(range(strong), repeat=len(distances))
    loads = ((one, [one.count(place) for place in range(strong)]) for one in every)
    return list(min((one for one, load in loads if max(load) - min(load) <= 1), key=cost))


DISTANCE = st.tuples(st.integers(0, 1), st.integers(0, 1))


@given(
    st.integers(1, 4).flatmap(
        lambda strong: st.lists(
            st.lists(DISTANCE, min_size=strong, max_size=strong), min_size=0, max_size=6
        ).map(lambda rows: (rows, strong))
    )
)
def test_no_other_assignment_is_better(drawn: tuple[list[list[tuple[int, int]]], int]) -> None:
    """Every even assignment tried: none has more in common, and of equals the first is chosen."""
    distances, strong = drawn
    assert assign(distances, strong) == best_of_all(distances, strong)


def test_the_nearest_first_would_be_wrong() -> None:
    """Who comes first gives way where the whole is better for it."""
    strong = [branch("s1", "8星", "社区", "东区"), branch("s2", "8星", "农村", "东区")]
    weak = [branch("w1", "5星", "机关", "东区"), branch("w2", "5星", "社区", "西区")]
    assert pairs(*strong, *weak) == {"w1": "s2", "w2": "s1"}


def test_domain_goes_before_district() -> None:
    """One more pair of the same domain outweighs all districts."""
    strong = [branch("s1", "8星", "社区", "东区"), branch("s2", "8星", "农村", "西区")]
    weak = [branch("w1", "5星", "社区", "西区"), branch("w2", "5星", "农村", "东区")]
    assert pairs(*strong, *weak) == {"w1": "s1", "w2": "s2"}
    assert {row["rule"] for row in pairing_rows(SCHEMA, [*strong, *weak])} == {"同领域"}


@pytest.mark.parametrize("count", range(8))
def test_loads_are_even(count: int) -> None:
    """However much nearer one strong branch is, none has two more than another."""
    strong = [branch(f"s{n}", "8星", "社区" if n == 1 else "农村") for n in range(1, 4)]
    weak = [branch(f"w{n}", "5星", "社区") for n in range(count)]
    chosen = list(pairs(*strong, *weak).values())
    loads = [chosen.count(one["id"]) for one in strong]
    assert len(chosen) == count
    assert max(loads) - min(loads) <= 1


def test_equals_go_by_id() -> None:
    """The order of the rows decides nothing."""
    rows = [branch("s2", "8星"), branch("w2", "5星"), branch("s1", "8星"), branch("w1", "5星")]
    assert pairs(*rows) == pairs(*reversed(rows)) == {"w1": "s1", "w2": "s2"}


@pytest.mark.parametrize(
    ("domain", "district", "rule"),
    [
        ("社区", "东区", "同领域同地区"),
        ("社区", "西区", "同领域"),
        ("农村", "东区", "同地区"),
        ("农村", "", "均衡分担"),
        ("", "", "均衡分担"),
    ],
)
def test_a_pair_says_what_decided_it(domain: str, district: str, rule: str) -> None:
    """What the two have in common, where both are known; and the weak one's linked leader."""
    strong = branch("s1", "8星", "社区", "东区")
    (row,) = pairing_rows(SCHEMA, [strong, branch("w1", "5星", domain, district, leader="张某")])
    assert row["rule"] == rule
    assert row["same_domain"] == ("是" if "领域" in rule else "否")
    assert row["same_district"] == ("是" if "地区" in rule else "否")
    assert (row["leader"], row["strong_title"]) == ("张某", "虚构s1支部")


def test_unknown_is_not_the_same() -> None:
    """Two empty domains have nothing in common that anybody knows."""
    (row,) = pairing_rows(SCHEMA, [branch("s1", "8星"), branch("w1", "5星")])
    assert (row["same_domain"], row["same_district"]) == ("否", "否")


@pytest.mark.parametrize(
    "rows",
    [
        [branch("w1", "5星")],
        [branch("s1", "8星")],
        [branch("s1", "8星", items="4", evidence="aggregate"), branch("w1", "5星")],
        [branch("s1", "8星"), branch("w1", "5星", items="9", evidence="remainder")],
        [branch("s1", "8星"), branch("w1", "6星")],
    ],
    ids=["no strong", "no weak", "a total of strong", "a remainder of weak", "between"],
)
def test_nobody_is_paired_without_a_name(rows: list[dict[str, str]]) -> None:
    """A side that is missing, or known as a total alone, gives no pair."""
    assert pairing_rows(SCHEMA, rows) == []


@pytest.fixture
def city(made_up_data: Path) -> Callable[..., Path]:
    """The made-up city with a ledger of branches."""

    def write(*rows: dict[str, str], name: str = "branches") -> Path:
        path = made_up_data / "schema" / f"{name}.json"
        path.write_text(json.dumps(BRANCHES), encoding="utf-8")
        lines = [",".join(NAMES), *(",".join(row[one] for one in NAMES) for row in rows)]
        ledger = made_up_data / PERIOD / f"{name}.csv"
        ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return made_up_data

    return write


def test_an_edition_has_the_pairs_as_a_ledger(city: Callable[..., Path]) -> None:
    """It is derived, and keeps the rules of its own schema."""
    data = city(branch("s1", "8星", "社区"), branch("w1", "5星", "社区"), branch("w2", "5星"))
    ledgers = load_inputs(data, PERIOD).ledgers
    assert [row["weak"] for row in ledgers[PAIRINGS].rows] == ["w1", "w2"]
    assert ledgers[PAIRINGS].schema.derived
    kept = {name: one for name, one in ledgers.items() if name == PAIRINGS}
    assert check_ledgers(kept, []) == []


def test_without_names_the_ledger_is_empty(city: Callable[..., Path]) -> None:
    """It is there all the same, so that a page can say what is missing."""
    data = city(branch("s1", "8星", items="4", evidence="aggregate"))
    assert load_inputs(data, PERIOD).ledgers[PAIRINGS].rows == ()


def test_a_city_without_branches_has_no_such_ledger(made_up_data: Path) -> None:
    """Nothing is derived from nothing."""
    assert PAIRINGS not in load_inputs(made_up_data, PERIOD).ledgers


def test_the_name_is_taken(city: Callable[..., Path]) -> None:
    """No ledger of an office's own may be called so."""
    data = city(branch("s1", "8星"), name=PAIRINGS)
    with pytest.raises(ConfigError) as caught:
        load_inputs(data, PERIOD)
    assert caught.value.findings[0].code == "schema.name"


@pytest.mark.parametrize(
    ("change", "refused"), [({"district": "nowhere"}, KeyError), ({"near": "domain"}, TypeError)]
)
def test_a_rule_about_nothing_is_refused(change: dict[str, str], refused: type[Exception]) -> None:
    """A column that is not there, and a word that the rule does not know."""
    with pytest.raises(refused):
        parse_schema("branches", {**BRANCHES, "pairing": {**RULE, **change}})
