"""The operations that exist, by path, and what each does to the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.describe_jobs import describe_job_queues, describe_jobs
from batchnb.local.operations.list_jobs import list_jobs
from batchnb.local.operations.submit_job import submit_job
from batchnb.local.operations.terminate_jobs import end_job, end_jobs
from batchnb.local.world.job import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchnb.local.operations.fields import Fields
    from batchnb.local.operations.terminate_jobs import ItemCheck
    from batchnb.local.world.world import World

    Operation = Callable[[World, Fields, int, ItemCheck], dict[str, Any]]

__all__ = ["BULK", "OPERATIONS", "PERMISSIONS", "find_operation"]

BULK = frozenset({"TerminateJobs", "CancelJobs"})

PERMISSIONS = {"TerminateJobs": "TerminateJob", "CancelJobs": "CancelJob"}
"""The IAM action behind an operation, where it has another name."""

OPERATIONS: dict[str, Operation] = {
    "ListJobs": lambda world, fields, _now, _check: list_jobs(world, fields),
    "DescribeJobs": lambda world, fields, now, _check: describe_jobs(world, fields, now),
    "DescribeJobQueues": lambda world, fields, _now, _check: describe_job_queues(world, fields),
    "SubmitJob": lambda world, fields, now, _check: submit_job(world, fields, now),
    "TerminateJob": lambda world, fields, now, _check: end_job(world, Verb.TERMINATE, fields, now),
    "CancelJob": lambda world, fields, now, _check: end_job(world, Verb.CANCEL, fields, now),
    "TerminateJobs": lambda world, fields, now, check: end_jobs(world, Verb.TERMINATE, fields, now, check),
    "CancelJobs": lambda world, fields, now, check: end_jobs(world, Verb.CANCEL, fields, now, check),
}

_BY_PATH = {f"/v1/{name.lower()}": name for name in OPERATIONS}


def find_operation(path: str) -> str | None:
    """Answer the operation at a path, or None."""
    return _BY_PATH.get(path)
