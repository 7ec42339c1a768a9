"""The jobs that wait in queues, and their dependencies, as far as AWS shows them.

One queue that refuses, or one call that fails, hides nothing but itself: what could not be looked at is collected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import inf

from batchnb.aws.answers import Page
from batchnb.aws.gateway import DESCRIBE_LIMIT, Gateway, in_groups
from batchnb.aws.pace import CallKind
from batchnb.aws.retry import each_with_retries, with_retries
from batchnb.clock import Clock
from batchnb.errors import AwsError, RefusedError
from batchnb.jobs.job import Job, JobStatus
from batchnb.text import plural, shown

__all__ = ["Unseen", "Waiting", "live_units"]

LISTERS = 4
"""Queues that are listed at once."""

PATIENCE = 20.0
"""Seconds for which a call is tried again: a plan without its dependents is better than none."""

SECOND_LOOK = 1.0
"""Seconds after which jobs that DescribeJobs did not show are asked for again: they may be submitted just now."""

NO_DEPENDENCIES = "SAGEMAKER_TRAINING"
"""The type of a queue whose jobs depend on none: SubmitServiceJob takes no `dependsOn`."""

_QUEUES_SHOWN = 5
_REASONS_SHOWN = 3
_REASON_LENGTH = 280


@dataclass(slots=True)
class Unseen:
    """What could not be looked at, and why."""

    queues: dict[str, str] = field(default_factory=dict)
    """Why a queue was not looked at, or not to its end, by its name."""
    jobs: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many waiting jobs could not be described, by why."""
    others: str = ""
    """Why the other queues of the account are not even known by name."""

    def sentence(self) -> str:
        """Return what was not looked at in a sentence, or nothing."""
        reasons: dict[str, list[str]] = {}
        for queue, why in self.queues.items():
            reasons.setdefault(why, []).append(queue)
        parts = [f"{_named(queues)} ({shown(why, _REASON_LENGTH)})" for why, queues in reasons.items()]
        if self.others:
            parts.append(f"the other queues of the account ({shown(self.others, _REASON_LENGTH)})")
        parts += [f"{plural(count, 'waiting job')} ({shown(why, _REASON_LENGTH)})" for why, count in self.jobs.items()]
        more = len(parts) - _REASONS_SHOWN
        said = "; ".join(parts[:_REASONS_SHOWN]) + (f"; and {more:,} more reasons" if more > 0 else "")
        return f"Not looked at: {said}." if parts else ""


