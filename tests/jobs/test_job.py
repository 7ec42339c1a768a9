"""Jobs as AWS describes them, with all that it leaves out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.jobs.fastjson import from_json, to_json
from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.job import Job, JobStatus, job_from_aws
from batchnb.jobs.shapes import ContainerRun, Run
from batchnb.jobs.shapes.attempts import Attempt
from batchnb.jobs.shapes.bodies import JobKind
from batchnb.model.records import job_record

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


def test_the_figures_of_a_description_are_fields_of_the_job() -> None:
    """What a job needs stands in resourceRequirements, fractions of a vCPU included; no GPU among them is 0 GPUs."""
    needs = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
    job = described(resourceRequirements=needs, vcpus=0, memory=512, image="train:7")
    assert (job.kind, job.vcpus, job.memory, job.gpus, job.image) == (JobKind.CONTAINER, 0.25, 512, 0, "train:7")


def test_figures_that_are_not_there_are_not_known() -> None:
    """The older fields have 0 where they are not used: a job that says nothing else needs nobody knows what."""
    job = described(vcpus=0, memory=0, image="train:7")
    assert (job.vcpus, job.memory, job.gpus) == (None, None, None)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_an_odd_requirement_is_not_known(value: object) -> None:
    """A number that is none, or none that a machine could have, does not break a listing, and is not guessed at."""
    needs = [{"type": "VCPU", "value": value}, {"type": "MEMORY", "value": value}, {"type": "GPU", "value": value}]
    job = described(resourceRequirements=needs, vcpus=4, memory=1024)
    assert (job.vcpus, job.memory, job.gpus) == (None, None, None)


@settings(deadline=None)
@given(requirements)
def test_no_requirement_breaks_a_listing(needs: list[Any]) -> None:
    """Whatever stands in resourceRequirements, the job is read, and a number of it is one to reckon with."""
    job = described(resourceRequirements=needs)
    assert job.vcpus is None or 0 <= job.vcpus < float("inf")


# --- what a summary tells -----------------------------------------------------------------------------------------


def usage(unit: object, quantity: object) -> dict[str, Any]:
    """Return the part of a summary that says what a job uses."""
    return {"capacityUsage": [{"capacityUnit": unit, "quantity": quantity}]}


@pytest.mark.parametrize(
    ("unit", "quantity", "kind", "vcpus"),
    [
        ("VCPU", 8.0, None, 8.0),
        ("VCPU", 0.25, None, 0.25),
        ("vCPU", 2, None, 2.0),
        ("cpu", 0.5, JobKind.EKS, 0.5),
        ("cpu", 0.0, JobKind.EKS, None),
        ("VCPU", 0.0, None, None),
        ("VCPU", None, None, None),
        ("VCPU", True, None, None),
        ("VCPU", -1.0, None, None),
        ("VCPU", float("nan"), None, None),
        ("VCPU", float("inf"), None, None),
        ("VCPU", [], None, None),
        ("GPU", 4.0, None, None),
        (None, 4.0, None, None),
        ([], 4.0, None, None),
    ],
)
def test_a_summary_tells_vcpus(unit: object, quantity: object, kind: JobKind | None, vcpus: float | None) -> None:
    """By its capacityUsage, whose unit tells EKS from the rest; 0 is not what a job needs, and is not known."""
    for _ in range(2):  # the second time from what is remembered
        job = job_from_aws({**LEAST, **usage(unit, quantity)})
        assert (job.kind, job.vcpus, job.memory, job.gpus, job.evidence) == (kind, vcpus, None, None, None)


@pytest.mark.parametrize("odd", [[], [None], ["VCPU"], "VCPU", [[]], [{}], {"capacityUnit": "VCPU"}, 7])
def test_an_odd_usage_breaks_nothing(odd: object) -> None:
    """Whatever stands in its place, the job is listed."""
    job = job_from_aws({**LEAST, "capacityUsage": odd})
    assert (job.kind, job.vcpus) == (None, None)


def test_the_usage_is_found_among_several() -> None:
    """The entry in vCPU counts, wherever it stands, and each summary is read by itself."""
    for quantity in (2.0, 4.0):
        given = [{"capacityUnit": "GPU", "quantity": 1.0}, {"capacityUnit": "VCPU", "quantity": quantity}]
        assert job_from_aws({**LEAST, "capacityUsage": given}).vcpus == quantity


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"arrayProperties": {"size": 5}}, JobKind.ARRAY),
        ({"nodeProperties": {"numNodes": 3}}, JobKind.MULTI_NODE),
    ],
)
def test_what_arrays_and_multi_node_jobs_use_is_not_known_from_a_summary(part: dict[str, Any], kind: JobKind) -> None:
    """Their kind is; what the usage of a parent means, AWS does not say."""
    job = job_from_aws({**LEAST, **usage("VCPU", 96.0), **part})
    assert (job.kind, job.vcpus) == (kind, None)


def test_children_and_nodes_have_a_usage_of_their_own() -> None:
    """A child of an array, and a node, is a job like another."""
    child = job_from_aws({**LEAST, **usage("cpu", 2.0), "arrayProperties": {"index": 1}})
    assert (child.kind, child.vcpus) == (JobKind.EKS, 2.0)
    node = {"isMainNode": True, "nodeIndex": 0, "numNodes": 3}
    job = job_from_aws({**LEAST, "jobId": "1#0", **usage("VCPU", 4.0), "nodeProperties": node})
    assert (job.kind, job.vcpus) == (None, 4.0)


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
    ran = ContainerRun(None, 137, "OutOfMemoryError", "log")
    assert job_from_aws({**LEAST, "attempts": attempts}).attempts == (
        Attempt(137, "OutOfMemoryError", "log", status_reason="exited", run=Run((ran,))),
        Attempt(reason="Host EC2 terminated", started_at=1, stopped_at=2, status_reason="Host EC2 terminated"),
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


@pytest.mark.bulk
@pytest.mark.parametrize("status", list(JobStatus))
def test_summary_and_description_agree(emulator: local.LocalBatch, gateway: Gateway, status: JobStatus) -> None:
    """What a listing and DescribeJobs both say of a job is the same, over the wire."""
    job_id = emulator.world.add_job("train", "sweep", status=status, share="a", tags={"team": "ml"}, gpus=1)
    (listed,) = gateway.list_page({"jobQueue": "train"}, status=status, job_queue="train").jobs
    full = gateway.describe([job_id])[job_id]
    assert full.tags == (("team", "ml"),)
    assert (full.vcpus, full.memory, full.gpus) == (1.0, 2048, 1)
    same = ("job_id", "job_name", "status", "created_at", "started_at", "stopped_at", "job_queue", "exit_code", "vcpus")
    for name in same:
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


MEMBERS = [
    *("status", "statusReason", "createdAt", "startedAt", "stoppedAt", "jobDefinition", "shareIdentifier", "jobArn"),
    *("isTerminated", "isCancelled", "arrayProperties", "nodeProperties", "container", "jobQueue", "tags", "attempts"),
    "dependsOn",
]
OF_OTHER_SHAPES = ["capacityUsage", "ecsProperties", "eksProperties", "eksAttempts", "parameters", "timeout"]
INNER = [
    *("size", "index", "statusSummary", "jobId", "exitCode", "RUNNING", "numNodes", "capacityUnit", "quantity", "type"),
    *("vcpus", "memory", "image", "name", "reason", "resourceRequirements", "value", "podProperties", "taskProperties"),
    *("containers", "nodeRangeProperties", "targetNodes", "container", "startedAt", "attemptDurationSeconds"),
]
"""Names of members of those, some of them in the wrong place."""
anything = st.recursive(
    odd
    | st.just("RUNNING")
    | st.integers(-(2**70), 2**70)
    | st.sampled_from([10**15, 2**31, -1, 1.5e12, 1e300, 2**64, 10**400, -0.0, True]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(INNER), inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@example([{"container": {"size": float("inf")}}])
@example([{"container": {"size": 2**64}}, {"container": {"size": [2**64], "image": "\ud800"}}])
@example([{"container": {"size": 10**400}}, {"nodeProperties": {"numNodes": 2**64}}])
@example([{"nodeProperties": {"numNodes": float("nan")}}, {"nodeProperties": {"numNodes": True}}])
@example([{"ecsProperties": None, "parameters": [None], "capacityUsage": [{"capacityUnit": "VCPU", "quantity": 2}]}])
@example([{"container": {"size": float("nan"), "exitCode": 1, "image": "train:3"}}])
@given(st.lists(st.dictionaries(st.sampled_from(MEMBERS + OF_OTHER_SHAPES), anything), min_size=1, max_size=4))
def test_whatever_stands_in_a_member_costs_that_member(answers: list[dict[str, Any]]) -> None:
    """A job with odd values is read, shown as a row, written down, and read again as it was."""
    jobs = [job_from_aws({**LEAST, **answer}) for answer in answers]
    assert len(frame_of_jobs(jobs, tags=True)) == len(jobs)
    for job in jobs:
        assert job_from_aws(from_json(to_json(job_record(job)))) == job
        assert job.live_children >= 0


@settings(deadline=None)
@given(st.sampled_from(MEMBERS), anything)
def test_an_odd_member_does_not_cost_the_others(member: str, value: object) -> None:
    """All that can be read of a job is read, whatever stands beside it."""
    sound = {
        "status": "RUNNING", "statusReason": "why", "createdAt": 1, "startedAt": 2, "stoppedAt": 3, "jobArn": "arn",
        "jobDefinition": "d", "shareIdentifier": "s", "isTerminated": True, "isCancelled": True, "jobQueue": "q",
        "arrayProperties": {"size": 2, "index": 1, "statusSummary": {"RUNNING": 2}}, "nodeProperties": {"numNodes": 2},
        "container": {"exitCode": 1, "image": "i", "logStreamName": "l", "vcpus": 2, "memory": 3},
        "tags": {"a": "b"}, "attempts": [{"startedAt": 1}], "dependsOn": [{"jobId": "x", "type": "N_TO_N"}],
    }  # fmt: skip
    whole = job_from_aws({**LEAST, **sound})
    without = job_from_aws({**LEAST, **{name: one for name, one in sound.items() if name != member}})
    odd_one = job_from_aws({**LEAST, **sound, member: value})
    for name in Job._fields:
        assert getattr(odd_one, name) == getattr(whole, name) or getattr(without, name) != getattr(whole, name), name


def test_a_tag_that_cannot_be_read_is_a_tag() -> None:
    """A guard that protects a job by the key of a tag does so whatever its value is."""
    assert job_from_aws({**LEAST, "tags": {"keep": 7}}).tags == (("keep", ""),)
