"""The log of a job is read where its gateway calls, a page at a time, each failure one of batchnb's errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.logs import EMPTY_PAGES, LogReader
from batchnb.aws.sessions import USER_AGENT
from batchnb.errors import (
    AccessDeniedError,
    AwsError,
    CredentialsError,
    InputError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)

GROUP = "/aws/batch/job"


@pytest.fixture
def emulator(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator with one job that has run for 100 lines and more."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_job("train", "job", started_ago=15 * 120, created_ago=2000)

    return start(fill, clock=local.ManualClock())


@pytest.fixture
def reader(emulator: local.LocalBatch) -> LogReader:
    """Return what reads the logs of the emulator."""
    logs = connect(endpoint_url=emulator.endpoint_url).logs
    assert logs is not None
    return logs


def stream_of(emulator: local.LocalBatch) -> str:
    """Return the log stream that DescribeJobs tells of the job."""
    (job,) = emulator.world.jobs()
    gateway = connect(endpoint_url=emulator.endpoint_url)
    return str(gateway.describe_items([job.job_id])[job.job_id]["container"]["logStreamName"])


def test_the_last_lines_and_those_before_until_the_beginning(emulator: local.LocalBatch, reader: LogReader) -> None:
    """Page by page backward, every line is read once, and the first page of the stream says that it is the first."""
    stream = stream_of(emulator)
    pages, before = [], None
    while True:
        page = reader.read(GROUP, stream, before=before)
        pages.append(page.events)
        before = page.earlier
        if before is None:
            break
    lines = [event.message for events in reversed(pages) for event in events]
    assert [len(events) for events in pages] == [50, 50, 22, 0]
    assert lines[0] == "Starting default of job from registry.invalid/job:latest"
    assert lines[-1].startswith("step 120:")
    assert len(set(lines)) == 122
    times = [event.time_ms or 0 for events in reversed(pages) for event in events]
    assert times == sorted(times)
    assert {call.operation for call in emulator.calls} == {"DescribeJobs", "GetLogEvents"}
    (asked, *_) = [call.request for call in emulator.calls if call.operation == "GetLogEvents"]
    assert asked == {"logGroupName": GROUP, "logStreamName": stream, "limit": 50, "startFromHead": False}


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("TooManyRequestsException", ThrottledError),
        ("AccessDeniedException", AccessDeniedError),
        ("ExpiredTokenException", CredentialsError),
        ("ServerException", UnavailableError),
        ("503", UnavailableError),
        ("reset", UnavailableError),
    ],
)
def test_each_failure_is_one_of_ours_and_is_not_tried_again(
    emulator: local.LocalBatch, reader: LogReader, kind: str, error: type[AwsError]
) -> None:
    """The person who looks decides whether to try again."""
    stream = stream_of(emulator)
    emulator.faults.add(local.Fault(operation="GetLogEvents", kind=kind, times=1))
    with pytest.raises(error) as caught:
        reader.read(GROUP, stream)
    assert caught.value.operation == "GetLogEvents"
    if error is AccessDeniedError:
        assert "Ask for logs:GetLogEvents on log group /aws/batch/job." in str(caught.value)
    assert sum(call.operation == "GetLogEvents" for call in emulator.calls) == 1


def test_a_stream_that_is_not_there_has_its_code(reader: LogReader) -> None:
    """Whoever asks can tell a log that has not begun from other refusals."""
    with pytest.raises(RefusedError) as caught:
        reader.read(GROUP, "job/default/0123")
    assert caught.value.code == "ResourceNotFoundException"


class Pages:
    """A client whose pages are given: numbers of events, each behind the token of the one before it."""

    def __init__(self, counts: list[int]) -> None:
        self.counts = counts
        self.asked: list[str | None] = []

    def get_log_events(self, nextToken: str | None = None, **_request: Any) -> Any:  # noqa: N803 - as boto3 has it
        """Return the next page backward."""
        self.asked.append(nextToken)
        at = 0 if nextToken is None else int(nextToken)
        if at >= len(self.counts):
            return {"events": [], "nextBackwardToken": str(at)}
        events = [{"timestamp": 1, "message": f"{at}-{one}"} for one in range(self.counts[at])]
        return {"events": events, "nextBackwardToken": str(at + 1)}


@given(st.lists(st.sampled_from([0, 0, 1, 2]), max_size=12))
def test_pages_without_events_are_read_on(counts: list[int]) -> None:
    """A stream with gaps shows its lines and has an end, with a bounded number of calls for each page."""
    client = Pages(counts)
    reader = LogReader(lambda _region: client, "eu-west-1", None)
    seen, before = [], None
    for _ in range(len(counts) + 2):
        calls = len(client.asked)
        page = reader.read("g", "s", before=before)
        assert len(client.asked) - calls <= 1 + EMPTY_PAGES
        seen.append([event.message for event in page.events])
        before = page.earlier
        if before is None:
            break
    assert before is None
    expected = [[f"{at}-{one}" for one in range(count)] for at, count in enumerate(counts) if count]
    assert [page for page in seen if page] == expected


@pytest.mark.parametrize("region", ["eu-west-1.evil.invalid/", "EU", "a b", "", "x" * 400])
def test_what_is_no_region_is_not_called(region: str) -> None:
    """A Region comes from a job definition: anything else in its place would be a part of a host's name."""
    made: list[str] = []
    reader = LogReader(lambda name: made.append(name) or Pages([1]), "eu-west-1", None)  # type: ignore[func-returns-value]
    if region:
        with pytest.raises(InputError, match="not the name of a Region"):
            reader.read("g", "s", region=region)
        assert made == []
    else:
        reader.read("g", "s", region=region)
        assert made == ["eu-west-1"]


def client_of(**arguments: Any) -> Any:
    """Return the client for the logs beside a gateway that is made so."""
    logs = connect(**arguments).logs
    assert logs is not None
    return logs._client("us-west-2")


def test_logs_are_where_the_gateway_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's own endpoint beside AWS's, whatever stands in the environment for Batch; else the gateway's endpoint."""
    session = boto3.Session("KEY", "secret", region_name="eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://batch.eu-west-1.amazonaws.com")
    client = client_of(session=session)
    assert client.meta.endpoint_url == "https://logs.us-west-2.amazonaws.com"
    assert USER_AGENT in client.meta.config.user_agent_extra
    assert client.meta.config.retries["total_max_attempts"] == 1
    vpc = "https://vpce-1.batch.eu-west-1.vpce.amazonaws.com"
    assert client_of(session=session, endpoint_url=vpc).meta.endpoint_url == "https://logs.us-west-2.amazonaws.com"
    own = "https://vpce-2.logs.us-west-2.vpce.amazonaws.com"
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", own)
    assert client_of(session=session).meta.endpoint_url == own
    for elsewhere in ("http://127.0.0.1:4566", "https://batch.example.test"):
        assert client_of(session=session, endpoint_url=elsewhere).meta.endpoint_url == elsewhere
