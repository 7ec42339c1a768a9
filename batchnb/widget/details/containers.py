"""The containers of a job as DescribeJobs has them, in all shapes of a job, each with what tells it from the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchnb.jobs.shapes.node_ranges import find_range
from batchnb.jobs.shapes.plain import mapping_in, mappings_in, text_in, whole_in

__all__ = ["Described", "array_size", "containers_of", "main_node", "nodes_of", "pod_of", "tasks_of"]


@dataclass(frozen=True, slots=True)
class Described:
    """One container."""

    body: Mapping[str, Any]
    """As DescribeJobs has it."""
    name: str | None = None
    """None for the only container of a job on ECS, which has no name."""
    nodes: str | None = None
    """The range of nodes that run it, as AWS has it ("0:2"); None where the job is not multi-node."""
    is_main: bool = True
    """False for a container of other nodes than the main one."""
    is_init: bool = False
    """Whether it runs before the others of its pod."""

    @property
    def label(self) -> str:
        """What tells it from the others of the job: nodes, and name."""
        return " ".join(filter(None, [self.nodes, self.name]))


def containers_of(item: Mapping[str, Any]) -> list[Described]:
    """Return the containers of an item of DescribeJobs, in the order of AWS, init containers last."""
    ranges = nodes_of(item)
    if not ranges:
        return list(_of_parts(item, None, is_main=True))
    targets = [each.get("targetNodes") for each in ranges]
    properties = mapping_in(item.get("nodeProperties"))
    main = find_range(targets, properties.get("numNodes"), main_node(item))
    return [
        one
        for place, each in enumerate(ranges)
        for one in _of_parts(each, text_in(targets[place]) or "?", is_main=place == main)
    ]


def nodes_of(item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the ranges of nodes of a multi-node job; none for any other, and for a node of one."""
    if "#" in str(item.get("jobId")):
        return ()
    return mappings_in(mapping_in(item.get("nodeProperties")).get("nodeRangeProperties"))


def main_node(item: Mapping[str, Any]) -> int:
    """Return the index of the main node of a multi-node job."""
    return whole_in(mapping_in(item.get("nodeProperties")).get("mainNode")) or 0


def array_size(item: Mapping[str, Any]) -> int | None:
    """Return how many children an array job has; None for any other job."""
    return whole_in(mapping_in(item.get("arrayProperties")).get("size"))


def pod_of(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the pod of a job on EKS; an empty mapping for any other."""
    return mapping_in(mapping_in(shape.get("eksProperties")).get("podProperties"))


def tasks_of(shape: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the tasks of a job of several containers on ECS; none for any other."""
    return mappings_in(mapping_in(shape.get("ecsProperties")).get("taskProperties"))


def _of_parts(shape: Mapping[str, Any], nodes: str | None, *, is_main: bool) -> Iterator[Described]:
    pod, tasks = pod_of(shape), tasks_of(shape)
    for member, is_init in (("containers", False), ("initContainers", True)):
        for each in mappings_in(pod.get(member)):
            yield Described(each, text_in(each.get("name")), nodes, is_main, is_init)
    for task in tasks:
        for each in mappings_in(task.get("containers")):
            yield Described(each, text_in(each.get("name")), nodes, is_main)
    if not pod and not tasks and (only := mapping_in(shape.get("container"))):
        yield Described(only, text_in(only.get("name")), nodes, is_main)
