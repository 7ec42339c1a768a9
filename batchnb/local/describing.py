"""DescribeJobs and DescribeJobQueues: all that is known of the jobs and queues that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.ids import REGION, definition_arn, job_arn
from batchnb.local.refusals import bad_request
from batchnb.local.summaries import count_children

if TYPE_CHECKING:
    from batchnb.local.records import Attempt, Job, Queue
    from batchnb.local.request import Fields
    from batchnb.local.world import World

__all__ = ["describe_job_queues", "describe_jobs"]

_JOBS_LIMIT = 100
_QUEUES_LIMIT = 100


def describe_jobs(world: World, fields: Fields, now_ms: int) -> dict[str, Any]:
    """Answer the known ones of up to 100 jobs, each once, in an order of the service's own."""
    job_ids = fields.texts("jobs")
    if len(job_ids) > _JOBS_LIMIT:
        raise bad_request("Maximum number of jobs supported is  100 .")
    found = [job for job_id in sorted(set(job_ids)) if (job := world.ledger.find(job_id)) is not None]
    return {"jobs": [_detail(job, now_ms) for job in found if job.hidden_until <= now_ms]}


def _detail(job: Job, now_ms: int) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "jobArn": job_arn(job.job_id),
        "jobName": job.name,
        "jobId": job.job_id,
        "jobQueue": job.queue.arn,
        "status": job.status.value,
        "createdAt": job.created_at,
        "jobDefinition": definition_arn(job.spec.definition),
        "attempts": [_attempt(one) for one in job.attempts],
        "dependsOn": _dependencies(job),
        "parameters": {},
        "tags": dict(job.spec.tags),
        "platformCapabilities": ["EC2"],
    }
    optional = {
        "startedAt": job.started_at,
        "stoppedAt": job.stopped_at,
        "statusReason": job.status_reason,
        "shareIdentifier": job.spec.share,
        "isTerminated": job.is_terminated or None,
        "isCancelled": job.is_cancelled or None,
        "retryStrategy": None if job.spec.attempts is None else {"attempts": job.spec.attempts, "evaluateOnExit": []},
        "arrayProperties": _array(job, now_ms),
        "nodeDetails": {"nodeIndex": job.index, "isMainNode": job.index == 0} if job.is_node else None,
        "nodeProperties": _node_properties(job),
        "container": None if job.nodes is not None else _container(job) | _outcome(job),
    }
    return detail | {name: value for name, value in optional.items() if value is not None}


def _container(job: Job) -> dict[str, Any]:
    requirements = [
        {"type": "VCPU", "value": f"{job.spec.vcpus:g}"},
        {"type": "MEMORY", "value": str(job.spec.memory)},
    ]
    if job.spec.gpus:
        requirements.append({"type": "GPU", "value": str(job.spec.gpus)})
    return {
        "image": job.spec.image,
        "vcpus": int(job.spec.vcpus),
        "memory": job.spec.memory,
        "command": [],
        "volumes": [],
        "environment": [],
        "mountPoints": [],
        "ulimits": [],
        "secrets": [],
        "resourceRequirements": requirements,
    }


def _outcome(job: Job) -> dict[str, Any]:
    """Answer what only a container that was started has: its log stream, and its exit code once it ended."""
    outcome: dict[str, Any] = {"networkInterfaces": []}
    if job.attempts:
        outcome["logStreamName"] = job.attempts[-1].log_stream
    if job.started_at is not None and job.stopped_at is None:
        outcome["logStreamName"] = job.log_stream
    if job.exit_code is not None:
        outcome["exitCode"] = job.exit_code
    return outcome


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "container": {
            "exitCode": attempt.exit_code,
            "logStreamName": attempt.log_stream,
            "networkInterfaces": [],
        },
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "statusReason": attempt.status_reason,
    }


def _dependencies(job: Job) -> list[dict[str, str]]:
    named = [{"jobId": one.job_id, "type": one.type} for one in job.depends_on]
    return [{name: value for name, value in one.items() if value is not None} for one in named]


def _array(job: Job, now_ms: int) -> dict[str, Any] | None:
    if job.children is not None:
        summary = count_children(job)
        return {"size": len(job.children), "statusSummary": summary, "statusSummaryLastUpdatedAt": now_ms}
    if job.parent is not None and job.parent.children is not None:
        return {"index": job.index}
    return None


def _node_properties(job: Job) -> dict[str, Any] | None:
    if job.nodes is None:
        return None
    ranges = [{"targetNodes": "0:", "container": _container(job)}]
    return {"numNodes": len(job.nodes), "mainNode": 0, "nodeRangeProperties": ranges}


def describe_job_queues(world: World, fields: Fields) -> dict[str, Any]:
    """Answer the named queues, or all of them, by name, in pages of at most 100. Unknown names are dropped."""
    size = fields.number("maxResults")
    if size is not None and not 1 <= size <= _QUEUES_LIMIT:
        raise bad_request(f"maxResults must be between 1 and {_QUEUES_LIMIT}.")
    asked = fields.texts("jobQueues")
    names = {queue.name for one in asked if (queue := world.ledger.find_queue(one)) is not None}
    after = fields.text("nextToken") or ""
    if after and after.removeprefix("q.") not in world.ledger.queues:
        raise bad_request("Invalid nextToken.")
    wanted = sorted(name for name in (names if asked else world.ledger.queues) if f"q.{name}" > after)
    page = wanted[: size or _QUEUES_LIMIT]
    answer: dict[str, Any] = {"jobQueues": [_queue(world.ledger.queues[name]) for name in page]}
    if len(wanted) > len(page):
        answer["nextToken"] = f"q.{page[-1]}"
    return answer


def _queue(queue: Queue) -> dict[str, Any]:
    environment = f"arn:aws:batch:{REGION}:{queue.arn.split(':')[4]}:compute-environment/{queue.name}"
    return {
        "jobQueueName": queue.name,
        "jobQueueArn": queue.arn,
        "state": queue.state,
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "priority": queue.priority,
        "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": environment}],
        "serviceEnvironmentOrder": [],
        "jobQueueType": queue.kind,
        "tags": {},
        "jobStateTimeLimitActions": [],
    }
