"""Our engine as papermill finds it by its entry point. floor: inprocess.

papermill loads it while it is itself being loaded, so nothing of papermill's can be here yet:
the engine is looked up when it is first asked for something.
"""

from __future__ import annotations

from typing import Any


class _Engine:
    def __getattr__(self, name: str) -> Any:
        from policybook.inprocess import InProcessEngine

        return getattr(InProcessEngine, name)


engine = _Engine()
"""For ``papermill --engine policybook``."""
