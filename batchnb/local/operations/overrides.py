"""What a submission changes in its job definition: the body that the job really runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import bad_request
from batchnb.local.world.body import Kind, make_body, read_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batchnb.local.world.body import Body

    Members = Mapping[str, Any]

__all__ = ["override_body"]

_MEMBERS = {
    "containerOverrides": Kind.CONTAINER,
    "ecsPropertiesOverride": Kind.ECS,
    "eksPropertiesOverride": Kind.EKS,
    "nodeOverrides": Kind.NODES,
}


def override_body(body: Body, members: Members) -> Body:
    """Return the body of a definition with the overrides of a submission or of a node range.

    Raises a ClientException for overrides of another shape or of a container that is not there, and `LocalError`
    where nothing that can run comes of it.
    """
    given = {name: kind for name, kind in _MEMBERS.items() if members.get(name)}
    for name, kind in given.items():
        if kind is not body.kind:
            raise bad_request(f"{name} cannot be used with a job definition that has {body.kind}.")
    if not given:
        return body
    (name,) = given
    return make_body(body.kind, _OVERRIDES[body.kind](body.properties, members[name]))


def _override_container(container: Members, given: Members) -> dict[str, Any]:
    changed = dict(container)
    changed |= {name: given[name] for name in ("command", "instanceType") if name in given}
    if "environment" in given:
        changed["environment"] = _merge(container.get("environment"), given["environment"], "name")
    if "resourceRequirements" in given:
        changed["resourceRequirements"] = _merge(
            container.get("resourceRequirements"), given["resourceRequirements"], "type"
        )
    # The older members do not override what stands in resourceRequirements.
    changed |= {name: given[name] for name in ("vcpus", "memory") if name in given and name in container}
    return changed


def _override_tasks(properties: Members, given: Members) -> dict[str, Any]:
    tasks = [dict(task) for task in properties["taskProperties"]]
    overrides = given.get("taskProperties", [])
    if len(overrides) > len(tasks):
        raise bad_request(f"ecsPropertiesOverride has {len(overrides)} tasks, and the job definition {len(tasks)}.")
    for task, override in zip(tasks, overrides, strict=False):
        task["containers"] = _override_each(task["containers"], override.get("containers", []), _override_container)
    return {**properties, "taskProperties": tasks}


def _override_pod(properties: Members, given: Members) -> dict[str, Any]:
    pod = dict(properties["podProperties"])
    override = given.get("podProperties", {})
    for name in ("containers", "initContainers"):
        if name in override:
            pod[name] = _override_each(pod.get(name, []), override[name], _override_pod_container)
    if "metadata" in override:
        known = pod.get("metadata", {})
        pod["metadata"] = known | {
            name: (known.get(name, {}) | value if isinstance(value, dict) else value)
            for name, value in override["metadata"].items()
        }
    return {**properties, "podProperties": pod}


def _override_pod_container(container: Members, given: Members) -> dict[str, Any]:
    changed = {**container, **{name: given[name] for name in ("image", "command", "args") if name in given}}
    if "env" in given:
        changed["env"] = _merge(container.get("env"), given["env"], "name")
    if "resources" in given:
        known = container.get("resources", {})
        changed["resources"] = known | {name: known.get(name, {}) | value for name, value in given["resources"].items()}
    return changed


def _override_nodes(properties: Members, given: Members) -> dict[str, Any]:
    count = given.get("numNodes", properties["numNodes"])
    changed = {**properties, "numNodes": count}
    if count != properties["numNodes"]:
        _check_count(properties, count)
    body = make_body(Kind.NODES, changed)
    ranges = [dict(one) for one in changed["nodeRangeProperties"]]
    for override in given.get("nodePropertyOverrides", []):
        low, high = read_targets(override["targetNodes"], count)
        for first, last, place in _runs(body, low, high):
            range_first, range_last, inner = body.ranges[place]
            new = {inner.kind.value: dict(override_body(inner, override).properties)}
            if "instanceTypes" in override:
                new["instanceTypes"] = override["instanceTypes"]
            if (first, last) == (range_first, range_last):
                ranges[place] |= new
            else:  # a nested range decides for its nodes
                ranges.append({**ranges[place], "targetNodes": f"{first}:{last}", **new})
    return {**changed, "nodeRangeProperties": ranges}


def _check_count(properties: Members, count: int) -> None:
    """Refuse another number of nodes where no range is open at its end, or one begins beyond it."""
    targets = [one["targetNodes"] for one in properties["nodeRangeProperties"]]
    if not any(text.endswith(":") for text in targets):
        raise bad_request("numNodes can only be overridden if a node range has no upper boundary.")
    if not all(int(text.partition(":")[0] or 0) < count for text in targets) or properties["mainNode"] >= count:
        raise bad_request(f"numNodes {count} is too small for the node ranges or the main node.")


def _runs(body: Body, low: int, high: int) -> list[tuple[int, int, int]]:
    """Return the nodes from low to high as runs of which one range decides: first, last, place of the range."""
    runs: list[tuple[int, int, int]] = []
    for index in range(low, high + 1):
        place = next(place for place, one in enumerate(body.ranges) if one[2] is body.of_node(index))
        if runs and runs[-1][2] == place:
            runs[-1] = (runs[-1][0], index, place)
        else:
            runs.append((index, index, place))
    return runs


def _override_each(
    known: Sequence[Members], given: Sequence[Members], override: Callable[[Members, Members], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Override containers by their names; a single one needs none."""
    containers = [dict(one) for one in known]
    names = [one.get("name") for one in containers]
    for one in given:
        name = one.get("name")
        if name is None and len(containers) == 1:
            place = 0
        elif name in names:
            place = names.index(name)
        else:
            raise bad_request(f"There is no container {name} in the job definition.")
        containers[place] = override(containers[place], one)
    return containers


def _merge(known: Sequence[Members] | None, given: Sequence[Members], key: str) -> list[Members]:
    """Return the known entries with the given ones in place of those of the same name, and the new ones after them."""
    merged = {one.get(key): one for one in known or ()}
    merged |= {one.get(key): one for one in given}
    return list(merged.values())


_OVERRIDES = {
    Kind.CONTAINER: _override_container,
    Kind.ECS: _override_tasks,
    Kind.EKS: _override_pod,
    Kind.NODES: _override_nodes,
}
