"""Details of a job: what it needs and how it ran, from a summary or from a description of any shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from batchnb.jobs.shapes import Attempt, Evidence, JobKind, evidence_in, mappings_in, read_quantity, whole_in
from batchnb.jobs.shapes.bodies import KEPT

__all__ = ["NO_DETAILS", "Details", "details_of", "details_of_description", "details_of_several", "details_of_usage"]

Details: TypeAlias = tuple[
    str | None, str | None, float | None, float | None, int | None, JobKind | None, Evidence | None
]
"""Image, log stream, vCPU, memory, GPUs, kind and evidence: the last fields of a job."""
NO_DETAILS: Details = (None,) * 7
_usages: dict[tuple[object, object], Details] = {}
_USAGES_KEPT = 1000
_IN_A_SUMMARY = frozenset({"exitCode", "reason"})
"""What the `container` of a summary may have. A described one has more."""
_OF_A_DESCRIPTION = frozenset({"ecsProperties", "eksProperties", *KEPT})
"""Members that no summary has."""


def details_of(
    answer: Mapping[str, Any],
    exit_code: int | None,
    size: int | None,
    attempts: Sequence[Attempt],
    evidence: Evidence | None,
    *,
    has_ended: bool,
) -> tuple[int | None, Details]:
    """Return the exit code and the details of a job in an answer of AWS: a summary, or a description of any shape.

    `evidence` is that of the job where it was read before.
    """
    get = answer.get
    nodes, container = get("nodeProperties"), get("container")
    details = details_of_usage(usage) if (usage := get("capacityUsage")) else NO_DETAILS
    if size is not None or nodes:
        details = details_of_several(answer["jobId"], size, nodes, details)
    has_more = container and not container.keys() <= _IN_A_SUMMARY
    has_more = has_more or (nodes and nodes.get("nodeRangeProperties"))
    if get("jobQueue") or has_more or evidence or not _OF_A_DESCRIPTION.isdisjoint(answer):
        known = evidence or evidence_in(answer, is_node="#" in answer["jobId"])
        return details_of_description(known, exit_code, attempts, details, has_ended=has_ended)
    return exit_code, details


def details_of_description(
    evidence: Evidence | None, exit_code: int | None, attempts: Sequence[Attempt], listed: Details, *, has_ended: bool
) -> tuple[int | None, Details]:
    """Return the exit code, and the details of a job that was described; those as `listed` where nothing is said."""
    if evidence is None:
        return exit_code, listed
    body, log_stream = evidence.body, None
    if evidence.run is not None:
        ended = evidence.ended
        exit_code, log_stream = ended.exit_code, ended.log_stream
    elif body.kind is JobKind.MULTI_NODE and attempts and has_ended:
        # It has no container of its own: its attempts are those of its main node.
        exit_code, log_stream = attempts[-1].exit_code, attempts[-1].log_stream
    if body.kind is None:
        return exit_code, (body.image, log_stream, *listed[2:-1], evidence)
    kind = listed[-2] if listed[-2] is JobKind.ARRAY else body.kind
    return exit_code, (body.image, log_stream, *body.figures, kind, evidence)


def details_of_several(job_id: str, size: int | None, nodes: Mapping[str, Any] | None, listed: Details) -> Details:
    """Return the details of an array or a multi-node job, or those `listed`: the meaning of their usage is unknown."""
    if size is not None:
        return _ARRAY
    return _MULTI_NODE if nodes and whole_in(nodes.get("numNodes")) and "#" not in job_id else listed


def details_of_usage(usages: Sequence[Mapping[str, Any]]) -> Details:
    """Return what `capacityUsage` of a summary tells: the kind, where its unit is that of EKS, and the vCPU.

    No job needs 0: that is unknown. The unit is `VCPU` on ECS and `cpu` on EKS [botocore].
    """
    try:
        (usage,) = usages
        if usage["quantity"] is not True:  # which is equal to 1
            return _usages[usage["capacityUnit"], usage["quantity"]]
    except (KeyError, TypeError, ValueError):
        pass
    return _read_usage(usages)


def _read_usage(usages: object) -> Details:
    for usage in mappings_in(usages):
        unit, quantity = usage.get("capacityUnit"), usage.get("quantity")
        if unit == "cpu" or (isinstance(unit, str) and unit.upper() == "VCPU"):
            vcpus = read_quantity(quantity)
            kind = JobKind.EKS if unit == "cpu" else None
            found = _details(kind, float(vcpus) if vcpus else None)
            if type(quantity) in (int, float) and usages == [usage] and len(_usages) < _USAGES_KEPT:
                _usages[unit, quantity] = found  # 100,000 jobs have few different ones
            return found
    return NO_DETAILS


def _details(kind: JobKind | None, vcpus: float | None = None) -> Details:
    return None, None, vcpus, None, None, kind, None


_ARRAY, _MULTI_NODE = _details(JobKind.ARRAY), _details(JobKind.MULTI_NODE)
