"""The hosts of a kernel: which of them show widgets, and the outputs that a picker has in their notebooks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["Outputs", "has_front_end"]

_OUTPUTS_KEPT = 4


def has_front_end() -> bool:
    """Return whether the cell that runs was started where widgets are shown and a person can answer.

    False in plain Python, in IPython's terminal, and under nbclient, papermill and nbval, which say with each cell
    that nobody is there to type; Voila says so, too, but shows widgets.
    """
    if "marimo" in sys.modules and _is_marimo():
        return True
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    return _may_ask(kernel) or "voila" in os.environ.get("SERVER_SOFTWARE", "").lower()


def _may_ask(kernel: Any) -> bool:
    try:
        request = kernel.get_parent("shell")
    except (AttributeError, LookupError, TypeError):
        return bool(getattr(kernel, "_allow_stdin", True))
    return bool((request or {}).get("content", {}).get("allow_stdin", True))


def _is_marimo() -> bool:
    return bool(getattr(sys.modules["marimo"], "running_in_notebook", lambda: False)())


class Outputs:
    """The outputs in notebooks that show one picker, so that they can say later what became of the jobs."""

    def __init__(self) -> None:
        self._handles: list[Any] = []

    def show(self, data: Mapping[str, Any]) -> None:
        """Put the data into the output of the cell that runs."""
        # Called by IPython only, which is there, then.
        handle = sys.modules["IPython.display"].display(data, raw=True, display_id=True)
        self._handles = [*self._handles[1 - _OUTPUTS_KEPT :], handle]

    def update(self, data: Mapping[str, Any]) -> None:
        """Put the data in the place of what the outputs hold, for whoever opens the notebook without a kernel."""
        for handle in self._handles:
            if handle is not None:
                handle.update(data, raw=True)
