"""The read-only truth about a job, which tests assert on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.world.job import Attempt, Job, Status

__all__ = ["Truth"]


@dataclass(frozen=True, slots=True)
class Truth:
    """A job as it is at one moment, whatever the API would show of it."""

    job_id: str
    job_arn: str
    name: str
    job_queue: str
    """The queue's name."""
    definition: str
    status: Status
    status_reason: str | None
    created_at: int
    started_at: int | None
    stopped_at: int | None
    exit_code: int | None
    attempts: tuple[Attempt, ...]
    is_terminated: bool
    is_cancelled: bool
    reason: str | None
    """The reason of the accepted termination, from its acceptance on."""
    array_size: int | None
    index: int | None
    parent_id: str | None
    tags: Mapping[str, str]

    @classmethod
    def of(cls, job: Job) -> Truth:
        """Copy what is true of a job now."""
        return cls(
            job_id=job.job_id,
            job_arn=job.arn,
            name=job.name,
            job_queue=job.queue.name,
            definition=job.spec.definition,
            status=job.status,
            status_reason=job.status_reason,
            created_at=job.created_at,
            started_at=job.started_at,
            stopped_at=job.stopped_at,
            exit_code=job.exit_code,
            attempts=job.attempts,
            is_terminated=job.is_terminated,
            is_cancelled=job.is_cancelled,
            reason=job.stop.reason if job.stop else None,
            array_size=None if job.children is None else len(job.children),
            index=job.index,
            parent_id=job.parent.job_id if job.parent else None,
            tags=job.spec.tags,
        )
