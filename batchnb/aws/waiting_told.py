"""Says on stderr when AWS does not answer: you see a sign of life within two seconds."""

from __future__ import annotations

import threading
from typing import Any

from batchnb.errors import AwsError, ThrottledError
from batchnb.progress import announce

__all__ = ["SILENT_SECONDS", "FirstAnswer", "forget_told", "tell_retry"]

SILENT_SECONDS = 1.5
"""Seconds of retries after which they are announced."""
FIRST_ANSWER_SECONDS = 1.8
"""Seconds without any answer after which the wait is announced."""
SAID_AGAIN_AFTER = 30.0
"""Seconds after which the same announcement may come again: many calls fail together."""

_told: dict[str, float] = {}
_lock = threading.Lock()


def tell_retry(error: AwsError, waited: float, now: float) -> None:
    """Say that a call is tried again, once `waited` seconds of the clock of `now` have gone by without an answer."""
    if waited < SILENT_SECONDS:
        return
    problem = "asks to slow down" if isinstance(error, ThrottledError) else "does not answer"
    text = f"{error.where} {problem}, trying again…"
    if not isinstance(error, ThrottledError) and error.request_id is None:
        text = f"Cannot reach {error.where}, trying again…"
    with _lock:
        last = _told.get(text)
        if last is not None and 0 <= now - last < SAID_AGAIN_AFTER:
            return
        _told[text] = now
    announce(text)


def forget_told() -> None:
    """Forget what was said, so that it is said again: for tests."""
    with _lock:
        _told.clear()


class FirstAnswer:
    """Says that there was no answer yet, where the first call of a gateway hangs. One thread, while it waits."""

    def __init__(self, where: str, after: float = FIRST_ANSWER_SECONDS) -> None:
        self._timer = threading.Timer(after, announce, [f"No answer from {where} yet, waiting…"])
        self._timer.daemon = True
        self._timer.start()

    def stop(self, *_any: Any) -> None:
        """Say nothing from now on."""
        self._timer.cancel()
