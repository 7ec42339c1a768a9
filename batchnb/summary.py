"""Sums over jobs: counts by status, and what is in use by the jobs that are to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from batchnb.jobs import Job, JobStatus

__all__ = ["NOT_KNOWN", "before_and_after", "count_by_status", "freed_by_queue", "summed"]

NOT_KNOWN = "not known"
"""In place of a status: AWS does not show the job, or shows a status that this version does not know."""

KINDS = ("vcpus", "memory_gib", "gpus", "job_hours")


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


def freed_by_queue(jobs: Iterable[Job], now_ms: int) -> dict[str, dict[str, float]]:
    """Return `vcpus`, `memory_gib` and `gpus` in use and `job_hours` run until `now_ms`, by the name of the queue.

    Only what has started counts. An array counts its running children, and no hours, which are not known.
    """
    freed: dict[str, dict[str, float]] = {}
    for job in jobs:
        if not job.has_started:
            continue
        running = sum(count for status, count in job.children if status in ("STARTING", "RUNNING")) or 1
        of_queue = freed.setdefault(job.job_queue or "unknown queue", dict.fromkeys(KINDS, 0.0))
        of_queue["vcpus"] += running * (job.vcpus or 0)
        of_queue["memory_gib"] += running * (job.memory or 0) / 1024
        of_queue["gpus"] += running * (job.gpus or 0)
        if job.started_at and not job.array_size:
            of_queue["job_hours"] += max(0, now_ms - job.started_at) / 3_600_000
    return freed


def summed(amounts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the sum by kind; 0 for what there is none of.

    >>> summed([{"vcpus": 2.0}, {"vcpus": 1.0, "gpus": 4.0}])
    {'vcpus': 3.0, 'memory_gib': 0.0, 'gpus': 4.0, 'job_hours': 0.0}
    """
    totals = dict.fromkeys(KINDS, 0.0)
    for each in amounts:
        for kind, amount in each.items():
            totals[kind] += amount
    return totals
