"""Seeded draws in whole numbers, the same on every machine. floor: demo."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

T = TypeVar("T")
CENT = Decimal("0.01")


def rounded(value: Decimal, place: Decimal = CENT) -> Decimal:
    """Half up at a decimal place."""
    return value.quantize(place, ROUND_HALF_UP)


class Chance:
    """One stream of draws, by a seed and the name of what it is for.

    Everything comes from ``random()``, the one sequence that Python promises not to change.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(f"{seed}/{name}")

    def below(self, count: int) -> int:
        """One of 0 … count - 1."""
        return int(self._random.random() * count)

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def happens(self, percent: int) -> bool:
        """Whether what has so many chances in a hundred takes place."""
        return self.below(100) < percent

    def factor(self, low: int, high: int) -> Decimal:
        """A factor between two percentages."""
        return Decimal(self.between(low, high)) / 100

    def skewed(self, middle: Decimal, steps: int = 8) -> Decimal:
        """Many small and few large around a middle, as sums of money are: a product of factors."""
        value = middle
        for _ in range(steps):
            value *= self.factor(55, 150)
        return value
