"""One edition's published folder, complete and offline. floor: release."""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from policybook.datapackage import PACKAGE, datapackage
from policybook.figures import figure_csv
from policybook.inputs import Inputs
from policybook.listing import write_listing
from policybook.model import Fact, Figure
from policybook.provenance import write_provenance
from policybook.published import SUMS, Release, digests
from policybook.redirect import leading_to
from policybook.stage import write_json, write_uses
from policybook.vendored import copy_sqlite

VERIFIER = Path(__file__).parent / "standalone" / "verify.py"
_LEFTOVERS = (
    ".buildinfo",
    ".nojekyll",
    "objects.inv",
    "_sources",
)
"""What Sphinx leaves behind; of its static files those go too that no page names."""
_OVERVIEW, _TITLE = "book/index.html", "本期报告"
_STATIC_NAME = re.compile(rb'_static/([^"?#]+)')


def write_contents(
    release: Path,
    staged: Path,
    inputs: Inputs,
    facts: Iterable[Fact],
    figures: Iterable[Figure],
) -> None:
    """Facts, data and figures: all that does not wait for pages, the database apart.

    ``staged``: the facts' file that pages are made from.
    """
    release.mkdir()
    shutil.copyfile(staged, release / "facts.json")
    write_listing(release, facts)
    write_figures(release / "figures", figures)
    write_data(release, inputs)
    if inputs.provenance.handed_in:
        write_provenance(release, inputs.provenance)
    shutil.copyfile(VERIFIER, release / "verify.py")


def add_pages(release: Release, html: Path, used: Mapping[str, list[str]]) -> Release:
    """The release with its pages, told which of them use a fact; digests are for after the gate."""
    folder = release.folder
    shutil.copytree(html, folder, dirs_exist_ok=True)
    # In place of Jupyter Book's one line, of which a browser knows neither language nor icon.
    # An empty icon: one that is loaded is broken off when the browser goes on.
    way_in = leading_to(_OVERVIEW, "data:,", _TITLE, f'<p><a href="{_OVERVIEW}">{_TITLE}</a></p>')
    (folder / "index.html").write_text(way_in, encoding="utf-8", newline="")
    _drop_unnamed(folder)
    for name in _LEFTOVERS:
        path = folder / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    copy_sqlite(folder)
    write_uses(folder / "facts.json", used)
    return replace(
        release,
        facts={
            name: replace(fact, used_on=tuple(used.get(name, ())))
            for name, fact in release.facts.items()
        },
    )


def _drop_unnamed(release: Path) -> None:
    """Removes the static files that no page names: those of themes that the site does not use."""
    found: set[bytes] = set()
    for page in release.rglob("*.html"):
        if "_static" not in page.relative_to(release).parts:
            found.update(_STATIC_NAME.findall(page.read_bytes()))
    named = {"favicon.svg", *(name.decode() for name in found)}
    for path in sorted((release / "_static").rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(release / "_static").as_posix() not in named:
            path.unlink()


def write_figures(folder: Path, figures: Iterable[Figure]) -> None:
    """Each figure as SVG and PNG with its table as CSV beside them."""
    folder.mkdir()
    for figure in figures:
        (folder / f"{figure.id}.png").write_bytes(b64decode(figure.png))
        (folder / f"{figure.id}.svg").write_text(figure.svg, encoding="utf-8", newline="")
        (folder / f"{figure.id}.csv").write_text(figure_csv(figure), encoding="utf-8", newline="")


def write_data(release: Path, inputs: Inputs) -> None:
    """Ledgers as CSV with a Data Package descriptor."""
    folder = release / "data"
    folder.mkdir()
    for name, ledger in inputs.ledgers.items():
        (folder / f"{name}.csv").write_text(ledger.canonical, encoding="utf-8", newline="")
    contents = {name: ledger.canonical.encode() for name, ledger in inputs.ledgers.items()}
    schemas = {name: ledger.schema for name, ledger in inputs.ledgers.items()}
    edition, released_on = inputs.parameters.texts, str(inputs.parameters.released_on or "")
    package = datapackage(edition, released_on, schemas, contents, inputs.provenance)
    write_json(release / PACKAGE, package)


def write_sums(release: Path) -> None:
    """``SHA256SUMS`` over every other file, readable by ``sha256sum -c``."""
    lines = [f"{digest}  {name}\n" for name, digest in digests(release).items()]
    (release / SUMS).write_text("".join(lines), encoding="utf-8")
