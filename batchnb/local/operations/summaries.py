"""The JobSummary of ListJobs: short, without queue and tags, absent where there is nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.world.ids import definition_arn, job_arn

if TYPE_CHECKING:
    from batchnb.local.world.job import Job
    from batchnb.local.world.world import World

__all__ = ["count_children", "summarize"]


def summarize(world: World, job: Job) -> dict[str, Any]:
    """Answer the summary of a job; with `world.sparse_summaries` only what the model requires."""
    summary: dict[str, Any] = {"jobId": job.job_id, "jobName": job.name}
    if world.sparse_summaries:
        return summary
    spec = job.spec
    summary |= {
        "jobArn": job_arn(job.job_id),
        "createdAt": job.created_at,
        "status": job.status.value,
        "jobDefinition": definition_arn(spec.definition),
        "capacityUsage": [{"capacityUnit": "VCPU", "quantity": float(spec.vcpus)}],
    }
    # One after the other: of 100,000 jobs few have much of it, and a page of 1,000 takes half as long so.
    if job.started_at is not None:
        summary["startedAt"] = job.started_at
    if job.stopped_at is not None:
        summary["stoppedAt"] = job.stopped_at
    if job.status_reason is not None:
        summary["statusReason"] = job.status_reason
    if spec.share is not None:
        summary["shareIdentifier"] = spec.share
    _add_ending(summary, job)
    _add_parts(summary, job)
    return summary


def count_children(job: Job) -> dict[str, int]:
    """Answer how many children of an array are in each state, all seven states named."""
    return {status.value: number for status, number in (job.counts or {}).items()}


def _add_ending(summary: dict[str, Any], job: Job) -> None:
    if job.is_terminated:
        summary["isTerminated"] = True
    if job.is_cancelled:
        summary["isCancelled"] = True
    if job.exit_code is not None:
        summary["container"] = {"exitCode": job.exit_code}


def _add_parts(summary: dict[str, Any], job: Job) -> None:
    if job.children is not None:
        summary["arrayProperties"] = {"size": len(job.children), "statusSummary": count_children(job)}
    if job.nodes is not None:
        summary["nodeProperties"] = {"numNodes": len(job.nodes)}
    if job.parent is not None:
        summary |= _place_in(job.parent, job)


def _place_in(parent: Job, job: Job) -> dict[str, Any]:
    """Answer which child of an array, or which node, a job is."""
    if parent.children is not None:
        return {"arrayProperties": {"index": job.index}}
    return {"nodeProperties": {"isMainNode": job.index == 0, "nodeIndex": job.index}}
