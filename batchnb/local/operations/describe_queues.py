"""DescribeJobQueues and DescribeComputeEnvironments: the queues, and the machines behind them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from batchnb.local.operations.pages import PAGE_LIMIT, page_of
from batchnb.local.operations.refusals import bad_request
from batchnb.local.world.front import members_of
from batchnb.local.world.job import STARTED

if TYPE_CHECKING:
    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.environment import Environment
    from batchnb.local.world.job import Queue
    from batchnb.local.world.world import World

__all__ = ["describe_compute_environments", "describe_job_queues", "used_vcpus"]


def describe_job_queues(world: World, fields: Fields) -> dict[str, Any]:
    """Return the named queues, or all of them, by name, in pages of at most 100. Unknown names are dropped."""
    queues = world.ledger.queues
    asked = _asked(fields, "jobQueues")
    names = {queue.name for one in asked if (queue := world.ledger.find_queue(one)) is not None}
    return page_of(fields, "jobQueues", names if asked else queues, queues, lambda name: _queue(queues[name]))


def describe_compute_environments(world: World, fields: Fields) -> dict[str, Any]:
    """Return the named compute environments, or all of them, by name, in pages of at most 100."""
    known = world.ledger.environments
    asked = _asked(fields, "computeEnvironments")
    names = {one.name for text in asked if (one := world.ledger.find_environment(text)) is not None}
    return page_of(
        fields, "computeEnvironments", names if asked else known, known, lambda name: _environment(world, known[name])
    )


def used_vcpus(queue: Queue) -> float:
    """Return how many vCPUs the started jobs of a queue have, as far as their definitions say."""
    started = (job for job in members_of(queue) if job.status in STARTED)
    return sum((job.spec.body.total_capacity() or 0.0) for job in started)


def _asked(fields: Fields, name: str) -> list[str]:
    asked = fields.texts(name)
    if len(asked) > PAGE_LIMIT:
        raise bad_request(f"{name} must not have more than {PAGE_LIMIT} entries.")
    return asked


def _queue(queue: Queue) -> dict[str, Any]:
    place = queue.place
    described: dict[str, Any] = {
        "jobQueueName": queue.name,
        "jobQueueArn": queue.arn,
        "state": queue.state,
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "priority": queue.priority,
        "computeEnvironmentOrder": [
            {"order": order, "computeEnvironment": place.environment_arn(name)}
            for order, name in enumerate(queue.environments, start=1)
        ],
        "serviceEnvironmentOrder": [],
        "jobQueueType": queue.type,
        "tags": queue.tags,
        "jobStateTimeLimitActions": list(queue.time_limits),
    }
    if queue.type == "SAGEMAKER_TRAINING":
        service = place.arn("batch", f"service-environment/{queue.name}")
        described["serviceEnvironmentOrder"] = [{"order": 1, "serviceEnvironment": service}]
    if queue.is_fair_share:
        described["schedulingPolicyArn"] = place.arn("batch", f"scheduling-policy/{queue.name}")
    return described


def _environment(world: World, environment: Environment) -> dict[str, Any]:
    queues = [queue for queue in world.ledger.queues.values() if queue.environments[:1] == (environment.name,)]
    desired = min(environment.max_vcpus, ceil(sum(used_vcpus(queue) for queue in queues)))
    place, is_fargate = environment.place, environment.type.startswith("FARGATE")
    resources: dict[str, Any] = {
        "type": environment.type,
        "maxvCpus": environment.max_vcpus,
        "subnets": ["subnet-0local00"],
        "securityGroupIds": ["sg-0local00"],
        "tags": {},
    }
    if not is_fargate:
        resources |= {"minvCpus": 0, "desiredvCpus": desired, "instanceTypes": list(environment.instance_types)}
        resources["allocationStrategy"] = "BEST_FIT_PROGRESSIVE"
    described: dict[str, Any] = {
        "computeEnvironmentName": environment.name,
        "computeEnvironmentArn": environment.arn,
        "tags": {},
        "type": "MANAGED",
        "state": environment.state,
        "status": environment.status,
        "statusReason": environment.status_reason,
        "computeResources": resources,
        "serviceRole": f"arn:{place.partition}:iam::{place.account}:role/batch-service",
        "containerOrchestrationType": "EKS" if environment.is_eks else "ECS",
    }
    if environment.is_eks:
        described["eksConfiguration"] = {"eksClusterArn": environment.cluster_arn, "kubernetesNamespace": "batch"}
    else:
        described["ecsClusterArn"] = environment.cluster_arn
    return described
