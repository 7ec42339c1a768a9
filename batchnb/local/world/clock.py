"""Simulated time: a clock that runs with the wall, faster if asked, or one that only a test moves."""

from __future__ import annotations

import time
from math import ceil
from threading import Lock
from typing import Protocol

from batchnb.errors import LocalError

__all__ = ["Clock", "ManualClock", "WallClock"]


class Clock(Protocol):
    """Whatever can say what time it is in the emulated world."""

    def now_ms(self) -> int:
        """Return the simulated time, in milliseconds since the epoch."""
        ...


class WallClock:
    """Starts at the real time and runs `speed` times as fast: at 20, a simulated 30 s takes 1.5 s.

    `advance` moves it on at once.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise LocalError(f"a clock's speed must be above 0, not {speed}")
        self.speed = speed
        self._origin_ms = time.time() * 1000
        self._started = time.monotonic()

    def now_ms(self) -> int:
        """Return the simulated time, in milliseconds since the epoch."""
        return int(self._origin_ms + (time.monotonic() - self._started) * self.speed * 1000)

    def advance(self, seconds: float) -> None:
        """Move time forward by `seconds` on top of what runs by itself. Raises `LocalError` when asked to go back."""
        if seconds < 0:
            raise LocalError("a clock cannot go back")
        self._origin_ms += seconds * 1000


class ManualClock:
    """Stands still until `advance` is called. The default start is an arbitrary day in 2026."""

    def __init__(self, start_ms: int = 1_790_000_000_000) -> None:
        self._now_ms = start_ms
        self._lock = Lock()

    def now_ms(self) -> int:
        """Return the simulated time, in milliseconds since the epoch."""
        return self._now_ms

    def advance(self, seconds: float) -> None:
        """Move time forward by `seconds`. Raises `LocalError` when asked to go back."""
        if seconds < 0:
            raise LocalError("a clock cannot go back")
        # Up: a wait of less than a millisecond is still a wait.
        with self._lock:
            self._now_ms += ceil(round(seconds * 1000, 6))
