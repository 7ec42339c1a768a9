"""The containers that a job was told to run, in all shapes of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batchnb.jobs.shapes.node_ranges import find_range
from batchnb.jobs.shapes.plain import mapping_in, mappings_in, text_in

__all__ = ["Container", "containers_in"]


@dataclass(frozen=True, slots=True)
class Container:
    """One container as a job was told to run it."""

    name: str | None
    """None for the only container of a job on ECS, which has no name."""
    image: str | None
    command: tuple[str, ...]
    """Its command, followed by its arguments."""
    nodes: str | None = None
    """The range of nodes that run it, as AWS has it ("0:2"); None where the job is not multi-node."""
    is_init: bool = False
    """Whether it runs before the others of its pod."""
    is_essential: bool = True
    """Whether its failure is that of the job."""


def containers_in(record: Mapping[str, Any]) -> list[Container]:
    """Return the containers of an item of DescribeJobs, or of a part of one, those of the main node first.

    In the order of AWS, init containers last.
    """
    properties = mapping_in(record.get("nodeProperties"))
    ranges = mappings_in(properties.get("nodeRangeProperties"))
    if not ranges:
        return list(_of_parts(record, None))
    targets = [each.get("targetNodes") for each in ranges]
    main = find_range(targets, properties.get("numNodes"), properties.get("mainNode") or 0)
    order = sorted(range(len(ranges)), key=lambda place: place != main)
    return [one for place in order for one in _of_parts(ranges[place], text_in(targets[place]) or "")]


def _of_parts(shape: Mapping[str, Any], nodes: str | None) -> Iterator[Container]:
    pod = mapping_in(mapping_in(shape.get("eksProperties")).get("podProperties"))
    tasks = mappings_in(mapping_in(shape.get("ecsProperties")).get("taskProperties"))
    for name, is_init in (("containers", False), ("initContainers", True)):
        for each in mappings_in(pod.get(name)):
            yield _container(each, nodes, is_init=is_init)
    for task in tasks:
        for each in mappings_in(task.get("containers")):
            yield _container(each, nodes)
    if not pod and not tasks and (only := mapping_in(shape.get("container"))):
        yield _container(only, nodes)


def _container(container: Mapping[str, Any], nodes: str | None, *, is_init: bool = False) -> Container:
    return Container(
        name=text_in(container.get("name")),
        image=text_in(container.get("image")),
        command=(*_texts(container.get("command")), *_texts(container.get("args"))),
        nodes=nodes,
        is_init=is_init,
        is_essential=container.get("essential") is not False,
    )


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list | tuple) else []
