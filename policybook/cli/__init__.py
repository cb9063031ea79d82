"""The command line; heavy modules are imported by the command that needs them. floor: cli."""

import policybook.cli.making
import policybook.cli.reading
import policybook.cli.supervision
import policybook.cli.upkeep  # noqa: F401
from policybook.cli.app import app


def main() -> None:
    """The ``policybook`` command."""
    app()
