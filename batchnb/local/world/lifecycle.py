"""How a job changes state: what an accepted termination leads to, and what follows when a job ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchnb.local.world import cascade
from batchnb.local.world.job import ENDED, STARTED, Attempt, Delays, Status, StopRequest, Stops, Verb
from batchnb.local.world.registry import Change

if TYPE_CHECKING:
    from batchnb.local.world.job import Job
    from batchnb.local.world.registry import Due, Ledger

__all__ = ["CONTAINER_EXITED", "Lifecycle"]

CONTAINER_EXITED = "Essential container in task exited"
_GRACE_MS = 30_000
_KILLED, _TERMINATED = 137, 143


class Lifecycle:
    """The rules of change over the ledger's jobs."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.delays = Delays()
        self.queued_flag = "isTerminated"
        self.reasons = "first"
        self.waits = "until_dependency"

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
            if self.reasons == "last":
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
        flag = "isTerminated" if job.status in STARTED else self.queued_flag
        if verb is Verb.CANCEL:
            flag = "isCancelled"
        job.is_terminated |= flag in ("isTerminated", "both")
        job.is_cancelled |= flag in ("isCancelled", "both")

    def _book_end(self, job: Job, now_ms: int) -> None:
        if job.stops is Stops.NEVER:
            return
        # What it waits for ends it: see `cascade.release`.
        if self.waits == "until_dependency" and cascade.is_waiting(job):
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
            self.finish(job, Status.SUCCEEDED, CONTAINER_EXITED, at_ms, exit_code=0)
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
            self.finish(job, status, CONTAINER_EXITED, at_ms, exit_code=exit_code)
            return
        if job.started_at is not None and status is not Status.RUNNING:
            if job.stop is not None:  # a terminated job is not retried
                self.kill(job, job.stop.reason, at_ms)
                return
            self._close_attempt(job, at_ms, 1, CONTAINER_EXITED)
            job.started_at = None
        if status is Status.RUNNING:
            self._start(job, at_ms)
        job.status_reason = None
        waited = cascade.is_waiting(job)
        self.put(job, status)
        if waited and job.stop is not None and not cascade.is_waiting(job):
            self._book_end(job, at_ms)

    def finish(self, job: Job, status: Status, reason: str | None, at_ms: int, *, exit_code: int | None) -> None:
        """End a job for good and tell its array and its dependents."""
        job.stopped_at = at_ms
        job.status_reason = reason
        if job.started_at is not None and job.children is None:
            self._close_attempt(job, at_ms, exit_code or 0, reason or "")
            job.exit_code = exit_code
        self.put(job, status)
        cascade.resolve(self, job, at_ms)

    def put(self, job: Job, status: Status) -> None:
        """Set the state, keep the array's counts true, and take the nodes of a multi-node job along."""
        if job.parent is not None and job.parent.counts is not None:
            job.parent.counts[job.status] -= 1
            job.parent.counts[status] += 1
        job.status = status
        for node in job.nodes or ():
            node.status, node.status_reason, node.stop = status, job.status_reason, job.stop
            node.started_at, node.stopped_at = job.started_at, job.stopped_at
            node.attempts, node.exit_code = job.attempts, job.exit_code
        if job.parent is not None and job.parent.counts is not None and not job.parent.has_ended:
            cascade.refresh_parent(self, job.parent, job.stopped_at)

    @staticmethod
    def _start(job: Job, at_ms: int) -> None:
        if job.started_at is None and job.children is None:
            job.started_at = at_ms

    @staticmethod
    def _close_attempt(job: Job, at_ms: int, exit_code: int, reason: str) -> None:
        started = job.started_at if job.started_at is not None else at_ms
        job.attempts += (Attempt(started, at_ms, exit_code, reason, job.log_stream),)
