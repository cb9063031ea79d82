"""The register of releases: entered once, read in order, refused when it is broken."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policybook.errors import ConfigError
from policybook.register import (
    Published,
    Released,
    add_release,
    read_register,
    read_values,
    register_file,
)

FIRST = Released("2030Q1", "2030-04-20", "ab", "", "")
AGAIN = Released("2030Q1-r1", "2030-05-20", "cd", "2029Q4 2029Q1", "虚构的说明")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


def test_nothing_was_released_yet(tmp_path: Path) -> None:
    """No file is an empty register, and no edition has published values."""
    assert read_register(tmp_path) == {}
    assert read_values(tmp_path, "2030Q1") == {}


def test_releases_stay_in_order(tmp_path: Path) -> None:
    """In the order of their release, which is not that of the quarters."""
    late = Released("2029Q4", "2030-06-01", "ef", "", "")
    for one in (FIRST, AGAIN, late):
        add_release(tmp_path, one, {})
    assert list(read_register(tmp_path).values()) == [FIRST, AGAIN, late]


def test_nothing_else_is_left_beside(tmp_path: Path) -> None:
    """Each file is put in place by renaming: no half of one stays."""
    add_release(tmp_path, FIRST, {"a.b": Published("1", "1项")})
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert names == {"releases", "releases/2030Q1.csv", "releases.csv"}


BROKEN = {
    "empty": b"",
    "other columns": b"edition,note\n2030Q1,\n",
    "width": b"edition,released_on,sha256,bases,note,signer\n2030Q1,2030-04-20\n",
    "encoding": "edition,released_on,sha256,bases,note,signer\n虚构,,,,\n".encode("gb18030"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_register_is_refused(name: str, tmp_path: Path) -> None:
    """Neither read nor written over: what was released would be forgotten."""
    path = register_file(tmp_path)
    path.write_bytes(BROKEN[name])
    for use in (lambda: read_register(tmp_path), lambda: add_release(tmp_path, FIRST, {})):
        with pytest.raises(ConfigError) as caught:
            use()
        (found,) = caught.value.findings
        assert (found.code, found.place) == ("register.broken", str(path))
    assert path.read_bytes() == BROKEN[name]


def test_broken_values_are_refused(tmp_path: Path) -> None:
    """The values of an edition in another form are named."""
    add_release(tmp_path, FIRST, {})
    path = tmp_path / "releases" / "2030Q1.csv"
    path.write_text("statistic,value\na.b,1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_values(tmp_path, "2030Q1")
    assert [one.place for one in caught.value.findings] == [str(path)]


@given(TEXTS, st.dictionaries(TEXTS, st.builds(Published, TEXTS, TEXTS), max_size=4))
def test_what_is_entered_is_read(note: str, values: dict[str, Published]) -> None:
    """Whatever the note and the values say."""
    with tempfile.TemporaryDirectory() as place:
        data = Path(place)
        one = Released("2030Q1", "2030-04-20", "ab", "", note)
        add_release(data, one, values)
        assert read_register(data) == {"2030Q1": one}
        assert read_values(data, "2030Q1") == values
