"""Time as an argument: code that waits is given a Clock, so that no test has to wait."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["Clock"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, the way to wait, and chance. The default is the machine's own."""

    now: Callable[[], float] = time.monotonic
    """Seconds that never run backwards, from an arbitrary start."""
    sleep: Callable[[float], None] = time.sleep
    """Waits for this number of seconds."""
    wall: Callable[[], datetime] = _utc_now
    """The date and time, in UTC."""
    chance: Callable[[], float] = random.random
    """A number from 0 to 1, never 1."""
