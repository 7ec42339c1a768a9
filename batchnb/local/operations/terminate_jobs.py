"""TerminateJob, CancelJob and their bulk forms: each accepts, and the lifecycle ends the jobs later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import Refusal, bad_request, denied
from batchnb.local.world.ids import is_job_id
from batchnb.local.world.job import Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.job import Job
    from batchnb.local.world.world import World

    ItemCheck = Callable[[str], Refusal | None]

__all__ = ["BULK_LIMIT", "end_job", "end_jobs"]

BULK_LIMIT = 50
_REASON_LIMIT = 1024
_OPERATIONS = {Verb.TERMINATE: "TerminateJob", Verb.CANCEL: "CancelJob"}
_ITEM_CODES = {
    "AccessDeniedException": "AccessDenied",
    "TooManyRequestsException": "ThrottlingException",
}


def end_job(world: World, verb: Verb, fields: Fields, now_ms: int) -> dict[str, Any]:
    """Accept the end of one job; an unknown id is fine, a malformed one is not."""
    job_id = fields.needed_text("jobId")
    reason = _read_reason(fields)
    if not is_job_id(job_id):
        raise bad_request(f"Invalid job identifier: {job_id}")
    _end(world, verb, job_id, reason, now_ms)
    return {}


def end_jobs(world: World, verb: Verb, fields: Fields, now_ms: int, check: ItemCheck) -> dict[str, Any]:
    """Accept the end of up to 50 jobs of one queue, and say of each id how it went.

    `check` may refuse a single id before anything is done for it.
    """
    job_ids = fields.texts("jobs")
    reason = _read_reason(fields)
    if not 1 <= len(job_ids) <= BULK_LIMIT:
        raise bad_request(f"The number of jobs must be between 1 and {BULK_LIMIT}.")
    _check_queues(world, job_ids)
    successful: list[str] = []
    errors: list[dict[str, str]] = []
    for job_id in job_ids:
        try:
            _check_item(job_id, check)
            _end(world, verb, job_id, reason, now_ms)
            successful.append(job_id)
        except Refusal as refusal:
            code = _ITEM_CODES.get(refusal.code, refusal.code)
            errors.append({"job": job_id, "code": code, "message": refusal.message})
    return {"successful": successful, "errors": errors}


def _check_item(job_id: str, check: ItemCheck) -> None:
    if refusal := check(job_id):
        raise refusal
    if not is_job_id(job_id):
        raise Refusal(400, "ValidationException", f"Invalid job identifier: {job_id}")


def _end(world: World, verb: Verb, job_id: str, reason: str, now_ms: int) -> None:
    job = world.ledger.find(job_id)
    if job is None:
        return
    if job.is_denied:
        raise denied(_OPERATIONS[verb], job_id)
    if job.is_node:
        # Undocumented in the real service, so nobody should come to rely on it here.
        raise bad_request(f"{job_id} is one node of a multi-node job.")
    world.lifecycle.accept(job, verb, reason, now_ms)


def _check_queues(world: World, job_ids: Sequence[str]) -> None:
    found: list[Job | None] = [world.ledger.find(job_id) for job_id in job_ids]
    if not world.allow_mixed_queues and len({job.queue.name for job in found if job is not None}) > 1:
        raise bad_request("All jobs of one call must be in the same job queue.")


def _read_reason(fields: Fields) -> str:
    reason = fields.needed_text("reason")
    if len(reason) > _REASON_LIMIT:
        raise bad_request(f"reason must not be longer than {_REASON_LIMIT} characters.")
    return reason
