"""The sentence around a place of a text, to show to a reader. floor: scan."""

from __future__ import annotations

_ENDS = "。！？；\n"
_AROUND = 40


def sentence(text: str, place: int) -> str:
    """The sentence around ``place``, no more than some eighty characters of it."""
    start = max(text.rfind(mark, max(0, place - _AROUND), place) for mark in _ENDS) + 1
    ends = [end for mark in _ENDS if (end := text.find(mark, place, place + _AROUND)) >= 0]
    start = start or max(0, place - _AROUND)
    end = min(ends) + 1 if ends else place + _AROUND
    return text[start:end].strip()
