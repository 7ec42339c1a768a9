"""DescribeJobs and the summaries of ListJobs, for each shape of job, over real HTTP; each answer fits the model."""

from __future__ import annotations

from typing import Any

import pytest

from batchnb.errors import LocalError
from tests.local.stage import Stage


def needs(vcpus: str, memory: str = "1024") -> list[dict[str, str]]:
    """Make requirements on ECS."""
    return [{"type": "VCPU", "value": vcpus}, {"type": "MEMORY", "value": memory}]


ECS: dict[str, Any] = {
    "taskProperties": [
        {
            "containers": [
                {"name": "router", "image": "router:1", "essential": False, "resourceRequirements": needs("0.25")},
                {"name": "main", "image": "main:2", "command": ["go"], "resourceRequirements": needs("2")},
            ]
        },
        {"containers": [{"name": "far", "image": "far:3", "resourceRequirements": needs("4")}]},
    ]
}
EKS: dict[str, Any] = {
    "podProperties": {
        "containers": [
            {"name": "main", "image": "main:2", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}},
            {"name": "side", "image": "side:1", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}},
        ],
        "initContainers": [{"name": "init", "image": "init:1"}],
        "metadata": {"namespace": "own"},
    }
}


def test_a_single_container_says_what_it_needs_and_where_it_ran(stage: Stage) -> None:
    """The container has command, task and log stream; each attempt has its own, with exit code and reason."""
    job_id = stage.add(
        status="FAILED", exit_code=137, reason="OutOfMemoryError: killed", earlier_exit_codes=[1], command=["a", "b"]
    )
    job = stage.describe(job_id)
    assert [one["container"]["exitCode"] for one in job["attempts"]] == [1, 137]
    assert [one["container"]["reason"] for one in job["attempts"]] == ["OutOfMemoryError: killed"] * 2
    assert job["container"]["exitCode"] == 137
    assert job["container"]["command"] == ["a", "b"]
    streams = [one["container"]["logStreamName"] for one in job["attempts"]]
    assert len(set(streams)) == 2
    assert job["container"]["logStreamName"] == streams[-1]
    assert job["container"]["taskArn"].startswith("arn:aws:ecs:local-1:000000000000:task/q/")
    assert "containerInstanceArn" in job["container"]
    assert job["attempts"][0]["stoppedAt"] <= job["attempts"][1]["startedAt"]


def test_several_containers_are_told_one_by_one(stage: Stage) -> None:
    """`container` is empty; exit codes and log streams stand at each container, of now and of each attempt."""
    job_id = stage.add(ecs=ECS, status="FAILED", exit_code=3, reason="bad", exit_codes={"far": 143})
    job = stage.describe(job_id)
    assert job["container"] == {}
    first, second = job["ecsProperties"]["taskProperties"]
    shown = {one["name"]: one for one in [*first["containers"], *second["containers"]]}
    assert {name: one["exitCode"] for name, one in shown.items()} == {"router": 0, "main": 3, "far": 143}
    assert [name for name, one in shown.items() if "reason" in one] == ["main"]
    assert shown["main"]["command"] == ["go"]
    streams = {one["logStreamName"].split("/")[1] for one in shown.values()}
    assert streams == {"router", "main", "far"}
    (attempt,) = job["attempts"]
    assert attempt["container"] == {}
    assert [len(task["containers"]) for task in attempt["taskProperties"]] == [2, 1]
    assert attempt["taskProperties"][0]["containers"][1]["exitCode"] == 3
    running = stage.describe(stage.add(ecs=ECS))["ecsProperties"]["taskProperties"][0]["containers"][0]
    assert "logStreamName" in running
    assert "exitCode" not in running
    waiting = stage.describe(stage.add(ecs=ECS, status="RUNNABLE"))["ecsProperties"]["taskProperties"][0]
    assert "taskArn" not in waiting
    assert "logStreamName" not in waiting["containers"][0]


def test_a_pod_has_attempts_of_its_own_kind(stage: Stage) -> None:
    """`attempts` is empty and `eksAttempts` is not; pod and node have names, and there is no log stream."""
    job_id = stage.add(eks=EKS, status="FAILED", exit_code=137, reason="OOMKilled", earlier_exit_codes=[1])
    job = stage.describe(job_id)
    assert "container" not in job
    assert job["attempts"] == []
    assert [one["containers"][0]["exitCode"] for one in job["eksAttempts"]] == [1, 137]
    last = job["eksAttempts"][-1]
    assert last["containers"][0]["reason"] == "OOMKilled"
    assert last["initContainers"][0]["exitCode"] == 0
    assert (last["podNamespace"], last["eksClusterArn"].split(":")[2]) == ("own", "eks")
    pod = job["eksProperties"]["podProperties"]
    assert (pod["podName"], pod["nodeName"]) == (last["podName"], last["nodeName"])
    assert pod["containers"][0]["exitCode"] == 137
    assert pod["containers"][1]["resources"] == {"limits": {"cpu": "1", "memory": "1Gi"}}
    assert "logStreamName" not in str(job)
    waiting = stage.describe(stage.add(eks=EKS, status="RUNNABLE"))
    assert waiting["eksAttempts"] == []
    assert "podName" not in waiting["eksProperties"]["podProperties"]


