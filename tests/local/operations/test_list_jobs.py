"""ListJobs, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.local.operations import list_jobs
from batchnb.local.operations.fields import Fields
from batchnb.local.world.place import Place
from tests.local.stage import LIVE, Stage

ALL = (*LIVE, "SUCCEEDED", "FAILED")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"jobQueue": "q", "arrayJobId": "00000000-0000-4000-a000-000000000000"},
        {"jobQueue": "nowhere"},
        {"jobQueue": "arn:aws:batch:us-east-1:123456789012:job-queue/q"},
        {"jobQueue": "q", "jobStatus": "SCHEDULED"},
        {"jobQueue": "q", "maxResults": 0},
        {"jobQueue": "q", "maxResults": "10"},
        {"jobQueue": "q", "nextToken": "nonsense"},
        {"jobQueue": "q", "nextToken": "bm9uc2Vuc2U="},
        {"arrayJobId": "nonsense"},
        {"jobQueue": 7},
    ],
)
def test_what_is_wrong_is_refused(stage: Stage, members: dict[str, Any]) -> None:
    """A request that names no one source, or a wrong queue, status, size or token, is a ClientException."""
    answer = stage.call("ListJobs", **members)
    assert (answer.status, answer.code) == (400, "ClientException")


def test_no_status_means_running(stage: Stage) -> None:
    """Without jobStatus only RUNNING jobs are listed."""
    by_status = {status: stage.add(status=status) for status in ALL}
    assert stage.listed() == [by_status["RUNNING"]]
    for status, job_id in by_status.items():
        assert stage.listed(jobStatus=status) == [job_id]


def test_a_queue_goes_by_name_or_arn(stage: Stage) -> None:
    """Both forms list the same jobs, and only those of that queue."""
    stage.world.add_queue("other")
    stage.world.add_job("other", "job")
    job_id = stage.add()
    assert stage.listed(jobQueue="q") == stage.listed(jobQueue=Place().queue_arn("q")) == [job_id]


@pytest.mark.parametrize(("asked", "sizes"), [(None, [1000, 5]), (400, [400, 400, 205]), (5000, [1000, 5])])
def test_pages_have_up_to_1000_jobs(stage: Stage, asked: int | None, sizes: list[int]) -> None:
    """By status a page has up to 1,000 jobs, however many are asked for, and no token comes with the last."""
    job_ids = stage.world.add_jobs("q", "job", 1005)
    pages = stage.pages(**({} if asked is None else {"maxResults": asked}))
    assert [len(page) for page in pages] == sizes
    assert sorted(one["jobId"] for page in pages for one in page) == sorted(job_ids)


def test_filtered_pages_have_up_to_100_jobs(stage: Stage) -> None:
    """With a filter a page has up to 100 jobs, however many are asked for."""
    stage.world.add_jobs("q", "job", 250)
    by_name = [{"name": "JOB_NAME", "values": ["job*"]}]
    assert [len(page) for page in stage.pages(filters=by_name, maxResults=1000)] == [100, 100, 50]


def test_a_full_last_page_has_no_token(stage: Stage) -> None:
    """When the jobs end with the page there is nothing to go on with."""
    stage.world.add_jobs("q", "job", 20)
    assert [len(page) for page in stage.pages(maxResults=10)] == [10, 10]


def test_a_token_belongs_to_its_request(stage: Stage) -> None:
    """A token of one query is refused by another."""
    stage.world.add_jobs("q", "job", 3)
    token = stage.call("ListJobs", jobQueue="q", maxResults=1).json["nextToken"]
    answer = stage.call("ListJobs", jobQueue="q", jobStatus="FAILED", nextToken=token)
    assert (answer.status, answer.code) == (400, "ClientException")


def test_a_summary_has_neither_queue_nor_tags(stage: Stage) -> None:
    """A summary says what the job is and when, and leaves queue and tags to DescribeJobs."""
    job_id = stage.add("name", tags={"a": "b"}, share="team", vcpus=4, definition="train:7")
    ((summary,),) = stage.pages()
    assert summary == {
        "jobArn": stage.world.job(job_id).job_arn,
        "jobId": job_id,
        "jobName": "name",
        "createdAt": stage.clock.now_ms() - 3_600_000,
        "startedAt": stage.clock.now_ms() - 3_240_000,
        "status": "RUNNING",
        "jobDefinition": "arn:aws:batch:local-1:000000000000:job-definition/train:7",
        "shareIdentifier": "team",
        "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 4.0}],
    }


def test_summaries_can_be_sparse(stage: Stage) -> None:
    """A switch leaves out every optional member."""
    job_id = stage.add("name")
    stage.world.sparse_summaries = True
    assert stage.pages() == [[{"jobId": job_id, "jobName": "name"}]]


def test_array_children_are_listed_by_their_parent(stage: Stage) -> None:
    """The queue lists the parent, as PENDING with its counts; arrayJobId lists children by the same rules."""
    states = ["RUNNING", "RUNNABLE", "FAILED", "RUNNING"]
    parent = stage.add("sweep", array_size=4, child_status=states)
    assert stage.listed() == []
    ((summary,),) = stage.pages(jobStatus="PENDING")
    assert summary["jobId"] == parent
    counts = summary["arrayProperties"]["statusSummary"]
    assert {name: number for name, number in counts.items() if number} == {"RUNNING": 2, "RUNNABLE": 1, "FAILED": 1}
    assert summary["arrayProperties"]["size"] == 4
    assert sorted(stage.listed(arrayJobId=parent)) == [f"{parent}:0", f"{parent}:3"]
    assert stage.listed(arrayJobId=parent, jobStatus="FAILED") == [f"{parent}:2"]
    ((child,),) = stage.pages(arrayJobId=parent, jobStatus="RUNNABLE")
    assert child["arrayProperties"] == {"index": 1}


def test_filters_do_not_touch_children(stage: Stage) -> None:
    """A filter on an array's children is ignored, and so is none of their statuses."""
    parent = stage.add("sweep", array_size=2)
    by_name = [{"name": "JOB_NAME", "values": ["nobody"]}]
    assert len(stage.listed(arrayJobId=parent, filters=by_name)) == 2
    assert stage.listed(arrayJobId=parent, filters=by_name, jobStatus="FAILED") == []


