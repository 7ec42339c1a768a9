"""The engine: asks AWS to end the jobs of a plan, in groups, in the right order, again where that helps.

One dispatcher, the calling thread, decides what goes out next and reads every answer; workers only make calls. It
never says that a job has ended: an accepted request is all that it knows of.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, groupby
from queue import Empty, SimpleQueue

from batchnb.aws import BULK_LIMIT, BulkAnswer, Gateway, in_groups
from batchnb.aws_errors import DENIED_CODES, RETRYABLE_ITEM_CODES, sentence
from batchnb.errors import (
    AwsError,
    CredentialsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnsupportedError,
)
from batchnb.ledger import Ledger
from batchnb.plans import PlannedJob, Verdict
from batchnb.retry import backoff

__all__ = ["Engine"]

IN_FLIGHT = 8
"""Calls under way at once."""

STUBBORN = 3
"""Failures in a row after which a queued job no longer holds back the running ones."""


@dataclass(slots=True)
class _Call:
    """Jobs of one queue that one request names. Mutable: it is sent until it is answered for good."""

    job_ids: list[str]
    failures: int = 0
    """How often in a row it has failed for another reason than throttling."""
    due: float = 0.0
    sent_at: float = 0.0
    bulk: bool = True


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back for a call: an answer of TerminateJobs, a request id of TerminateJob, or an error."""

    call: _Call
    outcome: BulkAnswer | AwsError | str | None


