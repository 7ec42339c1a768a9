"""The ledger: the state of every job of a plan while it is executed. Engine and verification write into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from batchnb.clock import Clock
from batchnb.jobs.job import Job
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.verdict import PlannedJob, Verdict, is_stopping

__all__ = ["Entry", "Failure", "Ledger", "Recorder"]


@dataclass(slots=True)
class Entry:
    """The state of one job: the requests for it, the answers of AWS, and how it was described since."""

    planned: PlannedJob
    last_seen: Job | None
    """The job as it was described last."""
    seen_running: bool = False
    """Whether the job has been seen STARTING or RUNNING since the plan was made, or then."""
    attempts: int = 0
    """How many requests to end it have gone out."""
    throttled: int = 0
    """How many of them AWS throttled: these were not let in, as if they had never been made."""
    is_under_way: bool = False
    """Whether a request for it has gone out whose answer has not come yet."""
    is_unanswered: bool = False
    """Whether the last request for it that was not throttled got no answer: it may have taken effect."""
    accepted_at: datetime | None = None
    failed: bool = False
    """Whether its request was refused for good."""
    error_code: str | None = None
    error_message: str | None = None
    request_id: str | None = None
    ended_at: datetime | None = None
    """When it was seen to have ended; AWS's own `stoppedAt` where that is given."""
    gone: bool = False
    """Whether AWS has dropped its record since the plan was made."""

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to wait for: it was seen to end, or its record is gone."""
        return self.ended_at is not None or self.gone

    @property
    def may_have_taken_effect(self) -> bool:
        """Whether a request for it went out and may have arrived."""
        return self.is_under_way or self.is_unanswered

    @property
    def was_answered(self) -> bool:
        """Whether AWS answered a request for it otherwise than by throttling."""
        return self.attempts > self.throttled


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request failed for a job."""

    code: str
    message: str
    request_id: str | None = None
    is_throttled: bool = False
    """Whether AWS did not let the request in, because there were too many."""
    is_unanswered: bool = False
    """Whether no answer came: the request may have taken effect."""

    def record(self, *, again: bool) -> dict[str, Any]:
        """Return it for the journal; `again` says whether the request is made again."""
        record = {"accepted": False, "code": self.code, "message": self.message, "again": again}
        record["request_id"] = self.request_id
        if self.is_throttled:
            record["throttled"] = True
        if self.is_unanswered:
            record["unanswered"] = True
        return record


