"""Looking: how far the description of a plan's jobs has come, for a thread that shows it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchnb.aws.pace import Pace
    from batchnb.clock import Clock

__all__ = ["Looking"]

THROTTLED_SECONDS = 5.0
"""Seconds after a throttled call in which the planning is said to be throttled."""


@dataclass(slots=True)
class Looking:
    """The jobs that DescribeJobs was asked for and has answered so far. One thread writes, others may read."""

    asked: int = 0
    """The number of jobs that are looked at; with their arrays, it can be more than were named."""
    answered: int = 0
    _pace: Pace | None = None
    _clock: Clock | None = None

    def begin(self, asked: int, pace: Pace, clock: Clock) -> None:
        """Note that this number of jobs more is asked for, at this pace."""
        self.asked += asked
        self._pace, self._clock = pace, clock

    @property
    def is_throttled(self) -> bool:
        """Whether AWS throttled a description a moment ago."""
        if self._pace is None or self._clock is None:
            return False
        return self._clock.now() - self._pace.throttled_at < THROTTLED_SECONDS
