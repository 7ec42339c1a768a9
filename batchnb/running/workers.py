"""Daemon threads that make the calls of a run, so that nothing waits for a call that hangs for half a minute.

`concurrent.futures` joins its threads when the interpreter ends, so that one call which hangs would keep a process
from exiting. These are daemons, and the work itself stores its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Semaphore, Thread

__all__ = ["Workers"]

Work = Callable[[], object]


class Workers:
    """Up to `most` daemon threads, begun as they are needed. Given work by one thread."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._idle = Semaphore(0)
        self._count = 0
        self._is_closed = False

    def submit(self, work: Work) -> None:
        """Have `work` done by the next thread that is free. It must not raise."""
        self._work.put(work)
        if not self._idle.acquire(blocking=False) and self._count < self._most:
            self._count += 1
            Thread(target=self._run, name=f"{self._name}_{self._count - 1}", daemon=True).start()

    def close(self) -> None:
        """Drop the work that has not begun, and let each thread go when it is done with its own. Waits for none."""
        self._is_closed = True
        for _ in range(self._count):
            self._work.put(None)

    def _run(self) -> None:
        while True:
            work = self._work.get()
            if work is None:
                return
            if not self._is_closed:
                work()
            del work  # what it holds is not to be held while there is nothing to do
            self._idle.release()
