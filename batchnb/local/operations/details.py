"""The JobDetail of DescribeJobs, for each shape of job: what was asked for, and what its attempts came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.pods import describe_pod, pod_attempt
from batchnb.local.operations.summaries import count_children
from batchnb.local.operations.tasks import container_outcome, describe_tasks, task_attempt
from batchnb.local.world.body import Kind

if TYPE_CHECKING:
    from batchnb.local.world.body import Body
    from batchnb.local.world.job import Job

__all__ = ["describe_job"]

_PLATFORMS = {"ECS": "EC2", "ECS_FARGATE": "FARGATE", "ECS_MANAGED_INSTANCES": "MANAGED_INSTANCES"}


def describe_job(job: Job, now_ms: int) -> dict[str, Any]:
    """Return all that is known of a job. What there is not, is absent."""
    spec = job.spec
    detail: dict[str, Any] = {
        "jobArn": job.arn,
        "jobName": job.name,
        "jobId": job.job_id,
        "jobQueue": job.queue.arn,
        "status": job.status.value,
        "createdAt": job.created_at,
        "jobDefinition": spec.definition_arn,
        "dependsOn": _dependencies(job),
        "parameters": spec.parameters,
        "tags": spec.tags,
        "platformCapabilities": _platforms(job),
    }
    optional = {
        "startedAt": job.started_at,
        "stoppedAt": job.stopped_at,
        "statusReason": job.status_reason,
        "shareIdentifier": spec.share,
        "schedulingPriority": spec.priority,
        "retryStrategy": spec.retry,
        "propagateTags": spec.propagate_tags,
        "consumableResourceProperties": spec.consumables,
        "arrayProperties": _array(job, now_ms),
    }
    detail |= {name: value for name, value in optional.items() if value is not None}
    if spec.timeout is not None:
        detail["timeout"] = {"attemptDurationSeconds": spec.timeout}
    if job.is_terminated:
        detail["isTerminated"] = True
    if job.is_cancelled:
        detail["isCancelled"] = True
    if job.is_node:
        detail["nodeDetails"] = {"nodeIndex": job.index, "isMainNode": job.index == spec.body.main_node}
    _add_body(detail, job, job.body)
    return detail


def _add_body(detail: dict[str, Any], job: Job, body: Body) -> None:
    """Add what a job runs and what came of it. Of a multi-node job these are the attempts of its main node."""
    main = body.main_body
    if body.kind is Kind.NODES:
        detail["nodeProperties"] = body.shown
    elif body.kind is Kind.CONTAINER:
        detail["container"] = {**body.shown, **container_outcome(job)}
    elif body.kind is Kind.ECS:
        detail["container"] = {}
        detail["ecsProperties"] = describe_tasks(job, body)
    else:
        detail["eksProperties"] = describe_pod(job, body)
    if main.kind is Kind.EKS:
        detail["attempts"] = []
        detail["eksAttempts"] = [pod_attempt(job, main, number) for number in range(len(job.attempts))]
    else:
        detail["attempts"] = [task_attempt(job, main, number) for number in range(len(job.attempts))]


def _platforms(job: Job) -> list[str]:
    if job.spec.platforms is not None:
        return list(job.spec.platforms)
    if job.spec.body.main_body.kind is Kind.EKS:
        return []
    return [_PLATFORMS.get(job.queue.type, "EC2")]


def _dependencies(job: Job) -> list[dict[str, str]]:
    if not job.depends_on:
        return []
    named = [{"jobId": one.job_id, "type": one.type} for one in job.depends_on]
    return [{name: value for name, value in one.items() if value is not None} for one in named]


def _array(job: Job, now_ms: int) -> dict[str, Any] | None:
    if job.children is not None:
        summary = count_children(job)
        return {"size": len(job.children), "statusSummary": summary, "statusSummaryLastUpdatedAt": now_ms}
    if job.parent is not None and job.parent.children is not None:
        return {"index": job.index}
    return None
