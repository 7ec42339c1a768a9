"""Lists jobs completely and without duplicates, although they move from status to status meanwhile.

AWS lists one status of one queue at a time. A sweep reads them in the order of a job's life, so that a job that moves
on is met further down, whenever it moves; a job that goes back, from RUNNING to RUNNABLE when it is tried again, can
slip through. So what a job can be in from then on is read twice, one sweep after the other: a job that slips through
the first has gone back by then, and only moves on. The statuses before are read beside the first sweep: what leaves
them meanwhile is met by the second, unless it starts and is tried again all at once; where there was time for that,
there is a third. So every job is found that lives all the time and is tried again no more than once. Of a job met
twice, what was seen last is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from batchnb.aws.answers import Page
from batchnb.aws.gateway import DESCRIBE_LIMIT, Gateway, in_groups
from batchnb.aws.gc_pause import collecting_seldom
from batchnb.aws.pace import CallKind, Pace
from batchnb.aws.queue_refusals import Refusal, judge_refusal
from batchnb.aws.retry import each_with_retries, with_retries
from batchnb.clock import Clock
from batchnb.errors import AccessDeniedError, RefusedError
from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.ids import queue_name
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.selector import Selector

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Listing", "describe_all", "list_selected"]

_log = logging.getLogger("batchnb.listing")

LISTERS = 16
"""Calls of ListJobs under way at once."""

SOONEST_RETRY = 5.0
"""Seconds in which no job leaves PENDING, starts, fails and is RUNNABLE again: its container has to be started."""

_AFTER_RETRY = tuple(JobStatus)[tuple(JobStatus).index(JobStatus.RUNNABLE) :]


@dataclass(frozen=True, slots=True)
class Listing:
    """The jobs that match a selector, oldest first, and how many more `limit` left out."""

    jobs: list[Job]
    left_out: int
    with_tags: bool
    not_listed: Mapping[str, str] = field(default_factory=dict)
    """Queues that AWS would not list, none of them named by the selector, and why."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row a job, as `frame_of_jobs` describes it, with `left_out` and `not_listed` in its attrs."""
        frame = frame_of_jobs(self.jobs, tags=self.with_tags)
        frame.attrs["left_out"] = self.left_out
        frame.attrs["not_listed"] = dict(self.not_listed)
        return frame


@dataclass(slots=True)
class _Found:
    """The jobs met so far, by id. Several threads add to it."""

    jobs: dict[str, Job] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    """Queues that AWS would not list."""
    enough: bool = False
    """Set when the caller has stopped waiting: no further page is requested."""
    on_jobs: Callable[[int], None] = lambda _count: None
    lock: Lock = field(default_factory=Lock)

    def add(self, jobs: Sequence[Job]) -> None:
        by_id = {job.job_id: job for job in jobs}
        with self.lock:
            before = len(self.jobs)
            self.jobs.update(by_id)
            self.on_jobs(len(self.jobs) - before)

    def refuse(self, queue: str, refusal: Refusal | None) -> None:
        with self.lock:
            if refusal is not None:
                self.refused.setdefault(queue, refusal)


