"""``python -m policybook``. floor: cli."""

from policybook.cli import main

main()
