"""Listings that are narrowed by a search: the right jobs, no description that is not needed, and nothing guessed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from batchnb import local
from batchnb.api import list_jobs
from batchnb.aws.connect import set_default_endpoint
from batchnb.aws.relist import remembered
from batchnb.errors import InputError, RefusedError
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.narrow import narrow
from batchnb.jobs.search.listed import read_listing_query

Start = Callable[..., local.LocalBatch]
NOW = 1_795_568_280_000
HOUR = 3600


@pytest.fixture
def tonight(start: Start) -> local.LocalBatch:
    """Return an emulator that is the default, with jobs of several kinds, whose ages count from now."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_queue("etl")
        world.add_job(
            "train", "sweep-0", created_ago=7 * HOUR, definition="train-sweep:7", tags={"team": "vision"}, vcpus=8
        )
        world.add_job("train", "sweep-1", created_ago=6 * HOUR, definition="train-sweep:70", vcpus=2, memory=16384)
        world.add_job(
            "train", "sweep-prod", created_ago=5 * HOUR, definition="train-prod:31", tags={"keep": "yes"}, gpus=1
        )
        world.add_job("train", "array", array_size=2, created_ago=4 * HOUR)
        world.add_job("etl", "stuck", status="RUNNABLE", created_ago=3 * HOUR, tags={"team": "vision"})
        world.add_job("etl", "broken", status="FAILED", created_ago=2 * HOUR, exit_code=137)
        world.add_job("etl", "done", status="SUCCEEDED", created_ago=HOUR, exit_code=0)

    emulator = start(fill, clock=local.ManualClock(round(time.time() * 1000)))
    set_default_endpoint(emulator.endpoint_url)
    return emulator


def described(emulator: local.LocalBatch) -> list[int]:
    """Return how many jobs each call of DescribeJobs asked about."""
    return [len(call.request["jobs"]) for call in emulator.calls if call.operation == "DescribeJobs"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sweep", ["sweep-0", "sweep-1", "sweep-prod"]),
        ("sweep -prod", ["sweep-0", "sweep-1"]),
        ("name:sweep-?", ["sweep-0", "sweep-1"]),
        ("name:/^sweep-\\d$/", ["sweep-0", "sweep-1"]),
        ("definition:train-sweep", ["sweep-0", "sweep-1"]),
        ("definition:train-sweep:7", ["sweep-0"]),
        ("age:>4.5h -definition:train-prod", ["sweep-0", "sweep-1"]),
        ("queue:etl", ["stuck"]),
        ("status:active queue:etl", ["stuck"]),
        ("status:ended", ["broken", "done"]),
        ("status:failed", ["broken"]),
        ("exit:137", ["broken"]),
        ("-exit:137 status:ended", ["done"]),
        ("tries:>=1 status:failed", ["broken"]),
        ("waiting:>1h", ["stuck"]),
        ("status:running", ["sweep-0", "sweep-1", "sweep-prod", "array"]),
        ("-status:running", ["stuck"]),
        ("array:>=2", ["array"]),
        ("tag:team=vision", ["sweep-0", "stuck"]),
        ("tag:team=vision status:running", ["sweep-0"]),
        ("-tag:team", ["sweep-1", "sweep-prod", "array"]),
        ("-tag:*", ["sweep-1", "array"]),
        ("vcpu:>4", ["sweep-0"]),
        ("memory:>=16GiB", ["sweep-1"]),
        ("gpu:1", ["sweep-prod"]),
        ("isterminated:true", []),
    ],
)
def test_a_query_finds_what_it_says(tonight: local.LocalBatch, query: str, expected: list[str]) -> None:
    """A search of a listing finds the jobs that the picker would, oldest first, in the statuses that it asks for."""
    assert list(list_jobs(query=query).jobName) == expected
    assert tonight.running


def test_a_query_narrows_the_other_selectors(tonight: local.LocalBatch) -> None:
    """All that is given has to hold, and `status` decides which jobs are listed where it is given."""
    assert list(list_jobs(queues="train", query="-prod", older_than="5h").jobName) == [
        "sweep-0",
        "sweep-1",
    ]
    assert list(list_jobs(status="active", query="status:failed").jobName) == []
    assert list(list_jobs(status="all", query="-sweep queue:etl").jobName) == ["stuck", "broken", "done"]
    assert tonight.running


@pytest.mark.parametrize("query", ["status:running", "status:runnable,failed", "status:ended"])
def test_a_query_for_statuses_lists_what_the_statuses_list(tonight: local.LocalBatch, query: str) -> None:
    """`query="status:running"` is `status="running"`, arrays with such a child included."""
    names = query.removeprefix("status:").split(",")
    wanted = ["SUCCEEDED", "FAILED"] if names == ["ended"] else names
    assert list(list_jobs(query=query).jobId) == list(list_jobs(status=wanted).jobId)
    assert tonight.running


def test_a_query_for_a_tag_shows_the_tags(tonight: local.LocalBatch) -> None:
    """As `tags=` does: the same jobs, with their tags."""
    found, same = list_jobs(query="tag:team=vision"), list_jobs(tags={"team": "vision"})
    assert list(found.jobId) == list(same.jobId)
    assert list(found.tags) == list(same.tags) == [{"team": "vision"}] * 2
    assert "tags" not in list_jobs(query="sweep")
    assert tonight.running


