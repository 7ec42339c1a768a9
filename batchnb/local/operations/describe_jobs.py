"""DescribeJobs: all that is known of the jobs that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.details import describe_job
from batchnb.local.operations.refusals import bad_request

if TYPE_CHECKING:
    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.world import World

__all__ = ["describe_jobs"]

_JOBS_LIMIT = 100


def describe_jobs(world: World, fields: Fields, now_ms: int) -> dict[str, Any]:
    """Return the known ones of up to 100 jobs, each once, in an order of the service's own."""
    job_ids = fields.texts("jobs")
    if len(job_ids) > _JOBS_LIMIT:
        raise bad_request("Maximum number of jobs supported is  100 .")
    found = [job for job_id in sorted(set(job_ids)) if (job := world.ledger.find(job_id)) is not None]
    return {"jobs": [describe_job(job, now_ms) for job in found if job.hidden_until <= now_ms]}
