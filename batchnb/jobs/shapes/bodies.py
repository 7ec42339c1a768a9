"""Body: what a job was told to run, as DescribeJobs says it, one for all jobs that were told the same.

Thousands of siblings differ in their ids, times and exit codes, which do not belong to it. Values of environment
variables can be secrets, and are left out: only their names stay.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from weakref import WeakValueDictionary

from batchnb.jobs.fastjson import from_json, to_sorted_json
from batchnb.jobs.shapes.containers import containers_in
from batchnb.jobs.shapes.figures import Figures, figures_of
from batchnb.jobs.shapes.plain import mapping_in, mappings_in, text_in

__all__ = ["KEPT", "OF_ONE_RUN", "REDUCED", "Body", "JobKind", "body_in"]


class JobKind(StrEnum):
    """The shapes of a job. Each has its figures and its evidence in another part of what DescribeJobs answers."""

    CONTAINER = "container"
    """One container, on ECS."""
    MULTI_CONTAINER = "multi-container"
    """Several containers on ECS, in one task or more."""
    EKS = "eks"
    """A pod on EKS."""
    MULTI_NODE = "multi-node"
    """Several nodes, each with a container, tasks or a pod."""
    ARRAY = "array"
    """An array job: it holds nothing by itself, and its running children do."""


OF_ONE_RUN = frozenset({
    "exitCode", "reason", "logStreamName", "networkInterfaces", "taskArn", "containerInstanceArn",
    "podName", "nodeName",
})  # fmt: skip
"""What a container, a task or a pod has of one run of one job."""

KEPT = (
    *("parameters", "retryStrategy", "timeout", "schedulingPriority", "propagateTags", "platformCapabilities"),
    "consumableResourceProperties",
)
"""Other settings of a job, unchanged. Tags, dependencies and the share are fields of `Job`."""

_READABLE_OPTIONS = ("awslogs-", "mode", "max-", "tag")
"""How those options of a log driver begin that hold no secret, such as the token of another service."""

_JOB_LABELS = "batch.amazonaws.com/"
"""Labels that AWS Batch puts on a pod: they name the one job that runs in it."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Body:
    """What a job was told to run. Two of them with the same content are equal."""

    json: bytes = field(repr=False)
    """In the shape of an item of DescribeJobs, with sorted keys: small, and the same for siblings."""
    kind: JobKind | None = field(compare=False)
    figures: Figures = field(compare=False)
    image: str | None = field(compare=False)
    """Of its first container; of a multi-node job, that of the main node."""

    @property
    def digest(self) -> str:
        """SHA-256 of `json`, in hex: the same body has the same digest, in another process too."""
        return hashlib.sha256(self.json).hexdigest()

    def as_record(self) -> dict[str, Any]:
        """Return a new dict in the shape of an item of DescribeJobs."""
        record: dict[str, Any] = from_json(self.json)
        return record


_shared: WeakValueDictionary[bytes, Body] = WeakValueDictionary()


def body_in(item: Mapping[str, Any], *, is_node: bool = False) -> Body | None:
    """Return what an item of DescribeJobs, or a record made of one, says that the job was told to run.

    `is_node` is for a node of a multi-node job, which has figures of its own. None where the item says nothing, as a
    summary does.
    """
    record: dict[str, Any] = {}
    for name, keep in _PARTS.items():
        if (value := item.get(name)) and not (is_node and name == "nodeProperties") and (kept := keep(value)):
            record[name] = kept
    for name in KEPT:
        if _says_something(value := item.get(name)):
            record[name] = value
    if not record:
        return None
    json = to_sorted_json(record)
    body = _shared.get(json)
    if body is None:
        json = bytes(memoryview(json))  # without the thousands of bytes that the encoder left unused at its end
        body = _shared[json] = _make_body(json)
    return body