def test_only_jobs_that_the_other_terms_leave_are_described(tonight: local.LocalBatch) -> None:
    """A term about tags costs no more descriptions than there are jobs that it can decide about."""
    assert list(list_jobs(query="name:sweep-? tag:team=vision").jobName) == ["sweep-0"]
    assert described(tonight) == [2]
    tonight.calls.clear()
    assert list(list_jobs(query="sweep age:>1h -prod").jobName) == ["sweep-0", "sweep-1"]
    assert list(list_jobs(query="exit:137").jobName) == ["broken"]
    assert described(tonight) == []


def test_many_jobs_are_described_a_hundred_a_call(tonight: local.LocalBatch) -> None:
    """250 jobs are three calls."""
    tonight.world.add_jobs("train", "many", 250, status="RUNNABLE", tags={"team": "x"})
    assert len(list_jobs(query="name:many-* tag:team=x")) == 250
    assert sorted(described(tonight)) == [50, 100, 100]


def test_the_limit_is_of_what_is_found(tonight: local.LocalBatch) -> None:
    """`limit` keeps the oldest of those that match, and says how many of them it leaves out."""
    frame = list_jobs(query="sweep -prod", limit=1)
    assert (list(frame.jobName), frame.attrs["left_out"]) == (["sweep-0"], 1)
    assert frame.attrs["listed_by"] == "query='sweep -prod', limit=1, which left out 1 job"
    assert tonight.running


def test_a_listing_by_a_query_can_be_made_again(tonight: local.LocalBatch) -> None:
    """What a picker lists anew is narrowed by the same search."""
    made = remembered(list_jobs(query="sweep -prod"))
    assert made is not None
    assert made.wanted.query == read_listing_query("sweep -prod")
    assert tonight.running


@pytest.mark.parametrize(
    "query", ["", " ", "vcpus:>4", "age:>6", "status:run", "a OR b", "name:", "name:*", "cost:>1", 7]
)
def test_a_query_that_cannot_be_read_costs_no_call(tonight: local.LocalBatch, query: Any) -> None:
    """It is an error before anything is asked of AWS."""
    with pytest.raises(InputError, match=r"^query: "):
        list_jobs(query=query)
    assert tonight.calls == []


def test_what_cannot_be_described_is_not_left_out_without_a_word(tonight: local.LocalBatch) -> None:
    """Where AWS refuses the descriptions that a search needs, that is an error, and no shorter list."""
    tonight.faults.add(local.Fault(operation="DescribeJobs", kind="ClientException", message="Not today."))
    with pytest.raises(RefusedError, match=r"Not today\."):
        list_jobs(query="tag:team=vision")


# What is known of a job, and what is not


def job(number: int, **known: Any) -> Job:
    """Return a job of which this is known."""
    job_id = f"{number:08x}-2222-3333-4444-555555555555"
    return Job(**{"job_id": job_id, "job_name": f"job-{number}", "status": JobStatus.RUNNING, **known})


def found(jobs: list[Job], query: str, answers: Mapping[str, Job] | None = None) -> tuple[list[str], list[str]]:
    """Return the names of the jobs that match, and of those that were described."""
    asked: list[str] = []

    def describe(wanted: Iterable[Job]) -> Mapping[str, Job]:
        names = [one.job_name for one in wanted]
        asked.extend(names)
        return answers or {}

    return [one.job_name for one in narrow(jobs, read_listing_query(query), NOW, describe)], asked


def test_a_summary_that_leaves_something_out_is_described() -> None:
    """Where a summary does not tell whether a term holds, the description does."""
    jobs = [job(1), job(2, job_definition="train:7"), job(3, job_definition="etl:1")]
    answers = {jobs[0].job_id: job(1, job_definition="train:8", tags=())}
    assert found(jobs, "definition:train", answers) == (["job-1", "job-2"], ["job-1"])
    assert found(jobs, "-definition:train", answers) == (["job-3"], ["job-1"])


def test_what_nobody_knows_matches_nothing() -> None:
    """Neither a term nor its opposite: a job that AWS does not describe any more, and a figure that is missing."""
    jobs = [job(1), job(2, vcpus=8.0), job(3, tags=(), vcpus=None)]
    assert found(jobs, "vcpu:>4") == (["job-2"], ["job-1"])
    assert found(jobs, "-vcpu:>4") == ([], ["job-1"])
    assert found(jobs, "vcpu:0") == ([], ["job-1"])


def test_an_array_does_not_wait_while_a_child_runs() -> None:
    """AWS shows it PENDING; how its children are, a description tells where the summary does not."""
    pending = {"status": JobStatus.PENDING, "array_size": 2, "created_at": NOW - 3_600_000}
    jobs = [
        job(1, **pending),
        job(2, **pending, children=(("RUNNING", 1),)),
        job(3, **pending, children=(("RUNNABLE", 2),)),
    ]
    answers = {jobs[0].job_id: job(1, **pending, children=(("RUNNABLE", 1),), tags=())}
    assert found(jobs, "waiting:>30m", answers) == (["job-1", "job-3"], ["job-1"])
    assert found(jobs, "status:running", answers) == (["job-2"], ["job-1"])
    assert found(jobs, "-status:running", answers) == (["job-1", "job-3"], ["job-1"])
    assert found(jobs, "-running:>6h", answers) == (["job-1", "job-3"], ["job-1", "job-2"])
    assert found([job(4, status=JobStatus.FAILED, array_size=2)], "-status:running") == (["job-4"], [])


def test_the_order_stays() -> None:
    """Jobs that had to be described stand where they stood."""
    jobs = [job(1), job(2, vcpus=8.0), job(3)]
    answers = {one.job_id: one._replace(vcpus=16.0, tags=()) for one in jobs}
    assert found(jobs, "vcpu:>4", answers)[0] == ["job-1", "job-2", "job-3"]
    assert found([], "vcpu:>4") == ([], [])
