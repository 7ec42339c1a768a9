"""The hosts of a kernel: which of them show widgets, and the outputs that a picker has in their notebooks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["Outputs", "has_front_end", "is_unattended"]

VIEW = "application/vnd.jupyter.widget-view+json"
"""What makes a page look for the widget, and say "model not found" where its kernel is gone."""

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
    return _may_ask(kernel) or _is_voila()


def is_unattended() -> bool:
    """Return whether the cell that runs was started by nbclient, papermill or nbval: nobody will see a widget.

    False wherever that is not known for certain.
    """
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython is not None else None
    return kernel is not None and not _may_ask(kernel) and not _is_voila()


def _is_voila() -> bool:
    return "voila" in os.environ.get("SERVER_SOFTWARE", "").lower()


def _may_ask(kernel: Any) -> bool:
    try:
        request = kernel.get_parent("shell")
    except (AttributeError, LookupError, TypeError):
        return bool(getattr(kernel, "_allow_stdin", True))
    return bool((request or {}).get("content", {}).get("allow_stdin", True))


def _is_marimo() -> bool:
    return bool(getattr(sys.modules["marimo"], "running_in_notebook", lambda: False)())


class Outputs:
    """The outputs in notebooks that show one picker, and what a file keeps of them.

    A file that names a widget shows "model not found" once the kernel is gone. So an output names it only until a page
    has said that it shows the picker in place of the static table. The file then has only the table.
    """

    def __init__(self) -> None:
        self._handles: list[Any] = []
        self._about: Mapping[str, Any] = {}
        self.is_held = False

    def show(self, bundle: Mapping[str, Any] | tuple[Mapping[str, Any], ...]) -> None:
        """Put the data, or data and metadata, into the output of the cell that runs.

        Colab finds the widget manager in the metadata.
        """
        data, *about = bundle if isinstance(bundle, tuple) else (bundle,)
        self._about = about[0] if about else {}
        # Called by IPython only, which is there, then.
        handle = sys.modules["IPython.display"].display(data, raw=True, display_id=True, **self._metadata)
        self._handles = [*self._handles[1 - _OUTPUTS_KEPT :], handle]

    def hold(self, data: Mapping[str, Any]) -> None:
        """Take the widget out of the outputs: a page has said that it holds the picker in the place of the table."""
        self.is_held = True
        self.update(data)

    def update(self, data: Mapping[str, Any]) -> None:
        """Replace what the outputs hold, so that the notebook can be read without a kernel."""
        kept = {kind: part for kind, part in data.items() if kind != VIEW or not self.is_held}
        for handle in self._handles:
            if handle is not None:
                handle.update(kept, raw=True, **self._metadata)

    @property
    def _metadata(self) -> dict[str, Any]:
        return {"metadata": self._about} if self._about else {}
