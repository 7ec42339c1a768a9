"""The ledger: what is known of every job of a plan while it is executed. Engine and verification write into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from batchnb.clock import Clock
from batchnb.jobs import Job
from batchnb.plans import Plan, PlannedJob, Verdict
from batchnb.verdicts import is_stopping

__all__ = ["Entry", "EventState", "JobEvent", "Ledger", "Recorder"]


class EventState(StrEnum):
    """What a JobEvent says of its job."""

    SENT = "sent"
    """A request to end it goes out."""
    ACCEPTED = "accepted"
    """AWS accepted the request. The job has not ended by that."""
    RETRYING = "retrying"
    """AWS was throttling or failed to answer; the job is asked for again."""
    FAILED = "failed"
    """The request failed for good; the job is as it was."""
    SEEN = "seen"
    """The job was seen in another status than before."""
    ENDED = "ended"
    """The job was seen to have ended."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One change in one job's fate, for whoever watches a run."""

    job_id: str
    state: EventState
    at: datetime
    message: str = ""


@dataclass(slots=True)
class Entry:
    """What is known of one job: what was asked, what AWS answered, and what was seen since."""

    planned: PlannedJob
    last_seen: Job | None
    """The job as it was described last."""
    seen_running: bool = False
    """Whether the job has been seen STARTING or RUNNING since the plan was made, or then."""
    attempts: int = 0
    """How many requests to end it have gone out."""
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


class Recorder(Protocol):
    """Keeps a lasting record of requests and answers: a journal. What it raises stops the sending."""

    def calls(self, groups: Iterable[Sequence[str]], at: datetime) -> None:
        """Keep that a call for each of these groups of job ids is about to go out."""

    def answers(self, answers: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        """Keep what AWS answered for each of these jobs."""


class Ledger:
    """One entry a job of a plan, by id, and the events that tell of changes. Used by one thread."""

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        on_event: Callable[[JobEvent], None] | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self.plan = plan
        self.clock = clock
        self._on_event = on_event
        self._recorder = recorder
        self._unrecorded: dict[str, Mapping[str, Any]] = {}
        self.entries = {planned.job_id: _entry(planned) for planned in plan.jobs}

    def __getitem__(self, job_id: str) -> Entry:
        return self.entries[job_id]

    def is_expected_to_end(self, entry: Entry) -> bool:
        """Whether AWS has accepted to end this job, by a request for it or for its array.

        That request need not be ours, and the answer to ours may have been lost: what AWS shows of the job counts.
        """
        if entry.planned.verdict is Verdict.COVERED:
            parent = self.entries.get(entry.planned.job_id.partition(":")[0])
            return parent is not None and self.is_expected_to_end(parent)
        if entry.accepted_at is not None or entry.planned.verdict is Verdict.STOPPING:
            return True
        return entry.last_seen is not None and is_stopping(entry.last_seen)

    def about_to_send(self, groups: Iterable[Sequence[str]]) -> None:
        """Have it on record that a call for each of these groups of job ids is about to go out."""
        if self._recorder is not None:
            self._recorder.calls(groups, self.clock.wall())

    def sent(self, job_ids: list[str]) -> None:
        """Note that a request for these jobs goes out now."""
        for job_id in job_ids:
            self._tell(job_id, EventState.SENT)
        # Counted last: a handler that raises has kept the request from going out.
        for job_id in job_ids:
            self[job_id].attempts += 1

    def accepted(self, job_id: str, request_id: str | None) -> None:
        """Note that AWS accepted the request for this job."""
        entry = self[job_id]
        entry.accepted_at = entry.accepted_at or self.clock.wall()
        entry.request_id = request_id
        entry.error_code = entry.error_message = None
        entry.failed = False
        self._unrecorded[job_id] = {"accepted": True, "request_id": request_id}
        self._tell(job_id, EventState.ACCEPTED)

    def failed(self, job_id: str, code: str, message: str, request_id: str | None, *, again: bool) -> None:
        """Note that a request for this job failed, and whether it is made `again`."""
        entry = self[job_id]
        entry.error_code, entry.error_message, entry.request_id = code, message, request_id
        entry.failed = not again
        answer = {"accepted": False, "code": code, "message": message, "again": again, "request_id": request_id}
        self._unrecorded[job_id] = answer
        self._tell(job_id, EventState.RETRYING if again else EventState.FAILED, message)

    def left_out(self, job_id: str, code: str, message: str) -> None:
        """Note that the request which went out did not name this job after all, and why."""
        entry = self[job_id]
        entry.attempts -= 1
        entry.error_code, entry.error_message, entry.failed = code, message, True
        self._tell(job_id, EventState.FAILED, message)

    def seen(self, job: Job) -> None:
        """Note how AWS describes the job now."""
        entry = self[job.job_id]
        before, entry.last_seen = entry.last_seen, job
        entry.seen_running = entry.seen_running or job.has_started
        entry.gone = False
        if job.status and job.status.has_ended:
            if entry.ended_at is None:
                entry.ended_at = _stopped_at(job) or self.clock.wall()
                self._tell(job.job_id, EventState.ENDED, job.status)
        elif before is None or before.status != job.status:
            self._tell(job.job_id, EventState.SEEN, job.status or "")

    def put_on_record(self) -> None:
        """Have on record what was noted of answers since the last time: once for all jobs that a call named."""
        answers, self._unrecorded = self._unrecorded, {}
        if self._recorder is None or not answers:
            return
        try:
            self._recorder.answers(answers, self.clock.wall())
        except BaseException:
            # Nothing more is sent, but what was sent is still noted, and it would only raise again.
            self._recorder = None
            raise

    def _tell(self, job_id: str, state: EventState, message: str = "") -> None:
        if self._on_event is None:
            return
        try:
            self._on_event(JobEvent(job_id, state, self.clock.wall(), message))
        except BaseException:
            # It wants the run to stop. What has been sent must still be noted, and it would only raise again.
            self._on_event = None
            raise


def _entry(planned: PlannedJob) -> Entry:
    return Entry(planned, planned.job, seen_running=planned.job is not None and planned.job.has_started)


def _stopped_at(job: Job) -> datetime | None:
    return datetime.fromtimestamp(job.stopped_at / 1000, UTC) if job.stopped_at else None
