"""What is kept of a described job: one body for siblings, no secrets, and each container's end."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from batchnb.jobs.job import Job, job_from_aws
from batchnb.jobs.shapes import Attempt, ContainerRun, Placement, Run
from batchnb.jobs.shapes.bodies import JobKind
from batchnb.model.records import job_record

from .items import ecs, eks, item, multi_node, needs, one_container, pod_container, task_container

SECRET = "hunter2"
TASK, INSTANCE = "arn:aws:ecs:eu-west-1:123456789012:task/a", "arn:aws:ecs:eu-west-1:123456789012:container-instance/b"


def read(**parts: Any) -> Job:
    """Return the job with these parts, after a look that a record of it says the same."""
    job = job_from_aws(item(**parts))
    assert job_from_aws(job_record(job)) == job
    return job


CONTAINER = one_container(
    resourceRequirements=needs("4", "2048", "1"),
    environment=[{"name": "TOKEN", "value": SECRET}],
    exitCode=137,
    reason="OutOfMemoryError",
    logStreamName="train/default/1",
    taskArn=TASK,
    containerInstanceArn=INSTANCE,
)
TASKS = ecs(
    [
        task_container("main", resourceRequirements=needs("4", "2048"), exitCode=0, logStreamName="main/1",
                       environment=[{"name": "TOKEN", "value": SECRET}]),
        task_container("log", resourceRequirements=needs("1", "512"), essential=False, exitCode=143, reason="stopped"),
    ],
    [task_container("push", resourceRequirements=needs("1", "512"), exitCode=2, reason="lost", logStreamName="p/1")],
    taskArn=TASK,
    containerInstanceArn=INSTANCE,
)  # fmt: skip
POD = eks(
    [pod_container("main", {"cpu": "2", "memory": "2Gi"}, exitCode=1, reason="Error", args=["--lr", "0.1"],
                   command=["train"], env=[{"name": "TOKEN", "value": SECRET}])],
    [pod_container("pull", {"cpu": "1"}, exitCode=0, reason="Completed")],
    podName="aws-batch.1", nodeName="ip-10-0-0-7",
)  # fmt: skip
NODES = multi_node(
    4,
    main_node=2,
    n0_1={"container": one_container(resourceRequirements=needs("8", "1024"), image="worker:1")},
    n2_={"container": one_container(resourceRequirements=needs("16", "2048", "4"), image="head:1", exitCode=None)},
)
SHAPES = [
    {"container": CONTAINER},
    {"container": {}, "ecsProperties": TASKS},
    {"eksProperties": POD},
    {"nodeProperties": NODES},
]


def test_one_container_is_read() -> None:
    """The usual job: its figures, how it ended, and where."""
    job = read(container=CONTAINER)
    assert (job.kind, job.vcpus, job.memory, job.gpus) == (JobKind.CONTAINER, 4, 2048, 1)
    assert (job.image, job.exit_code, job.log_stream) == ("train:7", 137, "train/default/1")
    assert job.evidence is not None
    assert job.evidence.run == Run(
        (ContainerRun(None, 137, "OutOfMemoryError", "train/default/1"),), (Placement(TASK, INSTANCE),)
    )
    assert [container.command for container in job.evidence.containers] == [("python", "train.py")]


def test_several_containers_are_read_one_by_one() -> None:
    """The exit code of the job is that of the first essential container that failed; the others are kept beside it."""
    job = read(container={}, ecsProperties=TASKS)
    assert (job.kind, job.vcpus, job.memory, job.gpus) == (JobKind.MULTI_CONTAINER, 6, 3072, 0)
    assert (job.image, job.exit_code, job.log_stream) == ("main:1", 2, "p/1")
    assert job.evidence is not None
    assert job.evidence.run is not None
    assert job.evidence.run.containers == (
        ContainerRun("main", 0, None, "main/1"),
        ContainerRun("log", 143, "stopped"),
        ContainerRun("push", 2, "lost", "p/1", task=1),
    )
    assert job.evidence.run.placements == (Placement(TASK, INSTANCE),) * 2
    assert [container.is_essential for container in job.evidence.containers] == [True, False, True]


def test_a_pod_is_read() -> None:
    """A pod has no log stream; it has a name and a node. Arguments stand behind the command."""
    job = read(eksProperties=POD)
    assert (job.kind, job.vcpus, job.memory, job.gpus) == (JobKind.EKS, 2, 2048, 0)
    assert (job.image, job.exit_code, job.log_stream) == ("main:1", 1, None)
    assert job.evidence is not None
    assert job.evidence.run is not None
    assert job.evidence.run.containers == (
        ContainerRun("main", 1, "Error"),
        ContainerRun("pull", 0, "Completed", is_init=True),
    )
    assert job.evidence.run.placements == (Placement(pod_name="aws-batch.1", node_name="ip-10-0-0-7"),)
    assert [container.command for container in job.evidence.containers] == [("train", "--lr", "0.1"), ()]


def test_an_init_container_that_failed_is_the_exit_code_of_its_pod() -> None:
    """The containers after it never ran, and have none."""
    pod = eks([pod_container("main")], [pod_container("pull", exitCode=7, reason="Error")])
    assert read(eksProperties=pod).exit_code == 7


def test_all_nodes_are_read_and_the_main_node_stands_for_them() -> None:
    """Figures of all nodes, the image of the main node, and its last attempt once the job has ended."""
    attempts = [
        {"container": {"exitCode": 1, "logStreamName": "n/1"}, "startedAt": 1, "stoppedAt": 2},
        {"container": {"exitCode": 3, "logStreamName": "n/2"}, "startedAt": 3, "stoppedAt": 4},
    ]
    running = read(nodeProperties=NODES, attempts=attempts[:1])
    assert (running.kind, running.vcpus, running.memory, running.gpus) == (JobKind.MULTI_NODE, 48, 6144, 8)
    assert (running.image, running.exit_code, running.log_stream) == ("head:1", None, None)
    ended = read(nodeProperties=NODES, attempts=attempts, status="FAILED")
    assert (ended.exit_code, ended.log_stream, ended.num_nodes) == (3, "n/2", 4)
    assert ended.evidence is not None
    assert [(one.nodes, one.image) for one in ended.evidence.containers] == [("2:", "head:1"), ("0:1", "worker:1")]


def test_a_node_has_figures_of_its_own() -> None:
    """A described node has its container and may have the properties of the whole job, which are not its own."""
    job = job_from_aws({**item(container=CONTAINER, nodeProperties=NODES), "jobId": "1#3"})
    assert (job.kind, job.vcpus) == (JobKind.CONTAINER, 4)
    alone = job_from_aws({**item(nodeProperties=NODES), "jobId": "1#3"})
    assert (alone.kind, alone.vcpus) == (None, None)


@pytest.mark.parametrize("shape", SHAPES, ids=["container", "tasks", "pod", "nodes"])
def test_an_array_is_an_array_of_its_shape(shape: dict[str, Any]) -> None:
    """The figures of an array are those of each child, by its own definition; a child is of the shape itself."""
    single, parent = read(**shape), read(**shape, arrayProperties={"size": 9, "statusSummary": {"RUNNING": 2}})
    child = read(**shape, arrayProperties={"index": 3})
    assert (parent.kind, child.kind) == (JobKind.ARRAY, single.kind)
    assert (parent.vcpus, parent.memory, parent.gpus) == (single.vcpus, single.memory, single.gpus)
    assert parent.array_size == 9


@pytest.mark.parametrize(
    ("exit_codes", "expected"),
    [([0, 0], 0), ([0, None], None), ([None, None], None), ([None, 1], 1), ([0, 5], 5), ([3, 5], 3)],
)
def test_the_exit_code_of_several_containers(exit_codes: list[int | None], expected: int | None) -> None:
    """0 only when all have ended so; the first that failed; else not known."""
    given = [task_container(f"c{n}", exitCode=code) for n, code in enumerate(exit_codes)]
    assert read(ecsProperties=ecs(given)).exit_code == expected


# --- attempts -----------------------------------------------------------------------------------------------------


def test_attempts_of_several_containers_are_read() -> None:
    """Each container of each attempt, in its task."""
    tasks = [
        {"taskArn": TASK, "containers": [{"name": "main", "exitCode": 1, "reason": "Error", "logStreamName": "m/1"}]},
        {"taskArn": INSTANCE, "containers": [{"name": "log", "exitCode": 143}]},
    ]
    attempts = [{"taskProperties": tasks, "startedAt": 1, "stoppedAt": 2, "statusReason": "essential exited"}]
    job = read(container={}, ecsProperties=TASKS, attempts=attempts)
    run = Run(
        (ContainerRun("main", 1, "Error", "m/1"), ContainerRun("log", 143, task=1)),
        (Placement(TASK), Placement(INSTANCE)),
    )
    assert job.attempts == (Attempt(1, "Error", "m/1", 1, 2, "essential exited", run),)


def test_attempts_of_a_pod_are_read() -> None:
    """They have a list of their own, with pods and nodes in the place of log streams."""
    attempts = [
        {
            "containers": [{"name": "main", "exitCode": 137, "reason": "OOMKilled"}],
            "initContainers": [{"name": "pull", "exitCode": 0}],
            "podName": "aws-batch.0", "podNamespace": "batch", "nodeName": "ip-10-0-0-6",
            "startedAt": 1, "stoppedAt": 2, "statusReason": "Pod failed",
        },
        {"podName": "aws-batch.1", "startedAt": 3},
        {},
    ]  # fmt: skip
    job = read(eksProperties=POD, eksAttempts=attempts, attempts=[])
    first = Run(
        (ContainerRun("main", 137, "OOMKilled"), ContainerRun("pull", 0, is_init=True)),
        (Placement(pod_name="aws-batch.0", node_name="ip-10-0-0-6", namespace="batch"),),
    )
    assert job.attempts == (
        Attempt(137, "OOMKilled", None, 1, 2, "Pod failed", first),
        Attempt(started_at=3, run=Run(placements=(Placement(pod_name="aws-batch.1"),))),
        Attempt(),
    )


# --- what is shared, and what is not kept -------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=["container", "tasks", "pod", "nodes"])
def test_siblings_share_one_body(shape: dict[str, Any]) -> None:
    """What thousands of jobs were told to run is there once, however its keys were ordered."""
    one = job_from_aws(item(**shape))
    backwards = {name: dict(reversed(part.items())) for name, part in shape.items()}
    other = job_from_aws({**item(**backwards), "jobId": "other"})
    assert one.evidence is not None
    assert other.evidence is not None
    assert one.evidence.body is other.evidence.body
    changed = job_from_aws(item(**shape, timeout={"attemptDurationSeconds": 60}))
    assert changed.evidence is not None
    assert changed.evidence.body.digest != one.evidence.body.digest
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own


@pytest.mark.parametrize("name", ["exitCode", "reason", "logStreamName", "taskArn", "containerInstanceArn"])
def test_what_is_of_one_run_is_not_in_the_body(name: str) -> None:
    """Or no two jobs would share one."""
    one, other = (job_from_aws(item(container={**CONTAINER, name: value})) for value in (CONTAINER[name], None))
    assert one.evidence is not None
    assert other.evidence is not None
    assert one.evidence.body is other.evidence.body


@pytest.mark.parametrize("shape", SHAPES[:3], ids=["container", "tasks", "pod"])
def test_no_value_of_an_environment_variable_is_kept(shape: dict[str, Any]) -> None:
    """They can be secrets. Their names are kept, and nothing that a job is written into has the values."""
    job = job_from_aws(item(**shape))
    assert job.evidence is not None
    assert b"TOKEN" in job.evidence.body.json
    assert SECRET not in f"{job!r}{job_record(job)}"
    assert SECRET.encode() not in pickle.dumps(job)


def test_tokens_of_log_drivers_are_not_kept() -> None:
    """Options of the log driver of AWS are; those of others may be the key to another service."""
    options = {"awslogs-group": "/batch/mine", "splunk-token": SECRET, "splunk-url": "https://splunk"}
    job = read(container={**CONTAINER, "logConfiguration": {"logDriver": "splunk", "options": options}})
    assert job.evidence is not None
    kept = job.evidence.body.as_record()["container"]["logConfiguration"]["options"]
    assert kept == {"awslogs-group": "/batch/mine", "splunk-token": None, "splunk-url": None}


def test_what_a_job_was_told_is_kept_in_full() -> None:
    """Command, parameters, retries, time limits, mounts and roles are in the body, as AWS writes them."""
    container = {**CONTAINER, "jobRoleArn": "arn:role", "mountPoints": [{"sourceVolume": "data"}], "privileged": False}
    told = {
        "parameters": {"lr": "0.1"},
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"action": "RETRY", "onExitCode": "137"}]},
        "timeout": {"attemptDurationSeconds": 3600},
        "schedulingPriority": 5,
        "propagateTags": False,
        "platformCapabilities": ["EC2"],
    }
    job = read(container=container, **told)
    assert job.evidence is not None
    record = job.evidence.body.as_record()
    assert {name: record[name] for name in told} == told
    kept = ("jobRoleArn", "mountPoints", "privileged", "command", "image", "resourceRequirements")
    assert {name: record["container"][name] for name in kept} == {name: container[name] for name in kept}


def test_a_job_that_waits_has_no_run() -> None:
    """Nothing ran, nothing is known of it."""
    job = read(container=one_container(vcpus=1, memory=1), status="RUNNABLE")
    assert job.evidence is not None
    assert job.evidence.run is None
    assert (job.exit_code, job.log_stream) == (None, None)
