"""A document as plain text, and the refusal of one. floor: drafts."""

from __future__ import annotations

from dataclasses import dataclass

from policybook.errors import PolicybookError, error


class DraftError(PolicybookError):
    """A document that cannot be read as text."""


@dataclass(frozen=True)
class Mark:
    """A part of a Word file's text of which the file itself says what it is."""

    start: int
    end: int
    name: str  # of the document property that a field shows; LedgerCell for a ledger's cell


@dataclass(frozen=True)
class Draft:
    """A document as plain text."""

    name: str  # file name
    kind: str  # docx, html, md or txt
    text: str  # what is read; for txt and md the file's own text, character for character
    scanned: str  # as long as text: what is not prose is spaces, line ends are kept
    marks: tuple[Mark, ...] = ()


def refusal(code: str, place: object, message: str, remedy: str) -> DraftError:
    """A refusal with one finding."""
    return DraftError(error(f"draft.{code}", place, message, remedy))
