"""Looks for newcomers after a run: once, for a few seconds, and in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic

from batchnb.aws.answers import Page
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import CallKind
from batchnb.aws.retry import with_retries
from batchnb.clock import Clock
from batchnb.errors import AwsError, UnavailableError
from batchnb.jobs.ids import array_parent
from batchnb.jobs.job import Job
from batchnb.jobs.name_stem import name_stem
from batchnb.model.newcomers import Newcomers
from batchnb.model.plan import Plan
from batchnb.running.stop import Stop
from batchnb.running.workers import Workers

__all__ = ["find_newcomers"]

LONGEST_LOOK = 10.0
"""Seconds that it may take in all."""
PATIENCE = 3.0
"""Seconds for which a call is tried again."""
LONGEST_WAIT = 0.25
LOOKERS = 8
"""Queues that are looked at at once."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What one call showed of a queue."""

    queue: str
    jobs: list[Job]
    is_last: bool
    error: AwsError | None = None


def find_newcomers(plan: Plan, gateway: Gateway, clock: Clock, stop: Stop) -> Newcomers:
    """Return the jobs like those that the plan ends that were submitted to their queues since it was made.

    Alike are jobs of the same job definition, in any revision, or with a name of the same stem. The jobs of the plan,
    and the dependents that it shows, do not count. Takes `LONGEST_LOOK` seconds at most, and less where `stop` is asked
    for. Raises nothing: what could not be looked at is said.
    """
    if stop.ends_sending:
        return Newcomers(None, "you stopped the run")
    like = [one.job for one in plan.jobs if one.job is not None and one.verdict.is_watched]
    queues = list(dict.fromkeys(job.job_queue for job in like if job.job_queue))
    if not queues:
        return Newcomers(None, "the queues of these jobs are not known")
    look = _Search(plan, gateway, clock, stop)
    gap = look.through(queues)
    names, definitions = {name_stem(job.job_name) for job in like}, {_definition(job) for job in like} - {""}
    known = {planned.job_id for planned in plan.jobs}
    known |= {job_id for one in plan.dependents.jobs for job_id in (one.job_id, one.job.job_id)}
    known |= {parent for job_id in known if (parent := array_parent(job_id))}
    new = {
        job.job_id: job
        for job in look.jobs
        if job.job_id not in known and (_definition(job) in definitions or name_stem(job.job_name) in names)
    }
    if gap and not new:
        return Newcomers(None, gap)
    return Newcomers(len(new), gap, tuple(new), tuple(dict.fromkeys(job.job_queue or "" for job in new.values())))


class _Search:
    """Lists what was created in some queues since a plan was made."""

    def __init__(self, plan: Plan, gateway: Gateway, clock: Clock, stop: Stop) -> None:
        self._since_ms = int(plan.made_at.timestamp() * 1000)
        self._gateway = gateway
        self._clock = clock
        self._stop = stop
        self._found: SimpleQueue[_Found] = SimpleQueue()
        self._is_over = False
        self.jobs: list[Job] = []

    def through(self, queues: list[str]) -> str:
        """Look at these queues; return why something may be missing, empty where nothing is."""
        lookers = Workers(LOOKERS, "batchnb-newcomers")
        try:
            for queue in queues:
                lookers.submit(partial(self._list, queue))
            return self._gather(set(queues))
        finally:
            self._is_over = True
            lookers.close()

    def _gather(self, left: set[str]) -> str:
        began, really_began, error = self._clock.now(), monotonic(), None
        while left:
            if self._stop.ends_sending:
                return "you stopped the run"
            if max(self._clock.now() - began, monotonic() - really_began) > LONGEST_LOOK:
                return f"it took longer than {LONGEST_LOOK:.0f} s"
            try:
                found = self._found.get(timeout=LONGEST_WAIT)
            except Empty:
                continue
            self.jobs += [job for job in found.jobs if job.created_at is None or job.created_at >= self._since_ms]
            error = error or found.error
            if found.is_last:
                left.discard(found.queue)
        return str(error) if error else ""

    def _list(self, queue: str) -> None:
        # In a worker. Whatever happens, the queue comes to its end.
        try:
            for page in self._pages(queue):
                self._found.put(_Found(queue, page.jobs, is_last=page.next_token is None))
        except AwsError as error:
            self._found.put(_Found(queue, [], is_last=True, error=error))
        except BaseException as error:  # noqa: BLE001 - becomes the reason for which it was not looked at
            failure = UnavailableError(repr(error), code=type(error).__name__, operation="ListJobs")
            self._found.put(_Found(queue, [], is_last=True, error=failure))

    def _pages(self, queue: str) -> Iterator[Page]:
        pace, token = self._gateway.pace(CallKind.LISTING), None
        while not self._is_over:
            call = partial(self._gateway.list_created, queue, self._since_ms, token)
            page = with_retries(call, self._clock, PATIENCE, pace=pace)
            yield page
            token = page.next_token
            if token is None:
                return


def _definition(job: Job) -> str:
    """Return the name of a job's definition, without its revision; empty where it is not known."""
    return (job.job_definition or "").rpartition("job-definition/")[2].partition(":")[0]
