"""A published ``report.docx`` against what the release around it displays. floor: paper."""

from __future__ import annotations

import io
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from zipfile import ZipFile

from policybook.drafts.record import Draft, DraftError
from policybook.drafts.word import word_text
from policybook.errors import Finding, error
from policybook.paper.compose import published_document
from policybook.published import DOCUMENT, RESTORE, Release

_ELSEWHERE = ("word/media/", "docProps/custom.xml")
"""What is compared byte by byte: pictures, and the numbers that fields are worked out from."""


def check_document(release: Release) -> list[Finding]:
    """The document made again from the release: each line with its fields, each picture.

    Its looks are not compared: a newer program may set the same text otherwise.
    """
    path = release.folder / DOCUMENT
    if not path.is_file():
        return []  # already found by check_files
    data, right = path.read_bytes(), published_document(release)
    try:
        stated = _draft(path, data)
    except DraftError as problem:
        return [_wrong("", f"读不出：{problem.findings[0].message}")]
    return [*_lines(stated, _draft(path, right)), *_parts(data, right)]


def _draft(path: Path, data: bytes) -> Draft:
    text, marks = word_text(path, data)
    return Draft(path.name, "docx", text, text, marks)


def _lines(stated: Draft, right: Draft) -> Iterator[Finding]:
    """Lines that differ, in their text or in what their fields name."""
    theirs, ours = _told(stated), _told(right)
    for kind, low, high, first, last in SequenceMatcher(
        None, theirs, ours, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            written = "／".join(text for text, _ in theirs[low:high])
            expected = "／".join(text for text, _ in ours[first:last])
            if written == expected:
                yield _wrong(f"第{low + 1}行", f"“{written}”里的域或单元格标记与页面不符。")
            else:
                yield _wrong(f"第{low + 1}行", f"写作“{written}”，应为“{expected}”。")


def _told(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    """Each line with the marks in it, and where they stand."""
    found: list[tuple[str, tuple[str, ...]]] = []
    marks, start = sorted(draft.marks, key=lambda mark: mark.start), 0
    for line in draft.text.split("\n"):
        end = start + len(line)
        inside = [mark for mark in marks if start <= mark.start < end]
        found.append((line, tuple(f"{one.start - start} {one.name}" for one in inside)))
        start = end + 1
    return found


def _parts(data: bytes, right: bytes) -> Iterator[Finding]:
    with ZipFile(io.BytesIO(data)) as stated, ZipFile(io.BytesIO(right)) as expected:
        names = dict.fromkeys([*expected.namelist(), *stated.namelist()])
        for name in (name for name in names if name.startswith(_ELSEWHERE)):
            pair = [
                one.read(name) if name in one.namelist() else None for one in (stated, expected)
            ]
            if pair[0] != pair[1]:
                yield _wrong(name, "与发布的图或统计数字不符。")


def _wrong(place: str, message: str) -> Finding:
    return error("verify.document", f"{DOCUMENT} {place}".rstrip(), message, RESTORE)