@collecting_seldom()
def list_selected(
    gateway: Gateway, wanted: Selector, *, clock: Clock | None = None, on_jobs: Callable[[int], None] | None = None
) -> Listing:
    """Return the jobs that match `wanted`.

    `on_jobs` is told how many more jobs have been read, from several threads. Raises InputError for a queue
    that does not exist, naming those that do, and AwsError where AWS will not answer.
    """
    clock = clock or Clock()
    began = clock.now()
    _log.info("listing the jobs of %s in %s", ", ".join(wanted.queues) or "all queues", gateway.region)
    found = _Found(on_jobs=on_jobs or (lambda _count: None))
    _sweep(gateway, wanted, found, clock)
    now_ms = int(clock.wall().timestamp() * 1000)
    narrows = wanted.narrows
    jobs: list[Job] = []
    undecided: list[Job] = []
    for job in found.jobs.values():
        if not narrows and job.status in wanted.statuses:  # most of 100,000 jobs: what follows would say the same
            jobs.append(job)
        elif _may_run(job, wanted) or (narrows and (wanted.needs_description or wanted.lacks(job))):
            if _is_possible(job, wanted, now_ms):
                undecided.append(job)
        elif _in_status(job, wanted) and (not narrows or wanted.matches_summary(job, now_ms)):
            jobs.append(job)
    described = describe_all(gateway, [job.job_id for job in undecided], clock)
    complete = (_completed(job, described.get(job.job_id)) for job in undecided)
    jobs += [job for job in complete if _in_status(job, wanted) and wanted.matches(job, now_ms)]
    jobs.sort(key=lambda job: (job.created_at or 0, job.array_index or 0, job.job_name, job.job_id))
    if wanted.query is not None:
        from batchnb.jobs.narrow import narrow  # only those wait for it who search

        jobs = narrow(jobs, wanted.query, now_ms, partial(_complete, gateway, clock))
    kept = jobs[: wanted.limit]
    not_listed = {queue: str(refusal) for queue, refusal in sorted(found.refused.items())}
    _log.info("listed %d jobs, %d of them kept, in %.1f s", len(found.jobs), len(kept), clock.now() - began)
    return Listing(kept, len(jobs) - len(kept), with_tags=wanted.shows_tags, not_listed=not_listed)


@collecting_seldom()
def describe_all(
    gateway: Gateway,
    job_ids: Iterable[str],
    clock: Clock,
    on_jobs: Callable[[Collection[Job]], None] = lambda _jobs: None,
) -> dict[str, Job]:
    """Return what DescribeJobs says of these jobs, by id; those it does not know are left out.

    `on_jobs` is given those of each answer, while others are under way.
    """
    described: dict[str, Job] = {}
    groups = in_groups(list(job_ids), DESCRIBE_LIMIT)
    for answer in each_with_retries(gateway.describe, groups, clock, pace=gateway.pace(CallKind.DESCRIBING)):
        described.update(answer)
        on_jobs(answer.values())
    return described


def _sweep(gateway: Gateway, wanted: Selector, found: _Found, clock: Clock) -> None:
    sources = list(_sources(gateway, wanted, clock))
    statuses = _statuses_to_list(wanted)
    again = _statuses_after_retry(statuses)
    listers = ThreadPoolExecutor(max_workers=LISTERS, thread_name_prefix="batchnb-list")

    def read(source: Mapping[str, str], part: Iterable[JobStatus]) -> Future[tuple[float, float]]:
        return listers.submit(_read, gateway, wanted, found, clock, source, part)

    try:
        first = [[read(source, part) for part in _parts(statuses, again)] for source in sources]
        second = []
        for source, parts in zip(sources, first, strict=True):
            began = min(reading.result()[0] for reading in parts)
            second += [(source, began, read(source, again))] if again else []
        slow = [source for source, began, reading in second if reading.result()[1] - began > SOONEST_RETRY]
        for third in [read(source, again) for source in slow]:
            third.result()
        if found.refused and len(found.refused) == len(sources):
            queue, refusal = next(iter(found.refused.items()))
            raise refusal.as_error(queue) from refusal.answer
    finally:
        # After Ctrl-C, nothing waits for pages of 100,000 jobs that are not needed any more.
        found.enough = True
        listers.shutdown(wait=False, cancel_futures=True)


def _parts(statuses: Sequence[JobStatus], again: Sequence[JobStatus]) -> list[Sequence[JobStatus]]:
    """Return what is read side by side, whichever comes first: the statuses that are read again, and the others."""
    parts: list[Sequence[JobStatus]] = [[status for status in statuses if status not in again], again]
    return [part for part in parts if part]


