"""Jobs as AWS describes them, with all that it leaves out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws import Gateway
from batchnb.jobs import Attempt, Job, JobStatus, job_from_aws

LEAST = {"jobId": "11111111-2222-3333-4444-555555555555", "jobName": "sweep"}
ODD_VALUES: list[object] = ["", "many", "nan", "inf", "-inf", "1e999", " ", None, [], {}]

odd = st.one_of(st.none(), st.text(max_size=8), st.integers(), st.floats(), st.sampled_from(ODD_VALUES))
requirements = st.lists(
    st.one_of(st.none(), st.dictionaries(st.sampled_from(["type", "value", "x"]), odd | st.just("VCPU"))), max_size=4
)


def described(**container: Any) -> Job:
    """Return a job with this container."""
    return job_from_aws({**LEAST, "container": container})


def test_an_id_and_a_name_are_enough() -> None:
    """A summary with nothing but its id and name is a job of which nothing else is known."""
    assert job_from_aws(LEAST) == Job(job_id=LEAST["jobId"], job_name="sweep")


@pytest.mark.parametrize("missing", ["jobId", "jobName"])
def test_without_id_or_name_it_is_no_job(missing: str) -> None:
    """What has no id or no name is not taken for a job."""
    with pytest.raises(KeyError, match=missing):
        job_from_aws({name: value for name, value in LEAST.items() if name != missing})


@pytest.mark.parametrize("name", ["createdAt", "startedAt", "stoppedAt"])
def test_zero_is_no_time(name: str) -> None:
    """AWS answers 0 for a moment that has not come: it is not the year 1970, and no job is that old."""
    job = job_from_aws({**LEAST, name: 0, "attempts": [{name: 0}]})
    assert job.created_at is job.started_at is job.stopped_at is None
    assert job.attempts == (Attempt(),)


def test_an_unknown_status_is_no_status() -> None:
    """A status that AWS invents tomorrow does not break a listing."""
    assert job_from_aws({**LEAST, "status": "SCHEDULED"}).status is None
    assert not job_from_aws({**LEAST, "status": "SCHEDULED"}).has_started


def test_the_queue_is_the_one_described_or_the_one_listed() -> None:
    """DescribeJobs names the queue by ARN; of a summary only the caller knows it."""
    arn = "arn:aws-cn:batch:cn-north-1:123456789012:job-queue/train"
    assert job_from_aws({**LEAST, "jobQueue": arn}, job_queue="other").job_queue == "train"
    assert job_from_aws(LEAST, job_queue="other").job_queue == "other"


def test_no_tags_are_known_from_a_summary() -> None:
    """A summary says nothing of tags, which is not the same as to have none."""
    assert job_from_aws(LEAST).tags is None
    assert job_from_aws({**LEAST, "jobQueue": "q"}).tags == ()
    assert job_from_aws({**LEAST, "jobQueue": "q", "tags": {"b": "2", "a": "1"}}).tags == (("a", "1"), ("b", "2"))


def test_resources_are_read_from_their_requirements() -> None:
    """What a job needs stands in resourceRequirements, fractions of a vCPU included, before the older fields."""
    needs = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}, {"type": "GPU", "value": "2"}]
    job = described(resourceRequirements=needs, vcpus=4, memory=1024)
    assert (job.vcpus, job.memory, job.gpus) == (0.25, 512, 2)


def test_resources_of_old_jobs_are_read_from_the_older_fields() -> None:
    """Without requirements the older fields count, but not their 0, which means that they are not used."""
    job = described(vcpus=4, memory=1024)
    assert (job.vcpus, job.memory, job.gpus) == (4, 1024, None)
    assert described(vcpus=0, memory=0) == job_from_aws(LEAST)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_an_odd_requirement_falls_back_to_the_older_field(value: object) -> None:
    """A number that is none, or none that a machine could have, does not break a listing."""
    needs = [{"type": "VCPU", "value": value}, {"type": "MEMORY", "value": value}, {"type": "GPU", "value": value}]
    job = described(resourceRequirements=needs, vcpus=4, memory=1024)
    assert (job.vcpus, job.memory, job.gpus) == (4, 1024, None)


@settings(deadline=None)
@given(requirements)
def test_no_requirement_breaks_a_listing(needs: list[Any]) -> None:
    """Whatever stands in resourceRequirements, the job is read, and a number of it is one to reckon with."""
    job = described(resourceRequirements=needs)
    assert job.vcpus is None or 0 <= job.vcpus < float("inf")


def test_an_array_counts_its_children() -> None:
    """Of an array the children are counted by status; empty statuses and those unknown here are left out."""
    summary = {"RUNNING": 2, "FAILED": 3, "PENDING": 0, "SCHEDULED": 4}
    job = job_from_aws({**LEAST, "status": "PENDING", "arrayProperties": {"size": 9, "statusSummary": summary}})
    assert job.array_size == 9
    assert job.children == (("RUNNING", 2), ("FAILED", 3))
    assert job.live_children == 2
    assert job.has_started


@pytest.mark.parametrize("running", ["STARTING", "RUNNING"])
def test_an_array_has_started_when_a_child_has(running: str) -> None:
    """A PENDING array occupies machines as soon as one of its children does, and not before."""
    pending = {**LEAST, "status": "PENDING"}
    assert job_from_aws({**pending, "arrayProperties": {"size": 2, "statusSummary": {running: 1}}}).has_started
    assert not job_from_aws({**pending, "arrayProperties": {"size": 2, "statusSummary": {"RUNNABLE": 2}}}).has_started
    assert not job_from_aws({**pending, "arrayProperties": {"size": 2}}).has_started


def test_a_child_is_no_array() -> None:
    """The child of an array has an index, the first one 0, and a size of 0 is that of no array."""
    job = job_from_aws({**LEAST, "arrayProperties": {"size": 0, "index": 0, "statusSummary": {}}})
    assert (job.array_size, job.array_index, job.children) == (None, 0, ())


def test_attempts_tell_why_they_ended() -> None:
    """The container's reason comes before the attempt's, and everything in an attempt is optional."""
    attempts = [
        {
            "container": {"exitCode": 137, "reason": "OutOfMemoryError", "logStreamName": "log"},
            "statusReason": "exited",
        },
        {"startedAt": 1, "stoppedAt": 2, "statusReason": "Host EC2 terminated"},
        {},
    ]
    assert job_from_aws({**LEAST, "attempts": attempts}).attempts == (
        Attempt(exit_code=137, reason="OutOfMemoryError", log_stream="log"),
        Attempt(reason="Host EC2 terminated", started_at=1, stopped_at=2),
        Attempt(),
    )


def test_only_dependencies_on_jobs_count() -> None:
    """An array that runs its children one after the other depends on no job."""
    needed = [{"type": "SEQUENTIAL"}, {"jobId": "a"}, {"jobId": "b", "type": "N_TO_N"}]
    assert job_from_aws({**LEAST, "dependsOn": needed}).depends_on == ("a", "b")


@pytest.mark.parametrize("flag", ["isTerminated", "isCancelled"])
def test_a_job_is_stopping_once_either_flag_is_set(flag: str) -> None:
    """Nobody knows which flag AWS sets on a queued job: either counts."""
    assert job_from_aws({**LEAST, flag: True}).is_stopping
    assert not job_from_aws({**LEAST, flag: False}).is_stopping


def test_every_status_is_live_or_ended() -> None:
    """A job in one of five statuses may still change, in the order of its life; two are its end."""
    assert JobStatus.live() == ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
    assert [status for status in JobStatus if status.has_ended] == ["SUCCEEDED", "FAILED"]
    assert [status for status in JobStatus if status.has_started] == ["STARTING", "RUNNING"]


@pytest.mark.parametrize("status", list(JobStatus))
def test_summary_and_description_agree(emulator: local.LocalBatch, gateway: Gateway, status: JobStatus) -> None:
    """What a listing and DescribeJobs both say of a job is the same, over the wire."""
    job_id = emulator.world.add_job("train", "sweep", status=status, share="a", tags={"team": "ml"}, gpus=1)
    (listed,) = gateway.list_page({"jobQueue": "train"}, status=status, job_queue="train").jobs
    full = gateway.describe([job_id])[job_id]
    assert full.tags == (("team", "ml"),)
    assert (full.vcpus, full.memory, full.gpus) == (1.0, 2048, 1)
    for name in ("job_id", "job_name", "status", "created_at", "started_at", "stopped_at", "job_queue", "exit_code"):
        assert getattr(listed, name) == getattr(full, name), name


@pytest.mark.parametrize(
    ("answer", "tags"),
    [
        ({"tags": {"keep": "yes"}, "jobQueue": "train"}, (("keep", "yes"),)),
        ({"tags": {"keep": "yes"}}, (("keep", "yes"),)),
        ({"tags": {}, "jobQueue": "train"}, ()),
        ({"tags": None, "jobQueue": "train"}, ()),
        ({"jobQueue": "train"}, ()),
        ({}, None),
    ],
)
def test_tags_are_known_wherever_they_are_given(
    answer: dict[str, Any], tags: tuple[tuple[str, str], ...] | None
) -> None:
    """A job without its queue in the answer keeps its tags, by which a guard may protect it; a summary has none."""
    assert job_from_aws({"jobId": "id", "jobName": "name", **answer}).tags == tags