class Engine:
    """Sends the requests of one plan. `send` is called once, and everything but `_work` runs in its thread."""

    def __init__(self, gateway: Gateway, ledger: Ledger, *, patience: float) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._clock = ledger.clock
        self._patience = patience
        self._bulk = gateway.has_bulk
        self._workers = ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="batchnb-send")
        self._answers: SimpleQueue[_Answer] = SimpleQueue()
        self._waiting: list[tuple[float, int, _Call]] = []
        self._stubborn: list[_Call] = []
        self._items_again: defaultdict[str | None, list[str]] = defaultdict(list)
        self._turn = count()
        self._in_flight = 0
        self._last_phase = False
        self._pauses = 0
        self._paused_at = self._resume_at = self._progress_at = self._clock.now()
        self.stopped_by: AwsError | None = None
        """Why sending stopped before every job had been asked for, if it did."""

    def send(self) -> None:
        """Ask for every job of the plan: the queued ones first, and the running ones once those are answered.

        So a slot that a terminated job leaves is not taken by a job that is about to be cancelled. What interrupts
        this (Ctrl-C, or an exception of the event handler) waits for the calls under way, whose answers are noted,
        and then goes on to the caller; interrupted once more, it does not wait.
        """
        to_end = self._ledger.plan.to_end
        try:
            self._dispatch(planned for planned in to_end if planned.verdict is Verdict.CANCEL)
            self._last_phase = True
            self._dispatch(planned for planned in to_end if planned.verdict is Verdict.TERMINATE)
        finally:
            try:
                while self._in_flight:
                    self._note(self._answers.get())
            finally:
                self._workers.shutdown(wait=False, cancel_futures=True)

    def _dispatch(self, jobs: Iterable[PlannedJob]) -> None:
        """Send the requests for `jobs` and read the answers, until nothing is left or sending has to stop."""
        for group in self._groups(jobs):
            self._enqueue(_Call(group))
        while self._stubborn:
            self._enqueue(self._stubborn.pop())
        self._progress_at = self._clock.now()
        while not self.stopped_by:
            if not self._waiting and not self._in_flight:
                self._enqueue_items()
            if not self._waiting and not self._in_flight:
                return
            if not self._in_flight and self._clock.now() - self._progress_at > self._patience:
                return
            while self._may_send():
                self._send(heapq.heappop(self._waiting)[-1])
            self._wait()

    def _groups(self, jobs: Iterable[PlannedJob]) -> Iterable[list[str]]:
        # One call holds jobs of one queue: whether AWS takes a mixture is not documented.
        by_queue = sorted(jobs, key=lambda planned: planned.job_queue or "")
        for _queue, members in groupby(by_queue, key=lambda planned: planned.job_queue):
            for group in in_groups([planned.job_id for planned in members], BULK_LIMIT):
                yield list(group)

    def _enqueue(self, call: _Call) -> None:
        heapq.heappush(self._waiting, (call.due, next(self._turn), call))

    def _enqueue_items(self) -> None:
        # Together and late: one call for all that single answers left over, instead of one for each answer.
        for members in self._items_again.values():
            for group in in_groups(members, BULK_LIMIT):
                tries = min(self._ledger[job_id].attempts for job_id in group)
                due = self._clock.now() + backoff(tries, self._clock.chance())
                self._enqueue(_Call(list(group), due=due))
        self._items_again.clear()

    def _may_send(self) -> bool:
        if not self._waiting or self._in_flight >= IN_FLIGHT:
            return False
        return max(self._waiting[0][0], self._resume_at) <= self._clock.now()

    def _send(self, call: _Call) -> None:
        if not self._bulk and len(call.job_ids) > 1:
            for job_id in call.job_ids:
                self._enqueue(_Call([job_id], call.failures))
            return
        call.bulk, call.sent_at = self._bulk, self._clock.now()
        self._ledger.sent(call.job_ids)
        self._in_flight += 1
        self._workers.submit(self._work, call)

    def _work(self, call: _Call) -> None:
        # In a worker. Whatever happens, an answer comes back, or the dispatcher would wait for ever.
        outcome: BulkAnswer | AwsError | str | None
        reason = self._ledger.plan.reason
        try:
            if call.bulk:
                outcome = self._gateway.terminate_bulk(call.job_ids, reason)
            else:
                outcome = self._gateway.terminate(call.job_ids[0], reason)
        except AwsError as error:
            outcome = error
        except BaseException as error:  # noqa: BLE001 - becomes the failure of this call, and is reported as such
            outcome = UnavailableError(repr(error), code=type(error).__name__, operation="TerminateJobs")
        self._answers.put(_Answer(call, outcome))

    def _wait(self) -> None:
        """Wait until an answer is there, and note it, or until the next call is due."""
        due = max(self._waiting[0][0], self._resume_at) - self._clock.now() if self._waiting else None
        if not self._in_flight:
            if due is not None and due > 0:
                self._clock.sleep(due)
            return
        # With all places taken, being due does not help a call: only an answer does.
        timeout = None if due is None or self._in_flight >= IN_FLIGHT else max(due, 0.001)
        try:
            self._note(self._answers.get(timeout=timeout))
        except Empty:
            return

    def _note(self, answer: _Answer) -> None:
        self._in_flight -= 1
        call, outcome = answer.call, answer.outcome
        if isinstance(outcome, BulkAnswer):
            self._note_bulk(call, outcome)
        elif isinstance(outcome, AwsError):
            self._note_failure(call, outcome)
        else:
            self._progress()
            self._ledger.accepted(call.job_ids[0], outcome)

    def _note_bulk(self, call: _Call, answer: BulkAnswer) -> None:
        """Note each job's part of a TerminateJobs answer, and keep those worth another try."""
        for job_id in call.job_ids:
            error = answer.errors.get(job_id)
            if error is None and job_id in answer.accepted:
                self._progress()
                self._ledger.accepted(job_id, answer.request_id)
                continue
            code, message = (error.code, f"{error.code}: {error.message}") if error else ("NoAnswer", _LEFT_OUT)
            if code in DENIED_CODES:
                message = f"{sentence(message)} {self._gateway.permission_to_end(job_id)}"
            again = error is None or code in RETRYABLE_ITEM_CODES
            self._ledger.failed(job_id, code, f"TerminateJobs: {message}", answer.request_id, again=again)
            if again:
                self._items_again[self._ledger[job_id].planned.job_queue].append(job_id)

    def _note_failure(self, call: _Call, error: AwsError) -> None:
        """Note that a whole call failed: ask again, ask in another way, stop sending, or give it up."""
        if isinstance(error, ThrottledError):
            self._pause(call, error)
            self._note_jobs(call, error, again=True)
            self._enqueue(call)
        elif isinstance(error, UnavailableError):
            self._note_jobs(call, error, again=True)
            self._after_failure(call, error)
        elif isinstance(error, UnsupportedError) and call.bulk:
            self._bulk = False
            self._take_back(call)
        elif isinstance(error, CredentialsError):
            # Nothing can be sent any more; this call had no effect, and its jobs are as they were.
            self.stopped_by = error
            self._take_back(call)
        elif isinstance(error, RefusedError) and len(call.job_ids) > 1:
            self._take_back(call, halves=True)
        else:
            self._progress()
            self._note_jobs(call, error, again=False)

    def _note_jobs(self, call: _Call, error: AwsError, *, again: bool) -> None:
        for job_id in call.job_ids:
            self._ledger.failed(job_id, error.code, str(error), error.request_id, again=again)

    def _pause(self, call: _Call, error: ThrottledError) -> None:
        """Send nothing for a while: the limit is one for all calls, so one of them being throttled tells for all."""
        # Calls that were under way together are throttled together: that is one sign, not several.
        if call.sent_at >= self._paused_at:
            self._pauses += 1
            self._paused_at = self._clock.now()
        wait = backoff(self._pauses, self._clock.chance(), error.retry_after)
        self._resume_at = max(self._resume_at, self._paused_at + wait)

    def _progress(self) -> None:
        self._progress_at = self._clock.now()
        self._pauses = 0

    def _after_failure(self, call: _Call, error: AwsError) -> None:
        """Ask again later, in halves from the second time on: one job may be what the service stumbles over."""
        call.failures += 1
        wait = backoff(call.failures, self._clock.chance(), error.retry_after)
        parts = _halves(call.job_ids) if call.failures > 1 else [call.job_ids]
        for part in parts:
            again = _Call(part, call.failures, self._clock.now() + wait)
            if again.failures >= STUBBORN and not self._last_phase:
                self._stubborn.append(again)
            else:
                self._enqueue(again)

    def _take_back(self, call: _Call, *, halves: bool = False) -> None:
        """Put a call that had no effect back into the queue, as if it had not been sent.

        In `halves` where AWS refuses it as a whole: one job that it will not hear of must not keep its
        neighbours alive.
        """
        for job_id in call.job_ids:
            self._ledger[job_id].attempts -= 1
        for part in _halves(call.job_ids) if halves else [call.job_ids]:
            self._enqueue(_Call(part, call.failures))


_LEFT_OUT = "the answer named this job neither as accepted nor as failed"


def _halves(job_ids: list[str]) -> list[list[str]]:
    middle = len(job_ids) // 2
    return [half for half in (job_ids[:middle], job_ids[middle:]) if half]
