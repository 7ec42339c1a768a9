"""Jobs made from a blueprint: with the times, the attempts and the members that belong to their state."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from batchnb.local.world.cascade import CHILD_FAILED
from batchnb.local.world.job import ENDED, Attempt, Job, Status, Stops
from batchnb.local.world.lifecycle import attempts_of_node
from batchnb.local.world.runs import exit_reason

if TYPE_CHECKING:
    from batchnb.local.world.blueprint import Blueprint
    from batchnb.local.world.job import Queue, Spec

__all__ = ["build_job", "build_members"]

_STARTING_TIME = 0.1
"""The part of its age that a job spent waiting, when nothing else is said."""


def build_job(
    plan: Blueprint, spec: Spec, serial: int, job_id: str, name: str, queue: Queue, status: Status, now_ms: int
) -> Job:
    """Make one job in the given state, with the times and the attempts that belong to it."""
    created_at = now_ms - round(plan.created_ago * 1000)
    job = Job(
        serial=serial,
        job_id=job_id,
        name=name,
        queue=queue,
        spec=spec,
        status=status,
        status_reason=plan.status_reason,
        created_at=created_at,
        started_at=None,
        stopped_at=None,
        exit_code=None,
        stops=Stops(plan.stops),
    )
    if status is Status.RUNNING or status in ENDED:
        started_ago = plan.created_ago * (1 - _STARTING_TIME) if plan.started_ago is None else plan.started_ago
        job.started_at = now_ms - round(started_ago * 1000)
    if plan.earlier_exit_codes:
        _add_earlier_attempts(job, plan, now_ms)
    if status in ENDED:
        _finish(job, plan, now_ms)
    return job


def build_members(plan: Blueprint, job: Job, serials: list[int], now_ms: int) -> list[Job]:
    """Make the children of an array or the nodes of a multi-node job, and return them."""
    if plan.node_count is not None:
        nodes = [
            build_job(plan, job.spec, serial, f"{job.job_id}#{index}", job.name, job.queue, job.status, now_ms)
            for index, serial in enumerate(serials)
        ]
        job.nodes = _adopt(job, nodes)
        for node in nodes:
            node.attempts = attempts_of_node(node, job.attempts)
        return nodes
    statuses = plan.child_statuses()
    children = [
        build_job(plan, job.spec, serial, f"{job.job_id}:{index}", job.name, job.queue, status, now_ms)
        for index, (serial, status) in enumerate(zip(serials, statuses, strict=True))
    ]
    job.children = _adopt(job, children)
    job.counts = dict.fromkeys(Status, 0) | Counter(statuses)
    _settle_parent(job, statuses)
    return children


def _adopt(job: Job, members: list[Job]) -> list[Job]:
    for index, member in enumerate(members):
        member.parent, member.index = job, index
    return members


def _settle_parent(parent: Job, statuses: list[Status]) -> None:
    """Give an array parent the state that follows from its children's. It has no container of its own."""
    parent.started_at = parent.exit_code = None
    parent.attempts = ()
    if set(statuses) == {Status.SUBMITTED}:
        parent.status = Status.SUBMITTED
    elif set(statuses) <= ENDED:
        parent.status = Status.FAILED if Status.FAILED in statuses else Status.SUCCEEDED
        parent.status_reason = CHILD_FAILED if parent.status is Status.FAILED else None
    else:
        parent.status = Status.PENDING
        parent.stopped_at = None


def _add_earlier_attempts(job: Job, plan: Blueprint, now_ms: int) -> None:
    """Add the attempts that failed before the one that counts: they shared the time until it started."""
    end = job.started_at if job.started_at is not None else now_ms
    step = (end - job.created_at) // (len(plan.earlier_exit_codes) + 1)
    for number, code in enumerate(plan.earlier_exit_codes):
        started = job.created_at + number * step + step // 10
        stopped = job.created_at + (number + 1) * step
        job.attempts += (Attempt(started, stopped, code, exit_reason(job), job.stream_of(number), plan.reason),)


def _finish(job: Job, plan: Blueprint, now_ms: int) -> None:
    started = job.started_at if job.started_at is not None else job.created_at
    job.stopped_at = started + (now_ms - started) // 2
    job.exit_code = plan.exit_code if plan.exit_code is not None else int(job.status is Status.FAILED)
    job.status_reason = job.status_reason or exit_reason(job)
    said = plan.reason if job.exit_code else None
    job.attempts += (
        Attempt(started, job.stopped_at, job.exit_code, job.status_reason, job.log_stream, said, plan.exit_codes),
    )