class Recorder(Protocol):
    """Keeps a lasting record of requests and answers: a journal. What it raises stops the sending."""

    def calls(self, groups: Iterable[Sequence[str]], at: datetime) -> None:
        """Record that a call for each of these groups of job ids is about to go out."""

    def answers(self, answers: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        """Record what AWS answered for each of these jobs."""


class Ledger:
    """One entry a job of a plan, by id, and the events that tell of changes. Used by one thread.

    Events are gathered, and handed to `on_event` by `tell`: what has been noted is complete by then.
    """

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        on_event: Callable[[JobEvent], None] | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self.plan = plan
        self.clock = clock
        self.deliver: Callable[[Callable[[JobEvent], None], Sequence[JobEvent]], None] = _deliver
        """Calls the handler with each of the events."""
        self.handler_error: BaseException | None = None
        """What the handler raised. It is not called again after that."""
        self._on_event = on_event
        self._events: list[JobEvent] = []
        self._recorder = recorder
        self._unrecorded: dict[str, Mapping[str, Any]] = {}
        self.entries = {planned.job_id: _entry(planned) for planned in plan.jobs}
        self.waiting: Mapping[str, Job] = {}
        """The jobs that wait for a live job outside the plan, when that was looked at last: by id, with that job."""

    def __getitem__(self, job_id: str) -> Entry:
        return self.entries[job_id]

    def asked_for(self, entry: Entry) -> Entry:
        """Return the entry of the job that requests name for this one: its own, or that of its array."""
        if entry.planned.verdict is not Verdict.COVERED:
            return entry
        return self.entries.get(entry.planned.job_id.partition(":")[0], entry)

    def is_accepted(self, entry: Entry) -> bool:
        """Whether AWS has accepted to end this job, by a request for it or for its array.

        That request need not be ours, and the answer to ours may have been lost: what AWS shows of the job counts.
        """
        asked = self.asked_for(entry)
        if asked.accepted_at is not None or asked.planned.verdict is Verdict.STOPPING:
            return True
        return asked.last_seen is not None and is_stopping(asked.last_seen)

    def is_expected_to_end(self, entry: Entry) -> bool:
        """Whether AWS has accepted to end this job, or may have, since the last request for it got no answer."""
        return self.is_accepted(entry) or self.asked_for(entry).may_have_taken_effect

    def about_to_send(self, groups: Iterable[Sequence[str]]) -> None:
        """Record that a call for each of these groups of job ids is about to go out."""
        if self._recorder is not None:
            self._recorder.calls(groups, self.clock.wall())

    def sent(self, job_ids: list[str]) -> None:
        """Note that a request for these jobs goes out now."""
        for job_id in job_ids:
            self._note_event(job_id, EventState.SENT)
        # Before it counts: a handler that raises has kept the request from going out.
        self.tell()
        for job_id in job_ids:
            entry = self[job_id]
            # In one line: whatever interrupts it, no job counts as asked and answered that is neither.
            entry.attempts, entry.is_under_way = entry.attempts + 1, True

    def taken_back(self, job_ids: list[str]) -> None:
        """Note that a request for these jobs had no effect, and counts as if it had not been made."""
        for job_id in job_ids:
            entry = self[job_id]
            entry.attempts, entry.is_under_way = entry.attempts - 1, False

    def accepted(self, job_id: str, request_id: str | None) -> None:
        """Note that AWS accepted the request for this job."""
        entry = self[job_id]
        entry.is_under_way = entry.is_unanswered = entry.failed = False
        entry.accepted_at = entry.accepted_at or self.clock.wall()
        entry.request_id = request_id
        entry.error_code = entry.error_message = None
        self._unrecorded[job_id] = {"accepted": True, "request_id": request_id}
        self._note_event(job_id, EventState.ACCEPTED)

    def failed(self, job_id: str, failure: Failure, *, again: bool) -> None:
        """Note that a request for this job failed, and whether it is made `again`."""
        entry = self[job_id]
        is_first = entry.is_under_way  # an answer that is noted twice was throttled once
        entry.is_under_way, entry.failed = False, not again
        if failure.is_throttled:
            entry.throttled += is_first
        else:
            entry.is_unanswered = failure.is_unanswered
        # To be throttled says nothing of the job: an answer from before counts for more.
        if not (failure.is_throttled and entry.was_answered):
            entry.error_code, entry.error_message = failure.code, failure.message
            entry.request_id = failure.request_id
        self._unrecorded[job_id] = failure.record(again=again)
        self._note_event(job_id, EventState.RETRYING if again else EventState.FAILED, failure.message)

    def left_out(self, job_id: str, code: str, message: str) -> None:
        """Note that the request which went out did not name this job after all, and why."""
        self.taken_back([job_id])
        entry = self[job_id]
        entry.error_code, entry.error_message, entry.failed = code, message, True
        self._note_event(job_id, EventState.FAILED, message)

    def seen(self, job: Job) -> None:
        """Note how AWS describes the job now. A job that has ended once stays so: answers may come late."""
        entry = self[job.job_id]
        if entry.ended_at is not None:
            return
        before, entry.last_seen = entry.last_seen, job
        entry.seen_running = entry.seen_running or job.has_started
        entry.gone = False
        if job.status and job.status.has_ended:
            entry.ended_at = _stopped_at(job) or self.clock.wall()
            self._note_event(job.job_id, EventState.ENDED, job.status)
        elif before is None or before.status != job.status:
            self._note_event(job.job_id, EventState.SEEN, job.status or "")

    def put_on_record(self) -> None:
        """Record the answers that were noted since the last time, once for all jobs of a call."""
        answers, self._unrecorded = self._unrecorded, {}
        if self._recorder is None or not answers:
            return
        try:
            self._recorder.answers(answers, self.clock.wall())
        except BaseException:
            # Nothing more is sent, but what was sent is still noted, and it would only raise again.
            self._recorder = None
            raise

    def tell(self) -> None:
        """Pass the events since the last time to the handler. Keep what it raises, and raise it again."""
        events, self._events = self._events, []
        if self._on_event is None or not events:
            return
        try:
            self.deliver(self._on_event, events)
        except BaseException as error:
            # It wants the run to stop. What has been sent must still be noted, and it would only raise again.
            self._on_event, self.handler_error = None, error
            raise

    def _note_event(self, job_id: str, state: EventState, message: str = "") -> None:
        if self._on_event is not None:
            self._events.append(JobEvent(job_id, state, self.clock.wall(), message))


def _deliver(on_event: Callable[[JobEvent], None], events: Sequence[JobEvent]) -> None:
    for event in events:
        on_event(event)


def _entry(planned: PlannedJob) -> Entry:
    return Entry(planned, planned.job, seen_running=planned.job is not None and planned.job.has_started)


def _stopped_at(job: Job) -> datetime | None:
    try:
        return datetime.fromtimestamp(job.stopped_at / 1000, UTC) if job.stopped_at else None
    except (ArithmeticError, OSError, TypeError, ValueError):
        return None  # no moment that there is: when it was seen to have ended has to do
