"""The engine: asks AWS to end the jobs of a plan, in groups, in the right order, again where that helps.

One dispatcher, the calling thread, decides what goes out next and reads every answer; workers only make calls. It
never says that a job has ended: an accepted request is all that it knows of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from batchnb.aws import BulkAnswer, Gateway
from batchnb.aws_errors import DENIED_CODES, RETRYABLE_ITEM_CODES, THROTTLED_CODES, sentence
from batchnb.calls import Call, CallQueue
from batchnb.errors import (
    AwsError,
    CredentialsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnsupportedError,
)
from batchnb.ledger import Ledger
from batchnb.pace import MOST_PLACES, CallKind
from batchnb.plans import PlannedJob, Verdict
from batchnb.retry import backoff
from batchnb.tag_gate import Gate, protected_in

__all__ = ["Engine"]

RECORDED_TOGETHER = 32
"""Calls that are put on record at once: to wait for the disk before each would cost more than the calls."""

SHORTEST_WAIT = 0.001
"""Seconds: less may be nothing to a clock, and waiting would not come to an end."""
LONGEST_WAIT = 0.25
"""Seconds after which the jobs are looked at again, however long the next answer takes."""
LEISURE = 0.01
"""Seconds until the next call in which there is time for what is not urgent."""


class Engine:
    """Sends the requests of one plan. `send` is called once, and everything but `_work` runs in its thread.

    `meanwhile` is called again and again while requests go out, to look at the jobs that were asked for already. `gate`
    is asked in the workers, right before each request, which of its jobs to leave out.
    """

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        *,
        patience: float,
        meanwhile: Callable[[], None] = lambda: None,
        gate: Gate | None = None,
    ) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._clock = ledger.clock
        self._patience = patience
        self._meanwhile = meanwhile
        self._gate = gate
        self._is_closing = False
        self._bulk = gateway.has_bulk
        self._pace = gateway.pace(CallKind.ENDING)
        self._workers = ThreadPoolExecutor(max_workers=MOST_PLACES, thread_name_prefix="batchnb-send")
        self._queue = CallQueue(ledger)
        self._under_way: list[Call] = []
        self._answered: SimpleQueue[Call] = SimpleQueue()
        self._outages = 0
        self._progress_at = self._resume_at = self._clock.now()
        self.answered_at: float | None = None
        """When a job got its answer last, for good or bad."""
        self._paused_at = float("-inf")
        self._is_failing = False
        self._last_failure: AwsError | None = None
        self.stopped_by: AwsError | None = None
        """Why sending stopped before every job had been asked for, if it did."""

    @property
    def is_pressed(self) -> bool:
        """Whether the next call is due so soon that whatever else takes time should wait."""
        return bool(self._queue) and self._next_due() - self._clock.now() < LEISURE

    def send(self, jobs: Sequence[PlannedJob]) -> None:
        """Ask for these jobs of the plan: the queued ones first, and the running ones once those are answered.

        So a slot that a terminated job leaves is not taken by a job that is about to be cancelled. Ends when every
        job has its answer, or when none has got one for `patience` seconds. What interrupts this (Ctrl-C, or an
        exception of the event handler) waits for the calls under way, whose answers are noted, and then goes on to
        the caller; interrupted once more, it does not wait.
        """
        try:
            self._queue.add_jobs(planned for planned in jobs if planned.verdict is Verdict.CANCEL)
            self._dispatch()
            self._queue.add_jobs(planned for planned in jobs if planned.verdict is Verdict.TERMINATE)
            self._queue.release_stubborn()
            self._dispatch()
        finally:
            self._close()

    def _dispatch(self) -> None:
        """Send what waits and read the answers, until nothing is left or sending has to stop."""
        while not self.stopped_by:
            while self._may_send():
                self._send(self._queue.pop())
            self._meanwhile()
            if self._under_way:
                self._read_answer()
                continue
            # Not while calls wait for their turn only: what is left over of them goes into the same few calls.
            if not self._queue or self._queue.next_due() > self._clock.now():
                self._queue.add_items()
            if not self._queue:
                return
            if self._is_failing and self._next_due() - self._progress_at > self._patience:
                self._give_up()
                return
            self._clock.sleep(max(min(self._next_due() - self._clock.now(), LONGEST_WAIT), SHORTEST_WAIT))

    def _close(self) -> None:
        """Wait for the calls under way and note their answers: they may have taken effect."""
        self._is_closing = True
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
        if any(self._ledger[job_id].attempts == 0 for call in self._queue for job_id in call.job_ids):
            self.stopped_by = self._last_failure

    def _next_due(self) -> float:
        return max(self._queue.next_due(), self._resume_at, self._pace.ready_at(self._clock.now()))

    def _may_send(self) -> bool:
        now = self._clock.now()
        if not self._queue or len(self._under_way) >= self._pace.places:
            return False
        return max(self._queue.next_due(), self._resume_at) <= now and self._pace.take(now)

    def _send(self, call: Call) -> None:
        if not self._bulk and len(call.job_ids) > 1:
            first, *others = [Call([job_id], call.failures) for job_id in call.job_ids]
            for other in others:
                self._queue.add(other)
            call = first
        if not call.on_record:
            self._put_on_record(call)
        call.bulk, call.sent_at, call.answer = self._bulk, self._clock.now(), None
        self._ledger.sent(call.job_ids)
        self._under_way.append(call)
        self._workers.submit(self._work, call)

    def _put_on_record(self, call: Call) -> None:
        """Have this call, and those most likely to be next, on record before it goes out."""
        calls = [call, *self._queue.not_on_record(RECORDED_TOGETHER - 1)]
        self._ledger.about_to_send([one.job_ids for one in calls])
        for one in calls:
            one.on_record = True

    def _work(self, call: Call) -> None:
        # In a worker. Whatever happens, an answer comes back, or the dispatcher would wait for ever.
        try:
            call.left_out = protected_in(call.job_ids, self._gate, lambda: self._is_closing)
            call.answer = self._ask(call)
        except AwsError as error:
            call.answer = error
        except BaseException as error:  # noqa: BLE001 - becomes the failure of this call, and is reported as such
            call.answer = UnavailableError(repr(error), code=type(error).__name__, operation="TerminateJobs")
        self._answered.put(call)

    def _ask(self, call: Call) -> BulkAnswer:
        """Ask for the jobs of the call but those that are left out."""
        reason, job_ids = self._ledger.plan.reason, [job_id for job_id in call.job_ids if job_id not in call.left_out]
        if job_ids and call.bulk:
            return self._gateway.terminate_bulk(job_ids, reason)
        request_id = self._gateway.terminate(job_ids[0], reason) if job_ids else None
        return BulkAnswer(frozenset(job_ids), {}, request_id)

    def _read_answer(self) -> None:
        """Wait until an answer is there, and note it, or until the next call is due."""
        timeout = LONGEST_WAIT
        # With all places taken, being due does not help a call: only an answer does.
        if self._queue and len(self._under_way) < self._pace.places:
            timeout = min(timeout, max(self._next_due() - self._clock.now(), SHORTEST_WAIT))
        try:
            call = self._answered.get(timeout=timeout)
        except Empty:
            return
        self._tell_pace(call)
        self._note(call)

    def _tell_pace(self, call: Call) -> None:
        """Tell the pace whether the call was let in. Where no answer came, nobody knows."""
        now = self._clock.now()
        if isinstance(call.answer, ThrottledError):
            self._pace.throttled(call.sent_at, now, call.answer.retry_after)
        elif isinstance(call.answer, BulkAnswer) and any(
            item.code in THROTTLED_CODES for item in call.answer.errors.values()
        ):
            self._pace.throttled(call.sent_at, now)
        elif not isinstance(call.answer, UnavailableError) and len(call.left_out) < len(call.job_ids):
            self._pace.accepted(call.sent_at, now)

    def _note(self, call: Call) -> None:
        try:
            self._note_left_out(call)
            if isinstance(call.answer, BulkAnswer):
                self._note_bulk(call, call.answer)
            elif call.answer is not None:
                self._note_failure(call, call.answer)
        finally:
            self._ledger.put_on_record()
        # Last: an answer that was interrupted while it was noted is noted once more in the end.
        self._under_way.remove(call)

    def _note_left_out(self, call: Call) -> None:
        for job_id in list(call.left_out):
            # Taken out first: a call that is noted once more has not named this job.
            error = call.left_out.pop(job_id)
            call.job_ids.remove(job_id)
            self._progress()
            self._ledger.left_out(job_id, error.code, error.message)

    def _note_rest(self) -> None:
        for call in list(self._under_way):
            if call.answer is None:
                call.answer = UnavailableError(_UNHEARD, code="NoAnswer", operation="TerminateJobs")
            self._note(call)

    def _note_bulk(self, call: Call, answer: BulkAnswer) -> None:
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
                self._is_failing = True
                self._queue.keep_item(job_id)
            else:
                self._progress()
            self._ledger.failed(job_id, code, f"TerminateJobs: {message}", answer.request_id, again=again)

    def _note_failure(self, call: Call, error: AwsError) -> None:
        """Note that a whole call failed: ask again, ask in another way, stop sending, or give it up."""
        self._is_failing = True
        if isinstance(error, ThrottledError):
            self._last_failure = error
            self._note_jobs(call, error, again=True)
            # Behind all others, and as often as it takes: when it goes out is for the pace to say.
            self._queue.add(Call(call.job_ids, call.failures, self._clock.now()))
        elif isinstance(error, UnavailableError):
            self._pause(call, error)
            self._note_jobs(call, error, again=True)
            self._after_failure(call, error)
        elif isinstance(error, UnsupportedError) and call.bulk:
            self._bulk = False
            self._take_back(call, [call.job_ids])
        elif isinstance(error, CredentialsError):
            # Nothing can be sent any more; this call had no effect, and its jobs are as they were.
            self.stopped_by = error
            self._take_back(call, [call.job_ids])
        elif isinstance(error, RefusedError) and len(call.job_ids) > 1:
            # One job that AWS will not hear of must not keep its neighbours alive.
            self._take_back(call, call.halves())
        else:
            self._progress()
            self._note_jobs(call, error, again=False)

    def _note_jobs(self, call: Call, error: AwsError, *, again: bool) -> None:
        for job_id in call.job_ids:
            self._ledger.failed(job_id, error.code, str(error), error.request_id, again=again)

    def _pause(self, call: Call, error: AwsError) -> None:
        """Send nothing for a while, the longer the longer nothing has come through.

        A service that is down must neither be hammered by all calls, nor each be taken apart for a poison that is
        not in it.
        """
        self._last_failure = error
        # Calls that were under way together fail together: that is one sign, not several.
        if call.sent_at > self._paused_at:
            self._outages += 1
            self._paused_at = self._clock.now()
        wait = backoff(self._outages, self._clock.chance(), error.retry_after)
        self._resume_at = max(self._resume_at, self._paused_at + wait)

    def _progress(self) -> None:
        self._progress_at = self.answered_at = self._clock.now()
        self._is_failing = False
        self._outages = 0
        self._queue.note_progress()

    def _after_failure(self, call: Call, error: AwsError) -> None:
        """Ask again later, in halves from the second time on: one job may be what the service stumbles over."""
        failures = call.failures + 1
        due = self._clock.now() + backoff(failures, self._clock.chance(), error.retry_after)
        for part in call.halves() if failures > 1 else [call.job_ids]:
            self._queue.add_again(Call(part, failures, due), failures)

    def _take_back(self, call: Call, parts: list[list[str]]) -> None:
        """Put a call that had no effect back into the queue in these parts, as if it had not been sent."""
        for job_id in call.job_ids:
            self._ledger[job_id].attempts -= 1
        for part in parts:
            self._queue.add(Call(part, call.failures))


_LEFT_OUT = "the answer named this job neither as accepted nor as failed"
_UNHEARD = "interrupted before the answer came; the request may have taken effect"
