"""Who may call what, the wire form of errors, and the log of calls."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from batchnb import local
from tests.local.conftest import Opened
from tests.local.shapes import faults_in, service_model
from tests.local.stage import HEADERS, Stage, make_client, post

NOBODY = "00000000-0000-4000-a000-000000000000"


def test_errors_have_the_form_of_aws(stage: Stage) -> None:
    """An error is a code in a header, a message in the body, and an id of the request."""
    answer = stage.call("ListJobs")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "ClientException")
    assert list(answer.json) == ["message"]
    assert answer.headers["x-amzn-requestid"]


def test_request_ids_follow_from_the_seed(opened: Opened) -> None:
    """Every answer has an id of its own, and the same seed gives the same ids of requests and jobs."""
    seen = []
    for seed in (1, 1, 2):
        stage = opened(seed=seed)
        calls = [stage.call("ListJobs", jobQueue="q") for _ in range(3)]
        seen.append([stage.add(), *(call.headers["x-amzn-requestid"] for call in calls)])
    assert seen[0] == seen[1] != seen[2]
    assert len(set(seen[0])) == 4


def test_requests_must_be_signed_by_somebody(stage: Stage) -> None:
    """Without an Authorization header nothing is done; whose signature it is does not matter."""
    job_id = stage.add()
    body = b'{"jobId": "%s", "reason": "x"}' % job_id.encode()
    answer = post(stage.handle.endpoint_url, "/v1/terminatejob", body, {})
    assert (answer.status, answer.code) == (403, "MissingAuthenticationTokenException")
    assert not stage.world.job(job_id).is_terminated


def test_expired_credentials_stop_every_call(stage: Stage) -> None:
    """From expiry to renewal every call is ExpiredTokenException 403, and STS says it its own way."""
    job_id = stage.add()
    stage.world.expire_credentials()
    with pytest.raises(ClientError) as caught:
        stage.client.terminate_job(jobId=job_id, reason="x")
    assert caught.value.response["Error"]["Code"] == "ExpiredTokenException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert not stage.world.job(job_id).is_terminated
    with pytest.raises(ClientError) as caught:
        make_client(stage.handle, "sts").get_caller_identity()
    assert caught.value.response["Error"]["Code"] == "ExpiredToken"
    stage.world.renew_credentials()
    stage.client.terminate_job(jobId=job_id, reason="x")


def test_a_whole_operation_can_be_denied(stage: Stage) -> None:
    """A denied operation is AccessDeniedException 403 and names the action; others go on."""
    stage.world.deny_operation("ListJobs")
    with pytest.raises(ClientError) as caught:
        stage.client.list_jobs(jobQueue="q")
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "not authorized to perform: batch:ListJobs" in caught.value.response["Error"]["Message"]
    stage.client.describe_jobs(jobs=[NOBODY])


def test_bulk_needs_the_permission_of_the_single_call(stage: Stage) -> None:
    """There is no batch:TerminateJobs: who may not TerminateJob may not do it in bulk."""
    stage.world.deny_operation("TerminateJob")
    answer = stage.terminate(NOBODY)
    assert answer.code == "AccessDeniedException"
    assert "batch:TerminateJob on" in answer.json["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/listservicejobs"), ("GET", "/v1/listjobs"), ("POST", "/"), ("GET", "/"), ("POST", "/v1/listjobs/")],
)
def test_what_is_not_there_is_a_404(stage: Stage, method: str, path: str) -> None:
    """Another path or method is an unknown operation."""
    answer = post(stage.handle.endpoint_url, path, b"{}", method=method)
    assert (answer.status, answer.code) == (404, "UnknownOperationException")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"jobs"', b"\xff\xfe"])
def test_a_body_must_be_a_json_object(stage: Stage, body: bytes) -> None:
    """Anything else is a SerializationException."""
    answer = post(stage.handle.endpoint_url, "/v1/listjobs", body)
    assert (answer.status, answer.code) == (400, "SerializationException")


@pytest.mark.parametrize("host", ["batch.us-east-1.amazonaws.com", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_only_the_loopback_host_is_served(stage: Stage, host: str) -> None:
    """A request for another host is refused, so no web page can reach the emulator by a name of its own."""
    assert post(stage.handle.endpoint_url, "/v1/listjobs", b"{}", {**HEADERS, "Host": host}).status == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:99", "127.0.0.1", "[::1]:8080", "[::1]"])
def test_the_names_of_this_machine_are_served(stage: Stage, host: str) -> None:
    """All names of the loopback are fine, with or without a port."""
    answer = post(stage.handle.endpoint_url, "/v1/listjobs", b'{"jobQueue": "q"}', {**HEADERS, "Host": host})
    assert answer.status == 200


def test_calls_are_logged_in_order(stage: Stage) -> None:
    """The log has each call with its request, status, error and time by the manual clock."""
    stage.call("ListJobs", jobQueue="q")
    stage.clock.advance(5)
    stage.call("ListJobs", jobQueue="nowhere")
    first, second = stage.handle.calls
    assert (first.operation, first.request, first.status, first.error) == ("ListJobs", {"jobQueue": "q"}, 200, None)
    assert (second.status, second.error) == (400, "ClientException")
    assert second.at - first.at == 5


def test_the_caller_is_nobody(stage: Stage) -> None:
    """GetCallerIdentity names an account that cannot exist."""
    identity = make_client(stage.handle, "sts").get_caller_identity()
    assert identity["Account"] == stage.handle.account == local.ACCOUNT == "000000000000"
    assert identity["Arn"].startswith("arn:aws:iam::000000000000:")
    assert (stage.handle.region, local.REGION) == ("local-1", "local-1")


def test_the_account_has_the_alias_that_the_world_says(stage: Stage) -> None:
    """ListAccountAliases has one or none, as AWS; a refusal is one of IAM's."""
    iam = make_client(stage.handle, "iam")
    assert iam.list_account_aliases()["AccountAliases"] == []
    stage.world.account_alias = "acme-<ml>&prod"
    assert iam.list_account_aliases()["AccountAliases"] == ["acme-<ml>&prod"]
    stage.world.deny_operation("ListAccountAliases")
    with pytest.raises(ClientError, match=r"AccessDenied.*iam:ListAccountAliases"):
        iam.list_account_aliases()


def test_botocore_reads_every_answer(opened: Opened) -> None:
    """A night's every queue, list and detail passes botocore's parser, and fits its model exactly."""
    stage = opened(fill=local.night)
    for queue in stage.client.describe_job_queues()["jobQueues"]:
        for status in local.Status:
            name = queue["jobQueueName"]
            for page in stage.pages(jobQueue=name, jobStatus=status.value):
                ids = [one["jobId"] for one in page][:100]
                assert len(stage.client.describe_jobs(jobs=ids)["jobs"]) == len(ids)
                stage.call("DescribeJobs", jobs=ids)


@pytest.mark.bulk
def test_the_check_of_shapes_sees_what_is_wrong() -> None:
    """The checker that the tests rely on finds unknown, missing and ill-typed members."""
    good = {"jobId": "a", "jobName": "b"}
    assert faults_in("ListJobs", {"jobSummaryList": [good]}) == []
    for wrong in ({"jobId": "a"}, good | {"createdAt": "now"}, good | {"status": "DONE"}, good | {"createdAt": True}):
        assert faults_in("ListJobs", {"jobSummaryList": [wrong]})
    assert faults_in("ListJobs", {}) == ["ListJobs.jobSummaryList is missing"]
    assert service_model().service_name == "batch"
