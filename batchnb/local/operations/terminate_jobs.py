"""TerminateJob, CancelJob and their bulk forms: each accepts, and the lifecycle ends the jobs later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import Refusal, bad_request, denied
from batchnb.local.world.ids import is_job_id
from batchnb.local.world.job import Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchnb.local.operations.fields import Fields
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
    job_id = _read_id(world, job_id, lambda text: bad_request(f"Invalid job identifier: {text}"))
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
            if refusal := check(job_id):
                raise refusal
            _end(world, verb, _read_id(world, job_id, _invalid_item), reason, now_ms)
            successful.append(job_id)
        except Refusal as refusal:
            code = _ITEM_CODES.get(refusal.code, refusal.code)
            errors.append({"job": job_id, "code": code, "message": refusal.message})
    return {"successful": successful, "errors": errors}


def _invalid_item(text: str) -> Refusal:
    return Refusal(400, "ValidationException", f"Invalid job identifier: {text}")


def _read_id(world: World, text: str, invalid: Callable[[str], Refusal]) -> str:
    """Return the id that a request names; what has not the form of one, and what an ARN means, are open points."""
    if is_job_id(text):
        return text
    switches = world.switches
    if text.startswith("arn:"):
        if switches.arn_as_id == "refused":
            raise invalid(text)
        return world.place.strip("job", text) if switches.arn_as_id == "accepted" else text
    if switches.malformed_id == "refused":
        raise invalid(text)
    return text


def _end(world: World, verb: Verb, job_id: str, reason: str, now_ms: int) -> None:
    job = world.ledger.find(job_id)
    if job is None:
        return
    if job.is_denied:
        raise denied(world.place, f"batch:{_OPERATIONS[verb]}", job.arn)
    if job.is_node and world.switches.node_alone == "refused":
        raise bad_request(f"{job_id} is one node of a multi-node job.")
    if job.has_ended and world.switches.finished_job == "refused":
        raise bad_request(f"{job_id} has ended.")
    if not job.is_node:
        world.lifecycle.accept(job, verb, reason, now_ms)


def _check_queues(world: World, job_ids: Sequence[str]) -> None:
    if world.switches.mixed_queues:
        return
    found = (world.ledger.find(world.place.strip("job", one) if one.startswith("arn:") else one) for one in job_ids)
    if len({job.queue.name for job in found if job is not None}) > 1:
        raise bad_request("All jobs of one call must be in the same job queue.")


def _read_reason(fields: Fields) -> str:
    reason = fields.needed_text("reason")
    if len(reason) > _REASON_LIMIT:
        raise bad_request(f"reason must not be longer than {_REASON_LIMIT} characters.")
    return reason
