"""Frees: what is in use by jobs that are to end, by queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from batchnb.jobs import Job

__all__ = ["freed_by_queue", "summed"]

KINDS = ("vcpus", "memory_gib", "gpus", "job_hours")


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
