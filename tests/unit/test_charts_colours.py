"""The charts' colours in grey and as the colour-blind see them."""

from __future__ import annotations

import itertools

import pytest

from policybook.charts import dots, grid, lines, sheet

WHITE = "#ffffff"

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light.
SEEN = {
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> list[float]:
    """The light of ``#rrggbb`` in red, green and blue."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lightness(colour: str, kind: str) -> float:
    """CIE L* of a colour as it is seen: 0 is black, 100 white."""
    light = linear(colour)
    seen = [sum(a * b for a, b in zip(row, light, strict=True)) for row in SEEN[kind]]
    red, green, blue = (min(1.0, max(0.0, part)) for part in seen)
    amount = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * amount ** (1 / 3) - 16 if amount > 0.008856 else 903.3 * amount


def apart(one: str, two: str, kind: str) -> float:
    """How far two colours are apart in lightness."""
    return abs(lightness(one, kind) - lightness(two, kind))


def test_lightness_is_that_of_the_standard() -> None:
    """White, black and the middle grey have their known values, whoever looks."""
    for kind in SEEN:
        assert lightness(WHITE, kind) == pytest.approx(100, abs=0.1)
        assert lightness("#000000", kind) == 0
        assert lightness("#777777", kind) == pytest.approx(50, abs=0.2)


@pytest.mark.parametrize("kind", SEEN)
def test_meanings_differ(kind: str) -> None:
    """What is done stands apart from what is left, and each bar from the sheet."""
    assert apart(sheet.DONE, sheet.REMAINING, kind) >= 40
    for colour in (sheet.DONE, sheet.NEUTRAL, lines.LINE):
        assert apart(colour, WHITE, kind) >= 40


@pytest.mark.parametrize("kind", SEEN)
def test_parts_differ(kind: str) -> None:
    """Neighbours in a bar differ widely, and so do any two of the first four parts."""
    for one, two in itertools.pairwise(sheet.PARTS):
        assert apart(one, two, kind) >= 25, (one, two)
    for one, two in itertools.combinations(sheet.PARTS[:4], 2):
        assert apart(one, two, kind) >= 15, (one, two)


@pytest.mark.parametrize("kind", SEEN)
def test_standings_differ(kind: str) -> None:
    """No two standings have dots that look alike: filled or open, dark or pale."""
    for (one, filled), (two, also) in itertools.combinations(dots.LOOKS.values(), 2):
        assert filled != also or apart(one, two, kind) >= 40


@pytest.mark.parametrize("kind", SEEN)
def test_shades_go_one_way(kind: str) -> None:
    """More is always darker, by a step that is seen."""
    for paler, darker in itertools.pairwise(grid.SHADES):
        assert lightness(paler, kind) - lightness(darker, kind) >= 5
