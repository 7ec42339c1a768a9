"""Waiting for the one thread of something that works in the background."""

from __future__ import annotations

import threading

__all__ = ["wait_for"]


def wait_for(thread: threading.Thread | None, timeout: float | None = None) -> bool:
    """Wait until this thread is over; return whether that was within `timeout` seconds.

    There is nothing to wait for where no thread was begun, and in the thread itself, which would wait for ever.
    """
    if thread is None or thread is threading.current_thread():
        return True
    thread.join(timeout)
    return not thread.is_alive()
