"""Judges what became of each job of a run, by what was asked, what AWS answered, and above all by what was seen."""

from __future__ import annotations

import re
from datetime import datetime

from batchnb.aws.errors import DENIED_CODES
from batchnb.errors import AwsError
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.model.lost import NOTHING, Lost
from batchnb.model.newcomers import Newcomers
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import Verdict
from batchnb.running.ledger import Entry, Ledger
from batchnb.running.waiting import may_wait
from batchnb.text import shown

__all__ = ["is_reason_of_batch", "make_report", "outcome_of", "result_of"]

_REASONS_OF_BATCH = re.compile(
    r"""
      (?:Canceled|Cancelled|Terminated)\ by\ JobStateTimeLimit\ action   # a time limit of the queue
    | (?:MISCONFIGURATION|CAPACITY):[A-Z_]+                             # why it could not start
    | (?:ACTION_REQUIRED|UNDETERMINED)\b
    | Essential\ container\ in\ task\ exited
    | Host\ EC2\ \(instance\ i-\w+\)\ terminated
    | Your\ Spot\ Task\ was\ interrupted
    | Task\ failed\ to\ start
    | Job\ attempt\ duration\ exceeded\ timeout
    | Dependent\ Jobs?\ failed
    | Array\ Child\ Jobs?\ failed
    | Timeout\ waiting\ for\ network\ interface
    | (?:Cannot\w+|DockerTimeout|OutOfMemory|ResourceInitialization|ContainerRuntime|ContainerRuntimeTimeout|Internal)
      (?:Error|Exception):
    | (?:BackoffLimitExceeded|DeadlineExceeded|OOMKilled|Evicted)\b
    """,
    re.VERBOSE,
)
"""How a `statusReason` begins that Batch, ECS or EKS gives, and nobody's request. [guide, and public reports]"""


def is_reason_of_batch(reason: str) -> bool:
    """Whether the service itself says so of a job that failed, and not somebody who asked to end it.

    >>> is_reason_of_batch("Essential container in task exited"), is_reason_of_batch("OPS-9 bad input")
    (True, False)
    """
    return _REASONS_OF_BATCH.match(reason.strip()) is not None


def outcome_of(ledger: Ledger, entry: Entry) -> Outcome:
    """Return what became of a job of the ledger, by what was seen of it."""
    if entry.gone:
        return Outcome.GONE
    if entry.planned.verdict.is_watched and entry.ended_at is not None and entry.last_seen is not None:
        return _ending(ledger, entry, entry.last_seen)
    if ledger.is_accepted(entry):
        waits = entry.planned.job_id in ledger.waiting and may_wait(entry)
        return Outcome.WAITING if waits else Outcome.STOPPING
    asked = ledger.asked_for(entry)
    if asked.may_have_taken_effect:
        return Outcome.UNANSWERED
    if asked.failed and asked.error_code in DENIED_CODES:
        return Outcome.DENIED
    return Outcome.REFUSED if asked.was_answered else Outcome.NOT_ATTEMPTED


def _ending(ledger: Ledger, entry: Entry, job: Job) -> Outcome:
    if job.status is JobStatus.SUCCEEDED:
        return Outcome.SUCCEEDED
    started = _had_started(entry, job)
    ours = Outcome.TERMINATED if started else Outcome.CANCELLED
    said = (job.status_reason or "").strip()
    if said == ledger.plan.reason.strip():
        return ours
    # A started job outlives a cancellation. An array stays PENDING when its children start, and so does its flag.
    if not (job.is_terminated or (job.is_cancelled and (not started or job.array_size is not None))):
        return Outcome.FAILED
    # The flags say that a request was accepted, not that it was what ended the job, nor whose it was: the reason does.
    was_asked = ledger.asked_for(entry).was_answered or ledger.asked_for(entry).may_have_taken_effect
    if said and not is_reason_of_batch(said):
        return Outcome.ENDED_BY_ANOTHER
    if said and job.array_size is None and entry.planned.verdict is not Verdict.COVERED:
        return Outcome.FAILED
    # It says nothing, or speaks of the children of an array, or of one that ends with its array.
    return ours if was_asked else Outcome.ENDED_BY_ANOTHER


def _had_started(entry: Entry, job: Job) -> bool:
    """Whether the job ran when it was ended, and not only in an attempt before."""
    before = entry.planned.job or job
    ran_since = len(job.attempts) > len(before.attempts) or (job.started_at or 0) > (before.started_at or 0)
    return entry.seen_running or ran_since


def make_report(
    ledger: Ledger,
    stopped_by: AwsError | None,
    started_at: datetime,
    *,
    waited: bool,
    run_id: str | None = None,
    stopped_at: datetime | None = None,
    newcomers: Newcomers | None = None,
    lost: Lost = NOTHING,
    stopped_by_at: datetime | None = None,
) -> Report:
    """Return the Report of what stands in the ledger now."""
    results = tuple(result_of(ledger, entry, stopped_by) for entry in ledger.entries.values())
    ended = (ledger.clock.wall(), waited, stopped_by, run_id, stopped_at, newcomers, lost, stopped_by_at)
    return Report(ledger.plan, results, started_at, *ended)


def result_of(ledger: Ledger, entry: Entry, stopped_by: AwsError | None = None) -> JobResult:
    """Return what became of one job of the ledger; `stopped_by` is why no more is known, where something is."""
    outcome = outcome_of(ledger, entry)
    code, message = _error_of(ledger, entry, outcome)
    if stopped_by is not None and code is None and entry.planned.verdict.is_watched and not outcome.has_ended:
        # Neither refused nor seen to end: what stopped the run is why no more is known of it.
        code, message = stopped_by.code, str(stopped_by)
    if message is None and (needed := ledger.waiting.get(entry.planned.job_id)) and outcome is Outcome.WAITING:
        name = shown(needed.job_name, 60)
        message = f"AWS ends it when {needed.job_id} ({name}) has completed, which is not in the plan"
    return JobResult(
        planned=entry.planned,
        outcome=outcome,
        last_seen=entry.last_seen,
        attempts=entry.attempts,
        accepted_at=entry.accepted_at,
        ended_at=entry.ended_at,
        error_code=code,
        error_message=message,
        request_id=entry.request_id,
    )


def _error_of(ledger: Ledger, entry: Entry, outcome: Outcome) -> tuple[str | None, str | None]:
    """Return the code and the message of the error that explains the outcome, those of its array for a child."""
    asked = ledger.asked_for(entry)
    if asked is not entry and outcome.has_ended:
        return None, None
    return asked.error_code, asked.error_message
