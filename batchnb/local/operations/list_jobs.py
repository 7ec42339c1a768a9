"""ListJobs: one queue, array or multi-node job; by status or by one filter; in pages that survive changes."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchnb.local.operations.filters import read_filter
from batchnb.local.operations.refusals import bad_request
from batchnb.local.operations.summaries import summarize
from batchnb.local.world.ids import is_job_id
from batchnb.local.world.job import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.job import Job
    from batchnb.local.world.world import World

__all__ = ["list_jobs"]

_PAGE = 1000
_FILTERED_PAGE = 100


@dataclass(frozen=True, slots=True)
class _Query:
    """What is listed: the jobs, which of them, and a mark that ties page tokens to this query."""

    oldest_first: list[Job]
    wanted: Callable[[Job], bool]
    page: int
    mark: int


def list_jobs(world: World, fields: Fields) -> dict[str, Any]:
    """Return one page of summaries, newest first.

    The token names the last job seen by a key that never changes, so a job that moves between two
    calls neither shifts a page nor appears twice.
    """
    query = _read_query(world, fields)
    size = fields.number("maxResults")
    if size is not None and size < 1:
        raise bad_request("maxResults must be at least 1.")
    size = query.page if size is None else min(size, query.page)
    position = len(query.oldest_first)
    if token := fields.text("nextToken"):
        position = bisect_left(query.oldest_first, _read_token(token, query.mark), key=lambda job: job.key)
    found: list[Job] = []
    while position > 0 and len(found) <= size:
        position -= 1
        job = query.oldest_first[position]
        if query.wanted(job):
            found.append(job)
    answer: dict[str, Any] = {"jobSummaryList": [summarize(world.switches, job) for job in found[:size]]}
    if len(found) > size:
        answer["nextToken"] = _make_token(found[size - 1].key, query.mark)
    return answer


def _read_query(world: World, fields: Fields) -> _Query:
    names = ("jobQueue", "arrayJobId", "multiNodeJobId")
    given = [(name, value) for name in names if (value := fields.text(name)) is not None]
    if len(given) != 1:
        raise bad_request("Exactly one of jobQueue, arrayJobId, multiNodeJobId must be specified.")
    kind, value = given[0]
    status = _read_status(fields)
    chosen = read_filter(fields.parts("filters")) if kind == "jobQueue" else None
    mark = zlib.crc32(repr((kind, value, status, chosen and chosen.name, chosen and chosen.value)).encode())
    if kind != "jobQueue":
        members = _members(world, kind, value)
        wanted_status = status or Status.RUNNING
        return _Query(members, lambda job: job.status is wanted_status, _PAGE, mark)
    queue = world.ledger.find_queue(value)
    if queue is None:
        raise bad_request(f"Job queue {value} does not exist.")
    if queue.type == "SAGEMAKER_TRAINING" and world.switches.training_queue == "refused":
        raise bad_request(f"Job queue {value} takes service jobs: use ListServiceJobs.")
    if chosen is None:
        wanted_status = status or Status.RUNNING
        return _Query(queue.oldest_first(), lambda job: job.status is wanted_status, _PAGE, mark)
    matches = chosen.matches
    if chosen.name == "SHARE_IDENTIFIER" and status is not None:
        return _Query(queue.oldest_first(), lambda job: job.status is status and matches(job), _FILTERED_PAGE, mark)
    return _Query(queue.oldest_first(), matches, _FILTERED_PAGE, mark)


def _read_status(fields: Fields) -> Status | None:
    text = fields.text("jobStatus")
    if text is None:
        return None
    if text not in Status.__members__:
        raise bad_request(f"Invalid job status: {text}")
    return Status(text)


def _members(world: World, kind: str, job_id: str) -> list[Job]:
    """Return the children or nodes, in listing order; an unknown id has none."""
    if not is_job_id(job_id):
        raise bad_request(f"Invalid job identifier: {job_id}")
    job = world.ledger.find(job_id)
    if job is None:
        return []
    members = job.children if kind == "arrayJobId" else job.nodes
    if members is None:
        raise bad_request(f"{job_id} is not the job that {kind} asks for.")
    return members


def _make_token(key: tuple[int, int], mark: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([*key, mark]).encode()).decode()


def _read_token(token: str, mark: int) -> tuple[int, int]:
    try:
        created_at, serial, marked = json.loads(base64.urlsafe_b64decode(token.encode()))
        key = (int(created_at), int(serial))
    except (binascii.Error, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise bad_request("Invalid nextToken.") from error
    if marked != mark:
        raise bad_request("The nextToken belongs to another request.")
    return key
