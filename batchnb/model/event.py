"""JobEvent: one change in one job of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["EventState", "JobEvent"]


class EventState(StrEnum):
    """What a JobEvent says of its job."""

    SENT = "sent"
    """A request to end it goes out."""
    ACCEPTED = "accepted"
    """AWS accepted the request. The job has not ended yet."""
    RETRYING = "retrying"
    """AWS throttled the request or failed to answer; it is sent again."""
    FAILED = "failed"
    """The request failed for good; the job is as it was."""
    SEEN = "seen"
    """The job was seen in another status than before."""
    ENDED = "ended"
    """The job was seen to have ended."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One change of one job, for the handler of a run's events."""

    job_id: str
    state: EventState
    at: datetime
    message: str = ""
