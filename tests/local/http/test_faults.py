"""Scripted faults, over real HTTP."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from batchnb import local
from batchnb.errors import LocalError
from tests.local.conftest import Opened
from tests.local.stage import Stage


def statuses_of(stage: Stage, count: int) -> list[int]:
    """Answer the HTTP statuses of some calls of ListJobs in a row."""
    return [stage.call("ListJobs", jobQueue="q").status for _ in range(count)]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("ClientException", 400),
        ("AccessDeniedException", 403),
        ("ExpiredTokenException", 403),
        ("TooManyRequestsException", 429),
        ("ServerException", 500),
    ],
)
def test_an_error_answer_has_its_code_and_status(stage: Stage, kind: str, status: int) -> None:
    """Each error kind is the code that botocore then shows, with the status that AWS gives it."""
    stage.handle.faults.add(local.Fault(operation="ListJobs", kind=kind, message="as scripted"))
    with pytest.raises(ClientError) as caught:
        stage.client.list_jobs(jobQueue="q")
    assert caught.value.response["Error"] == {"Code": kind, "Message": "as scripted"}
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("status", [502, 503])
def test_a_gateway_answers_in_html(stage: Stage, status: int) -> None:
    """502 and 503 come with a page and no error code, as from something in between."""
    stage.handle.faults.add(local.Fault(kind=str(status)))
    answer = stage.call("ListJobs", jobQueue="q")
    assert (answer.status, answer.code, answer.headers["content-type"]) == (status, None, "text/html")
    with pytest.raises(ClientError) as caught:
        stage.client.list_jobs(jobQueue="q")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["ServerException", "reset", "502"])
def test_the_answer_is_lost_before_or_after_the_effect(stage: Stage, kind: str, when: Any) -> None:
    """The same error leaves the job alone when it comes before, and ends it when it comes after."""
    job_id = stage.add()
    stage.handle.faults.add(local.Fault(operation="TerminateJob", kind=kind, when=when))
    with pytest.raises((ClientError, HTTPClientError)):
        stage.client.terminate_job(jobId=job_id, reason="x")
    assert stage.world.job(job_id).is_terminated == (when == "after")


def test_a_reset_breaks_the_connection(stage: Stage) -> None:
    """A reset is a closed connection to the client, status 0 in the log, and the next call is answered."""
    stage.handle.faults.add(local.Fault(kind="reset", times=1))
    with pytest.raises(ConnectionClosedError):
        stage.client.list_jobs(jobQueue="q")
    stage.client.list_jobs(jobQueue="q")
    assert [(call.status, call.error) for call in stage.handle.calls] == [(0, "reset"), (200, None)]


def test_a_hanging_call_does_not_hold_up_others_nor_stop(stage: Stage) -> None:
    """Until the client gives up others are answered, and `stop` does not wait for the hanging call."""
    stage.handle.faults.add(local.Fault(operation="DescribeJobs", kind=local.Kind.HANG))
    patience = 0.05
    stage.client.meta.config.read_timeout = patience  # type: ignore[attr-defined]
    waiting = http.client.HTTPConnection(stage.handle.endpoint_url.removeprefix("http://"), timeout=5)
    waiting.request("POST", "/v1/describejobs", b"{}", {"Authorization": "x"})
    assert stage.call("ListJobs", jobQueue="q").status == 200
    stage.handle.stop()
    assert not stage.handle.running
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        waiting.getresponse()
    waiting.close()
    assert ("DescribeJobs", 0, "hang") in [(one.operation, one.status, one.error) for one in stage.handle.calls]


def test_a_truncated_answer_breaks_off(stage: Stage) -> None:
    """The head promises more than comes, and the call took effect."""
    job_id = stage.add()
    stage.handle.faults.add(local.Fault(kind="truncated"))
    with pytest.raises((http.client.IncompleteRead, ResponseStreamingError)):
        stage.terminate(job_id)
    assert stage.world.job(job_id).is_terminated


def test_items_can_be_refused(stage: Stage) -> None:
    """An item fault refuses one job with a code, so many times, and leaves the others of the call alone."""
    good, bad = stage.add(), stage.add()
    stage.handle.faults.add(local.Fault(kind="item", job_id=bad, code="ThrottlingException", times=2))
    for _ in range(2):
        answer = stage.terminate(good, bad).json
        assert (answer["successful"], answer["errors"][0]["code"]) == ([good], "ThrottlingException")
    assert not stage.world.job(bad).is_terminated
    assert stage.terminate(bad).json["successful"] == [bad]


def test_an_item_can_fail_after_its_effect(stage: Stage) -> None:
    """An item error after the effect names a job that is ending all the same."""
    job_id = stage.add()
    stage.handle.faults.add(local.Fault(kind="item", job_id=job_id, when="after"))
    assert stage.terminate(job_id).json["errors"][0]["code"] == "ServerException"
    assert stage.world.job(job_id).is_terminated


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_partial_answer_leaves_ids_out(stage: Stage, when: Any) -> None:
    """Some ids are in neither list: with no effect on them before, with all effect after."""
    job_ids = stage.world.add_jobs("q", "job", 4)
    stage.handle.faults.add(local.Fault(operation="TerminateJobs", kind="partial", when=when))
    assert stage.terminate(*job_ids).json == {"successful": job_ids[:2], "errors": []}
    marks = [stage.world.job(one).is_terminated for one in job_ids]
    assert marks == [True, True, when == "after", when == "after"]


def test_a_partial_answer_can_leave_out_one_id(stage: Stage) -> None:
    """With a job id only that one is left out."""
    job_ids = stage.world.add_jobs("q", "job", 3)
    stage.handle.faults.add(local.Fault(kind="partial", job_id=job_ids[0]))
    assert stage.terminate(*job_ids).json["successful"] == job_ids[1:]
    assert not stage.world.job(job_ids[0]).is_terminated


def test_a_partial_answer_can_be_empty(stage: Stage) -> None:
    """A call of one id may be answered with two empty lists."""
    job_id = stage.add()
    stage.handle.faults.add(local.Fault(kind="partial"))
    assert stage.terminate(job_id).json == {"successful": [], "errors": []}


def test_credentials_can_expire_half_way(stage: Stage) -> None:
    """A hook before the n-th call changes who may do that very call."""
    job_ids = stage.world.add_jobs("q", "job", 3)
    stage.handle.faults.add(local.Fault(operation="TerminateJob", nth=2, do=local.World.expire_credentials))
    answers = [stage.call("TerminateJob", jobId=one, reason="x").code for one in job_ids]
    assert answers == [None, "ExpiredTokenException", "ExpiredTokenException"]
    assert [stage.world.job(one).is_terminated for one in job_ids] == [True, False, False]


def test_a_fault_strikes_the_nth_call(stage: Stage) -> None:
    """`nth` counts the calls of the operation from when the fault was added."""
    statuses_of(stage, 2)
    stage.handle.faults.add(local.Fault(operation="ListJobs", nth=2, kind="ServerException"))
    stage.call("DescribeJobs", jobs=[])
    assert statuses_of(stage, 4) == [200, 500, 200, 200]


def test_a_fault_strikes_every_nth_call_and_so_many_times(stage: Stage) -> None:
    """`every` repeats, and `times` ends it."""
    stage.handle.faults.add(local.Fault(operation="ListJobs", every=2, times=2, kind="ServerException"))
    assert statuses_of(stage, 7) == [200, 500, 200, 500, 200, 200, 200]


def test_a_fault_strikes_calls_that_name_a_job(stage: Stage) -> None:
    """With a job id a fault strikes single and bulk calls that name it, and no others."""
    one, two = stage.add(), stage.add()
    stage.handle.faults.add(local.Fault(job_id=one, kind="ServerException"))
    assert stage.call("TerminateJob", jobId=two, reason="x").status == 200
    assert stage.call("TerminateJob", jobId=one, reason="x").status == 500
    assert stage.terminate(two, one).status == 500
    assert statuses_of(stage, 1) == [200]


def test_chance_is_the_same_for_the_same_seed(opened: Opened) -> None:
    """A rate strikes about so often, and always the same calls for one seed."""
    runs = []
    for seed in (1, 1, 2):
        stage = opened()
        stage.handle.faults.add(local.Fault(rate=0.3, seed=seed, kind="ServerException"))
        runs.append(statuses_of(stage, 60))
    assert runs[0] == runs[1] != runs[2]
    assert 8 <= runs[0].count(500) <= 30


def test_a_hook_changes_the_world_between_pages(stage: Stage) -> None:
    """`do` is called with the world before the call that it strikes, which then sees the change."""
    job_ids = stage.world.add_jobs("q", "job", 4)

    def end_one(world: local.World) -> None:
        world.schedule(0, job_ids[0], "FAILED")

    stage.handle.faults.add(local.Fault(operation="ListJobs", nth=2, do=end_one))
    assert stage.listed(maxResults=2) == [job_ids[3], job_ids[2], job_ids[1]]


def test_a_hook_that_fails_is_seen_at_stop(stage: Stage) -> None:
    """What a hook raises resets the connection, and `stop` raises it once."""

    def fail(_world: local.World) -> None:
        raise ZeroDivisionError

    stage.handle.faults.add(local.Fault(do=fail))
    with pytest.raises(ConnectionError):
        stage.call("ListJobs", jobQueue="q")
    with pytest.raises(LocalError, match="ZeroDivisionError"):
        stage.handle.stop()
    stage.handle.stop()


def test_faults_can_be_cleared(stage: Stage) -> None:
    """After `clear` all is well."""
    stage.handle.faults.add(local.Fault(kind="ServerException"))
    stage.handle.faults.clear()
    assert statuses_of(stage, 1) == [200]


def test_identity_can_fail_too(stage: Stage) -> None:
    """A fault without an operation strikes GetCallerIdentity as well, in XML."""
    from tests.local.stage import make_client

    stage.handle.faults.add(local.Fault(operation="GetCallerIdentity", kind="AccessDeniedException"))
    with pytest.raises(ClientError) as caught:
        make_client(stage.handle, "sts").get_caller_identity()
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.parametrize("wrong", [{"kind": "explosion"}, {}, {"kind": "reset", "when": "during"}])
def test_a_fault_must_make_sense(wrong: dict[str, Any]) -> None:
    """An unknown kind or moment, or a hook without a function, is refused when it is written down."""
    with pytest.raises(LocalError):
        local.Fault(**wrong)


def test_throttling_faults_can_say_how_long_to_wait(stage: Stage) -> None:
    """`retry_after` adds the header in milliseconds."""
    stage.handle.faults.add(local.Fault(kind="TooManyRequestsException", retry_after=0.25))
    assert stage.call("ListJobs", jobQueue="q").headers["x-amz-retry-after"] == "250"


def test_the_client_gives_up_on_a_hanging_call(opened: Opened) -> None:
    """A client with a short patience sees a timeout, and what it asked for may have happened."""
    import boto3
    from botocore.config import Config

    stage = opened()
    job_id = stage.add()
    stage.handle.faults.add(local.Fault(kind="hang", when="after"))
    client = boto3.client(
        "batch",
        endpoint_url=stage.handle.endpoint_url,
        region_name=stage.handle.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(read_timeout=0.1, retries={"mode": "standard", "total_max_attempts": 1}),
    )
    with pytest.raises(ReadTimeoutError):
        client.terminate_job(jobId=job_id, reason="x")
    assert stage.world.job(job_id).is_terminated
