"""A book that remembers which of its parts each page has used. floor: watched.

A page is made anew when a part that it used has another content, and only then.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import orjson

from policybook.book import Book
from policybook.ledgers import Ledger
from policybook.model import Fact

Parts = dict[str, str]
"""Digests by part: ``facts tasks.count``, ``ledgers works``, ``relations``; ``facts`` is all."""


@dataclass
class Watch:
    """What is written down while pages are made: a part's digest for each page that used it."""

    page: str = ""
    used: dict[str, Parts] = field(default_factory=dict)
    before: dict[str, Parts] | None = None  # of the last build, when it has been looked up
    navigation: dict[str, str] = field(default_factory=dict)  # by folder, where it is the same
    _digests: Parts = field(default_factory=dict)

    def note(self, part: str, content: Any) -> None:
        """The page being made has used a part."""
        self.used.setdefault(self.page, {})[part] = self.digest(part, content)

    def digest(self, part: str, content: Any) -> str:
        """A part's digest, worked out once."""
        if part not in self._digests:
            self._digests[part] = _digest(content)
        return self._digests[part]


class Watched(Book):
    """A book whose every part is noted when it is looked at."""

    plain: Book
    watch: Watch

    @property
    def documents(self) -> Mapping[str, dict[str, str]]:
        """Those of the plain book, noted as the ledger that they are."""
        self.watch.note("ledgers documents", self.plain.ledgers["documents"])
        return self.plain.documents

    @property
    def database(self) -> sqlite3.Connection:
        """That of the plain book: what a fact rests on is part of the fact."""
        return self.plain.database

    def __getattribute__(self, name: str) -> Any:
        """A field, noted; fields that are mappings are noted entry by entry."""
        content = object.__getattribute__(self, name)
        if name not in _FIELDS:
            return content
        watch = object.__getattribute__(self, "watch")
        if isinstance(content, Mapping):
            return _Watched(name, content, watch)
        watch.note(name, content)
        return content

    def __reduce__(self) -> tuple[Any, ...]:
        """Nothing: Sphinx keeps its environment with all that hangs on it, not what is in files."""
        return type(None), ()

    def digest_of(self, part: str) -> str:
        """A part's digest as it is now; "" when there is no such part."""
        name, _, key = part.partition(" ")
        content = getattr(self.plain, name)
        if key:
            content = content.get(key)
        return self.watch.digest(part, content)


_FIELDS = frozenset(one.name for one in fields(Book))


def watch(book: Book) -> Watched:
    """The same book, watched."""
    watched = Watched(**{name: getattr(book, name) for name in _FIELDS})
    object.__setattr__(watched, "plain", book)
    object.__setattr__(watched, "watch", Watch())
    return watched


class _Watched(Mapping[str, Any]):
    def __init__(self, name: str, content: Mapping[str, Any], watch: Watch) -> None:
        self._name, self._content, self._watch = name, content, watch

    def __getitem__(self, key: str) -> Any:
        self._watch.note(f"{self._name} {key}", self._content.get(key))
        return self._content[key]

    def __contains__(self, key: object) -> bool:
        self._watch.note(f"{self._name} {key}", self._content.get(str(key)))
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        self._watch.note(self._name, self._content)
        return iter(self._content)

    def __len__(self) -> int:
        self._watch.note(self._name, self._content)
        return len(self._content)


def _digest(content: Any) -> str:
    if isinstance(content, Mapping):
        content = [(key, _digest(value)) for key, value in content.items()]
    elif isinstance(content, Ledger):  # its text may be long
        content = (content.sha256, content.origins)
    elif isinstance(content, Fact):  # its cells may be many
        return hashlib.sha256(orjson.dumps(content, default=tuple)).hexdigest()[:16]
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]
