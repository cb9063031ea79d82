"""One edition from ledgers to a verified folder, at once. floor: building."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from policybook.errors import Finding
from policybook.period import Period
from policybook.press import press
from policybook.project import Project


def build_edition(
    project: Project, period: Period, work: Path, released_on: date | None, signer: str
) -> list[Finding]:
    """One edition as ``work/release``; what was found that does not stop it.

    ``released_on``: None for a draft; ``signer``: fingerprint of the key, "" when unsigned.
    Raises :class:`PolicybookError` of many kinds; then there is no release.
    """
    with press() as ready:
        from policybook.production import make_edition  # while the press loads too

        return make_edition(project, period, work, released_on, signer, ready)
