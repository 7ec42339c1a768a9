"""The JobSummary of ListJobs: short, without queue and tags, absent where there is nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.world.body import Kind

if TYPE_CHECKING:
    from batchnb.local.world.job import Job
    from batchnb.local.world.switches import Switches

__all__ = ["count_children", "summarize"]


def summarize(switches: Switches, job: Job) -> dict[str, Any]:
    """Return the summary of a job; with the switch `sparse_summaries` only what the model requires."""
    if switches.sparse_summaries:
        return {"jobId": job.job_id, "jobName": job.name}
    spec = job.spec
    summary: dict[str, Any] = {
        "jobId": job.job_id,
        "jobName": job.name,
        "jobArn": f"{job.queue.place.batch}job/{job.job_id}",
        "createdAt": job.created_at,
        "status": job.status.value,
        "jobDefinition": spec.definition_arn,
    }
    # One after the other: of 100,000 jobs few have much of it, and a page of 1,000 takes half as long so.
    body, is_whole = spec.body, job.parent is None and job.children is None and job.nodes is None
    capacity = body.capacity if is_whole else _capacity_of(job, switches.capacity_of_parents)
    if capacity is not None:
        summary["capacityUsage"] = [{"capacityUnit": body.unit, "quantity": capacity}]
    if job.started_at is not None:
        summary["startedAt"] = job.started_at
    if job.stopped_at is not None:
        summary["stoppedAt"] = job.stopped_at
    if job.status_reason is not None:
        summary["statusReason"] = job.status_reason
    if spec.share is not None:
        summary["shareIdentifier"] = spec.share
    if job.is_terminated or job.is_cancelled or job.exit_code is not None:
        _add_ending(summary, job)
    if not is_whole:
        _add_parts(summary, job)
    return summary


def _capacity_of(job: Job, parents: str) -> float | None:
    """Return the vCPUs of a part or of a parent; what those of a parent mean is an open point."""
    if job.parent is not None:
        return job.body.capacity
    if parents == "absent":
        return None
    if parents == "each":
        return job.spec.body.capacity
    total = job.spec.body.total_capacity()
    return None if total is None else total * len(job.children or (job,))


def count_children(job: Job) -> dict[str, int]:
    """Return how many children of an array are in each state, all seven states named."""
    return {status.value: number for status, number in (job.counts or {}).items()}


def _add_ending(summary: dict[str, Any], job: Job) -> None:
    if job.is_terminated:
        summary["isTerminated"] = True
    if job.is_cancelled:
        summary["isCancelled"] = True
    if job.exit_code is not None and job.body.main_body.kind is Kind.CONTAINER:
        # Of several containers and of pods the summary says nothing.
        summary["container"] = {"exitCode": job.exit_code}
        if job.attempts and (reason := job.attempts[-1].reason) is not None:
            summary["container"]["reason"] = reason


def _add_parts(summary: dict[str, Any], job: Job) -> None:
    if job.children is not None:
        summary["arrayProperties"] = {"size": len(job.children), "statusSummary": count_children(job)}
    if job.nodes is not None:
        summary["nodeProperties"] = {"numNodes": len(job.nodes)}
    if job.parent is not None:
        summary |= _place_in(job.parent, job)


def _place_in(parent: Job, job: Job) -> dict[str, Any]:
    """Return which child of an array, or which node, a job is."""
    if parent.children is not None:
        return {"arrayProperties": {"index": job.index}}
    return {"nodeProperties": {"isMainNode": job.index == parent.spec.body.main_node, "nodeIndex": job.index}}
