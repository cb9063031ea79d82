"""Elements of a Word file by their short names. floor: drafts."""

from __future__ import annotations

from functools import cache
from typing import Any

from docx.oxml.ns import nsmap, qn

_PREFIXES = {
    nsmap["w"]: "w",
    nsmap["m"]: "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
}


def name_of(element: Any) -> str:
    """``w:p`` for a paragraph; empty for comments and for names of other namespaces."""
    return _short(element.tag) if isinstance(element.tag, str) else ""


@cache
def _short(tag: str) -> str:
    space, _, local = tag[1:].rpartition("}")
    return f"{_PREFIXES.get(space, '')}:{local}"


@cache
def path_of(names: str) -> str:
    """A path of short names as lxml asks for it."""
    return "/".join(qn(name) for name in names.split("/"))


def has(element: Any, names: str) -> bool:
    """Whether there is such an element within: ``w:rPr/w:del``."""
    return element.find(path_of(names)) is not None


def value_of(element: Any, names: str) -> str:
    """The value of the element so named within; "" where there is none."""
    found = element.find(path_of(names))
    return "" if found is None else str(found.get(qn("w:val"), ""))


def is_on(toggle: Any) -> bool:
    """Whether a property that is there says yes."""
    return toggle.get(qn("w:val"), "true").lower() in ("1", "true", "on")
