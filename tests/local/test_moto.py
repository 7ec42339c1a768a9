"""A second opinion: moto's server, in the points where it is known to agree with AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from batchnb import local

from .shapes import faults_in
from .stage import post

NOBODY = "00000000-0000-4000-a000-000000000000"


class Side:
    """One of the two servers, with a queue `q` and jobs submitted through its API."""

    def __init__(self, name: str, url: str, region: str, queue_arn: str, definition: str) -> None:
        self.name = name
        self.url = url
        self.region = region
        self.queue_arn = queue_arn
        self.definition = definition
        self.client = client("batch", url, region)

    def submit(self, name: str, **more: Any) -> dict[str, Any]:
        """Submit a job to the queue."""
        return dict(self.client.submit_job(jobName=name, jobQueue="q", jobDefinition=self.definition, **more))


def client(service: str, url: str, region: str) -> Any:
    """Make a client that tries once."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=20),
    )


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    """Run moto's server on the loopback address; it would bind all addresses by itself."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


def moto_side(url: str) -> Side:
    """Prepare moto: it wants a role, a compute environment, a queue and a definition."""
    region = "eu-west-1"
    reset(url)
    batch = client("batch", url, region)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = client("iam", url, region).create_role(RoleName="batch", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    environment = batch.create_compute_environment(
        computeEnvironmentName="here", type="UNMANAGED", state="ENABLED", serviceRole=role
    )
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    queue = batch.create_job_queue(jobQueueName="q", state="ENABLED", priority=3, computeEnvironmentOrder=order)
    container = {"image": "busybox", "vcpus": 1, "memory": 128}
    batch.register_job_definition(jobDefinitionName="def", type="container", containerProperties=container)
    return Side("moto", url, region, queue["jobQueueArn"], "def")


def reset(url: str) -> None:
    """Empty moto, whose state is shared by all tests of the process, and keep it from looking for Docker."""
    assert post(url, "/moto-api/reset", b"").status == 200
    assert post(url, "/moto-api/config", b'{"batch": {"use_docker": false}}').status == 201


@pytest.fixture(params=["moto", "ours"])
def side(request: pytest.FixtureRequest, moto_url: str) -> Iterator[Side]:
    """Each test is told to both."""
    if request.param == "moto":
        yield moto_side(moto_url)
        return
    with local.start(clock=local.ManualClock()) as handle:
        arn = handle.world.add_queue("q", priority=3)
        handle.world.add_definition("def:1")
        yield Side("ours", handle.endpoint_url, handle.region, arn, "def")


def test_an_unknown_id_answers_200(side: Side) -> None:
    """Terminating or cancelling what is not there is no error."""
    for call in (side.client.terminate_job, side.client.cancel_job):
        assert call(jobId=NOBODY, reason="x")["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_unknown_jobs_are_dropped(side: Side) -> None:
    """DescribeJobs leaves out what it does not know."""
    job_id = side.submit("job")["jobId"]
    assert [one["jobId"] for one in side.client.describe_jobs(jobs=[NOBODY, job_id])["jobs"]] == [job_id]


@pytest.mark.parametrize(
    ("value", "names"), [("test1", {"test1", "Test1"}), ("TEST1*", {"test1", "Test1", "test10"}), ("no*", set())]
)
def test_names_match_alike(side: Side, value: str, names: set[str]) -> None:
    """The JOB_NAME filter ignores case and heeds a last asterisk."""
    for name in ("test1", "Test1", "test10", "other"):
        side.submit(name)
    filters = [{"name": "JOB_NAME", "values": [value]}]
    found = side.client.list_jobs(jobQueue="q", filters=filters)["jobSummaryList"]
    assert {one["jobName"] for one in found} == names


def test_a_queue_is_described_alike(side: Side) -> None:
    """A queue is found by name and by ARN, unknown ones are dropped, and the main members agree."""
    for asked in ("q", side.queue_arn):
        (queue,) = side.client.describe_job_queues(jobQueues=[asked, "nowhere"])["jobQueues"]
        shown = {name: queue[name] for name in ("jobQueueName", "state", "status", "priority")}
        assert shown == {"jobQueueName": "q", "state": "ENABLED", "status": "VALID", "priority": 3}
        assert queue["jobQueueArn"].endswith(":job-queue/q")
        assert [one["order"] for one in queue["computeEnvironmentOrder"]] == [1]


def test_an_unknown_queue_is_refused(side: Side) -> None:
    """Listing a queue that is not there is a ClientException."""
    with pytest.raises(side.client.exceptions.ClientException):
        side.client.list_jobs(jobQueue="nowhere")


def test_submitted_jobs_are_described_alike(side: Side) -> None:
    """What was submitted is what is described: name, queue, definition, tags, dependencies."""
    first = side.submit("first")
    second = side.submit("second", dependsOn=[{"jobId": first["jobId"]}], tags={"a": "b"})
    assert second["jobArn"].endswith(f":job/{second['jobId']}")
    (job,) = side.client.describe_jobs(jobs=[second["jobId"]])["jobs"]
    assert (job["jobName"], job["jobQueue"], job["jobArn"]) == ("second", side.queue_arn, second["jobArn"])
    assert [one["jobId"] for one in job["dependsOn"]] == [first["jobId"]]
    assert job["jobDefinition"].rpartition("/")[2] == "def:1"
    assert job["tags"] == {"a": "b"}


def test_arrays_have_their_children_alike(side: Side) -> None:
    """An array's size and counts are where both say they are, and children are `PARENT:index`."""
    parent = side.submit("array", arrayProperties={"size": 2})["jobId"]
    (job,) = side.client.describe_jobs(jobs=[parent])["jobs"]
    assert job["arrayProperties"]["size"] == sum(job["arrayProperties"]["statusSummary"].values()) == 2
    assert set(job["arrayProperties"]["statusSummary"]) == set(local.Status)
    (child,) = side.client.describe_jobs(jobs=[f"{parent}:1"])["jobs"]
    assert child["jobId"] == f"{parent}:1"


def test_times_are_milliseconds(side: Side) -> None:
    """Both count in milliseconds since the epoch."""
    job_id = side.submit("job")["jobId"]
    (job,) = side.client.describe_jobs(jobs=[job_id])["jobs"]
    assert 1_700_000_000_000 < job["createdAt"] < 3_000_000_000_000


def test_our_members_are_a_superset_of_what_both_must_have(side: Side) -> None:
    """Both summaries have an id, a name, a status, a creation time and an ARN; ours fits the model, too."""
    side.submit("job")
    filters = [{"name": "JOB_NAME", "values": ["*"]}]
    answer = side.client.list_jobs(jobQueue="q", filters=filters)
    assert {"jobId", "jobName", "jobArn", "status", "createdAt"} <= set(answer["jobSummaryList"][0])
    if side.name == "ours":
        assert faults_in("ListJobs", {"jobSummaryList": answer["jobSummaryList"]}) == []
