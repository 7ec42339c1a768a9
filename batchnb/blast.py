"""The blast radius: which waiting jobs fail because a job that they depend on is ended.

A job whose dependency FAILED fails by itself. Batch keeps no list of dependents: the jobs that wait in the queues of
the plan are asked what they depend on, up to a limit, and the plan says where it was met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from batchnb.aws import Gateway
from batchnb.clock import Clock
from batchnb.errors import AwsError
from batchnb.ids import array_parent
from batchnb.jobs import Job, JobStatus
from batchnb.listing import describe_all
from batchnb.pace import CallKind
from batchnb.retry import with_retries
from batchnb.text import shown

__all__ = ["WAITING_LIMIT", "Dependent", "Dependents", "dependents_among", "find_dependents", "live_units"]

WAITING_LIMIT = 2000
"""Waiting jobs whose dependencies are asked for, 100 a call."""

PATIENCE = 20.0
"""Seconds for which a listing is tried again: a plan without its dependents is better than none."""

_GAP = (
    f"Only the first {WAITING_LIMIT:,} of the jobs that wait in these queues were asked what they depend on: "
    "there may be more dependents."
)


class Dependent(NamedTuple):
    """A waiting job, or a child of an array, that fails with a job of the plan."""

    job_id: str
    job: Job
    """The job itself; for a child, its array, whose name, queue and tags it has."""
    because_of: str
    """The id that it depends on."""


@dataclass(frozen=True, slots=True)
class Dependents:
    """The jobs that fail with those of a plan, and what may be missing from them."""

    jobs: tuple[Dependent, ...] = ()
    gap: str = ""
    """The sentence that says why there may be more, empty where all are known."""


def find_dependents(
    gateway: Gateway, ends: Iterable[Job], parents: Mapping[str, Job], queues: Iterable[str], clock: Clock
) -> Dependents:
    """Return the jobs waiting in `queues` that fail when the jobs of `ends` are ended, directly or by others.

    `parents` are the arrays of children in `ends`, by id. A job of another queue is not found. Raises nothing: where
    AWS does not answer, `gap` says so.
    """
    roots = list(ends)
    if not roots:
        return Dependents()
    try:
        waiting, seen_all = _waiting(gateway, queues, clock)
        described = describe_all(gateway, waiting, clock)
    except AwsError as error:
        return Dependents(gap=f"The dependents are not known: {shown(error, 300)}")
    gap = "" if seen_all else _GAP
    return Dependents(dependents_among(roots, {**described, **parents}), gap)


def dependents_among(roots: Iterable[Job], known: Mapping[str, Job]) -> tuple[Dependent, ...]:
    """Return which of the known jobs fail when `roots` are ended, in the order in which that was found."""
    spread = _Spread({job.job_id for job in roots}, {**known, **{job.job_id: job for job in roots if job.array_size}})
    spread.failing = {parent for job_id in spread.failed if (parent := array_parent(job_id))}
    while spread.grow():
        pass
    return tuple(spread.found.values())


def live_units(gateway: Gateway, queue: str, clock: Clock) -> set[str]:
    """Return the ids of the live jobs of a queue, an array as one. Raises AwsError where they cannot be listed."""
    return {job.job_id for status in JobStatus.live() for job in _listed(gateway, queue, status, clock)}


@dataclass(slots=True)
class _Spread:
    """How failure spreads from job to job."""

    failed: set[str]
    """Ids that are ended or fail; an array's id means all of its children."""
    known: Mapping[str, Job]
    failing: set[str] = field(default_factory=set)
    """Arrays of which a child fails: they fail in the end, but do not take their other children along."""
    found: dict[str, Dependent] = field(default_factory=dict)

    def grow(self) -> bool:
        """Take in all that depends on what has failed so far; return whether that was anything."""
        before = len(self.found)
        for job in self.known.values():
            for dependent in self._hit(job):
                self.found.setdefault(dependent.job_id, dependent)
                self.failed.add(dependent.job_id)
                if parent := array_parent(dependent.job_id):
                    self.failing.add(parent)
        return len(self.found) > before

    def _hit(self, job: Job) -> Iterator[Dependent]:
        if job.job_id in self.found:
            return
        for needed in job.depends_on:
            pairwise = needed in job.pairs_with
            if self._fails(needed) and not (pairwise and needed not in self.failed):
                yield Dependent(job.job_id, job, needed)
                return
        for needed in job.pairs_with:
            for index in range(job.array_size or 0):
                if f"{needed}:{index}" in self.failed:
                    yield Dependent(f"{job.job_id}:{index}", job, f"{needed}:{index}")
        if job.is_sequential and job.job_id not in self.failed:
            yield from self._after_first(job)

    def _after_first(self, array: Job) -> Iterator[Dependent]:
        indices = range(array.array_size or 0)
        first = next((index for index in indices if f"{array.job_id}:{index}" in self.failed), None)
        for index in indices[first + 1 :] if first is not None else ():
            yield Dependent(f"{array.job_id}:{index}", array, f"{array.job_id}:{index - 1}")

    def _fails(self, job_id: str) -> bool:
        return job_id in self.failed or job_id in self.failing or array_parent(job_id) in self.failed


def _waiting(gateway: Gateway, queues: Iterable[str], clock: Clock) -> tuple[list[str], bool]:
    """Return the ids of jobs that wait in these queues, and whether these are all."""
    waiting: dict[str, None] = {}
    for queue in queues:
        # In the order of a job's life: one that moves on meanwhile is met again.
        for status in (JobStatus.SUBMITTED, JobStatus.PENDING):
            for job in _listed(gateway, queue, status, clock):
                if len(waiting) == WAITING_LIMIT:
                    return list(waiting), False
                waiting[job.job_id] = None
    return list(waiting), True


def _listed(gateway: Gateway, queue: str, status: JobStatus, clock: Clock) -> Iterator[Job]:
    token: str | None = None
    while True:
        list_page = partial(gateway.list_page, {"jobQueue": queue}, status=status, next_token=token, job_queue=queue)
        page = with_retries(list_page, clock, PATIENCE, pace=gateway.pace(CallKind.LISTING))
        yield from page.jobs
        token = page.next_token
        if token is None:
            return
