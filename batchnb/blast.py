"""The blast radius: which waiting jobs fail because a job that they depend on is ended.

A job whose dependency FAILED fails by itself. Batch keeps no list of dependents: the jobs that wait in the queues of
the plan are asked what they depend on, up to a limit, and the plan says where it was met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial

from batchnb.aws import Gateway, Page
from batchnb.clock import Clock
from batchnb.dependents import Dependent, Dependents
from batchnb.errors import AwsError
from batchnb.ids import array_parent
from batchnb.jobs import Job, JobStatus
from batchnb.listing import describe_all
from batchnb.pace import CallKind
from batchnb.retry import with_retries
from batchnb.text import shown

__all__ = ["WAITING_LIMIT", "Waiting", "dependents_among", "find_dependents", "live_units"]

WAITING_LIMIT = 2000
"""Waiting jobs whose dependencies are asked for, 100 a call."""

LISTERS = 4
"""Queues that are listed at once."""

PATIENCE = 20.0
"""Seconds for which a listing is tried again: a plan without its dependents is better than none."""

_GAP = (
    f"Only the first {WAITING_LIMIT:,} of the jobs that wait in these queues were asked what they depend on: "
    "there may be more dependents."
)


class Waiting:
    """The jobs that wait in queues, listed in the background from when a queue is known on. Use it in a `with`."""

    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._is_over = False
        self._listers = ThreadPoolExecutor(max_workers=LISTERS, thread_name_prefix="batchnb-waiting")
        self._queues: dict[str, Future[list[str]]] = {}

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._is_over = True
        self._listers.shutdown(wait=False, cancel_futures=True)

    def list_ahead(self, queues: Iterable[str]) -> None:
        """Begin to list these queues, those not yet begun."""
        for queue in queues:
            if queue not in self._queues:
                self._queues[queue] = self._listers.submit(self._list, queue)

    def jobs(self, queues: Iterable[str]) -> tuple[list[str], bool]:
        """Return the ids of jobs that wait in these queues, and whether these are all.

        Raises AwsError where they cannot be listed.
        """
        wanted = list(queues)
        self.list_ahead(wanted)
        waiting = dict.fromkeys(job_id for queue in wanted for job_id in self._queues[queue].result())
        return list(waiting)[:WAITING_LIMIT], len(waiting) <= WAITING_LIMIT

    def _list(self, queue: str) -> list[str]:
        """Return the ids of jobs that wait in the queue: all, or one more than are asked for."""
        waiting: dict[str, None] = {}
        # In the order of a job's life: one that moves on meanwhile is met again.
        for status in (JobStatus.SUBMITTED, JobStatus.PENDING):
            for job in _listed(self._gateway, queue, status, self._clock, lambda: self._is_over):
                waiting[job.job_id] = None
                if len(waiting) > WAITING_LIMIT:
                    return list(waiting)
        return list(waiting)


def find_dependents(
    gateway: Gateway, ends: Iterable[Job], parents: Mapping[str, Job], clock: Clock, waiting: Waiting | None = None
) -> Dependents:
    """Return the jobs waiting in the queues of `ends` that fail when those are ended, directly or by others.

    `parents` are the arrays of children in `ends`, by id; `waiting` may have begun to list the queues. A job of another
    queue is not found. Raises nothing: where AWS does not answer, `gap` says so.
    """
    roots = list(ends)
    if not roots:
        return Dependents()
    queues = dict.fromkeys(job.job_queue for job in roots if job.job_queue)
    try:
        with nullcontext(waiting) if waiting else Waiting(gateway, clock) as listed:
            asked, seen_all = listed.jobs(queues)
        described = describe_all(gateway, asked, clock)
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


def _listed(
    gateway: Gateway, queue: str, status: JobStatus, clock: Clock, is_over: Callable[[], bool] = lambda: False
) -> Iterator[Job]:
    def list_page(token: str | None) -> Page:
        if is_over():  # nobody waits for it any more
            raise CancelledError
        return gateway.list_page({"jobQueue": queue}, status=status, next_token=token, job_queue=queue)

    token: str | None = None
    while True:
        page = with_retries(partial(list_page, token), clock, PATIENCE, pace=gateway.pace(CallKind.LISTING))
        yield from page.jobs
        token = page.next_token
        if token is None:
            return
