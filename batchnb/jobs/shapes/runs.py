"""How the containers of a job ran: exit codes, reasons, log streams, and where, in all shapes of a job.

Read from DescribeJobs, and written in its shape again: that is how journals and saved plans keep it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from sys import intern
from typing import Any

from batchnb.jobs.shapes.plain import mapping_in, mappings_in, text_in, whole_in

__all__ = [
    "ContainerRun",
    "Placement",
    "Run",
    "add_run",
    "container_records",
    "overall",
    "placement_record",
    "run_in",
    "run_of_container",
    "run_of_pod",
    "run_of_tasks",
]


@dataclass(frozen=True, slots=True)
class ContainerRun:
    """How one container ran. None for what AWS does not say, or not yet."""

    name: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    log_stream: str | None = None
    """Its stream in CloudWatch Logs. A container on EKS has none: look for its pod."""
    is_init: bool = False
    task: int = 0
    """The place of its task among those of the job."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a task on ECS, or a pod on EKS, ran."""

    task_arn: str | None = None
    instance_arn: str | None = None
    """The container instance of ECS."""
    pod_name: str | None = None
    node_name: str | None = None
    """The node of Kubernetes."""
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job: its containers in the order of AWS, init containers last, and where each task or pod ran."""

    containers: tuple[ContainerRun, ...] = ()
    placements: tuple[Placement, ...] = ()


_NOWHERE = Placement()
_OF_A_CONTAINER = frozenset({"exitCode", "reason", "logStreamName"})
_OF_A_TASK = frozenset({"taskArn", "containerInstanceArn"})


def run_in(item: Mapping[str, Any]) -> Run | None:
    """Return how the containers of a job ran, by its item of DescribeJobs. None where nothing is known of that."""
    if pod := mapping_in(mapping_in(item.get("eksProperties")).get("podProperties")):
        return run_of_pod(pod)
    if tasks := mappings_in(mapping_in(item.get("ecsProperties")).get("taskProperties")):
        return run_of_tasks(tasks)
    container = mapping_in(item.get("container"))
    return run_of_container(container) if container else None


def run_of_container(container: Mapping[str, Any]) -> Run | None:
    """Return how the only container of a job on ECS ran."""
    # Most jobs are such ones: what is not there is not looked for.
    containers = () if container.keys().isdisjoint(_OF_A_CONTAINER) else (_container_run(container),)
    placements = () if container.keys().isdisjoint(_OF_A_TASK) else (_placement(container),)
    if not any(map(_has_run, containers)):
        containers = ()
    if placements == (_NOWHERE,):
        placements = ()
    return Run(containers, placements) if containers or placements else None


def run_of_tasks(tasks: Sequence[Mapping[str, Any]]) -> Run | None:
    """Return how the containers of tasks on ECS ran."""
    each = [(place, container) for place, task in enumerate(tasks) for container in mappings_in(task.get("containers"))]
    return _made([_container_run(container, task=place) for place, container in each], tasks)


def run_of_pod(pod: Mapping[str, Any]) -> Run | None:
    """Return how the containers of a pod on EKS ran, by its `podProperties` or by an attempt of it."""
    containers = [_container_run(each) for each in mappings_in(pod.get("containers"))]
    first = [_container_run(each, is_init=True) for each in mappings_in(pod.get("initContainers"))]
    return _made([*containers, *first], [pod])


def overall(run: Run | None, optional: Set[str] = frozenset()) -> ContainerRun:
    """Return exit code, reason and log stream of the run as a whole.

    They are those of the first container whose exit code is not 0, an init container after the others; where none
    failed, the exit code is 0 as soon as all have ended. `optional` are names of containers whose failure is not that
    of the job.
    """
    containers = run.containers if run is not None else ()
    if len(containers) == 1:
        return containers[0]
    counted = [each for each in containers if each.name not in optional] or containers
    failed = next((each for each in counted if each.exit_code), None)
    have_ended = counted and all(each.exit_code is not None for each in counted if not each.is_init)
    return ContainerRun(
        name=failed.name if failed else None,
        exit_code=failed.exit_code if failed else 0 if have_ended else None,
        reason=failed.reason if failed else next((each.reason for each in counted if each.reason), None),
        log_stream=(failed and failed.log_stream) or next((one.log_stream for one in counted if one.log_stream), None),
    )


def add_run(record: dict[str, Any], run: Run) -> None:
    """Write the run into a record in the shape of an item of DescribeJobs, which has the containers already."""
    pod = mapping_in(record.get("eksProperties")).get("podProperties")
    tasks = mapping_in(record.get("ecsProperties")).get("taskProperties")
    parts: list[Any]
    containers: list[Any]
    if isinstance(pod, dict):
        parts = [pod]
        containers = [*mappings_in(pod.get("containers")), *mappings_in(pod.get("initContainers"))]
    elif tasks:
        parts = [task for task in tasks if isinstance(task, dict)]
        containers = [each for task in parts for each in mappings_in(task.get("containers"))]
    else:
        parts = containers = [record.setdefault("container", {})]
    for container, ran in zip(containers, run.containers, strict=False):
        container.update(_container_record(ran))
    for part, placement in zip(parts, run.placements, strict=False):
        part.update(placement_record(placement))


def _made(containers: list[ContainerRun], parts: Sequence[Mapping[str, Any]]) -> Run | None:
    known = any(map(_has_run, containers))
    placements = [_placement(part) for part in parts]
    placed = any(placement != _NOWHERE for placement in placements)
    return Run(tuple(containers) if known else (), tuple(placements) if placed else ()) if known or placed else None


def _has_run(container: ContainerRun) -> bool:
    return container.exit_code is not None or bool(container.reason or container.log_stream)


def _container_run(container: Mapping[str, Any], *, task: int = 0, is_init: bool = False) -> ContainerRun:
    return ContainerRun(
        name=_shared(container.get("name")),
        exit_code=whole_in(container.get("exitCode")),
        reason=_shared(container.get("reason")),
        log_stream=text_in(container.get("logStreamName")),
        is_init=is_init,
        task=task,
    )


def _placement(part: Mapping[str, Any]) -> Placement:
    return Placement(
        task_arn=text_in(part.get("taskArn")),
        instance_arn=_shared(part.get("containerInstanceArn")),
        pod_name=text_in(part.get("podName")),
        node_name=_shared(part.get("nodeName")),
        # Of an attempt; that of a job is in the metadata that it was submitted with.
        namespace=_shared(part.get("podNamespace")),
    )


def _container_record(ran: ContainerRun) -> dict[str, Any]:
    record = {"name": ran.name, "exitCode": ran.exit_code, "reason": ran.reason, "logStreamName": ran.log_stream}
    return {name: value for name, value in record.items() if value is not None}


def placement_record(placement: Placement) -> dict[str, Any]:
    """Return the placement by the names of AWS."""
    record = {
        "taskArn": placement.task_arn,
        "containerInstanceArn": placement.instance_arn,
        "podName": placement.pod_name,
        "nodeName": placement.node_name,
        "podNamespace": placement.namespace,
    }
    return {name: value for name, value in record.items() if value is not None}


def container_records(run: Run, *, task: int | None = None, is_init: bool = False) -> list[dict[str, Any]]:
    """Return the containers of a run by the names of AWS, those of one task or the init containers."""
    return [
        _container_record(each)
        for each in run.containers
        if each.is_init is is_init and (task is None or each.task == task)
    ]


def _shared(value: object) -> str | None:
    return intern(value) if type(value) is str and value else None
