"""Sums over jobs: counts by status, and what is in use by the jobs that are to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from batchnb.jobs.job import Job, JobStatus

__all__ = [
    "NOT_KNOWN",
    "add_up",
    "before_and_after",
    "count_by_status",
    "freed_by_queue",
    "lacks_hours",
    "started_units",
]

NOT_KNOWN = "not known"
"""In place of a status: AWS does not show the job, or shows a status that this version does not know."""

KINDS = ("vcpus", "memory_gib", "gpus", "job_hours", "unknown")


_EPOCH = datetime.fromtimestamp(0, UTC)


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


def freed_by_queue(jobs: Iterable[Job], at: datetime) -> dict[str, dict[str, float]]:
    """Return what is in use, by the name of the queue: `vcpus`, `memory_gib`, `gpus`, and `job_hours` until `at`.

    Only what has started counts. An array counts its running children, each with the figures of its definition, and no
    hours, which are not known. `unknown` is the number of jobs of which a figure is not known: what there is to add up
    is the least that is in use then. A job whose status is not known may have started, and is one of these.
    """
    held: dict[str, _Held] = {}
    now_ms = (at - _EPOCH) // timedelta(milliseconds=1)  # as journals write a moment: cut, not rounded
    for job in jobs:
        if job.has_started or started_units(job) is None:
            held.setdefault(job.job_queue or "unknown queue", _Held()).add(job, now_ms)
    return {queue: of_queue.amounts() for queue, of_queue in held.items()}


def started_units(job: Job) -> int | None:
    """Return how many times a job holds its figures: 1 if it has started, of an array its running children, else 0.

    None if that is not known: in a status that this version does not know, or of an array without counts.
    """
    if job.status is None or not _is_counted(job):
        return None
    return _least_units(job)


def _least_units(job: Job) -> int:
    """Return how many times a job holds its figures at least."""
    if job.array_size:
        return sum(count for status, count in job.children if JobStatus(status).has_started)
    return int(job.has_started)


def _is_counted(job: Job) -> bool:
    """Whether it is known of an array how many of its children run. None does before the array is PENDING."""
    if not job.array_size or job.status is JobStatus.SUBMITTED or (job.status and job.status.has_ended):
        return True
    return bool(job.children)


def lacks_hours(job: Job) -> bool:
    """Whether the job has run for nobody knows how long: an array, or a running job without `startedAt`."""
    if not job.has_started:
        return started_units(job) is None
    return bool(job.array_size) or (job.started_at is None and job.status is JobStatus.RUNNING)


def add_up(amounts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the sum by kind; 0 for what there is none of.

    >>> add_up([{"vcpus": 0.1}, {"vcpus": 0.2, "gpus": 4}])
    {'vcpus': 0.3, 'memory_gib': 0.0, 'gpus': 4.0, 'job_hours': 0.0, 'unknown': 0}
    """
    totals = dict.fromkeys(KINDS, Fraction(0))
    for each in amounts:
        for kind, amount in each.items():
            totals[kind] += _exact(amount)
    return {kind: int(total) if kind == "unknown" else float(total) for kind, total in totals.items()}


@dataclass(slots=True)
class _Held:
    """What the jobs of one queue hold. The same figures are multiplied, not added up: that is fast, and exact."""

    figures: Counter[tuple[float | None, float | None, int | None]] = field(default_factory=Counter)
    milliseconds: int = 0
    unknown: int = 0

    def add(self, job: Job, now_ms: int) -> None:
        figures = job.vcpus, job.memory, job.gpus
        units = started_units(job)
        self.unknown += units is None or None in figures
        self.figures[figures] += _least_units(job)
        if job.started_at and not job.array_size and job.has_started:
            self.milliseconds += max(0, now_ms - job.started_at)

    def amounts(self) -> dict[str, float]:
        vcpus, memory, gpus = (
            sum((_exact(figures[place] or 0) * units for figures, units in self.figures.items()), Fraction(0))
            for place in range(3)
        )
        hours = Fraction(self.milliseconds, 3_600_000)
        amounts = {"vcpus": vcpus, "memory_gib": memory / 1024, "gpus": gpus, "job_hours": hours}
        return {kind: float(amount) for kind, amount in amounts.items()} | {"unknown": self.unknown}


def _exact(amount: float) -> Fraction:
    # As it is written: the float below 0.1 is not 0.1, and ten of them are not 1.
    return Fraction(repr(amount))
