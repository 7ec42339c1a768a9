"""The banner: the first lines of an output notebook say what became of it, also where it broke off.

It is shown by the first cell, and changed where it stands by the cells below. What it says in the beginning stays true
where the kernel is killed.
"""

from __future__ import annotations

import builtins
import html
import secrets
from collections.abc import Callable
from typing import Any

from batchnb.text import shown

__all__ = ["UNFINISHED", "Banner"]

UNFINISHED = "FAILED or still running: this notebook has not come to its end."
_LENGTH = 400


class Banner:
    """One line at the top of a notebook. Shows nothing outside IPython."""

    def __init__(self, show: Callable[..., Any] | None = None) -> None:
        """`show` is IPython's `display`, which is a builtin of its kernels."""
        self._show = show or getattr(builtins, "display", None)
        self._id = f"batchnb-{secrets.token_hex(8)}"
        self.text = ""

    def open(self) -> None:
        """Show the banner in the cell that runs."""
        self.text = UNFINISHED
        if self._show is not None:
            self._show(_Line(self.text), display_id=self._id)

    def change(self, text: str) -> None:
        """Change the banner where it stands."""
        self.text = shown(text, _LENGTH)
        if self._show is not None:
            self._show(_Line(self.text), display_id=self._id, update=True)

    def show(self, *values: object) -> None:
        """Show these in the cell that runs."""
        if self._show is not None:
            for value in values:
                self._show(_Line(value) if isinstance(value, str) else value)


class _Line:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f"<strong>{html.escape(self._text)}</strong>"
