"""Notes what AWS answered to each call, and decides what comes of it: ask again, otherwise, later, or no more."""

from __future__ import annotations

from datetime import datetime

from batchnb.aws.answers import BulkAnswer
from batchnb.aws.denials import denied_job
from batchnb.aws.errors import DENIED_CODES, RETRYABLE_ITEM_CODES, THROTTLED_CODES
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import Pace
from batchnb.aws.retry import backoff
from batchnb.aws.waiting_told import tell_retry
from batchnb.errors import (
    AwsError,
    CredentialsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnsupportedError,
)
from batchnb.running.calls import Call, CallQueue
from batchnb.running.ledger import Failure, Ledger

__all__ = ["Answers", "no_answer"]


class Answers:
    """What the answers of a run have told so far. Used by the thread that sends."""

    def __init__(self, gateway: Gateway, ledger: Ledger, queue: CallQueue, pace: Pace) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._clock = ledger.clock
        self._queue = queue
        self._pace = pace
        self._outages = 0
        self._paused_at = float("-inf")
        self.bulk = gateway.has_bulk
        """Whether the next call may name several jobs."""
        self.progress_at = self.resume_at = self._clock.now()
        """When a job got its answer last, for good or bad, or this was made; and when calls may go out again."""
        self._has_progress = False
        self._refused_at = self.progress_at
        """When AWS answered last that it failed."""
        self.is_failing = False
        """Whether nothing but failures has come since a job got its answer."""
        self.last_failure: AwsError | None = None
        self.stopped_by: AwsError | None = None
        """Why nothing more can be sent, if that is so."""
        self.stopped_by_at: datetime | None = None
        """When that came. UTC."""

    @property
    def answered_at(self) -> float:
        """When a job got its answer last; where none has, when AWS answered at all, or this was made."""
        return self.progress_at if self._has_progress else self._refused_at

    def note(self, call: Call) -> None:
        """Note the answer to a call: in the ledger, on record, and for what is sent next."""
        try:
            self._note_left_out(call)
            if isinstance(call.answer, BulkAnswer):
                self._note_bulk(call, call.answer)
            elif call.answer is not None:
                self._note_failure(call, call.answer)
        finally:
            self._ledger.put_on_record()

    def tell_pace(self, call: Call) -> None:
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

    def _note_left_out(self, call: Call) -> None:
        for job_id in list(call.left_out):
            # Taken out first: a call that is noted once more has not named this job.
            error = call.left_out.pop(job_id)
            call.job_ids.remove(job_id)
            self._progress()
            self._ledger.left_out(job_id, error.code, error.message)

    def _note_bulk(self, call: Call, answer: BulkAnswer) -> None:
        """Note each job's part of an answer, and keep those worth another try."""
        for job_id in call.job_ids:
            error = answer.errors.get(job_id)
            if error is None and job_id in answer.accepted:
                self._progress()
                self._ledger.accepted(job_id, answer.request_id)
                continue
            code, message = (error.code, f"{error.code}: {error.message}") if error else ("NoAnswer", _LEFT_OUT)
            if error is not None and code in DENIED_CODES:
                message = f"{code}: {denied_job(error.message, self._gateway.permission_to_end(job_id))}"
            again = error is None or code in RETRYABLE_ITEM_CODES
            if again:
                self.is_failing = True
                self._queue.keep_item(job_id)
            else:
                self._progress()
            failure = Failure(
                code,
                f"TerminateJobs: {message}",
                answer.request_id,
                is_throttled=code in THROTTLED_CODES,
                is_unanswered=error is None,
            )
            self._ledger.failed(job_id, failure, again=again)

    def _note_failure(self, call: Call, error: AwsError) -> None:
        """Note that a whole call failed: ask again, ask in another way, stop sending, or give it up."""
        self.is_failing = True
        if isinstance(error, ThrottledError):
            self.last_failure = error
            self._note_jobs(call, error, again=True)
            # Behind all others, and as often as it takes: when it goes out is for the pace to say.
            self._queue.add(Call(call.job_ids, call.failures, self._clock.now()))
        elif isinstance(error, UnavailableError):
            self._pause(call, error)
            self._note_jobs(call, error, again=True)
            self._after_failure(call, error)
        elif isinstance(error, UnsupportedError) and call.bulk:
            self.bulk = False
            self._take_back(call, [call.job_ids])
        elif isinstance(error, CredentialsError):
            # Nothing can be sent any more; this call had no effect, and its jobs are as they were.
            self.stopped_by, self.stopped_by_at = error, self.stopped_by_at or self._clock.wall()
            self._take_back(call, [call.job_ids])
        elif isinstance(error, RefusedError) and len(call.job_ids) > 1:
            # One job that AWS will not hear of must not keep its neighbours alive.
            self._take_back(call, call.halves())
        else:
            self._progress()
            self._note_jobs(call, error, again=False)

    def _note_jobs(self, call: Call, error: AwsError, *, again: bool) -> None:
        # AWS puts a request id on whatever it answers; without one it was something in between, or nothing came at all.
        unheard = isinstance(error, UnavailableError) and error.request_id is None
        throttled = isinstance(error, ThrottledError)
        if not unheard:
            self._refused_at = self._clock.now()
        failure = Failure(error.code, str(error), error.request_id, is_throttled=throttled, is_unanswered=unheard)
        for job_id in call.job_ids:
            self._ledger.failed(job_id, failure, again=again)

    def _pause(self, call: Call, error: AwsError) -> None:
        """Send nothing for a while, the longer the longer nothing has come through.

        A service that is down must neither be hammered by all calls, nor each be taken apart for a poison that is
        not in it.
        """
        self.last_failure = error
        now = self._clock.now()
        tell_retry(error, now - self.progress_at + backoff(self._outages + 1, 1.0), now)
        # Calls that were under way together fail together: that is one sign, not several.
        if call.sent_at > self._paused_at:
            self._outages += 1
            self._paused_at = self._clock.now()
        wait = backoff(self._outages, self._clock.chance(), error.retry_after)
        self.resume_at = max(self.resume_at, self._paused_at + wait)

    def _progress(self) -> None:
        self.progress_at = self._clock.now()
        self._has_progress = True
        self.is_failing = False
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
        self._ledger.taken_back(call.job_ids)
        for part in parts:
            self._queue.add(Call(part, call.failures))


def no_answer(waited: str) -> UnavailableError:
    """Return the error of a call that has been under way for so long without an answer."""
    message = f"TerminateJobs: no answer within {waited}; the request may have taken effect"
    return UnavailableError(message, code="NoAnswer", operation="TerminateJobs")


_LEFT_OUT = "the answer named this job neither as accepted nor as failed"
