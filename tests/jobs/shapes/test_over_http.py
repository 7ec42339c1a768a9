"""Jobs of every shape over the wire: listed, planned, summed up, ended, written down and read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import batchnb
from batchnb import local
from batchnb.aws.connect import set_default_endpoint
from batchnb.local.world.blueprint import JobOptions
from batchnb.model.plan_view import plan_facts
from batchnb.widget.review import Review
from tests.conftest import clock_of

from .items import ecs, eks, multi_node, needs, pod_container, task_container

pytestmark = pytest.mark.bulk  # an older botocore drops what it does not know of a job's shape

TASKS = ecs(
    [
        task_container("main", resourceRequirements=needs("4", "8192")),
        task_container("side", resourceRequirements=needs("0.5", "512"), essential=False),
    ]
)
POD = eks(
    [pod_container("main", {"cpu": "1500m", "memory": "16Gi", "nvidia.com/gpu": "1"},
                   {"cpu": "2", "memory": "16Gi", "nvidia.com/gpu": "1"})],
    [pod_container("pull", {"cpu": "2", "memory": "1Gi"})],
)  # fmt: skip
NODES = multi_node(
    3,
    n0={"container": {"image": "head:1", "command": ["head"], "resourceRequirements": needs("32", "65536", "4")}},
    n1_={"container": {"image": "worker:1", "command": ["work"], "resourceRequirements": needs("96", "786432", "8")}},
)
SHAPES: dict[str, JobOptions] = {
    "single": {"vcpus": 0.25, "memory": 512},
    "tasks": {"ecs": TASKS},
    "pod": {"eks": POD},
    "nodes": {"nodes": NODES},
    "array": {"eks": POD, "array_size": 4, "child_status": ["RUNNING", "STARTING", "RUNNABLE", "SUCCEEDED"]},
}
FIGURES = {
    "single": (0.25, 512, 0),
    "tasks": (4.5, 8704, 0),
    "pod": (2, 16384, 1),
    "nodes": (224, 65536 + 2 * 786432, 20),
    "array": (2, 16384, 1),
}
"""vCPU, MiB and GPUs, added up by hand; of the array those of a child."""


@pytest.fixture
def tonight(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator with a job of each shape, to which all calls go."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_queue("pods", type="EKS")
        for name, options in SHAPES.items():
            queue = "pods" if "eks" in options else "train"
            world.add_job(queue, name, **options)

    emulator = start(fill)
    set_default_endpoint(emulator.endpoint_url)
    return emulator


def test_a_listing_tells_kind_and_vcpus_as_far_as_a_summary_does(tonight: local.LocalBatch) -> None:
    """The usage of a summary, and not of arrays and multi-node jobs; nothing is described for it."""
    jobs = batchnb.list_jobs(status="active").set_index("jobName")
    assert dict(jobs.vcpus.dropna()) == {"single": 0.25, "tasks": 4.5, "pod": 2.0}
    assert dict(jobs.kind.astype("string").dropna()) == {"pod": "eks", "nodes": "multi-node", "array": "array"}
    assert "DescribeJobs" not in {call.operation for call in tonight.calls}


@pytest.mark.usefixtures("tonight")
def test_a_plan_adds_all_shapes_up_to_the_last_digit() -> None:
    """Every container, every node, the running children of the array; in the frame, the text and the picker."""
    jobs = batchnb.list_jobs(status="active")
    plan = batchnb.plan(jobs, reason="OPS-1")
    frame = plan.to_frame().set_index("jobName")
    found = {name: tuple(frame.loc[name, ["vcpus", "memory", "gpus"]]) for name in frame.index}
    assert found == FIGURES
    assert dict(frame.kind) == {
        "single": "container", "tasks": "multi-container", "pod": "eks", "nodes": "multi-node", "array": "array",
    }  # fmt: skip
    assert dict(frame.started) == {"single": 1, "tasks": 1, "pod": 1, "nodes": 1, "array": 2}
    vcpus, memory, gpus = (sum(FIGURES[name][place] * frame.started[name] for name in FIGURES) for place in range(3))
    expected = {"vcpus": vcpus, "memory_gib": memory / 1024, "gpus": gpus, "unknown": 0}
    assert {name: plan.frees[name] for name in expected} == expected
    assert Review(plan, confirm_above=0, is_production=False).told()["frees"] == dict(plan.frees)
    assert dict(plan_facts(plan))["Frees"].startswith("234.75 vCPU, 1,657 GiB of memory, 23 GPUs; at least ")
    assert plan.frees_by_queue["pods"]["vcpus"] == 6


def test_what_cannot_be_read_is_counted_and_not_left_out(tonight: local.LocalBatch) -> None:
    """A pod that mentions no CPU, and one whose memory nobody can read: what is known is the least that ends."""
    shapes = ({"memory": "1Gi"}, {"cpu": "2", "memory": "lots"})
    ids = [tonight.world.add_job("pods", "odd", eks=eks([pod_container("main", requests)])) for requests in shapes]
    listed = batchnb.list_jobs(name="odd").vcpus
    assert (len(listed), listed.dropna().tolist()) == (2, [2.0])
    plan = batchnb.plan(ids, reason="OPS-1")
    assert plan.frees["unknown"] == 2
    assert dict(plan_facts(plan))["Frees"].startswith("at least 2 vCPU, 1 GiB of memory (2 jobs without figures); ")


def test_evidence_survives_the_journal_and_a_saved_plan(tonight: local.LocalBatch, tmp_path: Path) -> None:
    """Another process reads the very jobs that the plan had, each figure, exit code and log stream of them."""
    jobs = batchnb.list_jobs(status="active")
    plan = batchnb.plan(list(jobs.jobId), reason="OPS-1")
    plan.save(tmp_path / "plan.json")
    assert batchnb.load_plan(tmp_path / "plan.json").jobs == plan.jobs
    report = plan.execute(clock=clock_of(tonight))
    assert report.ok, report
    read = batchnb.read_run(str(report.run_id))
    assert read.plan.jobs == plan.jobs
    assert [result.last_seen for result in read.results] == [result.last_seen for result in report.results]
    assert dict(read.plan.frees) == dict(plan.frees)
    tasks = next(result.last_seen for result in report.results if result.planned.job_name == "tasks")
    assert tasks is not None
    assert tasks.evidence is not None
    assert tasks.evidence.run is not None
    assert [(one.name, one.exit_code is not None) for one in tasks.evidence.run.containers] == [
        ("main", True),
        ("side", True),
    ]
