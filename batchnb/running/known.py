"""What a journal says of one job: the requests, the answers of AWS, and the outcome, the latest last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchnb.jobs.job import Job, job_from_aws
from batchnb.jobs.outcome import Outcome
from batchnb.model.records import moment
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob
from batchnb.running.ledger import Entry

__all__ = ["Known", "result_of_format_1"]


@dataclass(slots=True)
class Known:
    """What the lines so far say of one job."""

    calls: int = 0
    """Calls that were about to name it. The last ones may not have gone out."""
    answered: int = 0
    """Calls that named it and were answered, or of which it is known that no answer came."""
    throttled: int = 0
    """How many of these AWS throttled."""
    is_unanswered: bool = False
    """Whether the last call that was not throttled got no answer: it may have taken effect."""
    accepted_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    request_id: str | None = None
    is_refused: bool = False
    """Whether its last request was refused for good."""
    result: JobResult | None = None
    """What became of it, as the last report said; None where a call or an answer came later."""
    seen: Job | None = None
    """The job as it was seen last, where an outcome tells."""
    ended_at: datetime | None = None
    was_running: bool = False

    def note_call(self) -> None:
        """Take in that a call was about to name the job."""
        self.calls += 1
        self.result = None

    def note_answer(self, line: Mapping[str, Any]) -> None:
        """Take in AWS's answer. Raises KeyError, TypeError or ValueError for what is not one."""
        accepted, at, throttled = line["accepted"], moment(line["at"]), bool(line.get("throttled"))
        was_answered = self.answered > self.throttled
        self.answered += 1
        self.throttled += throttled
        self.calls = max(self.calls, self.answered)
        self.result = None
        self.is_refused = not accepted and not line.get("again")
        if not throttled:
            self.is_unanswered = bool(line.get("unanswered"))
        # To be throttled says nothing of the job: an answer from before counts for more.
        if not (throttled and was_answered):
            self.error_code, self.error_message = line.get("code"), line.get("message")
            self.request_id = line.get("request_id")
        if accepted:
            self.accepted_at = self.accepted_at or at

    def note_result(self, result: JobResult) -> None:
        """Take in what became of the job: a report said so."""
        self.result = result
        self.calls = self.answered = result.attempts
        self.throttled = min(self.throttled, result.attempts)
        if result.outcome is Outcome.NOT_ATTEMPTED:
            self.throttled = result.attempts
        self.is_unanswered = result.outcome is Outcome.UNANSWERED
        self.accepted_at, self.ended_at = result.accepted_at, result.ended_at
        self.error_code, self.error_message = result.error_code, result.error_message
        self.request_id = result.request_id
        self.is_refused = result.outcome in (Outcome.REFUSED, Outcome.DENIED)
        self.seen = result.last_seen
        self.was_running = self.was_running or result.outcome is Outcome.TERMINATED

    def restore(self, entry: Entry) -> None:
        """Put this into the job's entry, with the calls that may have gone out."""
        entry.attempts, entry.throttled = self.calls, self.throttled
        entry.is_unanswered = self.is_unanswered or self.calls > self.answered
        entry.accepted_at, entry.ended_at = self.accepted_at, self.ended_at
        entry.error_code, entry.error_message = self.error_code, self.error_message
        entry.request_id = self.request_id
        entry.failed = self.is_refused
        entry.last_seen = self.seen or entry.last_seen
        entry.seen_running = entry.seen_running or self.was_running or (self.seen is not None and self.seen.has_started)


def result_of_format_1(line: Mapping[str, Any], planned: PlannedJob) -> JobResult:
    """Return what an `outcome` line of format 1 says. Raises KeyError, TypeError or ValueError for anything else."""
    job = line["job"]
    return JobResult(
        planned=planned,
        outcome=Outcome(line["outcome"]),
        last_seen=job_from_aws(job) if job is not None else None,
        attempts=int(line["attempts"]),
        accepted_at=moment(line["accepted_at"]),
        ended_at=moment(line["ended_at"]),
        error_code=line["error_code"],
        error_message=line["error_message"],
        request_id=line["request_id"],
    )
