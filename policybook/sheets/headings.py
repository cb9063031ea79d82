"""Which column of which ledger a heading names. floor: sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from policybook.schema import Field, Schema
from policybook.sheets.cleaning import squeeze
from policybook.sheets.units import KNOWN

_MARKS = "*★☆※•·:."
_BRACKET = re.compile(r"([^(\[【〔{]+)[(\[【〔{](.*)[)\]】〕}]")
_SEPARATED = re.compile(r"([^:/,、]+)[:/,、](.+)")
_PARTS = re.compile(r"[()\[\]【】〔〕{},、;；:]+")
_LONGEST = 80  # characters of a heading; a longer text is none


@dataclass(frozen=True)
class Name:
    """A heading's text taken apart."""

    fields: Mapping[str, Field]  # ledger → the column that it names there
    extras: tuple[str, ...] = ()  # what else it says: units, 必填


NO_NAME = Name({})


@dataclass(frozen=True)
class HeadingIndex:
    """Every heading of every ledger."""

    schemas: Mapping[str, Schema]
    _names: dict[str, dict[str, Field]] = field(default_factory=dict)
    _read: dict[str, Name] = field(default_factory=dict)
    _units: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for schema in self.schemas.values():
            for column in schema.fields:
                for key in (heading_key(column.title), heading_key(column.name)):
                    self._names.setdefault(key, {})[schema.name] = column
        self._units.update(
            KNOWN, (squeeze(f.unit) for s in self.schemas.values() for f in s.fields)
        )
        self._units.discard("")

    def read(self, text: str) -> Name:
        """What a heading names; no field when it names none."""
        if len(text) > _LONGEST:
            return NO_NAME
        if text not in self._read:
            self._read[text] = self._take_apart(heading_key(text))
        return self._read[text]

    def knows(self, text: str) -> bool:
        """Whether a text is a heading of some ledger."""
        return bool(self.read(text).fields)

    def _take_apart(self, key: str) -> Name:
        if key in self._names:
            return Name(self._names[key])
        for pattern in (_BRACKET, _SEPARATED):
            match = pattern.fullmatch(key)
            if match and heading_key(match[1]) in self._names:
                extras = tuple(part for part in _PARTS.split(match[2]) if part)
                return Name(self._names[heading_key(match[1])], extras)
        for unit in sorted(self._units, key=len, reverse=True):
            if key.endswith(unit) and key.removesuffix(unit) in self._names:
                return Name(self._names[key.removesuffix(unit)], (unit,))
        return NO_NAME


def heading_key(text: str) -> str:
    """A heading without blanks, line breaks and the marks of required columns."""
    return squeeze(text).lower().strip(_MARKS)


def base_text(text: str) -> str:
    """A heading without what stands in brackets, for finding out what was meant."""
    key = heading_key(text)
    match = _BRACKET.fullmatch(key)
    return match[1] if match else key
