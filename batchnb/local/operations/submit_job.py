"""SubmitJob: a new job in SUBMITTED, which goes on to PENDING or RUNNABLE and then runs by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.errors import LocalError
from batchnb.local.operations.overrides import override_body
from batchnb.local.operations.refusals import bad_request
from batchnb.local.operations.schema import SUBMIT_JOB
from batchnb.local.operations.settings import NAME, check_environment, check_settings, read_retry
from batchnb.local.world.blueprint import Blueprint
from batchnb.local.world.body import Kind, make_body
from batchnb.local.world.definitions import Definition
from batchnb.local.world.job import Dependency
from batchnb.local.world.registry import Change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.job import Queue
    from batchnb.local.world.world import World

__all__ = ["submit_job"]

_MOST_DEPENDENCIES = 20
_SHAPES = {Kind.CONTAINER: "container", Kind.ECS: "ecs", Kind.EKS: "eks", Kind.NODES: "nodes"}
_SMALL = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
_PLATFORMS = {"ECS": "EC2", "ECS_FARGATE": "FARGATE", "ECS_MANAGED_INSTANCES": "MANAGED_INSTANCES"}


def submit_job(world: World, fields: Fields, now_ms: int) -> dict[str, Any]:
    """Accept a job, and keep all that is said of it. An unknown definition, queue or dependency is refused."""
    members = fields.read(SUBMIT_JOB)
    name = members["jobName"]
    if not NAME.fullmatch(name):
        raise bad_request(f"Invalid job name: {name}")
    queue = _find_queue(world, members)
    definition = _find_definition(world, members["jobDefinition"])
    _check_match(queue, definition)
    check_settings(members, "schedulingPriorityOverride")
    check_environment(members)
    try:
        plan = _plan(definition, members)
        job_id = world.add_planned(queue.name, [name], plan)[0]
    except LocalError as error:
        raise bad_request(f"{error}.") from error
    world.ledger.book(now_ms + world.delays.submitting * 1000, Change.ADMIT, world.ledger.jobs[job_id])
    return {"jobArn": world.place.job_arn(job_id), "jobName": name, "jobId": job_id}


def _find_queue(world: World, members: Mapping[str, Any]) -> Queue:
    asked = members["jobQueue"]
    queue = world.ledger.find_queue(asked)
    if queue is None:
        raise bad_request(f"Job queue {asked} does not exist.")
    if queue.state != "ENABLED":
        raise bad_request(f"Job queue {queue.name} is not enabled.")
    if queue.is_fair_share and not members.get("shareIdentifier"):
        raise bad_request(f"Job queue {queue.name} has a scheduling policy: shareIdentifier must be specified.")
    return queue


def _find_definition(world: World, asked: str) -> Definition:
    key = world.place.strip("job-definition", asked)
    definition = world.ledger.definitions.find(key)
    if definition is None and world.switches.any_definition and not key.startswith("arn:"):
        name, _, revision = key.partition(":")
        container = {"image": "registry.invalid/job:latest", "resourceRequirements": _SMALL}
        definition = Definition(name, int(revision) if revision.isdigit() else 1, make_body(Kind.CONTAINER, container))
    if definition is None or definition.status != "ACTIVE":
        raise bad_request(f"Job definition {asked} does not exist or is not active.")
    return definition


def _check_match(queue: Queue, definition: Definition) -> None:
    """Refuse a job whose definition is for other machines than those of the queue."""
    is_pod = definition.body.main_body.kind is Kind.EKS
    if queue.type == "SAGEMAKER_TRAINING":
        raise bad_request(f"Job queue {queue.name} takes service jobs only.")
    platforms = definition.platforms
    fits = platforms is None or _PLATFORMS.get(queue.type) in platforms
    if is_pod is not (queue.type == "EKS") or not (is_pod or fits):
        raise bad_request(f"Job definition {definition.key} cannot run in job queue {queue.name} of type {queue.type}.")


def _plan(definition: Definition, members: Mapping[str, Any]) -> Blueprint:
    """Return what is to be run: the definition, and in its place what the submission says."""
    body = override_body(definition.body, members)
    shape: dict[str, Any] = {_SHAPES[body.kind]: body.properties}
    timeout = members.get("timeout", {}).get("attemptDurationSeconds", definition.timeout)
    return Blueprint(
        status="SUBMITTED",
        definition=definition.key,
        array_size=members.get("arrayProperties", {}).get("size"),
        depends_on=_read_dependencies(members),
        share=members.get("shareIdentifier"),
        tags=members.get("tags"),
        parameters={**definition.parameters, **members.get("parameters", {})},
        retry=read_retry(members) or definition.retry,
        timeout=timeout,
        priority=members.get("schedulingPriorityOverride", definition.priority),
        propagate_tags=members.get("propagateTags", definition.propagate_tags),
        platforms=definition.platforms,
        consumables=members.get("consumableResourcePropertiesOverride", definition.consumables),
        created_ago=0.0,
        runs=True,
        **shape,
    )


def _read_dependencies(members: Mapping[str, Any]) -> list[Dependency]:
    given = members.get("dependsOn", [])
    if len(given) > _MOST_DEPENDENCIES:
        raise bad_request(f"A job can depend on at most {_MOST_DEPENDENCIES} jobs.")
    return [Dependency(one.get("jobId"), one.get("type")) for one in given]
