"""The press: Jupyter Book at work, on a clean folder or on the one it left. floor: press.

Only pages that have changed are made anew, and they are those of a clean build, byte for byte.
The folder is used again for the very same program, configuration and set of pages only, and
never after a failure: what Sphinx leaves behind keeps deleted pages alive.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from policybook.errors import Finding, SiteError, error
from policybook.keeping import USED, USED_PARTS, locked

_COMPLETE = ".complete"
_LEFT = frozenset({USED, USED_PARTS, _COMPLETE})
"""Files of a build that are no sources."""
_SCRIPT = """
import sys
from policybook.process import end_at_once, look_rarely
look_rarely()
from importlib import import_module
from jupyter_book.cli.main import main
from sphinx.application import builtin_extensions
for name in (*builtin_extensions, *sys.argv[1:]):
    import_module(name)
import policybook.render
policybook.render.wait_for_facts = sys.stdin.readline
folder = sys.stdin.readline().rstrip("\\n")
if folder:
    import os
    os.chdir(folder)
    try:
        main(["build", folder, "-W", "-n", "--keep-going", "-q"])
    except SystemExit as ended:
        end_at_once(ended)
"""

_EXTENSIONS = (
    *("jupyter_book.sphinx", "policybook.render", "myst_nb.sphinx_ext", "sphinx.ext.intersphinx"),
    *("sphinx_book_theme", "sphinx_comments", "sphinx_copybutton", "sphinx_design"),
    *("sphinx_external_toc", "sphinx_jupyterbook_latex", "sphinx_multitoc_numbering"),
    *("sphinx_thebe", "sphinx_togglebutton"),
)
"""What Jupyter Book itself would load, later, when it is waited for."""


@dataclass
class Press:
    """Jupyter Book in a process of its own, started early: it loads while ledgers are read."""

    process: subprocess.Popen[str]

    def begin(self, folder: Path) -> None:
        """Get ready for a folder that has the book's settings: facts may still be computed."""
        self._say(f"{folder}")

    def go(self) -> None:
        """Make the pages, all sources being there, and do not wait for them."""
        self._say("")

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended, and what it said is told when it is asked
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()

    def finished(self, folder: Path) -> Path:
        """The HTML of the folder; :class:`SiteError` with every warning, since none is allowed."""
        said, _ = self.process.communicate()
        problems = [line for line in said.splitlines() if "WARNING" in line or "ERROR" in line]
        if problems:
            raise SiteError([_site_warning(folder, line) for line in problems])
        if self.process.returncode:
            said = said.partition("Exception occurred:")[2] or said
            cause = " ".join(said.partition("The full traceback")[0].split())[:600]
            message, remedy = f"成页中断：{cause}", "改正所指的页面或模板。"
            raise SiteError(error("site.failed", "jupyter-book", message, remedy))
        return folder / "_build" / "html"


@contextmanager
def press() -> Iterator[Press]:
    """A press that is ready when it is needed, and gone afterwards."""
    settings = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _SCRIPT, *_EXTENSIONS],  # -P: no module of where we are
        env={**os.environ, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        try:
            yield Press(process)
        finally:
            process.kill()


@contextmanager
def kept_book(book: Path, kept: Path | None, program: str) -> Iterator[Path]:
    """A folder in which Jupyter Book may go on where it stopped, with what ``book`` has by now.

    Executed notebooks and facts follow by :func:`update`.
    ``kept``: where it is left for the next build; None, or one in use, means ``book`` itself.
    ``program``: the digest of all that makes pages of sources.
    """
    if kept is None:
        yield book
        return
    with locked(kept) as free:
        if not free:  # another build is at it
            yield book
            return
        key = _key(book, f"{program} {kept}")  # Sphinx writes down where it is
        complete = kept / _COMPLETE
        if not (complete.is_file() and complete.read_text(encoding="utf-8") == key):
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir()
        _copy(book, kept, (name for name in _sources(book) if not name.startswith("notebooks/")))
        yield kept
        complete.write_text(key, encoding="utf-8")


def _key(book: Path, program: str) -> str:
    """What a kept folder can be used again for."""
    configuration = [(book / name).read_bytes().hex() for name in ("_config.yml", "_toc.yml")]
    pages = sorted(_sources(book))
    parts = [program, *configuration, *pages]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sources(book: Path) -> set[str]:
    files = (path.relative_to(book) for path in book.rglob("*") if path.is_file())
    return {name.as_posix() for name in files if name.parts[0] not in ("_build", *_LEFT)}


def update(book: Path, kept: Path) -> None:
    """Copy what has changed, and remove what is gone: the times of other files stay.

    ``kept``: from :func:`kept_book`; until it is left, what is in it is no good to others.
    """
    if kept == book:
        return
    (kept / _COMPLETE).unlink(missing_ok=True)
    wanted = _sources(book)
    for name in _sources(kept) - wanted:
        (kept / name).unlink()
    _copy(book, kept, wanted)


def _copy(book: Path, kept: Path, names: Iterable[str]) -> None:
    for name in names:
        target = kept / name
        if not (target.is_file() and cmp(book / name, target, shallow=False)):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(book / name, target)


def _site_warning(stage: Path, line: str) -> Finding:
    place, mark, message = line.replace(f"{stage}{os.sep}", "").strip().partition(" WARNING: ")
    if not mark:
        place, message = "jupyter-book", place
    remedy = "改正所指的页面；页面不允许有任何警告。"
    return error("site.warning", place.removesuffix(":"), message, remedy)
