"""SubmitJob, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.stage import Stage

NOBODY = "00000000-0000-4000-a000-000000000000"


def submit(stage: Stage, **more: Any) -> str:
    """Submit a job to the queue `q` and answer its id."""
    stage.world.add_definition("def:3")
    job = stage.client.submit_job(jobName="job", jobQueue="q", jobDefinition="def:3", **more)
    return str(job["jobId"])


def test_a_submitted_job_goes_to_runnable(stage: Stage) -> None:
    """A job is SUBMITTED at first, and RUNNABLE by itself a little later."""
    job_id = submit(stage, tags={"a": "b"}, shareIdentifier="team", retryStrategy={"attempts": 4})
    detail = stage.describe(job_id)
    assert (detail["status"], detail["createdAt"]) == ("SUBMITTED", stage.clock.now_ms())
    assert (detail["tags"], detail["shareIdentifier"]) == ({"a": "b"}, "team")
    assert detail["retryStrategy"]["attempts"] == 4
    stage.clock.advance(2)
    assert stage.status(job_id) == "RUNNABLE"


def test_a_job_with_dependencies_waits_in_pending(stage: Stage) -> None:
    """A submitted job that depends on a live one goes to PENDING, and to RUNNABLE after it."""
    first = stage.add()
    job_id = submit(stage, dependsOn=[{"jobId": first}])
    stage.clock.advance(2)
    assert stage.status(job_id) == "PENDING"
    stage.world.schedule(0, first, "SUCCEEDED")
    assert stage.status(job_id) == "RUNNABLE"


def test_a_dependency_that_ends_early_does_not_hold_the_job_back(stage: Stage) -> None:
    """What ended before the job left SUBMITTED is no reason to wait."""
    first = stage.add()
    job_id = submit(stage, dependsOn=[{"jobId": first}])
    stage.world.schedule(1, first, "SUCCEEDED")
    stage.clock.advance(2)
    assert stage.status(job_id) == "RUNNABLE"


def test_arrays_and_sequential_children(stage: Stage) -> None:
    """A submitted array has children; SEQUENTIAL lets only the first be RUNNABLE; the parent is PENDING."""
    job_id = submit(stage, arrayProperties={"size": 3}, dependsOn=[{"type": "SEQUENTIAL"}])
    assert stage.status(job_id) == "SUBMITTED"
    stage.clock.advance(2)
    assert stage.statuses([f"{job_id}:{index}" for index in range(3)]) == ["RUNNABLE", "PENDING", "PENDING"]
    assert stage.status(job_id) == "PENDING"


def test_n_to_n_arrays(stage: Stage) -> None:
    """Two arrays of one size can be tied child by child."""
    first = submit(stage, arrayProperties={"size": 2})
    then = submit(stage, arrayProperties={"size": 2}, dependsOn=[{"jobId": first, "type": "N_TO_N"}])
    stage.clock.advance(2)
    stage.world.schedule(0, f"{first}:1", "SUCCEEDED")
    assert stage.statuses([f"{then}:0", f"{then}:1"]) == ["PENDING", "RUNNABLE"]


def test_a_submitted_job_can_be_ended_at_once(stage: Stage) -> None:
    """A termination right after the submission holds, though the job moves on meanwhile."""
    job_id = submit(stage)
    stage.terminate(job_id, reason="no")
    stage.clock.advance(5)
    assert (stage.status(job_id), stage.world.job(job_id).status_reason) == ("FAILED", "no")


@pytest.mark.parametrize(
    "wrong",
    [
        {"jobName": "-x"},
        {"jobName": "a b"},
        {"jobName": "a" * 129},
        {"jobName": None},
        {"jobQueue": "nowhere"},
        {"jobQueue": "off"},
        {"jobDefinition": ""},
        {"jobDefinition": "nowhere"},
        {"jobDefinition": "def:2"},
        {"jobDefinition": "arn:aws:batch:local-1:123456789012:job-definition/def:1"},
        {"arrayProperties": {"size": 1}},
        {"arrayProperties": {"size": 10_001}},
        {"dependsOn": [{"jobId": NOBODY}]},
        {"dependsOn": [{"jobId": NOBODY, "type": "AFTER"}]},
        {"dependsOn": [{"type": "SEQUENTIAL"}]},
        {"dependsOn": [{"jobId": NOBODY}] * 21},
        {"tags": {"a": 1}},
    ],
)
def test_a_wrong_submission_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    """A bad name, queue, size or dependency is a ClientException, and no job comes of it."""
    stage.world.add_queue("off", state="DISABLED")
    stage.world.add_definition("def:1")
    good = {"jobName": "job", "jobQueue": "q", "jobDefinition": "def"}
    assert stage.call("SubmitJob", **(good | wrong)).code == "ClientException"
    assert list(stage.world.jobs()) == []
