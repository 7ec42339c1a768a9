"""Verdicts: what a plan means to do about each job, by what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from batchnb.jobs.job import Job

__all__ = ["PlannedJob", "Verdict", "is_stopping", "verdict_of"]


class Verdict(StrEnum):
    """What a plan means to do about a job."""

    TERMINATE = "terminate"
    """It occupies a machine (STARTING, RUNNING, or an array with such a child): stop it."""
    CANCEL = "cancel"
    """It has not started: take it from its queue."""
    FINISHED = "finished"
    """It has ended already: left out."""
    STOPPING = "already stopping"
    """A request to end it was accepted before: left out, and watched until it ends."""
    NOT_FOUND = "not found"
    """DescribeJobs does not know it: a typo, an expired record, or a job submitted a moment ago. Left out."""
    COVERED = "covered by its array parent"
    """Its array parent is in the plan and takes it along: no request of its own, and watched until it ends."""
    PROTECTED = "protected"
    """A guard keeps it: left out."""

    @property
    def is_sent(self) -> bool:
        """Whether a request to end the job is made."""
        return self in _SENT

    @property
    def is_watched(self) -> bool:
        """Whether the job is expected to end, by our request or by one before it."""
        return self in _WATCHED


_SENT = frozenset({Verdict.TERMINATE, Verdict.CANCEL})
_WATCHED = _SENT | {Verdict.STOPPING, Verdict.COVERED}


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One job of a plan: its verdict, and the job as it was when the plan was made, which is the evidence.

    AWS overwrites `statusReason` when a job is terminated and drops the record some days later.
    """

    job_id: str
    verdict: Verdict
    job: Job | None
    """None where the verdict is `not found`."""

    @property
    def job_name(self) -> str | None:
        """The job's name, None where it is not known."""
        return self.job.job_name if self.job else None

    @property
    def job_queue(self) -> str | None:
        """The name of the job's queue, None where it is not known."""
        return self.job.job_queue if self.job else None


def verdict_of(job: Job | None, *, covered: bool = False, is_protected: bool = False) -> Verdict:
    """Return the verdict for a job as it was described, None where DescribeJobs does not know it.

    `covered` says that its array ends and takes it along, `is_protected` that a guard keeps it.
    """
    if job is None:
        return Verdict.NOT_FOUND
    if job.status and job.status.has_ended:
        return Verdict.FINISHED
    if is_stopping(job):
        return Verdict.STOPPING
    if is_protected:
        return Verdict.PROTECTED
    if covered:
        return Verdict.COVERED
    # A status that this version does not know may well be one in which the job runs.
    return Verdict.TERMINATE if job.has_started or job.status is None else Verdict.CANCEL


def is_stopping(job: Job) -> bool:
    """Return whether a request to end the job was accepted, and will have an effect as the job is now."""
    # CancelJob does nothing to a job that has started, though it was accepted: such a job is not stopping.
    return job.is_terminated or (job.is_cancelled and not job.has_started)
