"""Lets Python look for garbage less often while very many records are made, none of which is any.

Python looks through all that lives whenever some hundred more things have been made than dropped. While 100,000 jobs
are read, that is a third of the work, and finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

__all__ = ["collecting_seldom"]

SELDOM = 500_000
"""Things made, less those dropped, after which Python looks for garbage among the youngest; 700 are usual."""

_lock = Lock()
_usual: list[tuple[int, int, int]] = []
"""For each that is inside, the thresholds from before the first of them."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for garbage seldom inside, and as before afterwards. May be nested, and used by several threads."""
    with _lock:
        _usual.append(_usual[0] if _usual else gc.get_threshold())
        first, *others = _usual[0]
        # 0 is never, and whoever has set more than this wants it so.
        gc.set_threshold(max(first, SELDOM) if first else 0, *others)
    try:
        yield
    finally:
        with _lock:
            usual = _usual.pop()
            if not _usual:
                gc.set_threshold(*usual)
