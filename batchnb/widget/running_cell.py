"""The cell that runs: by what a host tells it from others, and which picker of it is made now."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from typing import Any

__all__ = ["RunningCell", "running_cell"]

_ID_LENGTH = 200

_mutex = threading.Lock()
_last_request: tuple[str, int] = ("", 0)
"""The execution in which a picker was made last, and how many were made in it."""


@dataclass(frozen=True, slots=True)
class RunningCell:
    """A cell in which a picker is made. Its name is the same whenever the cell is run again."""

    name: str | None = None
    """The host's id of the cell, and which of its pickers this is; None where the host names no cell."""
    number: int | None = None
    """The number in `In [4]`; None outside of a notebook."""


def running_cell() -> RunningCell:
    """Return the cell that runs. Each call counts as one picker more in it."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    request = _request_of(getattr(shell, "kernel", None))
    if request is None:
        return RunningCell(None, None)
    cell_id, message_id = request
    nth = _count(message_id)
    is_named = isinstance(cell_id, str) and 0 < len(cell_id) <= _ID_LENGTH
    return RunningCell(f"{cell_id}/{nth}" if is_named else None, _number_of(shell))


def _number_of(shell: Any) -> int | None:
    """Return the number of the cell that runs, as its prompt has it.

    IPython counts on after a cell has run, newer versions before; both have noted it in `In` when it runs.
    """
    number, noted = getattr(shell, "execution_count", None), getattr(shell, "user_ns", {}).get("In")
    if not isinstance(number, int):
        return None
    return number - 1 if isinstance(noted, list) and len(noted) == number else number


def _count(message_id: str) -> int:
    global _last_request
    with _mutex:
        before, count = _last_request
        nth = count if before == message_id else 0
        _last_request = message_id, nth + 1
    return nth


def _request_of(kernel: Any) -> tuple[Any, str] | None:
    """Return the id of the cell and of the message by which it was started; None where no cell runs."""
    try:
        parent = kernel.get_parent("shell")
        header = parent["header"]
        if header["msg_type"] != "execute_request":
            return None
        return parent.get("metadata", {}).get("cellId"), str(header["msg_id"])
    except (AttributeError, KeyError, LookupError, TypeError):
        return None