def _make_body(json: bytes) -> Body:
    record = from_json(json)
    image = next((container.image for container in containers_in(record) if container.image), None)
    return Body(json, _kind_of(record), figures_of(record), sys.intern(image) if image else None)


def _kind_of(record: Mapping[str, Any]) -> JobKind | None:
    if "nodeProperties" in record:
        return JobKind.MULTI_NODE
    if mapping_in(record.get("eksProperties")).get("podProperties"):
        return JobKind.EKS
    if mapping_in(record.get("ecsProperties")).get("taskProperties"):
        return JobKind.MULTI_CONTAINER
    return JobKind.CONTAINER if "container" in record else None


# What is kept of each part. Anything but a mapping stays in its list as null, so that sums know it is missing.


def _says_something(value: object) -> bool:
    # JSON cannot say NaN, an infinity or a larger number: null in the record, each would be gone when it is read again.
    if isinstance(value, float | int) and not abs(value) <= sys.float_info.max:
        return False
    return bool(value) or value is False


def _kept_container(container: object) -> Any:
    if type(container) is not dict and not isinstance(container, Mapping):
        return None
    kept = {name: value for name, value in container.items() if _says_something(value) and name not in OF_ONE_RUN}
    for name in REDUCED.keys() & kept:
        kept[name] = REDUCED[name](kept[name])
        if not kept[name]:
            del kept[name]
    return kept


def _kept_list(keep: Callable[[object], Any]) -> Callable[[object], Any]:
    def kept(values: object) -> Any:
        return [keep(value) for value in values] if isinstance(values, list | tuple) else [None]

    return kept


def _kept_mapping(**keep: Callable[[object], Any]) -> Callable[[object], Any]:
    def kept(part: object) -> Any:
        if not isinstance(part, Mapping):
            return None
        given = ((name, keep[name](value) if value and name in keep else value) for name, value in part.items())
        return {name: value for name, value in given if _says_something(value) and name not in OF_ONE_RUN}

    return kept


def _kept_nodes(properties: object) -> Any:
    # A summary, and a record made of one, has no more than the number of nodes.
    kept = _kept_mapping(nodeRangeProperties=_kept_list(_kept_range))(properties)
    return kept if kept and kept.get("nodeRangeProperties") else None


def _names_only(variables: object) -> list[dict[str, str]]:
    return [{"name": name} for each in mappings_in(variables) if (name := text_in(each.get("name")))]


def _readable_options(configuration: object) -> Any:
    kept = dict(mapping_in(configuration))
    if options := mapping_in(kept.get("options")):
        kept["options"] = {
            name: value if str(name).startswith(_READABLE_OPTIONS) else None for name, value in options.items()
        }
    return kept


def _kept_metadata(metadata: object) -> Any:
    kept = dict(mapping_in(metadata))
    if labels := mapping_in(kept.get("labels")):
        kept["labels"] = {name: value for name, value in labels.items() if not str(name).startswith(_JOB_LABELS)}
    return {name: value for name, value in kept.items() if value and _says_something(value)}


REDUCED: Mapping[str, Callable[[object], Any]] = {
    "environment": _names_only,
    "env": _names_only,
    "logConfiguration": _readable_options,
    "firelensConfiguration": _readable_options,
}
"""Members of a container that can hold secrets, and what is kept of them."""
_kept_containers = _kept_list(_kept_container)
_kept_tasks = _kept_mapping(taskProperties=_kept_list(_kept_mapping(containers=_kept_containers)))
_kept_pod = _kept_mapping(
    podProperties=_kept_mapping(containers=_kept_containers, initContainers=_kept_containers, metadata=_kept_metadata)
)
_kept_range = _kept_mapping(container=_kept_container, ecsProperties=_kept_tasks, eksProperties=_kept_pod)
_PARTS: Mapping[str, Callable[[object], Any]] = {
    "container": _kept_container,
    "ecsProperties": _kept_tasks,
    "eksProperties": _kept_pod,
    "nodeProperties": _kept_nodes,
}
