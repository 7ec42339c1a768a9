"""Raises the GC threshold while very many records are made.

Python looks through all that lives whenever some hundred more things have been made than dropped. While 100,000 jobs
are read, that is a third of the work, and finds nothing.
"""

from __future__ import annotations

import gc
from contextlib import ContextDecorator
from functools import partial
from threading import RLock, get_ident
from typing import Self
from weakref import ref

__all__ = ["collecting_seldom", "leave_for"]

SELDOM = 500_000
"""The threshold of the youngest generation: allocations minus deallocations; the default is 700."""

PATIENCE = 1.0
"""Seconds for another thread to do the few lines that need the lock."""

_lock = RLock()
_usual: list[tuple[int, int, int]] = []
"""The thresholds from before the first caller inside, if any."""


class _Seldom(ContextDecorator):
    """One caller inside, until it leaves, or is dropped because leaving was interrupted."""

    def __init__(self) -> None:
        self.thread = get_ident()

    def _recreate_cm(self) -> Self:
        return type(self)()

    def __enter__(self) -> None:
        with _lock:
            _inside[id(self)] = ref(self, partial(_leave, id(self)))
            if not _usual:
                _usual.append(gc.get_threshold())
            first, *others = _usual[0]
            # 0 switches the collector off. A threshold above this was set on purpose.
            gc.set_threshold(max(first, SELDOM) if first else 0, *others)

    def __exit__(self, *_exception: object) -> None:
        _leave(id(self))


_inside: dict[int, ref[_Seldom]] = {}


def collecting_seldom() -> _Seldom:
    """Raise the GC threshold inside, and restore it afterwards. May be nested, and used by several threads."""
    return _Seldom()


def leave_for(thread: int | None) -> None:
    """Leave on behalf of a thread, by its id, that is not waited for any more."""
    global _lock
    lock = _lock
    if not lock.acquire(timeout=PATIENCE):
        # The thread that holds it was interrupted between its last line inside and the release: nobody releases it.
        lock = _lock = RLock()
        lock.acquire()
    try:
        found = {key: inside() for key, inside in _inside.items()}
        for key, one in found.items():
            if one is None or one.thread == thread:
                _inside.pop(key, None)
        _restore()
    finally:
        lock.release()


def _leave(key: int, _dropped: object = None) -> None:
    if _lock is None:
        return  # when Python ends, the lock may be gone before the last one is
    with _lock:
        _inside.pop(key, None)
        _restore()


def _restore() -> None:
    if _usual and not _inside:
        gc.set_threshold(*_usual[0])
        _usual.clear()
