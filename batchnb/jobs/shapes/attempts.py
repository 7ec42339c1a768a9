"""The attempts of a job, in all shapes of a job: read from DescribeJobs, and written in its shape again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

from batchnb.jobs.shapes.plain import mapping_in, mappings_in, moment_in, text_in
from batchnb.jobs.shapes.runs import (
    Run,
    container_records,
    overall,
    placement_record,
    run_of_container,
    run_of_pod,
    run_of_tasks,
)

__all__ = ["Attempt", "attempt_records", "attempts_in"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at running a job; of a multi-node job, what the main node did. Times are epoch milliseconds."""

    exit_code: int | None = None
    """Of several containers that of the first that failed; 0 where all have ended and none failed."""
    reason: str | None = None
    """The container's reason, or else that of the attempt."""
    log_stream: str | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    status_reason: str | None = None
    """What AWS says of the attempt as a whole, such as that its machine was terminated."""
    run: Run | None = None
    """Each container of it, and where it ran."""


def attempts_in(item: Mapping[str, Any]) -> tuple[Attempt, ...]:
    """Return the attempts of an item of DescribeJobs, the first one first."""
    of_pods = mappings_in(item.get("eksAttempts"))
    if of_pods:
        return tuple([_attempt(each, run_of_pod(each)) for each in of_pods])
    return tuple([_attempt(each, _run_of(each)) for each in mappings_in(item.get("attempts"))])


def attempt_records(attempts: Sequence[Attempt], *, of_pods: bool) -> dict[str, list[dict[str, Any]]]:
    """Return the attempts under the name that DescribeJobs has for them, `of_pods` for those of a job on EKS."""
    if of_pods:
        return {"eksAttempts": [_record(attempt) | _pod_record(attempt.run) for attempt in attempts]}
    return {"attempts": [_record(attempt) | _container_record(attempt) for attempt in attempts]}


def _run_of(attempt: Mapping[str, Any]) -> Run | None:
    if tasks := mappings_in(attempt.get("taskProperties")):
        return run_of_tasks(tasks)
    container = mapping_in(attempt.get("container"))
    return run_of_container(container) if container else None


def _attempt(attempt: Mapping[str, Any], run: Run | None) -> Attempt:
    ended, reason = overall(run), text_in(attempt.get("statusReason"))
    reason = intern(reason) if reason else None
    return Attempt(
        exit_code=ended.exit_code,
        reason=ended.reason or reason,
        log_stream=ended.log_stream,
        started_at=moment_in(attempt.get("startedAt")),
        stopped_at=moment_in(attempt.get("stoppedAt")),
        status_reason=reason,
        run=run,
    )


def _record(attempt: Attempt) -> dict[str, Any]:
    named = {
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "statusReason": attempt.status_reason,
    }
    return {name: value for name, value in named.items() if value is not None}


def _pod_record(run: Run | None) -> dict[str, Any]:
    if run is None:
        return {}
    lists = {"containers": container_records(run), "initContainers": container_records(run, is_init=True)}
    placed = placement_record(run.placements[0]) if run.placements else {}
    return {name: value for name, value in lists.items() if value} | placed


def _container_record(attempt: Attempt) -> dict[str, Any]:
    run = attempt.run or Run()
    if len(run.placements) > 1 or any(each.name or each.task for each in run.containers):
        return {"taskProperties": _task_records(run)}
    container = {
        "exitCode": attempt.exit_code,
        "reason": attempt.reason if attempt.reason != attempt.status_reason else None,
        "logStreamName": attempt.log_stream,
    }
    placed = placement_record(run.placements[0]) if run.placements else {}
    container = {name: value for name, value in container.items() if value is not None} | placed
    return {"container": container} if container else {}


def _task_records(run: Run) -> list[dict[str, Any]]:
    tasks = max([len(run.placements), *(each.task + 1 for each in run.containers)])
    placed = [placement_record(placement) for placement in run.placements] or [{}] * tasks
    return [{"containers": container_records(run, task=task)} | placed[task] for task in range(tasks)]
