"""Two editions compared: what changed, by how much, behind which cells, printed where."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.diff import CellChange, FactChange, _difference, compare_editions
from policybook.errors import PolicybookError
from policybook.terminal import print_diff
from tests.integration.city import write_notebook
from tests.unit.conftest import PARAMETERS, PERIOD, STATISTIC, made_up_fact

NEXT = "2030Q2"
CELLS = {
    "planned": 'edition.publish("works.planned", edition.works.planned.sum())',
    "units": 'edition.publish("works.units", edition.works.units.sum())',
    "share": 'edition.publish("works.share",'
    " edition.works.units.sum() / edition.works.planned.sum())",
    "old": 'edition.publish("works.old", edition.works["items"].sum())',
    "new": 'edition.publish("works.new", edition.works["items"].sum())',
}
STATISTICS = {
    "planned": ("公里", 0, ""),
    "units": ("台", 0, ""),
    "share": ("%", 1, ""),
    "old": ("项", 0, f"  effective_to: {PERIOD}\n"),
    "new": ("项", 0, f"  effective_from: {NEXT}\n"),
}
PAGE = """\
# 虚构的页面

共{stat}`works.planned`，{stat-over}`works.planned 300公里`{compared}`works.planned`。
其中{stat}`works.units`；另有{stat}`works.new`，{stat}`works.planned`。
没有数字的一行。
"""


@pytest.fixture
def data(made_up_data: Path) -> Path:
    """Two quarters alike, with a notebook and a page beside them."""
    root = made_up_data.parent
    for folder in ("notebooks", "book"):
        (root / folder).mkdir()
    write_notebook(root / "notebooks/01_made_up.ipynb", "虚构的计算", CELLS)
    (root / "book" / "page.md").write_text(PAGE, encoding="utf-8")
    shutil.copytree(made_up_data / PERIOD, made_up_data / NEXT)
    text = PARAMETERS.replace(PERIOD, NEXT)
    (made_up_data / NEXT / "period.yml").write_text(text, encoding="utf-8")
    catalogue = "".join(
        STATISTIC.format(id=f"works.{name}", unit=unit, decimals=decimals) + more
        for name, (unit, decimals, more) in STATISTICS.items()
    )
    (made_up_data / "statistics.yml").write_text(catalogue, encoding="utf-8")
    return made_up_data


def edit(data: Path, old: str, new: str) -> None:
    """Another text in the second quarter's ledger."""
    path = data / NEXT / "works.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def changes(data: Path, old: str = PERIOD, new: str = NEXT) -> dict[str, FactChange]:
    """Each change by its statistic."""
    return {one.id: one for one in compare_editions(data.parent, data, old, new)}


def test_editions_alike_differ_by_their_definitions_only(data: Path) -> None:
    """Values that stand are not listed; what came and what went is, each with its number."""
    found = changes(data)
    assert {name: one.kind for name, one in found.items()} == {
        "works.new": "new",
        "works.old": "gone",
    }
    new, old = found["works.new"], found["works.old"]
    assert (new.before, new.after, new.difference, new.cells) == ("", "11项", "", ())
    assert (old.before, old.after, old.difference, old.cells) == ("11项", "", "", ())


def test_an_edition_does_not_differ_from_itself(data: Path) -> None:
    """Nothing is new, gone or changed."""
    assert changes(data, PERIOD, PERIOD) == {}


def test_a_change_shows_its_cells_only(data: Path) -> None:
    """The cell that moved, before and after; cells that stand are left out."""
    edit(data, "虚构道路,道路,200,", "虚构道路,道路,210.5,")
    planned = changes(data)["works.planned"]
    assert (planned.kind, planned.before, planned.after) == ("changed", "341公里", "351公里")
    assert planned.difference == "+11公里"
    assert planned.cells == (CellChange("works", "road", "planned", "200", "210.5"),)


def test_records_that_came_and_went_are_cells_too(data: Path) -> None:
    """None says that the record was not there, which an empty cell is not."""
    edit(data, "lanes,其余虚构道路（未列名）,道路,100,", "ways,虚构小路,道路,,")
    assert set(changes(data)["works.planned"].cells) == {
        CellChange("works", "lanes", "planned", "100", None),
        CellChange("works", "ways", "planned", None, ""),
    }


def test_shares_differ_by_percentage_points(data: Path) -> None:
    """A share's difference is no percentage of it."""
    edit(data, "150,,3,否", "150,,4,否")
    found = changes(data)
    assert found["works.units"].difference == "+1台"
    assert found["works.share"].before == "0.9%"
    assert found["works.share"].difference == "+0.3个百分点"


def test_what_fell_has_a_minus(data: Path) -> None:
    """The sign stands before the difference, whichever way the editions are put."""
    edit(data, "150,,3,否", "150,,4,否")
    assert changes(data, NEXT, PERIOD)["works.units"].difference == "-1台"


def test_sentences_are_those_that_print_the_number(data: Path) -> None:
    """Roles filled in with the newer edition, a line once though it names a fact twice."""
    edit(data, "150,,3,否", "150,,4,否")
    edit(data, "虚构道路,道路,200,", "虚构道路,道路,210.5,")
    found = changes(data)
    lines = (
        "page.md：共351公里，超过300公里。",
        "page.md：其中4台；另有11项，351公里。",
    )
    assert found["works.planned"].sentences == lines
    assert found["works.units"].sentences == found["works.new"].sentences == lines[1:]
    assert found["works.share"].sentences == ()


def test_a_period_that_is_none_is_refused(data: Path) -> None:
    """A path is no period."""
    with pytest.raises(PolicybookError, match=r"period\.form"):
        changes(data, PERIOD, "../2030Q2")


def test_people_read_the_same(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each change with its cells and sentences, then how many there are of each kind."""
    edit(data, "lanes,其余虚构道路（未列名）,道路,100,", "ways,虚构小路,道路,,")
    print_diff(changes(data).values(), PERIOD, NEXT)
    said = capsys.readouterr().out
    assert "变动 虚构指标works.planned 341公里 → 241公里（-100公里）" in said
    assert "works lanes planned：100 → 无此记录" in said
    assert "works ways planned：无此记录 → 空" in said
    assert "page.md：共241公里，不足300公里。" in said
    assert "相比：变动 2 个，新增 1 个，不再有 1 个。" in said


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_difference_is_exact_before_it_is_shown(before: int, after: int) -> None:
    """Of whole numbers, what is shown is the difference itself."""
    one, other = (made_up_fact("a.b", str(Fraction(n)), "项") for n in (before, after))
    sign = "+" if after > before else ""
    assert _difference(one, other) == f"{sign}{after - before}项"


def test_a_difference_too_small_to_show_has_no_sign() -> None:
    """A third and 334 of 1000 are both 33 %."""
    one, other = made_up_fact("works.share", "1/3"), made_up_fact("works.share", "334/1000")
    assert _difference(one, other) == "0个百分点"
    assert _difference(other, one) == "0个百分点"
