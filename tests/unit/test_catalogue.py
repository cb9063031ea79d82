"""The catalogue of statistics: strict, all faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from policybook.catalogue import load_catalogue, nearest
from policybook.errors import ConfigError
from tests.unit.conftest import STATISTIC, UNITS

ONE = STATISTIC.format(id="roads.rate", unit="%", decimals=1)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue of one statistic."""
    path = tmp_path / "statistics.yml"
    path.write_text(ONE, encoding="utf-8")
    return path


def test_statistics_are_read_by_id(made_up_data: Path) -> None:
    """Every entry is a statistic under its own id."""
    found = load_catalogue(made_up_data / "statistics.yml")
    assert list(found) == list(UNITS)
    assert found["coal.task"].decimals == 1
    assert found["coal.task"].word == ""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("roads.rate:", "roads:", "catalogue.value"),
        ("roads.rate:", "Roads.rate:", "catalogue.value"),
        ("roads.rate:", "道路.rate:", "catalogue.value"),
        ("decimals: 1", "decimals: 7", "catalogue.value"),
        ("decimals: 1", "decimals: 1.5", "catalogue.value"),
        ("span: 累计", "span: 全年", "catalogue.value"),
        ("direction: up", "direction: sideways", "catalogue.value"),
        ("direction: up", "direction: up\n  word: growth", "catalogue.value"),
        ("definition: 虚构，只供测试。", 'definition: ""', "catalogue.value"),
        ('unit: "%"', "unit:", "catalogue.value"),
        ('unit: "%"', "unit: 3", "catalogue.value"),
        ("span: 累计", "spam: 累计", "config.keys"),
        ("  span: 累计\n", "", "config.keys"),
        ("span: 累计", "span: 累计\n  compare: quarter", "catalogue.value"),
        ("span: 累计", "span: 累计\n  compare: [month]", "catalogue.value"),
        ("span: 累计", "span: 累计\n  succeeds: roads.none", "catalogue.succeeds"),
        ("span: 累计", "span: 累计\n  comparable: 是", "catalogue.value"),
        ("span: 累计", "span: 累计\n  effective_from: 2030", "catalogue.value"),
        ("span: 累计", "span: 累计\n  effective_to: 2030Q5", "catalogue.value"),
    ],
)
def test_wrong_entries_are_refused(old: str, new: str, code: str, catalogue: Path) -> None:
    """Each field has its own rule, and the finding names the statistic."""
    assert ONE.count(old) == 1
    catalogue.write_text(ONE.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(catalogue)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert finding.place.startswith(f"{catalogue} ")
    assert finding.remedy


def test_all_faults_are_told_at_once(catalogue: Path) -> None:
    """Two wrong entries are two findings."""
    text = ONE.replace("span: 累计", "span: 全年") + STATISTIC.format(id="b", unit="项", decimals=0)
    catalogue.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(catalogue)
    assert len(caught.value.findings) == 2


def test_a_statistic_given_twice_is_refused(catalogue: Path) -> None:
    """An id is declared once."""
    catalogue.write_text(ONE + ONE, encoding="utf-8")
    with pytest.raises(ConfigError, match="出现两次"):
        load_catalogue(catalogue)


def test_a_list_is_no_catalogue(catalogue: Path) -> None:
    """The catalogue is a mapping."""
    catalogue.write_text("- roads.rate\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"catalogue\.shape"):
        load_catalogue(catalogue)


def test_the_nearest_ids_come_first() -> None:
    """A slip of the pen is answered with the id that was meant."""
    assert nearest("road.rate", ["roads.rate", "trees.planted"]).startswith(
        "最接近的有：roads.rate"
    )
    assert "statistics.yml" in nearest("zzz", ["roads.rate"])
