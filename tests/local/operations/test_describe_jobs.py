"""DescribeJobs and DescribeJobQueues, over real HTTP."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from batchnb.local.world.place import Place
from tests.local.stage import Stage

NOBODY = "00000000-0000-4000-a000-000000000000"


def test_a_detail_is_evidence(stage: Stage) -> None:
    """A detail says where a job was, what it was given, what it waited for, and how it went."""
    first = stage.add()
    job_id = stage.add(
        "train",
        status="FAILED",
        definition="train:7",
        depends_on=[first],
        tags={"team": "vision"},
        share="vision",
        vcpus=8,
        memory=4096,
        gpus=2,
        image="registry.invalid/train:1",
        attempts=3,
        exit_code=2,
    )
    detail = stage.describe(job_id)
    assert detail["jobQueue"] == Place().queue_arn("q")
    assert detail["tags"] == {"team": "vision"}
    assert detail["dependsOn"] == [{"jobId": first}]
    assert detail["shareIdentifier"] == "vision"
    assert detail["retryStrategy"]["attempts"] == 3
    assert detail["container"]["image"] == "registry.invalid/train:1"
    assert detail["container"]["exitCode"] == 2
    assert {one["type"]: one["value"] for one in detail["container"]["resourceRequirements"]} == {
        "VCPU": "8",
        "MEMORY": "4096",
        "GPU": "2",
    }
    (attempt,) = detail["attempts"]
    assert attempt["container"]["exitCode"] == 2
    assert detail["createdAt"] < attempt["startedAt"] < attempt["stoppedAt"] < stage.clock.now_ms()


@pytest.mark.parametrize("status", ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING"])
def test_what_has_not_started_has_no_start(stage: Stage, status: str) -> None:
    """Before RUNNING there is neither a start nor a log stream, though the model calls the start required."""
    detail = stage.describe(stage.add(status=status))
    assert "startedAt" not in detail
    assert "logStreamName" not in detail["container"]


def test_unknown_and_hidden_jobs_are_dropped(stage: Stage) -> None:
    """Unknown, malformed, expired and just submitted ids are left out without a word."""
    known, hidden, forgotten = (stage.add() for _ in range(3))
    stage.world.hide_for(hidden, 5)
    stage.world.forget(forgotten)
    asked = [NOBODY, "nonsense", hidden, forgotten, known]
    assert [job["jobId"] for job in stage.client.describe_jobs(jobs=asked)["jobs"]] == [known]
    stage.clock.advance(5)
    assert len(stage.client.describe_jobs(jobs=asked)["jobs"]) == 2


def test_each_job_comes_once_in_another_order(stage: Stage) -> None:
    """A job asked for twice comes once, and the order is not that of the request."""
    job_ids = stage.world.add_jobs("q", "job", 20)
    jobs = stage.client.describe_jobs(jobs=job_ids + job_ids)["jobs"]
    described = [job["jobId"] for job in jobs]
    assert sorted(described) == sorted(job_ids)
    assert described != job_ids


def test_100_jobs_are_the_most(stage: Stage) -> None:
    """The 101st id refuses the call, with AWS's own sentence."""
    assert stage.client.describe_jobs(jobs=[NOBODY] * 100)["jobs"] == []
    with pytest.raises(ClientError) as caught:
        stage.client.describe_jobs(jobs=[NOBODY] * 101)
    assert caught.value.response["Error"] == {
        "Code": "ClientException",
        "Message": "Maximum number of jobs supported is  100 .",
    }


def test_arrays_and_nodes_have_their_own_members(stage: Stage) -> None:
    """Parents have sizes and counts, children and nodes their index, and nodes of a job say who leads."""
    parent, multi = stage.add(array_size=2), stage.add(num_nodes=2)
    assert stage.describe(parent)["arrayProperties"]["statusSummary"]["RUNNING"] == 2
    assert stage.describe(f"{parent}:1")["arrayProperties"] == {"index": 1}
    assert stage.describe(multi)["nodeProperties"]["numNodes"] == 2
    assert "container" not in stage.describe(multi)
    assert stage.describe(f"{multi}#0")["nodeDetails"] == {"nodeIndex": 0, "isMainNode": True}


def test_a_retry_keeps_the_attempts(stage: Stage) -> None:
    """A job that goes back to RUNNABLE has its past attempt, each with a log stream of its own."""
    job_id = stage.add(attempts=3)
    stage.world.schedule(1, job_id, "RUNNABLE")
    stage.world.schedule(2, job_id, "RUNNING")
    stage.world.schedule(3, job_id, "SUCCEEDED")
    stage.clock.advance(1)
    assert "startedAt" not in stage.describe(job_id)
    stage.clock.advance(2)
    first, second = stage.describe(job_id)["attempts"]
    assert (first["container"]["exitCode"], second["container"]["exitCode"]) == (1, 0)
    assert first["container"]["logStreamName"] != second["container"]["logStreamName"]


def test_queues_go_by_name_or_arn_or_all(stage: Stage) -> None:
    """Queues are found by either, unknown ones are dropped, and without names all are described."""
    stage.world.add_queue("off", state="DISABLED", priority=7)
    (queue,) = stage.client.describe_job_queues(jobQueues=["off", Place().queue_arn("off"), "nowhere"])["jobQueues"]
    assert (queue["jobQueueName"], queue["jobQueueArn"]) == ("off", Place().queue_arn("off"))
    assert (queue["state"], queue["status"], queue["priority"]) == ("DISABLED", "VALID", 7)
    assert [one["jobQueueName"] for one in stage.client.describe_job_queues()["jobQueues"]] == ["off", "q"]
    assert stage.call("DescribeJobQueues", jobQueues=["nowhere"]).json == {"jobQueues": []}


def test_queues_come_in_pages(stage: Stage) -> None:
    """Pages of queues have up to 100, in the order of their names, and give each once."""
    for number in range(120):
        stage.world.add_queue(f"queue-{number:03d}")
    pages = list(stage.client.get_paginator("describe_job_queues").paginate())
    assert [len(page["jobQueues"]) for page in pages] == [100, 21]
    small = stage.client.get_paginator("describe_job_queues").paginate(PaginationConfig={"PageSize": 50})
    names = [queue["jobQueueName"] for page in small for queue in page["jobQueues"]]
    assert names == sorted(stage.world.ledger.queues)


@pytest.mark.parametrize("members", [{"maxResults": 0}, {"maxResults": 101}, {"nextToken": "nonsense"}])
def test_wrong_pages_of_queues_are_refused(stage: Stage, members: dict[str, object]) -> None:
    """A size outside 1 to 100 or a token of nobody is a ClientException."""
    assert stage.call("DescribeJobQueues", **members).code == "ClientException"
