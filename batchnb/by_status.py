"""Counts jobs by status, and draws the counts as bars of text, which every place that shows HTML shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from batchnb.jobs import Job, JobStatus

__all__ = ["BAR_LENGTH", "NOT_KNOWN", "bar", "before_and_after", "count_by_status"]

NOT_KNOWN = "not known"
"""In place of a status: AWS does not show the job, or shows a status that this version does not know."""

BAR_LENGTH = 24
"""Characters of the longest bar."""


def count_by_status(jobs: Iterable[Job | None]) -> dict[str, int]:
    """Return how many jobs are in each status, in the order of a job's life; statuses of no job are left out.

    None counts as `NOT_KNOWN`, which comes last.
    """
    found = Counter(job.status if job else None for job in jobs)
    counts = {status.value: found[status] for status in JobStatus if found[status]}
    return counts | ({NOT_KNOWN: found[None]} if found[None] else {})


def before_and_after(before: Mapping[str, int], after: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """Return each status that either has, with its count in both.

    >>> before_and_after({"RUNNING": 2}, {"RUNNING": 1, "FAILED": 1})
    [('RUNNING', 2, 1), ('FAILED', 0, 1)]
    """
    names = [name for name in (*JobStatus, NOT_KNOWN) if name in before or name in after]
    return [(str(name), before.get(name, 0), after.get(name, 0)) for name in names]


def bar(count: int, most: int) -> str:
    """Return a bar for `count` where `most` has the longest; what is there at all is seen.

    >>> bar(0, 10), bar(1, 1_000_000), len(bar(10, 10))
    ('', '█', 24)
    """
    return "█" * max(round(BAR_LENGTH * count / most), 1) if count else ""