def _statuses_after_retry(statuses: Iterable[JobStatus]) -> list[JobStatus]:
    """Return those of the statuses in which a job may be from its next try on, if it can have slipped through them."""
    possible = [status for status in statuses if status in _AFTER_RETRY]
    slips_through = len(possible) > 1 and any(status.has_started for status in possible)
    return possible if slips_through else []


def _sources(gateway: Gateway, wanted: Selector, clock: Clock) -> Iterator[Mapping[str, str]]:
    if wanted.children_of is not None:
        yield {"arrayJobId": wanted.children_of}
        return
    queues = wanted.queues or tuple(with_retries(gateway.queues, clock))
    for queue in queues:
        yield {"jobQueue": queue}


def _statuses_to_list(wanted: Selector) -> list[JobStatus]:
    # An array job stays PENDING while its children run: who asks for running jobs means it as well.
    statuses = set(wanted.statuses)
    if wanted.children_of is None and any(status.has_started for status in statuses):
        statuses.add(JobStatus.PENDING)
    return [status for status in JobStatus if status in statuses]


def _read(
    gateway: Gateway,
    wanted: Selector,
    found: _Found,
    clock: Clock,
    source: Mapping[str, str],
    statuses: Iterable[JobStatus],
) -> tuple[float, float]:
    """Add the jobs of one source in these statuses, one status after the other; return when it began and ended."""
    began = clock.now()
    queue = queue_name(source["jobQueue"]) if "jobQueue" in source else None
    # Filters do not apply to the children of an array: there `select` decides by share alone.
    share = wanted.share if queue is not None else None
    try:
        for status in statuses:
            list_page = partial(gateway.list_page, source, status=status, share=share, job_queue=queue)
            for page in _pages(list_page, found, clock, gateway.pace(CallKind.LISTING)):
                found.add([job if job.status else job._replace(status=status) for job in page.jobs])
    except (RefusedError, AccessDeniedError) as error:
        if queue is None:
            raise
        if queue not in found.refused:
            found.refuse(queue, judge_refusal(gateway, clock, queue, error, is_named=bool(wanted.queues)))
    return began, clock.now()


def _pages(list_page: Callable[..., Page], found: _Found, clock: Clock, pace: Pace) -> Iterator[Page]:
    def list_unless_enough(token: str | None) -> Page:
        if found.enough:
            raise CancelledError
        return list_page(next_token=token)

    page = with_retries(partial(list_unless_enough, None), clock, pace=pace)
    yield page
    while page.next_token:
        page = with_retries(partial(list_unless_enough, page.next_token), clock, pace=pace)
        yield page


def _complete(gateway: Gateway, clock: Clock, jobs: Iterable[Job]) -> dict[str, Job]:
    listed = {job.job_id: job for job in jobs}
    described = describe_all(gateway, listed, clock)
    return {job_id: _completed(job, described.get(job_id)) for job_id, job in listed.items()}


def _completed(job: Job, described: Job | None) -> Job:
    # A job that is not described, having been submitted a moment ago, stays as it was listed.
    return job if described is None else described._replace(job_queue=described.job_queue or job.job_queue)


def _is_possible(job: Job, wanted: Selector, now_ms: int) -> bool:
    """Whether the summary of `job` matches: only then is it described."""
    if not _in_status(job, wanted) and not _may_run(job, wanted):
        return False
    return wanted.matches_name(job) if wanted.lacks(job) else wanted.matches_summary(job, now_ms)


def _may_run(job: Job, wanted: Selector) -> bool:
    """Whether only its description tells if this is an array job with children in the statuses that are meant."""
    may_be_array = job.array_size is not None or job.created_at is None  # a summary as short as that may hide it
    return may_be_array and not job.children and not _in_status(job, wanted)


def _in_status(job: Job, wanted: Selector) -> bool:
    if job.status in wanted.statuses or not job.children:
        return job.status in wanted.statuses
    # An array job is as good as running while a child of it is; its other children do not speak for it.
    running = (JobStatus(status) for status, _ in job.children if JobStatus(status).has_started)
    return any(status in wanted.statuses for status in running)
