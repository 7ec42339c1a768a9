"""Interrupts a run at chosen lines of Python, as Ctrl-C does between any two of them."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import batchnb

__all__ = ["Interruptions", "press_ctrl_c"]

PACKAGE = str(Path(batchnb.__file__).parent)
MOST_LINES = 300_000
"""Lines after which a run that is interrupted counts as one that never ends."""


class Interruptions:
    """Counts the lines of batchnb that one thread carries out, and does something at some of them."""

    def __init__(self, at: Sequence[int], *, thread: str = "MainThread", by: Callable[[], None] | None = None) -> None:
        """Interrupt at these lines, counted from 1; `by` raising KeyboardInterrupt where nothing else is said."""
        self._left = sorted(at)
        self._thread = thread
        self._by = by or self._raise
        self._is_lost = False
        self.lines = 0
        self.struck: list[str] = []
        """Where it has interrupted."""

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count and interrupt inside."""
        threads = self._thread != threading.current_thread().name
        (threading.settrace if threads else sys.settrace)(self._enter)
        (threading.setprofile if threads else sys.setprofile)(self._find_again)
        try:
            yield
        finally:
            sys.settrace(None)
            sys.setprofile(None)
            threading.settrace(None)
            threading.setprofile(None)

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        is_ours = frame.f_code.co_filename.startswith(PACKAGE) and threading.current_thread().name == self._thread
        return self._at_line if is_ours else None

    def _at_line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            self.lines += 1
            assert self.lines < MOST_LINES, "it never ends"
            if self._left and self.lines >= self._left[0]:
                self._left.pop(0)
                self.struck.append(f"{frame.f_code.co_filename[len(PACKAGE) + 1 :]}:{frame.f_lineno}")
                self._by()
        return self._at_line

    def _raise(self) -> None:
        # Python stops tracing where a trace function raises: it is begun again at the next call.
        self._is_lost = bool(self._left)
        raise KeyboardInterrupt

    def _find_again(self, frame: FrameType | None, _event: str, _argument: Any) -> None:
        if self._is_lost and threading.current_thread().name == self._thread:
            self._is_lost = False
            sys.settrace(self._enter)
            while frame is not None:
                if frame.f_code.co_filename.startswith(PACKAGE):
                    frame.f_trace = self._at_line
                frame = frame.f_back


def press_ctrl_c() -> None:
    """Send this process the signal of Ctrl-C."""
    signal.raise_signal(signal.SIGINT)
