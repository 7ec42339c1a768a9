"""Adds up the vCPU, memory and GPUs that a job needs, whatever its shape. What cannot be read is unknown, never 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from batchnb.jobs.shapes.node_ranges import count_governed
from batchnb.jobs.shapes.plain import LARGEST, all_mappings, mapping_in, mappings_in
from batchnb.jobs.shapes.quantities import read_number, read_quantity

__all__ = ["NO_FIGURES", "Figures", "figures_of"]

_MIB = 2**20
_EXACT = 2**53
"""Above it a float is not exact, and no job is that large."""


class Figures(NamedTuple):
    """What a job needs, all its containers and nodes together. None where it cannot be read."""

    vcpus: float | None = None
    memory: float | None = None
    """In MiB: a whole number, except for some Kubernetes quantities such as "16G"."""
    gpus: int | None = None


NO_FIGURES = Figures()

_Need = dict[str, Fraction | None]
"""What is needed, by the kind of resource; None for a figure that cannot be read, no entry for one not mentioned."""

_KINDS = ("vcpus", "memory", "gpus")
_UNKNOWN: _Need = dict.fromkeys(_KINDS)
_REQUIRED = {"VCPU": "vcpus", "MEMORY": "memory", "GPU": "gpus"}


def figures_of(shape: Mapping[str, Any]) -> Figures:
    """Return the sums over a job's `nodeProperties`, `eksProperties`, `ecsProperties` or `container`.

    A job whose shape can be read and that asks for no GPU has 0 of them.
    """
    ranges = mapping_in(shape.get("nodeProperties")).get("nodeRangeProperties")
    need = _of_nodes(mapping_in(shape["nodeProperties"])) if ranges else _of_parts(shape)
    vcpus, memory, gpus = (need.get(kind) for kind in _KINDS)
    return Figures(
        float(vcpus) if vcpus is not None and vcpus <= _EXACT else None,
        _plain(memory) if memory is not None and memory <= _EXACT else None,
        int(gpus) if gpus is not None and gpus <= LARGEST else None,
    )


def _plain(number: Fraction) -> float:
    return int(number) if number.denominator == 1 else float(number)


def _of_nodes(properties: Mapping[str, Any]) -> _Need:
    ranges = all_mappings(properties.get("nodeRangeProperties")) or []
    counts = count_governed([each.get("targetNodes") for each in ranges], properties.get("numNodes"))
    if counts is None:
        return _UNKNOWN
    # A range that other ranges override entirely needs nothing, whatever is written in it.
    governing = [(count, each) for count, each in zip(counts, ranges, strict=True) if count]
    return _sum([_times(count, _of_parts(each)) for count, each in governing])


def _of_parts(shape: Mapping[str, Any]) -> _Need:
    """Return the need of one pod, of the tasks or of the container, whichever there is."""
    if pod := mapping_in(mapping_in(shape.get("eksProperties")).get("podProperties")):
        return _of_pod(pod)
    if tasks := mapping_in(shape.get("ecsProperties")).get("taskProperties"):
        return _of_tasks(all_mappings(tasks))
    container = mapping_in(shape.get("container"))
    return _of_container(container) if container else _UNKNOWN


# AWS Batch on ECS: plain numbers, MiB for memory


def _of_tasks(tasks: list[Mapping[str, Any]] | None) -> _Need:
    each = [all_mappings(task.get("containers")) for task in tasks or ()]
    containers = [container for task in each for container in task or ()]
    return _sum([_of_container(container) for container in containers]) if each and all(each) else _UNKNOWN


def _of_container(container: Mapping[str, Any]) -> _Need:
    """Return what one container on ECS needs. Each must state its vCPU and memory, or they are unknown."""
    given = container.get("resourceRequirements") or []
    requirements = mappings_in(given)
    kinds = [kind if isinstance(kind := each.get("type"), str) else None for each in requirements]
    # Older jobs have fields of their own, 0 where they are not used. Beside requirements they may be cut to an integer.
    need: _Need = {name: read_number(container.get(name)) or None for name in ("vcpus", "memory")}
    for kind, requirement in zip(kinds, requirements, strict=True):
        if name := _REQUIRED.get(kind or ""):
            need[name] = _required(requirement.get("value"), name)
    says_something = bool(given) or need["vcpus"] is not None or need["memory"] is not None
    is_readable = all_mappings(given) is not None and None not in kinds
    if "GPU" not in kinds:
        need["gpus"] = Fraction(0) if says_something and is_readable else None
    return need


def _required(value: object, kind: str) -> Fraction | None:
    number = read_number(value)
    if kind == "gpus":
        return _whole(number)
    return number or None  # no container does without vCPU or memory


def _whole(number: Fraction | None) -> Fraction | None:
    return number if number is not None and number.denominator == 1 else None


# Kubernetes: quantities in requests, or limits


def _of_pod(pod: Mapping[str, Any]) -> _Need:
    """Return what the scheduler of Kubernetes reserves for a pod.

    That is the sum over its containers, or the most of an init container where that is more: those run before, one
    after the other. A container that does not mention a resource reserves none of it. Where no container does, vCPU
    and memory are unknown.
    """
    containers, first = all_mappings(pod.get("containers")), all_mappings(pod.get("initContainers") or [])
    if not containers or first is None:
        return _UNKNOWN
    together = _sum([_of_pod_container(each) for each in containers])
    need = _combined([together, *(_of_pod_container(each) for each in first)], _most)
    return {**_UNKNOWN, "gpus": Fraction(0), **need}


def _of_pod_container(container: Mapping[str, Any]) -> _Need:
    resources = container.get("resources")
    if resources is not None and not isinstance(resources, Mapping):
        return _UNKNOWN
    parts = [mapping_in(resources).get(part) for part in ("limits", "requests")]
    if any(part is not None and not isinstance(part, Mapping) for part in parts):
        return _UNKNOWN
    # Requests count before limits: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    asked = {**mapping_in(parts[0]), **mapping_in(parts[1])}
    need: _Need = {}
    if "cpu" in asked:
        need["vcpus"] = read_quantity(asked["cpu"])
    if "memory" in asked:
        in_bytes = read_quantity(asked["memory"])
        need["memory"] = None if in_bytes is None else in_bytes / _MIB
    if devices := [name for name in asked if isinstance(name, str) and name.endswith("/gpu")]:
        need["gpus"] = _added(_whole(read_quantity(asked[name])) for name in devices)
    return need


# Sums in which one unknown figure makes the sum unknown


def _sum(needs: Iterable[_Need]) -> _Need:
    return _combined(list(needs), _added)


def _times(count: int, need: _Need) -> _Need:
    return {kind: None if amount is None else count * amount for kind, amount in need.items()}


def _combined(needs: list[_Need], combine: Callable[[Iterable[Fraction | None]], Fraction | None]) -> _Need:
    return {
        kind: combine(need[kind] for need in needs if kind in need)
        for kind in _KINDS
        if any(kind in need for need in needs)
    }


def _added(amounts: Iterable[Fraction | None]) -> Fraction | None:
    total = Fraction(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _most(amounts: Iterable[Fraction | None]) -> Fraction | None:
    most = Fraction(0)
    for amount in amounts:
        if amount is None:
            return None
        most = max(most, amount)
    return most
