"""The engine: asks AWS to end the jobs of a plan, in groups, in the right order, again where that helps.

One dispatcher, the calling thread, decides what goes out next and reads every answer; workers only make calls. It
never says that a job has ended: an accepted request is all that it knows of.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
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

RECORDED_TOGETHER = 32
"""Calls that are put on record at once: to wait for the disk before each would cost more than the calls."""

SHORTEST_WAIT = 0.001
"""Seconds: less may be nothing to a clock, and waiting would not come to an end."""


@dataclass(slots=True, eq=False)
class _Call:
    """Jobs of one queue that one request names. Mutable: it is sent until it is answered for good."""

    job_ids: list[str]
    failures: int = 0
    """How often in a row it has failed for another reason than throttling."""
    due: float = 0.0
    sent_at: float = 0.0
    bulk: bool = True
    on_record: bool = False
    """Whether it was written down that this call is about to go out."""
    answer: BulkAnswer | AwsError | None = None
    """What came back for it last. An answer of TerminateJob is a BulkAnswer about one job."""


class Engine:
    """Sends the requests of one plan. `send` is called once, and everything but `_work` runs in its thread."""

    def __init__(self, gateway: Gateway, ledger: Ledger, *, patience: float) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._clock = ledger.clock
        self._patience = patience
        self._bulk = gateway.has_bulk
        self._workers = ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="batchnb-send")
        self._waiting: list[tuple[float, int, _Call]] = []
        self._under_way: list[_Call] = []
        self._answered: SimpleQueue[_Call] = SimpleQueue()
        self._stubborn: list[_Call] = []
        self._items_again: defaultdict[str | None, list[str]] = defaultdict(list)
        self._turn = count()
        self._last_phase = False
        self._pauses = self._fruitless = 0
        self._progress_at = self._resume_at = self._clock.now()
        self._paused_at = float("-inf")
        self._last_failure: AwsError | None = None
        self.stopped_by: AwsError | None = None
        """Why sending stopped before every job had been asked for, if it did."""

    def send(self, jobs: Sequence[PlannedJob]) -> None:
        """Ask for these jobs of the plan: the queued ones first, and the running ones once those are answered.

        So a slot that a terminated job leaves is not taken by a job that is about to be cancelled. Ends when every
        job has its answer, or when none has got one for `patience` seconds. What interrupts this (Ctrl-C, or an
        exception of the event handler) waits for the calls under way, whose answers are noted, and then goes on to
        the caller; interrupted once more, it does not wait.
        """
        try:
            self._dispatch(planned for planned in jobs if planned.verdict is Verdict.CANCEL)
            self._last_phase = True
            self._dispatch(planned for planned in jobs if planned.verdict is Verdict.TERMINATE)
        finally:
            self._close()

    def _dispatch(self, jobs: Iterable[PlannedJob]) -> None:
        """Send the requests for `jobs` and read the answers, until nothing is left or sending has to stop."""
        for group in self._groups(jobs):
            self._enqueue(_Call(group))
        while self._stubborn:
            self._enqueue(self._stubborn.pop())
        while not self.stopped_by:
            while self._may_send():
                self._send(heapq.heappop(self._waiting)[-1])
            if self._under_way:
                self._read_answer()
                continue
            self._enqueue_items()
            if not self._waiting:
                return
            if self._next_due() - self._progress_at > self._patience:
                self._give_up()
                return
            self._clock.sleep(max(self._next_due() - self._clock.now(), SHORTEST_WAIT))

    def _close(self) -> None:
        """Wait for the calls under way and note their answers: they may have taken effect."""
        try:
            self._workers.shutdown()
        finally:
            try:
                self._note_rest()
            finally:
                # What the event handler raised must not cost an answer; the ledger does not call it again.
                self._note_rest()

    def _give_up(self) -> None:
        # Jobs that were asked for have errors of their own; those whose turn never came have none but this.
        if any(self._ledger[job_id].attempts == 0 for *_, call in self._waiting for job_id in call.job_ids):
            self.stopped_by = self._last_failure

    def _groups(self, jobs: Iterable[PlannedJob]) -> Iterable[list[str]]:
        # One call holds jobs of one queue: whether AWS takes a mixture is not documented.
        by_queue = sorted(jobs, key=lambda planned: planned.job_queue or "")
        for _queue, members in groupby(by_queue, key=lambda planned: planned.job_queue):
            for group in in_groups([planned.job_id for planned in members], BULK_LIMIT):
                yield list(group)

    def _enqueue(self, call: _Call) -> None:
        heapq.heappush(self._waiting, (call.due, next(self._turn), call))

    def _enqueue_items(self) -> None:
        """Enqueue what single answers left over: together, and not before every answer is in, to make few calls."""
        if not self._items_again:
            return
        self._fruitless += 1
        for members in self._items_again.values():
            for group in in_groups(members, BULK_LIMIT):
                tries = min(self._ledger[job_id].attempts for job_id in group)
                due = self._clock.now() + backoff(tries, self._clock.chance())
                self._enqueue_again(_Call(list(group), due=due), self._fruitless)
        self._items_again.clear()

    def _enqueue_again(self, call: _Call, failures: int) -> None:
        if failures >= STUBBORN and not self._last_phase:
            self._stubborn.append(call)
        else:
            self._enqueue(call)

    def _next_due(self) -> float:
        return max(self._waiting[0][0], self._resume_at)

    def _may_send(self) -> bool:
        return bool(self._waiting) and len(self._under_way) < IN_FLIGHT and self._next_due() <= self._clock.now()

    def _send(self, call: _Call) -> None:
        if not self._bulk and len(call.job_ids) > 1:
            for job_id in call.job_ids:
                self._enqueue(_Call([job_id], call.failures))
            return
        if not call.on_record:
            self._put_on_record(call)
        call.bulk, call.sent_at, call.answer = self._bulk, self._clock.now(), None
        self._ledger.sent(call.job_ids)
        self._under_way.append(call)
        self._workers.submit(self._work, call)

    def _put_on_record(self, call: _Call) -> None:
        """Have this call, and those most likely to be next, on record before it goes out."""
        nearly_next = (waiting for *_, waiting in self._waiting[: RECORDED_TOGETHER - 1])
        calls = [call, *(following for following in nearly_next if not following.on_record)]
        self._ledger.about_to_send([following.job_ids for following in calls])
        for following in calls:
            following.on_record = True

    def _work(self, call: _Call) -> None:
        # In a worker. Whatever happens, an answer comes back, or the dispatcher would wait for ever.
        reason = self._ledger.plan.reason
        try:
            if call.bulk:
                call.answer = self._gateway.terminate_bulk(call.job_ids, reason)
            else:
                request_id = self._gateway.terminate(call.job_ids[0], reason)
                call.answer = BulkAnswer(frozenset(call.job_ids), {}, request_id)
        except AwsError as error:
            call.answer = error
        except BaseException as error:  # noqa: BLE001 - becomes the failure of this call, and is reported as such
            call.answer = UnavailableError(repr(error), code=type(error).__name__, operation="TerminateJobs")
        self._answered.put(call)

    def _read_answer(self) -> None:
        """Wait until an answer is there, and note it, or until the next call is due."""
        timeout = None
        # With all places taken, being due does not help a call: only an answer does.
        if self._waiting and len(self._under_way) < IN_FLIGHT:
            timeout = max(self._next_due() - self._clock.now(), SHORTEST_WAIT)
        try:
            call = self._answered.get(timeout=timeout)
        except Empty:
            return
        self._note(call)

    def _note(self, call: _Call) -> None:
        if isinstance(call.answer, BulkAnswer):
            self._note_bulk(call, call.answer)
        elif call.answer is not None:
            self._note_failure(call, call.answer)
        # Last: an answer that was interrupted while it was noted is noted once more in the end.
        self._under_way.remove(call)

    def _note_rest(self) -> None:
        for call in list(self._under_way):
            if call.answer is None:
                call.answer = UnavailableError(_UNHEARD, code="NoAnswer", operation="TerminateJobs")
            self._note(call)

    def _note_bulk(self, call: _Call, answer: BulkAnswer) -> None:
        """Note each job's part of an answer, and keep those worth another try."""
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
            if again:
                self._items_again[self._ledger[job_id].planned.job_queue].append(job_id)
            else:
                self._progress()
            self._ledger.failed(job_id, code, f"TerminateJobs: {message}", answer.request_id, again=again)

    def _note_failure(self, call: _Call, error: AwsError) -> None:
        """Note that a whole call failed: ask again, ask in another way, stop sending, or give it up."""
        if isinstance(error, (ThrottledError, UnavailableError)):
            self._pause(call, error)
            self._note_jobs(call, error, again=True)
            if isinstance(error, ThrottledError):
                call.on_record = False
                self._enqueue(call)
            else:
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

    def _pause(self, call: _Call, error: AwsError) -> None:
        """Send nothing for a while, the longer the longer nothing has come through.

        The rate limit is one for all calls, so one that is throttled tells for all. And a service that is down must
        neither be hammered by all of them, nor each be taken apart for a poison that is not in it.
        """
        self._last_failure = error
        # Calls that were under way together fail together: that is one sign, not several.
        if call.sent_at > self._paused_at:
            self._pauses += 1
            self._paused_at = self._clock.now()
        wait = backoff(self._pauses, self._clock.chance(), error.retry_after)
        self._resume_at = max(self._resume_at, self._paused_at + wait)

    def _progress(self) -> None:
        self._progress_at = self._clock.now()
        self._pauses = self._fruitless = 0

    def _after_failure(self, call: _Call, error: AwsError) -> None:
        """Ask again later, in halves from the second time on: one job may be what the service stumbles over."""
        failures = call.failures + 1
        due = self._clock.now() + backoff(failures, self._clock.chance(), error.retry_after)
        for part in _halves(call.job_ids) if failures > 1 else [call.job_ids]:
            self._enqueue_again(_Call(part, failures, due), failures)

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
_UNHEARD = "interrupted before the answer came; the request may have taken effect"


def _halves(job_ids: list[str]) -> list[list[str]]:
    middle = len(job_ids) // 2
    return [half for half in (job_ids[:middle], job_ids[middle:]) if half]
