"""What DescribeJobs says of containers on ECS: exit codes, reasons, log streams and tasks, in each attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.world.body import Kind
from batchnb.local.world.job import STARTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.world.body import Body, Container
    from batchnb.local.world.job import Attempt, Job

__all__ = ["container_outcome", "describe_tasks", "task_attempt"]


def container_outcome(job: Job) -> dict[str, Any]:
    """Return what only a container that was started has: its task, its log stream, its exit code once it ended."""
    outcome: dict[str, Any] = {"networkInterfaces": []}
    if job.children is not None:
        return outcome
    number = _current(job)
    if number is None:
        return outcome
    _add_task(outcome, job, number)
    if number < len(job.attempts):
        outcome |= _end(job, job.attempts[number], job.body.main)
    elif job.started_at is not None and job.body.main.log_group is not None:
        outcome["logStreamName"] = job.stream_of(number)
    return outcome


def describe_tasks(job: Job, body: Body) -> dict[str, Any]:
    """Return `ecsProperties` as DescribeJobs shows them, with what came of each container."""
    number = None if job.children is not None else _current(job)
    tasks = []
    names = iter(body.containers)
    for task in body.properties["taskProperties"]:
        shown = {**task, "containers": [_describe(job, one, next(names), number) for one in task["containers"]]}
        if number is not None:
            _add_task(shown, job, number)
        tasks.append(shown)
    return {"taskProperties": tasks}


def task_attempt(job: Job, body: Body, number: int) -> dict[str, Any]:
    """Return one attempt of a job on ECS, of one container or of several."""
    attempt = job.attempts[number]
    shown: dict[str, Any] = {
        "container": {},
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "statusReason": attempt.status_reason,
    }
    if body.kind is Kind.CONTAINER:
        shown["container"] = {**_end(job, attempt, body.main), "networkInterfaces": []}
        _add_task(shown["container"], job, number)
        return shown
    names = iter(body.containers)
    shown["taskProperties"] = []
    for task in body.properties["taskProperties"]:
        ran: dict[str, Any] = {"containers": [_attempt_of(job, number, next(names)) for _ in task["containers"]]}
        _add_task(ran, job, number)
        shown["taskProperties"].append(ran)
    return shown


def _current(job: Job) -> int | None:
    """Return the number of the attempt that a job is in, or was in last; None before it has any."""
    if job.status in STARTED:
        return len(job.attempts)
    return len(job.attempts) - 1 if job.attempts else None


def _describe(job: Job, described: Mapping[str, Any], container: Container, number: int | None) -> dict[str, Any]:
    shown = {**described, "networkInterfaces": []}
    if number is None:
        return shown
    if number < len(job.attempts):
        return shown | _ended(job, number, container)
    if job.started_at is not None and container.log_group is not None:
        shown["logStreamName"] = job.stream_of(number, container.name)
    return shown


def _attempt_of(job: Job, number: int, container: Container) -> dict[str, Any]:
    return {"name": container.name, **_ended(job, number, container), "networkInterfaces": []}


def _ended(job: Job, number: int, container: Container) -> dict[str, Any]:
    """Return how one of several containers ended in an attempt."""
    attempt = job.attempts[number]
    ended = _end(job, attempt, container)
    if container.log_group is not None:
        ended["logStreamName"] = job.stream_of(number, container.name)
    return ended


def _end(job: Job, attempt: Attempt, container: Container) -> dict[str, Any]:
    """Return the exit code, the reason and the log stream of a container in an attempt."""
    is_main = container is job.body.main
    code = attempt.exit_code if is_main else (attempt.exit_codes or {}).get(container.name, 0)
    ended: dict[str, Any] = {"exitCode": code}
    if is_main and attempt.reason is not None:
        ended["reason"] = attempt.reason
    if container.log_group is not None:
        ended["logStreamName"] = attempt.log_stream
    return ended


def _add_task(shown: dict[str, Any], job: Job, number: int) -> None:
    """Add the task that ran an attempt, and where it ran; on Fargate there is no instance to name."""
    queue, task = job.queue, job.task_of(number)
    cluster = queue.environments[0] if queue.environments else queue.name
    shown["taskArn"] = queue.place.arn("ecs", f"task/{cluster}/{task}")
    if queue.type != "ECS_FARGATE":
        shown["containerInstanceArn"] = queue.place.arn("ecs", f"container-instance/{cluster}/{task[:32]}")
