"""The logs of a job: which streams there are, in which group and Region, or why a log cannot be read from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchnb.jobs.shapes.plain import mapping_in, mappings_in, moment_in, text_in
from batchnb.text import shown
from batchnb.widget.details.containers import (
    Described,
    array_size,
    containers_of,
    main_node,
    nodes_of,
    pod_of,
    tasks_of,
)

__all__ = ["DEFAULT_GROUP", "NO_LOG_YET", "JobLog", "has_ended", "logs_of"]

DEFAULT_GROUP = "/aws/batch/job"
"""Where AWS Batch writes logs unless the definition names another group. [guide]"""
NO_LOG_YET = "No log yet. The stream appears shortly after the job starts."
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class JobLog:
    """One log: of a container, in one attempt."""

    key: str
    """By which the browser asks for it: unique among the logs of a job."""
    label: str
    """What tells the container from others of the job; empty where it is the only one."""
    attempt: int
    """Counted from 1."""
    group: str = DEFAULT_GROUP
    region: str | None = None
    """Where it is another than that of the job."""
    stream: str | None = None
    node: str | None = None
    """The id of the node whose description names the stream."""
    problem: str = ""
    """Why it cannot be read from here."""


def logs_of(item: Mapping[str, Any]) -> list[JobLog]:
    """Return the logs of a job, by its item of DescribeJobs: the attempts in their order, the one that runs last."""
    if array_size(item):
        return [JobLog("array", "", 1, problem="An array has no log of its own. Open one of its children.")]
    if pod := _pod_in(item):
        return [JobLog("pod", "", max(1, len(mappings_in(item.get("eksAttempts")))), problem=_pod_text(item, pod))]
    mains = [one for one in containers_of(item) if one.is_main]
    attempts = mappings_in(item.get("attempts"))
    found = [log for number, attempt in enumerate(attempts, 1) for log in _of_attempt(attempt, mains, number)]
    if not attempts or not has_ended(item):
        found += _of_now(item, mains, len(attempts) + 1)
    return _distinct(found)


def has_ended(item: Mapping[str, Any]) -> bool:
    """Return whether the job of this item has ended."""
    return item.get("status") in ("SUCCEEDED", "FAILED")


def _pod_in(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((pod for shape in (item, *nodes_of(item)) if (pod := pod_of(shape))), {})


def _pod_text(item: Mapping[str, Any], pod: Mapping[str, Any]) -> str:
    attempts = mappings_in(item.get("eksAttempts"))
    placed = pod if text_in(pod.get("podName")) or not attempts else attempts[-1]
    name, node = text_in(placed.get("podName")), text_in(placed.get("nodeName"))
    if name is None:
        return "EKS names no log stream. The pod appears shortly after the job starts."
    where = f" on {shown(node, _NAME_LENGTH)}" if node else ""
    return f"EKS names no log stream. Pod {shown(name, 2 * _NAME_LENGTH)}{where}."


def _of_attempt(attempt: Mapping[str, Any], mains: Sequence[Described], number: int) -> Iterator[JobLog]:
    ran = [each for task in mappings_in(attempt.get("taskProperties")) for each in mappings_in(task.get("containers"))]
    if not ran:
        ran = [mapping_in(attempt.get("container"))]
    for place, each in enumerate(ran):
        name = text_in(each.get("name"))
        named = [one for one in mains if one.name == name]
        body = (named or mains[place : place + 1] or [Described({})])[0].body
        yield _log(body, _label(name, len(ran)), number, text_in(each.get("logStreamName")), has_ended=True)


def _of_now(item: Mapping[str, Any], mains: Sequence[Described], number: int) -> Iterator[JobLog]:
    is_over = has_ended(item)
    if nodes_of(item):
        node = f"{item.get('jobId')}#{main_node(item)}"
        started = moment_in(item.get("startedAt")) is not None
        problem = "" if started else _missing(is_over=is_over)
        yield JobLog(f"node {node}", "main node", number, node=node, problem=problem)
        return
    several = len(mains) > 1 or bool(tasks_of(item))
    for one in mains or [Described({})]:
        stream = text_in(one.body.get("logStreamName"))
        yield _log(one.body, _label(one.name, 2 if several else 1), number, stream, has_ended=is_over)


def _log(body: Mapping[str, Any], label: str, number: int, stream: str | None, *, has_ended: bool) -> JobLog:
    configuration = mapping_in(body.get("logConfiguration"))
    options, driver = mapping_in(configuration.get("options")), text_in(configuration.get("logDriver")) or "awslogs"
    problem = ""
    if driver != "awslogs":
        problem = f"Logs go to {shown(driver, 40)}; they cannot be read from here."
    elif stream is None:
        problem = _missing(is_over=has_ended)
    return JobLog(
        key=stream or f"{number} {label}",
        label=label,
        attempt=number,
        group=text_in(options.get("awslogs-group")) or DEFAULT_GROUP,
        region=text_in(options.get("awslogs-region")),
        stream=stream,
        problem=problem,
    )


def _label(name: str | None, several: int) -> str:
    return shown(name, _NAME_LENGTH) if name and several > 1 else ""


def _missing(*, is_over: bool) -> str:
    return "AWS names no log stream: this attempt never started." if is_over else NO_LOG_YET


def _distinct(logs: Sequence[JobLog]) -> list[JobLog]:
    found: dict[str, JobLog] = {}
    for log in logs:
        found.setdefault(log.key, log)
    return list(found.values())
