"""The four shapes of a job's body, in AWS's own words: a container, several on ECS, a pod on EKS, ranges of nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from batchnb.errors import LocalError

__all__ = ["LOG_GROUP", "Body", "Container", "Kind", "cpu_of", "make_body", "read_targets"]

LOG_GROUP = "/aws/batch/job"
"""Where AWS Batch writes logs unless the definition names another group."""

_MOST_NODES = 1000
_LISTS = ("command", "volumes", "environment", "mountPoints", "ulimits", "secrets", "resourceRequirements")
"""What DescribeJobs shows of a single container even where nothing was said of it."""


class Kind(StrEnum):
    """The shapes, named after the members of a job's description."""

    CONTAINER = "container"
    ECS = "ecsProperties"
    EKS = "eksProperties"
    NODES = "nodeProperties"


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a job, as far as its life and its log go."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    is_essential: bool = True
    is_init: bool = False
    log_group: str | None = LOG_GROUP
    """None where the container logs elsewhere than to CloudWatch."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a job runs. Bodies are shared by the jobs that were added together, and never changed."""

    kind: Kind
    properties: Mapping[str, Any]
    """As RegisterJobDefinition takes it."""
    shown: Mapping[str, Any]
    """As DescribeJobs shows it, without what a run adds."""
    containers: tuple[Container, ...]
    """In the order in which they are described, init containers last; of nodes: those of the main node."""
    capacity: float | None
    """The vCPUs of one such job, or None where the definition does not say. Of nodes: those of the main node."""
    ranges: tuple[tuple[int, int, Body], ...] = ()
    """Of a multi-node job: first node, last node and their body, in the order of the definition."""
    unit: str = "VCPU"
    """The unit of `capacity`: `cpu` on EKS."""
    main: Container = field(init=False)
    """The container whose exit code is the job's: the first essential one."""

    def __post_init__(self) -> None:
        essential = (one for one in self.containers if one.is_essential and not one.is_init)
        object.__setattr__(self, "main", next(essential, self.containers[0]))

    @property
    def main_node(self) -> int:
        """The index of the main node; 0 where there are no nodes."""
        return int(self.properties["mainNode"]) if self.kind is Kind.NODES else 0

    @property
    def num_nodes(self) -> int | None:
        """How many nodes the job has, or None where it is not a multi-node job."""
        return int(self.properties["numNodes"]) if self.kind is Kind.NODES else None

    @property
    def main_body(self) -> Body:
        """The body of the main node, or this body."""
        return self.of_node(self.main_node) if self.ranges else self

    def of_node(self, index: int) -> Body:
        """Return what a node runs: of nested ranges the narrowest one decides."""
        return _narrowest(self.ranges, index) if self.ranges else self

    def total_capacity(self) -> float | None:
        """Return the vCPUs of all nodes together, or None where those of any node are not known."""
        if self.kind is not Kind.NODES:
            return self.capacity
        each = [self.of_node(index).capacity for index in range(self.num_nodes or 0)]
        return None if None in each else sum(one for one in each if one is not None)


def make_body(kind: Kind, properties: Mapping[str, Any]) -> Body:
    """Make a body out of what a job definition says. Raises `LocalError` where that cannot be run."""
    if not isinstance(properties, Mapping):
        raise LocalError(f"{kind} must be a structure, got {properties!r}")
    return _MAKERS[kind](properties)


def _container_body(properties: Mapping[str, Any]) -> Body:
    shown = {name: [] for name in _LISTS} | dict(properties)
    container = Container(
        "default",
        _text(properties, "image", "container"),
        tuple(properties.get("command") or ()),
        log_group=_log_group(properties),
    )
    return Body(Kind.CONTAINER, properties, shown, (container,), _vcpus(properties))


def _ecs_body(properties: Mapping[str, Any]) -> Body:
    described = [
        one
        for task in _items(properties, "taskProperties", "ecsProperties")
        for one in _items(task, "containers", "taskProperties")
    ]
    containers = tuple(
        Container(
            one.get("name") or f"container-{number}",
            _text(one, "image", "a container"),
            tuple(one.get("command") or ()),
            one.get("essential") is not False,
            log_group=_log_group(one),
        )
        for number, one in enumerate(described)
    )
    _check_names(containers)
    if not any(one.is_essential for one in containers):
        raise LocalError("a job must have at least one essential container")
    each = [vcpus for one in described if (vcpus := _vcpus(one)) is not None]
    return Body(Kind.ECS, properties, properties, containers, sum(each) if each else None)


