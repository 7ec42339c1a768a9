"""The open points: each has the default that its documentation says, and can be switched while clients are calling."""

from __future__ import annotations

import ast
import re
from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

import pytest

from batchnb import local
from batchnb.errors import LocalError
from tests.local.conftest import Opened
from tests.local.stage import Stage

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "emulator.md").read_text("utf-8")


def switch(stage: Stage, **switches: Any) -> None:
    """Throw switches of a running emulator."""
    stage.world.switches = replace(stage.world.switches, **switches)


def end(stage: Stage, job_id: str) -> list[str | None]:
    """Answer the codes of TerminateJob and of an item of TerminateJobs for one id; None where it was accepted."""
    single = stage.call("TerminateJob", jobId=job_id, reason="x").code
    (code,) = [one["code"] for one in stage.terminate(job_id).json["errors"]] or [None]
    return [single, code]


def test_ending_a_finished_job(stage: Stage) -> None:
    """By default nothing happens and 200 is answered; switched, both calls refuse."""
    job_id = stage.add(status="SUCCEEDED")
    assert end(stage, job_id) == [None, None]
    switch(stage, finished_job="refused")
    assert end(stage, job_id) == ["ClientException", "ClientException"]
    assert stage.status(job_id) == "SUCCEEDED"


@pytest.mark.parametrize("malformed", ["nonsense", "00000000-0000-4000-A000-000000000000"])
def test_a_malformed_id(stage: Stage, malformed: str) -> None:
    """By default it is refused; switched, it is accepted like an unknown one."""
    assert end(stage, malformed) == ["ClientException", "ValidationException"]
    switch(stage, malformed_id="accepted")
    assert end(stage, malformed) == [None, None]


def test_an_arn_in_place_of_an_id(stage: Stage) -> None:
    """By default it is refused; switched, it is ignored, or means the job if it is of this place."""
    job_id = stage.add()
    arn = stage.world.job(job_id).job_arn
    assert end(stage, arn) == ["ClientException", "ValidationException"]
    switch(stage, arn_as_id="ignored")
    assert end(stage, arn) == [None, None]
    assert not stage.world.job(job_id).is_terminated
    switch(stage, arn_as_id="accepted")
    assert end(stage, arn.replace("local-1", "eu-west-1")) == [None, None]
    assert not stage.world.job(job_id).is_terminated
    assert end(stage, arn) == [None, None]
    assert stage.world.job(job_id).is_terminated


def test_arns_of_several_queues_are_several_queues(stage: Stage) -> None:
    """The rule of one queue a call holds for ARNs, too."""
    switch(stage, arn_as_id="accepted")
    stage.world.add_queue("other")
    arns = [stage.world.job(stage.world.add_job(queue, "job")).job_arn for queue in ("q", "other")]
    assert stage.terminate(*arns).code == "ClientException"
    switch(stage, mixed_queues=True)
    assert stage.terminate(*arns).json["successful"] == arns


def test_ending_a_single_node(stage: Stage) -> None:
    """By default it is refused; switched, it is accepted and nothing happens."""
    node = f"{stage.add(num_nodes=2)}#1"
    assert end(stage, node) == ["ClientException", "ClientException"]
    switch(stage, node_alone="ignored")
    assert end(stage, node) == [None, None]
    stage.clock.advance(100)
    assert stage.status(node) == "RUNNING"


def test_a_sequential_dependency_with_an_id(stage: Stage) -> None:
    """By default it is refused; switched, the whole array waits for that job, and its children for each other."""
    first = stage.add()
    order: Any = {"arrayProperties": {"size": 2}, "dependsOn": [{"jobId": first, "type": "SEQUENTIAL"}]}
    stage.world.add_definition("def:1")
    wanted = {"jobName": "a", "jobQueue": "q", "jobDefinition": "def", **order}
    assert stage.call("SubmitJob", **wanted).code == "ClientException"
    switch(stage, sequential_with_id="accepted")
    job_id = stage.call("SubmitJob", **wanted).json["jobId"]
    stage.clock.advance(5)
    assert stage.statuses([f"{job_id}:0", f"{job_id}:1"]) == ["PENDING", "PENDING"]
    stage.world.schedule(0, first, "SUCCEEDED")
    assert stage.statuses([f"{job_id}:0", f"{job_id}:1"]) == ["RUNNABLE", "PENDING"]


