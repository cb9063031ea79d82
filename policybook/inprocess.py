"""A papermill engine that runs cells in this process, which is a fork. floor: inprocess.

Cells run in ipykernel's own shell and their messages are taken in by papermill's own client,
so that outputs are those of a kernel in another process, byte for byte.  What is left out is
the start of an interpreter, its imports and its sockets.
"""

from __future__ import annotations

import asyncio
import os
import sys
from types import SimpleNamespace
from typing import Any

from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.inprocess.manager import InProcessKernelManager
from ipykernel.iostream import OutStream
from nbclient.exceptions import CellExecutionComplete
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import default
from traitlets.config import Config

ENGINE = "policybook"
"""Its name for papermill: ``papermill --engine policybook``."""
_INLINE = "module://matplotlib_inline.backend_inline"
_MOMENT = 60.0
"""Seconds to wait for a message that has already been sent."""


def register() -> None:
    """Make the engine known to papermill, also where this package is not installed.

    Kernels of this process load no debugger then: it takes as long as the rest of a kernel.
    """
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]
    papermill_engines.register(ENGINE, InProcessEngine)


class InProcessEngine(Engine):  # type: ignore[misc]
    """Runs a notebook's cells in the process that calls it, once: it has one shell."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> Any:
        """The notebook executed; a failing cell's error stands in its outputs."""
        known = {name: options[name] for name in ("log_output",) if name in options}
        return _Client(nb_man, record_timing=False, **known).execute()


class _Kernel(InProcessKernel):
    """A kernel that also takes in what other programs write to the streams of this process."""

    @default("shell_channel_thread")
    def _default_shell_channel_thread(self) -> SimpleNamespace:
        # ipykernel 7 asks which thread runs its cells when one of them awaits something.
        return SimpleNamespace(parent_thread=None)

    @property
    def _supports_kernel_subshells(self) -> bool:
        return False

    @default("stdout")
    def _default_stdout(self) -> OutStream:
        return OutStream(self.session, self.iopub_thread, "stdout", watchfd=True)

    @default("stderr")
    def _default_stderr(self) -> OutStream:
        return OutStream(self.session, self.iopub_thread, "stderr", watchfd=True)


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, asking a kernel in this process."""

    def execute(self, **_: Any) -> Any:
        """Every cell run, in order, up to the first that fails."""
        self.reset_execution_trackers()
        # No history file in somebody's home folder.
        manager = InProcessKernelManager(config=Config({"HistoryManager": {"enabled": False}}))
        kernel = _Kernel(parent=manager, session=manager.session)  # type: ignore[no-untyped-call]
        manager.kernel = kernel
        _show_figures_inline(kernel.shell)
        self.kc = manager.client()
        self.kc.start_channels()
        # Before a request arrives, which marks them with what is printed belongs to.
        sys.stdout, sys.stderr = kernel.stdout, kernel.stderr
        self.papermill_execute_cells()
        self.kc.kernel_info()
        known = self.kc.get_shell_msg(timeout=_MOMENT)["content"]
        self.nb.metadata["language_info"] = known["language_info"]
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> Any:
        """One cell run and its messages taken in; raises ``CellExecutionError`` when it fails."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        cell.outputs = []
        self.clear_before_next_output = False
        request = self.kc.execute(cell.source)
        reply = self.kc.get_shell_msg(timeout=_MOMENT)
        try:
            while True:
                message = self.kc.get_iopub_msg(timeout=_MOMENT)
                if message["parent_header"].get("msg_id") == request:
                    self.process_message(message, cell, cell_index)
        except CellExecutionComplete:
            pass
        asyncio.run(self._check_raise_for_error(cell, cell_index, reply))
        return cell


def _show_figures_inline(shell: Any) -> None:
    # As ipykernel does before it starts; here matplotlib may be imported already.
    os.environ["MPLBACKEND"] = _INLINE
    if "matplotlib" in sys.modules:
        from IPython.core.pylabtools import activate_matplotlib
        from matplotlib_inline.backend_inline import configure_inline_support

        activate_matplotlib(_INLINE)
        configure_inline_support(shell, _INLINE)  # type: ignore[no-untyped-call]
