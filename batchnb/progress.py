"""Progress for long waits: a bar on stderr, by tqdm; in a notebook, a line of text."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, NoReturn

from batchnb.clock import Clock

if TYPE_CHECKING:
    from tqdm.std import tqdm

__all__ = ["SILENT_SECONDS", "announce", "counting"]

_LINE_SECONDS = 0.25
SILENT_SECONDS = 1.0
"""Seconds of waiting after which a bar is shown."""


@contextmanager
def counting(
    what: str, *, unit: str, total: int | None = None, silent: bool = False, clock: Clock | None = None
) -> Iterator[Callable[[int], Any]]:
    """Yield the function that moves a progress bar on stderr, which shows after `SILENT_SECONDS`, or never if `silent`.

    In a notebook in front of a user, it is a line of text that stays with the final count: a bar would leave an
    empty pink box. `TQDM_DISABLE=1` in the environment switches both off, as it does for all bars of tqdm.
    """
    now = (clock or Clock()).now
    began, counted = now(), 0
    bar: tqdm[NoReturn] | _Line | None = None

    def count(more: int) -> None:
        nonlocal bar, counted
        counted += more
        if bar is not None:
            bar.update(more)
        elif not silent and (waited := now() - began) >= SILENT_SECONDS:
            # Made only when it is shown: most waits are shorter.
            bar = _line_of_notebook(what, unit, total) or _bar(what, unit, total, waited)
            bar.update(counted)

    try:
        yield count
    finally:
        if bar is not None:
            bar.close()


def _bar(what: str, unit: str, total: int | None, waited: float) -> tqdm[NoReturn]:
    """Return a bar that looks as if it had been there from the start."""
    from tqdm.std import tqdm

    bar = tqdm(desc=what, unit=unit, total=total, leave=False)
    if not bar.disable:
        bar.start_t = bar.last_print_t = bar.start_t - waited
    return bar


class _Line:
    """A line of text in the output of a cell, changed some times a second."""

    def __init__(self, show: Callable[..., Any], what: str, unit: str, total: int | None, clock: Clock) -> None:
        self._what, self._unit, self._total, self._now = what, unit, total, clock.now
        self._count, self._shown_at = 0, clock.now()
        self._handle = show({"text/plain": self._text()}, raw=True, display_id=True)

    def update(self, more: int) -> None:
        self._count += more
        if self._now() - self._shown_at >= _LINE_SECONDS:
            self._show()

    def close(self) -> None:
        self._show()

    def _show(self) -> None:
        self._shown_at = self._now()
        if self._handle is not None:
            self._handle.update({"text/plain": self._text()}, raw=True)

    def _text(self) -> str:
        of = f" of {self._total:,}" if self._total is not None else ""
        return f"{self._what}: {self._count:,}{of}{self._unit}"


def _line_of_notebook(what: str, unit: str, total: int | None) -> _Line | None:
    """Return a line in the cell that runs, None where no person looks at a notebook, or bars are switched off.

    A thread of its own has no cell: what it shows would come out below another one.
    """
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython is not None else None
    if kernel is None or current_thread() is not main_thread() or os.environ.get("TQDM_DISABLE", "0") not in ("", "0"):
        return None
    try:
        is_attended = kernel.get_parent("shell")["content"]["allow_stdin"]
    except (AttributeError, LookupError, TypeError):
        return None
    return _Line(sys.modules["IPython.display"].display, what, unit, total, Clock()) if is_attended else None


def announce(text: str) -> None:
    """Print a text on stderr, above a bar if there is one; do nothing where there is no stderr."""
    from tqdm.std import tqdm

    with suppress(OSError, ValueError, AttributeError):
        tqdm.write(text, file=sys.stderr)