def test_nodes_are_listed_by_their_job(stage: Stage) -> None:
    """The queue lists a multi-node job once; multiNodeJobId lists its nodes, which share its fate."""
    job_id = stage.add("mpi", num_nodes=3)
    ((summary,),) = stage.pages()
    assert summary["nodeProperties"] == {"numNodes": 3}
    ((two, one, zero),) = stage.pages(multiNodeJobId=job_id)
    assert [node["jobId"] for node in (zero, one, two)] == [f"{job_id}#{number}" for number in range(3)]
    assert zero["nodeProperties"] == {"isMainNode": True, "nodeIndex": 0}
    assert two["nodeProperties"] == {"isMainNode": False, "nodeIndex": 2}
    stage.terminate(job_id)
    stage.clock.advance(30)
    assert len(stage.listed(multiNodeJobId=job_id, jobStatus="FAILED")) == 3


def test_an_unknown_array_has_no_children(stage: Stage) -> None:
    """An array that is not there has none; a job that is no array is refused."""
    assert stage.listed(arrayJobId="00000000-0000-4000-a000-000000000000") == []
    assert stage.call("ListJobs", arrayJobId=stage.add()).code == "ClientException"


def test_a_forgotten_job_is_listed_no_more(stage: Stage) -> None:
    """When its record expires a job is gone from every list, in the midst of the pages too."""
    job_ids = stage.world.add_jobs("q", "job", 4)
    token = stage.call("ListJobs", jobQueue="q", maxResults=2).json["nextToken"]
    stage.world.forget(job_ids[2])
    stage.world.forget(job_ids[1])
    rest = stage.call("ListJobs", jobQueue="q", maxResults=2, nextToken=token).json
    assert [one["jobId"] for one in rest["jobSummaryList"]] == [job_ids[0]]


def test_a_job_on_its_way_can_slip_through(stage: Stage) -> None:
    """The race the service has: a job that goes back after its state was listed is in neither list."""
    job_id = stage.add(attempts=3)
    seen = stage.listed(jobStatus="RUNNABLE")
    stage.world.schedule(1, job_id, "RUNNABLE")
    stage.clock.advance(1)
    assert job_id not in seen + stage.listed(jobStatus="RUNNING")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ages=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    moves=st.lists(st.tuples(st.integers(0, 39), st.sampled_from(ALL)), max_size=30),
    size=st.integers(1, 7),
)
def test_pages_give_each_job_once_while_jobs_move(ages: list[int], moves: list[tuple[int, str]], size: int) -> None:
    """Each job comes exactly once, newest first, whatever changes, ends or is added between two pages."""
    clock = local.ManualClock()
    world = local.World(clock)
    world.add_queue("q")
    job_ids = [world.add_job("q", "job", created_ago=age) for age in ages]
    members: dict[str, Any] = {
        "jobQueue": "q",
        "maxResults": size,
        "filters": [{"name": "JOB_NAME", "values": ["job"]}],
    }
    seen: list[dict[str, Any]] = []
    while True:
        world.settle()
        answer = list_jobs.list_jobs(world, Fields(members))
        seen += answer["jobSummaryList"]
        for number, status in moves[len(seen) % 5 :: 5]:
            world.schedule(0, job_ids[number % len(job_ids)], status)
        clock.advance(1)
        world.add_job("q", "job", created_ago=0)
        if "nextToken" not in answer:
            break
        members["nextToken"] = answer["nextToken"]
    assert sorted(one["jobId"] for one in seen) == sorted(job_ids)
    assert [one["createdAt"] for one in seen] == sorted((one["createdAt"] for one in seen), reverse=True)
