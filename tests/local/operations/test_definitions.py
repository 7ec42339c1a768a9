"""RegisterJobDefinition, DescribeJobDefinitions and DeregisterJobDefinition, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.operations.test_details import ECS, EKS, needs
from tests.local.stage import Stage

pytestmark = pytest.mark.bulk  # an older botocore does not know these members

CONTAINER: dict[str, Any] = {"image": "image:1", "command": ["run", "Ref::path"], "resourceRequirements": needs("2")}
NODES: dict[str, Any] = {
    "numNodes": 4,
    "mainNode": 0,
    "nodeRangeProperties": [{"targetNodes": "0:", "container": CONTAINER}],
}


def register(stage: Stage, name: str = "def", **more: Any) -> dict[str, Any]:
    """Register a definition of a single container unless another shape is given."""
    shapes = {"containerProperties", "ecsProperties", "eksProperties", "nodeProperties"}
    if not shapes & set(more):
        more["containerProperties"] = CONTAINER
    kind: Any = "multinode" if "nodeProperties" in more else "container"
    return dict(stage.client.register_job_definition(jobDefinitionName=name, type=kind, **more))


@pytest.mark.parametrize(
    "shape",
    [
        {"containerProperties": CONTAINER},
        {"ecsProperties": ECS},
        {"eksProperties": EKS},
        {"nodeProperties": NODES},
    ],
)
def test_a_definition_is_kept_as_it_is_given(stage: Stage, shape: dict[str, Any]) -> None:
    """Whatever its shape, all that was registered is described again."""
    given: dict[str, Any] = {
        "parameters": {"path": "s3://here"},
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"onExitCode": "137", "action": "RETRY"}]},
        "timeout": {"attemptDurationSeconds": 600},
        "tags": {"team": "a"},
        "schedulingPriority": 7,
        "consumableResourceProperties": {"consumableResourceList": [{"consumableResource": "licence", "quantity": 2}]},
    }
    if "eksProperties" not in shape:
        given["propagateTags"] = True
    answer = register(stage, **shape, **given)
    assert answer["jobDefinitionArn"] == "arn:aws:batch:local-1:000000000000:job-definition/def:1"
    (definition,) = stage.client.describe_job_definitions(jobDefinitions=["def:1"])["jobDefinitions"]
    assert {name: definition[name] for name in given} == given  # type: ignore[literal-required]
    ((name, body),) = shape.items()
    assert definition[name].items() >= body.items()  # type: ignore[literal-required]
    assert (definition["status"], definition["revision"]) == ("ACTIVE", 1)
    assert definition["containerOrchestrationType"] == ("EKS" if "eksProperties" in shape else "ECS")


def test_revisions_are_counted_and_the_latest_active_one_is_taken(stage: Stage) -> None:
    """A name stands for its latest active revision; numbers do not come twice."""
    for revision in (1, 2, 3):
        assert register(stage)["revision"] == revision
    job_id = stage.submit(definition="def")
    assert stage.describe(job_id)["jobDefinition"].endswith("job-definition/def:3")
    stage.client.deregister_job_definition(jobDefinition="def:3")
    assert stage.describe(stage.submit(definition="def"))["jobDefinition"].endswith("def:2")
    with pytest.raises(ClientError, match="not active"):
        stage.submit(definition="def:3")
    arn = "arn:aws:batch:local-1:000000000000:job-definition/def"
    assert stage.describe(stage.submit(definition=arn))["jobDefinition"] == f"{arn}:2"
    assert register(stage)["revision"] == 4
    assert stage.describe(job_id)["status"] == "SUBMITTED", "a job keeps what it was submitted with"


def test_definitions_are_found_by_name_and_status_in_pages(stage: Stage) -> None:
    """Pages follow each other by tokens, whatever is asked for."""
    for _ in range(3):
        register(stage, "a")
    register(stage, "b")
    stage.client.deregister_job_definition(jobDefinition="a:2")
    pages = stage.client.get_paginator("describe_job_definitions").paginate
    found = [
        f"{one['jobDefinitionName']}:{one['revision']}"
        for page in pages(PaginationConfig={"PageSize": 1})
        for one in page["jobDefinitions"]
    ]
    assert found == ["a:1", "a:2", "a:3", "b:1"]
    active = stage.client.describe_job_definitions(jobDefinitionName="a", status="ACTIVE")["jobDefinitions"]
    assert [one["revision"] for one in active] == [1, 3]
    assert stage.client.describe_job_definitions(jobDefinitions=["nowhere:1"])["jobDefinitions"] == []


def test_jobs_of_the_world_bring_their_definitions(stage: Stage) -> None:
    """What a test or the demo puts into the world can be described and submitted again."""
    stage.add(definition="sweep:7", vcpus=3)
    (definition,) = stage.client.describe_job_definitions(jobDefinitionName="sweep")["jobDefinitions"]
    assert definition["revision"] == 7
    assert definition["containerProperties"]["resourceRequirements"][0] == {"type": "VCPU", "value": "3"}
    assert stage.submit(definition="sweep")


@pytest.mark.parametrize(
    "wrong",
    [
        {"jobDefinitionName": "a b"},
        {"jobDefinitionName": "a" * 129},
        {"type": "service"},
        {"type": "multinode"},
        {"containerProperties": None},
        {"ecsProperties": ECS},
        {"containerProperties": {"image": "i"}},
        {"containerProperties": {"image": "i", "vcpus": 1, "memory": 1, "resourceRequirements": needs("1")}},
        {"containerProperties": CONTAINER | {"environment": [{"name": "AWS_BATCH_JOB_ID", "value": "x"}]}},
        {"containerProperties": CONTAINER | {"resourceRequirements": [{"type": "DISK", "value": "1"}]}},
        {"retryStrategy": {"attempts": 11}},
        {"retryStrategy": {"attempts": 0}},
        {"retryStrategy": {"evaluateOnExit": [{"onExitCode": "1", "action": "EXIT"}]}},
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "STOP"}]}},
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]}},
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"onReason": "a*b", "action": "EXIT"}]}},
        {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"onReason": "a", "action": "EXIT"}] * 6}},
        {"timeout": {"attemptDurationSeconds": 59}},
        {"schedulingPriority": 10_000},
        {"tags": {"aws:x": "y"}},
        {"tags": {f"k{number}": "" for number in range(51)}},
        {
            "type": "multinode",
            "containerProperties": None,
            "nodeProperties": NODES,
            "platformCapabilities": ["FARGATE"],
        },
        {"containerProperties": None, "eksProperties": EKS, "propagateTags": True},
        {"containerProperties": None, "eksProperties": EKS, "platformCapabilities": ["EC2"]},
    ],
)
def test_a_wrong_definition_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    """What AWS Batch would refuse is a ClientException, and no revision comes of it."""
    good = {"jobDefinitionName": "def", "type": "container", "containerProperties": CONTAINER}
    assert stage.call("RegisterJobDefinition", **(good | wrong)).code == "ClientException"
    assert stage.call("DescribeJobDefinitions").json["jobDefinitions"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"jobDefinitions": ["a:1"], "jobDefinitionName": "a"},
        {"jobDefinitions": ["a:1"] * 101},
        {"maxResults": 0},
        {"nextToken": "q.nowhere"},
    ],
)
def test_a_wrong_question_for_definitions_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    """Names and filters exclude each other, and a token is one that was given."""
    assert stage.call("DescribeJobDefinitions", **wrong).code == "ClientException"
