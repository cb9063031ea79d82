"""Full-text search in Chinese by pairs of characters. floor: search.

Sphinx's own Chinese search indexes nothing without jieba, and with it misses
queries of several words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from sphinx.search import SearchLanguage

_WORD = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9_.%-]+")

_SPLITTER = r"""
function splitQuery(query) {
  const words = [];
  for (const run of query.toLowerCase().match(/[\u4e00-\u9fff]+|[a-z0-9_.%-]+/g) || []) {
    if (!/[\u4e00-\u9fff]/.test(run) || run.length < 2) { words.push(run); continue; }
    for (let i = 0; i < run.length - 1; i++) words.push(run.slice(i, i + 2));
  }
  return words;
}
"""


class BigramChinese(SearchLanguage):
    """Chinese text as overlapping pairs; Latin words and statistic ids as they are."""

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = _SPLITTER
    js_stemmer_code = "var Stemmer = function () { this.stemWord = (word) => word; };"

    def split(self, input: str) -> list[str]:
        """The words of a text."""
        return list(_split(input))

    def stem(self, word: str) -> str:
        """Pairs have no stem."""
        return word

    def word_filter(self, word: str) -> bool:
        """Every word is kept."""
        return bool(word)


@cache  # the same record stands under many statistics
def _split(text: str) -> tuple[str, ...]:
    words: list[str] = []
    for run in _WORD.findall(text.lower()):
        if run[0] < "\u4e00" or len(run) < 2:
            words.append(run)
        else:
            words += [run[place : place + 2] for place in range(len(run) - 1)]
    return tuple(words)


def distinct_words(texts: Iterable[str]) -> list[str]:
    """The words of texts, each once: a search asks whether a page has a word, not how often."""
    different = dict.fromkeys(texts)  # first, for titles of records recur
    return list(dict.fromkeys(word for text in different for word in _split(text)))
