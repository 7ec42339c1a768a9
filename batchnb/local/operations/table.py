"""The operations that exist, by path, the permission that each needs, and what each does to the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.definitions import (
    deregister_job_definition,
    describe_job_definitions,
    register_job_definition,
)
from batchnb.local.operations.describe_jobs import describe_jobs
from batchnb.local.operations.describe_queues import describe_compute_environments, describe_job_queues
from batchnb.local.operations.list_jobs import list_jobs
from batchnb.local.operations.queue_snapshot import get_job_queue_snapshot
from batchnb.local.operations.submit_job import submit_job
from batchnb.local.operations.terminate_jobs import end_job, end_jobs
from batchnb.local.world.job import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchnb.local.operations.fields import Fields
    from batchnb.local.operations.terminate_jobs import ItemCheck
    from batchnb.local.world.world import World

    Operation = Callable[[World, Fields, int, ItemCheck], dict[str, Any]]

__all__ = ["BULK", "OPERATIONS", "PERMISSIONS", "action_of", "find_operation"]

BULK = frozenset({"TerminateJobs", "CancelJobs"})

PERMISSIONS = {"TerminateJobs": "TerminateJob", "CancelJobs": "CancelJob"}
"""The IAM action behind an operation, where it has another name."""

OPERATIONS: dict[str, Operation] = {
    "ListJobs": lambda world, fields, _now, _check: list_jobs(world, fields),
    "DescribeJobs": lambda world, fields, now, _check: describe_jobs(world, fields, now),
    "DescribeJobQueues": lambda world, fields, _now, _check: describe_job_queues(world, fields),
    "DescribeComputeEnvironments": lambda world, fields, _now, _check: describe_compute_environments(world, fields),
    "GetJobQueueSnapshot": lambda world, fields, now, _check: get_job_queue_snapshot(world, fields, now),
    "RegisterJobDefinition": lambda world, fields, _now, _check: register_job_definition(world, fields),
    "DescribeJobDefinitions": lambda world, fields, _now, _check: describe_job_definitions(world, fields),
    "DeregisterJobDefinition": lambda world, fields, _now, _check: deregister_job_definition(world, fields),
    "SubmitJob": lambda world, fields, now, _check: submit_job(world, fields, now),
    "TerminateJob": lambda world, fields, now, _check: end_job(world, Verb.TERMINATE, fields, now),
    "CancelJob": lambda world, fields, now, _check: end_job(world, Verb.CANCEL, fields, now),
    "TerminateJobs": lambda world, fields, now, check: end_jobs(world, Verb.TERMINATE, fields, now, check),
    "CancelJobs": lambda world, fields, now, check: end_jobs(world, Verb.CANCEL, fields, now, check),
}

_BY_PATH = {f"/v1/{name.lower()}": name for name in OPERATIONS}


def find_operation(path: str) -> str | None:
    """Return the operation of AWS Batch at a path, or None."""
    return _BY_PATH.get(path)


def action_of(operation: str) -> str:
    """Return the IAM action that an operation of AWS Batch needs."""
    return f"batch:{PERMISSIONS.get(operation, operation)}"
