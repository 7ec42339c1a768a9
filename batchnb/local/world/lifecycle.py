"""How a job changes state: what an accepted termination leads to, and what follows when a job ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batchnb.local.world import cascade
from batchnb.local.world.front import Front
from batchnb.local.world.job import ENDED, STARTED, Attempt, Status, StopRequest, Stops, Verb
from batchnb.local.world.registry import Change
from batchnb.local.world.runs import CONTAINER_EXITED, Run, exit_reason, plan_run, wants_retry
from batchnb.local.world.switches import Switches
from batchnb.local.world.times import Delays, Pace

if TYPE_CHECKING:
    from batchnb.local.world.job import Job
    from batchnb.local.world.registry import Due, Registry

__all__ = ["CONTAINER_EXITED", "TOO_LARGE", "Lifecycle", "attempts_of_node"]

TOO_LARGE = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU "
    "requirement of the job."
)
_GRACE_MS = 30_000
_KILLED, _TERMINATED = 137, 143
_BEFORE = {
    Status.STARTING: Status.RUNNABLE,
    Status.RUNNING: Status.STARTING,
    Status.SUCCEEDED: Status.RUNNING,
}
"""Where a job that runs by itself comes from; SUCCEEDED stands for its exit, whatever the code."""


class Lifecycle:
    """The rules of change over the ledger's jobs."""

    def __init__(self, ledger: Registry) -> None:
        self.ledger = ledger
        self.delays = Delays()
        self.pace = Pace()
        self.switches = Switches()
        self._fronts: dict[str, Front] = {}

    def settle(self, now_ms: int) -> None:
        """Apply every change that is due, each at its own time."""
        while due := self.ledger.pop_due(now_ms):
            if not due.job.has_ended:
                self._apply(due)

    def accept(self, job: Job, verb: Verb, reason: str, now_ms: int) -> None:
        """Accept a termination or cancellation: record it now, let it take effect later.

        Does nothing to a finished job, nothing to a job that is stopping already (the first end time
        stays, and `reasons` says whose reason), and a cancellation does nothing to a job that has reached STARTING.
        """
        if job.has_ended or (verb is Verb.CANCEL and job.status in STARTED):
            return
        if job.stop and (job.stop.verb is not Verb.CANCEL or verb is Verb.CANCEL):
            if self.switches.reasons == "last":
                self._replace_reason(job, reason)
            return
        job.stop = StopRequest(verb, reason, now_ms)
        self._flag(job, verb)
        if job.children is None:
            self._book_end(job, now_ms)
        else:
            for child in job.children:
                self.accept(child, verb, reason, now_ms)

    def _replace_reason(self, job: Job, reason: str) -> None:
        for one in (job, *(job.children or ())):
            if one.stop and not one.has_ended:
                one.stop = StopRequest(one.stop.verb, reason, one.stop.at_ms)

    def _flag(self, job: Job, verb: Verb) -> None:
        flag = "isTerminated" if job.status in STARTED else self.switches.queued_flag
        if verb is Verb.CANCEL:
            flag = "isCancelled"
        job.is_terminated |= flag in ("isTerminated", "both")
        job.is_cancelled |= flag in ("isCancelled", "both")

    def _book_end(self, job: Job, now_ms: int) -> None:
        if job.stops is Stops.NEVER:
            return
        # What it waits for ends it: see `cascade.release`.
        if self.switches.waits == "until_dependency" and cascade.is_waiting(job):
            return
        delay = self.delays.succeeding if job.stops is Stops.SUCCEEDS else self.delays.of(job.status)
        self.ledger.book(now_ms + delay * 1000, Change.END, job)

    def _apply(self, due: Due) -> None:
        if due.change is Change.END:
            self._land(due.job, due.at_ms)
        elif due.change is Change.DOOM:
            cascade.doom(self, due.job, due.at_ms)
        elif due.change is Change.ADMIT:
            cascade.admit(self, due.job, due.at_ms)
        elif due.change is Change.LIMIT:
            self._apply_limit(due.job, due.at_ms)
        elif due.change is Change.STEP and due.status is not None:
            self._step(due.job, due.status, due.at_ms, due.attempt)
        elif due.status is not None:
            self.move(due.job, due.status, due.at_ms)

    def _land(self, job: Job, at_ms: int) -> None:
        """Let an accepted request take effect, unless the job has got away from it."""
        if job.stop is None:
            return
        if job.stop.verb is Verb.CANCEL and job.status in STARTED:
            job.stop = None
        elif job.stops is Stops.SUCCEEDS:
            self._start(job, at_ms)
            self.finish(job, Status.SUCCEEDED, exit_reason(job), at_ms, exit_code=0)
        else:
            self.kill(job, job.stop.reason, at_ms)

    def kill(self, job: Job, reason: str, at_ms: int) -> None:
        """End a job as FAILED; the reason overwrites whatever stood there."""
        asked_at = job.stop.at_ms if job.stop else at_ms
        exit_code = _TERMINATED if at_ms - asked_at < _GRACE_MS else _KILLED
        self.finish(job, Status.FAILED, reason, at_ms, exit_code=exit_code)

    def move(self, job: Job, status: Status, at_ms: int) -> None:
        """Let a job change state by itself: go on, be retried, or end."""
        if status in ENDED:
            self._start(job, at_ms)
            exit_code = 0 if status is Status.SUCCEEDED else 1
            self.finish(job, status, exit_reason(job), at_ms, exit_code=exit_code)
            return
        if job.started_at is not None and status is not Status.RUNNING:
            if job.stop is not None:  # a terminated job is not retried
                self.kill(job, job.stop.reason, at_ms)
                return
            self._close_attempt(job, at_ms, 1, exit_reason(job))
            job.started_at = None
        if status is Status.RUNNING:
            self._start(job, at_ms)
        job.status_reason = None
        waited = cascade.is_waiting(job)
        if status is Status.RUNNABLE:
            self.make_runnable(job, at_ms)
        else:
            self.put(job, status, at_ms)
        if waited and job.stop is not None and not cascade.is_waiting(job):
            self._book_end(job, at_ms)

    def begin(self, job: Job, now_ms: int) -> None:
        """Let a job that has just entered the world in its state go on from there."""
        if job.status is Status.RUNNABLE:
            job.runnable_at = job.created_at
            self.watch_front(job, job.created_at, came=True)
            self._book_step(job, Status.STARTING, now_ms, self.pace.runnable)
        elif job.status is Status.STARTING:
            self._book_step(job, Status.RUNNING, now_ms, self.pace.starting)
        elif job.status is Status.RUNNING:
            self._book_step(job, Status.SUCCEEDED, now_ms, plan_run(job, self.pace).seconds)

    def make_runnable(self, job: Job, at_ms: int) -> None:
        """Let a job wait for a machine; one that runs by itself gets it in a while."""
        job.runnable_at = at_ms
        self.put(job, Status.RUNNABLE, at_ms)
        self._book_step(job, Status.STARTING, at_ms, self.pace.runnable)

    def _book_step(self, job: Job, status: Status, at_ms: int, seconds: float) -> None:
        if job.spec.runs:
            self.ledger.book(at_ms + seconds * 1000, Change.STEP, job, status, attempt=len(job.attempts))

    def _step(self, job: Job, status: Status, at_ms: int, attempt: int) -> None:
        """Take a job that runs by itself one step further, unless it went another way meanwhile."""
        if job.status is not _BEFORE[status] or len(job.attempts) != attempt:
            return
        if status is Status.STARTING and (job.body.capacity or 0) > self.ledger.most_vcpus(job.queue):
            job.status_reason = TOO_LARGE
            self.watch_front(job, at_ms)
        elif status is Status.STARTING:
            self.move(job, status, at_ms)
            self._book_step(job, Status.RUNNING, at_ms, self.pace.starting)
        elif status is Status.RUNNING:
            self.move(job, status, at_ms)
            self._book_step(job, Status.SUCCEEDED, at_ms, plan_run(job, self.pace).seconds)
        else:
            self._exit(job, plan_run(job, self.pace), at_ms)

    def _exit(self, job: Job, run: Run, at_ms: int) -> None:
        """Let the containers of a job exit by themselves, and try again if the retry strategy says so."""
        if run.exit_code == 0:
            self.finish(job, Status.SUCCEEDED, run.status_reason, at_ms, exit_code=0)
        elif job.stop is not None and job.stop.verb is not Verb.CANCEL:  # a terminated job is not retried
            self.finish(job, Status.FAILED, job.stop.reason, at_ms, exit_code=run.exit_code)
        elif wants_retry(job, run):
            self._close_attempt(job, at_ms, run.exit_code, run.status_reason, run.reason)
            job.started_at = job.status_reason = None
            self.make_runnable(job, at_ms)
        else:
            self.finish(job, Status.FAILED, run.status_reason, at_ms, exit_code=run.exit_code, said=run.reason)

    def finish(
        self,
        job: Job,
        status: Status,
        reason: str | None,
        at_ms: int,
        *,
        exit_code: int | None,
        said: str | None = None,
    ) -> None:
        """End a job for good and tell its array and its dependents. `said` is the reason that its container gives."""
        job.stopped_at = at_ms
        job.status_reason = reason
        if job.started_at is not None and job.children is None:
            self._close_attempt(job, at_ms, exit_code or 0, reason or "", said)
            job.exit_code = exit_code
        self.put(job, status, at_ms)
        cascade.resolve(self, job, at_ms)

    def put(self, job: Job, status: Status, at_ms: int) -> None:
        """Set the state, keep the array's counts true, and take the nodes of a multi-node job along."""
        if job.parent is not None and job.parent.counts is not None:
            job.parent.counts[job.status] -= 1
            job.parent.counts[status] += 1
        if job.status is Status.RUNNABLE:
            job.queue.moved_at = at_ms
        job.status = status
        for node in job.nodes or ():
            node.status, node.status_reason, node.stop = status, job.status_reason, job.stop
            node.started_at, node.stopped_at, node.exit_code = job.started_at, job.stopped_at, job.exit_code
            node.attempts = attempts_of_node(node, job.attempts)
        if job.queue.time_limits:
            self.watch_front(job, at_ms, came=status is Status.RUNNABLE)
        if job.parent is not None and job.parent.counts is not None and not job.parent.has_ended:
            cascade.refresh_parent(self, job.parent, job.stopped_at)

    def watch_front(self, job: Job, at_ms: int, *, came: bool = False) -> None:
        """Notice that a job has come to its queue, has left it, or now says why it cannot start."""
        if not job.queue.time_limits:
            return
        front = self._fronts.setdefault(job.queue.name, Front())
        if came:
            front.enter(job)
        first = front.first()
        if first is not front.head or first is job:
            front.head, front.since = first, at_ms
            for limit in front.actions():
                self.ledger.book(at_ms + limit["maxTimeSeconds"] * 1000, Change.LIMIT, front.first() or job)

    def _apply_limit(self, job: Job, at_ms: int) -> None:
        """Cancel a job that has stood first in its queue for too long, for a reason that the queue names."""
        front = self._fronts.get(job.queue.name)
        if front is None or front.head is not job or job.status is not Status.RUNNABLE:
            return
        for limit in front.actions():
            if at_ms >= front.since + limit["maxTimeSeconds"] * 1000:
                verb = Verb.TERMINATE if limit["action"] == "TERMINATE" else Verb.CANCEL
                self.accept(job, verb, limit["reason"], at_ms)

    @staticmethod
    def _start(job: Job, at_ms: int) -> None:
        if job.started_at is None and job.children is None:
            job.started_at = at_ms

    @staticmethod
    def _close_attempt(job: Job, at_ms: int, exit_code: int, reason: str, said: str | None = None) -> None:
        started = job.started_at if job.started_at is not None else at_ms
        # A kill ends all containers alike; after an exit the others are stopped, and say 0.
        body, codes = job.body, None
        if len(body.containers) > 1 and exit_code in (_KILLED, _TERMINATED):
            codes = {one.name: exit_code for one in body.containers if one is not body.main and not one.is_init}
        job.attempts += (Attempt(started, at_ms, exit_code, reason, job.log_stream, said, codes),)


def attempts_of_node(node: Job, attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """Return the attempts of a multi-node job as one of its nodes has them: with log streams of its own."""
    return tuple(replace(one, log_stream=node.stream_of(number)) for number, one in enumerate(attempts))
