"""The JobSummary of ListJobs: short, without queue and tags, absent where there is nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.ids import definition_arn, job_arn

if TYPE_CHECKING:
    from batchnb.local.records import Job
    from batchnb.local.world import World

__all__ = ["count_children", "summarize"]


def summarize(world: World, job: Job) -> dict[str, Any]:
    """Answer the summary of a job; with `world.sparse_summaries` only what the model requires."""
    summary: dict[str, Any] = {"jobId": job.job_id, "jobName": job.name}
    if world.sparse_summaries:
        return summary
    summary |= {
        "jobArn": job_arn(job.job_id),
        "createdAt": job.created_at,
        "status": job.status.value,
        "jobDefinition": definition_arn(job.spec.definition),
        "capacityUsage": [{"capacityUnit": "VCPU", "quantity": float(job.spec.vcpus)}],
    }
    optional = {
        "startedAt": job.started_at,
        "stoppedAt": job.stopped_at,
        "statusReason": job.status_reason,
        "shareIdentifier": job.spec.share,
        "isTerminated": job.is_terminated or None,
        "isCancelled": job.is_cancelled or None,
        "container": None if job.exit_code is None else {"exitCode": job.exit_code},
        "arrayProperties": _array(job),
        "nodeProperties": _nodes(job),
    }
    return summary | {name: value for name, value in optional.items() if value is not None}


def count_children(job: Job) -> dict[str, int]:
    """Answer how many children of an array are in each state, all seven states named."""
    return {status.value: number for status, number in (job.counts or {}).items()}


def _array(job: Job) -> dict[str, Any] | None:
    if job.children is not None:
        return {"size": len(job.children), "statusSummary": count_children(job)}
    if job.parent is not None and job.parent.children is not None:
        return {"index": job.index}
    return None


def _nodes(job: Job) -> dict[str, Any] | None:
    if job.nodes is not None:
        return {"numNodes": len(job.nodes)}
    if job.is_node:
        return {"isMainNode": job.index == 0, "nodeIndex": job.index}
    return None