@pytest.mark.parametrize(("choice", "array", "nodes"), [("each", 2.0, 4.0), ("sum", 6.0, 12.0), ("absent", None, None)])
def test_capacity_of_parents(stage: Stage, choice: str, array: float | None, nodes: float | None) -> None:
    """A parent tells the vCPUs of one child or node, of all, or none; children always tell their own."""
    switch(stage, capacity_of_parents=choice)
    parent = stage.add("array", array_size=3, vcpus=2)
    stage.add("nodes", num_nodes=3, vcpus=4)
    listed = [one for status in ("PENDING", "RUNNING") for page in stage.pages(jobStatus=status) for one in page]
    told = {one["jobName"]: (one.get("capacityUsage") or [{}])[0].get("quantity") for one in listed}
    assert told == {"array": array, "nodes": nodes}
    (page,) = stage.pages(arrayJobId=parent)
    assert {one["capacityUsage"][0]["quantity"] for one in page} == {2.0}


def test_listing_a_queue_of_service_jobs(stage: Stage) -> None:
    """By default ListJobs refuses it; switched, it is empty. It takes no job either way, and says its type."""
    stage.world.add_queue("sagemaker", type="SAGEMAKER_TRAINING")
    assert stage.call("ListJobs", jobQueue="sagemaker").code == "ClientException"
    switch(stage, training_queue="empty")
    assert stage.call("ListJobs", jobQueue="sagemaker").json == {"jobSummaryList": []}
    (queue,) = stage.call("DescribeJobQueues", jobQueues=["sagemaker"]).json["jobQueues"]
    assert (queue["jobQueueType"], queue["computeEnvironmentOrder"]) == ("SAGEMAKER_TRAINING", [])
    assert queue["serviceEnvironmentOrder"][0]["serviceEnvironment"].endswith(":service-environment/sagemaker")
    stage.world.add_definition("def:1")
    assert stage.call("SubmitJob", jobName="a", jobQueue="sagemaker", jobDefinition="def").code == "ClientException"


def test_any_definition(stage: Stage) -> None:
    """By default an unknown definition is refused; switched, a small container is made of it."""
    wanted = {"jobName": "a", "jobQueue": "q", "jobDefinition": "nowhere:7"}
    assert stage.call("SubmitJob", **wanted).code == "ClientException"
    switch(stage, any_definition=True)
    job = stage.describe(stage.call("SubmitJob", **wanted).json["jobId"])
    assert job["jobDefinition"].endswith("job-definition/nowhere:7")


def test_switches_can_be_given_at_the_start(opened: Opened) -> None:
    """And are those of the world."""
    stage = opened(switches=local.Switches(queued_flag="both"))
    job_id = stage.add(status="RUNNABLE")
    stage.terminate(job_id)
    truth = stage.world.job(job_id)
    assert (truth.is_terminated, truth.is_cancelled) == (True, True)
    assert stage.world.queued_flag == "both"


@pytest.mark.parametrize("field", fields(local.Switches), ids=lambda field: str(field.name))
def test_every_switch_has_a_row_in_the_readme(field: Field[object]) -> None:
    """With all its choices, the default first; each of them can be set."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{field.name}` | ")]
    choices = [ast.literal_eval(text) for text in re.findall(r"`([^`]+)`", row.rpartition(" | ")[2])]
    assert choices[0] == field.default
    assert len(choices) >= 2
    for choice in choices:
        local.Switches(**{field.name: choice})
    with pytest.raises(LocalError) as raised:
        local.Switches(**{field.name: "sometimes"})  # type: ignore[arg-type]
    said = set(re.findall(r"'\w+'|False|True", str(raised.value)))
    assert said == {repr(choice) for choice in choices} | {"'sometimes'"}


@pytest.mark.parametrize("name", [field.name for field in fields(local.Switches)])
@pytest.mark.parametrize("value", ["sometimes", 1, None])
def test_an_answer_that_a_switch_does_not_have_is_refused(name: str, value: object) -> None:
    """A typo is an error that says what there is."""
    with pytest.raises(LocalError, match=f"{name} must be one of"):
        local.Switches(**{name: value})  # type: ignore[arg-type]
