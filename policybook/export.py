"""``export`` and ``reply``: files taken out of a release, for people to send on. floor: export."""

from __future__ import annotations

import json
import re
from pathlib import Path

from policybook.coverage import COVERAGE
from policybook.errors import UsageError, error
from policybook.paper import reply_bytes
from policybook.published import AUDIT, DOCUMENT, read_release

FILES = {"docx": DOCUMENT, "xlsx": AUDIT}
"""What a release has in each form."""
_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')


def export_file(release: Path, form: str, out: Path | None) -> tuple[Path, Path]:
    """Copy the file of a form; the file, and where the copy lies.

    Raises :class:`UsageError` when there is no such edition or file, or something in its place.
    """
    source = release / FILES[form]
    _check_built(release)
    if not source.is_file():
        remedy = f"用现在的程序重新运行 policybook build {release.name}。"
        raise UsageError(error("export.file", source, "这一期里没有这个文件。", remedy))
    path = out or Path(f"{_name(release)}-{release.name}.{form}")
    _write_new(path, source.read_bytes())
    return source, path


def draft_reply(release: Path, path: Path) -> None:
    """Write the draft of the reply to the committee.

    Raises :class:`UsageError` when there is no such edition, nothing to reply to, or something
    in the file's place.
    """
    _check_built(release)
    _write_new(path, reply_bytes(read_release(release)))


def _check_built(release: Path) -> None:
    if not release.is_dir():
        remedy = f"先运行 policybook build {release.name}，或用 --site 指向网站文件夹。"
        raise UsageError(error("export.edition", release, "没有生成这一期。", remedy))


def _write_new(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        remedy = "换一个文件名，或先移走原有的。"
        raise UsageError(error("export.exists", path, "已有这个文件，没有覆盖。", remedy)) from None


def _name(release: Path) -> str:
    """The edition's title as a file name."""
    try:
        coverage = json.loads((release / COVERAGE).read_text(encoding="utf-8"))
        title = str(coverage["parameters"]["title"])
    except (OSError, ValueError, KeyError):
        title = ""
    return _NO_NAME.sub("", title) or "policybook"
