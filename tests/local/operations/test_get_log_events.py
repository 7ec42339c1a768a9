"""GetLogEvents for the jobs of the emulator, through boto3 and over the bare wire; each answer fits the model."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.local.operations.fields import Fields
from batchnb.local.operations.get_log_events import get_log_events
from tests.local.operations.test_details import ECS, EKS, needs
from tests.local.stage import Stage, make_client

GROUP = "/aws/batch/job"


def stream_of(stage: Stage, job_id: str) -> str:
    """Answer the log stream that DescribeJobs tells of a job of one container."""
    return str(stage.describe(job_id)["container"]["logStreamName"])


def messages(stage: Stage, stream: str, **more: Any) -> list[str]:
    """Answer the messages of one page."""
    answer = stage.logs(stream, **more)
    assert answer.status == 200, answer.body
    return [one["message"] for one in answer.json["events"]]


def code(stage: Stage, stream: str, **more: Any) -> str:
    """Answer the code of a refusal, as boto3 reads it from the body."""
    answer = stage.logs(stream, **more)
    assert answer.status >= 400
    return str(answer.json["__type"])


def test_a_job_tells_what_it_does_and_how_it_ended(stage: Stage) -> None:
    """A log begins with the command, goes on with time, and ends with what the exit code means."""
    running = stage.add(command=["train", "Ref::path"], parameters={"path": "s3://x"}, started_ago=60, created_ago=100)
    lines = messages(stage, stream_of(stage, running), startFromHead=True)
    assert lines[:2] == ["Starting default of job from registry.invalid/job:latest", "+ train s3://x"]
    stage.clock.advance(60)
    longer = messages(stage, stream_of(stage, running), startFromHead=True)
    assert len(longer) == len(lines) + 4
    assert longer[: len(lines)] == lines
    ends = {}
    for exit_code in (0, 1, 137):
        status = "FAILED" if exit_code else "SUCCEEDED"
        ends[exit_code] = messages(stage, stream_of(stage, stage.add(status=status, exit_code=exit_code)))[-1]
    assert ends[0] == "Done"
    assert "InputError" in ends[1]
    assert ends[137] == "Killed"


def test_each_attempt_container_and_node_has_its_own_log(stage: Stage) -> None:
    """Every log stream that DescribeJobs names can be read, and no two of them are the same."""
    shapes: list[dict[str, Any]] = [{}, {"ecs": ECS}, {"num_nodes": 2}, {"array_size": 12}]
    streams: set[str] = set()
    for shape in shapes:
        job_id = stage.add(status="FAILED", earlier_exit_codes=[137], **shape)
        parts = [f"{job_id}{mark}{index}" for mark in ":#" for index in range(12)]
        for job in stage.call("DescribeJobs", jobs=[job_id, *parts]).json["jobs"]:
            streams |= set(_streams_in(job))
    assert len(streams) == 2 + 2 * 3 + 2 * 2 + 2 * 12
    logs = {stream: tuple(messages(stage, stream)) for stream in streams}
    assert all(logs.values())
    assert len({lines[2:] for lines in logs.values()}) > len(streams) / 2


def _streams_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["logStreamName"]] if "logStreamName" in value else []
        return own + [one for inner in value.values() for one in _streams_in(inner)]
    return [one for inner in value for one in _streams_in(inner)] if isinstance(value, list) else []


def test_boto3_reads_a_long_log_backward_and_forward(stage: Stage) -> None:
    """By tokens a client gets every line once, in either direction, until a token comes back unchanged."""
    job_id = stage.add(started_ago=15 * 500, created_ago=8000)
    stream = stream_of(stage, job_id)
    client = make_client(stage.handle, "logs")
    whole = client.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True)["events"]
    assert len(whole) == 502
    assert [one["timestamp"] for one in whole] == sorted(one["timestamp"] for one in whole)
    for from_head, name in ((False, "nextBackwardToken"), (True, "nextForwardToken")):
        pages, token = [], None
        while True:
            more: dict[str, Any] = {"nextToken": token} if token else {}
            page = client.get_log_events(
                logGroupName=GROUP, logStreamName=stream, limit=70, startFromHead=from_head, **more
            )
            if page[name] == token:
                assert page["events"] == []
                break
            pages.append(page["events"])
            token = page[name]
        ordered = pages if from_head else pages[::-1]
        assert [one for page in ordered for one in page] == whole
        assert max(map(len, pages)) == 70


def test_new_lines_come_after_the_last_token(stage: Stage) -> None:
    """A client that follows a log gets only what is new."""
    stream = stream_of(stage, stage.add(started_ago=60, created_ago=100))
    token = stage.logs(stream).json["nextForwardToken"]
    assert messages(stage, stream, nextToken=token, startFromHead=True) == []
    stage.clock.advance(30)
    assert [one.split(":")[0] for one in messages(stage, stream, nextToken=token, startFromHead=True)] == [
        "step 5",
        "step 6",
    ]


@given(data=st.data())
def test_any_range_and_page_is_a_part_of_the_whole(data: st.DataObject) -> None:
    """Times cut a log as the documentation says: the start counts, the end does not; the newest are kept by default."""
    world = local.World(local.ManualClock())
    world.add_queue("q")
    job_id = world.add_job("q", "job", started_ago=600, created_ago=700)
    members = {"logGroupName": GROUP, "logStreamName": world.ledger.jobs[job_id].log_stream}
    now = world.clock.now_ms()
    whole = get_log_events(world, Fields({**members, "startFromHead": True}), now)["events"]
    start, end = (data.draw(st.none() | st.integers(now - 700_000, now + 10_000)) for _ in range(2))
    limit = data.draw(st.none() | st.integers(1, 50))
    from_head = data.draw(st.booleans())
    asked = {**members, "startTime": start, "endTime": end, "limit": limit, "startFromHead": from_head}
    got = get_log_events(world, Fields(asked), now)["events"]
    fitting = [
        one for one in whole if (start is None or one["timestamp"] >= start) and (end is None or one["timestamp"] < end)
    ]
    count = len(fitting) if limit is None else min(limit, len(fitting))
    assert got == (fitting[:count] if from_head else fitting[len(fitting) - count :])


def test_a_page_holds_at_most_a_megabyte(stage: Stage) -> None:
    """Long lines make short pages, and a line longer than a page is still told."""
    job_id = stage.add()
    stream = stage.world.set_log(job_id, ["x" * 300_000] * 5 + ["y" * 2_000_000])
    assert stream == stream_of(stage, job_id)
    assert [len(one) for one in messages(stage, stream)] == [2_000_000]
    assert [len(one) for one in messages(stage, stream, startFromHead=True)] == [300_000] * 3


def test_a_test_can_write_a_log_of_its_own(stage: Stage) -> None:
    """Whatever the lines hold, they are told as they are; an empty one is a blank, which CloudWatch keeps."""
    lines = ["\x1b[31mred\x1b[0m", "<script>alert(1)</script>", "", "日本語\u202e"]
    job_id = stage.add(ecs=ECS, status="FAILED", earlier_exit_codes=[1])
    stream = stage.world.set_log(job_id, lines, attempt=0, container="far")
    assert stream.split("/")[1] == "far"
    assert messages(stage, stream) == [*lines[:2], " ", lines[3]]
    assert messages(stage, stage.world.set_log(job_id, ["last"])) == ["last"]


def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    """A group, a stream, an attempt that is still to come, a job that has not run, a pod: ResourceNotFoundException."""
    stream = stream_of(stage, stage.add())
    missing = "ResourceNotFoundException"
    assert code(stage, "nowhere") == missing
    assert code(stage, stream[:-1] + "1") == missing
    assert code(stage, stream, logGroupName="/other") == missing
    assert b"log group" in stage.logs(stream, logGroupName="/other").body
    assert b"log stream" in stage.logs("nowhere").body
    waiting = stage.world.ledger.jobs[stage.add(status="RUNNABLE")]
    assert code(stage, waiting.log_stream) == missing
    pod = stage.world.ledger.jobs[stage.add(eks=EKS)]
    assert code(stage, pod.log_stream) == missing
    array = stage.world.ledger.jobs[stage.add(array_size=2)]
    assert code(stage, array.log_stream) == missing


def test_a_definition_may_name_another_group(stage: Stage) -> None:
    """The stream is in that group, given by name or ARN, and not in that of AWS Batch."""
    log = {"logDriver": "awslogs", "options": {"awslogs-group": "/own"}}
    job_id = stage.add(container={"image": "i", "resourceRequirements": needs("1"), "logConfiguration": log})
    stream = stream_of(stage, job_id)
    assert code(stage, stream) == "ResourceNotFoundException"
    assert messages(stage, stream, logGroupName="/own")
    for identifier in ("/own", "arn:aws:logs:local-1:000000000000:log-group:/own"):
        assert messages(stage, stream, logGroupName=None, logGroupIdentifier=identifier)
    splunk = stage.add(container={"image": "i", "logConfiguration": {"logDriver": "splunk"}})
    assert "logStreamName" not in stage.describe(splunk)["container"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"logGroupName": None},
        {"logGroupIdentifier": GROUP},
        {"logStreamName": ""},
        {"limit": 0},
        {"limit": 10_001},
        {"nextToken": "nonsense"},
        {"startTime": "today"},
        {"startFromHead": "yes"},
    ],
)
def test_a_wrong_request_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    """What CloudWatch would refuse is an InvalidParameterException."""
    assert code(stage, stream_of(stage, stage.add()), **wrong) == "InvalidParameterException"


def test_who_may_not_is_denied_in_the_words_of_iam(stage: Stage) -> None:
    """The message names the action and the stream; boto3 raises it by its code."""
    stream = stream_of(stage, stage.add())
    stage.world.deny_operation("GetLogEvents")
    with pytest.raises(ClientError) as raised:
        make_client(stage.handle, "logs").get_log_events(logGroupName=GROUP, logStreamName=stream)
    error = raised.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert (
        "logs:GetLogEvents on resource: arn:aws:logs:local-1:000000000000:log-group:/aws/batch/job" in error["Message"]
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("TooManyRequestsException", "ThrottlingException"),
        ("AccessDeniedException", "AccessDeniedException"),
        ("ExpiredTokenException", "ExpiredTokenException"),
        ("ServerException", "ServiceUnavailableException"),
        ("ClientException", "InvalidParameterException"),
    ],
)
def test_faults_are_told_in_the_words_of_cloudwatch(stage: Stage, kind: str, expected: str) -> None:
    """A scripted fault of GetLogEvents has the code that CloudWatch Logs gives, once."""
    stream = stream_of(stage, stage.add())
    stage.handle.faults.add(local.Fault(operation="GetLogEvents", kind=kind, times=1))
    assert code(stage, stream) == expected
    assert stage.logs(stream).status == 200


def test_limits_hold_for_logs_too(stage: Stage) -> None:
    """Too many calls are a ThrottlingException, and none of them counts against AWS Batch."""
    stream = stream_of(stage, stage.add())
    stage.handle.limits.set("GetLogEvents", local.Limit(rate=0, burst=1))
    assert stage.logs(stream).status == 200
    assert code(stage, stream) == "ThrottlingException"
    assert stage.call("ListJobs", jobQueue="q").status == 200
    assert [call.operation for call in stage.handle.calls[-3:]] == ["GetLogEvents", "GetLogEvents", "ListJobs"]


def test_other_operations_of_cloudwatch_are_unknown(stage: Stage) -> None:
    """Only GetLogEvents is there."""
    with pytest.raises(ClientError, match="UnknownOperationException"):
        make_client(stage.handle, "logs").describe_log_groups()
