"""The command line; heavy modules are imported by the command that needs them. floor: cli."""

import gc

import policybook.cli.making
import policybook.cli.reading
import policybook.cli.supervision
import policybook.cli.upkeep  # noqa: F401
from policybook.children import RARELY
from policybook.cli.app import app


def main() -> None:
    """The ``policybook`` command."""
    gc.set_threshold(*RARELY)
    app()