def _eks_body(properties: Mapping[str, Any]) -> Body:
    pod = properties.get("podProperties")
    if not isinstance(pod, Mapping):
        raise LocalError("eksProperties must have podProperties")
    described = _items(pod, "containers", "podProperties")
    first = pod.get("initContainers") or []
    containers = tuple(
        Container(
            one.get("name") or ("Default" if number == 0 else f"container-{number}"),
            _text(one, "image", "a container"),
            (*(one.get("command") or ()), *(one.get("args") or ())),
            is_init=number >= len(described),
            log_group=None,
        )
        for number, one in enumerate([*described, *first])
    )
    _check_names(containers)
    together = [cpus for one in described if (cpus := cpu_of(one)) is not None]
    before = [cpus for one in first if (cpus := cpu_of(one)) is not None]
    capacity = max([sum(together), *before]) if together else None
    return Body(Kind.EKS, properties, properties, containers, capacity, unit="cpu")


def _node_body(properties: Mapping[str, Any]) -> Body:
    count, main = properties.get("numNodes"), properties.get("mainNode", 0)
    if type(count) is not int or not 1 <= count <= _MOST_NODES:
        raise LocalError(f"numNodes must be 1 to {_MOST_NODES}, got {count!r}")
    if type(main) is not int or not 0 <= main < count:
        raise LocalError(f"mainNode must be below numNodes ({count}), got {main!r}")
    ranges = []
    for one in _items(properties, "nodeRangeProperties", "nodeProperties"):
        first, last = read_targets(_text(one, "targetNodes", "a node range"), count)
        kinds = [kind for kind in (Kind.CONTAINER, Kind.ECS, Kind.EKS) if one.get(kind) is not None]
        if len(kinds) != 1:
            raise LocalError("a node range must have one of container, ecsProperties and eksProperties")
        ranges.append((first, last, make_body(kinds[0], one[kinds[0]])))
    if missing := [index for index in range(count) if not any(low <= index <= high for low, high, _ in ranges)]:
        raise LocalError(f"node {missing[0]} is in none of the node ranges")
    properties = {**properties, "mainNode": main}
    deciding = _narrowest(ranges, main)
    return Body(
        Kind.NODES, properties, properties, deciding.containers, deciding.capacity, tuple(ranges), deciding.unit
    )


def _narrowest(ranges: Sequence[tuple[int, int, Body]], index: int) -> Body:
    return min((one for one in ranges if one[0] <= index <= one[1]), key=lambda one: one[1] - one[0])[2]


_MAKERS = {Kind.CONTAINER: _container_body, Kind.ECS: _ecs_body, Kind.EKS: _eks_body, Kind.NODES: _node_body}


def read_targets(text: str, count: int) -> tuple[int, int]:
    """Return the first and the last node that `0:2`, `3:`, `:2`, `:` or `1` names, of `count` nodes."""
    first, colon, last = text.partition(":")
    try:
        low = _index(first) if first else 0
        high = _index(last) if last else (count - 1 if colon else low)
    except ValueError as error:
        raise LocalError(f"targetNodes must be a range like 0:2, 3: or :2, got {text!r}") from error
    if not text or low > high or low >= count or high >= count:
        raise LocalError(f"targetNodes must lie within 0:{count - 1}, got {text!r}")
    return low, high


def cpu_of(container: Mapping[str, Any]) -> float | None:
    """Return the CPUs that a container of a pod requests, or else is limited to, such as `4` or `500m`."""
    resources = container.get("resources") or {}
    text = (resources.get("requests") or {}).get("cpu") or (resources.get("limits") or {}).get("cpu")
    if text is None:
        return None
    try:
        return float(Decimal(text[:-1]) / 1000 if text.endswith("m") else Decimal(text))
    except (InvalidOperation, TypeError) as error:
        raise LocalError(f"cpu must be a quantity like 4, 0.25 or 500m, got {text!r}") from error


def _vcpus(described: Mapping[str, Any]) -> float | None:
    """Return the vCPUs of a container on ECS: of its requirements, or of the older member."""
    for one in described.get("resourceRequirements") or ():
        if one.get("type") == "VCPU":
            try:
                return float(one["value"])
            except (KeyError, TypeError, ValueError) as error:
                raise LocalError(f"VCPU must be a number, got {one.get('value')!r}") from error
    older = described.get("vcpus")
    return float(older) if older else None


def _log_group(described: Mapping[str, Any]) -> str | None:
    log = described.get("logConfiguration") or {}
    if log.get("logDriver", "awslogs") != "awslogs":
        return None
    return str((log.get("options") or {}).get("awslogs-group") or LOG_GROUP)


def _index(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _text(described: Mapping[str, Any], name: str, owner: str) -> str:
    value = described.get(name)
    if not isinstance(value, str) or not value:
        raise LocalError(f"{owner} must have {name}")
    return value


def _items(described: Mapping[str, Any], name: str, owner: str) -> Sequence[Mapping[str, Any]]:
    value = described.get(name)
    if not isinstance(value, list | tuple) or not value or not all(isinstance(one, Mapping) for one in value):
        raise LocalError(f"{owner} must have {name}")
    return value


def _check_names(containers: Sequence[Container]) -> None:
    names = [one.name for one in containers]
    if len(set(names)) < len(names):
        raise LocalError(f"each container must have a name of its own, got {', '.join(names)}")
