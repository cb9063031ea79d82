"""The words that the scanner knows, read once from lexicon.toml. floor: scan."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

CHINESE = "〇零一二两三四五六七八九十百千万亿廿"
"""Characters of Chinese numerals."""


@cache
def words(section: str) -> tuple[str, ...]:
    """The entries of one section of the lexicon, each once."""
    text = Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8")
    return tuple(dict.fromkeys(tomllib.loads(text)[section].split()))


def alternation(entries: Iterable[str]) -> str:
    """A pattern that matches the longest of the words: they share their beginnings.

    Python's ``re`` tries alternatives in turn, so a plain list of a thousand words is slow.
    An entry ``十分!之钟`` does not match where 之 or 钟 follows.
    """
    tree: dict[str, object] = {}
    for entry in entries:
        word, _, unless = entry.partition("!")
        node = tree
        for character in word:
            node = node.setdefault(character, {})  # type: ignore[assignment]
        node[""] = unless
    return _branches(tree)


def _branches(node: dict[str, object]) -> str:
    longer = [
        re.escape(character) + _branches(below)  # type: ignore[arg-type]
        for character, below in node.items()
        if character
    ]
    if "" in node:
        longer.append(f"(?![{node['']}])" if node[""] else "")
    return longer[0] if len(longer) == 1 else f"(?:{'|'.join(longer)})"
