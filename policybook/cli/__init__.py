"""The command line; heavy modules are imported by the command that needs them. floor: cli."""

import policybook.cli.making
import policybook.cli.reading
import policybook.cli.supervision
import policybook.cli.upkeep  # noqa: F401
from policybook.cli.app import app
from policybook.process import end_at_once, look_rarely


def main() -> None:
    """The ``policybook`` command."""
    look_rarely()
    try:
        app()
    except SystemExit as ended:
        end_at_once(ended)
