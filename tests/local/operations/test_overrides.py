"""What a submission changes in its definition, for each shape, as DescribeJobs shows it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from batchnb.local.operations.overrides import override_body
from batchnb.local.world.body import Kind, make_body
from tests.local.operations.test_definitions import CONTAINER, register
from tests.local.operations.test_details import ECS, EKS, needs
from tests.local.stage import Stage

pytestmark = pytest.mark.bulk  # an older botocore does not know these members


def described(stage: Stage, queue: str = "q", **overrides: Any) -> dict[str, Any]:
    """Submit a job of the definition `def` and describe it."""
    return stage.describe(stage.submit(definition="def", queue=queue, **overrides))


def test_a_container_is_overridden_part_by_part(stage: Stage) -> None:
    """The command is replaced; variables and requirements are replaced by name, and added."""
    variables = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    register(stage, containerProperties=CONTAINER | {"environment": variables})
    overrides = {
        "command": ["other"],
        "environment": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}],
        "resourceRequirements": [{"type": "VCPU", "value": "16"}, {"type": "GPU", "value": "1"}],
    }
    container = described(stage, containerOverrides=overrides)["container"]
    assert container["command"] == ["other"]
    assert {one["name"]: one["value"] for one in container["environment"]} == {"A": "1", "B": "3", "C": "4"}
    assert {one["type"]: one["value"] for one in container["resourceRequirements"]} == {
        "VCPU": "16",
        "MEMORY": "1024",
        "GPU": "1",
    }


def test_older_members_do_not_override_requirements(stage: Stage) -> None:
    """`vcpus` and `memory` change what the definition says as such, and nothing that stands in resourceRequirements."""
    register(stage)
    container = described(stage, containerOverrides={"vcpus": 9, "memory": 99})["container"]
    assert "vcpus" not in container
    assert container["resourceRequirements"] == needs("2")
    register(stage, containerProperties={"image": "i", "vcpus": 1, "memory": 128})
    container = described(stage, containerOverrides={"vcpus": 9})["container"]
    assert (container["vcpus"], container["memory"]) == (9, 128)


def test_containers_of_a_task_are_overridden_by_name(stage: Stage) -> None:
    """Only the named container changes."""
    register(stage, ecsProperties=ECS)
    override = {"taskProperties": [{"containers": [{"name": "main", "resourceRequirements": needs("8")}]}]}
    job = described(stage, ecsPropertiesOverride=override)
    first, second = job["ecsProperties"]["taskProperties"]
    vcpus = [one["resourceRequirements"][0]["value"] for one in [*first["containers"], *second["containers"]]]
    assert vcpus == ["0.25", "8", "4"]
    assert first["containers"][1]["command"] == ["go"]


def test_containers_of_a_pod_are_overridden_by_name(stage: Stage) -> None:
    """Image, arguments, variables, resources and labels change part by part."""
    stage.world.add_queue("pods", type="EKS")
    register(stage, eksProperties=EKS)
    override = {
        "podProperties": {
            "containers": [
                {
                    "name": "main",
                    "image": "other:1",
                    "args": ["x"],
                    "env": [{"name": "A", "value": "1"}],
                    "resources": {"requests": {"cpu": "2"}},
                }
            ],
            "initContainers": [{"image": "init:2"}],
            "metadata": {"labels": {"run": "1"}},
        }
    }
    pod = described(stage, "pods", eksPropertiesOverride=override)["eksProperties"]["podProperties"]
    main = pod["containers"][0]
    assert (main["image"], main["args"], main["env"]) == ("other:1", ["x"], [{"name": "A", "value": "1"}])
    assert main["resources"] == {"requests": {"cpu": "2", "memory": "1Gi"}}
    assert pod["initContainers"][0]["image"] == "init:2"
    assert pod["metadata"] == {"namespace": "own", "labels": {"run": "1"}}
    assert pod["containers"][1]["image"] == "side:1"


def nodes(*targets: str, count: int = 6) -> dict[str, Any]:
    """Make node properties whose ranges have images named after them."""
    ranges = [{"targetNodes": one, "container": CONTAINER | {"image": one}} for one in targets]
    return {"numNodes": count, "mainNode": 0, "nodeRangeProperties": ranges}


def test_node_overrides_change_the_number_and_the_ranges(stage: Stage) -> None:
    """An open range takes more nodes; the override of some of its nodes is a range inside it."""
    register(stage, nodeProperties=nodes("0", "1:"))
    override = {
        "numNodes": 8,
        "nodePropertyOverrides": [
            {"targetNodes": "0", "containerOverrides": {"command": ["lead"]}},
            {"targetNodes": "6:", "containerOverrides": {"resourceRequirements": needs("64")}, "instanceTypes": ["x"]},
        ],
    }
    job_id = stage.submit(definition="def", nodeOverrides=override)
    properties = stage.describe(job_id)["nodeProperties"]
    assert (properties["numNodes"], len(stage.describe(job_id)["nodeProperties"]["nodeRangeProperties"])) == (8, 3)
    assert stage.describe(f"{job_id}#0")["container"]["command"] == ["lead"]
    vcpus = [stage.describe(f"{job_id}#{index}")["container"]["resourceRequirements"][0]["value"] for index in range(8)]
    assert vcpus == ["2"] * 6 + ["64"] * 2


@given(st.data())
def test_an_override_of_nodes_reaches_those_nodes_and_no_other(data: st.DataObject) -> None:
    """Whatever the ranges of a definition, nested or not, exactly the targeted nodes change, each in its own body."""
    ends = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted)
    targets = [":", *(f"{low}:{high}" for low, high in data.draw(st.lists(ends, max_size=4, unique_by=str)))]
    low, high = data.draw(ends)
    body = make_body(Kind.NODES, nodes(*targets, count=10))
    override = {"targetNodes": f"{low}:{high}", "containerOverrides": {"command": ["changed"]}}
    changed = override_body(body, {"nodeOverrides": {"nodePropertyOverrides": [override]}})
    for index in range(10):
        before, after = body.of_node(index).main, changed.of_node(index).main
        assert after.image == before.image
        assert after.command == (("changed",) if low <= index <= high else before.command)


@pytest.mark.parametrize(
    ("shape", "overrides"),
    [
        ({}, {"ecsPropertiesOverride": {"taskProperties": [{"containers": []}]}}),
        ({}, {"eksPropertiesOverride": {"podProperties": {"containers": []}}}),
        ({}, {"nodeOverrides": {"numNodes": 2}}),
        ({}, {"containerOverrides": {"environment": [{"name": "AWS_BATCH_X", "value": "1"}]}}),
        ({}, {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "lots"}]}}),
        ({"ecsProperties": ECS}, {"containerOverrides": {"command": ["x"]}}),
        (
            {"ecsProperties": ECS},
            {"ecsPropertiesOverride": {"taskProperties": [{"containers": [{"name": "nobody", "command": []}]}]}},
        ),
        ({"ecsProperties": ECS}, {"ecsPropertiesOverride": {"taskProperties": [{}, {}, {}]}}),
        ({"nodeProperties": nodes("0:5")}, {"nodeOverrides": {"numNodes": 7}}),
        ({"nodeProperties": nodes("0:3", "4:")}, {"nodeOverrides": {"numNodes": 4}}),
        ({"nodeProperties": nodes("0:")}, {"nodeOverrides": {"nodePropertyOverrides": [{"targetNodes": "9"}]}}),
        ({"nodeProperties": nodes("0:")}, {"arrayProperties": {"size": 2}}),
    ],
)
def test_an_override_that_does_not_fit_is_refused(
    stage: Stage, shape: dict[str, Any], overrides: dict[str, Any]
) -> None:
    """Overrides of another shape, of a container that is not there, or beyond the nodes are ClientExceptions."""
    register(stage, **shape)
    with pytest.raises(ClientError) as raised:
        stage.submit(definition="def", **overrides)
    assert raised.value.response["Error"]["Code"] == "ClientException"
