"""GetJobQueueSnapshot: the first 100 RUNNABLE jobs of a queue, and what its started jobs use."""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from batchnb.local.operations.describe_queues import used_vcpus
from batchnb.local.operations.refusals import bad_request
from batchnb.local.world.front import members_of, order_of, since_when
from batchnb.local.world.job import STARTED, Status

if TYPE_CHECKING:
    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.job import Queue
    from batchnb.local.world.world import World

__all__ = ["get_job_queue_snapshot"]

_FRONT = 100


def get_job_queue_snapshot(world: World, fields: Fields, now_ms: int) -> dict[str, Any]:
    """Return the front of a queue in the order of dispatch. The time at a position is approximate."""
    name = fields.needed_text("jobQueue")
    queue = world.ledger.find_queue(name)
    if queue is None:
        raise bad_request(f"Job queue {name} does not exist.")
    waiting = (job for job in members_of(queue) if job.status is Status.RUNNABLE)
    front = [
        {"jobArn": job.arn, "earliestTimeAtPosition": since_when(job)}
        for job in heapq.nsmallest(_FRONT, waiting, key=order_of)
    ]
    unit = "cpu" if queue.type == "EKS" else "VCPU"
    used = [{"capacityUnit": unit, "quantity": float(used_vcpus(queue))}]
    utilization: dict[str, Any] = {"totalCapacityUsage": used, "lastUpdatedAt": now_ms}
    if queue.is_fair_share:
        utilization["fairshareUtilization"] = _shares(queue, unit)
    return {"frontOfQueue": {"jobs": front, "lastUpdatedAt": now_ms}, "queueUtilization": utilization}


def _shares(queue: Queue, unit: str) -> dict[str, Any]:
    shares: dict[str, float] = defaultdict(float)
    for job in members_of(queue):
        if job.status in STARTED and job.spec.share is not None:
            shares[job.spec.share] += job.spec.body.total_capacity() or 0.0
    largest = sorted(shares.items(), key=lambda one: (-one[1], one[0]))
    return {
        "activeShareCount": len(shares),
        "topCapacityUtilization": [
            {"shareIdentifier": share, "capacityUsage": [{"capacityUnit": unit, "quantity": quantity}]}
            for share, quantity in largest
        ],
    }
