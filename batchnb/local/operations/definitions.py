"""RegisterJobDefinition, DescribeJobDefinitions and DeregisterJobDefinition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.errors import LocalError
from batchnb.local.operations.pages import PAGE_LIMIT, page_of
from batchnb.local.operations.refusals import bad_request
from batchnb.local.operations.schema import REGISTER_JOB_DEFINITION
from batchnb.local.operations.settings import NAME, check_environment, check_settings, read_retry
from batchnb.local.world.body import Kind, make_body
from batchnb.local.world.definitions import Definition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.body import Body
    from batchnb.local.world.place import Place
    from batchnb.local.world.world import World

__all__ = ["deregister_job_definition", "describe_job_definitions", "register_job_definition"]

_MEMBERS = {
    Kind.CONTAINER: "containerProperties",
    Kind.ECS: "ecsProperties",
    Kind.EKS: "eksProperties",
    Kind.NODES: "nodeProperties",
}
_TYPES = {"container": (Kind.CONTAINER, Kind.ECS, Kind.EKS), "multinode": (Kind.NODES,)}


def register_job_definition(world: World, fields: Fields) -> dict[str, Any]:
    """Keep a job definition as it is given, as the next revision of its name."""
    members = fields.read(REGISTER_JOB_DEFINITION)
    name = members["jobDefinitionName"]
    if not NAME.fullmatch(name):
        raise bad_request(f"Invalid job definition name: {name}")
    check_settings(members, "schedulingPriority")
    check_environment(members)
    body = _read_body(members)
    platforms = _read_platforms(members, body)
    definition = Definition(
        name,
        world.ledger.definitions.next_revision(name),
        body,
        parameters=members.get("parameters", {}),
        retry=read_retry(members),
        timeout=members.get("timeout", {}).get("attemptDurationSeconds"),
        tags=members.get("tags", {}),
        propagate_tags=members.get("propagateTags"),
        priority=members.get("schedulingPriority"),
        platforms=platforms,
        consumables=members.get("consumableResourceProperties"),
    )
    world.ledger.definitions.add(definition)
    return {
        "jobDefinitionName": name,
        "jobDefinitionArn": world.place.definition_arn(definition.key),
        "revision": definition.revision,
    }


def describe_job_definitions(world: World, fields: Fields) -> dict[str, Any]:
    """Return the named revisions, or those of a name or of a status, or all, in pages of at most 100."""
    asked, name, status = fields.texts("jobDefinitions"), fields.text("jobDefinitionName"), fields.text("status")
    if asked and (name or status or fields.text("nextToken") or fields.number("maxResults")):
        raise bad_request("jobDefinitions cannot be used with other parameters.")
    if len(asked) > PAGE_LIMIT:
        raise bad_request(f"jobDefinitions must not have more than {PAGE_LIMIT} entries.")
    keys = {world.place.strip("job-definition", one) for one in asked}
    known = {f"{one.name}:{one.revision:09d}": one for one in world.ledger.definitions}
    wanted = [
        key
        for key, one in known.items()
        if (not keys or one.key in keys or one.name in keys)
        and (not name or one.name == name)
        and (not status or one.status == status)
    ]
    return page_of(fields, "jobDefinitions", wanted, known, lambda key: _describe(world.place, known[key]))


def deregister_job_definition(world: World, fields: Fields) -> dict[str, Any]:
    """Make one revision INACTIVE: its jobs go on, and no new ones can be submitted."""
    asked = fields.needed_text("jobDefinition")
    key = world.place.strip("job-definition", asked)
    if ":" not in key:
        raise bad_request("jobDefinition must name a revision.")
    if (definition := world.ledger.definitions.find(key)) is not None:
        definition.status = "INACTIVE"
    return {}


def _read_body(members: Mapping[str, Any]) -> Body:
    kinds = [kind for kind, name in _MEMBERS.items() if name in members]
    allowed = _TYPES[members["type"]]
    if len(kinds) != 1 or kinds[0] not in allowed:
        names = ", ".join(_MEMBERS[kind] for kind in allowed)
        raise bad_request(f"A job definition of type {members['type']} must have one of {names}.")
    try:
        body = make_body(kinds[0], members[_MEMBERS[kinds[0]]])
    except LocalError as error:
        raise bad_request(f"{error}.") from error
    if body.kind is Kind.CONTAINER:
        _check_needs(body.properties)
    return body


def _check_needs(container: Mapping[str, Any]) -> None:
    types = [one["type"] for one in container.get("resourceRequirements", ())]
    for kind, older in (("VCPU", "vcpus"), ("MEMORY", "memory")):
        if (kind in types) is (container.get(older, 0) > 0):
            raise bad_request(f"Container properties must have {kind}, in resourceRequirements or as {older}.")


def _read_platforms(members: Mapping[str, Any], body: Body) -> list[str] | None:
    platforms: list[str] | None = members.get("platformCapabilities")
    if body.kind is Kind.EKS:
        if platforms or members.get("propagateTags") is not None:
            raise bad_request("A job definition for EKS must not have platformCapabilities or propagateTags.")
        return None
    if body.kind is Kind.NODES and platforms not in (None, [], ["EC2"]):
        raise bad_request("Multi-node jobs need the platform EC2.")
    return platforms or ["EC2"]


def _describe(place: Place, definition: Definition) -> dict[str, Any]:
    body = definition.body
    described: dict[str, Any] = {
        "jobDefinitionName": definition.name,
        "jobDefinitionArn": place.definition_arn(definition.key),
        "revision": definition.revision,
        "status": definition.status,
        "type": "multinode" if body.kind is Kind.NODES else "container",
        "parameters": definition.parameters,
        "tags": definition.tags,
        "containerOrchestrationType": "EKS" if body.main_body.kind is Kind.EKS else "ECS",
        _MEMBERS[body.kind]: body.shown,
    }
    optional = {
        "retryStrategy": definition.retry,
        "propagateTags": definition.propagate_tags,
        "schedulingPriority": definition.priority,
        "platformCapabilities": definition.platforms,
        "consumableResourceProperties": definition.consumables,
    }
    described |= {name: value for name, value in optional.items() if value is not None}
    if definition.timeout is not None:
        described["timeout"] = {"attemptDurationSeconds": definition.timeout}
    return described
