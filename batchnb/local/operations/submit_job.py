"""SubmitJob: a new job in SUBMITTED, which goes on to PENDING or RUNNABLE by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batchnb.errors import LocalError
from batchnb.local.operations.refusals import bad_request
from batchnb.local.world.blueprint import Blueprint
from batchnb.local.world.ids import job_arn
from batchnb.local.world.job import Dependency
from batchnb.local.world.registry import Change

if TYPE_CHECKING:
    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.world import World

__all__ = ["submit_job"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_MOST_DEPENDENCIES = 20


def submit_job(world: World, fields: Fields, now_ms: int) -> dict[str, Any]:
    """Accept a job. Any job definition will do; an unknown queue or dependency is refused."""
    name, queue_name = fields.needed_text("jobName"), fields.needed_text("jobQueue")
    definition = fields.needed_text("jobDefinition").rpartition("/")[2]
    if not _NAME.fullmatch(name):
        raise bad_request(f"Invalid job name: {name}")
    queue = world.ledger.find_queue(queue_name)
    if queue is None:
        raise bad_request(f"Job queue {queue_name} does not exist.")
    if queue.state != "ENABLED":
        raise bad_request(f"Job queue {queue.name} is not enabled.")
    try:
        plan = Blueprint(
            status="SUBMITTED",
            definition=definition if ":" in definition else f"{definition}:1",
            array_size=fields.part("arrayProperties").number("size"),
            num_nodes=fields.part("nodeOverrides").number("numNodes"),
            depends_on=_read_dependencies(fields),
            share=fields.text("shareIdentifier"),
            tags=fields.table("tags"),
            attempts=fields.part("retryStrategy").number("attempts"),
            created_ago=0.0,
        )
        job_id = world.add_planned(queue.name, [name], plan)[0]
    except LocalError as error:
        raise bad_request(f"{error}.") from error
    world.ledger.book(now_ms + world.delays.submitting * 1000, Change.ADMIT, world.ledger.jobs[job_id])
    return {"jobArn": job_arn(job_id), "jobName": name, "jobId": job_id}


def _read_dependencies(fields: Fields) -> list[Dependency]:
    parts = fields.parts("dependsOn")
    if len(parts) > _MOST_DEPENDENCIES:
        raise bad_request(f"A job can depend on at most {_MOST_DEPENDENCIES} jobs.")
    dependencies = [Dependency(part.text("jobId"), part.text("type")) for part in parts]
    for one in dependencies:
        if one.type not in (None, "N_TO_N", "SEQUENTIAL"):
            raise bad_request(f"Invalid type of dependency: {one.type}")
    return dependencies
