"""Work that other machines may do: what is sent, and what comes back. floor: workers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile

from policybook.errors import Finding, PolicybookError

T = TypeVar("T")
Places = tuple[tuple[str, str], ...]
"""Parts of the folder of a job, and where each lies on the machine that sent it."""


@dataclass(frozen=True)
class Job(Generic[T]):
    """A task on a folder, which is laid out anew wherever the task is done."""

    work: Callable[[Path], T]  # told where the folder is; pickles, as does what it returns
    places: Places  # the inner before the outer
    broken: str  # the part in which it leaves what failed


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What has come of a job: a result, or what was raised with the files that it left."""

    found: T | None
    problem: Exception | None = None
    broken: bytes = b""

    def result(self, job: Job[T]) -> T:
        """The result; raises the problem, with what is broken laid down where it belongs."""
        if self.broken:
            unpack(self.broken, Path(dict(job.places)[job.broken]))
        if self.problem is not None:
            raise self.problem
        found: T = self.found  # type: ignore[assignment]  # None is a result too
        return found


class Workers(Protocol):
    """Those who do jobs for this process."""

    def run(self, jobs: Sequence[Job[T]], content: bytes) -> list[Callable[[], T]]:
        """The jobs begun, in any order; each result is waited for by its call.

        ``content``: the folder that the jobs have in common, packed.
        """


def do(job: Job[T], content: bytes, folder: Path) -> Answer[T]:
    """A job done here, in an empty folder."""
    unpack(content, folder)
    try:
        return Answer(job.work(folder))
    except PolicybookError as problem:
        told = type(problem)(relocated(problem.findings, folder, job.places))
        left = folder / job.broken
        return Answer(None, told, pack({"": left}) if left.is_dir() else b"")
    except Exception as problem:
        return Answer(None, problem)


def relocated(findings: Iterable[Finding], folder: Path, places: Places) -> list[Finding]:
    """Findings that name files as the sender knows them."""

    def told(text: str) -> str:
        for part, place in places:
            text = text.replace(str(folder / part), place)
        return text

    return [
        replace(one, place=told(one.place), message=told(one.message), remedy=told(one.remedy))
        for one in findings
    ]


def pack(parts: Mapping[str, Path]) -> bytes:
    """Folders and files as one archive, each under its name there; "" for the top."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as archive:
        for name, source in parts.items():
            for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
                inner = Path(name, path.relative_to(source)).as_posix()
                archive.write(path, inner)
    return packed.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """An archive laid out in a folder; nothing of it comes to lie outside."""
    folder.mkdir(parents=True, exist_ok=True)
    with ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
