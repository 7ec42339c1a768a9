"""JobResult: what became of one job of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from batchnb.jobs.job import Job
from batchnb.jobs.outcome import Outcome
from batchnb.model.verdict import PlannedJob, Verdict

__all__ = ["JobResult"]


@dataclass(frozen=True, slots=True)
class JobResult:
    """What became of one job: asked, answered and seen. Times are UTC."""

    planned: PlannedJob
    outcome: Outcome
    last_seen: Job | None
    attempts: int
    """Requests that went out for it."""
    accepted_at: datetime | None
    ended_at: datetime | None
    """AWS's `stoppedAt`, or when it was seen to have ended where AWS gives none."""
    error_code: str | None
    error_message: str | None
    request_id: str | None
    """AWS's id of the last request for it, for their support; None where that brought no answer."""

    @property
    def fate(self) -> Outcome | Verdict:
        """The outcome, or the verdict that left the job out of the plan: what there is to say of it in short."""
        return self.outcome if self.planned.verdict.is_watched else self.planned.verdict

    @property
    def message(self) -> str | None:
        """What there is to say besides the outcome: the error, or the reason that AWS shows of another request."""
        if self.error_message is None and self.outcome is Outcome.ENDED_BY_ANOTHER and self.last_seen is not None:
            return f"AWS shows the reason: {self.last_seen.status_reason or 'none'}"
        return self.error_message

    def is_failure(self, *, waited: bool) -> bool:
        """Whether someone has to look: the job was wanted ended and was not seen to end.

        An accepted job is not a failure unless the run `waited` for its end. An id that AWS does not know is one: it
        may be a typo, and then the intended job still runs.
        """
        if self.planned.verdict in (Verdict.FINISHED, Verdict.PROTECTED) or self.outcome.has_ended:
            return False
        return waited or not self.outcome.is_accepted