def test_nodes_run_what_their_range_says(stage: Stage) -> None:
    """The job has the attempts of its main node; each node shows the body of its own range, and its own log."""
    ranges = [
        {"targetNodes": "0:", "container": {"image": "worker", "resourceRequirements": needs("96")}},
        {"targetNodes": "1", "ecsProperties": {"taskProperties": ECS["taskProperties"][:1]}},
        {"targetNodes": "2:2", "eksProperties": EKS},
    ]
    properties = {"numNodes": 4, "mainNode": 1, "nodeRangeProperties": ranges}
    job_id = stage.add(nodes=properties, status="FAILED", exit_code=9)
    job = stage.describe(job_id)
    assert job["nodeProperties"] == properties
    assert "container" not in job
    (attempt,) = job["attempts"]
    assert {one["name"]: one["exitCode"] for one in attempt["taskProperties"][0]["containers"]} == {
        "router": 0,
        "main": 9,
    }
    zero, one, two, three = (stage.describe(f"{job_id}#{index}") for index in range(4))
    assert (zero["container"]["image"], three["container"]["image"]) == ("worker", "worker")
    assert one["ecsProperties"]["taskProperties"][0]["containers"][1]["image"] == "main:2"
    assert two["eksAttempts"][0]["containers"][0]["name"] == "main"
    assert [node["nodeDetails"]["isMainNode"] for node in (zero, one, two, three)] == [False, True, False, False]
    assert zero["container"]["logStreamName"] != three["container"]["logStreamName"]
    main = one["ecsProperties"]["taskProperties"][0]["containers"][1]
    assert attempt["taskProperties"][0]["containers"][1]["logStreamName"] == main["logStreamName"]


def test_an_array_of_any_shape_shows_its_body_and_no_outcome(stage: Stage) -> None:
    """The parent runs nothing; its children are described like jobs of their own."""
    shapes: list[dict[str, Any]] = [{"ecs": ECS}, {"eks": EKS}]
    for shape in shapes:
        job_id = stage.add(array_size=2, child_status=["SUCCEEDED", "RUNNING"], **shape)
        parent, child = stage.describe(job_id), stage.describe(f"{job_id}:0")
        assert parent["attempts"] == []
        assert "exitCode" not in str(parent)
        assert "exitCode" in str(child)


def test_platforms_follow_the_queue(stage: Stage) -> None:
    """Jobs say on which machines they run; on Fargate no instance is named, and pods have no platform."""
    for kind, platforms in {
        "ECS": ["EC2"],
        "ECS_FARGATE": ["FARGATE"],
        "ECS_MANAGED_INSTANCES": ["MANAGED_INSTANCES"],
    }.items():
        stage.world.add_queue(kind, type=kind)
        job = stage.describe(stage.world.add_job(kind, "job"))
        assert job["platformCapabilities"] == platforms
        assert ("containerInstanceArn" in job["container"]) is (kind != "ECS_FARGATE")
    stage.world.add_queue("pods", type="EKS")
    assert stage.describe(stage.world.add_job("pods", "job", eks=EKS))["platformCapabilities"] == []


def test_summaries_say_the_vcpus_and_their_unit(stage: Stage) -> None:
    """VCPU on ECS and cpu on EKS; nothing where the definition says nothing; exit codes of single containers only."""
    stage.add("one", vcpus=0.5, status="FAILED", reason="OutOfMemoryError")
    stage.add("several", ecs=ECS, status="FAILED")
    stage.add("pod", eks=EKS, status="FAILED")
    stage.add("unknown", container={"image": "i"}, status="FAILED")
    shown = {one["jobName"]: one for page in stage.pages(jobStatus="FAILED") for one in page}
    units = {name: one.get("capacityUsage") for name, one in shown.items()}
    assert units == {
        "one": [{"capacityUnit": "VCPU", "quantity": 0.5}],
        "several": [{"capacityUnit": "VCPU", "quantity": 6.25}],
        "pod": [{"capacityUnit": "cpu", "quantity": 1.5}],
        "unknown": None,
    }
    assert shown["one"]["container"] == {"exitCode": 1, "reason": "OutOfMemoryError"}
    assert "container" not in shown["several"]
    assert "container" not in shown["pod"]


def test_a_killed_job_says_so_of_each_container(stage: Stage) -> None:
    """A termination ends all containers with the code of the signal."""
    shapes: list[dict[str, Any]] = [{"ecs": ECS}, {"eks": EKS}]
    for shape in shapes:
        job_id = stage.add(**shape)
        stage.terminate(job_id)
        stage.clock.advance(60)
        job = stage.describe(job_id)
        codes = str(job).count("'exitCode': 137")
        # Twice for each container: of now, and of the attempt. Init containers were done long before.
        assert codes == (6 if "ecs" in shape else 4)


@pytest.mark.parametrize(
    "wrong", [{"ecs": ECS, "eks": EKS}, {"num_nodes": 2, "array_size": 2}, {"ecs": {"taskProperties": []}}]
)
def test_bodies_in_the_words_of_aws_are_checked(stage: Stage, wrong: dict[str, Any]) -> None:
    """A job has one shape, an array has no nodes, and a task has containers."""
    with pytest.raises(LocalError):
        stage.add(**wrong)
