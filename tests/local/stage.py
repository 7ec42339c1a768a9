"""An emulator with a queue, a clock that the test moves, a boto3 client, and the bare wire."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from .shapes import faults_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_batch import BatchClient

    from batchnb import local

LIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
HEADERS = {"Authorization": "AWS4-HMAC-SHA256 Credential=local", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body or b"{}")

    @property
    def code(self) -> str | None:
        """The error code, if it is one."""
        return self.headers.get("x-amzn-errortype")


def make_client(handle: local.LocalBatch, service: str = "batch") -> Any:
    """Make a boto3 client for an emulator that tries once and is patient for 5 s."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=handle.endpoint_url,
        region_name=handle.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=config,
    )


def post(url: str, path: str, body: bytes, headers: Mapping[str, str] = HEADERS, method: str = "POST") -> Answer:
    """Send one request over a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read())
    finally:
        connection.close()


class Stage:
    """What a test of the emulator needs. Answers of `call` are checked against botocore's model."""

    def __init__(self, handle: local.LocalBatch, clock: local.ManualClock) -> None:
        self.handle = handle
        self.clock = clock
        self.world = handle.world
        self.world.add_queue("q")
        self.client: BatchClient = cast("BatchClient", make_client(handle))

    def add(self, name: str = "job", **options: Any) -> str:
        """Add a job to the queue `q`."""
        return self.world.add_job("q", name, **options)

    def call(self, operation: str, **members: Any) -> Answer:
        """Call an operation over the bare wire."""
        body = json.dumps(members).encode()
        answer = post(self.handle.endpoint_url, f"/v1/{operation.lower()}", body)
        if answer.status == 200:
            assert faults_in(operation, answer.json) == []
        return answer

    def logs(self, stream: str, **members: Any) -> Answer:
        """Call GetLogEvents of CloudWatch Logs over the bare wire."""
        members = {"logGroupName": "/aws/batch/job", "logStreamName": stream, **members}
        headers = {**HEADERS, "X-Amz-Target": "Logs_20140328.GetLogEvents"}
        return post(self.handle.endpoint_url, "/", json.dumps(members).encode(), headers)

    def submit(self, name: str = "job", queue: str = "q", definition: str = "def", **more: Any) -> str:
        """Submit a job through boto3, under a definition that is registered if it is not yet there."""
        if self.world.ledger.definitions.find(definition) is None:
            self.world.add_definition(f"{definition}:1")
        job = self.client.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **more)
        return str(job["jobId"])

    def terminate(self, *job_ids: str, reason: str = "bad input") -> Answer:
        """Call TerminateJobs, which an older botocore does not know."""
        return self.call("TerminateJobs", jobs=list(job_ids), reason=reason)

    def status(self, job_id: str) -> str:
        """Answer the true status of a job."""
        return self.world.job(job_id).status

    def statuses(self, job_ids: Sequence[str]) -> list[str]:
        """Answer the true statuses of jobs."""
        return [self.status(job_id) for job_id in job_ids]

    def describe(self, job_id: str) -> dict[str, Any]:
        """Answer what DescribeJobs says of one job that must be known."""
        (job,) = self.call("DescribeJobs", jobs=[job_id]).json["jobs"]
        return cast(dict[str, Any], job)

    def pages(self, **members: Any) -> list[list[dict[str, Any]]]:
        """Answer all pages of ListJobs, of the queue `q` unless something else is named."""
        if not {"jobQueue", "arrayJobId", "multiNodeJobId"} & set(members):
            members["jobQueue"] = "q"
        pages, token = [], None
        while True:
            answer = self.call("ListJobs", **members, **({"nextToken": token} if token else {}))
            assert answer.status == 200, answer.body
            pages.append(answer.json["jobSummaryList"])
            token = answer.json.get("nextToken")
            if not token:
                return pages

    def listed(self, **members: Any) -> list[str]:
        """Answer the ids on all pages of ListJobs."""
        return [one["jobId"] for page in self.pages(**members) for one in page]