class Waiting:
    """The jobs that wait in queues, listed in the background from when a queue is known on. Use it in a `with`."""

    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        self.unseen = Unseen()
        self._gateway = gateway
        self._clock = clock
        self._is_over = False
        self._until = inf
        self._listers = ThreadPoolExecutor(max_workers=LISTERS, thread_name_prefix="batchnb-waiting")
        self._queues: dict[str, Future[None]] = {}
        self._found: dict[str, list[str]] = defaultdict(list)
        """The ids of waiting jobs by queue, as they come in."""

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

    def other_queues(self, but: Iterable[str]) -> list[str]:
        """Return the names of the account's other queues in which jobs can wait for each other; none if AWS refuses."""
        try:
            types = with_retries(self._gateway.queue_types, self._clock, PATIENCE)
        except AwsError as error:
            self.unseen.others = str(error)
            return []
        apart = set(but)
        return [queue for queue, kind in types.items() if queue not in apart and kind != NO_DEPENDENCIES]

    def jobs(
        self,
        queues: Iterable[str],
        known: Mapping[str, Job],
        seconds: float = inf,
        on_jobs: Callable[[int], object] = lambda _count: None,
    ) -> dict[str, Job]:
        """Return the jobs that wait in these queues, described; those that are known already are not asked for.

        What cannot be looked at, or not within `seconds`, is in `unseen` then. Raises nothing of AWS.
        """
        wanted = list(queues)
        started = self._clock.now()
        self._until = started + seconds / 2  # what is listed has to be described in the other half
        self.list_ahead(wanted)
        waiting = dict.fromkeys(job_id for queue in wanted for job_id in self._listed(queue, seconds))
        asked = [job_id for job_id in waiting if job_id not in known]
        self._until = started + seconds
        described, hidden = self._described(asked, seconds, on_jobs)
        if hidden:
            self._clock.sleep(SECOND_LOOK)
            shown_now, hidden = self._described(hidden, seconds)
            described |= shown_now
        if hidden:
            self.unseen.jobs["DescribeJobs does not show them"] += len(hidden)
        return described

    def _listed(self, queue: str, seconds: float) -> list[str]:
        """Return the ids of the jobs that wait in a queue, as far as they could be listed in time."""
        left = self._until - self._clock.now()
        try:
            self._queues[queue].result(timeout=None if left == inf else max(0.0, left))
        except (TimeoutError, CancelledError):
            self.unseen.queues[queue] = _late(seconds)
        except RefusedError as error:
            if queue in self._existing():
                self.unseen.queues[queue] = str(error)
        except AwsError as error:
            self.unseen.queues[queue] = str(error)
        return list(self._found[queue])

    def _existing(self) -> Iterable[str]:
        """Return the queues that there are: one that was deleted meanwhile has no jobs."""
        try:
            return with_retries(self._gateway.queue_types, self._clock, PATIENCE)
        except AwsError:
            return self._queues

    def _list(self, queue: str) -> None:
        # In a worker, and in the order of a job's life: one that moves on meanwhile is met again.
        for status in (JobStatus.SUBMITTED, JobStatus.PENDING):
            for page in _pages(self._gateway, queue, status, self._clock, self._is_late):
                self._found[queue] += [job.job_id for job in page]

    def _is_late(self) -> bool:
        return self._is_over or self._clock.now() > self._until

    def _described(
        self, job_ids: Sequence[str], seconds: float, on_jobs: Callable[[int], object] = lambda _count: None
    ) -> tuple[dict[str, Job], list[str]]:
        """Return these jobs, described, and those that AWS did not show although it answered."""
        described: dict[str, Job] = {}
        hidden: list[str] = []
        groups = list(in_groups(job_ids, DESCRIBE_LIMIT))
        for group, answer in zip(groups, each_with_retries(self._describe, groups, self._clock), strict=True):
            if answer is None:
                self.unseen.jobs[_late(seconds)] += len(group)
            elif isinstance(answer, AwsError):
                self.unseen.jobs[str(answer)] += len(group)
            else:
                described.update(answer)
                hidden += [job_id for job_id in group if job_id not in answer]
            on_jobs(len(group))
        return described, hidden

    def _describe(self, group: Sequence[str]) -> Mapping[str, Job] | AwsError | None:
        # In a worker. Returns the error, or the other groups would not be read.
        left = self._until - self._clock.now()
        if left < 0:
            return None
        pace = self._gateway.pace(CallKind.DESCRIBING)
        try:
            return with_retries(partial(self._gateway.describe, group), self._clock, min(PATIENCE, left), pace=pace)
        except AwsError as error:
            return error


def live_units(gateway: Gateway, queue: str, clock: Clock) -> set[str]:
    """Return the ids of the live jobs of a queue, an array as one. Raises AwsError where they cannot be listed."""
    pages = (page for status in JobStatus.live() for page in _pages(gateway, queue, status, clock))
    return {job.job_id for page in pages for job in page}


def _pages(
    gateway: Gateway, queue: str, status: JobStatus, clock: Clock, is_over: Callable[[], bool] = lambda: False
) -> Iterator[Sequence[Job]]:
    def list_page(token: str | None) -> Page:
        if is_over():  # nobody waits for it any more
            raise CancelledError
        return gateway.list_page({"jobQueue": queue}, status=status, next_token=token, job_queue=queue)

    token: str | None = None
    while True:
        page = with_retries(partial(list_page, token), clock, PATIENCE, pace=gateway.pace(CallKind.LISTING))
        yield page.jobs
        token = page.next_token
        if token is None:
            return


def _late(seconds: float) -> str:
    return f"{seconds:.0f} s were over"


def _named(queues: Sequence[str]) -> str:
    names = ", ".join(shown(queue, 60) for queue in queues[:_QUEUES_SHOWN])
    more = len(queues) - _QUEUES_SHOWN
    return f"{'queue' if len(queues) == 1 else 'queues'} {names}" + (f" and {more:,} more" if more > 0 else "")
