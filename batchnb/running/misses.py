"""Misses: how often a look at the jobs has to miss one before AWS has dropped its record. One rule for all who look."""

from __future__ import annotations

from batchnb.clock import Clock

__all__ = ["GONE_AFTER", "GONE_SECONDS", "Misses"]

GONE_AFTER = 3
GONE_SECONDS = 3.0
"""Looks in a row that have to miss a job, and from the first of them to the last, before its record counts as gone:
DescribeJobs may lag."""


class Misses:
    """Counts the looks in a row that have missed each job."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._missed: dict[str, tuple[int, float]] = {}
        """How often in a row a job was missed, and since when."""

    def note_seen(self, job_id: str) -> None:
        """Note that a look has found the job."""
        self._missed.pop(job_id, None)

    def note_missed(self, job_id: str) -> bool:
        """Note that a look has missed the job, and return whether its record counts as gone."""
        now = self._clock.now()
        times, since = self._missed.get(job_id, (0, now))
        self._missed[job_id] = (times + 1, since)
        return times + 1 >= GONE_AFTER and now - since >= GONE_SECONDS
