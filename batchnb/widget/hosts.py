"""Whether somebody can click: which hosts of a kernel show widgets, and which only run cells."""

from __future__ import annotations

import os
import sys
from typing import Any

__all__ = ["has_front_end"]


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
