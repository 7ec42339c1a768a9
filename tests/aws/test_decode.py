"""Reading large answers in one go: the same jobs as botocore reads, and nothing that is not in them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.answers import ItemError
from batchnb.aws.decode import _Reader
from batchnb.aws.gateway import Gateway
from batchnb.errors import UnavailableError
from batchnb.jobs.job import Job, job_from_aws

JOB = "11111111-2222-3333-4444-555555555555"


def read(operation: str, body: bytes, status: int = 200) -> tuple[dict[str, Any], bytes]:
    """Return what is taken out of an answer, and what is left of its body for botocore."""
    response: dict[str, Any] = {"status_code": status, "body": body}
    taken: dict[str, Any] = {}
    _Reader().before_parse(SimpleNamespace(name=operation), response, taken, event_name="before-parse")
    return taken, bytes(response["body"])


def test_it_reads_the_jobs_that_botocore_reads(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """A listing and a description read in one go are the jobs that an untouched client would show."""
    job_ids = [
        emulator.world.add_job("train", "a", array_size=3, child_status=["RUNNING", "FAILED", "PENDING"]),
        emulator.world.add_job("train", "b", status="FAILED", exit_code=137, tags={"team": "ml", "a": "b"}),
        emulator.world.add_job("train", "c", num_nodes=2, share="s", gpus=1),
    ]
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=local.REGION)
    plain: Any = session.client("batch", endpoint_url=emulator.endpoint_url)
    described = {item["jobId"]: job_from_aws(item) for item in plain.describe_jobs(jobs=job_ids)["jobs"]}
    assert gateway.describe(job_ids) == described
    for status in ("PENDING", "RUNNING", "FAILED"):
        listed = plain.list_jobs(jobQueue="train", jobStatus=status)["jobSummaryList"]
        page = gateway.list_page({"jobQueue": "train"}, status=status)
        assert [job.job_id for job in page.jobs] == [item["jobId"] for item in listed]


@given(st.sampled_from(["ListJobs", "DescribeJobs"]), st.binary(max_size=60), st.integers(200, 503))
def test_what_is_no_answer_is_left_to_botocore(operation: str, body: bytes, status: int) -> None:
    """Bytes that are no JSON, and answers other than 200, are handed on as they came."""
    try:
        is_object = isinstance(json.loads(body.decode()), dict)
    except ValueError:
        is_object = False
    taken, left = read(operation, body, status)
    if status != 200 or not is_object:
        assert (taken, left) == ({}, body)


def test_only_what_is_asked_for_is_taken() -> None:
    """An answer cannot bring metadata, errors, or members of other calls of its own; null is as good as absent."""
    body = {"jobs": [], "nextToken": "t", "ResponseMetadata": {"HTTPStatusCode": 500}, "Error": {}}
    assert read("DescribeJobs", json.dumps(body).encode()) == ({"jobs": []}, b"{}")
    assert read("ListJobs", b'{"jobSummaryList": null, "nextToken": null}') == ({}, b"{}")
    assert read("ListJobs", b'{"jobSummaryList": [1], "nextToken": "t"}')[0] == {
        "jobSummaryList": [1],
        "nextToken": "t",
    }


def test_what_an_older_botocore_leaves_out_is_read_all_the_same(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """Without the event before botocore's own reading, the members are those of the body: no more, and no less."""
    assert gateway.queue_types() == dict.fromkeys(emulator.world.ledger.queues, "ECS")
    queues = [{"jobQueueName": "a", "jobQueueType": "EKS", "new": 1}]
    body: dict[str, Any] = {"jobQueues": queues, "nextToken": None, "Error": {}}
    answers: dict[str, Any] = {"jobQueues": [{"jobQueueName": "a"}], "nextToken": "", "ResponseMetadata": {}}
    event: dict[str, Any] = {"event_name": "response-received.batch.DescribeJobQueues", "context": {}}

    def after(status: int, content: bytes) -> dict[str, Any]:
        parsed = dict(answers)
        _Reader().after_parse({"status_code": status, "body": content}, parsed, **event)
        return parsed

    assert after(200, json.dumps(body).encode()) == {"jobQueues": queues, "ResponseMetadata": {}}
    assert after(200, b"[]") == after(200, b"{") == after(500, json.dumps(body).encode()) == answers
    _Reader().after_parse(None, None, **event)


@pytest.mark.parametrize(
    "body",
    [
        *('{"jobs": [null]}', '{"jobs": [7]}', '{"jobs": 7}', '{"jobs": null}', '{"jobs": [{"jobId": null}]}'),
        f'{{"jobs": [{{"jobId": "{JOB}", "jobName": null}}]}}',
    ],
)
def test_an_answer_of_another_shape_is_a_failure_of_the_service(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """What is JSON and no list of jobs is told as a malformed answer, and never taken for no jobs."""
    answer, _ = read("DescribeJobs", body.encode())
    monkeypatch.setattr(gateway._client, "describe_jobs", lambda **_request: answer)
    with pytest.raises(UnavailableError, match="not what AWS Batch answers"):
        gateway.describe([JOB])


def test_an_odd_item_costs_itself(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an answer whose other items can be read, one that has no id is left out, and one without a name is kept."""
    other = JOB.replace("1", "9")
    items = [None, 7, {"jobId": None}, {"jobId": other}, {"jobId": JOB, "jobName": "a", "container": 7, "tags": 7}]
    monkeypatch.setattr(gateway._client, "describe_jobs", lambda **_request: {"jobs": items})
    assert gateway.describe([JOB, other]) == {JOB: Job(JOB, "a"), other: Job(other, "")}


def test_an_odd_answer_to_a_bulk_request_says_nothing_of_the_jobs_that_it_does_not_name(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not a text names no job, and is no code and no message."""
    answer = {"successful": [JOB, 7, []], "errors": [{"job": []}, {"job": JOB, "code": {}, "message": 1}]}
    monkeypatch.setattr(gateway, "has_bulk", True)
    monkeypatch.setattr(
        gateway._client, "terminate_jobs", lambda **_request: {**answer, "ResponseMetadata": {}}, raising=False
    )
    told = gateway.terminate_bulk([JOB], "why")
    assert (told.accepted, told.errors) == (frozenset(), {JOB: ItemError(JOB, "", "")})
